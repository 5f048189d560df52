//! People of the tenant: names that everybody in it may know, invitations, shutting out.

use authz::{Act, Permit, Scope, Sealed, act};
use chrono::{DateTime, Utc};
use domain::{
    Id, Locale,
    account::{Account, AccountState},
    id::noun,
    org::Place,
    tenant::Level,
};

use crate::{Error, Result, Tx, error::touched};

/// A person to be invited.
#[derive(Debug)]
pub struct Invited<'a> {
    /// The new id.
    pub id: Id<noun::Account>,
    /// What the person is called.
    pub name: &'a str,
    /// What the person signs in with.
    pub login: &'a str,
    /// Language of messages.
    pub locale: Locale,
}

struct Row {
    id: uuid::Uuid,
    name: String,
    home_org: uuid::Uuid,
    locale: String,
    state: String,
    created_at: DateTime<Utc>,
}

impl Row {
    fn account(self) -> Result<Account> {
        let state = AccountState::parse(&self.state).ok_or_else(|| Error::Stored(format!("state {}", self.state)))?;
        Ok(Account {
            id: Id::of(self.id),
            name: self.name,
            home_org: Id::of(self.home_org),
            locale: if self.locale == "en" { Locale::En } else { Locale::Zh },
            state,
            created_at: self.created_at,
        })
    }
}

/// Where an account stands: at the organisation that invited the person.
pub async fn locate(tx: &mut Tx, id: Id<noun::Account>) -> Result<Option<Sealed<Id<noun::Account>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level FROM account a JOIN org o ON o.tenant_id = a.tenant_id AND o.id = a.home_org
          WHERE a.tenant_id = $1 AND a.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let place = Place { org: Id::of(row.id), path: row.path, level: Level(row.level) };
        Sealed::at(id, place, 0)
    }))
}

/// The person that an action is permitted on.
pub async fn fetch<A: Act<Of = Id<noun::Account>>>(tx: &mut Tx, may: &Permit<A>) -> Result<Account> {
    let (tenant, id) = (tx.tenant().0, may.of().uuid());
    sqlx::query_as!(
        Row,
        "SELECT id, name, home_org, locale, state, created_at FROM account WHERE tenant_id = $1 AND id = $2",
        tenant,
        id
    )
    .fetch_one(tx.connection())
    .await?
    .account()
}

/// Oneself.
pub async fn own(tx: &mut Tx) -> Result<Account> {
    let (tenant, id) = (tx.tenant().0, tx.who().uuid());
    sqlx::query_as!(
        Row,
        "SELECT id, name, home_org, locale, state, created_at FROM account WHERE tenant_id = $1 AND id = $2",
        tenant,
        id
    )
    .fetch_one(tx.connection())
    .await?
    .account()
}

/// People invited at an organisation of the scope, by id, after a key. One more than `limit` tells that others follow.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope<act::ViewAccount>,
    org: &Place,
    after: Option<Id<noun::Account>>,
    limit: i64,
) -> Result<Vec<Account>> {
    if !scope.holds(org, 0) {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant().0;
    sqlx::query_as!(
        Row,
        "SELECT id, name, home_org, locale, state, created_at FROM account
          WHERE tenant_id = $1 AND home_org = $2 AND id > $3 ORDER BY id LIMIT $4",
        tenant,
        org.org.uuid(),
        after.map_or(uuid::Uuid::nil(), Id::uuid),
        limit
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Row::account)
    .collect()
}

/// Those of these people whom the asker may know of, in one statement.
pub async fn named(tx: &mut Tx, scope: &Scope<act::ViewAccount>, ids: &[Id<noun::Account>]) -> Result<Vec<Account>> {
    let (tenant, who) = (tx.tenant().0, tx.who());
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        "SELECT a.id, a.name, a.home_org, a.locale, a.state, a.created_at, o.path, o.level
           FROM account a JOIN org o ON o.tenant_id = a.tenant_id AND o.id = a.home_org
          WHERE a.tenant_id = $1 AND a.id = ANY ($2)",
        tenant,
        &ids
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .filter(|row| {
            let place = Place { org: Id::of(row.home_org), path: row.path.clone(), level: Level(row.level) };
            who == Id::of(row.id) || scope.holds(&place, 0)
        })
        .map(|row| {
            let (id, name, home_org, locale, state) = (row.id, row.name, row.home_org, row.locale, row.state);
            Row { id, name, home_org, locale, state, created_at: row.created_at }.account()
        })
        .collect()
}

/// Writes a person with his login; the invitation that follows takes the permit away. A login that is taken breaks `credential_tenant_id_login_key`.
pub async fn insert(tx: &mut Tx, may: &Permit<act::InviteAccount>, new: Invited<'_>) -> Result<Account> {
    let (tenant, at) = (tx.tenant().0, tx.at());
    let done = sqlx::query!(
        "INSERT INTO account (tenant_id, id, name, home_org, locale, state, created_at)
         VALUES ($1, $2, $3, $4, $5, 'invited', $6)",
        tenant,
        new.id.uuid(),
        new.name,
        may.of().uuid(),
        new.locale.tag(),
        at
    )
    .execute(tx.connection())
    .await?;
    touched("invited account", 1, &done)?;
    let done = sqlx::query!(
        "INSERT INTO credential (tenant_id, account_id, login, changed_at) VALUES ($1, $2, $3, $4)",
        tenant,
        new.id.uuid(),
        new.login,
        at
    )
    .execute(tx.connection())
    .await?;
    touched("login of an account", 1, &done)?;
    Ok(Account {
        id: new.id,
        name: new.name.to_owned(),
        home_org: *may.of(),
        locale: new.locale,
        state: AccountState::Invited,
        created_at: at,
    })
}

/// Does the person hold no post that is out of the actor's reach? The three administrators are within reach of the system
/// and the security administrator only.
pub async fn within_reach(tx: &mut Tx, may: &Permit<act::SuspendAccount>) -> Result<bool> {
    let at = tx.at();
    let within = sqlx::query_scalar!(r#"SELECT sec.within_reach($1, $2) AS "within!""#, may.of().uuid(), at);
    Ok(within.fetch_one(tx.connection()).await?)
}

/// Has the person ever set a password?
pub async fn has_password(tx: &mut Tx, may: &Permit<act::SuspendAccount>) -> Result<bool> {
    let has = sqlx::query_scalar!(r#"SELECT sec.has_password($1) AS "has!""#, may.of().uuid());
    Ok(has.fetch_one(tx.connection()).await?)
}

/// Shuts out or lets in. `before` is what was read; if it moved on, nothing is written. Whoever is shut out has no
/// session left.
pub async fn apply(
    tx: &mut Tx,
    may: Permit<act::SuspendAccount>,
    before: AccountState,
    after: AccountState,
) -> Result<()> {
    let (tenant, at, id) = (tx.tenant().0, tx.at(), may.of().uuid());
    let done = sqlx::query!(
        "UPDATE account SET state = $4 WHERE tenant_id = $1 AND id = $2 AND state = $3",
        tenant,
        id,
        before.as_str(),
        after.as_str()
    )
    .execute(tx.connection())
    .await?;
    if done.rows_affected() != 1 {
        return Err(Error::Conflict("the account changed meanwhile".to_owned()));
    }
    if after == AccountState::Suspended {
        sqlx::query!("SELECT sec.end_sessions($1, $2)", id, at).fetch_one(tx.connection()).await?;
    }
    Ok(())
}

/// One's own language.
pub async fn set_language(tx: &mut Tx, locale: Locale) -> Result<()> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let done =
        sqlx::query!("UPDATE account SET locale = $3 WHERE tenant_id = $1 AND id = $2", tenant, who, locale.tag())
            .execute(tx.connection())
            .await?;
    touched("language of an account", 1, &done)
}
