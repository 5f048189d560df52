//! A tree comes in at once: the file goes by `COPY` into a temporary table, everything else is done by sets.
//!
//! The temporary tables are made in the transaction itself, so the checked macros cannot know them; the SQL is static.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Id,
    id::noun,
    org::{Approval, Description, OrgKind},
    tenant::{LevelName, TenantKey},
};
use sqlx::{Executor, Postgres, Transaction};

use crate::{Error, Owner, Result};

mod copy;

/// One organisation of a file, every field of which has the form that it must have.
#[derive(Debug, Clone)]
pub struct Row {
    /// Line of the file, from 1.
    pub line: u64,
    /// A faulty row stands here for those below it alone: nothing else is said of it.
    pub sound: bool,
    /// Code.
    pub code: String,
    /// Code of the superior; none for the topmost.
    pub parent_code: Option<String>,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: Option<String>,
    /// Kind.
    pub kind: OrgKind,
    /// The level that the file says.
    pub level: Option<i16>,
    /// Setting and term.
    pub description: Description,
    /// 成立日期.
    pub established_on: Option<NaiveDate>,
    /// Its id, if it is new.
    pub id: Id<noun::Org>,
    /// Id of the version that it makes.
    pub version: Id<noun::OrgVersion>,
    /// Id of the version that it ends.
    pub closed: Id<noun::OrgVersion>,
}

/// What is wrong with a row in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file; none for what is not in it, but would come along.
    pub line: Option<i64>,
    /// Which rule.
    pub rule: Rule,
    /// What the rule is about: a line, a code, a level or a day.
    pub detail: String,
}

/// Rules of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The code stands in an earlier line.
    Duplicate,
    /// No superior is named.
    NoParent,
    /// The topmost organisation names a superior.
    TopHasParent,
    /// The superior is neither in the file nor in the tree.
    UnknownParent,
    /// The organisation is closed.
    Closed,
    /// The superior is closed.
    ClosedParent,
    /// It would be its own superior.
    Cycle,
    /// The level is not below the superior's.
    Level,
    /// The topmost organisation says another level.
    TopLevel,
    /// Below the last level.
    TooDeep,
    /// Before the last change.
    Early,
}

impl Rule {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "duplicate" => Self::Duplicate,
            "no_parent" => Self::NoParent,
            "top_has_parent" => Self::TopHasParent,
            "unknown_parent" => Self::UnknownParent,
            "closed" => Self::Closed,
            "closed_parent" => Self::ClosedParent,
            "cycle" => Self::Cycle,
            "level" => Self::Level,
            "top_level" => Self::TopLevel,
            "too_deep" => Self::TooDeep,
            "early" => Self::Early,
            _ => return None,
        })
    }
}

/// What an import does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// New organisations.
    pub created: i64,
    /// Renamed, moved or described anew.
    pub changed: i64,
    /// As they were.
    pub unchanged: i64,
}

/// An import under way: one transaction, under the lock of the tenant's structure.
#[derive(Debug)]
pub struct Import {
    tx: Transaction<'static, Postgres>,
    tenant: i32,
    levels: usize,
    day: NaiveDate,
}

impl Import {
    /// Begins; none: there is no such tenant.
    pub async fn begin(owner: &Owner, key: &TenantKey, day: NaiveDate) -> Result<Option<Self>> {
        let Some(tenant) = owner.tenant(key).await? else { return Ok(None) };
        let mut tx = owner.begin().await?;
        sqlx::query_scalar!("SELECT set_config('app.tenant', $1::int::text, true)", tenant.0)
            .fetch_one(&mut *tx)
            .await?;
        tx.execute(sqlx::raw_sql("SELECT sec.lock_structure(); SET LOCAL work_mem = '128MB'")).await?;
        let levels =
            sqlx::query_scalar!("SELECT levels FROM tenant WHERE id = $1", tenant.0).fetch_one(&mut *tx).await?;
        let levels: Vec<LevelName> =
            serde_json::from_value(levels).map_err(|error| Error::Stored(error.to_string()))?;
        tx.execute(sqlx::raw_sql(include_str!("../sql/import_tables.sql"))).await?;
        Ok(Some(Self { tx, tenant: tenant.0, levels: levels.len(), day }))
    }

    /// How many levels the tenant has.
    pub const fn levels(&self) -> usize {
        self.levels
    }

    /// Takes the file in; gives the number of rows.
    pub async fn load(&mut self, rows: impl Iterator<Item = Row> + Send) -> Result<u64> {
        let loaded = copy::copy(&mut self.tx, rows).await?;
        self.tx.execute(sqlx::raw_sql("ANALYZE import_row")).await?;
        Ok(loaded)
    }

    /// Matches the file with the tree and finds where everything will stand. `columns` are the optional ones that the file
    /// has. Gives what is wrong, at most `limit` of it.
    pub async fn check(&mut self, columns: &[&str], limit: i64) -> Result<Vec<Fault>> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let label: i64 = sqlx::query_scalar!("SELECT next_org FROM tenant WHERE id = $1", self.tenant)
            .fetch_one(&mut *self.tx)
            .await?;
        let nodes = sqlx::query(include_str!("../sql/import_nodes.sql")).bind(self.tenant).bind(columns).bind(label);
        nodes.execute(&mut *self.tx).await?;
        self.tx.execute(sqlx::raw_sql("CREATE INDEX ON import_node (id); ANALYZE import_node")).await?;
        sqlx::query(include_str!("../sql/import_carried.sql")).bind(self.tenant).execute(&mut *self.tx).await?;
        self.tx.execute(sqlx::raw_sql("CREATE INDEX ON import_node (parent_id); ANALYZE import_node")).await?;
        self.place().await?;
        self.tx.execute(sqlx::raw_sql("CREATE INDEX ON import_place (id); ANALYZE import_place")).await?;
        let rows: Vec<(Option<i64>, String, Option<String>)> = sqlx::query_as(include_str!("../sql/import_faults.sql"))
            .bind(self.tenant)
            .bind(i32::try_from(self.levels).unwrap_or(0))
            .bind(self.day)
            .bind(limit)
            .fetch_all(&mut *self.tx)
            .await?;
        rows.into_iter()
            .map(|(line, rule, detail)| {
                let rule = Rule::parse(&rule).ok_or_else(|| Error::Stored(format!("fault {rule}")))?;
                Ok(Fault { line, rule, detail: detail.unwrap_or_default() })
            })
            .collect()
    }

    /// Level by level; more levels than a tenant can have are followed far enough to be told from a cycle.
    async fn place(&mut self) -> Result<()> {
        let seeds = sqlx::query(include_str!("../sql/import_seeds.sql")).bind(self.tenant);
        seeds.execute(&mut *self.tx).await?;
        for step in 0..64_i32 {
            let placed =
                sqlx::query(include_str!("../sql/import_step.sql")).bind(self.tenant).bind(step).bind(self.day);
            if placed.execute(&mut *self.tx).await?.rows_affected() == 0 {
                break;
            }
        }
        Ok(())
    }

    /// What writing would do.
    pub async fn counts(&mut self) -> Result<Counts> {
        let (created, changed, unchanged) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE NOT n.known),
                    count(*) FILTER (WHERE n.known AND (n.moved OR n.renamed OR n.described OR n.old_level <> p.level)),
                    count(*) FILTER (WHERE n.known AND NOT (n.moved OR n.renamed OR n.described OR n.old_level <> p.level))
               FROM import_node n JOIN import_place p ON p.id = n.id WHERE n.line IS NOT NULL",
        )
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(Counts { created, changed, unchanged })
    }

    /// Writes it all, with one audit entry, and commits. Only after a check without faults.
    pub async fn write(mut self, counts: Counts, at: DateTime<Utc>, approval: &Approval) -> Result<()> {
        let tenant = self.tenant;
        sqlx::query!("UPDATE tenant SET next_org = next_org + $2 WHERE id = $1", tenant, counts.created)
            .execute(&mut *self.tx)
            .await?;
        sqlx::query(include_str!("../sql/import_new.sql")).bind(tenant).execute(&mut *self.tx).await?;
        sqlx::query(include_str!("../sql/import_versions.sql"))
            .bind(tenant)
            .bind(self.day)
            .bind(at)
            .bind(&approval.document_no)
            .bind(approval.document_date)
            .bind(&approval.reason)
            .execute(&mut *self.tx)
            .await?;
        sqlx::query(include_str!("../sql/import_changed.sql")).bind(tenant).execute(&mut *self.tx).await?;
        let after = serde_json::json!({"created": counts.created, "changed": counts.changed, "unchanged": counts.unchanged,
            "valid_from": self.day, "document_no": approval.document_no, "document_date": approval.document_date});
        sqlx::query!(
            "INSERT INTO audit (tenant_id, at, action, object_kind, object_id, after, reason)
             VALUES ($1, $2, 'org.import', 'tenant', $1::int::text, $3, $4)",
            tenant,
            at,
            after,
            approval.reason
        )
        .execute(&mut *self.tx)
        .await?;
        // The tree may have another size now; autovacuum would notice minutes later.
        self.tx.execute(sqlx::raw_sql("ANALYZE org; ANALYZE org_version")).await?;
        self.tx.commit().await?;
        Ok(())
    }
}
