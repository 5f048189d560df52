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
