//! The tenants as rows, one statement a table.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use chrono::{DateTime, TimeDelta, Utc};
use domain::record_type;
use serde_json::json;
use sqlx::{PgConnection, PgPool, Result};
use uuid::Uuid;

use super::{ORGS, Org, PASSWORD, Person, TENANTS, id, people};

/// The cheapest that is still argon2id: tests do not guard anything.
static PASSWORD_DIGEST: LazyLock<String> = LazyLock::new(|| {
    let params = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None).expect("parameters");
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hasher.hash_password_with_salt(PASSWORD.as_bytes(), b"salt of tests").expect("a digest").to_string()
});

/// Plants both tenants, as of a moment at which every post and session is valid.
pub async fn plant(owner: &PgPool, now: DateTime<Utc>) -> Result<()> {
    let mut tx = owner.begin().await?;
    let people = people();
    for (key, name, levels) in TENANTS {
        let levels: Vec<_> = levels.iter().map(|(zh, en)| json!({ "zh": zh, "en": en })).collect();
        let orgs: Vec<_> = ORGS.iter().filter(|org| org.tenant == key).collect();
        let tenant: i32 =
            sqlx::query_scalar("INSERT INTO tenant (key, name, levels, next_org) VALUES ($1, $2, $3, $4) RETURNING id")
                .bind(key)
                .bind(name)
                .bind(json!(levels))
                .bind(i64::try_from(orgs.len()).unwrap_or(0) + 1)
                .fetch_one(&mut *tx)
                .await?;
        plant_catalogue(&mut tx, tenant, levels.len()).await?;
        plant_orgs(&mut tx, tenant, &orgs, now).await?;
        let people: Vec<_> = people.iter().filter(|person| person.tenant() == key).collect();
        plant_people(&mut tx, tenant, &people, now).await?;
    }
    tx.commit().await
}

async fn plant_catalogue(tx: &mut PgConnection, tenant: i32, levels: usize) -> Result<()> {
    let builtin = authz::Policy::builtin().expect("the built-in policy");
    for role in builtin.snapshot().roles() {
        sqlx::query("INSERT INTO role (tenant_id, name, base, duty, zh, en) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(tenant)
            .bind(role.name.as_str())
            .bind(role.base.as_str())
            .bind(role.duty.map(authz::Duty::as_str))
            .bind(&role.zh)
            .bind(&role.en)
            .execute(&mut *tx)
            .await?;
    }
    let depth = i16::try_from(levels).unwrap_or(i16::MAX);
    for kind in record_type::built_in() {
        let body = serde_json::to_value(kind).expect("a record type");
        sqlx::query("INSERT INTO record_type (tenant_id, code, version, body) VALUES ($1, $2, $3, $4)")
            .bind(tenant)
            .bind(kind.code.as_str())
            .bind(kind.version)
            .bind(body)
            .execute(&mut *tx)
            .await?;
        // The shipped routes are those of a province: a shallower tenant has the levels next above its branches.
        let up = |level: &i16| level + depth - 5;
        let levels: Vec<i16> = kind.route.levels.iter().map(up).filter(|level| *level >= 1).collect();
        let kinds: Vec<&str> = kind.route.kinds.iter().map(|kind| kind.as_str()).collect();
        sqlx::query("INSERT INTO route (tenant_id, type, levels, kinds) VALUES ($1, $2, $3, $4)")
            .bind(tenant)
            .bind(kind.code.as_str())
            .bind(levels)
            .bind(kinds)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn org_uuid(org: &Org, key: &str) -> Uuid {
    id::<()>("org", &format!("{}/{key}", org.tenant)).uuid()
}

/// Labels from the root in hex, each closed by a slash.
fn path(orgs: &[&Org], org: &Org) -> String {
    let at = |key: &str| orgs.iter().position(|one| one.key == key);
    let above = org.parent.and_then(at).map(|at| path(orgs, orgs[at])).unwrap_or_default();
    format!("{above}{:x}/", at(org.key).unwrap_or(0) + 1)
}

async fn plant_orgs(tx: &mut PgConnection, tenant: i32, orgs: &[&Org], now: DateTime<Utc>) -> Result<()> {
    for (at, org) in orgs.iter().enumerate() {
        let (uuid, parent) = (org_uuid(org, org.key), org.parent.map(|key| org_uuid(org, key)));
        sqlx::query(
            "INSERT INTO org (tenant_id, id, parent_id, label, path, level, kind, code, name, established_on)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, DATE '2020-01-01')",
        )
        .bind(tenant)
        .bind(uuid)
        .bind(parent)
        .bind(i64::try_from(at).unwrap_or(0) + 1)
        .bind(path(orgs, org))
        .bind(org.level)
        .bind(org.kind)
        .bind(org.code)
        .bind(org.name)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO org_version (tenant_id, id, org_id, parent_id, level, kind, code, name, valid_from, recorded_at, change)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, DATE '2020-01-01', $9, 'import')",
        )
        .bind(tenant)
        .bind(id::<()>("orgversion", &format!("{}/{}", org.tenant, org.key)).uuid())
        .bind(uuid)
        .bind(parent)
        .bind(org.level)
        .bind(org.kind)
        .bind(org.code)
        .bind(org.name)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn plant_people(tx: &mut PgConnection, tenant: i32, people: &[&Person], now: DateTime<Utc>) -> Result<()> {
    let begun = now - TimeDelta::days(400);
    let accounts: Vec<Uuid> = people.iter().map(|person| person.account().uuid()).collect();
    let orgs: Vec<Uuid> = people.iter().map(|person| person.org().uuid()).collect();
    let of = |text: fn(&Person) -> String| -> Vec<String> { people.iter().map(|person| text(person)).collect() };

    sqlx::query(
        "INSERT INTO account (tenant_id, id, name, home_org, state, created_at)
         SELECT $1, id, name, org, 'open', $5 FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS person (id, name, org)",
    )
    .bind(tenant)
    .bind(&accounts)
    .bind(of(|person| person.name.clone()))
    .bind(&orgs)
    .bind(begun)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO credential (tenant_id, account_id, login, password, changed_at)
         SELECT $1, id, login, $4, $5 FROM unnest($2::uuid[], $3::text[]) AS person (id, login)",
    )
    .bind(tenant)
    .bind(&accounts)
    .bind(of(Person::login))
    .bind(PASSWORD_DIGEST.as_str())
    .bind(begun)
    .execute(&mut *tx)
    .await?;
    let sessions: Vec<Uuid> = people.iter().map(|person| id::<()>("session", &person.key).uuid()).collect();
    let introspect: Vec<bool> = people.iter().map(|person| person.introspects()).collect();
    sqlx::query(
        "INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, introspect, created_at, expires_at)
         SELECT $1, session, account, sha256(convert_to(token, 'UTF8')), 'program', 'tests', introspect, $6, $6 + interval '5 years'
           FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::boolean[]) AS person (session, account, token, introspect)",
    )
    .bind(tenant)
    .bind(sessions)
    .bind(&accounts)
    .bind(of(Person::token))
    .bind(introspect)
    .bind(begun)
    .execute(&mut *tx)
    .await?;
    let posts: Vec<Uuid> = people.iter().map(|person| person.post().uuid()).collect();
    sqlx::query(
        "INSERT INTO post (tenant_id, id, account_id, org_id, role, duty, valid_from, granted_at)
         SELECT $1, person.id, account, org, person.role, r.duty, $6, $6
           FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS person (id, account, org, role)
           JOIN role r ON r.tenant_id = $1 AND r.name = person.role",
    )
    .bind(tenant)
    .bind(posts)
    .bind(&accounts)
    .bind(&orgs)
    .bind(of(|person| person.role.to_owned()))
    .bind(begun)
    .execute(&mut *tx)
    .await?;
    Ok(())
}
