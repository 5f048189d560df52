//! The frame of every use case: who calls, a reader for reads, a piece of work for a mutation.

use std::sync::Arc;

use authz::{Actor, TenantPolicy};
use chrono::{DateTime, Utc};
use domain::{Code, Id, Locale, Outcome, Problem, id::noun, live::Topic};
use serde::{Serialize, de::DeserializeOwned};
use store::{Anew, Entry, Tx, Way, idempotency::Known};

use crate::{App, Error, Result, live::Wakes};

/// Who calls, before anything is known of him.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The session that the request names.
    pub entry: Entry,
    /// Language asked for; the person's own where none was.
    pub locale: Option<Locale>,
    /// Address that the request came from, for the audit.
    pub origin: Option<String>,
}

/// What every mutation brings along.
#[derive(Debug, Clone)]
pub struct Command {
    /// Name of the operation, e.g. `record.submit`.
    pub operation: &'static str,
    /// The caller's key: 8 to 128 printable characters. Repeating it repeats the answer, not the effect.
    pub key: String,
    /// In the name of which post; none for what a person does for himself (language, password, sessions).
    pub post: Option<Id<noun::Post>>,
    /// The input, for the digest that tells a repetition from another request under the same key.
    pub input: serde_json::Value,
}

impl Command {
    /// A command with its input.
    pub fn new(operation: &'static str, key: &str, post: Id<noun::Post>, input: &impl Serialize) -> Self {
        Self::personal(operation, key, Some(post), input)
    }

    /// A command that a person may give without a post as well: it concerns himself.
    pub fn personal(operation: &'static str, key: &str, post: Option<Id<noun::Post>>, input: &impl Serialize) -> Self {
        Self { operation, key: key.to_owned(), post, input: serde_json::to_value(input).unwrap_or_default() }
    }
}

/// An entered read.
#[derive(Debug)]
pub struct Reader {
    /// The transaction.
    pub tx: Tx,
    /// Who reads.
    pub actor: Actor,
    /// What he may.
    pub policy: Arc<TenantPolicy>,
    /// When.
    pub now: DateTime<Utc>,
    /// Address that the request came from.
    pub origin: Option<String>,
    /// For entering anew.
    app: App,
    way: Way,
}

/// An entered mutation.
#[derive(Debug)]
pub struct Work {
    /// The transaction.
    pub tx: Tx,
    /// Who acts, under one post.
    pub actor: Actor,
    /// What he may.
    pub policy: Arc<TenantPolicy>,
    /// When.
    pub now: DateTime<Utc>,
    /// Address that the request came from.
    pub origin: Option<String>,
    key: String,
    wakes: Wakes,
    touched: Vec<Topic>,
}

/// What beginning came to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "made once in a mutation and taken apart at once")]
pub enum Begun<T> {
    /// Do it.
    Fresh(Work),
    /// It was done before, or is refused for its key: this is the answer.
    Answered(Outcome<T>),
}

/// What is kept of an answer: the value and the warnings beside it.
#[derive(Serialize, serde::Deserialize)]
struct Kept<T> {
    value: T,
    warnings: Vec<Problem>,
}

impl App {
    /// Enters for reading.
    pub async fn read(&self, caller: &Caller) -> Result<Reader> {
        let entered = self.enter(Way::Session(caller.entry.clone()), caller.origin.clone()).await?;
        entered.ok_or(Error::Unauthenticated)
    }

    /// Enters for reading in one way or another. None: there is no such way (any more).
    pub(crate) async fn enter(&self, way: Way, origin: Option<String>) -> Result<Option<Reader>> {
        let now = self.clock.now();
        let Some((actor, mut tx)) = self.store.read(&way, now).await? else { return Ok(None) };
        let policy = self.policy_of(&actor, &mut tx).await?;
        Ok(Some(Reader { tx, actor, policy, now, origin, app: self.clone(), way }))
    }

    /// Enters for a mutation, in the name of one post where it names one, and claims its key.
    pub async fn begin<T: DeserializeOwned>(&self, caller: &Caller, command: Command) -> Result<Begun<T>> {
        let plausible =
            (8..=128).contains(&command.key.len()) && command.key.bytes().all(|byte| byte.is_ascii_graphic());
        if !plausible {
            return Ok(Begun::Answered(Outcome::Refused(vec![Problem::new(
                Code::Invalid,
                &["idempotencyKey"],
                "幂等键须为 8 至 128 个可见 ASCII 字符，每次操作各用一个（如 UUID）",
                "an idempotency key is 8 to 128 visible ASCII characters, one for each operation (a UUID, say)",
            )])));
        }
        let now = self.clock.now();
        let entry = command.post.map_or_else(|| caller.entry.clone(), |post| caller.entry.acting(post));
        let entered = self.store.write(entry, now).await?;
        let (actor, mut tx) = entered.ok_or(Error::Unauthenticated)?;
        // A post that is not held (any more) is not there: nothing is done in its name, nor answered once more.
        if actor.acting.is_some() && actor.acting_posts().next().is_none() {
            return Err(Error::NotFound);
        }
        let digest = store::idempotency::digest(command.operation, &command.input);
        match store::idempotency::claim(&mut tx, &command.key, command.operation, digest).await? {
            Known::Fresh => {}
            Known::Other => return Err(Error::Conflict),
            Known::Answered(answer) => {
                let kept: Kept<T> = serde_json::from_value(answer).map_err(|error| Error::internal("answer", error))?;
                return Ok(Begun::Answered(Outcome::Done(kept.value, kept.warnings)));
            }
        }
        let policy = self.policy_of(&actor, &mut tx).await?;
        let origin = caller.origin.clone();
        Ok(Begun::Fresh(Work {
            tx,
            actor,
            policy,
            now,
            origin,
            key: command.key,
            wakes: self.wakes.clone(),
            touched: Vec::new(),
        }))
    }

    /// The tenant's policy at the version that `enter` has read.
    pub(crate) async fn policy_of(&self, actor: &Actor, tx: &mut Tx) -> Result<Arc<TenantPolicy>> {
        if let Some(policy) = self.policy.tenant(actor.tenant, actor.policy_version) {
            return Ok(policy);
        }
        let rows = store::policy::rows(tx).await.inspect_err(|_| self.policy.failed(actor.tenant))?;
        let lines: Vec<_> = rows.lines.iter().map(store::policy::LineRow::raw).collect();
        match self.policy.load(actor.tenant, actor.policy_version, &rows.roles, &lines) {
            Ok(policy) => Ok(policy),
            Err(error) => {
                tracing::error!(tenant = actor.tenant.0, %error, "the tenant's policy could not be loaded");
                self.policy.kept(actor.tenant).ok_or_else(|| Error::internal("policy", error))
            }
        }
    }
}

impl Reader {
    /// Goes on in a transaction that writes, entered anew: what was permitted before has to be asked again.
    pub(crate) async fn begin_writing(&mut self) -> Result<()> {
        self.anew(Anew::ToWrite).await
    }

    /// Keeps what was written and goes on reading.
    pub(crate) async fn end_writing(&mut self) -> Result<()> {
        self.anew(Anew::ToRead).await
    }

    async fn anew(&mut self, anew: Anew) -> Result<()> {
        let entered = self.tx.begin_anew(anew, &self.way).await?;
        self.actor = entered.ok_or(match self.way {
            Way::Session(_) => Error::Unauthenticated,
            Way::Link(..) => Error::NotFound,
        })?;
        self.policy = self.app.policy_of(&self.actor, &mut self.tx).await?;
        Ok(())
    }
}

impl Work {
    /// Keeps the answer beside the effect, commits, and gives the outcome.
    pub async fn done<T: Serialize + DeserializeOwned>(
        mut self,
        value: T,
        warnings: Vec<Problem>,
    ) -> Result<Outcome<T>> {
        let kept = Kept { value, warnings };
        let answer = serde_json::to_value(&kept).map_err(|error| Error::internal("answer", error))?;
        store::idempotency::answer(&mut self.tx, &self.key, &answer).await?;
        let tenant = self.tx.tenant();
        self.tx.commit().await?;
        self.wakes.tell(tenant, self.touched);
        Ok(Outcome::Done(kept.value, kept.warnings))
    }

    /// Whoever watches these is woken after the commit.
    pub fn touch(&mut self, topics: impl IntoIterator<Item = Topic>) {
        self.touched.extend(topics);
    }

    /// A step of a record: it, and the figures of everything that it counts for.
    pub(crate) fn touch_step(&mut self, record: Id<noun::Record>, chain: impl IntoIterator<Item = Id<noun::Org>>) {
        self.touch([Topic::Record(record)]);
        self.touch(chain.into_iter().map(Topic::Rollup));
    }

    /// An audit entry of this work, with its outbox row.
    pub async fn audit(&mut self, entry: store::audit::Entry<'_>) -> Result<()> {
        let org = self.actor.acting.and_then(|_| self.actor.acting_posts().next()).map(|post| post.org.org);
        let origin = self.origin.clone();
        Ok(store::audit::append(&mut self.tx, store::audit::Entry { org, origin: origin.as_deref(), ..entry }).await?)
    }
}
