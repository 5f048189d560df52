//! Loaders: many fields of one request that reach for the same noun become one statement, under the request's own scope.

use std::sync::Arc;

use crate::Request;

/// The batching side; each noun implements `Loader<itsKey>` for it in its own file.
#[derive(Debug)]
pub struct Batch {
    /// The request whose entered read the statements run in.
    pub request: Arc<Request>,
}
