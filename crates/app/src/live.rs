//! Open subscriptions: who is told that something may have changed, what is compared, and what all sockets of a gateway
//! ask together. A subscription looks as a query does, with everything that a query is asked for, and has something to
//! tell where the version is another one.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use domain::{Id, id::noun, live::Topic, tenant::TenantId};
use tokio::sync::broadcast;

pub use domain::live::Wake;
pub use store::live::{Changes, Holder, Watched};

use crate::{
    App, Reader, Result,
    figure::{self, Cell, Question},
    notice::{self, Notice},
    record::{self, Record},
};

/// Wake-ups that may wait for whoever listens; whoever falls behind is told that he has.
const WAITING: usize = 4096;

/// Notices that are told of an inbox.
const NEWEST: u32 = 20;

/// What is compared: another one, and there is something to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(u64);

/// What was found, unless it is what was known.
pub type Found<T> = Option<(Version, T)>;

/// One's own inbox at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbox {
    /// How many are unread, counted as `notice::unread` does.
    pub unread: i64,
    /// The newest ones, the newest first.
    pub notices: Vec<Notice>,
}

/// The way out for wake-ups of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Wakes(broadcast::Sender<Wake>);

impl Default for Wakes {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Wakes {
    /// Says that something was committed. Nobody may be listening: then nobody watches here.
    pub fn tell(&self, tenant: TenantId, topics: impl IntoIterator<Item = Topic>) {
        for topic in topics {
            let _ = self.0.send(Wake { tenant, topic });
        }
    }

    /// Hears what is said from now on.
    pub fn listen(&self) -> broadcast::Receiver<Wake> {
        self.0.subscribe()
    }
}

/// An own record, where its revision or its timeline is another one.
pub async fn record(reader: &mut Reader, id: Id<noun::Record>, known: Option<Version>) -> Result<Found<Record>> {
    let record = record::view(reader, id).await?;
    Ok(unless(known, version(|hash| (record.head.rev, record.seq, record.org_active).hash(hash)), record))
}

/// Figures, where a number is another one.
pub async fn figures(
    reader: &mut Reader,
    org: Id<noun::Org>,
    question: &Question,
    known: Option<Version>,
) -> Result<Found<Vec<Cell>>> {
    let mut cells = figure::read(reader, org, question).await?;
    cells.sort_by(|a, b| place(a).cmp(&place(b)));
    let version = version(|hash| {
        for cell in &cells {
            (place(cell), cell.count, &cell.measures.0).hash(hash);
        }
    });
    Ok(unless(known, version, cells))
}

/// One's own inbox, where something came, was read, or may be seen by its title now.
pub async fn inbox(reader: &mut Reader, known: Option<Version>) -> Result<Found<Inbox>> {
    let mut notices = notice::page(reader, false, None, NEWEST).await?;
    notices.truncate(NEWEST as usize);
    let unread = notice::unread(reader).await?;
    let version = version(|hash| {
        unread.hash(hash);
        for told in &notices {
            (told.notice.no, told.notice.read_at, &told.title).hash(hash);
        }
    });
    Ok(unless(known, version, Inbox { unread, notices }))
}

/// What is other than these sessions and objects are known to be, for all sockets of a gateway at once.
pub async fn changes(cx: &App, holders: &[Holder], objects: &[Watched], steps: i64) -> Result<Changes> {
    Ok(cx.store.live(holders, objects, steps, cx.clock.now()).await?)
}

fn place(cell: &Cell) -> (Option<Id<noun::Org>>, &str, Option<i32>, &'static str) {
    (cell.child, &cell.of_type, cell.month, cell.state.as_str())
}

fn version(write: impl FnOnce(&mut DefaultHasher)) -> Version {
    let mut hash = DefaultHasher::new();
    write(&mut hash);
    Version(hash.finish())
}

fn unless<T>(known: Option<Version>, version: Version, value: T) -> Found<T> {
    (known != Some(version)).then_some((version, value))
}
