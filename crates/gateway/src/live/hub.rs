//! Who is connected, and what is watched: a register of sockets by session and by object, and how they are woken. It holds
//! no content and no queue: a socket has one mark for each of its subscriptions, set or not.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use app::live::{Changes, Holder, Wake, Watched};
use domain::{live::Topic, tenant::TenantId};
use tokio::sync::Notify;

use super::Settings;

/// Sockets that have not yet said who they are, as a part of all.
const WAITING_PART: usize = 8;
/// Of these, those of one address: many people may stand behind one, but they say who they are at once.
const WAITING_OF_ADDRESS: usize = 64;

/// One socket, as others reach it.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// A bit for each subscription that has to be looked at.
    marks: AtomicU64,
    ended: AtomicBool,
    notify: Notify,
}

impl Line {
    /// Marks one subscription.
    pub(super) fn mark(&self, slot: u32) {
        self.marks.fetch_or(1 << slot, Ordering::SeqCst);
        self.notify.notify_one();
    }

    fn mark_all(&self) {
        self.marks.store(u64::MAX, Ordering::SeqCst);
        self.notify.notify_one();
    }

    fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.notify.notify_one();
    }

    /// Takes the marks.
    pub(super) fn take(&self) -> u64 {
        self.marks.swap(0, Ordering::SeqCst)
    }

    /// Whether the session has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// Waits for a mark or the end. One waits at a time.
    pub(super) async fn called(&self) {
        self.notify.notified().await;
    }
}

type SessionKey = (TenantId, [u8; 32]);

#[derive(Debug, Default)]
struct Session {
    rights: Option<i64>,
    lines: Vec<Arc<Line>>,
}

#[derive(Debug, Default)]
struct Watch {
    version: Option<i64>,
    lines: Vec<(Arc<Line>, u32)>,
}

#[derive(Debug, Default)]
struct Register {
    sessions: HashMap<SessionKey, Session>,
    watches: HashMap<Wake, Watch>,
}

/// The register.
#[derive(Debug, Default)]
pub(super) struct Hub {
    register: Mutex<Register>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    open: usize,
    waiting: usize,
    /// Of each address, where there are any.
    of: HashMap<Option<IpAddr>, usize>,
}

impl Counts {
    /// One that waited does so no longer.
    fn settled(&mut self, address: Option<IpAddr>) {
        self.waiting -= 1;
        if let Some(count) = self.of.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.of.remove(&address);
            }
        }
    }
}

/// A socket that counts; until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    hub: Arc<Hub>,
    address: Option<IpAddr>,
    waiting: bool,
}

impl Place {
    /// It has said who it is.
    pub(super) fn settled(&mut self) {
        if std::mem::take(&mut self.waiting) {
            self.hub.counts().settled(self.address);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.hub.counts();
        counts.open -= 1;
        if self.waiting {
            counts.settled(self.address);
        }
        metrics::gauge!("fonds_live_sockets").decrement(1.0);
    }
}

/// A socket in the register under its session; until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    hub: Arc<Hub>,
    key: SessionKey,
    line: Arc<Line>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut register = self.hub.register();
        if let Some(session) = register.sessions.get_mut(&self.key) {
            session.lines.retain(|line| !Arc::ptr_eq(line, &self.line));
            if session.lines.is_empty() {
                register.sessions.remove(&self.key);
            }
        }
    }
}

/// A subscription's place in the register; until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    hub: Arc<Hub>,
    line: Arc<Line>,
    nth: u32,
    at: Mutex<Option<Wake>>,
}

impl Slot {
    /// The `nth` subscription of a socket.
    pub(super) fn new(hub: &Arc<Hub>, line: &Arc<Line>, nth: u32) -> Arc<Self> {
        metrics::gauge!("fonds_live_subscriptions").increment(1.0);
        Arc::new(Self { hub: Arc::clone(hub), line: Arc::clone(line), nth, at: Mutex::default() })
    }

    /// From now on it is woken by this. It has to be said before it is read, so that nothing falls in between.
    pub(super) fn watch(&self, what: Wake) {
        self.hub.watch(what, &self.line, self.nth);
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        metrics::gauge!("fonds_live_subscriptions").decrement(1.0);
        if let Some(what) = *self.at.lock().unwrap_or_else(PoisonError::into_inner) {
            self.hub.leave(what, &self.line, self.nth);
        }
    }
}

impl Hub {
    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a socket in; none where there are too many, or too many that have not said who they are, altogether or of this address.
    pub(super) fn admit(self: &Arc<Self>, settings: &Settings, address: Option<IpAddr>) -> Option<Place> {
        let mut counts = self.counts();
        let waiting = (settings.max_sockets / WAITING_PART).max(1);
        if counts.open >= settings.max_sockets || counts.waiting >= waiting {
            return None;
        }
        let of = counts.of.entry(address).or_default();
        if *of >= WAITING_OF_ADDRESS {
            return None;
        }
        *of += 1;
        counts.open += 1;
        counts.waiting += 1;
        metrics::gauge!("fonds_live_sockets").increment(1.0);
        Some(Place { hub: Arc::clone(self), address, waiting: true })
    }

    /// Seats a socket under its session; none where the session has too many.
    pub(super) fn seat(self: &Arc<Self>, key: SessionKey, line: &Arc<Line>, settings: &Settings) -> Option<Seat> {
        let mut register = self.register();
        let session = register.sessions.entry(key).or_default();
        if session.lines.len() >= settings.max_per_session {
            return None;
        }
        session.lines.push(Arc::clone(line));
        Some(Seat { hub: Arc::clone(self), key, line: Arc::clone(line) })
    }

    /// Again for the same one changes nothing.
    fn watch(&self, what: Wake, line: &Arc<Line>, slot: u32) {
        let mut register = self.register();
        let watch = register.watches.entry(what).or_default();
        if !watch.lines.iter().any(|(other, at)| *at == slot && Arc::ptr_eq(other, line)) {
            watch.lines.push((Arc::clone(line), slot));
        }
    }

    fn leave(&self, what: Wake, line: &Arc<Line>, slot: u32) {
        let mut register = self.register();
        if let Some(watch) = register.watches.get_mut(&what) {
            watch.lines.retain(|(other, at)| *at != slot || !Arc::ptr_eq(other, line));
            if watch.lines.is_empty() {
                register.watches.remove(&what);
            }
        }
    }

    /// Something of this was committed.
    pub(super) fn wake(&self, what: &Wake) {
        if let Some(watch) = self.register().watches.get(what) {
            watch.lines.iter().for_each(|(line, slot)| line.mark(*slot));
        }
    }

    /// It is not known what was committed.
    pub(super) fn wake_all(&self) {
        self.register().sessions.values().flat_map(|session| &session.lines).for_each(|line| line.mark_all());
    }

    /// Some step was taken: every number may be another one.
    pub(super) fn wake_rollups(&self) {
        let register = self.register();
        let rollups = register.watches.iter().filter(|(what, _)| matches!(what.topic, Topic::Rollup(_)));
        rollups.flat_map(|(_, watch)| &watch.lines).for_each(|(line, slot)| line.mark(*slot));
    }

    /// What is to be compared: every session, and every object of a session's tenant.
    pub(super) fn known(&self) -> (Vec<Holder>, Vec<Watched>) {
        let register = self.register();
        let holders = register.sessions.iter().map(|((tenant, token_hash), session)| Holder {
            tenant: *tenant,
            token_hash: *token_hash,
            rights: session.rights,
        });
        let tenants: HashSet<TenantId> = register.sessions.keys().map(|(tenant, _)| *tenant).collect();
        let objects = register.watches.iter().filter(|(what, _)| tenants.contains(&what.tenant));
        let objects = objects.map(|(what, watch)| Watched { what: *what, version: watch.version });
        (holders.collect(), objects.collect())
    }

    /// Takes over what has changed, and wakes whom it concerns. Gives how many sessions have ended.
    pub(super) fn learn(&self, holders: &[Holder], objects: &[Watched], changes: &Changes) -> usize {
        let mut register = self.register();
        let mut ended = 0;
        for (nth, rights) in &changes.holders {
            let Some(key) = holders.get(*nth).map(|one| (one.tenant, one.token_hash)) else { continue };
            let Some(session) = register.sessions.get_mut(&key) else { continue };
            session.rights = *rights;
            ended += usize::from(rights.is_none());
            session.lines.iter().for_each(|line| if rights.is_none() { line.end() } else { line.mark_all() });
        }
        for (nth, version) in &changes.objects {
            let Some(watch) = objects.get(*nth).and_then(|one| register.watches.get_mut(&one.what)) else { continue };
            watch.version = *version;
            watch.lines.iter().for_each(|(line, slot)| line.mark(*slot));
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use domain::Id;

    use super::*;

    const TENANT: TenantId = TenantId(1);

    fn rollup(n: u128) -> Wake {
        Wake { tenant: TENANT, topic: Topic::Rollup(Id::of(uuid::Uuid::from_u128(n))) }
    }

    #[test]
    fn a_wake_up_marks_whoever_watches_and_nobody_else() {
        let hub = Arc::new(Hub::default());
        let (one, other) = (Arc::new(Line::default()), Arc::new(Line::default()));
        hub.watch(rollup(1), &one, 0);
        hub.watch(rollup(1), &one, 0);
        hub.watch(rollup(2), &one, 3);
        hub.watch(rollup(2), &other, 0);
        for _ in 0..1000 {
            hub.wake(&rollup(2));
        }
        assert_eq!((one.take(), other.take()), (0b1000, 1), "a thousand wake-ups leave one mark");
        hub.wake(&Wake { tenant: TenantId(2), ..rollup(1) });
        assert_eq!((one.take(), other.take()), (0, 0), "another tenant's wakes nobody");
        hub.leave(rollup(2), &one, 3);
        hub.wake_rollups();
        assert_eq!((one.take(), other.take()), (1, 1));
        hub.leave(rollup(1), &one, 0);
        hub.leave(rollup(2), &other, 0);
        assert!(hub.register().watches.is_empty());
    }

    #[test]
    fn what_has_changed_is_learned() {
        let (hub, settings) = (Arc::new(Hub::default()), Settings::default());
        let lines = [(); 3].map(|()| Arc::new(Line::default()));
        let mut seats: Vec<_> =
            (0_u8..).zip(&lines).map(|(n, line)| hub.seat((TENANT, [n; 32]), line, &settings)).collect();
        hub.watch(rollup(1), &lines[2], 5);
        let (holders, objects) = hub.known();
        assert_eq!((holders.len(), objects.len()), (3, 1));
        let nth = |n: u8| holders.iter().position(|one| one.token_hash == [n; 32]).unwrap();
        let changes = Changes {
            holders: vec![(nth(0), None), (nth(1), Some(7))],
            objects: vec![(0, Some(9))],
            ..Changes::default()
        };
        assert_eq!(hub.learn(&holders, &objects, &changes), 1);
        assert!(lines[0].has_ended() && !lines[1].has_ended());
        assert_eq!((lines[1].take(), lines[2].take()), (u64::MAX, 1 << 5));
        assert_eq!(hub.known().0[nth(1)].rights, Some(7));
        seats.remove(0);
        // The answer to a question of before concerns nobody who has left meanwhile.
        assert_eq!(hub.learn(&holders, &objects, &changes), 0);
        seats.clear();
        assert!(hub.known().0.is_empty() && hub.known().1.is_empty());
    }

    #[test]
    fn there_are_so_many_sockets_and_no_more() {
        let hub = Arc::new(Hub::default());
        let settings = Settings { max_sockets: 16, max_per_session: 1, ..Settings::default() };
        let mut places: Vec<_> = (0..2).map(|_| hub.admit(&settings, None).unwrap()).collect();
        assert!(hub.admit(&settings, None).is_none(), "an eighth of them may be without a name");
        for _ in 0..7 {
            places.iter_mut().for_each(Place::settled);
            places.extend([hub.admit(&settings, None).unwrap(), hub.admit(&settings, None).unwrap()]);
        }
        places.iter_mut().for_each(Place::settled);
        assert!(hub.admit(&settings, None).is_none());
        places.pop();
        assert!(hub.admit(&settings, None).is_some());
        let line = Arc::new(Line::default());
        let seat = hub.seat((TENANT, [1; 32]), &line, &settings).unwrap();
        assert!(hub.seat((TENANT, [1; 32]), &line, &settings).is_none());
        drop(seat);
        assert!(hub.seat((TENANT, [1; 32]), &line, &settings).is_some());
    }

    #[test]
    fn one_address_keeps_so_many_sockets_without_a_name_and_the_others_come_in() {
        let (hub, settings) = (Arc::new(Hub::default()), Settings { max_sockets: 10_000, ..Settings::default() });
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut places: Vec<_> = (0..WAITING_OF_ADDRESS).map(|_| hub.admit(&settings, Some(one)).unwrap()).collect();
        assert!(hub.admit(&settings, Some(one)).is_none());
        assert!(hub.admit(&settings, Some(other)).is_some());
        places[0].settled();
        assert!(hub.admit(&settings, Some(one)).is_some(), "who has said who he is waits no longer");
        drop(places);
        assert!(hub.counts().of.is_empty(), "an address that is gone is forgotten");
    }
}
