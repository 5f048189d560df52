//! Plays the plan of a year through the application's own functions, day by day, so that receipts come in order of time.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use app::{App, Caller, Command};
use chrono::{NaiveDate, TimeDelta};
use domain::{
    Id, Outcome,
    id::{ReceiptId, noun},
    record::Writing,
    record_type::TypeCode,
    submission::{Comment, Remarks, ReturnReason},
};
use futures_util::{StreamExt as _, stream};
use rand::{SeedableRng as _, rngs::StdRng};

use super::{clock::TurnedClock, content, files::Kept, plan::Life};
use crate::words::Failure;

/// Somebody who acts: a session and the post it acts in.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    /// The session.
    pub(super) caller: Caller,
    /// The post.
    pub(super) post: Id<noun::Post>,
}

/// A branch with its people and those above it.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// What it writes of itself.
    pub(super) branch: content::Branch,
    /// Who writes.
    pub(super) recorder: Hand,
    /// Who confirms.
    pub(super) secretary: Hand,
    /// Somebody signs in here: its records carry files.
    pub(super) shown: bool,
    /// Which.
    pub(super) files: Kept,
}

/// Everybody of one county.
#[derive(Debug, Clone)]
pub(super) struct County {
    /// The branches.
    pub(super) units: Vec<Unit>,
    /// Reviewers by organisation: towns and the county.
    pub(super) reviewers: HashMap<Id<noun::Org>, Hand>,
}

/// The next thing that happens to a record.
#[derive(Debug, Clone)]
enum Next {
    Write,
    Decide { receipt: ReceiptId, level: usize, again: bool },
    Mend { record: Id<noun::Record> },
}

/// At most so many at once.
const AT_ONCE: usize = 8;

/// A part of the year.
#[derive(Debug)]
pub(super) struct Year {
    /// The use cases, on the turned clock.
    pub(super) app: App,
    /// The clock.
    pub(super) clock: Arc<TurnedClock>,
    /// Counts steps, for keys that never repeat.
    pub(super) steps: AtomicU64,
    /// Begins every key.
    pub(super) tag: String,
}

impl Year {
    fn command<T: serde::Serialize>(&self, operation: &'static str, post: Id<noun::Post>, input: &T) -> Command {
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        Command::new(operation, &format!("sample-{}-{step}", self.tag), post, input)
    }

    /// Plays every life up to `today`. `told` hears after each day how many records there are.
    pub(super) async fn play(
        &self,
        county: &County,
        lives: &[Life],
        today: NaiveDate,
        told: &(dyn Fn(usize) + Sync),
    ) -> Result<usize, Failure> {
        let mut days: BTreeMap<NaiveDate, Vec<(usize, Next)>> = BTreeMap::new();
        for (at, life) in lives.iter().enumerate() {
            days.entry(life.written).or_default().push((at, Next::Write));
        }
        let mut written = 0;
        while let Some((day, due)) = days.pop_first() {
            if day > today {
                break;
            }
            self.clock.turn(day);
            written += due.iter().filter(|(_, next)| matches!(next, Next::Write)).count();
            let mut running = stream::iter(due)
                .map(|(at, next)| async move { (at, self.step(county, &lives[at], at, next).await) })
                .buffer_unordered(AT_ONCE);
            while let Some((at, outcome)) = running.next().await {
                if let Some((wait, next)) = outcome? {
                    days.entry(day + TimeDelta::days(i64::from(wait.max(1)))).or_default().push((at, next));
                }
            }
            told(written);
        }
        Ok(written)
    }

    async fn step(&self, county: &County, life: &Life, at: usize, next: Next) -> Result<Option<(u16, Next)>, Failure> {
        match next {
            Next::Write => self.write(&county.units[life.branch], life, at).await,
            Next::Decide { receipt, level, again } => self.decide(county, life, receipt, level, again).await,
            Next::Mend { record } => self.mend(&county.units[life.branch], life, at, record).await,
        }
    }

    fn writing(unit: &Unit, life: &Life, at: usize) -> Writing {
        let seed = u64::try_from(at).unwrap_or(0) ^ (u64::try_from(life.branch).unwrap_or(0) << 32);
        content::writing(&mut StdRng::seed_from_u64(seed), life.of_type, &unit.branch, life.held)
    }

    async fn write(&self, unit: &Unit, life: &Life, at: usize) -> Result<Option<(u16, Next)>, Failure> {
        let writing = Self::writing(unit, life, at);
        let of_type = TypeCode::parse(life.of_type).ok_or("a type of the plan")?;
        let command = self.command("record.create", unit.recorder.post, &at);
        let drafted = done(app::record::create(&self.app, &unit.recorder.caller, command, of_type, writing).await?)?;
        let files = unit.files.of(at);
        let mut rev = 1;
        if !files.is_empty() {
            let (by, record) = (&unit.recorder, drafted.record);
            let command = self.command("record.files", by.post, &files);
            rev = done(app::record::arrange_files(&self.app, &by.caller, command, record, rev, files).await?)?.rev;
        }
        if !life.sent {
            return Ok(None);
        }
        self.send(&unit.secretary, life, drafted.record, rev, false).await
    }

    async fn send(
        &self,
        by: &Hand,
        life: &Life,
        record: Id<noun::Record>,
        rev: i32,
        again: bool,
    ) -> Result<Option<(u16, Next)>, Failure> {
        let command = self.command("record.submit", by.post, &record);
        let sent = done(app::record::submit(&self.app, &by.caller, command, record, rev).await?)?;
        if sent.state == domain::submission::SubmissionState::Final {
            return Ok(None);
        }
        Ok(life.review[0].map(|wait| (wait, Next::Decide { receipt: sent.receipt, level: 0, again })))
    }

    async fn decide(
        &self,
        county: &County,
        life: &Life,
        receipt: ReceiptId,
        level: usize,
        again: bool,
    ) -> Result<Option<(u16, Next)>, Failure> {
        let Some(by) = county.reviewers.get(&receipt.org) else { return Ok(None) };
        if level == 0 && life.returned && !again {
            let remarks = Remarks {
                reasons: vec![ReturnReason::Content],
                comments: vec![Comment { path: "/title".to_owned(), text: "请核对题名与人数。".to_owned() }],
                note: None,
            };
            let command = self.command("receipt.return", by.post, &receipt);
            let back = done(app::receipt::give_back(&self.app, &by.caller, command, receipt, remarks).await?)?;
            return Ok(life.mended.map(|wait| (wait, Next::Mend { record: back.record })));
        }
        let command = self.command("receipt.approve", by.post, &receipt);
        let decided = done(app::receipt::approve(&self.app, &by.caller, command, receipt, Remarks::default()).await?)?;
        let wait = life.review.get(level + 1).copied().flatten();
        Ok(decided.next.zip(wait).map(|(receipt, wait)| (wait, Next::Decide { receipt, level: level + 1, again })))
    }

    async fn mend(
        &self,
        unit: &Unit,
        life: &Life,
        at: usize,
        record: Id<noun::Record>,
    ) -> Result<Option<(u16, Next)>, Failure> {
        let mut reader = self.app.read(&unit.recorder.caller).await?;
        let rev = app::record::view(&mut reader, record).await?.head.rev;
        drop(reader);
        let mut writing = Self::writing(unit, life, at);
        writing.title.push_str("（修改）");
        let command = self.command("record.edit", unit.recorder.post, &record);
        let saved = done(app::record::save(&self.app, &unit.recorder.caller, command, record, rev, writing).await?)?;
        self.send(&unit.secretary, life, record, saved.rev, true).await
    }
}

pub(super) fn done<T>(outcome: Outcome<T>) -> Result<T, Failure> {
    match outcome {
        Outcome::Done(value, _) => Ok(value),
        Outcome::Refused(problems) => {
            let what: Vec<_> =
                problems.iter().map(|problem| format!("{}: {}", problem.path.join("."), problem.en)).collect();
            Err(format!("a sample step was refused: {}", what.join("; ")).into())
        }
    }
}
