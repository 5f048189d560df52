//! What a delivery says, and whether it is still to be said: the rights are those of the moment of sending. A code where it
//! is not.

use std::sync::Arc;

use authz::{Duty, TenantPolicy};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::{
    Id, Locale,
    account::INVITED_FOR,
    id::{ReceiptId, noun},
    notice::{Channel, NoticeKind, Subject, Wish},
    record_type::Bilingual,
    submission::{ReceiptState, SubmissionState},
    tenant::TenantId,
};
use mail::render::{Held, Matter, Named, Notice, Step};
use store::{
    audit_log::head::Stored as Head,
    delivery::{Delivery, Item},
    relay::{
        Matters, People,
        fact::{Person, Round, Webhook},
    },
};
use url::Url;
use uuid::Uuid;

use crate::right::Rights;

/// Why nothing is said.
type Unsaid = &'static str;

/// What is known of a tenant's deliveries at the moment of sending.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) matters: Matters,
    pub(super) people: People,
    pub(super) policy: Arc<TenantPolicy>,
    pub(super) public: Url,
    pub(super) now: DateTime<Utc>,
    pub(super) tenant: TenantId,
    /// The newest signed head of the tenant's audit log, where a letter is to say it.
    pub(super) head: Option<Head>,
}

/// To whom something is said.
#[derive(Clone, Copy)]
enum To<'a> {
    Person(&'a Person),
    Group(&'a Webhook),
}

impl To<'_> {
    const fn locale(self) -> Locale {
        match self {
            Self::Person(person) => person.locale,
            Self::Group(hook) => hook.locale,
        }
    }
}

/// What is to be said of.
#[derive(Clone, Copy)]
struct Said<'a> {
    event: Uuid,
    kind: NoticeKind,
    subject: &'a Subject,
    at: DateTime<Utc>,
}

impl Desk {
    /// Somebody who may be written to.
    pub(super) fn reader(&self, id: Id<noun::Account>) -> Option<&Person> {
        self.people.person(id).filter(|person| person.open && self.people.tenant.open)
    }

    /// A webhook that is still there.
    pub(super) fn webhook(&self, id: Id<noun::Webhook>) -> Option<&Webhook> {
        self.people.webhooks.iter().find(|hook| hook.id == id && self.people.tenant.open)
    }

    /// Somebody who was invited and is not in yet.
    pub(super) fn invited(&self, id: Id<noun::Account>) -> Option<&Person> {
        self.people.person(id).filter(|person| person.invited && self.people.tenant.open)
    }

    /// An invitation, whose link carries its secret behind the `#`: no server is told of it before it is accepted.
    pub(super) fn invitation(&self, person: &Person, of: &Delivery, token: &str) -> Result<Notice, Unsaid> {
        let org = person.home.clone().ok_or("gone")?;
        let mut link = self.link("accept");
        link.set_fragment(Some(token));
        let matter = Matter::Invitation { org, until: self.local(of.at + INVITED_FOR) };
        Ok(Notice { event: of.event, matter, link, ask: person.home.clone() })
    }

    /// A letter's notice.
    pub(super) fn notice(&self, person: &Person, of: &Delivery) -> Result<Notice, Unsaid> {
        self.say(To::Person(person), Said { event: of.event, kind: of.kind, subject: &of.subject, at: of.at })
    }

    /// One of those in a digest.
    pub(super) fn item(&self, person: &Person, of: &Item) -> Result<Notice, Unsaid> {
        self.say(To::Person(person), Said { event: of.event, kind: of.kind, subject: &of.subject, at: of.at })
    }

    /// A group's notice.
    pub(super) fn said_to_group(&self, hook: &Webhook, of: &Delivery) -> Result<Notice, Unsaid> {
        self.say(To::Group(hook), Said { event: of.event, kind: of.kind, subject: &of.subject, at: of.at })
    }

    /// Where something is opened: the page asks for rights again.
    pub(super) fn link(&self, path: &str) -> Url {
        self.public.join(path).unwrap_or_else(|_| self.public.clone())
    }

    fn say(&self, to: To<'_>, said: Said<'_>) -> Result<Notice, Unsaid> {
        match to {
            To::Person(person) if person.preferences.wish(said.kind, Channel::Mail) == Wish::Never => {
                return Err("unwanted");
            }
            To::Group(hook) if said.kind != NoticeKind::Trial && !hook.kinds.contains(&said.kind) => {
                return Err("unwanted");
            }
            To::Person(_) | To::Group(_) => {}
        }
        let Said { event, subject, .. } = said;
        let (matter, path, ask) = match said.kind {
            NoticeKind::ToReview
            | NoticeKind::Returned
            | NoticeKind::Final
            | NoticeKind::Approved
            | NoticeKind::Overdue
            | NoticeKind::Recalled => {
                return self.flow(to, said);
            }
            NoticeKind::ToConfirm => {
                let (record, matter) = self.to_confirm(to, subject)?;
                (matter, format!("records/{record}"), None)
            }
            NoticeKind::PasswordChanged => {
                (Matter::PasswordChanged(self.local(said.at)), "settings/account".to_owned(), None)
            }
            NoticeKind::AddressChanged => {
                let To::Person(person) = to else { return Err("unknown") };
                (Matter::AddressChanged(self.local(said.at)), "settings/notices".to_owned(), person.home.clone())
            }
            NoticeKind::PostGranted | NoticeKind::PostEnded => {
                (self.post(to, said)?, "settings/posts".to_owned(), None)
            }
            NoticeKind::FileRefused => {
                let file =
                    subject.file.and_then(|id| self.matters.files.iter().find(|file| file.id == id)).ok_or("gone")?;
                if file.state != "refused" {
                    return Err("settled");
                }
                let why = match to.locale() {
                    Locale::Zh => file.zh.clone(),
                    Locale::En => file.en.clone(),
                };
                let matter = Matter::FileRefused { org: self.named(file.org)?, why: why.unwrap_or_default() };
                (matter, format!("files/{}", file.id), None)
            }
            NoticeKind::Trial => (Matter::Trial(self.named(subject.org.ok_or("gone")?)?), "inbox".to_owned(), None),
            NoticeKind::FileInfected => {
                let org = subject.org.ok_or("gone")?;
                let own = subject.file.filter(|id| self.uploaded(to, *id));
                if own.is_none() && !self.runs_system_over(to, org) {
                    return Err("no_right");
                }
                let path = own.map_or_else(|| "inbox".to_owned(), |file| format!("files/{file}"));
                (Matter::FileInfected(self.named(org)?), path, None)
            }
            NoticeKind::AuditIncident => {
                audits(to)?;
                (Matter::AuditIncident, "audit".to_owned(), None)
            }
            NoticeKind::AuditHead => {
                audits(to)?;
                let head = self.head.as_ref().ok_or("gone")?;
                let at = self.local(head.at);
                (Matter::AuditHead { size: head.size, at, note: head.note.clone() }, "audit".to_owned(), None)
            }
            NoticeKind::Invitation | NoticeKind::Digest => return Err("unknown"),
        };
        Ok(Notice { event, matter, link: self.link(&path), ask })
    }

    /// A step of a record's way, if it still stands and the reader may still know of it.
    fn flow(&self, to: To<'_>, said: Said<'_>) -> Result<Notice, Unsaid> {
        let subject = said.subject;
        let round = subject.record.zip(subject.round).and_then(|(record, round)| self.matters.round(record, round));
        let (of, receipt) = round.zip(subject.receipt()).ok_or("gone")?;
        stands(of, receipt, said.kind)?;
        let days = self.people.tenant.settings.review_days;
        if said.kind == NoticeKind::Overdue && !self.waits_too_long(of, receipt) {
            return Err("settled");
        }
        let (own, at) = (self.matters.org(of.org).ok_or("gone")?, self.matters.org(receipt.org).ok_or("gone")?);
        let titled = match to {
            To::Person(person) => {
                let (rights, grade) = (Rights { policy: &self.policy, person }, of.confidentiality);
                let (submitter, owner) = (person.account == of.by, person.account == of.owner());
                let may = match said.kind {
                    NoticeKind::ToReview | NoticeKind::Overdue => !submitter && rights.decides(&at.place(), grade),
                    NoticeKind::Recalled => rights.holds(&at.place(), grade),
                    NoticeKind::Returned => {
                        rights.edits(&own.place(), grade) || (submitter && rights.views(&own.place(), grade))
                    }
                    _ => owner && rights.views(&own.place(), grade),
                };
                if !may {
                    return Err("no_right");
                }
                // What was withdrawn shows nothing.
                said.kind != NoticeKind::Recalled
            }
            // Of a group nobody knows who is in it: what is internal is not named there.
            To::Group(_) => of.confidentiality == 0 && said.kind != NoticeKind::Recalled,
        };
        let title = of.title.clone().filter(|_| titled);
        let record = Named { type_label: called(of.label.as_ref(), to.locale()), title, org: own.name.clone() };
        let step = Step { record, at: at.name.clone() };
        let (matter, path, ask) = match said.kind {
            NoticeKind::ToReview => (Matter::ToReview(step), format!("receipts/{receipt}"), &own.name),
            NoticeKind::Overdue => (Matter::Overdue { step, days }, format!("receipts/{receipt}"), &own.name),
            NoticeKind::Recalled => (Matter::Recalled(step), format!("receipts/{receipt}"), &own.name),
            NoticeKind::Returned => (Matter::Returned(step), format!("records/{}", of.record), &at.name),
            // Confirmed by his own people: there is nobody else to ask.
            NoticeKind::Final if of.route.is_empty() => {
                let link = self.link(&format!("records/{}", of.record));
                return Ok(Notice { event: said.event, matter: Matter::Confirmed(step.record), link, ask: None });
            }
            NoticeKind::Final => (Matter::Final(step), format!("records/{}", of.record), &at.name),
            _ => (Matter::Approved(step), format!("records/{}", of.record), &at.name),
        };
        Ok(Notice { event: said.event, matter, link: self.link(&path), ask: Some(ask.clone()) })
    }

    /// A draft that waits to be confirmed, if it still does, just so, and the reader may still do it.
    fn to_confirm(&self, to: To<'_>, subject: &Subject) -> Result<(Id<noun::Record>, Matter), Unsaid> {
        let To::Person(person) = to else { return Err("unknown") };
        let (record, rev) = subject.record.zip(subject.rev).ok_or("gone")?;
        let of = self.matters.draft(record, rev).ok_or("settled")?;
        let own = self.matters.org(of.org).ok_or("gone")?;
        let rights = Rights { policy: &self.policy, person };
        if person.account == of.by || !rights.confirms(&own.place(), of.confidentiality) {
            return Err("no_right");
        }
        let type_label = called(of.label.as_ref(), to.locale());
        Ok((record, Matter::ToConfirm(Named { type_label, title: of.title.clone(), org: own.name.clone() })))
    }

    fn post(&self, to: To<'_>, said: Said<'_>) -> Result<Matter, Unsaid> {
        let post =
            said.subject.post.and_then(|id| self.matters.posts.iter().find(|post| post.id == id)).ok_or("gone")?;
        let held = |day: DateTime<Utc>| -> Result<Held, Unsaid> {
            Ok(Held {
                role: to.locale().pick(&post.zh, &post.en).to_owned(),
                org: self.named(post.org)?,
                day: self.local(day).date(),
            })
        };
        match (said.kind, post.to) {
            (NoticeKind::PostEnded, Some(end)) => Ok(Matter::PostEnded(held(end)?)),
            (NoticeKind::PostGranted, end) if end.is_none_or(|end| self.now < end) => {
                Ok(Matter::PostGranted(held(post.from)?))
            }
            _ => Err("settled"),
        }
    }

    /// By the days that the tenant allows now.
    fn waits_too_long(&self, of: &Round, receipt: ReceiptId) -> bool {
        let allowed = TimeDelta::days(self.people.tenant.settings.review_days.into());
        let here = of.receipts.iter().find(|one| one.org == receipt.org && one.no == receipt.no);
        here.is_some_and(|one| one.received + allowed < self.now)
    }

    fn runs_system_over(&self, to: To<'_>, org: Id<noun::Org>) -> bool {
        let (To::Person(person), Some(place)) = (to, self.matters.org(org).map(store::relay::fact::Org::place)) else {
            return false;
        };
        person.posts.iter().any(|post| post.duty == Some(Duty::System) && post.org.holds(&place))
    }

    fn uploaded(&self, to: To<'_>, id: Id<noun::File>) -> bool {
        let To::Person(person) = to else { return false };
        self.matters.files.iter().any(|file| file.id == id && file.account == person.account)
    }

    fn named(&self, org: Id<noun::Org>) -> Result<String, Unsaid> {
        self.matters.org(org).map(|org| org.name.clone()).ok_or("gone")
    }

    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.people.tenant.settings.time_zone).naive_local()
    }
}

/// What a type is called.
fn called(label: Option<&Bilingual>, locale: Locale) -> String {
    label.map_or_else(String::new, |label| locale.pick(&label.zh, &label.en).to_owned())
}

/// Is it an audit administrator still?
fn audits(to: To<'_>) -> Result<(), Unsaid> {
    let To::Person(person) = to else { return Err("unknown") };
    if person.posts.iter().any(|post| post.duty == Some(Duty::Audit)) { Ok(()) } else { Err("no_right") }
}

/// Is it still so?
fn stands(of: &Round, receipt: ReceiptId, kind: NoticeKind) -> Result<(), Unsaid> {
    let state = of.receipts.iter().find(|one| one.org == receipt.org && one.no == receipt.no).map(|one| one.state);
    let so = match kind {
        NoticeKind::ToReview | NoticeKind::Overdue => state == Some(ReceiptState::Pending),
        NoticeKind::Recalled => state == Some(ReceiptState::Withdrawn),
        NoticeKind::Returned => state == Some(ReceiptState::Returned) && of.state == SubmissionState::Returned,
        NoticeKind::Final => of.state == SubmissionState::Final,
        _ => state == Some(ReceiptState::Approved),
    };
    if so { Ok(()) } else { Err("settled") }
}
