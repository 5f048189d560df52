//! Sessions of browsers and tokens of programs. Entering reads them from rows at every request; here they are seen,
//! made and ended.

use authz::{Permit, Scope, Sealed, act};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun};
use serde::{Deserialize, Serialize};

use crate::{Entry, Error, Result, Tx, error::touched};

/// What holds a token?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionKind {
    /// A person who signed in with a password.
    Browser,
    /// A program with a token made for it.
    Program,
}

/// A session or token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Which.
    pub id: Id<noun::Session>,
    /// Whose.
    pub account: Id<noun::Account>,
    /// Browser or program.
    pub kind: SessionKind,
    /// What it is called.
    pub label: String,
    /// May it ask for the schema?
    pub introspect: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when at the most.
    pub expires_at: DateTime<Utc>,
    /// Ended before.
    pub ended_at: Option<DateTime<Utc>>,
}

struct Row {
    id: uuid::Uuid,
    account_id: uuid::Uuid,
    kind: String,
    label: String,
    introspect: bool,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: Id::of(row.id),
            account: Id::of(row.account_id),
            kind: if row.kind == "program" { SessionKind::Program } else { SessionKind::Browser },
            label: row.label,
            introspect: row.introspect,
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// Whose a session is.
pub async fn locate(tx: &mut Tx, id: Id<noun::Session>) -> Result<Option<Sealed<Id<noun::Session>>>> {
    let tenant = tx.tenant().0;
    let owner =
        sqlx::query_scalar!("SELECT account_id FROM session WHERE tenant_id = $1 AND id = $2", tenant, id.uuid())
            .fetch_optional(tx.connection())
            .await?;
    Ok(owner.map(|owner| Sealed::of(id, Id::of(owner))))
}

/// Sessions of a person that are open now, newest first: one's own, or anybody's where the scope is the whole tenant's.
/// Two hundred at the most.
pub async fn find(tx: &mut Tx, scope: &Scope<act::ViewSession>, account: Id<noun::Account>) -> Result<Vec<Session>> {
    let allowed = if account == scope.who() { scope.own() } else { scope.whole_tenant() };
    if !allowed {
        return Ok(Vec::new());
    }
    let (tenant, at) = (tx.tenant().0, tx.at());
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, account_id, kind, label, introspect, created_at, expires_at, ended_at FROM session
          WHERE tenant_id = $1 AND account_id = $2 AND ended_at IS NULL AND expires_at > $3 ORDER BY id DESC LIMIT 200",
        tenant,
        account.uuid(),
        at
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// How many tokens of programs one has open.
pub async fn own_programs(tx: &mut Tx) -> Result<i64> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM session
            WHERE tenant_id = $1 AND account_id = $2 AND kind = 'program' AND ended_at IS NULL AND expires_at > $3"#,
        tenant,
        who,
        at
    );
    Ok(count.fetch_one(tx.connection()).await?)
}

/// Makes a token of a program for oneself.
pub async fn insert_program(
    tx: &mut Tx,
    id: Id<noun::Session>,
    token: &Entry,
    label: &str,
    introspect: bool,
    expires_at: DateTime<Utc>,
) -> Result<Session> {
    let (tenant, who, at) = (tx.tenant().0, tx.who(), tx.at());
    let done = sqlx::query!(
        "INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, introspect, created_at, expires_at)
         VALUES ($1, $2, $3, $4, 'program', $5, $6, $7, $8)",
        tenant,
        id.uuid(),
        who.uuid(),
        token.token_hash.as_slice(),
        label,
        introspect,
        at,
        expires_at
    )
    .execute(tx.connection())
    .await?;
    touched("token of a program", 1, &done)?;
    let kind = SessionKind::Program;
    let label = label.to_owned();
    Ok(Session { id, account: who, kind, label, introspect, created_at: at, expires_at, ended_at: None })
}

/// Ends a session. Conflict: it has ended already.
pub async fn end(tx: &mut Tx, may: Permit<act::EndSession>) -> Result<Session> {
    let (tenant, at) = (tx.tenant().0, tx.at());
    let row = sqlx::query_as!(
        Row,
        "UPDATE session SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL
         RETURNING id, account_id, kind, label, introspect, created_at, expires_at, ended_at",
        tenant,
        may.of().uuid(),
        at
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(Session::from).ok_or_else(|| Error::Conflict("the session has ended".to_owned()))
}

/// Ends all of one's own, the present one and tokens of programs among them; gives how many.
pub async fn end_own(tx: &mut Tx) -> Result<u64> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    let done = sqlx::query!(
        "UPDATE session SET ended_at = $3 WHERE tenant_id = $1 AND account_id = $2 AND ended_at IS NULL",
        tenant,
        who,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
