//! Bytes on their way in and out: how many lines at once, altogether and of one person; how slow one may be; and whether
//! its person may still.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use blob::BodyStream;
use bytes::Bytes;
use domain::{Id, Locale, id::noun};
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{Settings, server::told};

/// What is handed to a line at once.
const SLICE: usize = 64 * 1024;
/// How long a picture waits for its turn: a page shows many.
const TURN: Duration = Duration::from_secs(10);

/// How many lines each person has.
type Counts = Arc<Mutex<HashMap<Id<noun::Account>, usize>>>;

/// The lines of this process.
#[derive(Debug)]
pub(crate) struct Transfers {
    all: Arc<Semaphore>,
    of: Counts,
    most: usize,
    /// Bytes a second at the least.
    rate: u64,
    /// Over which time.
    patience: Duration,
    /// How often it is looked whether its person may still.
    look: Duration,
}

/// One of them, while it lives.
#[derive(Debug)]
pub(crate) struct Transfer {
    _turn: OwnedSemaphorePermit,
    /// Counted for whom; a picture for nobody.
    counted: Option<(Counts, Id<noun::Account>)>,
}

impl Drop for Transfer {
    fn drop(&mut self) {
        let Some((of, account)) = &self.counted else { return };
        let mut of = of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of.get_mut(account) {
            *count -= 1;
            if *count == 0 {
                of.remove(account);
            }
        }
    }
}

impl Transfers {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            all: Arc::new(Semaphore::new(settings.max_transfers)),
            of: Arc::default(),
            most: settings.max_transfers_per_person,
            rate: settings.least_bytes_per_second,
            patience: Duration::from_secs(settings.patience_seconds),
            look: Duration::from_secs(settings.recheck_seconds),
        }
    }

    /// A line of a person, or the answer that tells him to wait.
    pub(crate) fn begin(&self, account: Id<noun::Account>, locale: Locale) -> Result<Transfer, Box<Response>> {
        let turn = Arc::clone(&self.all).try_acquire_owned().map_err(|_| Box::new(full(locale)))?;
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let count = of.entry(account).or_default();
        if *count >= self.most {
            return Err(Box::new(too_many(self.most, locale)));
        }
        *count += 1;
        Ok(Transfer { _turn: turn, counted: Some((Arc::clone(&self.of), account)) })
    }

    /// A line of a picture: small, made by ourselves, and one of many on a page. It waits for its turn.
    pub(crate) async fn picture(&self, locale: Locale) -> Result<Transfer, Box<Response>> {
        match timeout(TURN, Arc::clone(&self.all).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Transfer { _turn: turn, counted: None }),
            _ => Err(Box::new(full(locale))),
        }
    }

    /// The bytes of a body, handed out by a task that keeps `transfer` until the last: to a line that is too slow, or whose
    /// person may not any more, it gives nothing further.
    pub(crate) fn send<F: Future<Output = bool> + Send>(
        &self,
        tasks: &TaskTracker,
        transfer: Transfer,
        mut bytes: BodyStream,
        still: impl Fn() -> F + Send + 'static,
    ) -> Body {
        let (rate, least, look) = (self.rate, self.patience, self.look);
        let (out, line) = mpsc::channel::<Result<Bytes, Ended>>(1);
        tasks.spawn(async move {
            let _transfer = transfer;
            let mut looked = Instant::now();
            while let Some(piece) = bytes.next().await {
                let Ok(mut piece) = piece else {
                    let _ = out.send(Err(Ended)).await;
                    return;
                };
                while !piece.is_empty() {
                    let slice = piece.split_to(piece.len().min(SLICE));
                    let patience = least.max(Duration::from_secs(slice.len() as u64 / rate.max(1)));
                    if !matches!(timeout(patience, out.send(Ok(slice))).await, Ok(Ok(()))) {
                        return; // Gone, or too slow.
                    }
                    if looked.elapsed() >= look {
                        if !still().await {
                            let _ = timeout(least, out.send(Err(Ended))).await;
                            return;
                        }
                        looked = Instant::now();
                    }
                }
            }
            let _ = timeout(least, out.send(Ok(Bytes::new()))).await;
        });
        // The last piece says that it is the last: a task that gave up has not sent it.
        Body::from_stream(stream::unfold(Some(line), |line| async move {
            let mut line = line?;
            match line.recv().await {
                Some(Ok(bytes)) if bytes.is_empty() => None,
                Some(Ok(bytes)) => Some((Ok(bytes), Some(line))),
                Some(Err(ended)) => Some((Err(ended), None)),
                None => Some((Err(Ended), None)),
            }
        }))
    }

    /// The bytes of a request, until the line is too slow or its person may not any more; what came before counts.
    pub(crate) fn receive<F: Future<Output = bool> + Send + 'static>(
        &self,
        body: Body,
        still: impl Fn() -> F + Send + 'static,
    ) -> impl Stream<Item = Result<Bytes, ()>> + Send + 'static {
        let pace = Pace { window: Instant::now(), bytes: 0, rate: self.rate, patience: self.patience };
        let look = self.look;
        let state = Some((body.into_data_stream(), pace, Instant::now(), still));
        stream::unfold(state, move |state| async move {
            let (mut incoming, mut pace, mut looked, still) = state?;
            let left = pace.patience.saturating_sub(pace.window.elapsed());
            let piece = match timeout(left, incoming.next()).await {
                Ok(None) => return None,
                Ok(Some(Ok(piece))) => piece,
                Ok(Some(Err(_))) => return Some((Err(()), None)),
                // Silent for the rest of the window: what came in it may have been enough.
                Err(_) => Bytes::new(),
            };
            if !pace.holds(piece.len()) {
                return Some((Err(()), None));
            }
            if looked.elapsed() >= look {
                if !still().await {
                    return Some((Err(()), None));
                }
                looked = Instant::now();
            }
            Some((Ok(piece), Some((incoming, pace, looked, still))))
        })
    }
}

/// How fast a line has been, window by window.
#[derive(Debug)]
struct Pace {
    window: Instant,
    bytes: u64,
    rate: u64,
    patience: Duration,
}

impl Pace {
    /// So many bytes more: is it still fast enough?
    fn holds(&mut self, more: usize) -> bool {
        self.bytes += more as u64;
        let passed = self.window.elapsed();
        if passed < self.patience {
            return true;
        }
        let enough = self.bytes >= self.rate.saturating_mul(passed.as_secs());
        (self.window, self.bytes) = (Instant::now(), 0);
        enough
    }
}

/// It broke off: the client sees fewer bytes than were announced.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the transfer ended early")]
struct Ended;

fn full(locale: Locale) -> Response {
    let message = locale.pick(
        "同时传输的文件过多，请稍后重试",
        "Too many files are being transferred at this moment: try again shortly",
    );
    waiting(told(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message))
}

fn too_many(most: usize, locale: Locale) -> Response {
    let (zh, en) = (
        format!("您同时传输的文件已达 {most} 个，请等其中一个传完再试"),
        format!("You transfer {most} files at once already: wait for one of them and try again"),
    );
    waiting(told(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", locale.pick(&zh, &en)))
}

fn waiting(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u128) -> Id<noun::Account> {
        Id::of(uuid::Uuid::from_u128(n))
    }

    fn transfers(all: usize, most: usize) -> Transfers {
        Transfers::new(&Settings { max_transfers: all, max_transfers_per_person: most, ..Settings::default() })
    }

    #[test]
    fn one_person_takes_so_many_lines_and_leaves_the_others_theirs() {
        let transfers = transfers(3, 2);
        let begin = |n| transfers.begin(person(n), Locale::En);
        let (one, _two) = (begin(1).unwrap(), begin(1).unwrap());
        assert_eq!(begin(1).unwrap_err().status(), StatusCode::TOO_MANY_REQUESTS);
        let _other = begin(2).unwrap();
        assert_eq!(begin(3).unwrap_err().status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(one);
        begin(1).unwrap();
        assert_eq!(transfers.of.lock().unwrap().len(), 2, "who has none is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_drips_is_cut_and_one_that_pauses_is_not() {
        let transfers = transfers(3, 2);
        let line = |sizes: &'static [(u64, usize)]| {
            Body::from_stream(stream::iter(sizes).then(|&(wait, size)| async move {
                tokio::time::sleep(Duration::from_secs(wait)).await;
                Ok::<_, Ended>(Bytes::from(vec![0; size]))
            }))
        };
        let arrives = async |body: Body| {
            let mut stream = std::pin::pin!(transfers.receive(body, || std::future::ready(true)));
            let mut bytes = 0;
            while let Some(piece) = stream.next().await {
                match piece {
                    Ok(piece) => bytes += piece.len(),
                    Err(()) => return Err(bytes),
                }
            }
            Ok(bytes)
        };
        assert_eq!(arrives(line(&[(1, 100_000), (50, 100_000), (50, 100_000)])).await, Ok(300_000));
        assert_eq!(arrives(line(&[(20, 500), (20, 500), (25, 500), (20, 500)])).await, Err(1000), "kept: what came");
        assert_eq!(arrives(line(&[(1, 100), (500, 100)])).await, Err(100), "silence");
    }

    #[tokio::test(start_paused = true)]
    async fn a_right_that_is_lost_stops_a_line_within_seconds() {
        let transfers = transfers(3, 2);
        let body = Body::from_stream(stream::iter(0..1000).then(|_| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, Ended>(Bytes::from_static(&[0; 5000]))
        }));
        let begun = Instant::now();
        let may = move || std::future::ready(begun.elapsed() < Duration::from_secs(20));
        let ended = transfers.receive(body, may).filter(|piece| std::future::ready(piece.is_err())).count().await;
        assert_eq!(ended, 1);
        assert!((20..=26).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    }
}
