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
