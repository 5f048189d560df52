//! Webhooks of organisations. Their addresses and secrets are written here and read by the worker alone.

use authz::{Permit, Scope, Sealed, act};
use chrono::{DateTime, Utc};
use domain::{
    Id, Locale,
    id::noun,
    notice::NoticeKind,
    org::Place,
    seal::{Keyring, NONCE, Sealed as Shut},
    tenant::{Level, TenantId},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Result, Tx, error::touched, worker::WorkerStore};

/// A webhook as it is shown: neither its address nor its secret.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Webhook {
    /// Which.
    pub id: Id<noun::Webhook>,
    /// Whose.
    pub org: Id<noun::Org>,
    /// What it is called.
    pub name: String,
    /// Who reads at the other end: `program`, `wecom`, `dingtalk`, `feishu`.
    pub reader: String,
    /// The host of its address.
    pub host: String,
    /// Its language.
    pub locale: Locale,
    /// Of what it is told.
    pub kinds: Vec<NoticeKind>,
    /// Who set it up.
    pub created_by: Id<noun::Account>,
    /// When.
    pub created_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    org_id: Uuid,
    name: String,
    reader: String,
    host: String,
    locale: String,
    kinds: Vec<String>,
    created_by: Uuid,
    created_at: DateTime<Utc>,
}

impl Row {
    fn webhook(self) -> Result<Webhook> {
        let kind = |text: &String| NoticeKind::parse(text).ok_or_else(|| Error::Stored(format!("kind {text}")));
        Ok(Webhook {
            id: Id::of(self.id),
            org: Id::of(self.org_id),
            name: self.name,
            reader: self.reader,
            host: self.host,
            locale: if self.locale == "en" { Locale::En } else { Locale::Zh },
            kinds: self.kinds.iter().map(kind).collect::<Result<_>>()?,
            created_by: Id::of(self.created_by),
            created_at: self.created_at,
        })
    }
}

/// What is still to be sealed by the newest key.
#[derive(Debug)]
pub struct Unsealed {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: Id<noun::Webhook>,
    /// How it is kept now.
    pub kept: Kept,
}

/// How address and secret of a webhook are kept.
#[derive(Debug)]
pub enum Kept {
    /// In the clear, from before there was a key.
    Clear {
        /// Its address.
        url: SecretString,
        /// What is signed with.
        secret: Option<SecretString>,
    },
    /// Sealed by an older key.
    Sealed(Shut),
}

/// What is inside a seal.
#[derive(Serialize, Deserialize)]
struct Inside {
    url: String,
    secret: Option<String>,
}

/// A seal of one webhook opens for no other.
fn place(tenant: TenantId, id: Id<noun::Webhook>) -> String {
    format!("webhook {} {}", tenant.0, id.uuid())
}

/// Seals where a webhook leads and what it signs with. None: there is no key.
pub fn seal(
    ring: &Keyring,
    nonce: [u8; NONCE],
    (tenant, id): (TenantId, Id<noun::Webhook>),
    url: &SecretString,
    secret: Option<&SecretString>,
) -> Option<Shut> {
    let inside =
        Inside { url: url.expose_secret().to_owned(), secret: secret.map(|secret| secret.expose_secret().to_owned()) };
    ring.seal(nonce, &place(tenant, id), &serde_json::to_string(&inside).ok()?)
}

/// Opens what was sealed for this webhook. None: its key is not there, or it is not what was sealed.
pub fn open(
    ring: &Keyring,
    (tenant, id): (TenantId, Id<noun::Webhook>),
    sealed: &Shut,
) -> Option<(SecretString, Option<SecretString>)> {
    let inside: Inside = serde_json::from_str(&ring.open(&place(tenant, id), sealed)?).ok()?;
    Some((inside.url.into(), inside.secret.map(SecretString::from)))
}

/// Where a webhook stands: at its organisation.
pub async fn locate(tx: &mut Tx, id: Id<noun::Webhook>) -> Result<Option<Sealed<Id<noun::Org>>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level FROM webhook w JOIN org o ON o.tenant_id = w.tenant_id AND o.id = w.org_id
          WHERE w.tenant_id = $1 AND w.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let place = Place { org: Id::of(row.id), path: row.path, level: Level(row.level) };
        Sealed::at(place.org, place, 0)
    }))
}

/// A page of an organisation's webhooks, by id, after a key.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope<act::ViewWebhook>,
    org: &Place,
    after: Option<Id<noun::Webhook>>,
    limit: i64,
) -> Result<Vec<Webhook>> {
    if !scope.holds(org, 0) {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant().0;
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, org_id, name, reader, host, locale, kinds, created_by, created_at FROM webhook
          WHERE tenant_id = $1 AND org_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        tenant,
        org.org.uuid(),
        after.map_or(uuid::Uuid::nil(), Id::uuid),
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(Row::webhook).collect()
}

/// Sets one up; where it leads and what it signs with, sealed.
pub async fn insert(tx: &mut Tx, may: &Permit<act::EditWebhook>, new: &Webhook, sealed: &Shut) -> Result<()> {
    let (tenant, at) = (tx.tenant().0, tx.at());
    let kinds: Vec<_> = new.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "INSERT INTO webhook (tenant_id, id, org_id, name, reader, host, sealed, sealed_by, locale, kinds, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tenant,
        new.id.uuid(),
        may.of().uuid(),
        new.name,
        new.reader,
        new.host,
        sealed.bytes,
        sealed.key,
        new.locale.tag(),
        &kinds,
        may.who().uuid(),
        at
    )
    .execute(tx.connection())
    .await?;
    touched("webhook", 1, &done)
}

/// Takes one away and gives what it was; what waits for it is dropped when its turn comes.
pub async fn remove(tx: &mut Tx, may: Permit<act::EditWebhook>, id: Id<noun::Webhook>) -> Result<Webhook> {
    let tenant = tx.tenant().0;
    sqlx::query_as!(
        Row,
        "DELETE FROM webhook WHERE tenant_id = $1 AND id = $2 AND org_id = $3
         RETURNING id, org_id, name, reader, host, locale, kinds, created_by, created_at",
        tenant,
        id.uuid(),
        may.of().uuid()
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or_else(|| Error::Conflict("the webhook was removed meanwhile".to_owned()))?
    .webhook()
}

/// Has a trial sent. False: one was sent in this minute.
pub async fn try_out(tx: &mut Tx, may: Permit<act::EditWebhook>, id: Id<noun::Webhook>) -> Result<bool> {
    debug_assert_eq!(may.tenant(), tx.tenant());
    let at = tx.at();
    let sent = sqlx::query_scalar!(r#"SELECT sec.try_webhook($1, $2) AS "sent!""#, id.uuid(), at);
    Ok(sent.fetch_one(tx.connection()).await?)
}

impl WorkerStore {
    /// Webhooks that this key has not sealed.
    pub async fn webhooks_to_seal(&self, key: &str, limit: i32) -> Result<Vec<Unsealed>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query!(
            r#"SELECT tenant_id AS "tenant!", id AS "id!", url, secret, sealed, sealed_by FROM sec.webhooks_to_seal($1, $2)"#,
            key,
            limit
        )
        .fetch_all(&mut *connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let kept = match (row.sealed, row.sealed_by, row.url) {
                    (Some(bytes), Some(key), _) => Kept::Sealed(Shut { key, bytes }),
                    (_, _, Some(url)) => Kept::Clear { url: url.into(), secret: row.secret.map(SecretString::from) },
                    _ => return Err(Error::Stored("a webhook that leads nowhere".to_owned())),
                };
                Ok(Unsealed { tenant: TenantId(row.tenant), id: Id::of(row.id), kept })
            })
            .collect()
    }

    /// Keeps one sealed, and no more in the clear. False: somebody else was faster, or it is gone.
    pub async fn seal_webhook(&self, of: &Unsealed, sealed: &Shut) -> Result<bool> {
        let was = match &of.kept {
            Kept::Clear { .. } => None,
            Kept::Sealed(Shut { key, .. }) => Some(key.as_str()),
        };
        let id: Uuid = of.id.uuid();
        let mut connection = self.bare().await?;
        let done = sqlx::query_scalar!(
            r#"SELECT sec.seal_webhook($1, $2, $3, $4, $5) AS "done!""#,
            of.tenant.0,
            id,
            was,
            sealed.key,
            sealed.bytes
        );
        Ok(done.fetch_one(&mut *connection).await?)
    }
}
