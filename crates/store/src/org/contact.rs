//! How an organisation can be reached.

use authz::{Permit, act};
use domain::{Id, id::noun, org::Contact};

use crate::{Result, Tx, error::touched};

/// The contacts of the organisations of these permits, as far as any were entered; one statement.
pub async fn contacts(tx: &mut Tx, may: &[Permit<act::ViewOrgContact>]) -> Result<Vec<(Id<noun::Org>, Contact)>> {
    let tenant = tx.tenant().0;
    let ids: Vec<_> = may.iter().map(|may| may.of().uuid()).collect();
    let rows = sqlx::query!(
        "SELECT org_id, address, contact, telephone FROM org_contact WHERE tenant_id = $1 AND org_id = ANY ($2)",
        tenant,
        &ids
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let contact = Contact { address: row.address, contact: row.contact, telephone: row.telephone };
            (Id::of(row.org_id), contact)
        })
        .collect())
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
