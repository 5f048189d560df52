//! Uploads cut at random, resumed at random, by whoever comes: the bytes are those that were sent.

use std::{fs, ops::Range};

use blob::{AppendError, Checksum, Fence, Progress, Staging, StagingError};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use proptest::{prelude::*, test_runner::TestRunner};
use sha2::{Digest, Sha256};

use crate::scratch::{Scratch, pieces, text, upload, variable};

/// What happens to an upload.
#[derive(Debug, Clone)]
enum Step {
    /// So many bytes, in pieces of a size.
    Send { len: usize, piece: usize },
    /// The same, but the line breaks off.
    Cut { len: usize, piece: usize },
    /// With a checksum that fits or does not; the algorithm by its number.
    Summed { len: usize, algorithm: usize, fits: bool },
    /// With a checksum, and the line breaks off before the end.
    SummedCut { len: usize },
    /// A writer hangs on its line after so many bytes, and the next one takes over.
    Overlap { first: usize, then: usize },
    /// Other bytes at an offset that is not the one.
    Elsewhere { by: i64 },
    /// Somebody who was overtaken long ago.
    Late,
    /// More bytes than were announced.
    TooMany,
    /// The process dies; what was not durable is lost, or something else lies there.
    Crash { left: Range<u16> },
}

fn step() -> impl Strategy<Value = Step> {
    let len = || prop_oneof![3 => 1usize..5_000, 2 => 5_000usize..700_000];
    let piece = || prop_oneof![1usize..3_000, 3_000usize..200_000];
    prop_oneof![
        3 => (len(), piece()).prop_map(|(len, piece)| Step::Send { len, piece }),
        4 => (len(), piece()).prop_map(|(len, piece)| Step::Cut { len, piece }),
        2 => (len(), 0usize..3, any::<bool>()).prop_map(|(len, algorithm, fits)| Step::Summed { len, algorithm, fits }),
        1 => len().prop_map(|len| Step::SummedCut { len }),
        1 => (len(), len()).prop_map(|(first, then)| Step::Overlap { first, then }),
        1 => prop_oneof![-3_000i64..0, 1i64..3_000].prop_map(|by| Step::Elsewhere { by }),
        1 => Just(Step::Late),
        1 => Just(Step::TooMany),
        3 => (0u16..500, 500u16..1000).prop_map(|(from, to)| Step::Crash { left: from..to }),
    ]
}

/// One upload and what is known of it.
struct Tale {
    scratch: Scratch,
    staging: Staging,
    bytes: Vec<u8>,
    durable: u64,
    fence: u64,
}

impl Tale {
    async fn begin(len: usize) -> Self {
        let scratch = Scratch::new();
        let staging = scratch.staging();
        staging.create(upload(1), len as u64).await.unwrap();
        Self { scratch, staging, bytes: text(7, 0, len), durable: 0, fence: 0 }
    }

    /// So many of the next bytes, as far as there are any.
    fn next(&self, len: usize) -> Vec<u8> {
        let at = usize::try_from(self.durable).unwrap();
        self.bytes[at..self.bytes.len().min(at + len)].to_vec()
    }

    const fn newer(&mut self) -> Fence {
        self.fence += 1;
        Fence(self.fence)
    }

    async fn live(&mut self, step: Step) {
        let (id, at) = (upload(1), self.durable);
        match step {
            Step::Send { len, piece } => {
                let (bytes, fence) = (self.next(len), self.newer());
                let progress = self.staging.append(id, at, fence, None, pieces(&bytes, piece)).await.unwrap();
                assert_eq!(progress, Progress { offset: at + bytes.len() as u64, length: self.bytes.len() as u64 });
                self.durable = progress.offset;
            }
            Step::Cut { len, piece } => {
                let (bytes, fence) = (self.next(len), self.newer());
                let cut = pieces(&bytes, piece).map(|piece| piece.map_err(|_| ())).chain(stream::iter([Err(())]));
                let outcome = self.staging.append(id, at, fence, None, cut).await;
                let Err(AppendError::Cut { offset }) = outcome else { panic!("{outcome:?}") };
                assert_eq!(offset, at + bytes.len() as u64, "what arrived is kept");
                self.durable = offset;
            }
            Step::Summed { len, algorithm, fits } => self.summed(len, algorithm, fits).await,
            Step::SummedCut { len } => {
                let (bytes, fence) = (self.next(len), self.newer());
                let sum = Checksum::Sha256(Sha256::digest(&bytes).into());
                let cut = pieces(&bytes, 9_999).map(|piece| piece.map_err(|_| ())).chain(stream::iter([Err(())]));
                let outcome = self.staging.append(id, at, fence, Some(sum), cut).await;
                assert!(matches!(outcome, Err(AppendError::Cut { offset }) if offset == at), "{outcome:?}");
            }
            Step::Overlap { first, then } => self.overlap(first, then).await,
            Step::Elsewhere { by } => {
                let Some(wrong) = at.checked_add_signed(by) else { return };
                // Mistaken, it does not even stop those before it.
                let fence = Fence(self.fence + 1);
                let outcome = self.staging.append(id, wrong, fence, None, pieces(b"other bytes", 3)).await;
                assert!(matches!(outcome, Err(AppendError::Offset { offset }) if offset == at), "{outcome:?}");
            }
            Step::Late => {
                let Some(late) = self.fence.checked_sub(1).filter(|_| self.fence > 0) else { return };
                let outcome = self.staging.append(id, at, Fence(late), None, pieces(b"other bytes", 3)).await;
                assert!(matches!(outcome, Err(AppendError::Fenced)), "{outcome:?}");
            }
            Step::TooMany => {
                let (mut bytes, fence) = (self.next(usize::MAX / 2), self.newer());
                bytes.push(0);
                let outcome = self.staging.append(id, at, fence, None, pieces(&bytes, 100_000)).await;
                assert!(matches!(outcome, Err(AppendError::TooLong { .. })), "{outcome:?}");
            }
            Step::Crash { left } => self.crash(&left),
        }
        self.check().await;
    }

    async fn summed(&mut self, len: usize, algorithm: usize, fits: bool) {
        let (id, at, bytes) = (upload(1), self.durable, self.next(len));
        let mut summed = bytes.clone();
        if !fits {
            summed.push(1);
        }
        let sum = match algorithm {
            0 => Checksum::Sha1(sha1::Sha1::digest(&summed).into()),
            1 => Checksum::Sha256(Sha256::digest(&summed).into()),
            _ => Checksum::Md5(md5::Md5::digest(&summed).into()),
        };
        let fence = self.newer();
        let outcome = self.staging.append(id, at, fence, Some(sum), pieces(&bytes, 60_000)).await;
        if fits {
            self.durable = outcome.unwrap().offset;
            assert_eq!(self.durable, at + bytes.len() as u64);
        } else {
            assert!(matches!(outcome, Err(AppendError::Checksum { offset }) if offset == at), "{outcome:?}");
        }
    }

    /// The first writer brings something and hangs; the second one asks where it is and goes on there.
    async fn overlap(&mut self, first: usize, then: usize) {
        let (id, at) = (upload(1), self.durable);
        let (bytes, fence, newer) = (self.next(first), self.newer(), self.newer());
        let hanging = pieces(&bytes, 50_000).chain(stream::pending::<Result<Bytes, _>>());
        let hangs = self.staging.append(id, at, fence, None, hanging);
        // In another process, as far as the files can tell: nothing in memory is shared.
        let other = self.scratch.staging();
        let goes_on = async {
            tokio::task::yield_now().await;
            let settled = other.settle(id, newer).await.unwrap();
            let from = usize::try_from(settled.offset).unwrap();
            let rest = &self.bytes[from..self.bytes.len().min(from + then)];
            other.append(id, settled.offset, newer, None, pieces(rest, 70_000)).await.unwrap().offset
        };
        let (hung, offset) = tokio::join!(hangs, goes_on);
        assert!(matches!(hung, Err(AppendError::Fenced)), "{hung:?}");
        assert!(offset >= at);
        self.durable = offset;
    }

    /// Behind the durable offset anything may lie, up to the length; of the two slots of the record the older one may be
    /// torn.
    fn crash(&mut self, left: &Range<u16>) {
        let folder = self.scratch.settings.staging_folder().join(upload(1).uuid().simple().to_string());
        let durable = usize::try_from(self.durable).unwrap();
        let mut bytes = fs::read(folder.join("bytes")).unwrap();
        bytes.truncate(durable);
        bytes.resize(self.bytes.len().min(durable + usize::from(left.end - left.start)), 0xee);
        fs::write(folder.join("bytes"), bytes).unwrap();
        let record = fs::read(folder.join("record")).unwrap();
        // The turn of a slot that is whole.
        let turn = |at: usize| {
            let (said, seal) = record.get(at..at + 64)?.split_at(32);
            (Sha256::digest(said).as_slice() == seal).then(|| said[8..16].to_vec())
        };
        let older = if turn(0) < turn(4096) { 0 } else { 4096 };
        let mut broken = record.clone();
        broken.resize(4096 + 64, 0);
        broken[older + usize::from(left.start % 64)] ^= 1;
        fs::write(folder.join("record"), broken).unwrap();
        self.staging = self.scratch.staging();
    }

    /// The offset is the one that was promised, and what lies below it are the bytes.
    async fn check(&self) {
        let progress = self.staging.progress(upload(1)).await.unwrap();
        assert_eq!(progress.offset, self.durable);
        let folder = self.scratch.settings.staging_folder().join(upload(1).uuid().simple().to_string());
        let there = fs::read(folder.join("bytes")).unwrap();
        let durable = usize::try_from(self.durable).unwrap();
        assert!(there[..durable] == self.bytes[..durable], "below the offset {durable} lie other bytes");
    }

    async fn end(mut self) {
        if self.durable < self.bytes.len() as u64 {
            assert!(matches!(self.staging.whole(upload(1)).await, Err(StagingError::Unfinished(_))));
        }
        self.live(Step::Send { len: self.bytes.len(), piece: 65_536 }).await;
        let staged = self.staging.whole(upload(1)).await.unwrap();
        let digests = self.staging.hash(&staged).await.unwrap();
        assert_eq!(digests.len, self.bytes.len() as u64);
        assert_eq!(digests.sha256.0, <[u8; 32]>::from(Sha256::digest(&self.bytes)));
    }
}

/// Whatever happens on the way: the digest is that of what was sent.
#[test]
fn an_upload_cut_anywhere_becomes_what_was_sent() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cases = variable("FONDS_PROPTEST_CASES").and_then(|text| text.parse().ok()).unwrap_or(40);
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() };
    let tales = (1usize..1_500_000, prop::collection::vec(step(), 0..12));
    let outcome = TestRunner::new(config).run(&tales, |(len, steps)| {
        runtime.block_on(async {
            let mut tale = Tale::begin(len).await;
            for step in steps {
                tale.live(step).await;
            }
            tale.end().await;
        });
        Ok(())
    });
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
