//! The moment of sending: quiet hours and the digest, in the time zone of the tenant.

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Channel, NoticeKind, Preferences, QuietHours, Wish};

/// What becomes of a notice on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Sent alone, not before this moment.
    SendAt(DateTime<Utc>),
    /// Sent with the others of this person and channel that have the same moment.
    Digest(DateTime<Utc>),
    /// Not sent.
    Never,
}

impl Preferences {
    /// When a notice that happens now is sent.
    ///
    /// The inbox knows no quiet hours. A digest whose hour falls into quiet hours comes at their end. Where the clock
    /// is put forward over the hour, the first moment after the gap counts; where it is put back, the hour's first
    /// passing that lies ahead.
    pub fn when_to_send(&self, kind: NoticeKind, channel: Channel, now: DateTime<Utc>, zone: Tz) -> When {
        let quiet = match channel {
            Channel::InApp => None,
            Channel::Mail | Channel::Webhook => self.quiet.filter(|_| !kind.is_security()),
        };
        match self.wish(kind, channel) {
            Wish::Never => When::Never,
            Wish::AtOnce => When::SendAt(after_quiet(quiet, now, zone)),
            Wish::Digest => When::Digest(after_quiet(quiet, next(zone, now, self.digest_at), zone)),
        }
    }
}

/// The first moment from `at` on that is not quiet.
fn after_quiet(quiet: Option<QuietHours>, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let Some(quiet) = quiet else { return at };
    let mut at = at;
    // More than once only where a change of the clock leads from one quiet moment into another.
    for _ in 0..4 {
        if !quiet.hold(at.with_timezone(&zone).time()) {
            break;
        }
        at = next(zone, at, quiet.to);
    }
    at
}

/// The first moment after `after` at which clocks show `time`, or jump over it.
fn next(zone: Tz, after: DateTime<Utc>, time: NaiveTime) -> DateTime<Utc> {
    let today = after.with_timezone(&zone).date_naive();
    // A day may be skipped whole (Samoa, 30 December 2011), so that tomorrow is not always enough.
    (0..4)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .flat_map(|day| moments(zone, day.and_time(time)))
        .find(|&moment| moment > after)
        .unwrap_or(after + TimeDelta::days(1))
}

/// The moments at which clocks show this, in order; in a gap the first moment after it.
fn moments(zone: Tz, local: NaiveDateTime) -> impl Iterator<Item = DateTime<Utc>> {
    let shown = (0..=24 * 60).find_map(|minutes| {
        let found = zone.from_local_datetime(&(local + TimeDelta::minutes(minutes)));
        found.earliest().map(|first| [Some(first), found.latest()])
    });
    shown.into_iter().flatten().flatten().map(|moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Africa::Casablanca, America::New_York, Asia::Shanghai, Australia::Lord_Howe, Europe::Berlin};
    use chrono_tz::{Asia::Kathmandu, Pacific::Apia};
    use proptest::prelude::*;

    use super::*;
    use crate::notice::Choice;

    const ZONES: [Tz; 7] = [Shanghai, Berlin, New_York, Lord_Howe, Kathmandu, Apia, Casablanca];

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn quiet(from: NaiveTime, to: NaiveTime) -> Preferences {
        Preferences { quiet: Some(QuietHours { from, to }), ..Preferences::default() }
    }

    fn review_by_mail(preferences: &Preferences, now: &str, zone: Tz) -> When {
        preferences.when_to_send(NoticeKind::ToReview, Channel::Mail, at(now), zone)
    }

    #[test]
    fn quiet_hours_pass_midnight() {
        let night = quiet(time(22, 0), time(7, 0));
        // 23:30 and 06:59 in Shanghai wait until 07:00; 21:59 and 07:00 do not wait.
        let seven = When::SendAt(at("2026-03-02T23:00:00Z"));
        assert_eq!(review_by_mail(&night, "2026-03-02T15:30:00Z", Shanghai), seven);
        assert_eq!(review_by_mail(&night, "2026-03-02T22:59:00Z", Shanghai), seven);
        for awake in ["2026-03-02T13:59:00Z", "2026-03-02T23:00:00Z"] {
            assert_eq!(review_by_mail(&night, awake, Shanghai), When::SendAt(at(awake)));
        }
    }

    #[test]
    fn the_inbox_and_what_guards_an_account_know_no_quiet() {
        let night = quiet(time(22, 0), time(7, 0));
        let now = at("2026-03-02T15:30:00Z");
        for (kind, channel) in [(NoticeKind::ToReview, Channel::InApp), (NoticeKind::PasswordChanged, Channel::Mail)] {
            assert_eq!(night.when_to_send(kind, channel, now, Shanghai), When::SendAt(now));
        }
    }

    #[test]
    fn a_digest_comes_at_its_hour_and_after_quiet() {
        let final_at = |preferences: &Preferences, now: &str| {
            preferences.when_to_send(NoticeKind::Final, Channel::Mail, at(now), Shanghai)
        };
        let usual = Preferences::default();
        assert_eq!(final_at(&usual, "2026-03-02T00:29:59Z"), When::Digest(at("2026-03-02T00:30:00Z")));
        assert_eq!(final_at(&usual, "2026-03-02T00:30:00Z"), When::Digest(at("2026-03-03T00:30:00Z")));
        let late = quiet(time(22, 0), time(9, 0));
        assert_eq!(final_at(&late, "2026-03-02T00:00:00Z"), When::Digest(at("2026-03-02T01:00:00Z")));
    }

    #[test]
    fn the_clock_put_forward_and_back_neither_loses_nor_wakes() {
        // Berlin, 29 March 2026: 02:00 becomes 03:00; 25 October: 03:00 becomes 02:00.
        let night = quiet(time(22, 0), time(2, 30));
        assert_eq!(review_by_mail(&night, "2026-03-28T23:00:00Z", Berlin), When::SendAt(at("2026-03-29T01:00:00Z")));
        assert_eq!(review_by_mail(&night, "2026-10-24T23:00:00Z", Berlin), When::SendAt(at("2026-10-25T00:30:00Z")));
        // The second time that clocks show 02:10 is quiet again, until the second 02:30.
        assert_eq!(review_by_mail(&night, "2026-10-25T01:10:00Z", Berlin), When::SendAt(at("2026-10-25T01:30:00Z")));
        // Samoa has no 30 December 2011: the quiet night of the 29th goes on into the 31st.
        let night = quiet(time(22, 0), time(6, 0));
        assert_eq!(review_by_mail(&night, "2011-12-30T09:00:00Z", Apia), When::SendAt(at("2011-12-30T16:00:00Z")));
    }

    #[test]
    fn what_may_not_wait_does_not_and_the_inbox_is_not_shut() {
        let choice = |kind, channel, wish| Choice { kind, channel, wish };
        let preferences = Preferences {
            choices: vec![
                choice(NoticeKind::PostGranted, Channel::Mail, Wish::Digest),
                choice(NoticeKind::PasswordChanged, Channel::Mail, Wish::Never),
                choice(NoticeKind::AddressChanged, Channel::Mail, Wish::Digest),
                choice(NoticeKind::AddressChanged, Channel::Webhook, Wish::AtOnce),
                choice(NoticeKind::Returned, Channel::InApp, Wish::Never),
                choice(NoticeKind::Recalled, Channel::InApp, Wish::Never),
                choice(NoticeKind::Invitation, Channel::Webhook, Wish::AtOnce),
                choice(NoticeKind::Overdue, Channel::Webhook, Wish::Digest),
                choice(NoticeKind::ToReview, Channel::Mail, Wish::Never),
                choice(NoticeKind::ToReview, Channel::Mail, Wish::Digest),
            ],
            ..Preferences::default()
        };
        let wish = |kind, channel| preferences.wish(kind, channel);
        assert_eq!(wish(NoticeKind::PostGranted, Channel::Mail), Wish::AtOnce);
        assert_eq!(wish(NoticeKind::PasswordChanged, Channel::Mail), Wish::AtOnce);
        assert_eq!(wish(NoticeKind::AddressChanged, Channel::Mail), Wish::AtOnce);
        assert_eq!(wish(NoticeKind::AddressChanged, Channel::Webhook), Wish::Never);
        assert_eq!(wish(NoticeKind::Returned, Channel::InApp), Wish::AtOnce);
        assert_eq!(wish(NoticeKind::Recalled, Channel::InApp), Wish::Never);
        assert_eq!(wish(NoticeKind::ToReview, Channel::Mail), Wish::Digest);
        assert_eq!(wish(NoticeKind::ToReview, Channel::Webhook), Wish::Never);
        assert_eq!(wish(NoticeKind::Overdue, Channel::Webhook), Wish::Digest);
        assert_eq!(wish(NoticeKind::Invitation, Channel::Webhook), Wish::Never);
    }

    #[test]
    fn preferences_are_read_as_they_are_written() {
        let text = r#"{"choices":[{"kind":"final","channel":"mail","wish":"at_once"}],"digest_at":"17:00:00","quiet":{"from":"22:00:00","to":"07:00:00"}}"#;
        let read: Preferences = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(serde_json::from_str::<Preferences>("{}").unwrap(), Preferences::default());
        assert!(serde_json::from_str::<Preferences>(r#"{"quiet_hours":null}"#).is_err());
    }

    fn moment() -> impl Strategy<Value = DateTime<Utc>> {
        // 2010 to 2035, to the minute; every third one near a change of clocks of some zone.
        let any = (1_262_304_000_i64 / 60..2_051_222_400 / 60).prop_map(|minutes| minutes * 60);
        let changes = ["2011-12-30T10:00:00Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-11-01T06:00:00Z"];
        let near = (prop::sample::select(changes.to_vec()), -2880_i64..2880)
            .prop_map(|(change, minutes)| change.parse::<DateTime<Utc>>().unwrap().timestamp() + minutes * 60);
        prop_oneof![2 => any, 1 => near].prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
    }

    fn clock() -> impl Strategy<Value = NaiveTime> {
        (0..24_u32, prop::sample::select(vec![0_u32, 15, 30, 59])).prop_map(|(hour, minute)| time(hour, minute))
    }

    proptest! {
        #[test]
        fn the_first_moment_that_is_not_quiet(
            now in moment(), from in clock(), to in clock(), zone in prop::sample::select(ZONES.to_vec()),
        ) {
            let hours = QuietHours { from, to };
            let When::SendAt(sent) = quiet(from, to).when_to_send(NoticeKind::ToReview, Channel::Mail, now, zone) else {
                return Err(TestCaseError::fail("sent at once or later"));
            };
            // The model: minute by minute.
            let mut minute = now;
            while hours.hold(minute.with_timezone(&zone).time()) {
                minute += TimeDelta::minutes(1);
            }
            prop_assert_eq!(sent, minute);
        }

        #[test]
        fn a_digest_is_ahead_within_two_days_and_never_in_quiet(
            now in moment(), hour in clock(), from in clock(), to in clock(), zone in prop::sample::select(ZONES.to_vec()),
        ) {
            let preferences = Preferences { digest_at: hour, ..quiet(from, to) };
            let When::Digest(sent) = preferences.when_to_send(NoticeKind::Final, Channel::Mail, now, zone) else {
                return Err(TestCaseError::fail("waits for the digest"));
            };
            prop_assert!(sent > now && sent - now < TimeDelta::hours(75));
            let hours = QuietHours { from, to };
            prop_assert!(!hours.hold(sent.with_timezone(&zone).time()));
        }

        #[test]
        fn the_same_day_gives_the_same_digest(now in moment(), hour in clock(), zone in prop::sample::select(ZONES.to_vec())) {
            let preferences = Preferences { digest_at: hour, ..Preferences::default() };
            let when = |at| preferences.when_to_send(NoticeKind::Final, Channel::Mail, at, zone);
            let When::Digest(sent) = when(now) else { return Err(TestCaseError::fail("waits for the digest")) };
            // Everything from now until then goes into the same message.
            prop_assert_eq!(when(sent - TimeDelta::seconds(1)), When::Digest(sent));
        }
    }
}
