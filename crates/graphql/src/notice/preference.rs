//! Wishes: which kind, on which channel, how.

use async_graphql::{Enum, InputObject, SimpleObject};
use domain::notice::{Choice, Preferences, QuietHours, Wish as DomainWish};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::{NoticeKind, delivery::Channel};

/// What is done with a kind on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[graphql(name = "NoticeWish", remote = "DomainWish")]
pub enum Wish {
    /// As it happens, but not in quiet hours. 即时
    AtOnce,
    /// Once a day, with the others. 每日汇总
    Digest,
    /// Not on this channel. 不发送
    Never,
}

/// One wish.
#[derive(Debug, Clone, SimpleObject)]
pub struct NoticeChoice {
    /// Of what.
    kind: NoticeKind,
    /// Where.
    channel: Channel,
    /// How.
    wish: Wish,
}

/// Hours in which nothing is sent, by the clock of the tenant.
#[derive(Debug, Clone, SimpleObject)]
pub struct NoticeQuietHours {
    /// First moment of quiet, HH:MM.
    from: String,
    /// First moment after it, HH:MM.
    to: String,
}

/// What one wishes to be told of, and how.
#[derive(Debug, SimpleObject)]
pub struct NoticePreferences {
    /// Of every kind on every channel, what is done: one's own choice where the kind allows it, else the default.
    wishes: Vec<NoticeChoice>,
    /// When the daily digest is sent, HH:MM by the clock of the tenant.
    digest_at: String,
    /// When nothing is sent.
    quiet: Option<NoticeQuietHours>,
    /// Where letters go; none: no letters.
    email: Option<String>,
}

impl From<app::notice::Settings> for NoticePreferences {
    fn from(settings: app::notice::Settings) -> Self {
        let app::notice::Settings { preferences, email } = settings;
        let wishes = domain::notice::NoticeKind::ALL.iter().flat_map(|&kind| {
            let wish = |channel| preferences.wish(kind, channel);
            [domain::notice::Channel::InApp, domain::notice::Channel::Mail].map(|channel| NoticeChoice {
                kind: kind.into(),
                channel: channel.into(),
                wish: wish(channel).into(),
            })
        });
        Self {
            wishes: wishes.collect(),
            digest_at: preferences.digest_at.format("%H:%M").to_string(),
            quiet: preferences.quiet.map(|quiet| NoticeQuietHours {
                from: quiet.from.format("%H:%M").to_string(),
                to: quiet.to.format("%H:%M").to_string(),
            }),
            email: email.map(|email| email.expose_secret().to_owned()),
        }
    }
}

/// One wish.
#[derive(Debug, Clone, InputObject, Serialize)]
pub struct NoticeChoiceInput {
    /// Of what.
    kind: NoticeKind,
    /// Where: `IN_APP` or `MAIL`.
    channel: Channel,
    /// How.
    wish: Wish,
}

/// Hours in which nothing is sent.
#[derive(Debug, Clone, InputObject, Serialize)]
pub struct NoticeQuietHoursInput {
    /// First moment of quiet, HH:MM.
    from: String,
    /// First moment after it, HH:MM.
    to: String,
}

fn time(text: &str) -> Option<chrono::NaiveTime> {
    chrono::NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// Reads wishes; none where a time is none.
pub(super) fn read(
    choices: &[NoticeChoiceInput],
    digest_at: &str,
    quiet: Option<&NoticeQuietHoursInput>,
) -> Option<Preferences> {
    let choice = |input: &NoticeChoiceInput| Choice {
        kind: input.kind.into(),
        channel: input.channel.into(),
        wish: input.wish.into(),
    };
    let quiet = match quiet {
        Some(hours) => Some(QuietHours { from: time(&hours.from)?, to: time(&hours.to)? }),
        None => None,
    };
    Some(Preferences { choices: choices.iter().map(choice).collect(), digest_at: time(digest_at)?, quiet })
}
