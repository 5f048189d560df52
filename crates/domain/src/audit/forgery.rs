//! Logs that are forged in every way that we can think of: whatever was done is found, and the right entries are named.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    Head, Origin, PublicKey, Report, SigningKey,
    finding::Kind,
    key::KeyName,
    specimen::{Log, Row, key},
    verify,
};
use crate::{
    Locale,
    merkle::{Hash, TileId},
};

/// Holds what is exported from a forged log against the true head.
fn checked(forged: &Log, truth: &Log) -> Report {
    verify(forged.export(&truth.head(truth.size)).as_bytes(), &[], &[key().public()]).unwrap()
}

fn named(report: &Report) -> Vec<(Kind, u64, u64)> {
    report.findings.iter().map(|finding| (finding.kind, finding.entries.from, finding.entries.to)).collect()
}

#[test]
fn an_untouched_log_is_proved_whatever_its_size() {
    for size in [1, 2, 255, 256, 257, 512, 700] {
        let log = Log::true_log(size);
        let report = checked(&log, &log);
        assert!(report.clean(), "{size}: {report:?}");
        assert_eq!((report.entries, report.unproved), (size, 0));
        // Heads of before are proved too.
        let older = [log.head(size / 2), log.head(size / 3)];
        let report = verify(log.export(&log.head(size)).as_bytes(), &older, &[]).unwrap();
        assert!(report.clean(), "{size}: {report:?}");
        assert_eq!(report.unproved, size - size / 2);
    }
}

#[test]
fn an_empty_line_that_an_editor_has_left_is_nothing() {
    let log = Log::true_log(300);
    let export = log.export(&log.head(300)).replacen('\n', "\n\r\n", 2) + "\n \n";
    let report = verify(export.as_bytes(), &[], &[key().public()]).unwrap();
    assert!(report.clean(), "{report:?}");
}

#[test]
fn a_body_that_was_destroyed_leaves_the_log_whole() {
    let truth = Log::true_log(300);
    let truth = truth.with_a_destruction_of(7, 290);
    let mut log = truth.clone();
    log.row(7).body = None;
    let report = checked(&log, &truth);
    assert!(report.clean(), "{report:?}");
    assert_eq!(report.destroyed, 1);
    // Nobody has destroyed this one by rule.
    log.row(8).body = None;
    log.row(9).body = None;
    let report = checked(&log, &truth);
    assert_eq!(named(&report), [(Kind::BodyMissing, 8, 10)]);
}

type Change = fn(Row) -> Row;

#[test]
fn what_was_done_to_one_entry_is_told() {
    let truth = Log::true_log(700);
    for index in [0, 5, 255, 256, 511, 512, 699] {
        let done: [(Kind, Change); 4] = [
            (Kind::Tampered, Row::edited),
            (Kind::Rewritten, |row| row.edited().rehashed()),
            (Kind::BodyChanged, Row::with_another_body),
            (Kind::LeafChanged, |row| Row { leaf_hash: Hash::leaf(b"other"), ..row }),
        ];
        for (kind, change) in done {
            let mut log = truth.clone();
            log.change(index, change);
            assert_eq!(named(&checked(&log, &truth)), [(kind, index, index + 1)]);
        }
        let mut log = truth.clone();
        log.patch(TileId { level: 0, index: index / 256 }, usize::try_from(index % 256).unwrap(), Hash::leaf(b"other"));
        let found = named(&checked(&log, &truth));
        assert!(found.contains(&(Kind::TileChanged, index, index + 1)), "{index}: {found:?}");
    }
}

#[test]
fn a_body_cannot_be_taken_from_another_entry_or_half() {
    let truth = Log::true_log(10);
    let mut log = truth.clone();
    log.row(3).body = truth.rows[4].body.clone();
    assert_eq!(named(&checked(&log, &truth)), [(Kind::BodyChanged, 3, 4)]);
    let text = truth.export(&truth.head(10));
    let salt = format!(r#""salt":"{}""#, truth.rows[3].body.as_ref().unwrap().0);
    let report = verify(text.replace(&salt, r#""salt":null"#).as_bytes(), &[], &[key().public()]).unwrap();
    assert_eq!(named(&report), [(Kind::BodyChanged, 3, 4)]);
}

#[test]
fn a_rewriting_that_reaches_the_tile_is_narrowed_to_its_block() {
    let truth = Log::true_log(700);
    let mut log = truth.clone();
    log.change(300, |row| row.edited().rehashed());
    let hash = log.row(300).leaf_hash;
    log.patch(TileId { level: 0, index: 1 }, 44, hash);
    assert_eq!(named(&checked(&log, &truth)), [(Kind::BlockRewritten, 256, 512)]);
}

#[test]
fn history_rewritten_with_everything_is_narrowed_by_the_heads_that_were_sent_away() {
    let truth = Log::true_log(700);
    let away = [truth.head(100), truth.head(300), truth.head(650)];
    for (index, range) in [(5, (0, 100)), (99, (0, 100)), (100, (100, 300)), (320, (300, 650)), (649, (300, 650))] {
        let mut rows = truth.rows.clone();
        rows[index] = rows[index].clone().edited().rehashed();
        let log = Log::of(rows);
        // Whoever can rewrite everything can sign it too.
        let report = verify(log.export(&log.head(700)).as_bytes(), &away, &[key().public()]).unwrap();
        assert_eq!(named(&report), [(Kind::HistoryRewritten, range.0, range.1)], "{index}");
    }
    // After the last head that was sent away nothing outside speaks for the entries.
    let mut rows = truth.rows.clone();
    rows[680] = rows[680].clone().edited().rehashed();
    let log = Log::of(rows);
    let report = verify(log.export(&log.head(700)).as_bytes(), &away, &[]).unwrap();
    assert_eq!((report.clean(), report.unproved), (true, 50));
}

#[test]
fn a_log_that_was_cut_is_missed_at_its_end() {
    let truth = Log::true_log(700);
    let mut log = truth.clone();
    log.rows.truncate(600);
    assert_eq!(named(&checked(&log, &truth)), [(Kind::Missing, 600, 700)]);
    // A shorter log, consistently so, is missed by who knows the longer.
    let short = Log::of(truth.rows[..600].to_vec());
    let report = verify(short.export(&short.head(600)).as_bytes(), &[truth.head(700)], &[key().public()]).unwrap();
    assert_eq!(named(&report), [(Kind::Missing, 600, 700)]);
    // A file that was cut.
    let text = truth.export(&truth.head(700));
    let lines: Vec<&str> = text.lines().take(20).collect();
    let report = verify(lines.join("\n").as_bytes(), &[truth.head(700)], &[]).unwrap();
    assert_eq!(named(&report), [(Kind::NoHead, 0, 0), (Kind::Missing, 18, 700)]);
}

#[test]
fn without_its_tiles_an_export_still_names_what_its_leaf_hashes_tell() {
    let truth = Log::true_log(600);
    let bare = |log: &Log| {
        let mut log = log.clone();
        log.tiles.clear();
        verify(log.export(&truth.head(600)).as_bytes(), &[], &[key().public()]).unwrap()
    };
    assert!(bare(&truth).clean());
    let mut log = truth.clone();
    log.change(400, Row::edited);
    assert_eq!(named(&bare(&log)), [(Kind::Tampered, 400, 401)]);
    log.change(400, Row::rehashed);
    assert_eq!(named(&bare(&log)), [(Kind::HistoryRewritten, 0, 600)]);
}

#[test]
fn foreign_and_unsigned_heads_and_lines_are_told() {
    let truth = Log::true_log(10);
    let text = truth.export(&truth.head(10));
    let kinds = |text: &str, heads: &[Head], keys: &[PublicKey]| -> Vec<Kind> {
        verify(text.as_bytes(), heads, keys).unwrap().findings.into_iter().map(|finding| finding.kind).collect()
    };
    let stranger = SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[8; 32]).public();
    assert_eq!(kinds(&text, &[], &[stranger]), [Kind::HeadRefused]);
    let other = Head { origin: Origin::parse("archive.example.cn/audit/js").unwrap(), ..truth.head(10) };
    assert_eq!(kinds(&text, &[other], &[]), [Kind::OtherLog]);
    assert_eq!(kinds("", &[], &[]), [Kind::NoHeader]);
    assert_eq!(kinds("{}\n", &[], &[]), [Kind::NoHeader]);
    assert_eq!(kinds(&text.replace("{\"head\"", "junk\n{\"head\""), &[truth.head(10)], &[]), [Kind::Unreadable]);
    let far = text.replacen(r#""index":9,"#, &format!(r#""index":{},"#, u64::MAX), 1);
    assert_eq!(kinds(&far, &[truth.head(10)], &[]), [Kind::Unreadable, Kind::Missing]);
    // Nobody vouches: nothing is wrong, and nothing is proved.
    let report = verify(text.as_bytes(), &[], &[]).unwrap();
    assert_eq!((report.findings.len(), report.clean()), (0, false));
}

#[test]
fn a_finding_is_a_sentence_that_names_the_entry() {
    let truth = Log::true_log(10);
    let mut log = truth.clone();
    log.rows.swap(2, 7);
    log.rows.remove(4);
    let report = checked(&log, &truth);
    let told = |locale| report.findings.iter().map(|finding| finding.message(locale)).collect::<Vec<_>>();
    assert_eq!(
        told(Locale::En),
        [
            "entry 2 (line 9 of the export): reordered: not where it was logged",
            "entry 4: missing: logged, and not in the export",
            "entry 7 (line 5 of the export): reordered: not where it was logged",
        ]
    );
    assert_eq!(told(Locale::Zh)[1], "第 4 条缺失：日志中有，导出中没有");
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Edited,
    Rewritten,
    Body,
    Deleted,
    InsertedBefore,
}

fn done() -> impl Strategy<Value = Done> {
    prop_oneof![
        Just(Done::Edited),
        Just(Done::Rewritten),
        Just(Done::Body),
        Just(Done::Deleted),
        Just(Done::InsertedBefore)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Any number of tamperings at once, at places that do not touch each other; the numbers made to fit or not.
    #[test]
    fn whatever_was_done_is_found_and_named(
        size in 60_u64..700,
        acts in proptest::collection::btree_map(0_u64..350, done(), 0..12),
        swap in proptest::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
        renumbered in any::<bool>(),
    ) {
        let truth = Log::true_log(size);
        // Every second place at most.
        let acts: BTreeMap<u64, Done> = acts.into_iter().map(|(half, act)| (half * 2, act)).filter(|(place, _)| *place < size).collect();
        let mut expected = BTreeSet::new();
        let mut log = truth.clone();

        let untouched: Vec<u64> = (0..size).filter(|place| !acts.contains_key(place) && place % 2 == 1).collect();
        if let Some((one, other)) = swap {
            let (a, b) = (*one.get(&untouched), *other.get(&untouched));
            // Far enough apart that only these two can be meant.
            if a.abs_diff(b) > 40 {
                log.rows.swap(usize::try_from(a).unwrap(), usize::try_from(b).unwrap());
                expected.extend([(Kind::Reordered, a), (Kind::Reordered, b)]);
            }
        }
        let mut rows = Vec::new();
        for row in std::mem::take(&mut log.rows) {
            let place = row.index;
            let kind = match acts.get(&place) {
                None => { rows.push(row); continue; }
                Some(Done::Edited) => { rows.push(row.edited()); Kind::Tampered }
                Some(Done::Rewritten) => { rows.push(row.edited().rehashed()); Kind::Rewritten }
                Some(Done::Body) => { rows.push(row.with_another_body()); Kind::BodyChanged }
                Some(Done::Deleted) => Kind::Missing,
                Some(Done::InsertedBefore) => {
                    rows.extend([row.clone().edited().rehashed(), row]);
                    Kind::Inserted
                }
            };
            if kind != Kind::Inserted {
                expected.insert((kind, place));
            }
        }
        log.rows = rows;
        if renumbered {
            log.renumber();
        }
        let report = checked(&log, &truth);
        let touched = !acts.is_empty() || !expected.is_empty();
        prop_assert_eq!(report.clean(), !touched, "{:?}", report);

        let mut found = BTreeSet::new();
        let mut inserted = 0;
        for (kind, from, to) in named(&report) {
            match kind {
                Kind::Inserted => inserted += 1,
                Kind::Renumbered => prop_assert!(renumbered),
                _ => found.extend((from..to).map(|place| (kind, place))),
            }
        }
        prop_assert_eq!(found, expected);
        prop_assert_eq!(inserted, acts.values().filter(|act| **act == Done::InsertedBefore).count());
    }

    /// One byte of the file, anywhere: it is never clean and never a panic.
    #[test]
    fn a_changed_byte_is_never_clean(at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let truth = Log::true_log(270);
        let mut text = truth.export(&truth.head(270)).into_bytes();
        // The header's time is vouched for by nobody, a salt may be written in capitals, and the last newline may be missing.
        let header = text.iter().position(|&byte| byte == b'\n').unwrap();
        let at = header + 1 + at.index(text.len() - header - 2);
        prop_assume!(!text[at].eq_ignore_ascii_case(&byte));
        text[at] = byte;
        let report = verify(text.as_slice(), &[truth.head(270)], &[key().public()]).unwrap();
        prop_assert!(!report.clean());
    }
}
