//! People, posts and tokens written by the operator, past the first wall: `fonds admin`, the demo, tests.

use authz::RoleName;
use chrono::{DateTime, Utc};
use domain::{Id, Locale, id::noun, post::Term, tenant::TenantId};

use crate::{Entry, Owner, Result, error::touched};

/// A person who may sign in at once.
#[derive(Debug)]
pub struct Person<'a> {
    /// The new id.
    pub id: Id<noun::Account>,
    /// What the person signs in with, folded as by `domain::account::parse_login`.
    pub login: &'a str,
    /// What the person is called.
    pub name: &'a str,
    /// Where the person belongs.
    pub home_org: Id<noun::Org>,
    /// Language of messages.
    pub locale: Locale,
    /// argon2id PHC string; none: cannot sign in by password.
    pub password: Option<&'a str>,
}

/// A token of a program.
#[derive(Debug)]
pub struct Token<'a> {
    /// The new id.
    pub id: Id<noun::Session>,
    /// Whose.
    pub account: Id<noun::Account>,
    /// The token itself, of which the digest is kept.
    pub token: &'a Entry,
    /// What it is called.
    pub label: &'a str,
    /// May it ask for the schema?
    pub introspect: bool,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl Owner {
    /// Writes an open account. A login that is taken breaks `credential_tenant_id_login_key`.
    pub async fn create_account(&self, tenant: TenantId, person: &Person<'_>, at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "WITH person AS (
               INSERT INTO account (tenant_id, id, name, home_org, locale, state, created_at) VALUES ($1, $2, $3, $4, $5, 'open', $6))
             INSERT INTO credential (tenant_id, account_id, login, password, changed_at) VALUES ($1, $2, $7, $8, $6)",
            tenant.0,
            person.id.uuid(),
            person.name,
            person.home_org.uuid(),
            person.locale.tag(),
            at,
            person.login,
            person.password
        )
        .execute(&mut *tx)
        .await?;
        touched("account", 1, &done)?;
        Ok(tx.commit().await?)
    }

    /// Writes where a person's letters go.
    pub async fn set_address(&self, tenant: TenantId, account: Id<noun::Account>, email: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "INSERT INTO account_contact (tenant_id, account_id, email) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, account_id) DO UPDATE SET email = excluded.email",
            tenant.0,
            account.uuid(),
            email
        )
        .execute(&mut *tx)
        .await?;
        touched("address of a person", 1, &done)?;
        Ok(tx.commit().await?)
    }

    /// The tenant's roles, in the order of their names.
    pub async fn roles(&self, tenant: TenantId) -> Result<Vec<String>> {
        let mut tx = self.begin().await?;
        Ok(sqlx::query_scalar!("SELECT name FROM role WHERE tenant_id = $1 ORDER BY name", tenant.0)
            .fetch_all(&mut *tx)
            .await?)
    }

    /// Writes a post. Its duty is the role's; two of the three administrators in one person break
    /// `post_three_administrators`.
    pub async fn create_post(
        &self,
        tenant: TenantId,
        id: Id<noun::Post>,
        account: Id<noun::Account>,
        org: Id<noun::Org>,
        role: &RoleName,
        term: Term,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, valid_to, granted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $6)",
            tenant.0,
            id.uuid(),
            account.uuid(),
            org.uuid(),
            role.as_str(),
            term.from,
            term.to
        )
        .execute(&mut *tx)
        .await?;
        touched("post", 1, &done)?;
        Ok(tx.commit().await?)
    }

    /// Writes a token of a program.
    pub async fn create_token(&self, tenant: TenantId, token: &Token<'_>, at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, introspect, created_at, expires_at)
             VALUES ($1, $2, $3, $4, 'program', $5, $6, $7, $8)",
            tenant.0,
            token.id.uuid(),
            token.account.uuid(),
            token.token.token_hash.as_slice(),
            token.label,
            token.introspect,
            at,
            token.expires_at
        )
        .execute(&mut *tx)
        .await?;
        touched("token of a program", 1, &done)?;
        Ok(tx.commit().await?)
    }
}
