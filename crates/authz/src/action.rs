//! What can be done to what: kinds, actions, and one type per action for [`crate::Permit`] and [`crate::Scope`].

use domain::{
    Id, Locale,
    id::{ReceiptId, noun},
    tenant::TenantId,
};

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An organisation's own record.
    Record,
    /// What a superior has received; the only way to the contents of another's record.
    Receipt,
    /// Sums over an organisation and what is below it.
    Figure,
    /// An organisation.
    Org,
    /// A person who signs in; stands where the person was invited.
    Account,
    /// A role held at an organisation.
    Post,
    /// The tenant's policy.
    Policy,
    /// The trail of what was done.
    Audit,
    /// The tenant itself: settings, record types, routes.
    Tenant,
    /// A session of a person.
    Session,
    /// Where an organisation's notices go beside its people; stands at the organisation.
    Webhook,
    /// A notice on its way; those that were given up are the tenant's.
    Delivery,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Record,
        Self::Receipt,
        Self::Figure,
        Self::Org,
        Self::Account,
        Self::Post,
        Self::Policy,
        Self::Audit,
        Self::Tenant,
        Self::Session,
        Self::Webhook,
        Self::Delivery,
    ];

    /// The word in policy lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Receipt => "receipt",
            Self::Figure => "figure",
            Self::Org => "org",
            Self::Account => "account",
            Self::Post => "post",
            Self::Policy => "policy",
            Self::Audit => "audit",
            Self::Tenant => "tenant",
            Self::Session => "session",
            Self::Webhook => "webhook",
            Self::Delivery => "delivery",
        }
    }

    /// The noun for people.
    pub const fn label(self, locale: Locale) -> &'static str {
        let (zh, en) = match self {
            Self::Record => ("记录", "record"),
            Self::Receipt => ("收到的记录", "received record"),
            Self::Figure => ("统计数字", "figures"),
            Self::Org => ("党组织", "organisation"),
            Self::Account => ("账号", "account"),
            Self::Post => ("职务", "post"),
            Self::Policy => ("权限策略", "policy"),
            Self::Audit => ("审计日志", "audit trail"),
            Self::Tenant => ("租户设置", "tenant settings"),
            Self::Session => ("会话", "session"),
            Self::Webhook => ("消息推送", "webhook"),
            Self::Delivery => ("消息投递", "delivery of a notice"),
        };
        locale.pick(zh, en)
    }

    /// Reads the word of policy lines.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Do its objects differ in confidentiality? All others are at 0.
    pub const fn is_graded(self) -> bool {
        matches!(self, Self::Record | Self::Receipt)
    }
}

mod sealed {
    /// Nobody outside names actions.
    pub trait Sealed {}
}

/// An action as a type, so that a permit for one is no permit for another.
pub trait Act: sealed::Sealed + 'static {
    /// Which.
    const ACTION: Action;
    /// What names the object that it is done to; for something new, the organisation in which it is to be.
    type Of: Copy + Eq + std::fmt::Debug + Send + Sync + 'static;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident($of:ty) = $kind:ident, $verb:literal, $text:literal, $zh:literal, $en:literal;)*) => {
        /// Everything that anybody may be permitted to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// All of them, in the order of their kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What it is done to.
            pub const fn kind(self) -> Kind { match self { $(Self::$name => Kind::$kind,)* } }

            /// The word in the action column of policy lines.
            pub const fn verb(self) -> &'static str { match self { $(Self::$name => $verb,)* } }

            /// Kind and verb, e.g. `record.submit`: the stable name in contracts and logs.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text,)* } }

            /// What it is called by people.
            pub const fn label(self, locale: Locale) -> &'static str {
                match self { $(Self::$name => locale.pick($zh, $en),)* }
            }
        }

        /// The actions as types.
        pub mod act {
            use super::{Act, Action, Id, ReceiptId, TenantId, noun, sealed};
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy)]
                pub enum $name {}
                impl sealed::Sealed for $name {}
                impl Act for $name {
                    const ACTION: Action = Action::$name;
                    type Of = $of;
                }
            )*
        }
    };
}

actions! {
    /// Reads an own record, its versions and history.
    ViewRecord(Id<noun::Record>) = Record, "view", "record.view", "查看记录", "view a record";
    /// Writes a new record of this organisation.
    CreateRecord(Id<noun::Org>) = Record, "create", "record.create", "新建记录", "create a record";
    /// Changes a draft or what was returned.
    EditRecord(Id<noun::Record>) = Record, "edit", "record.edit", "编辑记录", "edit a record";
    /// Drops a draft that was never sent.
    DiscardRecord(Id<noun::Record>) = Record, "discard", "record.discard", "废弃草稿", "discard a draft";
    /// Sends a record upwards.
    SubmitRecord(Id<noun::Record>) = Record, "submit", "record.submit", "报送记录", "submit a record";
    /// Takes back what was sent, while nobody has decided.
    RecallRecord(Id<noun::Record>) = Record, "recall", "record.recall", "撤回报送", "recall a submission";
    /// Reads the version that was received.
    ViewReceipt(ReceiptId) = Receipt, "view", "receipt.view", "查看收到的记录", "view a received record";
    /// Approves what was received and passes it on.
    ApproveReceipt(ReceiptId) = Receipt, "approve", "receipt.approve", "审核通过", "approve a received record";
    /// Sends what was received back to its writer.
    ReturnReceipt(ReceiptId) = Receipt, "return", "receipt.return", "退回", "return a received record";
    /// Takes an approval back, while the next level has not decided.
    RecallReceipt(ReceiptId) = Receipt, "recall", "receipt.recall", "撤回审核", "recall an approval";
    /// Reads the figures of an organisation.
    ViewFigure(Id<noun::Org>) = Figure, "view", "figure.view", "查看统计", "view figures";
    /// Reads code, name, level and parent of an organisation.
    ViewOrg(Id<noun::Org>) = Org, "view", "org.view", "查看党组织", "view an organisation";
    /// Reads how an organisation can be reached.
    ViewOrgContact(Id<noun::Org>) = Org, "view_contact", "org.view_contact", "查看联系方式", "view contacts";
    /// Founds an organisation directly below this one.
    CreateOrg(Id<noun::Org>) = Org, "create", "org.create", "新建下级党组织", "create an organisation below";
    /// Renames an organisation.
    RenameOrg(Id<noun::Org>) = Org, "rename", "org.rename", "党组织更名", "rename an organisation";
    /// Moves an organisation; its new superior asks for [`act::CreateOrg`] beside it.
    MoveOrg(Id<noun::Org>) = Org, "move", "org.move", "调整隶属关系", "move an organisation";
    /// Closes an organisation.
    CloseOrg(Id<noun::Org>) = Org, "close", "org.close", "撤销党组织", "close an organisation";
    /// Imports a tree below this organisation.
    ImportOrgs(Id<noun::Org>) = Org, "import", "org.import", "导入党组织", "import organisations";
    /// Reads the name of a person.
    ViewAccount(Id<noun::Account>) = Account, "view", "account.view", "查看账号", "view an account";
    /// Invites a person at this organisation.
    InviteAccount(Id<noun::Org>) = Account, "invite", "account.invite", "邀请账号", "invite a person";
    /// Shuts a person out, or lets him in again.
    SuspendAccount(Id<noun::Account>) = Account, "suspend", "account.suspend", "停用账号", "suspend an account";
    /// Reads who holds which post.
    ViewPost(Id<noun::Post>) = Post, "view", "post.view", "查看职务", "view posts";
    /// Gives somebody a post at this organisation; which roles, says [`crate::TenantPolicy::may_grant`].
    GrantPost(Id<noun::Org>) = Post, "grant", "post.grant", "授予职务", "grant a post";
    /// Ends a post; which roles, says [`crate::TenantPolicy::may_end`].
    EndPost(Id<noun::Post>) = Post, "end", "post.end", "终止职务", "end a post";
    /// Reads the tenant's roles and lines.
    ViewPolicy(TenantId) = Policy, "view", "policy.view", "查看权限策略", "view the policy";
    /// Changes the tenant's roles and lines.
    EditPolicy(TenantId) = Policy, "edit", "policy.edit", "修改权限策略", "edit the policy";
    /// Asks why a person may or may not do something.
    ExplainPolicy(Id<noun::Account>) = Policy, "explain", "policy.explain", "查询权限依据", "explain a permission";
    /// Reads the audit trail.
    ViewAudit(TenantId) = Audit, "view", "audit.view", "查看审计日志", "view the audit trail";
    /// Takes the whole audit log away, to check it elsewhere.
    ExportAudit(TenantId) = Audit, "export", "audit.export", "导出审计日志", "export the audit log";
    /// Reads the tenant's settings.
    ViewTenant(TenantId) = Tenant, "view", "tenant.view", "查看租户设置", "view the settings";
    /// Changes settings, record types and routes.
    EditTenant(TenantId) = Tenant, "edit", "tenant.edit", "修改租户设置", "edit the settings";
    /// Reads where a person is signed in.
    ViewSession(Id<noun::Session>) = Session, "view", "session.view", "查看会话", "view sessions";
    /// Ends a session.
    EndSession(Id<noun::Session>) = Session, "end", "session.end", "结束会话", "end a session";
    /// Reads which webhooks an organisation has.
    ViewWebhook(Id<noun::Org>) = Webhook, "view", "webhook.view", "查看消息推送", "view webhooks";
    /// Sets up, tries and takes away webhooks of an organisation.
    EditWebhook(Id<noun::Org>) = Webhook, "edit", "webhook.edit", "设置消息推送", "edit webhooks";
    /// Reads which notices could not be delivered.
    ViewDelivery(TenantId) = Delivery, "view", "delivery.view", "查看未送达消息", "view undelivered notices";
    /// Sets undelivered notices going again.
    RedriveDelivery(TenantId) = Delivery, "redrive", "delivery.redrive", "重新投递消息", "redrive undelivered notices";
}

impl Action {
    /// Reads the two words of a policy line.
    pub fn parse(kind: &str, verb: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.kind().as_str() == kind && action.verb() == verb)
    }

    /// Its number, for tables.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// How many actions there are.
pub(crate) const ACTIONS: usize = Action::ALL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kind_and_verb_and_read_back() {
        for &action in Action::ALL {
            assert_eq!(action.as_str(), format!("{}.{}", action.kind().as_str(), action.verb()));
            assert_eq!(Action::parse(action.kind().as_str(), action.verb()), Some(action));
            assert_eq!(Action::ALL[action.index()], action);
        }
        assert_eq!(Action::parse("record", "approve"), None);
    }
}
