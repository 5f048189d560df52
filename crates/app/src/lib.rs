//! The use cases of Fonds, one function each. A mutation: begin (enter, idempotency) → locate → permit → decision of the
//! domain → write that consumes the permit → audit and outbox in the same transaction → commit. A read: scope → one query.

pub mod account;
pub mod audit;
pub mod catalogue;
pub mod chance;
pub mod clock;
pub mod error;
pub mod explain;
pub mod figure;
pub mod file;
pub mod live;
pub mod notice;
pub mod org;
pub mod policy;
pub mod post;
pub mod receipt;
pub mod record;
pub mod record_type;
pub mod session;
pub mod tenant;
pub mod work;

use std::sync::Arc;

use domain::{clock::Clock, seal::Keyring};
use store::Store;

pub use chance::Chance;
pub use clock::SystemClock;
pub use error::{Error, Result};
pub use store::Entry;
pub use work::{Begun, Caller, Command, Reader, Work};

/// What every use case stands on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The first wall.
    pub policy: Arc<authz::Policy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Arc<dyn Chance>,
    /// Compiled forms of record types.
    pub catalogue: Arc<catalogue::Catalogue>,
    /// What seals secrets that are kept; without a key none is kept.
    pub keyring: Arc<Keyring>,
    /// What is said after a commit to whoever watches.
    pub wakes: live::Wakes,
}

impl App {
    /// An application on a database, with the shipped policy.
    pub fn new(store: Store, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Self> {
        let policy = authz::Policy::builtin().map_err(|fault| Error::internal("policy", fault))?;
        Ok(Self {
            store,
            policy: Arc::new(policy),
            clock,
            chance,
            catalogue: Arc::default(),
            keyring: Arc::default(),
            wakes: live::Wakes::default(),
        })
    }

    /// A new id.
    pub fn id<T>(&self) -> domain::Id<T> {
        let mut bytes = [0; 10];
        self.chance.fill(&mut bytes);
        domain::Id::mint(self.clock.now(), bytes)
    }
}
