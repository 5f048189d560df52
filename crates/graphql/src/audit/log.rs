//! The log: proofs of entries and receipts, signed heads.

use app::audit::{Consistency, EntryProof, Fault, StoredHead};
use async_graphql::{
    Context, ID, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use domain::{Locale, merkle::Hash};

use crate::{
    id::parse,
    page::{Cursor, asked, connection},
    request::{Answer, Refuse as _, answer},
};

/// The proof that an entry is in the log.
#[derive(Debug, Clone, SimpleObject)]
pub struct AuditProof {
    /// Number of the entry in the trail.
    no: i64,
    /// Its number in the log, from 0.
    index: i64,
    /// Size of the signed head under which it is proved.
    size: i64,
    /// The proof as a file of JSON, checked before it is given out; none where the entry is not proved.
    file: Option<String>,
    /// Why it is not.
    fault: Option<String>,
}

impl AuditProof {
    fn of(proof: EntryProof, locale: Locale) -> Self {
        let (file, fault) = match proof.file {
            Ok(file) => (Some(file), None),
            Err(fault) => (None, Some(told(fault, locale).to_owned())),
        };
        Self { no: proof.id, index: number(proof.index), size: number(proof.size), file, fault }
    }
}

const fn told(fault: Fault, locale: Locale) -> &'static str {
    match fault {
        Fault::Entry => locale.pick(
            "该条目与已签名的日志不符，请导出日志并用 fonds verify audit 核对",
            "the entry is not what was signed: export the log and check it with `fonds verify audit`",
        ),
        Fault::Body => {
            locale.pick("该条目变更前后的内容与记入日志时不符", "what the object was and became is not what was logged")
        }
    }
}

/// What the log was at one time, signed.
#[derive(Debug, Clone, SimpleObject)]
pub struct AuditHead {
    /// Number of entries.
    size: i64,
    /// Root over them, in base64.
    root: String,
    /// When it was signed.
    at: DateTime<Utc>,
    /// The signed note, as `fonds verify audit --head` takes it.
    note: String,
}

impl From<StoredHead> for AuditHead {
    fn from(head: StoredHead) -> Self {
        Self { size: number(head.size), root: head.root.to_string(), at: head.at, note: head.note }
    }
}

/// The proof that one head is the beginning of another.
#[derive(Debug, Clone, SimpleObject)]
pub struct AuditConsistency {
    /// The earlier head.
    from: AuditHead,
    /// The later one.
    to: AuditHead,
    /// Hashes as in RFC 9162 §2.1.4.1, in base64; none where the log is not what was signed.
    path: Option<Vec<String>>,
}

impl From<Consistency> for AuditConsistency {
    fn from(proof: Consistency) -> Self {
        let path = proof.path.map(|path| path.iter().map(Hash::to_string).collect());
        Self { from: proof.from.into(), to: proof.to.into(), path }
    }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Queries of the log; the audit administrator's alone.
#[derive(Debug, Default)]
pub struct AuditLogQuery;

#[Object]
impl AuditLogQuery {
    /// The proof that an entry of the trail is in the log. UNAVAILABLE for the minute before a head is signed over it.
    async fn audit_proof(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of the entry.")] no: i64,
    ) -> Answer<AuditProof> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let proof = app::audit::proof(&mut reading, no).await.or_refuse(request)?;
            Ok(AuditProof::of(proof, request.locale))
        })
        .await
    }

    /// The proof that a receipt was written: of the entry that it was written with.
    async fn receipt_proof(&self, ctx: &Context<'_>, receipt: ID) -> Answer<AuditProof> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let proof = app::audit::receipt_proof(&mut reading, parse(&receipt).ok()).await.or_refuse(request)?;
            Ok(AuditProof::of(proof, request.locale))
        })
        .await
    }

    /// The newest signed head; none where none was signed yet.
    async fn audit_head(&self, ctx: &Context<'_>) -> Answer<Option<AuditHead>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(app::audit::head(&mut reading).await.or_refuse(request)?.map(AuditHead::from))
        })
        .await
    }

    /// Signed heads, the newest first.
    async fn audit_heads(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Connection<Cursor, AuditHead, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<i64>(first, after, request.locale)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let heads = app::audit::heads(&mut reading, page.after, page.first).await.or_refuse(request)?;
            let more = heads.len() > page.first as usize;
            let items = heads.into_iter().take(page.first as usize);
            let items = items.map(AuditHead::from).map(|head| (head.size, head));
            Ok(connection(items, more, page.after.is_some()))
        })
        .await
    }

    /// The proof that one head is the beginning of another.
    async fn audit_consistency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the earlier head; the oldest without it.")] from: Option<i64>,
        #[graphql(desc = "Size of the later head; the newest without it.")] to: Option<i64>,
    ) -> Answer<AuditConsistency> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(app::audit::consistency(&mut reading, from, to).await.or_refuse(request)?.into())
        })
        .await
    }
}
