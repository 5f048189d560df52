//! Databases of tests: each a clone of one migrated template on the cluster that `script/test` starts.
//!
//! A clone takes some 60 ms, a migration run seconds; and since a test has a database of its own, tests need not clean up
//! and may run side by side, in one process or in many.
#![expect(clippy::expect_used, reason = "a test without its database can only fail, and says so here")]

use sqlx::{Connection as _, PgConnection};

/// Key of the advisory lock under which the template is made, in the cluster's first database.
const TEMPLATE_LOCK: i64 = 0x666f_6e64_7374_6d70;

/// A database of one test, dropped with it.
#[derive(Debug)]
pub struct TestDatabase {
    /// Its name in the cluster.
    pub name: String,
    /// As the application's role: what gateway and use cases run on.
    pub app_url: String,
    /// As the worker's role.
    pub worker_url: String,
    /// As superuser: past row security, to look behind the walls and to set things up.
    pub admin_url: String,
}

/// URL of the test cluster as superuser, `postgres:///postgres?host=DIR&port=N&user=postgres`.
///
/// # Panics
/// Where the variable is not set.
pub fn admin_url() -> String {
    variable("FONDS_TEST_DATABASE_URL")
}

/// URL of the redis of the tests, `redis+unix:///DIR/redis.sock`.
///
/// # Panics
/// Where the variable is not set.
pub fn redis_url() -> String {
    variable("FONDS_TEST_REDIS_URL")
}

/// Makes sure that the migrated template is there, and gives its name. It is named by the migrations that it was made of,
/// so that a changed migration makes a new one. It takes no connections: that is also the sign that it is complete.
///
/// # Panics
/// Where the cluster cannot be reached or a migration fails.
pub async fn template() -> String {
    let admin = admin_url();
    let name = template_name(&store::migrate::fingerprint());
    let mut connection = connect(&admin).await;
    if is_complete(&mut connection, &name).await {
        return name;
    }
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut connection)
        .await
        .expect("the lock of the template");
    // Somebody else may have made it while we waited; half a template is what a killed run leaves behind.
    if !is_complete(&mut connection, &name).await {
        store::migrate::roles(&admin).await.expect("the roles of the cluster");
        command(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        command(&mut connection, format!("CREATE DATABASE {name} OWNER fonds_owner")).await;
        store::migrate::run(&database_url(&admin, &name, None)).await.expect("the migrations of the template");
        command(&mut connection, format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    }
    connection.close().await.expect("the lock of the template, given back");
    name
}

/// A new database, cloned from the template.
///
/// # Panics
/// Where the cluster cannot be reached or the template cannot be made.
pub async fn fresh_database() -> TestDatabase {
    let template = template().await;
    let admin = admin_url();
    let name = format!("fonds_test_{:016x}", rand::random::<u64>());
    let mut connection = connect(&admin).await;
    command(&mut connection, format!("CREATE DATABASE {name} TEMPLATE {template} OWNER fonds_owner")).await;
    TestDatabase {
        app_url: database_url(&admin, &name, Some("fonds_app")),
        worker_url: database_url(&admin, &name, Some("fonds_worker")),
        admin_url: database_url(&admin, &name, None),
        name,
    }
}

impl Drop for TestDatabase {
    /// Best effort: what is left over goes with the cluster. In a thread with a runtime of its own, because a drop inside a
    /// runtime cannot wait for it; joined, because the process of a test ends with the test.
    fn drop(&mut self) {
        let admin = admin_url();
        let name = std::mem::take(&mut self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(drop_database(&admin, &name)).map_err(std::io::Error::other)
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("a test database was not dropped");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told where their cluster is by the environment alone")]
fn variable(name: &str) -> String {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => value,
        _ => panic!(
            "{name} is not set: run the tests by `script/test`, or `eval \"$(script/dev-db)\"` first to run some of them by cargo"
        ),
    }
}

fn template_name(fingerprint: &str) -> String {
    let word: String = fingerprint.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    format!("fonds_template_{}", word.to_ascii_lowercase())
}

/// The URL of another database of the same cluster, perhaps as another role. A later parameter wins over an earlier one and
/// over the rest of the URL.
fn database_url(admin: &str, database: &str, role: Option<&str>) -> String {
    let separator = if admin.contains('?') { '&' } else { '?' };
    let role = role.map(|role| format!("&user={role}")).unwrap_or_default();
    format!("{admin}{separator}dbname={database}{role}")
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection to the test cluster of FONDS_TEST_DATABASE_URL")
}

async fn is_complete(connection: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar::<_, bool>("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn)")
        .bind(name)
        .fetch_one(connection)
        .await
        .expect("the list of databases")
}

async fn execute(connection: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    #[expect(
        clippy::disallowed_types,
        reason = "the name of a database is no parameter; those here are letters and digits"
    )]
    use sqlx::AssertSqlSafe;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
}

async fn command(connection: &mut PgConnection, sql: String) {
    execute(connection, sql).await.expect("a command to the test cluster");
}

async fn drop_database(admin: &str, name: &str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(admin).await?;
    execute(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
}

#[cfg(test)]
mod tests {
    use super::{database_url, template_name};

    #[test]
    fn a_role_and_a_database_are_added_to_any_url() {
        let url = database_url("postgres:///postgres?host=/run/x&user=postgres", "one", Some("fonds_app"));
        assert_eq!(url, "postgres:///postgres?host=/run/x&user=postgres&dbname=one&user=fonds_app");
        assert_eq!(database_url("postgres://host/postgres", "one", None), "postgres://host/postgres?dbname=one");
    }

    #[test]
    fn a_template_is_named_by_letters_and_digits_alone() {
        assert_eq!(template_name("ab-\"; DROP 12"), "fonds_template_abdrop12");
    }
}
