//! Take the whole log away, to check it elsewhere. Each part is read in a transaction of its own, entered anew: a right that is lost
//! ends the export, and whoever reads slowly holds nothing.

use authz::act;
use store::{audit::Entry, audit_log::Export};

use crate::{App, Caller, Error, Result};

/// Begins the export up to the newest head and writes it down. Gives its first line. Not found: no head was signed yet.
pub async fn begin_export(cx: &App, caller: &Caller) -> Result<(Export, String)> {
    let mut reader = cx.read(caller).await?;
    reader.begin_writing().await?;
    let scope = reader.policy.scope::<act::ExportAudit>(&reader.actor);
    if !scope.whole_tenant() {
        return Err(Error::Forbidden);
    }
    let head = store::audit_log::newest_head(&mut reader.tx, &scope).await?.ok_or(Error::NotFound)?;
    let post = reader.actor.posts.iter().find(|post| post.duty == Some(authz::Duty::Audit));
    let entry = Entry {
        action: "audit.export",
        object_kind: "audit",
        object_id: "audit".to_owned(),
        org: post.map(|post| post.org.org),
        after: Some(serde_json::json!({ "size": head.size })),
        origin: caller.origin.as_deref(),
        ..Entry::default()
    };
    let post = post.map(|post| post.id);
    store::audit::note(&mut reader.tx, post, entry).await?;
    reader.end_writing().await?;
    Ok(Export::begin(reader.actor.tenant_key.clone(), head, reader.now)?)
}

/// The next lines; none after the last.
pub async fn export_part(cx: &App, caller: &Caller, export: &mut Export) -> Result<Option<String>> {
    let mut reader = cx.read(caller).await?;
    let scope = reader.policy.scope::<act::ExportAudit>(&reader.actor);
    if !scope.whole_tenant() {
        return Err(Error::Forbidden);
    }
    Ok(export.part(&mut reader.tx, &scope).await?)
}
