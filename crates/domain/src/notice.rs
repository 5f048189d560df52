//! Notices: what people are told of, who is told by rule, on which channel, and when.
//!
//! A notice is one event for one person. What it may say (never a content) is up to the message; here stand the kinds,
//! the wishes of a person and the moment of sending.

mod subject;
mod when;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

pub use self::{subject::Subject, when::When};
use crate::org::words;

words! {
    /// What a notice is about. Who gets it is a rule; nobody is told of what he may not see, neither when the notice is
    /// made nor when it is sent.
    #[derive(PartialOrd, Ord)]
    NoticeKind {
        /// A record has reached your organisation. To everybody who holds a post there that may decide on this record,
        /// but its own submitter.
        ToReview = "to_review", "待审核";
        /// A draft that nobody above reviews waits for another person of its organisation. To everybody who may confirm it there,
        /// but its writer.
        ToConfirm = "to_confirm", "待确认";
        /// Your record came back. To whoever submitted it, and to everybody who may edit it at its organisation.
        Returned = "returned", "已退回";
        /// Your record was approved at the last level, or confirmed where no level is above. To whoever submitted it; what another
        /// person has confirmed, to whoever wrote it.
        Final = "final", "已通过";
        /// Your record was approved at a level that is not the last. To whoever submitted it and asked to be told.
        Approved = "approved", "本级已通过";
        /// A record that waited for you was taken back, by its branch or by the level below. To those who were told
        /// that it was to review.
        Recalled = "recalled", "已撤回";
        /// A review waits longer than the tenant allows. To those who may decide on it, once for each time at which it
        /// became due.
        Overdue = "overdue", "超期未审";
        /// You are invited. To the invited person alone, who cannot sign in yet.
        Invitation = "invitation", "邀请";
        /// Your password was changed. To its owner alone, so that a stranger's doing is seen.
        PasswordChanged = "password_changed", "密码已更改";
        /// The address that letters go to is another one, or none. By letter to the address of before, in the inbox to its
        /// owner, so that a stranger's doing is seen.
        AddressChanged = "address_changed", "邮件地址已更改";
        /// You hold a post now. To the person.
        PostGranted = "post_granted", "职务开始";
        /// You hold a post no longer. To the person.
        PostEnded = "post_ended", "职务结束";
        /// A file that you uploaded was refused: kind, protection, a mark. To whoever uploaded it.
        FileRefused = "file_refused", "文件被拒收";
        /// A file that was uploaded carries malware. To whoever uploaded it, and to the system administrators above its
        /// organisation.
        FileInfected = "file_infected", "文件带有恶意代码";
        /// The signed head of the audit log, to be kept where nobody of the operator can change it. To the audit
        /// administrators, by letter, once a day at the most.
        AuditHead = "audit_head", "审计日志签名";
        /// The audit log is not what was signed, or has lost an entry. To the audit administrators.
        AuditIncident = "audit_incident", "审计日志异常";
        /// What waited for the daily digest, in one message. To the person whose notices waited.
        Digest = "digest", "每日汇总";
        /// A trial of a webhook, asked for by whoever set it up. To its group or program alone.
        Trial = "trial", "测试消息";
    }
}

words! {
    /// How a notice reaches a person.
    #[derive(PartialOrd, Ord)]
    Channel {
        /// The inbox of the application: always, at once.
        InApp = "in_app", "站内消息";
        /// A letter to the person's address.
        Mail = "mail", "电子邮件";
        /// A webhook or a group robot that an organisation has set up.
        Webhook = "webhook", "群机器人";
    }
}

words! {
    /// What a person wishes for a kind on a channel.
    Wish {
        /// As it happens, but not in quiet hours.
        AtOnce = "at_once", "即时";
        /// Once a day, with the others.
        Digest = "digest", "每日汇总";
        /// Not on this channel.
        Never = "never", "不发送";
    }
}

impl NoticeKind {
    /// May wait for the daily digest. What somebody else waits for, and what guards an account, may not.
    pub const fn may_wait(self) -> bool {
        match self {
            Self::Returned
            | Self::Final
            | Self::Approved
            | Self::Recalled
            | Self::Overdue
            | Self::ToReview
            | Self::ToConfirm
            | Self::FileRefused => true,
            Self::Invitation
            | Self::PasswordChanged
            | Self::AddressChanged
            | Self::PostGranted
            | Self::PostEnded
            | Self::FileInfected
            | Self::AuditHead
            | Self::AuditIncident
            | Self::Digest
            | Self::Trial => false,
        }
    }

    /// Guards an account: sent by mail whatever the wishes, and in quiet hours too.
    pub const fn is_security(self) -> bool {
        matches!(self, Self::Invitation | Self::PasswordChanged | Self::AddressChanged)
    }

    /// Says that something is done, and nobody has to act on it: after a while it is a fact and no news. What waits for
    /// somebody, and what guards an account, is never too old to be told.
    pub const fn is_only_news(self) -> bool {
        match self {
            Self::Final | Self::Approved | Self::Recalled | Self::AuditHead | Self::Digest | Self::Trial => true,
            Self::ToReview
            | Self::ToConfirm
            | Self::Returned
            | Self::Overdue
            | Self::Invitation
            | Self::PasswordChanged
            | Self::AddressChanged
            | Self::PostGranted
            | Self::PostEnded
            | Self::FileRefused
            | Self::FileInfected
            | Self::AuditIncident => false,
        }
    }

    /// May be said in a group: what concerns an organisation's work. What concerns one person's account, posts or doing
    /// may not, nor what is a draft yet; an invitation's link is even a secret.
    pub const fn is_for_groups(self) -> bool {
        match self {
            Self::ToReview
            | Self::Returned
            | Self::Final
            | Self::Approved
            | Self::Recalled
            | Self::Overdue
            | Self::Trial => true,
            Self::ToConfirm
            | Self::Invitation
            | Self::PasswordChanged
            | Self::AddressChanged
            | Self::PostGranted
            | Self::PostEnded
            | Self::FileRefused
            | Self::FileInfected
            | Self::AuditHead
            | Self::AuditIncident
            | Self::Digest => false,
        }
    }

    /// What is done where the person has said nothing: the inbox at once; by mail what is to be acted on; to robots
    /// nothing that was not asked for.
    pub const fn default_wish(self, channel: Channel) -> Wish {
        match (channel, self) {
            (Channel::InApp, Self::Approved | Self::Digest | Self::Invitation | Self::AuditHead | Self::Trial)
            | (Channel::Mail, Self::Approved | Self::Recalled | Self::Trial)
            | (Channel::Webhook, _) => Wish::Never,
            (Channel::Mail, Self::Final | Self::Overdue) => Wish::Digest,
            (Channel::InApp | Channel::Mail, _) => Wish::AtOnce,
        }
    }
}

/// One wish that differs from the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Of what.
    pub kind: NoticeKind,
    /// Where.
    pub channel: Channel,
    /// How.
    pub wish: Wish,
}

/// Hours in which nothing is sent, by the clock of the tenant. They may pass midnight; equal ends mean none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// First moment of quiet.
    pub from: NaiveTime,
    /// First moment after it.
    pub to: NaiveTime,
}

impl QuietHours {
    /// Is it quiet at this time of day?
    pub fn hold(self, time: NaiveTime) -> bool {
        if self.from <= self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}

/// What a person wishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// What differs from the defaults; of two for the same kind and channel the last one counts.
    pub choices: Vec<Choice>,
    /// When the daily digest is sent.
    pub digest_at: NaiveTime,
    /// When nothing is sent.
    pub quiet: Option<QuietHours>,
}

impl Default for Preferences {
    fn default() -> Self {
        let digest_at = NaiveTime::from_hms_opt(8, 30, 0).unwrap_or(NaiveTime::MIN);
        Self { choices: Vec::new(), digest_at, quiet: None }
    }
}

impl Preferences {
    /// What is done with a kind on a channel: the choice where the kind allows it, else the default.
    ///
    /// The inbox has no digest and cannot be shut, but for what is only told to those who ask. What guards an account
    /// is always sent by mail. What is no affair of a group is never said there.
    pub fn wish(&self, kind: NoticeKind, channel: Channel) -> Wish {
        let chosen = self.choices.iter().rev().find(|choice| choice.kind == kind && choice.channel == channel);
        let default = kind.default_wish(channel);
        match (chosen.map_or(default, |choice| choice.wish), channel) {
            (_, Channel::Mail) if kind.is_security() => Wish::AtOnce,
            (_, Channel::Webhook) if !kind.is_for_groups() => Wish::Never,
            (Wish::Digest, Channel::InApp) => default,
            (Wish::Never, Channel::InApp) if kind != NoticeKind::Recalled => default,
            (_, Channel::InApp) if kind == NoticeKind::AuditHead => default,
            (Wish::Digest, Channel::Mail | Channel::Webhook) if !kind.may_wait() => Wish::AtOnce,
            (wish, Channel::InApp | Channel::Mail | Channel::Webhook) => wish,
        }
    }
}
