//! One socket: who is at its other end, what it is subscribed to, and the loop that reads, looks and writes.
//!
//! It does one thing at a time. A subscription that has to be looked at is marked, however often it was woken; while the
//! other end does not read, nothing is looked at. So nothing queues up here, and what is sent is the latest state.

use std::{sync::Arc, time::Duration};

use app::{
    Caller,
    live::{Version, Wake},
};
use axum::extract::ws::{Message, WebSocket};
use domain::{Locale, tenant::TenantId};
use graphql::live::Look;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    end::{End, close, heard},
    hub::{Line, Place, Seat, Slot},
    protocol::{self, Close, Said},
};
use crate::{
    graphql_http::{Event, Refusal, Unseen, Watching},
    server::{Gateway, Handler},
};

/// Time between two looks of one subscription: what moves all the time is told so often, not more.
const PAUSE: Duration = Duration::from_millis(100);
/// Time until a look is tried again that found a part of the system away.
const RETRY: Duration = Duration::from_secs(1);
/// Time that the other end may take to read one message.
const PATIENCE: Duration = Duration::from_secs(20);
/// A socket, accepted.
pub(super) struct Socket {
    pub(super) gateway: Gateway,
    pub(super) wire: WebSocket,
    pub(super) place: Place,
    pub(super) stop: CancellationToken,
    /// Whom the handshake names.
    pub(super) shaken: Option<Caller>,
    /// The language of the handshake, and where it came from.
    pub(super) locale: Option<Locale>,
    pub(super) origin: Option<String>,
}

/// A socket whose other end has said who it is.
struct Attended {
    gateway: Gateway,
    wire: WebSocket,
    stop: CancellationToken,
    line: Arc<Line>,
    caller: Caller,
    who: String,
    tenant: TenantId,
    locale: Locale,
    slots: Vec<Option<Subscription>>,
    _place: Place,
    _seat: Seat,
}

struct Subscription {
    id: String,
    watching: Watching,
    version: Option<Version>,
    /// Where it is woken.
    slot: Arc<Slot>,
    /// To be looked at, not before this.
    due: Option<Instant>,
    ready: Instant,
    /// Nothing was told yet.
    new: bool,
}

impl Socket {
    pub(super) async fn run(self) {
        let (mut wire, end) = match self.begin().await {
            // What it was subscribed to, and its seat, go before the last words.
            Ok(mut attended) => {
                let end = attended.attend().await;
                (attended.wire, end)
            }
            Err(early) => early,
        };
        close(&mut wire, end).await;
    }

    async fn begin(mut self) -> Result<Attended, (WebSocket, End)> {
        match self.introduced().await {
            Ok(token) => match self.enter(token).await {
                Ok((caller, who, tenant, locale, line, seat)) => {
                    let Self { gateway, wire, mut place, stop, .. } = self;
                    place.settled();
                    let slots = Vec::new();
                    let mut attended = Attended {
                        gateway,
                        wire,
                        stop,
                        line,
                        caller,
                        who,
                        tenant,
                        locale,
                        slots,
                        _place: place,
                        _seat: seat,
                    };
                    match attended.send(protocol::ack()).await {
                        Ok(()) => Ok(attended),
                        Err(end) => Err((attended.wire, end)),
                    }
                }
                Err(end) => Err((self.wire, end)),
            },
            Err(end) => Err((self.wire, end)),
        }
    }

    /// Waits for the first word.
    async fn introduced(&mut self) -> Result<Option<String>, End> {
        let late = tokio::time::sleep(self.gateway.inner().settings.live.init());
        tokio::pin!(late);
        loop {
            let message = tokio::select! {
                () = self.stop.cancelled() => return Err(Close::RESTART.into()),
                () = &mut late => return Err(Close::INIT_LATE.into()),
                message = self.wire.recv() => message,
            };
            match heard(message)? {
                Some(Said::Init(token)) => return Ok(token),
                Some(Said::Subscribe(..)) => return Err(Close::UNAUTHORIZED.into()),
                Some(Said::Ping) => self.wire.send(protocol::pong()).await.map_err(|_| End::Gone)?,
                Some(Said::Pong | Said::Complete(_)) | None => {}
            }
        }
    }

    async fn enter(
        &mut self,
        token: Option<String>,
    ) -> Result<(Caller, String, TenantId, Locale, Arc<Line>, Seat), End> {
        let inner = self.gateway.inner();
        let caller = match token {
            Some(text) => crate::origin::bearer_token(&text).and_then(app::Entry::of_token).map(|entry| Caller {
                entry,
                locale: self.locale,
                origin: self.origin.take(),
            }),
            None => self.shaken.take(),
        };
        let caller = caller.ok_or(Close::FORBIDDEN)?;
        // A crowd that comes back after a restart takes no more of the database than looking does.
        let turn = inner.live.looks.acquire().await;
        let reader = inner.app.read(&caller).await;
        drop(turn);
        let actor = match reader {
            Ok(reader) => reader.actor,
            Err(app::Error::Unauthenticated) => return Err(Close::FORBIDDEN.into()),
            Err(app::Error::Unavailable(cause)) => {
                tracing::warn!(?cause, "a session could not be entered");
                return Err(Close::LATER.into());
            }
            Err(error) => {
                tracing::error!(?error, "a session could not be entered");
                return Err(Close::INTERNAL.into());
            }
        };
        let line = Arc::new(Line::default());
        let key = (actor.tenant, caller.entry.token_hash);
        let seat = inner.live.hub.seat(key, &line, &inner.settings.live).ok_or(Close::LATER)?;
        let locale = caller.locale.unwrap_or(actor.locale);
        Ok((caller, actor.account.to_string(), actor.tenant, locale, line, seat))
    }
}

impl Attended {
    /// Reads, looks and writes until the end.
    async fn attend(&mut self) -> End {
        let ping = self.gateway.inner().settings.live.ping();
        let (mut heard_at, mut pinged) = (Instant::now(), false);
        loop {
            if self.line.has_ended() {
                return Close::ENDED.into();
            }
            let marks = self.line.take();
            for (_, one) in self.slots.iter_mut().enumerate().filter(|(slot, _)| marks >> slot & 1 == 1) {
                if let Some(one) = one {
                    one.due = Some(one.ready);
                }
            }
            let next = self.slots.iter().enumerate();
            let next = next.filter_map(|(slot, one)| Some((one.as_ref()?.due?, slot))).min();
            let silent = heard_at + if pinged { ping * 2 } else { ping };
            let done = tokio::select! {
                biased;
                () = self.stop.cancelled() => Err(Close::RESTART.into()),
                () = self.line.called() => Ok(()),
                message = self.wire.recv() => {
                    (heard_at, pinged) = (Instant::now(), false);
                    match heard(message) {
                        Ok(said) => self.answer(said).await,
                        Err(end) => Err(end),
                    }
                }
                () = until(next.map(|(due, _)| due)) => match next {
                    Some((_, slot)) => self.look(slot).await,
                    None => Ok(()),
                },
                () = tokio::time::sleep_until(silent) => {
                    if pinged { Err(End::Gone) } else { pinged = true; self.send(Message::Ping(Vec::new().into())).await }
                }
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn answer(&mut self, said: Option<Said>) -> Result<(), End> {
        match said {
            Some(Said::Init(_)) => Err(Close::INIT_AGAIN.into()),
            Some(Said::Ping) => self.send(protocol::pong()).await,
            Some(Said::Pong) | None => Ok(()),
            Some(Said::Complete(id)) => {
                if let Some(slot) = self.find(&id) {
                    self.end(slot);
                }
                Ok(())
            }
            Some(Said::Subscribe(id, body)) => {
                if self.find(&id).is_some() {
                    return Err(Close::TAKEN.into());
                }
                match self.subscribe(&id, body.get()).await {
                    Ok(()) => Ok(()),
                    Err(errors) => self.send(protocol::error(&id, &errors)).await,
                }
            }
        }
    }

    async fn subscribe(&mut self, id: &str, body: &str) -> Result<(), String> {
        let inner = self.gateway.inner();
        let max = inner.settings.live.max_subscriptions;
        let count = self.slots.iter().flatten().count() as u64;
        if count >= u64::from(max) {
            let (zh, en, value) = ("一个连接的订阅数", "number of subscriptions of one socket", count + 1);
            return Err(Handler::told(&Refusal::TooCostly { zh, en, value, max: max.into() }, self.locale));
        }
        let watching = inner.handler.admit_subscription(body, self.locale)?;
        inner.handler.charge(&self.who, &watching, self.locale).await?;
        let now = Instant::now();
        let nth = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        let one = Subscription {
            id: id.to_owned(),
            watching,
            version: None,
            slot: Slot::new(&inner.live.hub, &self.line, u32::try_from(nth).unwrap_or(0)),
            due: Some(now),
            ready: now,
            new: true,
        };
        match self.slots.get_mut(nth) {
            Some(free) => *free = Some(one),
            None => self.slots.push(Some(one)),
        }
        Ok(())
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.slots.iter().position(|one| one.as_ref().is_some_and(|one| one.id == id))
    }

    /// Ends a subscription. Gives its id.
    fn end(&mut self, slot: usize) -> Option<String> {
        Some(self.slots.get_mut(slot)?.take()?.id)
    }

    /// Looks at a subscription as its person would ask: entered, decided and read anew.
    async fn look(&mut self, slot: usize) -> Result<(), End> {
        let Some(one) = self.slots.get_mut(slot).and_then(Option::as_mut) else { return Ok(()) };
        one.due = None;
        let (watching, known, new) = (one.watching.clone(), one.version, one.new);
        let place = Arc::clone(&one.slot);
        let (gateway, locale, tenant) = (self.gateway.clone(), self.locale, self.tenant);
        let inner = gateway.inner();
        let turn = inner.live.looks.acquire().await;
        let reader = match inner.app.read(&self.caller).await {
            Ok(reader) => reader,
            Err(app::Error::Unauthenticated) => return Err(Close::ENDED.into()),
            Err(app::Error::Unavailable(cause)) => {
                tracing::warn!(?cause, "a subscription could not be looked at");
                return self.later(slot, new).await;
            }
            Err(error) => {
                tracing::error!(?error, "a subscription could not be looked at");
                return self.fail(slot, "defect", Handler::told(&Refusal::Internal, locale)).await;
            }
        };
        let mut data = inner.data(graphql::Request::entered(inner.app.clone(), self.caller.clone(), reader));
        let look = Look::new(known, move |topic| place.watch(Wake { tenant, topic }));
        data.insert(Arc::clone(&look));
        let seen = inner.handler.look(&watching, data, locale).await;
        drop(turn);
        match seen {
            Ok(Some(Event::Error(code, _))) if code == "UNAVAILABLE" && !new => self.later(slot, new).await,
            Ok(Some(Event::Error(code, errors))) => {
                let why = if new {
                    "refused"
                } else if code == "NOT_FOUND" {
                    "right"
                } else {
                    "defect"
                };
                self.fail(slot, why, errors).await
            }
            Err(Unseen::Late) => self.later(slot, new).await,
            Err(Unseen::Broken) => self.fail(slot, "defect", Handler::told(&Refusal::Internal, locale)).await,
            Ok(next) => {
                let Some(one) = self.slots.get_mut(slot).and_then(Option::as_mut) else { return Ok(()) };
                one.ready = Instant::now() + PAUSE;
                let Some(Event::Next(payload)) = next else { return Ok(()) };
                (one.version, one.new) = (look.seen(), false);
                let message = protocol::next(&one.id, &payload);
                metrics::counter!("fonds_live_events_total", "field" => watching.label().to_owned()).increment(1);
                self.send(message).await
            }
        }
    }

    /// A part of the system is away: whoever waits for the first answer is told, whoever has one waits on.
    async fn later(&mut self, slot: usize, new: bool) -> Result<(), End> {
        if new {
            return self.fail(slot, "away", Handler::told(&Refusal::Deadline(false), self.locale)).await;
        }
        if let Some(one) = self.slots.get_mut(slot).and_then(Option::as_mut) {
            one.ready = Instant::now() + RETRY;
            one.due = Some(one.ready);
        }
        Ok(())
    }

    async fn fail(&mut self, slot: usize, why: &'static str, errors: String) -> Result<(), End> {
        metrics::counter!("fonds_live_failed_total", "why" => why).increment(1);
        match self.end(slot) {
            Some(id) => self.send(protocol::error(&id, &errors)).await,
            None => Ok(()),
        }
    }

    /// Writes one message. Whoever does not read it in time is let go; so is whoever has lost his session meanwhile.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let sending = tokio::time::timeout(PATIENCE, self.wire.send(message));
        tokio::pin!(sending);
        loop {
            tokio::select! {
                biased;
                sent = &mut sending => return if matches!(sent, Ok(Ok(()))) { Ok(()) } else { Err(End::Gone) },
                () = self.stop.cancelled() => return Err(End::Gone),
                () = self.line.called() => if self.line.has_ended() { return Err(End::Gone) },
            }
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
