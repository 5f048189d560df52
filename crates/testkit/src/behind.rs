//! Behind the walls: what the tables hold, ends of posts and sessions, and statements as the application's own role.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Id,
    id::noun,
    org::Place,
    tenant::{Level, TenantKey},
};
use secrecy::SecretString;
use sqlx::{Connection as _, PgConnection, PgPool, Row as _, postgres::PgQueryResult};
use store::Owner;
use uuid::Uuid;

use crate::{Actor, TestApp, TestClock};

/// Every table but the keys of repeated requests: how many rows, and a digest of them.
const FOOTPRINT: &str = "
    SELECT t.table_name::text,
           (xpath('/row/digest/text()', query_to_xml(format(
              'SELECT count(*) || '':'' || md5(coalesce(string_agg(t::text, ''|'' ORDER BY t::text), '''')) AS digest FROM public.%I AS t',
              t.table_name), false, true, '')))[1]::text
      FROM information_schema.tables AS t
     WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND t.table_name <> 'idempotency'";

/// What tells one tenant's rows from another's: the ids of everything in it.
const IDS: &str = "
    SELECT replace(id::text, '-', '') FROM (
      SELECT tenant_id, id FROM org UNION ALL SELECT tenant_id, id FROM account UNION ALL SELECT tenant_id, id FROM post
      UNION ALL SELECT tenant_id, id FROM session UNION ALL SELECT tenant_id, id FROM record
      UNION ALL SELECT tenant_id, id FROM policy_line UNION ALL SELECT tenant_id, id FROM webhook
      UNION ALL SELECT tenant_id, id FROM delivery) AS everything
     WHERE tenant_id = (SELECT id FROM tenant WHERE key = $1)";

/// Every organisation of every tenant.
pub(crate) async fn places(owner: &PgPool) -> Vec<Place> {
    let rows = sqlx::query("SELECT id, path, level FROM org").fetch_all(owner).await.expect("the organisations");
    rows.iter()
        .map(|row| Place { org: Id::of(row.get::<Uuid, _>(0)), path: row.get(1), level: Level(row.get(2)) })
        .collect()
}

impl TestApp {
    /// What every table holds, by name: number of rows and digest. Two that are equal: nothing was written.
    pub async fn footprint(&self) -> BTreeMap<String, String> {
        sqlx::query_as::<_, (String, String)>(FOOTPRINT)
            .fetch_all(&self.owner)
            .await
            .expect("a footprint")
            .into_iter()
            .collect()
    }

    /// The ids of a tenant's organisations, people, posts, sessions, records and lines, 32 hex digits each.
    pub async fn ids_of(&self, tenant: &str) -> BTreeSet<String> {
        let ids = sqlx::query_scalar::<_, String>(IDS).bind(tenant).fetch_all(&self.owner).await;
        ids.expect("the ids of a tenant").into_iter().collect()
    }

    /// Ends every post of these people, a second ago.
    pub async fn end_posts(&self, people: &[Actor<'_>]) {
        let done = sqlx::query("UPDATE post SET valid_to = $2 WHERE account_id = ANY ($1) AND valid_to IS NULL")
            .bind(accounts(people))
            .bind(self.a_second_ago())
            .execute(&self.owner)
            .await
            .expect("an end of posts");
        assert!(done.rows_affected() >= people.len() as u64, "somebody held no post");
    }

    /// Ends every session of these people, a second ago.
    pub async fn end_sessions(&self, people: &[Actor<'_>]) {
        let done = sqlx::query("UPDATE session SET ended_at = $2 WHERE account_id = ANY ($1) AND ended_at IS NULL")
            .bind(accounts(people))
            .bind(self.a_second_ago())
            .execute(&self.owner)
            .await
            .expect("an end of sessions");
        assert!(done.rows_affected() >= people.len() as u64, "somebody had no session");
    }

    /// Undoes exactly what [`TestApp::end_posts`] and [`TestApp::end_sessions`] have done at this moment.
    pub async fn mend(&self) {
        for statement in [
            "UPDATE post SET valid_to = NULL WHERE valid_to = $1 AND ended_by IS NULL",
            "UPDATE session SET ended_at = NULL WHERE ended_at = $1",
        ] {
            let done = sqlx::query(statement).bind(self.a_second_ago()).execute(&self.owner).await;
            done.expect("posts and sessions again");
        }
    }

    /// Gives everybody the session back that was planted, whoever ended it.
    pub async fn let_in_again(&self) {
        let planted = TestClock::beginning() - TimeDelta::days(400);
        let done = sqlx::query("UPDATE session SET ended_at = NULL WHERE created_at = $1 AND ended_at IS NOT NULL");
        done.bind(planted).execute(&self.owner).await.expect("sessions again");
    }

    fn a_second_ago(&self) -> DateTime<Utc> {
        self.app.clock.now() - TimeDelta::seconds(1)
    }

    /// Runs statements as the application's role, entered as this person under the post held, past every use case and the
    /// first wall; keeps what they write. Gives the rows touched, or what the database said.
    pub async fn as_application(&self, who: &Actor<'_>, statements: &str) -> Result<u64, String> {
        let mut connection = PgConnection::connect(&self.database.app_url).await.map_err(|error| error.to_string())?;
        let mut tx = connection.begin().await.map_err(|error| error.to_string())?;
        let entry = app::Entry::of_token(&who.token).expect("a token");
        sqlx::query("SELECT sec.enter($1, $2, $3, $4)")
            .bind(entry.tenant.as_str())
            .bind(entry.token_hash.as_slice())
            .bind(who.post.uuid())
            .bind(self.app.clock.now())
            .execute(&mut *tx)
            .await
            .map_err(|error| error.to_string())?;
        let done = attempt(&mut tx, statements).await;
        let done = done.map_err(|error| error.as_database_error().map_or_else(|| error.to_string(), told))?;
        tx.commit().await.map_err(|error| error.to_string())?;
        Ok(done.rows_affected())
    }

    /// Runs a statement as the worker's role, bound to a tenant; keeps what it writes. Gives the rows touched, or what the database
    /// said.
    pub async fn as_worker(&self, tenant: &str, statement: &str) -> Result<u64, String> {
        let id: i32 = sqlx::query_scalar("SELECT id FROM tenant WHERE key = $1")
            .bind(tenant)
            .fetch_one(&self.owner)
            .await
            .map_err(|error| error.to_string())?;
        let mut connection =
            PgConnection::connect(&self.database.worker_url).await.map_err(|error| error.to_string())?;
        let mut tx = connection.begin().await.map_err(|error| error.to_string())?;
        sqlx::query("SELECT set_config('app.tenant', $1, true)")
            .bind(id.to_string())
            .execute(&mut *tx)
            .await
            .map_err(|error| error.to_string())?;
        let done = attempt(&mut tx, statement).await;
        let done = done.map_err(|error| error.as_database_error().map_or_else(|| error.to_string(), told))?;
        tx.commit().await.map_err(|error| error.to_string())?;
        Ok(done.rows_affected())
    }

    /// The operator's export of a tenant's audit log, and the rows that were put in past it.
    pub async fn export_as_operator(&self, tenant: &str) -> (String, Vec<i64>) {
        let owner = Owner::connect(&SecretString::from(self.database.admin_url.clone())).await.expect("the owner");
        let key = TenantKey::parse(tenant).expect("a key");
        let id = owner.tenant(&key).await.expect("the tenants").expect("a tenant");
        let begun = owner.export_audit(id, &key, self.app.clock.now()).await.expect("an export");
        let (mut export, mut text) = begun.expect("a head");
        while let Some(part) = export.part().await.expect("a part of it") {
            text += &part;
        }
        let unlogged = export.unlogged().await.expect("the rest of the table");
        owner.close().await;
        (text, unlogged)
    }

    /// Makes an invited person one who has set a password.
    pub async fn open(&self, account: Id<noun::Account>) {
        let done = sqlx::query(
            "WITH opened AS (UPDATE account SET state = 'open' WHERE id = $1 RETURNING id)
             UPDATE credential SET password = (SELECT password FROM credential WHERE password IS NOT NULL LIMIT 1)
              WHERE account_id = (SELECT id FROM opened)",
        );
        let done = done.bind(account.uuid()).execute(&self.owner).await.expect("an open account");
        assert_eq!(done.rows_affected(), 1);
    }
}

fn told(error: &dyn sqlx::error::DatabaseError) -> String {
    format!("{}: {}", error.code().unwrap_or_default(), error.message())
}

fn accounts(people: &[Actor<'_>]) -> Vec<Uuid> {
    people.iter().map(|person| person.account.uuid()).collect()
}

async fn attempt(connection: &mut PgConnection, statements: &str) -> sqlx::Result<PgQueryResult> {
    #[expect(
        clippy::disallowed_types,
        reason = "what a test tries against the second wall is written in the test"
    )]
    use sqlx::AssertSqlSafe;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(connection).await
}
