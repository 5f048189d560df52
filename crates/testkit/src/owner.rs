//! Statements past row security.

use sqlx::{Decode, PgPool, Postgres, Type};

/// Runs a statement.
pub async fn sql(owner: &PgPool, statement: &'static str) {
    sqlx::raw_sql(statement).execute(owner).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// The one value that a question gives.
pub async fn scalar<T>(owner: &PgPool, question: &'static str) -> T
where
    T: Type<Postgres> + for<'r> Decode<'r, Postgres> + Send + Unpin,
{
    sqlx::query_scalar(question).fetch_one(owner).await.unwrap_or_else(|error| panic!("{question}: {error}"))
}

/// What was done and is not yet committed.
#[derive(Debug)]
pub struct Held(sqlx::Transaction<'static, sqlx::Postgres>);

impl Held {
    /// Commits it.
    pub async fn commit(self) {
        self.0.commit().await.expect("a commit");
    }
}

/// Runs statements past row security, and keeps their transaction open.
pub async fn held(owner: &PgPool, statements: &str) -> Held {
    #[expect(clippy::disallowed_types, reason = "as above")]
    use sqlx::AssertSqlSafe;
    let mut transaction = owner.begin().await.expect("a transaction");
    let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut *transaction).await;
    done.expect("statements");
    Held(transaction)
}

/// Writes rows of the trail in one transaction, which is held open for so long, then kept or not.
pub async fn write_audit(owner: &PgPool, tenant: &str, rows: i32, hold_ms: u64, keep: bool) {
    let mut tx = owner.begin().await.expect("a transaction");
    let written = sqlx::query(
        "INSERT INTO audit (tenant_id, at, action, object_kind, object_id, before, after, origin)
         SELECT t.id, '2026-03-01 08:00:00.123456+08', 'record.edit', 'record', 'record:' || md5(n::text), '{\"rev\":1}',
                jsonb_build_object('rev', n, '题名', '第' || n || '次会议', 'n', 12345678901234567 + n), '192.0.2.7'
           FROM tenant t CROSS JOIN generate_series(1, $2) AS n WHERE t.key = $1",
    );
    written.bind(tenant).bind(rows).execute(&mut *tx).await.expect("rows of the trail");
    tokio::time::sleep(std::time::Duration::from_millis(hold_ms)).await;
    if keep { tx.commit().await } else { tx.rollback().await }.expect("an end");
}

/// Changes rows as a superuser past every trigger.
pub async fn tamper(owner: &PgPool, statements: &'static str) {
    let mut tx = owner.begin().await.expect("a transaction");
    for part in ["SET LOCAL session_replication_role = replica", statements] {
        sqlx::raw_sql(part).execute(&mut *tx).await.unwrap_or_else(|error| panic!("{part}: {error}"));
    }
    tx.commit().await.expect("a commit");
}

/// Tries a statement as a superuser. Gives what the database says against it.
pub async fn attempt(owner: &PgPool, statement: &'static str) -> Result<(), String> {
    sqlx::raw_sql(statement).execute(owner).await.map(|_| ()).map_err(|error| error.to_string())
}

/// Rows of a table that statements read, functions inside them too: from end to end, and by an index. What they change comes back.
pub async fn read(owner: &PgPool, table: &str, statements: &str) -> (i64, i64) {
    // What this connection has read before is still counted with it until it is handed in.
    let mut tx = owner.begin().await.expect("a transaction");
    sqlx::query("SELECT pg_stat_force_next_flush()").execute(&mut *tx).await.expect("a flush");
    tx.commit().await.expect("a commit");
    let mut tx = held(owner, statements).await.0;
    let read = "SELECT coalesce(sum(seq_tup_read), 0)::bigint, coalesce(sum(idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables WHERE relname = $1";
    let read = sqlx::query_as(read).bind(table).fetch_one(&mut *tx).await.expect("statistics");
    tx.rollback().await.expect("an end");
    read
}
