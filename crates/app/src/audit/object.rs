//! Objects of the trail in words, and found by words.

use std::collections::HashMap;

use authz::{Scope, act};
use domain::{
    Locale,
    id::{Noun as _, ReceiptId, noun},
};
use store::audit_log::object::{self as stored, Key};

use crate::{Error, Reader, Result};

/// What an object is called, as far as the auditor may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Where it stands, whose it is, and its own name.
    pub of: stored::Object,
    /// What its type or its role is called.
    pub what: Option<String>,
}

/// What one looks for an object by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The record that a receipt was given for.
    Receipt(ReceiptId),
    /// The beginning of a title.
    Title(String),
}

/// As many are offered.
const MOST: i32 = 10;

fn auditor(reader: &Reader) -> Result<Scope<act::ViewAudit>> {
    let scope = reader.policy.scope::<act::ViewAudit>(&reader.actor);
    if scope.whole_tenant() { Ok(scope) } else { Err(Error::Forbidden) }
}

/// Forbidden to whoever is no auditor.
pub fn permitted(reader: &Reader) -> Result<()> {
    auditor(reader).map(drop)
}

/// What these objects are called.
pub async fn objects(reader: &mut Reader, keys: &[Key], locale: Locale) -> Result<HashMap<Key, Object>> {
    let scope = auditor(reader)?;
    let found = stored::named(&mut reader.tx, &scope, keys).await?;
    let what = |object: &stored::Object| {
        let role = object.role.as_deref().and_then(authz::RoleName::parse);
        let role = role.map(|role| crate::policy::role_label(reader, &role, locale));
        role.or_else(|| object.type_name.as_ref().map(|name| name.pick(locale).to_owned()))
    };
    Ok(found.into_iter().map(|(key, of)| (key, Object { what: what(&of), of })).collect())
}

/// Objects that fit what is wanted, as entries name them.
pub async fn look_up(reader: &mut Reader, wanted: &Wanted) -> Result<Vec<Key>> {
    let scope = auditor(reader)?;
    let records = match wanted {
        Wanted::Receipt(receipt) => stored::received(&mut reader.tx, &scope, *receipt).await?.into_iter().collect(),
        Wanted::Title(begins) => stored::titled(&mut reader.tx, &scope, begins, MOST).await?,
    };
    Ok(records.into_iter().map(|id| (noun::Record::PREFIX.to_owned(), id.to_string())).collect())
}
