//! The reconciler of quarantine: what was received whole is hashed, identified, guarded and scanned, promoted to its
//! places, and only then kept; unfinished uploads whose time is over go.
//!
//! Every step may be repeated: a body is put by its digest, a file is settled once. A file is taken under a lease, so that two
//! workers do not examine the same one; whoever is late or dead loses it to the next one.

mod refusal;

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use blob::{Bodies, Digests, PutError, Sha256Digest, Staging, StagingError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Problem, clock::Clock, tenant::FileRules};
use intake::{Examiner, Policy, Scan, Verdict};
use store::{
    examine::{Delay, Found, Quarantined},
    worker::WorkerStore,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::refusal::{gone, infected, other_bytes, too_large_to_scan, unexaminable};

/// How often it looks where nobody wakes it.
const LOOK: Duration = Duration::from_secs(2);
/// The pause after a failure, and of a file that cannot be settled now.
const PAUSE: Duration = Duration::from_secs(10);
const AGAIN: TimeDelta = TimeDelta::seconds(10);
/// Attempts that come to nothing over one file, by a failure or the end of the worker, before it is refused; and how many times longer
/// each pause between them is: three quarters of an hour in all, in which a full disk may be emptied.
const ATTEMPTS: i16 = 5;
const LONGER: i32 = 6;
/// How long a file is taken for, and how often that is said anew while it is being examined.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const RENEW: Duration = Duration::from_secs(15);
/// How often it looks for uploads that are whole and whose end nobody has told.
const RECOVER: TimeDelta = TimeDelta::minutes(1);
/// How often the staging area is swept, and how old what it removes is at least.
const SWEEP: TimeDelta = TimeDelta::hours(1);
/// How old what a promotion has left in a place is at least: no body is written for so long.
const LEFT: TimeDelta = TimeDelta::days(1);
/// How long bytes that were whole may be missing before they are gone for good.
const GRACE: TimeDelta = TimeDelta::minutes(10);
/// Files of one look.
const BATCH: i32 = 32;
/// Files that are looked at in one transaction, whether they are in a record.
const RELEASED: i32 = 500;

/// Everything that the examination needs.
#[derive(Debug, Clone)]
pub struct Examine {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// Where uploads lie.
    pub staging: Staging,
    /// Where bodies are promoted to.
    pub bodies: Bodies,
    /// The guard, and the scanner.
    pub examiner: Examiner,
    /// Woken by a whole upload.
    pub received: Arc<Notify>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How long a kept file may be in no record.
    pub unattached: TimeDelta,
}

/// Why a file could not be examined now; the machine failed, not the file.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The staging area.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// The guard could not look.
    #[error(transparent)]
    Intake(#[from] intake::Error),
    /// The places.
    #[error(transparent)]
    Put(#[from] PutError),
    /// What was left in the places.
    #[error("the places cannot be cleared: {0}")]
    Places(#[source] std::io::Error),
}

impl Failure {
    /// May it fail again over the same file while others pass? A staging area, a place or a database that is away fails over all.
    const fn is_of_file(&self) -> bool {
        matches!(self, Self::Intake(intake::Error::Io(_)) | Self::Put(PutError::Differs | PutError::Staged(_)))
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Kept for good.
    Kept,
    /// Not taken.
    Refused,
    /// The scanner is away: it stays in quarantine.
    Waiting,
    /// Somebody else has taken it meanwhile, and settles it.
    Lost,
}

impl Examine {
    /// Until told to stop; the file under way is finished first.
    pub async fn run(self, stop: CancellationToken) {
        let (mut swept, mut recovered) = (None, None);
        while !stop.is_cancelled() {
            if swept.is_none_or(|at| self.clock.now() - at > SWEEP) {
                swept = Some(self.clock.now());
                if let Err(error) = self.sweep().await {
                    tracing::error!(%error, "the staging area could not be swept");
                }
                if let Err(error) = self.release().await {
                    tracing::error!(%error, "files that are in no record are still kept");
                }
            }
            if recovered.is_none_or(|at| self.clock.now() - at > RECOVER) {
                recovered = Some(self.clock.now());
                if let Err(error) = self.recover().await {
                    tracing::error!(%error, "whether uploads are whole is not known");
                }
            }
            let pause = match self.turn(&stop).await {
                Ok(more) if more => continue,
                Ok(_) => LOOK,
                Err(error) => {
                    tracing::error!(%error, "what is to be examined is not known");
                    PAUSE
                }
            };
            let woken = async {
                let _ = tokio::time::timeout(pause, self.received.notified()).await;
            };
            let _ = stop.run_until_cancelled(woken).await;
        }
    }

    /// Everything that can be settled now. Gives how many files were.
    ///
    /// # Errors
    /// The database or the staging area does not answer.
    pub async fn once(&self) -> Result<usize, Failure> {
        self.recover().await?;
        let (begun, mut settled) = (self.clock.now(), 0);
        while let Some(file) = self.take(begun).await? {
            match self.examine(&file).await {
                Ok(Settled::Kept | Settled::Refused) => settled += 1,
                Ok(Settled::Waiting | Settled::Lost) => {}
                Err(error) => {
                    self.failed(&file, &error).await?;
                    return Err(error);
                }
            }
        }
        Ok(settled)
    }

    /// Uploads that are whole and were never told to be: whoever received the last byte was killed before he could say so.
    /// Gives how many go to be examined now.
    ///
    /// # Errors
    /// The database or the staging area does not answer.
    pub async fn recover(&self) -> Result<usize, Failure> {
        let staged = self.staging.list(SystemTime::UNIX_EPOCH).await?;
        let whole: Vec<_> = staged.iter().filter(|upload| upload.progress.is_whole()).map(|upload| upload.id).collect();
        let mut found = 0;
        for some in whole.chunks(1000) {
            for file in self.store.receive_whole(some, self.clock.now()).await? {
                tracing::info!(%file, "an upload was whole, and nobody had said so");
                found += 1;
            }
        }
        Ok(found)
    }

    /// Removes what is staged and no longer wanted: kept, refused or expired by somebody who was stopped before he removed it.
    ///
    /// # Errors
    /// The database or the staging area does not answer.
    pub async fn sweep(&self) -> Result<usize, Failure> {
        let before = SystemTime::from(self.clock.now() - SWEEP);
        let staged = self.staging.list(before).await?;
        let ids: Vec<_> = staged.iter().filter(|upload| upload.changed < before).map(|upload| upload.id).collect();
        let mut gone = 0;
        for some in ids.chunks(1000) {
            let wanted: HashSet<_> = self.store.wanted(some).await?.into_iter().collect();
            for id in some.iter().filter(|id| !wanted.contains(id)) {
                gone += usize::from(self.staging.remove(*id).await?);
            }
        }
        let left = self.bodies.clear(SystemTime::from(self.clock.now() - LEFT)).await.map_err(Failure::Places)?;
        if left > 0 {
            tracing::info!(left, "what interrupted promotions had left in the places was cleared");
        }
        Ok(gone)
    }

    /// Releases files that were kept and have been in no record for so long: they count against quotas no longer. Gives how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn release(&self) -> Result<i32, Failure> {
        let (now, mut all) = (self.clock.now(), 0);
        loop {
            let (looked, released) = self.store.release(now, now - self.unattached, RELEASED).await?;
            all += released;
            if looked < RELEASED {
                break;
            }
        }
        if all > 0 {
            tracing::info!(files = all, "files that were in no record were released");
        }
        Ok(all)
    }

    /// True: there may be more at once.
    async fn turn(&self, stop: &CancellationToken) -> Result<bool, Failure> {
        let begun = self.clock.now();
        for (_, id) in self.store.expire(begun, BATCH).await? {
            if let Err(error) = self.staging.remove(id).await {
                tracing::warn!(file = %id, %error, "an expired upload is still there");
            }
        }
        for _ in 0..BATCH {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let Some(file) = self.take(begun).await? else { return Ok(false) };
            match self.examine(&file).await {
                Ok(Settled::Waiting) => {}
                Ok(settled) => tracing::info!(file = %file.file, ?settled, "a file was examined"),
                // One file that cannot be read holds up none of the others.
                Err(error) => {
                    tracing::error!(file = %file.file, %error, attempt = file.attempts, "a file could not be examined");
                    self.failed(&file, &error).await?;
                }
            }
        }
        Ok(true)
    }

    /// It is tried again, later and later where the file may be why it failed, and is refused in the end.
    async fn failed(&self, file: &Quarantined, error: &Failure) -> Result<Settled, Failure> {
        if !error.is_of_file() {
            self.store.delay(file, Delay::Machine, self.clock.now() + AGAIN).await?;
            return Ok(Settled::Waiting);
        }
        if file.attempts >= ATTEMPTS {
            return self.refuse(file, &[unexaminable()]).await;
        }
        let pause = AGAIN * LONGER.saturating_pow(u32::try_from(file.attempts - 1).unwrap_or_default());
        self.store.delay(file, Delay::File, self.clock.now() + pause).await?;
        Ok(Settled::Waiting)
    }

    /// The file whose turn it is, of those that were due when the look began.
    async fn take(&self, begun: DateTime<Utc>) -> Result<Option<Quarantined>, store::Error> {
        self.store.take_to_examine(begun, self.clock.now() + LEASE).await
    }

    /// Settles a file while it is held; given up where somebody else has it.
    async fn examine(&self, file: &Quarantined) -> Result<Settled, Failure> {
        let held = async {
            loop {
                tokio::time::sleep(RENEW).await;
                match self.store.hold(file, self.clock.now() + LEASE).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(file = %file.file, %error, "a lease could not be renewed"),
                }
            }
        };
        tokio::select! {
            settled = self.settle(file) => settled,
            () = held => Ok(Settled::Lost),
        }
    }

    async fn settle(&self, file: &Quarantined) -> Result<Settled, Failure> {
        if file.attempts > ATTEMPTS {
            tracing::error!(file = %file.file, "no worker has lived to tell what is in a file: it is refused");
            return self.refuse(file, &[unexaminable()]).await;
        }
        let begun = Instant::now();
        let staged = match self.staging.whole(file.file).await {
            Ok(staged) => staged,
            Err(error) if error.is_loss() => return self.missing(file, error).await,
            Err(error) => return Err(error.into()),
        };
        let digests = self.staging.hash(&staged).await?;
        if file.declared.is_some_and(|declared| declared != digests.sha256.0) {
            return self.refuse(file, &[other_bytes()]).await;
        }
        let hashed = begun.elapsed();
        let verdict = self.examiner.examine(&staged.path(), &file.name, &policy(&file.rules)).await?;
        let (mut examined, scan) = match verdict {
            Verdict::Refused(reason) => return self.refuse(file, &[reason.problem(&["file"])]).await,
            Verdict::Admitted(examined, scan) => (examined, scan),
        };
        if let Some(declared) = &file.declared_type {
            examined.compare(declared);
        }
        let unscanned = match scan {
            Scan::Clean { .. } => false,
            Scan::TooLarge if file.rules.keep_unscanned => true,
            Scan::TooLarge => return self.refuse(file, &[too_large_to_scan()]).await,
            Scan::Infected { name } => {
                tracing::warn!(file = %file.file, signature = name, "an infected file was refused");
                return self.refuse(file, &[infected()]).await;
            }
            Scan::Down(cause) => {
                tracing::warn!(cause, "the virus scanner does not answer: files stay in quarantine");
                self.store.delay(file, Delay::Scanner, self.clock.now() + AGAIN).await?;
                return Ok(Settled::Waiting);
            }
        };
        let looked = begun.elapsed();
        let stored = self.bodies.put(file.tenant, &staged, &digests).await?;
        if !stored.everywhere() {
            tracing::warn!(file = %file.file, "a place of bodies is away: the file stays in quarantine until both have it");
            self.store.delay(file, Delay::Machine, self.clock.now() + AGAIN).await?;
            return Ok(Settled::Waiting);
        }
        let (hash_ms, look_ms) = (millis(hashed), millis(looked.saturating_sub(hashed)));
        let copies_ms = millis(begun.elapsed().saturating_sub(looked));
        tracing::info!(file = %file.file, hash_ms, look_ms, copies_ms, "hashed, looked into and scanned, put to its places");
        let format = &examined.identity.format;
        let found = found(
            &digests,
            format.media_type.clone(),
            examined.identity.puid.clone(),
            unscanned,
            examined.problems(&["file"]),
        );
        let done = self.store.keep(file, &found, self.clock.now()).await?;
        self.settled(file, done, Settled::Kept).await
    }

    async fn refuse(&self, file: &Quarantined, problems: &[Problem]) -> Result<Settled, Failure> {
        let done = self.store.refuse(file, problems, self.clock.now()).await?;
        self.settled(file, done, Settled::Refused).await
    }

    /// The staged bytes go with whoever has settled the file; another one may still be reading them.
    async fn settled(&self, file: &Quarantined, done: bool, how: Settled) -> Result<Settled, Failure> {
        if !done {
            return Ok(Settled::Lost);
        }
        self.staging.remove(file.file).await?;
        Ok(how)
    }

    /// Its bytes are not where they were whole. Its uploader is told when that is certain: they should lie in this very
    /// area, which is older than the upload, and are missing after a while; or its whole time is over. An area that is away,
    /// or that was made since, may be the wrong one: nothing can be said of what lies elsewhere.
    async fn missing(&self, file: &Quarantined, error: StagingError) -> Result<Settled, Failure> {
        let (since, now) = (self.staging.since().await?, self.clock.now());
        let here = since <= SystemTime::from(file.created_at) && now - file.received_at >= GRACE;
        if !here && now < file.expires_at {
            return Err(error.into());
        }
        metrics::counter!("fonds_uploads_lost_total").increment(1);
        tracing::error!(file = %file.file, %error, "the bytes of a whole upload are gone: it is refused, its uploader is told");
        self.refuse(file, &[gone()]).await
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn found(
    digests: &Digests,
    media_type: String,
    puid: Option<String>,
    unscanned: bool,
    warnings: Vec<Problem>,
) -> Found {
    let Sha256Digest(sha256) = digests.sha256;
    Found { sha256, sm3: digests.sm3.0, chunks: digests.chunks.0, media_type, puid, unscanned, warnings }
}

fn policy(rules: &FileRules) -> Policy {
    let usual = Policy::default();
    let allow: BTreeSet<_> = if rules.types.is_empty() { usual.allow } else { rules.types.iter().cloned().collect() };
    Policy { allow, active: false, size: u64::try_from(rules.largest).unwrap_or(usual.size) }
}
