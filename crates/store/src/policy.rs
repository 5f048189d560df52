//! The tenant's roles and policy lines, for the first wall's snapshot.

use authz::{Duty, RawLine, Role, RoleName};

use crate::{Error, Result, Tx};

/// All rows of the tenant's `role` and `policy_line`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Roles, built-in ones among them.
    pub roles: Vec<Role>,
    /// Lines, with their ids.
    pub lines: Vec<LineRow>,
}

/// One stored line.
#[derive(Debug, Clone, PartialEq, Eq)]
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
