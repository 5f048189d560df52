//! From events to what is told of them: which kind, about what, to whom by rule. Pure; what has been overtaken by a later
//! step is told no more.

use authz::Duty;
use chrono::{DateTime, Utc};
use domain::{
    Code, Id,
    id::noun,
    notice::{NoticeKind, Subject},
    submission::{ReceiptState, SubmissionState},
};
use sha2::{Digest as _, Sha256};
use store::relay::{
    Asked, Event, Matters, Sought,
    fact::{Draft, File, Receipt, Round},
};
use uuid::Uuid;

use super::event::{Fact, Flow, Request, What, what};

/// Events that could be read.
#[derive(Debug)]
pub(super) struct Events(Vec<Fact>);

impl Events {
    /// What cannot be read is logged and passed over: it would stand in the way of all others for ever.
    pub(super) fn read(events: &[Event]) -> Self {
        let read = |event: &Event| {
            let what = what(event);
            if what.is_none() {
                tracing::error!(event = event.id, topic = event.topic, "an event cannot be read: nobody is told of it");
            }
            what.map(|what| Fact { id: event.id, at: event.at, what })
        };
        Self(events.iter().filter_map(read).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What has to be known of them.
    pub(super) fn asked(&self) -> Asked {
        let mut asked = Asked::default();
        for Fact { what, .. } in &self.0 {
            match what {
                What::Submitted(flow)
                | What::Approved(flow)
                | What::Returned(flow)
                | What::Withdrawn(flow)
                | What::Recalled(flow)
                | What::Overdue(flow, _) => asked.rounds.push((flow.record, flow.round)),
                What::Asked(request) => asked.drafts.push(request.record),
                What::Granted(post) | What::Ended(post) => asked.posts.push(*post),
                What::FileRefused(file) => asked.files.push(*file),
                What::PasswordChanged(_)
                | What::AddressChanged(_)
                | What::Invited(_)
                | What::HeadSigned
                | What::LogWrong(_) => {}
            }
        }
        asked
    }

    /// What is told, as things stand now; of what only says that something is done, what has happened since. Beside it, how many
    /// events are told to nobody for their age.
    pub(super) fn steps(&self, matters: &Matters, since: DateTime<Utc>) -> (Vec<Step>, u64) {
        let (mut told, mut aged) = (Vec::new(), 0);
        for fact in &self.0 {
            let mut steps = fact.steps(matters);
            let all = steps.len();
            steps.retain(|step| step.at >= since || !step.kind.is_only_news());
            aged += u64::from(steps.is_empty() && all > 0);
            told.append(&mut steps);
        }
        (told, aged)
    }
}

/// What is told, and to whom by rule.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) kind: NoticeKind,
    /// Kind and ids: nobody is told twice of the same.
    pub(super) about: String,
    pub(super) event: Uuid,
    pub(super) subject: Subject,
    pub(super) at: DateTime<Utc>,
    pub(super) audience: Audience,
    /// Whose webhooks are told.
    pub(super) group: Option<Id<noun::Org>>,
    /// Who did it: nobody is told of his own doing.
    pub(super) by: Option<Id<noun::Account>>,
}

/// Who is told, by rule.
#[derive(Debug, Clone)]
pub(super) enum Audience {
    /// Whoever may decide at this organisation, but not on his own submission.
    Deciders { org: Id<noun::Org>, submitter: Id<noun::Account>, confidentiality: u8 },
    /// Whoever may confirm at this organisation what this person has written.
    Confirmers { org: Id<noun::Org>, writer: Id<noun::Account>, confidentiality: u8 },
    /// Whoever submitted, and whoever may edit at this organisation.
    Writers { org: Id<noun::Org>, submitter: Id<noun::Account>, confidentiality: u8 },
    /// Whoever submitted or wrote it, while he may read it.
    Submitter { org: Id<noun::Org>, submitter: Id<noun::Account>, confidentiality: u8 },
    /// Whoever was told of this.
    ToldOf(String),
    /// The person.
    One(Id<noun::Account>),
    /// The person, who is not in yet.
    Invited(Id<noun::Account>),
    /// Whoever has this duty: at this organisation or above it, where one is named.
    Administrators { duty: Duty, over: Option<Id<noun::Org>> },
}

impl Step {
    /// Who has to be looked at.
    pub(super) fn seek(&self, sought: &mut Sought) {
        match &self.audience {
            Audience::Deciders { org, .. } | Audience::Confirmers { org, .. } => sought.orgs.push(*org),
            Audience::Writers { org, submitter, .. } => {
                sought.orgs.push(*org);
                sought.accounts.push(*submitter);
            }
            Audience::Submitter { submitter, .. } => sought.accounts.push(*submitter),
            Audience::ToldOf(about) => sought.abouts.push(about.clone()),
            Audience::One(account) | Audience::Invited(account) => sought.accounts.push(*account),
            Audience::Administrators { duty, .. } => sought.duties.push(*duty),
        }
        sought.orgs.extend(self.group);
    }
}

/// The same for the same matter at the same moment, and for nothing else.
fn event(about: &str, at: DateTime<Utc>) -> Uuid {
    let digest = Sha256::digest(format!("{about} {}", at.timestamp_micros()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn received(kind: NoticeKind, receipt: Receipt) -> String {
    format!("{} {}.{}", kind.as_str(), receipt.org.uuid().simple(), receipt.no.0)
}

impl Fact {
    fn steps(&self, matters: &Matters) -> Vec<Step> {
        let round = |flow: &Flow| matters.round(flow.record, flow.round);
        match &self.what {
            What::Submitted(flow) => round(flow).map(|of| self.submitted(of, flow)).unwrap_or_default(),
            What::Asked(request) => {
                matters.draft(request.record, request.rev).map(|of| self.to_confirm(of, request)).into_iter().collect()
            }
            What::Approved(flow) => round(flow).map(|of| self.approved(of, flow)).unwrap_or_default(),
            What::Returned(flow) => round(flow).and_then(|of| self.returned(of, flow)).into_iter().collect(),
            What::Withdrawn(flow) => {
                round(flow).map(|of| self.recalled(of, of.route.first().copied(), flow)).unwrap_or_default()
            }
            What::Recalled(flow) => round(flow)
                .map(|of| {
                    let mut steps = self.recalled(of, of.next(flow.org), flow);
                    steps.extend(self.to_review(of, flow.org, flow.who));
                    steps
                })
                .unwrap_or_default(),
            What::PasswordChanged(account) => {
                vec![self.personal(NoticeKind::PasswordChanged, &self.id.to_string(), Subject::default(), *account)]
            }
            What::AddressChanged(account) => {
                vec![self.personal(NoticeKind::AddressChanged, &self.id.to_string(), Subject::default(), *account)]
            }
            What::Granted(id) => matters
                .posts
                .iter()
                .filter(|post| post.id == *id)
                .map(|post| {
                    let subject = Subject { post: Some(post.id), org: Some(post.org), ..Subject::default() };
                    self.personal(NoticeKind::PostGranted, &post.id.uuid().simple().to_string(), subject, post.account)
                })
                .collect(),
            What::Ended(id) => matters
                .posts
                .iter()
                .filter(|post| post.id == *id && post.to.is_some())
                .map(|post| {
                    let subject = Subject { post: Some(post.id), org: Some(post.org), ..Subject::default() };
                    let which = format!("{}.{}", post.id.uuid().simple(), self.id);
                    self.personal(NoticeKind::PostEnded, &which, subject, post.account)
                })
                .collect(),
            What::FileRefused(id) => {
                matters.files.iter().filter(|file| file.id == *id).flat_map(|file| self.refused(file)).collect()
            }
            What::Overdue(flow, due) => {
                round(flow).and_then(|of| self.overdue(of, flow.org, *due)).into_iter().collect()
            }
            What::Invited(account) => {
                let which = format!("{}.{}", account.uuid().simple(), self.id);
                let step = self.personal(NoticeKind::Invitation, &which, Subject::default(), *account);
                vec![Step { audience: Audience::Invited(*account), ..step }]
            }
            What::HeadSigned => {
                let about = format!("{} {}", NoticeKind::AuditHead.as_str(), self.at.date_naive());
                let audience = Audience::Administrators { duty: Duty::Audit, over: None };
                vec![self.step(NoticeKind::AuditHead, about, Subject::default(), audience)]
            }
            What::LogWrong(what) => {
                let about = format!("{} {what}", NoticeKind::AuditIncident.as_str());
                let audience = Audience::Administrators { duty: Duty::Audit, over: None };
                vec![self.step(NoticeKind::AuditIncident, about, Subject::default(), audience)]
            }
        }
    }

    fn step(&self, kind: NoticeKind, about: String, subject: Subject, audience: Audience) -> Step {
        Step { kind, event: event(&about, self.at), about, subject, at: self.at, audience, group: None, by: None }
    }

    fn personal(&self, kind: NoticeKind, which: &str, subject: Subject, account: Id<noun::Account>) -> Step {
        self.step(kind, format!("{} {which}", kind.as_str()), subject, Audience::One(account))
    }

    /// To whoever uploaded it; and malware to whoever administers the place that it came to.
    fn refused(&self, file: &File) -> Vec<Step> {
        let infected = file.code == Some(Code::Infected);
        let kind = if infected { NoticeKind::FileInfected } else { NoticeKind::FileRefused };
        let subject = Subject { file: Some(file.id), org: Some(file.org), ..Subject::default() };
        let step = self.personal(kind, &file.id.uuid().simple().to_string(), subject, file.account);
        let audience = Audience::Administrators { duty: Duty::System, over: Some(file.org) };
        let above = infected.then(|| Step { audience, ..step.clone() });
        std::iter::once(step).chain(above).collect()
    }

    /// What has waited too long at an organisation, if it still does. A time that was moved is another matter.
    fn overdue(&self, of: &Round, org: Id<noun::Org>, due: DateTime<Utc>) -> Option<Step> {
        let step = self.to_review(of, org, None)?;
        let kind = NoticeKind::Overdue;
        let about = format!("{} {}", received(kind, of.receipt(org, ReceiptState::Pending)?), due.timestamp());
        Some(Step { kind, event: event(&about, self.at), about, ..step })
    }

    /// What waits at an organisation, if it still does.
    fn to_review(&self, of: &Round, org: Id<noun::Org>, by: Option<Id<noun::Account>>) -> Option<Step> {
        let receipt = of.receipt(org, ReceiptState::Pending)?;
        let audience = Audience::Deciders { org, submitter: of.by, confidentiality: of.confidentiality };
        let step = self.step(NoticeKind::ToReview, received(NoticeKind::ToReview, receipt), at(of, receipt), audience);
        Some(Step { group: Some(org), by, ..step })
    }

    /// To the first level; where there is none, it is approved already.
    fn submitted(&self, of: &Round, flow: &Flow) -> Vec<Step> {
        match of.route.first() {
            Some(first) => self.to_review(of, *first, flow.who).into_iter().collect(),
            None => self.approved(of, flow),
        }
    }

    /// What waits to be confirmed, as it was asked for.
    fn to_confirm(&self, of: &Draft, request: &Request) -> Step {
        let kind = NoticeKind::ToConfirm;
        let about = format!("{} {}.{}", kind.as_str(), of.record.uuid().simple(), of.rev);
        let subject = Subject { record: Some(of.record), rev: Some(of.rev), org: Some(of.org), ..Subject::default() };
        let audience = Audience::Confirmers { org: of.org, writer: of.by, confidentiality: of.confidentiality };
        Step { by: request.who, ..self.step(kind, about, subject, audience) }
    }

    /// To whose work it is; and to the next level, where there is one.
    fn approved(&self, of: &Round, flow: &Flow) -> Vec<Step> {
        // Taken back since: as if it had not been.
        let Some(receipt) = of.receipt(flow.org, ReceiptState::Approved) else { return Vec::new() };
        let next = of.next(flow.org);
        let kind =
            if next.is_none() && of.state == SubmissionState::Final { NoticeKind::Final } else { NoticeKind::Approved };
        let audience = Audience::Submitter { org: of.org, submitter: of.owner(), confidentiality: of.confidentiality };
        let step = self.step(kind, received(kind, receipt), at(of, receipt), audience);
        let mut steps = vec![Step { group: Some(of.org), by: flow.who, ..step }];
        steps.extend(next.and_then(|next| self.to_review(of, next, flow.who)));
        steps
    }

    fn returned(&self, of: &Round, flow: &Flow) -> Option<Step> {
        let receipt = of.receipt(flow.org, ReceiptState::Returned)?;
        let audience = Audience::Writers { org: of.org, submitter: of.by, confidentiality: of.confidentiality };
        let step = self.step(NoticeKind::Returned, received(NoticeKind::Returned, receipt), at(of, receipt), audience);
        Some(Step { group: Some(of.org), by: flow.who, ..step })
    }

    /// To those who were told that it waits for them: each receipt that was withdrawn there.
    fn recalled(&self, of: &Round, org: Option<Id<noun::Org>>, flow: &Flow) -> Vec<Step> {
        let withdrawn = |one: &&Receipt| Some(one.org) == org && one.state == ReceiptState::Withdrawn;
        let step = |receipt: &Receipt| {
            let told = Audience::ToldOf(received(NoticeKind::ToReview, *receipt));
            let kind = NoticeKind::Recalled;
            Step { group: org, by: flow.who, ..self.step(kind, received(kind, *receipt), at(of, *receipt), told) }
        };
        of.receipts.iter().filter(withdrawn).map(step).collect()
    }
}

fn at(of: &Round, receipt: Receipt) -> Subject {
    Subject {
        record: Some(of.record),
        round: Some(of.round),
        org: Some(receipt.org),
        no: Some(receipt.no),
        ..Subject::default()
    }
}
