//! Facts that the relay and the sender decide by, as the database gives them.

use authz::{Duty, HeldPost, RoleName};
use chrono::{DateTime, Utc};
use domain::{
    Code, Id, Locale,
    id::{ReceiptNo, noun},
    notice::{NoticeKind, Preferences},
    org::Place,
    record_type::Bilingual,
    submission::{ReceiptState, SubmissionState},
    tenant::{Level, TenantKey, TenantSettings},
};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

/// What events are about.
#[derive(Debug, Clone, Deserialize)]
pub struct Matters {
    /// Rounds of records, with their receipts.
    pub rounds: Vec<Round>,
    /// Drafts, while they wait to be confirmed.
    pub drafts: Vec<Draft>,
    /// Posts.
    pub posts: Vec<Post>,
    /// Files.
    pub files: Vec<File>,
    /// Every organisation that these name.
    pub orgs: Vec<Org>,
}

/// One round of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct Round {
    /// Which record.
    pub record: Id<noun::Record>,
    /// Which round.
    pub round: i32,
    /// Whose record.
    pub org: Id<noun::Org>,
    /// Its frozen way up.
    pub route: Vec<Id<noun::Org>>,
    /// Where it stands.
    pub state: SubmissionState,
    /// Who sent it.
    pub by: Id<noun::Account>,
    /// Who wrote what was sent.
    pub author: Id<noun::Account>,
    /// 0 public, 1 internal.
    pub confidentiality: u8,
    /// Title of the version that was sent, where it was asked for.
    pub title: Option<String>,
    /// What its type is called, where it was asked for.
    pub label: Option<Bilingual>,
    /// Its receipts, the oldest first.
    pub receipts: Vec<Receipt>,
}

/// A draft that waits for another person of its organisation to confirm it.
#[derive(Debug, Clone, Deserialize)]
pub struct Draft {
    /// Which record.
    pub record: Id<noun::Record>,
    /// Whose.
    pub org: Id<noun::Org>,
    /// As it stands at this revision.
    pub rev: i32,
    /// Who wrote it, and asked.
    pub by: Id<noun::Account>,
    /// 0 public, 1 internal.
    pub confidentiality: u8,
    /// Its title, where it was asked for.
    pub title: Option<String>,
    /// What its type is called, where it was asked for.
    pub label: Option<Bilingual>,
}

/// One receipt of a round.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Receipt {
    /// At which organisation.
    pub org: Id<noun::Org>,
    /// Its number there.
    pub no: ReceiptNo,
    /// Where it stands.
    pub state: ReceiptState,
    /// When it came.
    pub received: DateTime<Utc>,
}

/// A post that was given or has ended.
#[derive(Debug, Clone, Deserialize)]
pub struct Post {
    /// Which.
    pub id: Id<noun::Post>,
    /// Whose.
    pub account: Id<noun::Account>,
    /// Where.
    pub org: Id<noun::Org>,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: Option<DateTime<Utc>>,
    /// The role in Chinese.
    pub zh: String,
    /// The role in English.
    pub en: String,
}

/// A file that was examined.
#[derive(Debug, Clone, Deserialize)]
pub struct File {
    /// Which.
    pub id: Id<noun::File>,
    /// Who uploaded it.
    pub account: Id<noun::Account>,
    /// For which organisation.
    pub org: Id<noun::Org>,
    /// Where it stands.
    pub state: String,
    /// Why it was refused, as a code.
    pub code: Option<Code>,
    /// Why it was refused, in Chinese.
    pub zh: Option<String>,
    /// The same in English.
    pub en: Option<String>,
}

/// An organisation.
#[derive(Debug, Clone, Deserialize)]
pub struct Org {
    /// Which.
    pub id: Id<noun::Org>,
    /// What it is called.
    pub name: String,
    path: String,
    level: i16,
}

impl Org {
    /// Where it stands in the tree.
    pub fn place(&self) -> Place {
        Place { org: self.id, path: self.path.clone(), level: Level(self.level) }
    }
}

impl Matters {
    /// A round.
    pub fn round(&self, record: Id<noun::Record>, round: i32) -> Option<&Round> {
        self.rounds.iter().find(|one| one.record == record && one.round == round)
    }

    /// A draft, while it waits as it stood at a revision.
    pub fn draft(&self, record: Id<noun::Record>, rev: i32) -> Option<&Draft> {
        self.drafts.iter().find(|one| one.record == record && one.rev == rev)
    }

    /// An organisation.
    pub fn org(&self, id: Id<noun::Org>) -> Option<&Org> {
        self.orgs.iter().find(|one| one.id == id)
    }
}

impl Round {
    /// Whose work it is that is approved: who sent it, or who wrote what another person of the organisation has confirmed.
    pub fn owner(&self) -> Id<noun::Account> {
        if self.route.is_empty() { self.author } else { self.by }
    }

    /// The newest receipt at an organisation in a state.
    pub fn receipt(&self, org: Id<noun::Org>, state: ReceiptState) -> Option<Receipt> {
        self.receipts.iter().rev().copied().find(|one| one.org == org && one.state == state)
    }

    /// The organisation after this one on the route.
    pub fn next(&self, org: Id<noun::Org>) -> Option<Id<noun::Org>> {
        let at = self.route.iter().position(|one| *one == org)?;
        self.route.get(at + 1).copied()
    }
}

/// Who may have to be told.
#[derive(Debug, Clone, Deserialize)]
pub struct People {
    /// The tenant.
    pub tenant: Tenant,
    /// Everybody who was sought.
    pub people: Vec<Person>,
    /// Who was told of what before.
    pub told: Vec<Known>,
    /// Webhooks.
    pub webhooks: Vec<Webhook>,
}

impl People {
    /// A person.
    pub fn person(&self, id: Id<noun::Account>) -> Option<&Person> {
        self.people.iter().find(|one| one.account == id)
    }
}

/// The tenant, as far as it concerns notices.
#[derive(Debug, Clone, Deserialize)]
pub struct Tenant {
    /// Its key.
    pub key: TenantKey,
    /// Is it served?
    pub open: bool,
    /// Version of its policy.
    pub version: i64,
    /// What it has set for itself.
    #[serde(deserialize_with = "or_default")]
    pub settings: TenantSettings,
}

/// A person with every post held now.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// Who.
    pub account: Id<noun::Account>,
    /// May the person sign in?
    pub open: bool,
    /// Is the person invited, and not in yet?
    pub invited: bool,
    /// Name of the organisation that has invited the person, where it was asked for.
    pub home: Option<String>,
    /// Language of messages.
    pub locale: Locale,
    /// What the person is called, where it was asked for.
    pub name: Option<String>,
    /// Is there an address?
    pub reachable: bool,
    /// The address, where it was asked for.
    pub email: Option<SecretString>,
    /// Wishes.
    #[serde(deserialize_with = "or_default")]
    pub preferences: Preferences,
    /// Posts, those of predecessors too.
    #[serde(deserialize_with = "posts")]
    pub posts: Vec<HeldPost>,
}

/// Somebody was told of something.
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    /// Who.
    pub account: Id<noun::Account>,
    /// Of what.
    pub about: String,
}

/// A webhook.
#[derive(Debug, Clone, Deserialize)]
pub struct Webhook {
    /// Which.
    pub id: Id<noun::Webhook>,
    /// Whose.
    pub org: Id<noun::Org>,
    /// Of what it is told.
    pub kinds: Vec<NoticeKind>,
    /// Its language.
    pub locale: Locale,
    /// Who reads at the other end: `program`, `wecom`, `dingtalk`, `feishu`.
    pub reader: String,
    /// Its address, where it was asked for and is not sealed yet.
    pub url: Option<SecretString>,
    /// Its secret, where it was asked for, has one and is not sealed yet.
    pub secret: Option<SecretString>,
    /// Both sealed, in Base64, where they were asked for.
    pub sealed: Option<String>,
    /// By which key.
    pub sealed_by: Option<String>,
}

/// What cannot be read any more counts as not said.
fn or_default<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

#[derive(Deserialize)]
struct Held {
    id: Id<noun::Post>,
    org: Id<noun::Org>,
    path: String,
    level: i16,
    role: RoleName,
    duty: Option<Duty>,
}

fn posts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HeldPost>, D::Error> {
    let held = Vec::<Held>::deserialize(deserializer)?;
    let post = |Held { id, org, path, level, role, duty }| {
        let org = Place { org, path, level: Level(level) };
        HeldPost { id, org, role, duty }
    };
    Ok(held.into_iter().map(post).collect())
}
