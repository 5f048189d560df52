//! What the objects of entries are, in words, as far as the auditor may know it: `sec.audit_objects` says how far that is.

use std::collections::HashMap;

use authz::{Scope, act};
use domain::{
    Id,
    id::{Noun as _, ReceiptId, ReceiptNo, noun},
    record_type::Bilingual,
};

use crate::{Result, Tx};

/// Kind and id of an object, as entries have them.
pub type Key = (String, String);

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// Where it stands; an organisation: itself.
    pub org: Option<Id<noun::Org>>,
    /// Whose it is; a person: himself.
    pub account: Option<Id<noun::Account>>,
    /// What its type is called, of a record.
    pub type_name: Option<Bilingual>,
    /// Name of the role, of a post.
    pub role: Option<String>,
    /// Title or name; none of what the auditor may not know.
    pub name: Option<String>,
    /// The receipt that a record was given first in its newest round.
    pub receipt: Option<ReceiptId>,
}

/// The kinds that the database is asked about.
const STORED: [&str; 4] = [noun::Record::PREFIX, noun::File::PREFIX, noun::Post::PREFIX, noun::Webhook::PREFIX];

fn stored((kind, id): &Key) -> Option<(&str, uuid::Uuid)> {
    let hex = id.strip_prefix(kind.as_str())?.strip_prefix(':')?;
    let known = STORED.contains(&kind.as_str());
    known.then(|| uuid::Uuid::try_parse(hex).ok().map(|id| (kind.as_str(), id))).flatten()
}

/// What these objects are: one statement for all of them.
pub async fn named(tx: &mut Tx, scope: &Scope<act::ViewAudit>, keys: &[Key]) -> Result<HashMap<Key, Object>> {
    if !scope.whole_tenant() {
        return Ok(HashMap::new());
    }
    let mut objects: HashMap<Key, Object> = HashMap::new();
    let mut asked = Vec::new();
    for key in keys {
        if let Some(of) = stored(key) {
            asked.push((key, of));
        }
        let plain = match key.0.as_str() {
            noun::Org::PREFIX => Object { org: key.1.parse().ok(), ..Object::default() },
            noun::Account::PREFIX => Object { account: key.1.parse().ok(), ..Object::default() },
            // These are known by what they are called.
            "record_type" => Object { name: Some(key.1.clone()), ..Object::default() },
            _ => continue,
        };
        objects.insert(key.clone(), plain);
    }
    let kinds: Vec<String> = asked.iter().map(|(_, (kind, _))| (*kind).to_owned()).collect();
    let ids: Vec<_> = asked.iter().map(|(_, (_, id))| *id).collect();
    let rows = sqlx::query!(
        r#"SELECT nth AS "nth!", org_id, account_id, type_name, role, name, receipt_org, receipt_no FROM sec.audit_objects($1, $2)"#,
        &kinds,
        &ids
    )
    .fetch_all(tx.connection())
    .await?;
    for row in rows {
        let Some((key, _)) = usize::try_from(row.nth - 1).ok().and_then(|nth| asked.get(nth)) else { continue };
        let object = Object {
            org: row.org_id.map(Id::of),
            account: row.account_id.map(Id::of),
            type_name: row.type_name.and_then(|name| serde_json::from_value(name).ok()),
            role: row.role,
            name: row.name,
            receipt: row
                .receipt_org
                .zip(row.receipt_no)
                .map(|(org, no)| ReceiptId { org: Id::of(org), no: ReceiptNo(no) }),
        };
        objects.insert((*key).clone(), object);
    }
    Ok(objects)
}

/// Records whose title begins so, as far as the auditor may know titles.
pub async fn titled(
    tx: &mut Tx,
    scope: &Scope<act::ViewAudit>,
    begins: &str,
    limit: i32,
) -> Result<Vec<Id<noun::Record>>> {
    if !scope.whole_tenant() {
        return Ok(Vec::new());
    }
    let found = sqlx::query_scalar!(r#"SELECT record_id AS "record!" FROM sec.audit_titled($1, $2)"#, begins, limit)
        .fetch_all(tx.connection())
        .await?;
    Ok(found.into_iter().map(Id::of).collect())
}

/// The record that a receipt was given for.
pub async fn received(
    tx: &mut Tx,
    scope: &Scope<act::ViewAudit>,
    receipt: ReceiptId,
) -> Result<Option<Id<noun::Record>>> {
    if !scope.whole_tenant() {
        return Ok(None);
    }
    let (org, no) = (receipt.org.uuid(), receipt.no.0);
    let found = sqlx::query_scalar!("SELECT sec.audit_received($1, $2)", org, no).fetch_one(tx.connection()).await?;
    Ok(found.map(Id::of))
}
