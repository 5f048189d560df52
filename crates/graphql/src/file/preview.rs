//! Pictures of files, and links to them.

use std::collections::HashMap;

use async_graphql::{Context, Error, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use domain::{Id, file::FileAddress, id::noun};

use crate::{
    Request,
    error::Result,
    loader::Batch,
    request::{Answer, Refuse as _, loaders},
};

/// A picture of a file, JPEG, made by Fonds itself.
#[derive(Debug, Clone, SimpleObject)]
pub struct Preview {
    /// Which page, from 1; 0 is the thumbnail.
    page: i32,
    /// Points.
    width: i32,
    /// Points.
    height: i32,
    /// Where it is, on this server.
    path: String,
}

/// A link that needs no session.
#[derive(Debug, Clone, SimpleObject)]
pub struct FileLink {
    /// Where, on this server.
    path: String,
    /// When it opens nothing any more.
    expires_at: DateTime<Utc>,
}

/// The pictures of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Of(Id<noun::File>);

impl Loader<Of> for Batch {
    type Value = Vec<app::file::Preview>;
    type Error = Error;

    async fn load(&self, files: &[Of]) -> Result<HashMap<Of, Self::Value>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let ids: Vec<_> = files.iter().map(|of| of.0).collect();
        let mut previews: HashMap<Of, Self::Value> = HashMap::new();
        for preview in app::file::previews(&mut reading, &ids).await.or_refuse(request)? {
            previews.entry(Of(preview.file)).or_default().push(preview);
        }
        Ok(previews)
    }
}

async fn all(ctx: &Context<'_>, file: Id<noun::File>, address: FileAddress) -> Result<Vec<Preview>> {
    let previews = loaders(ctx).load_one(Of(file)).await?.unwrap_or_default();
    let shown = |preview: app::file::Preview| Preview {
        page: preview.page.into(),
        width: preview.width,
        height: preview.height,
        path: format!("/files/{address}/preview/{}", preview.page),
    };
    Ok(previews.into_iter().map(shown).collect())
}

/// The small one; none is null.
pub(super) async fn thumbnail(ctx: &Context<'_>, file: Id<noun::File>, address: FileAddress) -> Answer<Preview> {
    match all(ctx, file, address).await {
        Ok(all) => all.into_iter().find(|preview| preview.page == 0).map(Ok),
        Err(error) => Some(Err(error)),
    }
}

/// The others.
pub(super) async fn pages(ctx: &Context<'_>, file: Id<noun::File>, address: FileAddress) -> Result<Vec<Preview>> {
    Ok(all(ctx, file, address).await?.into_iter().filter(|preview| preview.page > 0).collect())
}

/// Signs a link for the caller.
pub(super) async fn link(request: &Request, address: FileAddress) -> app::Result<FileLink> {
    let reading = request.reading().await?;
    let app::file::Link { path, expires_at } = app::file::link(&reading, request.caller()?, address);
    Ok(FileLink { path, expires_at })
}
