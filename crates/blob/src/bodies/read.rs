//! Reading: nothing leaves before it is verified.

use std::{
    collections::VecDeque,
    fmt,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};

use super::{Bodies, heal::Probe};
use crate::{
    blocking,
    chunks::{CHUNK, ChunkList},
    digest::Body,
    incident::{Fault, Part, Remedy},
    place::Place,
};

/// Why nothing, or nothing more, is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The range does not lie in the body.
    #[error("the range does not lie in the body")]
    Range,
    /// No place has these bytes as they were put.
    #[error("the body is damaged in every place")]
    Damaged,
    /// A place that may have them does not answer.
    #[error("the place of the body does not answer")]
    Unavailable,
}

/// Verified bytes, in pieces of a mebibyte at the most. After an error there is nothing more.
pub struct BodyStream(BoxStream<'static, Result<Bytes, ReadError>>);

impl Stream for BodyStream {
    type Item = Result<Bytes, ReadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyStream")
    }
}

impl Bodies {
    /// Bytes of a body. What is damaged in one place is served from another and healed before it goes on; the first
    /// piece has been verified when this answers, so that what cannot be served is known before anything is said.
    pub async fn read(&self, body: &Body, range: Range<u64>) -> Result<BodyStream, ReadError> {
        if range.start > range.end || range.end > body.len {
            return Err(ReadError::Range);
        }
        let list = self.list(body).await?;
        let mut reading = Reading { bodies: self.clone(), body: *body, list, range, ready: VecDeque::new() };
        let first = reading.next().await?;
        let rest = futures_util::stream::try_unfold(reading, |mut reading| async move {
            Ok(reading.next().await?.map(|piece| (piece, reading)))
        });
        let first = futures_util::stream::iter(first.map(Ok));
        Ok(BodyStream(first.chain(rest).boxed()))
    }

    /// The list of the chunks, from the first place that has it as it was put, or made again from the body.
    pub(super) async fn list(&self, body: &Body) -> Result<Arc<ChunkList>, ReadError> {
        let mut faults = Vec::new();
        for number in self.order() {
            match self.list_at(number, body).await {
                Ok(list) => {
                    let list = Arc::new(list);
                    self.mend(body, &list, Part::List, faults, Probe::List).await;
                    return Ok(list);
                }
                Err(fault) => faults.push((number, fault)),
            }
        }
        for number in self.order() {
            match self.tally_at(number, body, false).await {
                Ok(list) => {
                    let list = Arc::new(list);
                    self.mend(body, &list, Part::List, faults, Probe::List).await;
                    return Ok(list);
                }
                Err(fault) => faults.push((number, fault)),
            }
        }
        Err(self.lost(body, Part::List, faults))
    }

    pub(super) async fn list_at(&self, number: usize, body: &Body) -> Result<ChunkList, Fault> {
        let len = ChunkList::encoded_len(body.len);
        let bytes = self.place(number).read(&body.list_key(), 0..len, len).await?;
        let digest = body.chunks;
        let list = blocking(move || ChunkList::decode(&bytes, digest)).await;
        list.filter(|list| list.len() == body.len).ok_or(Fault::Wrong)
    }

    /// Chunks that follow one another, verified, from one place.
    pub(super) async fn chunks_at(
        &self,
        number: usize,
        body: &Body,
        list: &Arc<ChunkList>,
        chunks: Range<u64>,
    ) -> Result<Vec<Bytes>, Fault> {
        let range = chunks.start * CHUNK..(chunks.end * CHUNK).min(body.len);
        let mut bytes = self.place(number).read(&body.key(), range, body.len).await?;
        let list = Arc::clone(list);
        blocking(move || {
            let mut verified = Vec::new();
            for number in chunks {
                let chunk = bytes.split_to(bytes.len().min(1 << 20));
                if !list.holds(number, &chunk) {
                    return Err(Fault::Wrong);
                }
                verified.push(chunk);
            }
            Ok(verified)
        })
        .await
    }

    pub(super) async fn chunk_at(
        &self,
        number: usize,
        body: &Body,
        list: &Arc<ChunkList>,
        chunk: u64,
    ) -> Result<Bytes, Fault> {
        self.chunks_at(number, body, list, chunk..chunk + 1).await?.pop().ok_or(Fault::Wrong)
    }

    /// One chunk from wherever it is good; where it is not, it is healed before this answers.
    async fn chunk(&self, body: &Body, list: &Arc<ChunkList>, chunk: u64) -> Result<Bytes, ReadError> {
        let mut faults = Vec::new();
        for number in self.order() {
            match self.chunk_at(number, body, list, chunk).await {
                Ok(bytes) => {
                    self.mend(body, list, Part::Body, faults, Probe::Chunk(chunk)).await;
                    return Ok(bytes);
                }
                Err(fault) => faults.push((number, fault)),
            }
        }
        Err(self.lost(body, Part::Body, faults))
    }

    /// No place is good: says so, and which kind of bad it is.
    fn lost(&self, body: &Body, part: Part, faults: Vec<(usize, Fault)>) -> ReadError {
        let damaged = faults.iter().all(|(_, fault)| fault.is_damage());
        let remedy = if damaged { Remedy::Lost } else { Remedy::Open };
        for (number, fault) in faults {
            if fault.is_damage() || self.place(number).rest() {
                self.report(body, self.place(number), part, fault, remedy);
            }
        }
        if damaged { ReadError::Damaged } else { ReadError::Unavailable }
    }

    /// The places in the order in which they are asked: those that did not answer a moment ago come last.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<_> = (0..self.0.places.len()).collect();
        order.sort_by_key(|number| self.place(*number).rests());
        order
    }

    pub(super) fn place(&self, number: usize) -> &Place {
        &self.0.places[number]
    }
}

/// A read on its way.
struct Reading {
    bodies: Bodies,
    body: Body,
    list: Arc<ChunkList>,
    /// What is still to be given.
    range: Range<u64>,
    /// Verified chunks, from the one that holds `range.start`.
    ready: VecDeque<Bytes>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, ReadError> {
        if self.range.is_empty() {
            return Ok(None);
        }
        let first = self.range.start / CHUNK;
        if self.ready.is_empty() {
            self.fill(first).await?;
        }
        let Some(chunk) = self.ready.pop_front() else { return Err(ReadError::Damaged) };
        let begin = first * CHUNK;
        let end = self.range.end.min(begin + chunk.len() as u64);
        let within = |at: u64| usize::try_from(at - begin).unwrap_or(chunk.len());
        let piece = chunk.slice(within(self.range.start)..within(end));
        self.range.start = end;
        Ok(Some(piece))
    }

    async fn fill(&mut self, first: u64) -> Result<(), ReadError> {
        let Some(&best) = self.bodies.order().first() else { return Err(ReadError::Unavailable) };
        let end = self.range.end.div_ceil(CHUNK).min(first + self.bodies.place(best).window());
        if end - first > 1
            && let Ok(chunks) = self.bodies.chunks_at(best, &self.body, &self.list, first..end).await
        {
            self.ready = chunks.into();
            return Ok(());
        }
        self.ready.push_back(self.bodies.chunk(&self.body, &self.list, first).await?);
        Ok(())
    }
}
