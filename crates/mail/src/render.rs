//! Notices in words: subject, sentence and link, as a letter (plain text and HTML) and as a line for a group.
//!
//! What may be said: the label of the record's type, the names of organisations, a title only where the caller gives
//! one (he has checked that the person may see it now), a link that asks for rights again, and whom to ask. Never
//! anything of a content. Everything from outside goes through [`Line`](crate::line::Line).

mod html;
mod letter;
mod page;
mod sentence;
#[cfg(test)]
mod tests;

use chrono::{NaiveDate, NaiveDateTime};
use domain::{Locale, notice::NoticeKind};
use url::Url;
use uuid::Uuid;

pub use self::letter::{Reader, Sender, SenderError, digest, is_address, letter, message_id};

/// One event for one person or group, in the reader's language.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The event; the same for every reader and every attempt.
    pub event: Uuid,
    /// What has happened.
    pub matter: Matter,
    /// Where to read on.
    pub link: Url,
    /// Whom to ask: a person or an organisation, as the reader knows them.
    pub ask: Option<String>,
}

/// A record as it may be named in a message.
#[derive(Debug, Clone)]
pub struct Named {
    /// Label of its type in the reader's language.
    pub type_label: String,
    /// Its title, only if the reader may see it.
    pub title: Option<String>,
    /// Whose record.
    pub org: String,
}

/// A record, and the organisation whose step it is.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which record.
    pub record: Named,
    /// Who received, decided, or had it waiting.
    pub at: String,
}

/// A role at an organisation, and the day of its change.
#[derive(Debug, Clone)]
pub struct Held {
    /// Label of the role in the reader's language.
    pub role: String,
    /// Where.
    pub org: String,
    /// First day with it, or without.
    pub day: NaiveDate,
}

/// What has happened; days and times are those of the tenant's clock.
#[derive(Debug, Clone)]
pub enum Matter {
    /// See [`NoticeKind::ToReview`].
    ToReview(Step),
    /// See [`NoticeKind::Returned`].
    Returned(Step),
    /// See [`NoticeKind::Final`].
    Final(Step),
    /// See [`NoticeKind::Final`], of what another person of its own organisation has confirmed.
    Confirmed(Named),
    /// See [`NoticeKind::ToConfirm`].
    ToConfirm(Named),
    /// See [`NoticeKind::Approved`].
    Approved(Step),
    /// See [`NoticeKind::Recalled`].
    Recalled(Step),
    /// See [`NoticeKind::Overdue`].
    Overdue {
        /// What waits, and where.
        step: Step,
        /// Longer than how many days.
        days: u16,
    },
    /// See [`NoticeKind::Invitation`]. The link carries the secret.
    Invitation {
        /// Who invites.
        org: String,
        /// Until when the link is good.
        until: NaiveDateTime,
    },
    /// See [`NoticeKind::PasswordChanged`].
    PasswordChanged(NaiveDateTime),
    /// See [`NoticeKind::AddressChanged`]. Neither address stands in it.
    AddressChanged(NaiveDateTime),
    /// See [`NoticeKind::PostGranted`].
    PostGranted(Held),
    /// See [`NoticeKind::PostEnded`].
    PostEnded(Held),
    /// See [`NoticeKind::FileRefused`].
    FileRefused {
        /// For which organisation it was uploaded.
        org: String,
        /// Why, in the reader's language; neither name nor content of the file.
        why: String,
    },
    /// See [`NoticeKind::FileInfected`]. For which organisation it was uploaded.
    FileInfected(String),
    /// See [`NoticeKind::AuditHead`].
    AuditHead {
        /// Number of entries.
        size: u64,
        /// When it was signed.
        at: NaiveDateTime,
        /// The note, as it was signed: numbers, a digest, signatures.
        note: String,
    },
    /// See [`NoticeKind::AuditIncident`].
    AuditIncident,
    /// See [`NoticeKind::Trial`]. Whose webhook it is.
    Trial(String),
}

impl Matter {
    /// The kind that wishes are kept for.
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::ToReview(_) => NoticeKind::ToReview,
            Self::Returned(_) => NoticeKind::Returned,
            Self::Final(_) | Self::Confirmed(_) => NoticeKind::Final,
            Self::ToConfirm(_) => NoticeKind::ToConfirm,
            Self::Approved(_) => NoticeKind::Approved,
            Self::Recalled(_) => NoticeKind::Recalled,
            Self::Overdue { .. } => NoticeKind::Overdue,
            Self::Invitation { .. } => NoticeKind::Invitation,
            Self::PasswordChanged(_) => NoticeKind::PasswordChanged,
            Self::AddressChanged(_) => NoticeKind::AddressChanged,
            Self::PostGranted(_) => NoticeKind::PostGranted,
            Self::PostEnded(_) => NoticeKind::PostEnded,
            Self::FileRefused { .. } => NoticeKind::FileRefused,
            Self::FileInfected(_) => NoticeKind::FileInfected,
            Self::AuditHead { .. } => NoticeKind::AuditHead,
            Self::AuditIncident => NoticeKind::AuditIncident,
            Self::Trial(_) => NoticeKind::Trial,
        }
    }
}

/// A notice in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One line; no title, since it shows on locked screens.
    pub subject: String,
    /// What has happened and what to do, in a sentence or two.
    pub sentence: String,
    /// Whom to ask, as a sentence.
    pub ask: Option<String>,
}

impl Notice {
    /// The notice in a language.
    pub fn words(&self, locale: Locale) -> Words {
        sentence::words(self, locale)
    }

    /// What is to be kept letter by letter: a head of the audit log, of lines that the log's own code has written.
    fn verbatim(&self) -> Option<String> {
        let Matter::AuditHead { note, .. } = &self.matter else { return None };
        Some(note.chars().filter(|&letter| letter == '\n' || !letter.is_control()).collect())
    }
}
