//! Migrations: applied files are never edited; the functions of the second wall are repeatable and applied whole.

use sha2::{Digest, Sha256};
use sqlx::{Connection, Executor, PgConnection};

use crate::Result;

/// Versioned files, in order.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_ground", include_str!("../../../migrations/0001_ground.sql")),
    ("0002_people", include_str!("../../../migrations/0002_people.sql")),
    ("0003_flow", include_str!("../../../migrations/0003_flow.sql")),
    ("0004_walls", include_str!("../../../migrations/0004_walls.sql")),
    ("0005_receipt_by_record", include_str!("../../../migrations/0005_receipt_by_record.sql")),
    ("0006_version_of_own_record", include_str!("../../../migrations/0006_version_of_own_record.sql")),
    ("0007_file", include_str!("../../../migrations/0007_file.sql")),
    ("0008_notice", include_str!("../../../migrations/0008_notice.sql")),
    ("0010_preview", include_str!("../../../migrations/0010_preview.sql")),
    ("0011_audit_log", include_str!("../../../migrations/0011_audit_log.sql")),
    ("0013_notice_more", include_str!("../../../migrations/0013_notice_more.sql")),
    ("0014_audit_rows", include_str!("../../../migrations/0014_audit_rows.sql")),
    ("0015_audit_guard", include_str!("../../../migrations/0015_audit_guard.sql")),
    ("0016_org_name", include_str!("../../../migrations/0016_org_name.sql")),
    ("0017_file_turns", include_str!("../../../migrations/0017_file_turns.sql")),
    ("0018_former_address", include_str!("../../../migrations/0018_former_address.sql")),
    ("0019_confirmation", include_str!("../../../migrations/0019_confirmation.sql")),
    ("0020_audit_title", include_str!("../../../migrations/0020_audit_title.sql")),
];

/// Repeatable files, in order.
const FUNCTIONS: &[&str] = &[
    include_str!("../../../migrations/functions/01_enter.sql"),
    include_str!("../../../migrations/functions/02_sign_in.sql"),
    include_str!("../../../migrations/functions/03_flow.sql"),
    include_str!("../../../migrations/functions/04_org.sql"),
    include_str!("../../../migrations/functions/05_figures.sql"),
    include_str!("../../../migrations/functions/06_file.sql"),
    include_str!("../../../migrations/functions/07_notice.sql"),
    include_str!("../../../migrations/functions/08_audit_log.sql"),
    include_str!("../../../migrations/functions/10_live.sql"),
    include_str!("../../../migrations/functions/11_confirmation.sql"),
    include_str!("../../../migrations/functions/12_administrators.sql"),
    include_str!("../../../migrations/functions/90_backup.sql"),
];

const ROLES: &str = include_str!("../../../migrations/roles.sql");
const LOCK: i64 = 4_607_182_418_800_017_409;

/// Digest of everything that is applied: readiness compares it with what the database holds.
pub fn fingerprint() -> String {
    let mut digest = Sha256::new();
    for text in MIGRATIONS.iter().map(|(_, sql)| *sql).chain(FUNCTIONS.iter().copied()) {
        digest.update(text.as_bytes());
    }
    hex::encode(digest.finalize())
}

/// Makes the cluster's roles; the address must be a superuser's. Safe to repeat.
pub async fn roles(admin_url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(admin_url).await?;
    connection.execute(sqlx::raw_sql(ROLES)).await?;
    connection.close().await?;
    Ok(())
}

// The table that these queries ask about is made here, so the macros cannot check them.
/// Brings a database up to date, all in one transaction. The address must be allowed to become `fonds_owner`.
/// Gives the names of the files applied.
pub async fn run(admin_url: &str) -> Result<Vec<&'static str>> {
    let mut connection = PgConnection::connect(admin_url).await?;
    let mut tx = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
    tx.execute(sqlx::raw_sql(
        "GRANT CREATE ON SCHEMA public TO fonds_owner;
         DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO fonds_owner', current_database()); END $$;
         CREATE EXTENSION IF NOT EXISTS btree_gist;
         SET LOCAL ROLE fonds_owner;
         CREATE TABLE IF NOT EXISTS public.migration (name text PRIMARY KEY, digest bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());",
    ))
    .await?;
    let mut applied = Vec::new();
    for (name, sql) in MIGRATIONS {
        let digest = Sha256::digest(sql.as_bytes()).to_vec();
        let known: Option<Vec<u8>> = sqlx::query_scalar("SELECT digest FROM migration WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
        match known {
            Some(known) if known == digest => {}
            Some(_) => return Err(crate::Error::Stored(format!("migration {name} was edited after it was applied"))),
            None => {
                tx.execute(sqlx::raw_sql(*sql)).await?;
                let told = sqlx::query("INSERT INTO migration (name, digest) VALUES ($1, $2)").bind(name).bind(digest);
                told.execute(&mut *tx).await?;
                applied.push(*name);
            }
        }
    }
    for sql in FUNCTIONS {
        tx.execute(sqlx::raw_sql(*sql)).await?;
    }
    sqlx::query!(
        "WITH gone AS (DELETE FROM sec.schema_state) INSERT INTO sec.schema_state (fingerprint) VALUES ($1)",
        fingerprint()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(applied)
}
