//! How an organisation can be reached.

use authz::{Permit, act};
use domain::org::Contact;

use crate::{Result, Tx, error::touched};

/// The contact of the organisation of a permit; empty where none was entered.
pub async fn contact(tx: &mut Tx, may: &Permit<act::ViewOrgContact>) -> Result<Contact> {
    let (tenant, id) = (tx.tenant().0, may.of().uuid());
    let row = sqlx::query_as!(
        Contact,
        "SELECT address, contact, telephone FROM org_contact WHERE tenant_id = $1 AND org_id = $2",
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.unwrap_or_default())
}

/// Writes it whole. Whoever may describe the organisation (rename it) may.
pub async fn set_contact(tx: &mut Tx, may: Permit<act::RenameOrg>, contact: &Contact) -> Result<()> {
    let (tenant, id) = (tx.tenant().0, may.of().uuid());
    let done = sqlx::query!(
        "INSERT INTO org_contact (tenant_id, org_id, address, contact, telephone) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, org_id)
         DO UPDATE SET address = excluded.address, contact = excluded.contact, telephone = excluded.telephone",
        tenant,
        id,
        contact.address,
        contact.contact,
        contact.telephone
    )
    .execute(tx.connection())
    .await?;
    touched("contact of an organisation", 1, &done)
}
