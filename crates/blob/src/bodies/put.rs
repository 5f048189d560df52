//! Promotion: a hashed upload becomes a body, in every place.

use std::{
    fs::File,
    io::{self, Read},
};

use bytes::Bytes;
use domain::tenant::TenantId;
use futures_util::future::{join, join_all};
use sha2::{Digest, Sha256};

use super::Bodies;
use crate::{
    blocking,
    chunks::{CHUNK, ChunkList},
    digest::{Body, Digests},
    hashing,
    incident::Fault,
    place::{Place, PlaceWriter},
    staging::{Staged, chunk_list},
};

/// Whether a place holds a body durably.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Name of the place.
    pub place: &'static str,
    /// Why it does not.
    pub held: Result<(), Fault>,
}

/// What became of a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// For the database.
    pub body: Body,
    /// Of each place, the main one first. At least one holds it.
    pub places: Vec<Held>,
}

impl Stored {
    /// Every place holds it: what an attachment asks for.
    pub fn everywhere(&self) -> bool {
        self.places.iter().all(|held| held.held.is_ok())
    }
}

/// Why nothing was promoted.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The bytes are not those of the digests.
    #[error("the upload is not what was hashed")]
    Differs,
    /// The upload cannot be read.
    #[error("the upload cannot be read: {0}")]
    Staged(#[source] io::Error),
    /// No place took it.
    #[error("no place took the body")]
    Nowhere(Vec<Held>),
}

impl Bodies {
    /// Puts a whole upload to every place, durably, and verifies on the way that it is what was hashed. Doing it again
    /// writes it anew and changes nothing. The upload stays where it is: `Staging::remove` takes it away.
    pub async fn put(&self, tenant: TenantId, staged: &Staged, digests: &Digests) -> Result<Stored, PutError> {
        let Ok(_turn) = self.0.promotions.acquire().await else { return Err(PutError::Nowhere(Vec::new())) };
        let body = Body::of(tenant, digests);
        let (upload, said) = (staged.clone(), *digests);
        let list = blocking(move || chunk_list(&upload, &said)).await.map_err(PutError::Staged)?;
        if list.digest() != digests.chunks || staged.len() != digests.len {
            return Err(PutError::Differs);
        }
        let mut writers = Vec::new();
        for (number, place) in self.0.places.iter().enumerate() {
            // Only the main place may share its bytes on the disk with the upload: the copy has to be one.
            let linked = if number == 0 { place.link(&body.key(), &staged.path()).await } else { None };
            writers.push(match linked {
                Some(writer) => Ok(writer),
                None => place.write(&body.key(), body.len).await,
            });
        }
        match pour(staged, &body, &mut writers).await {
            Ok(true) => {}
            Ok(false) => {
                give_up(writers).await;
                return Err(PutError::Differs);
            }
            Err(error) => {
                give_up(writers).await;
                return Err(PutError::Staged(error));
            }
        }
        self.settle(&body, writers, &list).await
    }

    /// Puts something that we have made ourselves, small enough for memory, to every place, durably.
    pub async fn put_bytes(&self, tenant: TenantId, bytes: Bytes) -> Result<(Stored, Digests), PutError> {
        let whole = bytes.clone();
        let (digests, list) = blocking(move || hashing::of_bytes(&whole)).await;
        let body = Body::of(tenant, &digests);
        let mut writers = Vec::new();
        for place in &self.0.places {
            writers.push(place.write(&body.key(), body.len).await);
        }
        for at in (0..bytes.len()).step_by(1 << 20) {
            write_all(&mut writers, &bytes.slice(at..bytes.len().min(at + (1 << 20)))).await;
        }
        Ok((self.settle(&body, writers, &list).await?, digests))
    }

    /// Finishes what was written, with its list beside it.
    async fn settle(
        &self,
        body: &Body,
        writers: Vec<Result<PlaceWriter, Fault>>,
        list: &ChunkList,
    ) -> Result<Stored, PutError> {
        let mut places = Vec::new();
        for (place, writer) in self.0.places.iter().zip(writers) {
            let held = match writer {
                Ok(writer) => settle(place, body, writer, list).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = &held {
                tracing::error!(tenant.id = body.tenant.0, file.digest = %body.sha256, place = place.name, ?fault, "a place did not take a body");
            }
            places.push(Held { place: place.name, held });
        }
        if places.iter().any(|held| held.held.is_ok()) {
            Ok(Stored { body: *body, places })
        } else {
            Err(PutError::Nowhere(places))
        }
    }
}

/// Reads the upload once, to all that write it. Answers whether it was what was hashed.
async fn pour(staged: &Staged, body: &Body, writers: &mut [Result<PlaceWriter, Fault>]) -> io::Result<bool> {
    let path = staged.path();
    let file = blocking(move || File::open(path)).await?;
    let mut next = read_on(file, Sha256::new(), Vec::new()).await?;
    // Two buffers by turns: a new one for each chunk is memory that the allocator keeps, in each thread that had one.
    let mut spare = Vec::new();
    loop {
        let (chunk, whole, file) = next;
        if chunk.is_empty() {
            return Ok(whole.finalize().as_slice() == body.sha256.0);
        }
        let chunk = Bytes::from(chunk);
        // One chunk is read and hashed while the one before is written.
        let (read, ()) = join(read_on(file, whole, std::mem::take(&mut spare)), write_all(writers, &chunk)).await;
        next = read?;
        spare = Vec::from(chunk); // the same memory, unless a place still has it
    }
}

/// The next chunk, hashed; an empty one at the end.
async fn read_on(mut file: File, mut whole: Sha256, mut bytes: Vec<u8>) -> io::Result<(Vec<u8>, Sha256, File)> {
    blocking(move || {
        bytes.clear();
        bytes.reserve(1 << 20);
        file.by_ref().take(CHUNK).read_to_end(&mut bytes)?;
        whole.update(&bytes);
        Ok((bytes, whole, file))
    })
    .await
}

/// Writes a chunk to all that have not failed.
async fn write_all(writers: &mut [Result<PlaceWriter, Fault>], chunk: &Bytes) {
    join_all(writers.iter_mut().map(|writer| async move {
        let Ok(open) = writer else { return };
        if let Err(fault) = open.write(chunk.clone()).await
            && let Ok(broken) = std::mem::replace(writer, Err(fault))
        {
            broken.abort().await;
        }
    }))
    .await;
}

async fn settle(place: &Place, body: &Body, writer: PlaceWriter, list: &ChunkList) -> Result<(), Fault> {
    writer.finish().await?;
    write_list(place, body, list).await
}

/// Puts the list of the chunks beside the body.
pub(super) async fn write_list(place: &Place, body: &Body, list: &ChunkList) -> Result<(), Fault> {
    let bytes = list.encode();
    let mut writer = place.write(&body.list_key(), bytes.len() as u64).await?;
    writer.write(bytes.into()).await?;
    writer.finish().await
}

async fn give_up(writers: Vec<Result<PlaceWriter, Fault>>) {
    for writer in writers.into_iter().flatten() {
        writer.abort().await;
    }
}
