//! Prove that an entry is in the log, that a receipt was written when it says, and that one head is the beginning of another. To
//! whoever is no auditor there is nothing of this.

use std::collections::BTreeMap;

use authz::{Scope, act};
use domain::{
    audit::{
        Head, Proof,
        proof::{Unproved, verify_under},
    },
    id::ReceiptId,
    merkle::{Hash, Tile, prove, verify_consistency},
};
use store::audit_log::{
    Logged,
    head::{self as stored, Stored},
    logged,
};

use crate::{Error, Reader, Result};

/// The proof of an entry, checked before it is given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryProof {
    /// Number of the audit row.
    pub id: i64,
    /// Number in the log, from 0.
    pub index: u64,
    /// Size of the head that it is proved under.
    pub size: u64,
    /// The file, or why there is none.
    pub file: std::result::Result<String, Fault>,
}

/// Why an entry is not proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The entry is not what was logged, or the log is not what was signed.
    Entry,
    /// Before and after are not those that were logged.
    Body,
}

/// One head as the beginning of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The earlier head.
    pub from: Stored,
    /// The later one.
    pub to: Stored,
    /// RFC 9162 §2.1.4.1; none where the log is not what was signed.
    pub path: Option<Vec<Hash>>,
}

/// The proof of an entry by the number of its row. Unavailable: no head is signed over it yet.
pub async fn proof(reader: &mut Reader, id: i64) -> Result<EntryProof> {
    let scope = auditor(reader)?;
    let tenant = reader.actor.tenant_key.clone();
    let found = logged::find(&mut reader.tx, &scope, &tenant, id).await?.ok_or(Error::NotFound)?;
    let head = stored::find(&mut reader.tx, &scope, None, 1).await?.pop();
    let head = head.filter(|head| head.size > found.index).ok_or(Error::Unavailable(None))?;
    let tiles = prove::tiles_for_inclusion(found.index, head.size);
    let tiles = logged::tiles(&mut reader.tx, &scope, &tiles).await?;
    let file = checked(&found, &head, &tiles)?;
    Ok(EntryProof { id, index: found.index, size: head.size, file })
}

/// The proof of the entry that a receipt was written with; none named: what was given is no id of one.
pub async fn receipt_proof(reader: &mut Reader, receipt: Option<ReceiptId>) -> Result<EntryProof> {
    let scope = auditor(reader)?;
    let receipt = receipt.ok_or(Error::NotFound)?;
    let id = logged::of_receipt(&mut reader.tx, &scope, receipt).await?.ok_or(Error::NotFound)?;
    proof(reader, id).await
}

/// The newest head; none where none was signed yet.
pub async fn head(reader: &mut Reader) -> Result<Option<Stored>> {
    Ok(heads(reader, None, 0).await?.pop())
}

/// A page of heads below a size, the newest first; one more than `limit` tells that others follow.
pub async fn heads(reader: &mut Reader, below: Option<i64>, limit: u32) -> Result<Vec<Stored>> {
    let scope = reader.policy.scope::<act::ViewAudit>(&reader.actor);
    if !scope.whole_tenant() {
        return Err(Error::Forbidden);
    }
    Ok(stored::find(&mut reader.tx, &scope, below, i64::from(limit) + 1).await?)
}

/// Proves that the head of one size, the oldest without one, is the beginning of that of another, the newest without one.
pub async fn consistency(reader: &mut Reader, from: Option<i64>, to: Option<i64>) -> Result<Consistency> {
    let scope = auditor(reader)?;
    let (from, to) = stored::pair(&mut reader.tx, &scope, (from, to)).await?.ok_or(Error::NotFound)?;
    let tiles = prove::tiles_for_consistency(from.size, to.size);
    let tiles = logged::tiles(&mut reader.tx, &scope, &tiles).await?;
    let path = prove::consistency(from.size, to.size, &tiles).ok();
    let path = path.filter(|path| verify_consistency(from.size, to.size, from.root, to.root, path).is_ok());
    Ok(Consistency { from, to, path })
}

fn auditor(reader: &Reader) -> Result<Scope<act::ViewAudit>> {
    let scope = reader.policy.scope::<act::ViewAudit>(&reader.actor);
    if scope.whole_tenant() { Ok(scope) } else { Err(Error::NotFound) }
}

/// Made, read back and checked against the head as it is signed.
fn checked(
    found: &Logged,
    head: &Stored,
    tiles: &BTreeMap<domain::merkle::TileId, Tile>,
) -> Result<std::result::Result<String, Fault>> {
    let defect = |error| Error::internal("a proof", error);
    let Ok(path) = prove::inclusion(found.index, head.size, tiles) else { return Ok(Err(Fault::Entry)) };
    let body = found.body.as_ref().map(|(salt, body)| (salt, body));
    let proof = Proof::new(found.index, &found.entry, body, path, head.note.clone()).map_err(defect)?;
    let Ok(trusted) = Head::open_unsigned(&head.note) else { return Ok(Err(Fault::Entry)) };
    Ok(match verify_under(&proof, trusted) {
        Ok(_) => Ok(proof.write().map_err(defect)?),
        Err(Unproved::Body) => Err(Fault::Body),
        Err(Unproved::Malformed | Unproved::Head(_) | Unproved::OtherLog | Unproved::NotLogged(_)) => Err(Fault::Entry),
    })
}
