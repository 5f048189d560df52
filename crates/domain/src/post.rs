//! Posts: who holds which role at which organisation, from when to when. Days are those of the tenant's time zone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{Code, Problem, clock::day_in};

/// When a post is held: from an instant on, to an instant (exclusive) where it has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// First instant.
    pub from: DateTime<Utc>,
    /// First instant at which it is held no more.
    pub to: Option<DateTime<Utc>>,
}

impl Term {
    /// Is the post held at this instant?
    pub fn covers(self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }

    /// The term of a new post: from now, or from a day on that is not past; to the end of a day, or without an end.
    pub fn grant(
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Self, Vec<Problem>> {
        let today = day_in(zone, now);
        let first = from.unwrap_or(today);
        let mut problems = Vec::new();
        if first < today || first.year() > LAST_YEAR {
            problems.push(bad_day("from", "任职起始日不得早于今天", "a post begins today or later"));
        }
        if until.is_some_and(|until| until < first.max(today) || until.year() > LAST_YEAR) {
            problems.push(bad_day(
                "until",
                "任职终止日不得早于起始日",
                "the last day of a post is not before its first",
            ));
        }
        if problems.is_empty() {
            let from = if first == today { now } else { start_of(first, zone) };
            Ok(Self { from, to: until.map(|until| end_of(until, zone)) })
        } else {
            Err(problems)
        }
    }

    /// The term cut short: at once, or at the end of a day. A post that has not begun is never held.
    pub fn end(self, until: Option<NaiveDate>, zone: Tz, now: DateTime<Utc>) -> Result<Self, Problem> {
        if self.to.is_some_and(|to| to <= now) {
            return Err(Problem::new(Code::WrongState, &["id"], "该职务已终止", "the post has ended already"));
        }
        let Some(until) = until else { return Ok(Self { to: Some(now.max(self.from)), ..self }) };
        let wrong = |zh, en| Err(bad_day("until", zh, en));
        if until < day_in(zone, now) || until.year() > LAST_YEAR {
            return wrong("终止日不得早于今天", "the last day is today or later");
        }
        let to = end_of(until, zone);
        if to <= self.from {
            return wrong(
                "终止日早于任职起始日；如需取消，请不填终止日",
                "the last day is before the first; to cancel the post, give no day",
            );
        }
        if self.to.is_some_and(|before| before < to) {
            return wrong(
                "终止日只能提前，不能延后；延长须重新授予",
                "an end is moved forward only; grant again to prolong",
            );
        }
        Ok(Self { to: Some(to), ..self })
    }
}

/// Days beyond are mistakes of writing.
const LAST_YEAR: i32 = 2999;

fn bad_day(field: &str, zh: &str, en: &str) -> Problem {
    Problem::new(Code::BadDate, &[field], zh, en)
}

/// The first instant of a day; where the clock is put forward over midnight, the first that there is.
pub fn start_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=24)
        .find_map(|hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest())
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

/// The first instant after a day.
pub fn end_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    start_of(day.succ_opt().unwrap_or(day), zone)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    // 00:30 on the 15th in Shanghai, still the 14th in UTC.
    const NOW: &str = "2026-03-14T16:30:00Z";

    #[test]
    fn a_post_from_today_begins_now_and_ends_with_its_last_day() {
        let term = Term::grant(Some(day("2026-03-15")), Some(day("2026-03-15")), Shanghai, at(NOW)).unwrap();
        assert_eq!(term, Term { from: at(NOW), to: Some(at("2026-03-15T16:00:00Z")) });
        assert!(term.covers(at("2026-03-15T15:59:59Z")) && !term.covers(at("2026-03-15T16:00:00Z")));
        let later = Term::grant(Some(day("2026-03-16")), None, Shanghai, at(NOW)).unwrap();
        assert_eq!(later, Term { from: at("2026-03-15T16:00:00Z"), to: None });
    }

    #[test]
    fn a_post_never_begins_in_the_past_nor_ends_before_it_begins() {
        let wrong = |from: &str, until: &str| {
            Term::grant(Some(day(from)), Some(day(until)), Shanghai, at(NOW)).unwrap_err().len()
        };
        assert_eq!(wrong("2026-03-14", "2026-03-20"), 1);
        assert_eq!(wrong("2026-03-20", "2026-03-19"), 1);
        assert_eq!(wrong("2026-03-14", "2026-03-13"), 2);
        assert_eq!(wrong("2026-03-20", "9999-12-31"), 1);
    }

    #[test]
    fn an_end_is_only_moved_forward() {
        let term = Term { from: at("2026-01-01T00:00:00Z"), to: Some(at("2026-06-30T16:00:00Z")) };
        assert_eq!(term.end(None, Shanghai, at(NOW)).unwrap().to, Some(at(NOW)));
        let sooner = term.end(Some(day("2026-03-31")), Shanghai, at(NOW)).unwrap();
        assert_eq!(sooner.to, Some(at("2026-03-31T16:00:00Z")));
        assert!(term.end(Some(day("2026-07-01")), Shanghai, at(NOW)).is_err());
        assert!(term.end(Some(day("2026-03-14")), Shanghai, at(NOW)).is_err());
        assert!(sooner.end(None, Shanghai, at("2026-03-31T16:00:00Z")).is_err());
        let future = Term { from: at("2026-05-01T00:00:00Z"), to: None };
        assert_eq!(future.end(None, Shanghai, at(NOW)).unwrap().to, Some(future.from));
        assert!(future.end(Some(day("2026-04-01")), Shanghai, at(NOW)).is_err());
    }

    #[test]
    fn a_day_without_a_midnight_begins_at_its_first_instant() {
        // The clock of Cairo went from 0:00 to 1:00 on this day.
        let cairo = chrono_tz::Africa::Cairo;
        assert_eq!(start_of(day("2023-04-28"), cairo), at("2023-04-27T22:00:00Z"));
    }
}
