//! Signing in and passwords: the functions of the second wall that alone reach a digest.

use chrono::{DateTime, Utc};
use domain::{
    Id,
    id::noun,
    tenant::{TenantId, TenantKey},
};
use secrecy::SecretString;

use crate::{Entry, Result, Store, Tx};

/// Whose password is asked.
#[derive(Debug)]
pub struct Candidate {
    /// The tenant.
    pub tenant: TenantId,
    /// The person.
    pub account: Id<noun::Account>,
    /// What he is called.
    pub name: String,
    /// The digest, an argon2id PHC string.
    pub password: SecretString,
    /// Locked after failures until then.
    pub locked_until: Option<DateTime<Utc>>,
}

/// A session about to begin.
#[derive(Debug)]
pub struct Begin<'a> {
    /// The new id.
    pub id: Id<noun::Session>,
    /// Its token.
    pub token: &'a Entry,
    /// What it is called.
    pub label: &'a str,
    /// When it begins.
    pub at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Address that the request came from.
    pub origin: Option<&'a str>,
}

/// One's own login and digest.
#[derive(Debug)]
pub struct OwnCredential {
    /// What one signs in with.
    pub login: String,
    /// The digest; none before the first password.
    pub password: Option<SecretString>,
    /// Locked after failures until then.
    pub locked_until: Option<DateTime<Utc>>,
}

/// Who signs in with this login; none where tenant, login or account is unknown, not open, or without a password.
pub async fn candidate(store: &Store, tenant: &TenantKey, login: &str) -> Result<Option<Candidate>> {
    let mut connection = store.bare().await?;
    let row = sqlx::query!(
        r#"SELECT tenant_id AS "tenant_id!", account_id AS "account_id!", name AS "name!", password AS "password!",
                  locked_until
             FROM sec.sign_in($1, $2)"#,
        tenant.as_str(),
        login
    )
    .fetch_optional(&mut *connection)
    .await?;
    Ok(row.map(|row| Candidate {
        tenant: TenantId(row.tenant_id),
        account: Id::of(row.account_id),
        name: row.name,
        password: row.password.into(),
        locked_until: row.locked_until,
    }))
}

/// The password was right: the session begins. False where the account was locked, shut out or changed meanwhile.
pub async fn begin(store: &Store, who: &Candidate, session: Begin<'_>) -> Result<bool> {
    use secrecy::ExposeSecret as _;
    let mut connection = store.bare().await?;
    let begun = sqlx::query_scalar!(
        r#"SELECT sec.signed_in($1, $2, $3, $4, $5, $6, $7, $8, $9) AS "begun!""#,
        who.tenant.0,
        who.account.uuid(),
        who.password.expose_secret(),
        session.id.uuid(),
        session.token.token_hash.as_slice(),
        session.label,
        session.at,
        session.expires_at,
        session.origin
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(begun)
}

/// The password was wrong: counted, and from the fifth time on locked.
pub async fn failed(
    store: &Store,
    tenant: TenantId,
    account: Id<noun::Account>,
    at: DateTime<Utc>,
    origin: Option<&str>,
) -> Result<()> {
    let mut connection = store.bare().await?;
    sqlx::query!("SELECT sec.sign_in_failed($1, $2, $3, $4)", tenant.0, account.uuid(), at, origin)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// One's own login and digest.
pub async fn own(tx: &mut Tx) -> Result<OwnCredential> {
    let row = sqlx::query!(r#"SELECT login AS "login!", password, locked_until FROM sec.own_credential()"#)
        .fetch_one(tx.connection())
        .await?;
    Ok(OwnCredential {
        login: row.login,
        password: row.password.map(SecretString::from),
        locked_until: row.locked_until,
    })
}

/// Changes one's own password from the digest that was checked; every session but the present one ends. False: it was
/// changed meanwhile.
pub async fn change(tx: &mut Tx, old: &SecretString, new: &SecretString, keep: Id<noun::Session>) -> Result<bool> {
    use secrecy::ExposeSecret as _;
    let at = tx.at();
    let changed = sqlx::query_scalar!(
        r#"SELECT sec.change_password($1, $2, $3, $4) AS "changed!""#,
        old.expose_secret(),
        new.expose_secret(),
        keep.uuid(),
        at
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(changed)
}
