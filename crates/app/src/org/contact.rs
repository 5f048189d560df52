//! How an organisation can be reached: not for everybody in the tenant.

use std::collections::HashMap;

use authz::act;
use domain::{Id, Outcome, id::noun, org::Contact};

use super::permitted;
use crate::{App, Begun, Caller, Command, Reader, Result};

/// Those of a list that the reader may know; empty where none was entered.
pub async fn contacts(reader: &mut Reader, ids: &[Id<noun::Org>]) -> Result<Vec<(Id<noun::Org>, Contact)>> {
    let found = store::org::locate_all(&mut reader.tx, ids).await?;
    let permit = |sealed| reader.policy.permit::<act::ViewOrgContact>(&reader.actor, sealed).ok();
    let may: Vec<_> = found.into_iter().filter_map(permit).collect();
    let mut known: HashMap<_, _> = store::org::contacts(&mut reader.tx, &may).await?.into_iter().collect();
    Ok(may.iter().map(|may| (*may.of(), known.remove(may.of()).unwrap_or_default())).collect())
}

/// Writes it whole. The audit keeps which fields are filled in, not what they say.
pub async fn set_contact(
    cx: &App,
    who: &Caller,
    command: Command,
    id: Id<noun::Org>,
    contact: Contact,
) -> Result<Outcome<Contact>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted::<act::RenameOrg>(&mut work, id).await?;
    let contact = match contact.parse() {
        Ok(contact) => contact,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    store::org::set_contact(&mut work.tx, may, &contact).await?;
    work.audit(store::audit::Entry {
        action: "org.contact",
        object_kind: "org",
        object_id: id.to_string(),
        after: Some(serde_json::json!({
            "address": contact.address.is_some(), "contact": contact.contact.is_some(),
            "telephone": contact.telephone.is_some(),
        })),
        ..store::audit::Entry::default()
    })
    .await?;
    work.done(contact, Vec::new()).await
}
