//! A bucket of an S3 server as a place: every part goes up with its SHA-256, which the server checks; what is there
//! afterwards is asked for.

use std::{ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    WriteMultipart,
    aws::{AmazonS3Builder, Checksum},
    path::Path,
};
use secrecy::{ExposeSecret, SecretString};

use crate::{incident::Fault, settings::S3Settings};

/// Bytes of a part of an upload to the bucket, and how many are on the way at once.
const PART: usize = 8 << 20;
const PARTS: usize = 2;

#[derive(Debug)]
pub(super) struct Bucket {
    store: Arc<dyn ObjectStore>,
    address: (Option<String>, String, String),
}

impl Bucket {
    pub(super) fn open(settings: &S3Settings, secret: &SecretString) -> object_store::Result<Self> {
        let client = ClientOptions::new()
            .with_allow_http(settings.allow_http)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_mins(2));
        let backoff = BackoffConfig { init_backoff: Duration::from_millis(100), ..BackoffConfig::default() };
        let retry = RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(30), backoff };
        let mut builder = AmazonS3Builder::new()
            .with_region(&settings.region)
            .with_bucket_name(&settings.bucket)
            .with_access_key_id(&settings.key_id)
            .with_secret_access_key(secret.expose_secret())
            .with_virtual_hosted_style_request(!settings.path_style)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(settings.allow_http);
        }
        let address = (settings.endpoint.clone(), settings.region.clone(), settings.bucket.clone());
        Ok(Self { store: Arc::new(builder.build()?), address })
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.address == other.address
    }

    pub(super) async fn read(&self, key: &str, range: Range<u64>, len: u64) -> Result<Bytes, Fault> {
        let path = Path::from(key);
        if range.is_empty() {
            return self.check_length(&path, len).await.map(|()| Bytes::new());
        }
        let size = range.end - range.start;
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let got = match self.store.get_opts(&path, options).await {
            Ok(got) => got,
            // A range behind the end is refused in words of its own: what is there says what is wrong.
            Err(error) => return Err(self.check_length(&path, len).await.err().unwrap_or_else(|| fault(&error))),
        };
        if got.meta.size != len {
            return Err(Fault::Length(got.meta.size));
        }
        let bytes = got.bytes().await.map_err(|error| fault(&error))?;
        if bytes.len() as u64 == size { Ok(bytes) } else { Err(Fault::Away("the answer was cut".into())) }
    }

    pub(super) async fn write(&self, key: &str, len: u64) -> Result<BucketWriter, Fault> {
        let (store, path) = (Arc::clone(&self.store), Path::from(key));
        let way = if len <= PART as u64 {
            Way::Whole(Vec::new())
        } else {
            let upload = store.put_multipart(&path).await.map_err(|error| fault(&error))?;
            Way::Parts(WriteMultipart::new_with_chunk_size(upload, PART))
        };
        Ok(BucketWriter { store, path, len, way })
    }

    async fn check_length(&self, path: &Path, len: u64) -> Result<(), Fault> {
        check_length(&*self.store, path, len).await
    }
}

async fn check_length(store: &dyn ObjectStore, path: &Path, len: u64) -> Result<(), Fault> {
    let found = store.head(path).await.map_err(|error| fault(&error))?.size;
    if found == len { Ok(()) } else { Err(Fault::Length(found)) }
}

fn fault(error: &object_store::Error) -> Fault {
    match error {
        object_store::Error::NotFound { .. } => Fault::Missing,
        // The words of the error name keys and addresses: they are for the log, and nothing of them is for a client.
        other => Fault::Away(other.to_string()),
    }
}

#[derive(Debug)]
pub(crate) struct BucketWriter {
    store: Arc<dyn ObjectStore>,
    path: Path,
    len: u64,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Whole(Vec<Bytes>),
    Parts(WriteMultipart),
}

impl BucketWriter {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), Fault> {
        match &mut self.way {
            Way::Whole(pieces) => pieces.push(bytes),
            Way::Parts(upload) => {
                upload.wait_for_capacity(PARTS).await.map_err(|error| fault(&error))?;
                upload.put(bytes);
            }
        }
        Ok(())
    }

    pub(super) async fn finish(self) -> Result<(), Fault> {
        let done = match self.way {
            Way::Whole(pieces) => self.store.put(&self.path, PutPayload::from_iter(pieces)).await,
            Way::Parts(upload) => upload.finish().await,
        };
        done.map_err(|error| fault(&error))?;
        check_length(&*self.store, &self.path, self.len).await
    }

    pub(super) async fn abort(self) {
        if let Way::Parts(upload) = self.way
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "an upload to the bucket was given up and could not be cleared there");
        }
    }
}
