//! How an organisation can be reached: not for everybody in the tenant.

use authz::act;
use domain::{Id, Outcome, id::noun, org::Contact};

use super::permitted;
use crate::{App, Begun, Caller, Command, Error, Reader, Result};

/// Reads it. Whoever may see the organisation, but not its contact, is told `FORBIDDEN`.
pub async fn contact(reader: &mut Reader, id: Id<noun::Org>) -> Result<Contact> {
    let sealed = store::org::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    if let Ok(may) = reader.policy.permit::<act::ViewOrgContact>(&reader.actor, sealed) {
        return Ok(store::org::contact(&mut reader.tx, &may).await?);
    }
    let sealed = store::org::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
    let seen = reader.policy.permit::<act::ViewOrg>(&reader.actor, sealed);
    Err(if seen.is_ok() { Error::Forbidden } else { Error::NotFound })
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
