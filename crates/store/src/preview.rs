//! Pictures of files: looked at by whoever may read the file, made by the worker.

use chrono::{DateTime, Utc};
use domain::{Id, id::noun, tenant::TenantId};

use crate::{
    Result, Tx,
    file::{BodyKey, digest},
    worker::WorkerStore,
};

/// A picture of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Of which file.
    pub file: Id<noun::File>,
    /// Which page, from 1; 0 is the thumbnail.
    pub page: i16,
    /// Points.
    pub width: i32,
    /// Points.
    pub height: i32,
    /// Where its body is.
    pub body: BodyKey,
}

/// The pictures of files that were reached before: one statement, by file and page.
pub async fn of_files(tx: &mut Tx, files: &[Id<noun::File>]) -> Result<Vec<Preview>> {
    let tenant = tx.tenant();
    let files: Vec<_> = files.iter().map(|file| file.uuid()).collect();
    let rows = sqlx::query!(
        "SELECT file_id, page, width, height, length, sha256, chunks FROM preview
          WHERE tenant_id = $1 AND file_id = ANY ($2) ORDER BY file_id, page",
        tenant.0,
        &files
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let body =
                BodyKey { tenant, sha256: digest(&row.sha256)?, chunks: digest(&row.chunks)?, length: row.length };
            Ok(Preview { file: Id::of(row.file_id), page: row.page, width: row.width, height: row.height, body })
        })
        .collect()
}

/// A kept file of which pictures are to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpictured {
    /// Which.
    pub file: Id<noun::File>,
    /// Media type by content.
    pub media_type: String,
    /// Its body.
    pub body: BodyKey,
    /// How often it was taken, this time included.
    pub tries: i16,
}

/// A picture that was made, in its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// Which page, from 1; 0 is the thumbnail.
    pub page: i16,
    /// Points.
    pub width: i32,
    /// Points.
    pub height: i32,
    /// Where it is.
    pub body: BodyKey,
    /// SM3.
    pub sm3: [u8; 32],
}

impl WorkerStore {
    /// Takes the file that has waited longest, for five minutes.
    pub async fn take_preview(&self, at: DateTime<Utc>) -> Result<Option<Unpictured>> {
        let mut connection = self.bare().await?;
        let row = sqlx::query!(
            r#"SELECT tenant_id AS "tenant!", id AS "id!", media_type AS "media_type!", sha256 AS "sha256!", chunks AS "chunks!",
                      length AS "length!", tries AS "tries!" FROM sec.take_preview($1)"#,
            at
        )
        .fetch_optional(&mut *connection)
        .await?;
        row.map(|row| {
            let tenant = TenantId(row.tenant);
            let body =
                BodyKey { tenant, sha256: digest(&row.sha256)?, chunks: digest(&row.chunks)?, length: row.length };
            Ok(Unpictured { file: Id::of(row.id), media_type: row.media_type, body, tries: row.tries })
        })
        .transpose()
    }

    /// Takes over the pictures of the same body of another file. False: there are none.
    pub async fn copy_previews(&self, tenant: TenantId, file: Id<noun::File>) -> Result<bool> {
        let mut connection = self.bare().await?;
        Ok(sqlx::query_scalar!(r#"SELECT sec.copy_previews($1, $2) AS "done!""#, tenant.0, file.uuid())
            .fetch_one(&mut *connection)
            .await?)
    }

    /// A picture is durable in its places.
    pub async fn keep_preview(&self, file: Id<noun::File>, made: &Pictured, at: DateTime<Utc>) -> Result<()> {
        let mut connection = self.bare().await?;
        sqlx::query!(
            "SELECT sec.keep_preview($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            made.body.tenant.0,
            file.uuid(),
            made.page,
            made.body.sha256.as_slice(),
            made.sm3.as_slice(),
            made.body.chunks.as_slice(),
            made.body.length,
            made.width,
            made.height,
            at
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    /// All pictures of a file are made, or none can be; with a time, it is tried again then.
    pub async fn previewed(
        &self,
        tenant: TenantId,
        file: Id<noun::File>,
        made: bool,
        again: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let mut connection = self.bare().await?;
        sqlx::query!("SELECT sec.previewed($1, $2, $3, $4)", tenant.0, file.uuid(), made, again)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}
