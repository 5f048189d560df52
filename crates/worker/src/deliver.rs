//! Deliveries: taken under a lease, looked at again under the rights of this moment, sent, settled.
//!
//! A lease has an end and a number. Whoever is late or dead loses it to the next one, and what he says afterwards counts
//! for nothing; a letter that goes out twice by it has the same `Message-ID`.

mod matter;

use std::{collections::HashMap, sync::Arc, time::Duration};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::TimeDelta;
use domain::{
    Id, Locale,
    account::INVITED_FOR,
    clock::Clock,
    id::noun,
    notice::{Channel, NoticeKind},
    seal::{Keyring, Sealed},
    tenant::TenantId,
};
use futures_util::{StreamExt as _, stream};
use mail::{
    Outcome, Reason,
    render::{self, Sender},
    smtp::Smtp,
    webhook::{Endpoint, Reader, Robot, Webhooks},
};
use secrecy::{ExposeSecret as _, SecretString};
use store::{
    Entry, Result,
    delivery::{Delivery, Lease, Settled},
    relay::{
        Asked, Sought,
        fact::{Person, Webhook},
    },
    worker::WorkerStore,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use url::Url;

use self::matter::Desk;
use crate::right::Policies;

/// How often it looks where nobody wakes it.
const LOOK: Duration = Duration::from_secs(1);
/// The longest pause between two attempts, and after repeated failures of the database.
const LONGEST: Duration = Duration::from_hours(1);
const TROUBLE: Duration = Duration::from_secs(30);
/// How long before an attempt rights, wishes and addresses may have been read.
const FRESH: Duration = Duration::from_secs(3);
/// Attempts after which it is given up: most of a day, with the usual pauses.
const MOST: i32 = 24;

/// The ways out.
#[derive(Debug, Clone)]
pub struct Post {
    /// Letters; none without a mail server.
    pub letters: Option<Letters>,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// Where people open what they are told of.
    pub public: Url,
    /// The first pause before another attempt.
    pub retry: Duration,
    /// How long one attempt may take, webhooks and letters alike.
    pub patience: Duration,
    /// Attempts at the same time, of each channel.
    pub at_once: usize,
    /// What opens where webhooks lead.
    pub keyring: Arc<Keyring>,
    /// Where secrets of invitations come from.
    pub chance: fn(&mut [u8]),
}

/// How letters go.
#[derive(Debug, Clone)]
pub struct Letters {
    /// The mail server.
    pub smtp: Smtp,
    /// Who writes them.
    pub sender: Sender,
}

/// The loop of one channel. Any number of them may run.
#[derive(Debug, Clone)]
pub struct Deliver {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Who may.
    pub policies: Policies,
    /// The ways out.
    pub post: Post,
    /// Told by the relay that something waits.
    pub written: Arc<Notify>,
}

impl Deliver {
    /// Until told to stop; what is under way is finished first.
    pub async fn run(self, channel: Channel, stop: CancellationToken) {
        metrics::describe_counter!("fonds_deliveries_total", "attempts to deliver, by channel and outcome");
        let mut pause = LOOK;
        while !stop.is_cancelled() {
            match self.batch(channel).await {
                Ok(0) => pause = LOOK,
                Ok(_) => continue,
                Err(error) => {
                    pause = (pause * 2).min(TROUBLE);
                    tracing::error!(%error, channel = channel.as_str(), pause_seconds = pause.as_secs(), "what is to be sent is not known");
                }
            }
            let woken = async {
                let _ = tokio::time::timeout(pause, self.written.notified()).await;
            };
            let _ = stop.run_until_cancelled(woken).await;
        }
    }

    /// Everything that is due on a channel. Gives how many attempts were made.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn once(&self, channel: Channel) -> Result<usize> {
        let mut all = 0;
        loop {
            match self.batch(channel).await? {
                0 => return Ok(all),
                made => all += made,
            }
        }
    }

    /// As many as can be sent within the lease.
    async fn batch(&self, channel: Channel) -> Result<usize> {
        let (at, begun) = (self.clock.now(), Instant::now());
        let limit = i32::try_from(self.post.at_once * 4).unwrap_or(i32::MAX);
        let lease = self.post.patience * 6;
        let until = at + TimeDelta::from_std(lease).unwrap_or(TimeDelta::minutes(3));
        let taken = self.store.take(channel, at, until, limit).await?;
        let mut by_tenant: HashMap<TenantId, Vec<Lease>> = HashMap::new();
        for lease in &taken {
            by_tenant.entry(lease.tenant).or_default().push(*lease);
        }
        let mut jobs = Vec::new();
        for (tenant, leases) in by_tenant {
            match self.look(channel, tenant, &leases).await {
                Ok(desk) => {
                    let read = Instant::now();
                    jobs.extend(desk.into_iter().map(|job| (job, read)));
                }
                // One tenant whose rows cannot be read holds up none of the others: its lease ends by itself.
                Err(error) => {
                    tracing::error!(tenant = tenant.0, %error, "a tenant's deliveries could not be looked at");
                }
            }
        }
        stream::iter(jobs)
            .for_each_concurrent(self.post.at_once, |((lease, delivery, desk), read)| async move {
                // Too late to come to an end within the lease: it is the next one's.
                if begun.elapsed() + self.post.patience * 2 >= self.post.patience * 6 {
                    return;
                }
                if read.elapsed() <= FRESH {
                    return self.one(channel, lease, &delivery, &desk).await;
                }
                // It has waited behind slow ones: whoever has lost a right meanwhile is told nothing.
                match self.look(channel, lease.tenant, &[lease]).await {
                    Ok(again) => {
                        for (lease, delivery, desk) in again {
                            self.one(channel, lease, &delivery, &desk).await;
                        }
                    }
                    Err(error) => {
                        tracing::error!(tenant = lease.tenant.0, %error, "a delivery could not be looked at again");
                    }
                }
            })
            .await;
        Ok(taken.len())
    }

    /// Reads what was taken, and everything that it is about, in a number of statements that does not grow.
    async fn look(
        &self,
        channel: Channel,
        tenant: TenantId,
        leases: &[Lease],
    ) -> Result<Vec<(Lease, Delivery, Arc<Desk>)>> {
        let ids: Vec<_> = leases.iter().map(|lease| lease.id).collect();
        let deliveries = self.store.deliveries(tenant, &ids).await?;
        let (mut asked, mut sought) =
            (Asked { titles: true, ..Asked::default() }, Sought { addresses: true, ..Sought::default() });
        for delivery in &deliveries {
            match channel {
                Channel::Webhook => sought.webhooks.push(Id::of(delivery.recipient)),
                Channel::Mail | Channel::InApp => sought.accounts.push(Id::of(delivery.recipient)),
            }
            for subject in delivery.items.iter().map(|item| &item.subject).chain([&delivery.subject]) {
                asked.rounds.extend(subject.record.zip(subject.round));
                asked.drafts.extend(subject.record.filter(|_| subject.rev.is_some()));
                asked.orgs.extend(subject.org);
                asked.posts.extend(subject.post);
                asked.files.extend(subject.file);
            }
        }
        let matters = self.store.matters(tenant, &asked).await?;
        let people = self.store.people(tenant, &sought, self.clock.now()).await?;
        let mut policy = self.policies.known(tenant, people.tenant.version);
        if policy.is_none() {
            let (version, rows) = self.store.policy(tenant).await?;
            policy = self.policies.load(tenant, version, &rows);
        }
        let Some(policy) = policy else { return Err(store::Error::Stored("policy of a tenant".to_owned())) };
        let wanted = deliveries.iter().any(|delivery| delivery.kind == NoticeKind::AuditHead);
        let head = if wanted { self.store.newest_head(tenant).await? } else { None };
        let (public, now) = (self.post.public.clone(), self.clock.now());
        let desk = Arc::new(Desk { matters, people, policy, public, now, tenant, head });
        let fenced = |delivery: Delivery| {
            let lease = leases.iter().find(|lease| lease.id == delivery.id && lease.fence == delivery.fence)?;
            Some((*lease, delivery, Arc::clone(&desk)))
        };
        Ok(deliveries.into_iter().filter_map(fenced).collect())
    }

    /// One attempt, and what came of it.
    async fn one(&self, channel: Channel, lease: Lease, delivery: &Delivery, desk: &Desk) {
        let settled = if delivery.attempts > MOST {
            // Nobody ever came to an end with it.
            Settled::Failed("attempts".to_owned())
        } else {
            match channel {
                Channel::Mail => self.letter(delivery, desk).await,
                Channel::Webhook => self.webhook(delivery, desk).await,
                Channel::InApp => Settled::Dropped { reason: "channel", items: Vec::new() },
            }
        };
        let word = match &settled {
            Settled::Sent { .. } => "sent",
            Settled::Dropped { .. } => "dropped",
            Settled::Failed(reason) => {
                tracing::warn!(delivery = %lease.id, channel = channel.as_str(), reason, "a delivery was given up");
                "failed"
            }
            Settled::Later(..) => "later",
        };
        metrics::counter!("fonds_deliveries_total", "channel" => channel.as_str(), "outcome" => word).increment(1);
        match self.store.settle(lease, &settled, self.clock.now()).await {
            Ok(true) => {}
            Ok(false) => tracing::info!(delivery = %lease.id, "a delivery was taken over by somebody else"),
            // It stays as it is until the lease ends; then it is sent once more, under the same Message-ID.
            Err(error) => tracing::error!(delivery = %lease.id, %error, "how a delivery came out could not be written"),
        }
    }

    async fn letter(&self, delivery: &Delivery, desk: &Desk) -> Settled {
        let dropped = |reason| Settled::Dropped { reason, items: delivery.items.iter().map(|item| item.id).collect() };
        let Some(letters) = &self.post.letters else { return self.again(delivery, Reason::Connection) };
        if delivery.kind == NoticeKind::Invitation {
            return self.invitation(letters, delivery, desk).await;
        }
        let Some(person) = desk.reader(Id::<noun::Account>::of(delivery.recipient)) else {
            return dropped("account_closed");
        };
        let Some(reader) = addressed(person) else { return dropped("no_address") };
        let (said, left): (Vec<_>, Vec<_>) =
            delivery.items.iter().map(|item| (item.id, desk.item(person, item))).partition(|(_, said)| said.is_ok());
        let letter = if delivery.kind == NoticeKind::Digest {
            let notices: Vec<_> = said.iter().filter_map(|(_, said)| said.as_ref().ok().cloned()).collect();
            if notices.is_empty() {
                return dropped("nothing_left");
            }
            render::digest(&letters.sender, &reader, delivery.event, &notices, &desk.link("inbox"), desk.now)
        } else {
            match desk.notice(person, delivery) {
                Ok(notice) => render::letter(&letters.sender, &reader, &notice, desk.now),
                Err(reason) => return dropped(reason),
            }
        };
        let outcome = match letter {
            Ok(letter) => letters.smtp.send(&letter).await,
            Err(reason) => Outcome::Refused(reason),
        };
        let sent = || Settled::Sent {
            items: said.iter().map(|(id, _)| *id).collect(),
            dropped: left.iter().map(|(id, _)| *id).collect(),
        };
        self.settled(delivery, outcome, sent)
    }

    /// With a secret of its own, which is nowhere but in the letter: its digest is kept before the letter goes. Another attempt
    /// has another one, and whichever arrives opens the account.
    async fn invitation(&self, letters: &Letters, delivery: &Delivery, desk: &Desk) -> Settled {
        let dropped = |reason| Settled::Dropped { reason, items: Vec::new() };
        let account = Id::<noun::Account>::of(delivery.recipient);
        let Some(person) = desk.invited(account) else { return dropped("settled") };
        let Some(reader) = addressed(person) else { return dropped("no_address") };
        let (mut secret, until) = ([0; 32], delivery.at + INVITED_FOR);
        (self.post.chance)(&mut secret);
        let token =
            SecretString::from(format!("{}.{}", desk.people.tenant.key.as_str(), URL_SAFE_NO_PAD.encode(secret)));
        let Some(entry) = Entry::of_token(token.expose_secret()) else { return dropped("gone") };
        match self.store.letter_invitation(desk.tenant, account, &entry, until, desk.now).await {
            Ok(true) => {}
            Ok(false) => return dropped("settled"),
            Err(error) => {
                tracing::error!(delivery = %delivery.id, %error, "an invitation could not be written");
                return self.later(delivery, "database", Duration::ZERO);
            }
        }
        let notice = match desk.invitation(person, delivery, token.expose_secret()) {
            Ok(notice) => notice,
            Err(reason) => return dropped(reason),
        };
        let outcome = match render::letter(&letters.sender, &reader, &notice, desk.now) {
            Ok(letter) => letters.smtp.send(&letter).await,
            Err(reason) => Outcome::Refused(reason),
        };
        self.settled(delivery, outcome, || Settled::Sent { items: Vec::new(), dropped: Vec::new() })
    }

    async fn webhook(&self, delivery: &Delivery, desk: &Desk) -> Settled {
        let dropped = |reason| Settled::Dropped { reason, items: Vec::new() };
        let Some(hook) = desk.webhook(Id::<noun::Webhook>::of(delivery.recipient)) else {
            return dropped("webhook_removed");
        };
        let Some((url, secret)) = self.opened(desk.tenant, hook) else {
            tracing::error!(webhook = %hook.id, key = hook.sealed_by, "no key opens a webhook (mail.webhook_key)");
            return self.later(delivery, "webhook_key", Duration::ZERO);
        };
        let Some(endpoint) = endpoint(hook, url, secret) else { return Settled::Failed("webhook_address".to_owned()) };
        match desk.said_to_group(hook, delivery) {
            Ok(notice) => {
                let outcome = self.post.webhooks.send(&endpoint, delivery.id.uuid(), &notice, desk.now).await;
                self.settled(delivery, outcome, || Settled::Sent { items: Vec::new(), dropped: Vec::new() })
            }
            Err(reason) => dropped(reason),
        }
    }

    fn settled(&self, delivery: &Delivery, outcome: Outcome, sent: impl FnOnce() -> Settled) -> Settled {
        match outcome {
            Outcome::Sent => sent(),
            Outcome::Refused(reason) => Settled::Failed(reason.to_string()),
            Outcome::TryLater(reason) => self.again(delivery, reason),
        }
    }

    /// Where a webhook leads, and what it signs with.
    fn opened(&self, tenant: TenantId, hook: &Webhook) -> Option<(SecretString, Option<SecretString>)> {
        let (Some(text), Some(key)) = (&hook.sealed, &hook.sealed_by) else {
            return Some((hook.url.clone()?, hook.secret.clone()));
        };
        // PostgreSQL breaks lines of Base64.
        let text: String = text.split_whitespace().collect();
        let sealed = Sealed { key: key.clone(), bytes: STANDARD.decode(text).ok()? };
        store::webhook::open(&self.post.keyring, (tenant, hook.id), &sealed)
    }

    fn again(&self, delivery: &Delivery, reason: Reason) -> Settled {
        let least = reason.pause().unwrap_or_default();
        self.later(delivery, &reason.to_string(), least)
    }

    /// Twice as long after each attempt, an hour at the most; half as long to one and a half times, by the delivery's id,
    /// so that not all of them come back at the same moment.
    fn later(&self, delivery: &Delivery, reason: &str, least: Duration) -> Settled {
        if delivery.attempts >= MOST {
            return Settled::Failed(reason.to_owned());
        }
        let doubled = self.post.retry.saturating_mul(1 << (delivery.attempts - 1).clamp(0, 16));
        let pause = doubled.min(LONGEST).max(least);
        let chance = u32::from(delivery.id.uuid().as_bytes()[usize::try_from(delivery.attempts).unwrap_or(0) % 16]);
        let spread = pause / 2 + pause * chance / 255;
        let spread = spread.max(least);
        Settled::Later(reason.to_owned(), self.clock.now() + TimeDelta::from_std(spread).unwrap_or(TimeDelta::hours(1)))
    }
}

fn addressed(person: &Person) -> Option<render::Reader> {
    Some(render::Reader {
        account: person.account,
        name: person.name.clone().unwrap_or_default(),
        address: person.email.as_ref()?.expose_secret().to_owned(),
        locale: person.locale,
    })
}

fn endpoint(hook: &Webhook, url: SecretString, secret: Option<SecretString>) -> Option<Endpoint> {
    let reader = match hook.reader.as_str() {
        "program" => Reader::Program,
        "wecom" => Reader::Robot(Robot::WeCom),
        "dingtalk" => Reader::Robot(Robot::DingTalk),
        "feishu" => Reader::Robot(Robot::Feishu),
        _ => return None,
    };
    let locale: Locale = hook.locale;
    Some(Endpoint { reader, url, secret, locale })
}
