//! One's own inbox, wishes and address.

use chrono::{DateTime, Utc};
use domain::{
    Id,
    id::noun,
    notice::{NoticeKind, Preferences, Subject},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Result, Tx, error::touched};

/// One notice of the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its number in this inbox, from 1, rising in the order in which notices came.
    pub no: i32,
    /// What it is about.
    pub kind: NoticeKind,
    /// Ids.
    pub subject: Subject,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

struct Row {
    no: i32,
    kind: String,
    subject: serde_json::Value,
    at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl Row {
    fn notice(self) -> Result<Notice> {
        Ok(Notice {
            no: self.no,
            kind: NoticeKind::parse(&self.kind).ok_or_else(|| Error::Stored(format!("kind {}", self.kind)))?,
            subject: serde_json::from_value(self.subject).map_err(|error| Error::Stored(error.to_string()))?,
            at: self.at,
            read_at: self.read_at,
        })
    }
}

fn notices(rows: Vec<Row>) -> Result<Vec<Notice>> {
    rows.into_iter().map(Row::notice).collect()
}

/// A page of one's own inbox, the newest first, of notices numbered below `before`.
pub async fn page(tx: &mut Tx, unread: bool, before: Option<i32>, limit: i64) -> Result<Vec<Notice>> {
    let (tenant, who, before) = (tx.tenant().0, tx.who().uuid(), before.unwrap_or(i32::MAX));
    let rows = if unread {
        sqlx::query_as!(
            Row,
            "SELECT no, kind, subject, at, read_at FROM notice
              WHERE tenant_id = $1 AND account_id = $2 AND no < $3 AND read_at IS NULL ORDER BY no DESC LIMIT $4",
            tenant,
            who,
            before,
            limit
        )
        .fetch_all(tx.connection())
        .await?
    } else {
        sqlx::query_as!(
            Row,
            "SELECT no, kind, subject, at, read_at FROM notice
              WHERE tenant_id = $1 AND account_id = $2 AND no < $3 ORDER BY no DESC LIMIT $4",
            tenant,
            who,
            before,
            limit
        )
        .fetch_all(tx.connection())
        .await?
    };
    notices(rows)
}

/// What came after a number, in its order. Numbers rise in the order of commits: nothing comes in behind.
pub async fn newer(tx: &mut Tx, than: i32, limit: i64) -> Result<Vec<Notice>> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let rows = sqlx::query_as!(
        Row,
        "SELECT no, kind, subject, at, read_at FROM notice
          WHERE tenant_id = $1 AND account_id = $2 AND no > $3 ORDER BY no LIMIT $4",
        tenant,
        who,
        than,
        limit
    )
    .fetch_all(tx.connection())
    .await?;
    notices(rows)
}

/// The number of the newest; 0 where there is none.
pub async fn newest(tx: &mut Tx) -> Result<i32> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let no = sqlx::query_scalar!(
        "SELECT no FROM notice WHERE tenant_id = $1 AND account_id = $2 ORDER BY no DESC LIMIT 1",
        tenant,
        who
    );
    Ok(no.fetch_optional(tx.connection()).await?.unwrap_or(0))
}

/// How many are unread, counted up to `most`.
pub async fn unread(tx: &mut Tx, most: i64) -> Result<i64> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM (
             SELECT FROM notice WHERE tenant_id = $1 AND account_id = $2 AND read_at IS NULL LIMIT $3) AS unread"#,
        tenant,
        who,
        most
    );
    Ok(count.fetch_one(tx.connection()).await?)
}

/// Marks these as read, and all up to a number. Gives how many were not before.
pub async fn mark(tx: &mut Tx, nos: &[i32], up_to: i32) -> Result<u64> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    let done = sqlx::query!(
        "UPDATE notice SET read_at = $5
          WHERE tenant_id = $1 AND account_id = $2 AND (no = ANY ($3) OR no <= $4) AND read_at IS NULL",
        tenant,
        who,
        nos,
        up_to,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Marks as read what tells of these. Gives how many were not before.
pub async fn mark_about(tx: &mut Tx, about: &[Subject]) -> Result<u64> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    let records: Vec<_> = about.iter().filter_map(|one| one.record).map(Id::uuid).collect();
    let (orgs, nos): (Vec<_>, Vec<_>) =
        about.iter().filter_map(Subject::receipt).map(|receipt| (receipt.org.uuid(), receipt.no.0)).unzip();
    let done = sqlx::query!(
        "UPDATE notice SET read_at = $6
          WHERE tenant_id = $1 AND account_id = $2 AND read_at IS NULL
            AND ((subject->>'record')::uuid = ANY ($3)
                 OR ((subject->>'org')::uuid, (subject->>'no')::bigint) IN (SELECT * FROM unnest($4::uuid[], $5::bigint[])))",
        tenant,
        who,
        &records,
        &orgs,
        &nos,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Wishes; the defaults where nothing was said.
pub async fn preferences(tx: &mut Tx) -> Result<Preferences> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let kept = sqlx::query_scalar!(
        "SELECT preferences FROM notice_preference WHERE tenant_id = $1 AND account_id = $2",
        tenant,
        who
    )
    .fetch_optional(tx.connection())
    .await?;
    kept.map_or_else(
        || Ok(Preferences::default()),
        |kept| serde_json::from_value(kept).map_err(|error| Error::Stored(error.to_string())),
    )
}

/// Writes them whole.
pub async fn set_preferences(tx: &mut Tx, preferences: &Preferences) -> Result<()> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let preferences = serde_json::to_value(preferences).map_err(|error| Error::Stored(error.to_string()))?;
    let done = sqlx::query!(
        "INSERT INTO notice_preference (tenant_id, account_id, preferences) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, account_id) DO UPDATE SET preferences = excluded.preferences",
        tenant,
        who,
        preferences
    )
    .execute(tx.connection())
    .await?;
    touched("wishes of a person", 1, &done)
}

/// One's own address, where one was given.
pub async fn address(tx: &mut Tx) -> Result<Option<SecretString>> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let email =
        sqlx::query_scalar!("SELECT email FROM account_contact WHERE tenant_id = $1 AND account_id = $2", tenant, who);
    Ok(email.fetch_optional(tx.connection()).await?.flatten().map(SecretString::from))
}

/// Makes it another one, or none, by the digest of the password that was checked; the address of before is told by letter. False:
/// password or address were changed meanwhile, or the account was locked.
pub async fn readdress(
    tx: &mut Tx,
    password: &SecretString,
    former: Option<&SecretString>,
    email: Option<&SecretString>,
) -> Result<bool> {
    let at = tx.at();
    let done = sqlx::query_scalar!(
        r#"SELECT sec.readdress($1, $2, $3, $4) AS "done!""#,
        password.expose_secret(),
        former.map(ExposeSecret::expose_secret),
        email.map(ExposeSecret::expose_secret),
        at
    );
    Ok(done.fetch_one(tx.connection()).await?)
}

/// Titles of what notices are about, as far as row security shows them: of receipts by organisation and number, and of own
/// records by id and round, drafts by id alone; each with the place and the confidentiality that the first wall asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Titled {
    /// The record.
    pub record: Id<noun::Record>,
    /// The round; none of a draft.
    pub round: Option<i32>,
    /// Where it is seen: at the receiving organisation, or at its own.
    pub place: domain::org::Place,
    /// 0 public, 1 internal.
    pub confidentiality: u8,
    /// The title.
    pub title: String,
    /// As its own organisation sees it, not as a holder.
    pub own: bool,
}

/// Reads them in one statement, for rounds of records, and drafts.
pub async fn titles(tx: &mut Tx, rounds: &[(Id<noun::Record>, Option<i32>)]) -> Result<Vec<Titled>> {
    let tenant = tx.tenant().0;
    let (records, numbers): (Vec<_>, Vec<_>) = rounds.iter().map(|(record, round)| (record.uuid(), *round)).unzip();
    let rows = sqlx::query!(
        r#"WITH asked AS (SELECT * FROM unnest($2::uuid[], $3::int[]) AS a(record, round))
           SELECT q.record_id AS "record!", q.round AS "round?", o.id AS "org!", o.path AS "path!", o.level AS "level!",
                  q.confidentiality AS "confidentiality!", q.title AS "title!", false AS "own!"
             FROM asked a JOIN receipt q ON q.tenant_id = $1 AND q.record_id = a.record AND q.round = a.round
             JOIN org o ON o.tenant_id = q.tenant_id AND o.id = q.org_id WHERE q.title IS NOT NULL
           UNION ALL
           SELECT s.record_id, s.round, o.id, o.path, o.level, v.confidentiality, v.title, true
             FROM asked a JOIN submission s ON s.tenant_id = $1 AND s.record_id = a.record AND s.round = a.round
             JOIN record_version v ON v.tenant_id = s.tenant_id AND v.record_id = s.record_id AND v.version = s.version
             JOIN org o ON o.tenant_id = s.tenant_id AND o.id = s.org_id
           UNION ALL
           SELECT r.id, NULL, o.id, o.path, o.level, v.confidentiality, v.title, true
             FROM asked a JOIN record r ON r.tenant_id = $1 AND r.id = a.record
             JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
             JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id WHERE a.round IS NULL"#,
        tenant,
        &records,
        &numbers as &[Option<i32>]
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Titled {
            record: Id::of(row.record),
            round: row.round,
            place: domain::org::Place { org: Id::of(row.org), path: row.path, level: domain::tenant::Level(row.level) },
            confidentiality: u8::try_from(row.confidentiality).unwrap_or(u8::MAX),
            title: row.title,
            own: row.own,
        })
        .collect())
}
