//! The people of the demo: sign-ins on one line of the tree, and hands for every sample branch.

use app::Caller;
use authz::RoleName;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Id, Locale,
    id::noun,
    post::Term,
    tenant::{TenantId, TenantKey},
};
use rand::{Rng, RngExt as _};
use serde::Serialize;
use store::{
    Entry, Owner,
    owner_people::{Person, Token},
};

use super::year::Hand;
use crate::words::Failure;

/// The one password of the demo's sign-ins.
pub(super) const PASSWORD: &str = "Shi-Yong-Fonds-2026";

/// Somebody as `demo.json` tells.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Told {
    /// Stable name for scripts, e.g. `branch_recorder`.
    pub(super) key: String,
    pub(super) tenant: String,
    pub(super) login: String,
    pub(super) password: String,
    pub(super) name: String,
    /// Bearer token.
    pub(super) token: String,
    pub(super) post: String,
    pub(super) role: String,
    pub(super) org: String,
    pub(super) org_name: String,
}

/// Who is to be made.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) login: &'a str,
    pub(super) name: &'a str,
    pub(super) role: &'a str,
    pub(super) org: Id<noun::Org>,
    /// argon2id digest, where the person signs in.
    pub(super) password: Option<&'a str>,
    pub(super) introspect: bool,
}

/// What was made.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) hand: Hand,
    pub(super) token: String,
}

/// Makes people as the operator.
#[derive(Debug)]
pub(super) struct People<'a> {
    pub(super) owner: &'a Owner,
    pub(super) tenant: TenantId,
    pub(super) key: &'a TenantKey,
    /// Since when they hold their posts: before the sample year begins.
    pub(super) since: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
}

fn id<T>(chance: &mut impl Rng, at: DateTime<Utc>) -> Id<T> {
    Id::mint(at, chance.random())
}

impl People<'_> {
    /// An account with one post and a token that lasts a year from now.
    pub(super) async fn make(&self, chance: &mut impl Rng, of: &Wanted<'_>) -> Result<Made, Failure> {
        let (account, post, session) = (id(chance, self.since), id(chance, self.since), id(chance, self.since));
        let person = Person {
            id: account,
            login: of.login,
            name: of.name,
            home_org: of.org,
            locale: Locale::Zh,
            password: of.password,
        };
        self.owner.create_account(self.tenant, &person, self.since).await?;
        if of.password.is_some() {
            let address = format!("{}@{}.example.cn", of.login, self.key.as_str());
            self.owner.set_address(self.tenant, account, &address).await?;
        }
        let role = RoleName::parse(of.role).ok_or("a role of the demo")?;
        let term = Term { from: self.since, to: None };
        self.owner.create_post(self.tenant, post, account, of.org, &role, term).await?;
        let secret: [u8; 32] = chance.random();
        let token = format!("{}.{}", self.key.as_str(), hex::encode(secret));
        let entry = Entry::of_token(&token).ok_or("a token of the demo")?;
        let row = Token {
            id: session,
            account,
            token: &entry,
            label: "demo",
            introspect: of.introspect,
            expires_at: self.now + TimeDelta::days(365),
        };
        self.owner.create_token(self.tenant, &row, self.since).await?;
        Ok(Made { hand: Hand { caller: Caller { entry, locale: None, origin: None }, post }, token })
    }
}
