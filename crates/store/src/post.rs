//! Posts: who holds which role at which organisation, from when to when. Nothing of them is cached: `enter` reads them at
//! every request.

use authz::{Duty, HeldPost, Permit, RoleName, Scope, Sealed, act};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun, org::Place, post::Term, tenant::Level};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, Tx, error::touched};

/// A post, held now, in the past or from a day to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Which.
    pub id: Id<noun::Post>,
    /// Who holds it.
    pub account: Id<noun::Account>,
    /// Where.
    pub org: Id<noun::Org>,
    /// As what.
    pub role: RoleName,
    /// From when to when.
    pub term: Term,
    /// Who gave it; none where the operator did.
    pub granted_by: Option<Id<noun::Account>>,
    /// When it was given.
    pub granted_at: DateTime<Utc>,
    /// Who ended it before its time, or set its end.
    pub ended_by: Option<Id<noun::Account>>,
}

/// A post to be written.
#[derive(Debug)]
pub struct Granted<'a> {
    /// The new id.
    pub id: Id<noun::Post>,
    /// Who gets it.
    pub account: Id<noun::Account>,
    /// As what.
    pub role: &'a RoleName,
    /// With which duty, as the role says.
    pub duty: Option<Duty>,
    /// From when to when.
    pub term: Term,
}

struct Row {
    id: uuid::Uuid,
    account_id: uuid::Uuid,
    org_id: uuid::Uuid,
    role: String,
    valid_from: DateTime<Utc>,
    valid_to: Option<DateTime<Utc>>,
    granted_by: Option<uuid::Uuid>,
    granted_at: DateTime<Utc>,
    ended_by: Option<uuid::Uuid>,
}

impl Row {
    fn post(self) -> Result<Post> {
        Ok(Post {
            id: Id::of(self.id),
            account: Id::of(self.account_id),
            org: Id::of(self.org_id),
            role: role(&self.role)?,
            term: Term { from: self.valid_from, to: self.valid_to },
            granted_by: self.granted_by.map(Id::of),
            granted_at: self.granted_at,
            ended_by: self.ended_by.map(Id::of),
        })
    }
}

fn role(text: &str) -> Result<RoleName> {
    RoleName::parse(text).ok_or_else(|| Error::Stored(format!("role {text}")))
}

/// The place of an organisation, and whether it is at work; everybody in the tenant may know both.
pub async fn place(tx: &mut Tx, org: Id<noun::Org>) -> Result<Option<(Place, bool)>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!("SELECT path, level, state FROM org WHERE tenant_id = $1 AND id = $2", tenant, org.uuid())
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(|row| (Place { org, path: row.path, level: Level(row.level) }, row.state == "active")))
}

/// Where a post is.
pub async fn locate(tx: &mut Tx, id: Id<noun::Post>) -> Result<Option<Sealed<Id<noun::Post>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level FROM post p JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
          WHERE p.tenant_id = $1 AND p.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| Sealed::at(id, Place { org: Id::of(row.id), path: row.path, level: Level(row.level) }, 0)))
}

/// The post that is to be ended, held against others until the transaction ends.
pub async fn fetch(tx: &mut Tx, may: &Permit<act::EndPost>) -> Result<Post> {
    let tenant = tx.tenant().0;
    sqlx::query_as!(
        Row,
        "SELECT id, account_id, org_id, role, valid_from, valid_to, granted_by, granted_at, ended_by
           FROM post WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tenant,
        may.of().uuid()
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or_else(|| Error::Refused("post: not within reach".to_owned()))?
    .post()
}

/// Posts at an organisation of the scope, by id, after a key: those held now or later, or all that ever were.
pub async fn find_at(
    tx: &mut Tx,
    scope: &Scope<act::ViewPost>,
    org: &Place,
    ended_too: bool,
    after: Option<Id<noun::Post>>,
    limit: i64,
) -> Result<Vec<Post>> {
    if !scope.holds(org, 0) {
        return Ok(Vec::new());
    }
    let (tenant, at) = (tx.tenant().0, tx.at());
    sqlx::query_as!(
        Row,
        "SELECT id, account_id, org_id, role, valid_from, valid_to, granted_by, granted_at, ended_by FROM post
          WHERE tenant_id = $1 AND org_id = $2 AND id > $3
            AND ($4 OR valid_to IS NULL OR valid_to > $5) ORDER BY id LIMIT $6",
        tenant,
        org.org.uuid(),
        after.map_or(uuid::Uuid::nil(), Id::uuid),
        ended_too,
        at,
        limit
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Row::post)
    .collect()
}

/// Posts of a person that the asker may see, by id: all of one's own, of others those in the scope.
pub async fn find_of(
    tx: &mut Tx,
    scope: &Scope<act::ViewPost>,
    account: Id<noun::Account>,
    ended_too: bool,
) -> Result<Vec<Post>> {
    let (tenant, at, own) = (tx.tenant().0, tx.at(), tx.who() == account);
    if !own && scope.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        "SELECT p.id, p.account_id, p.org_id, p.role, p.valid_from, p.valid_to, p.granted_by, p.granted_at, p.ended_by,
                o.path, o.level
           FROM post p JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
          WHERE p.tenant_id = $1 AND p.account_id = $2 AND ($3 OR p.valid_to IS NULL OR p.valid_to > $4)
          ORDER BY p.id LIMIT 1000",
        tenant,
        account.uuid(),
        ended_too,
        at
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .filter(|row| {
            let place = Place { org: Id::of(row.org_id), path: row.path.clone(), level: Level(row.level) };
            own || scope.holds(&place, 0)
        })
        .map(|row| {
            let (id, account_id, org_id, role) = (row.id, row.account_id, row.org_id, row.role);
            let (valid_from, valid_to, granted_at) = (row.valid_from, row.valid_to, row.granted_at);
            let (granted_by, ended_by) = (row.granted_by, row.ended_by);
            Row { id, account_id, org_id, role, valid_from, valid_to, granted_by, granted_at, ended_by }.post()
        })
        .collect()
}

/// Does the person hold this role here at some time of the term?
pub async fn overlaps(tx: &mut Tx, may: &Permit<act::GrantPost>, granted: &Granted<'_>) -> Result<bool> {
    let tenant = tx.tenant().0;
    let overlaps = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM post WHERE tenant_id = $1 AND account_id = $2 AND org_id = $3 AND role = $4
              AND tstzrange(valid_from, valid_to) && tstzrange($5, $6)) AS "overlaps!""#,
        tenant,
        granted.account.uuid(),
        may.of().uuid(),
        granted.role.as_str(),
        granted.term.from,
        granted.term.to
    );
    Ok(overlaps.fetch_one(tx.connection()).await?)
}

/// Writes a post. Two of the three administrators in one person break `post_three_administrators`.
pub async fn insert(tx: &mut Tx, may: Permit<act::GrantPost>, granted: &Granted<'_>) -> Result<Post> {
    let (tenant, at) = (tx.tenant().0, tx.at());
    let done = sqlx::query!(
        "INSERT INTO post (tenant_id, id, account_id, org_id, role, duty, valid_from, valid_to, granted_by, granted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tenant,
        granted.id.uuid(),
        granted.account.uuid(),
        may.of().uuid(),
        granted.role.as_str(),
        granted.duty.map(Duty::as_str),
        granted.term.from,
        granted.term.to,
        may.who().uuid(),
        at
    )
    .execute(tx.connection())
    .await?;
    touched("granted post", 1, &done)?;
    Ok(Post {
        id: granted.id,
        account: granted.account,
        org: *may.of(),
        role: granted.role.clone(),
        term: granted.term,
        granted_by: Some(may.who()),
        granted_at: at,
        ended_by: None,
    })
}

/// Sets the end of a post.
pub async fn end(tx: &mut Tx, may: Permit<act::EndPost>, to: Option<DateTime<Utc>>) -> Result<()> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "UPDATE post SET valid_to = $3, ended_by = $4 WHERE tenant_id = $1 AND id = $2",
        tenant,
        may.of().uuid(),
        to,
        may.who().uuid()
    )
    .execute(tx.connection())
    .await?;
    touched("end of a post", 1, &done)
}

/// Every role that one holds oneself at this moment, in whatever post.
pub async fn own_roles(tx: &mut Tx) -> Result<Vec<RoleName>> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    sqlx::query_scalar!(
        "SELECT DISTINCT role FROM post WHERE tenant_id = $1 AND account_id = $2 AND (valid_to IS NULL OR valid_to > $3)",
        tenant,
        who,
        at
    )
    .fetch_all(tx.connection())
    .await?
    .iter()
    .map(|name| role(name))
    .collect()
}

/// All posts that a person holds now, for an explanation: as a decision sees them.
pub async fn held(tx: &mut Tx, may: &Permit<act::ExplainPolicy>) -> Result<Vec<HeldPost>> {
    let at = tx.at();
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", org_id AS "org_id!", role AS "role!", duty, path AS "path!", level AS "level!"
             FROM sec.posts_of($1, $2)"#,
        may.of().uuid(),
        at
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let org = Place { org: Id::of(row.org_id), path: row.path, level: Level(row.level) };
            let duty = row.duty.as_deref().and_then(Duty::parse);
            Ok(HeldPost { id: Id::of(row.id), org, role: role(&row.role)?, duty })
        })
        .collect()
}
