//! The tenant's roles and policy lines, for the first wall's snapshot, and their change by the security administrator.

use authz::{Duty, Permit, RawLine, Role, RoleName, act};
use domain::{Id, id::noun, org::Place, tenant::Level};

use crate::{Error, Result, Tx, error::touched};

/// All rows of the tenant's `role` and `policy_line`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Roles, built-in ones among them.
    pub roles: Vec<Role>,
    /// Lines, with their ids.
    pub lines: Vec<LineRow>,
}

/// One stored line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct LineRow {
    /// Its id.
    pub id: uuid::Uuid,
    /// Role that it is about.
    pub role: String,
    /// Kind of object.
    pub kind: String,
    /// Action.
    pub action: String,
    /// Relation.
    pub relation: String,
    /// First level.
    pub level_from: i16,
    /// Last level.
    pub level_to: i16,
    /// Highest confidentiality.
    pub ceiling: i16,
    /// allow or deny.
    pub effect: String,
}

impl LineRow {
    /// As the first wall reads it.
    pub fn raw(&self) -> RawLine<'_> {
        RawLine {
            role: &self.role,
            kind: &self.kind,
            action: &self.action,
            relation: &self.relation,
            level_from: self.level_from,
            level_to: self.level_to,
            ceiling: self.ceiling,
            effect: &self.effect,
        }
    }
}

/// Reads them whole; the policy is small by design (some hundred lines).
pub async fn rows(tx: &mut Tx) -> Result<Rows> {
    let tenant = tx.tenant().0;
    let roles = sqlx::query!("SELECT name, base, duty, zh, en FROM role WHERE tenant_id = $1 ORDER BY name", tenant)
        .fetch_all(tx.connection())
        .await?
        .into_iter()
        .map(|row| {
            let word = |text: &str| RoleName::parse(text).ok_or_else(|| Error::Stored(format!("role {text}")));
            Ok(Role {
                name: word(&row.name)?,
                base: word(&row.base)?,
                duty: row.duty.as_deref().and_then(Duty::parse),
                zh: row.zh,
                en: row.en,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let lines = sqlx::query_as!(
        LineRow,
        "SELECT id, role, kind, action, relation, level_from, level_to, ceiling, effect FROM policy_line
          WHERE tenant_id = $1 ORDER BY role, kind, action, id",
        tenant
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(Rows { roles, lines })
}

/// A line to be written; the first wall has checked it.
#[derive(Debug)]
pub struct NewLine<'a> {
    /// The new id.
    pub id: Id<noun::PolicyLine>,
    /// What it says.
    pub raw: RawLine<'a>,
}

/// Raises the version, so that the change is seen at the next request everywhere, and keeps other editors waiting until
/// this one has ended. Gives the new version.
pub async fn raise(tx: &mut Tx, may: &Permit<act::EditPolicy>) -> Result<i64> {
    debug_assert_eq!(may.tenant(), tx.tenant());
    let version = sqlx::query_scalar!(r#"SELECT sec.raise_policy_version() AS "version!""#);
    Ok(version.fetch_one(tx.connection()).await?)
}

/// Adds a role of the tenant's own. A name that is taken breaks `role_pkey`.
pub async fn insert_role(tx: &mut Tx, may: Permit<act::EditPolicy>, role: &Role) -> Result<()> {
    let done = sqlx::query!(
        "INSERT INTO role (tenant_id, name, base, duty, zh, en) VALUES ($1, $2, $3, $4, $5, $6)",
        may.of().0,
        role.name.as_str(),
        role.base.as_str(),
        role.duty.map(Duty::as_str),
        role.zh,
        role.en
    )
    .execute(tx.connection())
    .await?;
    touched("role", 1, &done)
}

/// Adds and removes lines.
pub async fn apply(
    tx: &mut Tx,
    may: Permit<act::EditPolicy>,
    add: &[NewLine<'_>],
    remove: &[Id<noun::PolicyLine>],
) -> Result<()> {
    let tenant = may.of().0;
    let gone: Vec<_> = remove.iter().map(|id| id.uuid()).collect();
    let done = sqlx::query!("DELETE FROM policy_line WHERE tenant_id = $1 AND id = ANY ($2)", tenant, &gone)
        .execute(tx.connection())
        .await?;
    touched("removed policy lines", remove.len() as u64, &done)?;
    for NewLine { id, raw } in add {
        let done = sqlx::query!(
            "INSERT INTO policy_line (tenant_id, id, role, kind, action, relation, level_from, level_to, ceiling, effect)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            tenant,
            id.uuid(),
            raw.role,
            raw.kind,
            raw.action,
            raw.relation,
            raw.level_from,
            raw.level_to,
            raw.ceiling,
            raw.effect
        )
        .execute(tx.connection())
        .await?;
        touched("added policy line", 1, &done)?;
    }
    Ok(())
}

/// Who holds one of some roles now.
#[derive(Debug, Default)]
pub struct Concerned {
    /// Posts, the first of them where there are more than asked for: person, role, place.
    pub posts: Vec<(Id<noun::Account>, RoleName, Place)>,
    /// How many there are.
    pub total: i64,
}

/// The posts that an edit of these roles concerns, in the whole tenant, in one statement.
pub async fn concerned(
    tx: &mut Tx,
    may: &Permit<act::EditPolicy>,
    roles: &[RoleName],
    limit: i32,
) -> Result<Concerned> {
    debug_assert_eq!(may.tenant(), tx.tenant());
    let at = tx.at();
    let roles: Vec<_> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        r#"SELECT account_id AS "account_id!", org_id AS "org_id!", role AS "role!", path AS "path!", level AS "level!",
                  total AS "total!" FROM sec.posts_in_roles($1, $2, $3)"#,
        &roles,
        at,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let posts = rows
        .into_iter()
        .map(|row| {
            let role = RoleName::parse(&row.role).ok_or_else(|| Error::Stored(format!("role {}", row.role)))?;
            let place = Place { org: Id::of(row.org_id), path: row.path, level: Level(row.level) };
            Ok((Id::of(row.account_id), role, place))
        })
        .collect::<Result<_>>()?;
    Ok(Concerned { posts, total })
}
