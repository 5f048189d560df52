//! What all that was read comes to.

use std::collections::BTreeSet;

use super::{
    super::{
        Head, PublicKey, Report,
        finding::{Checked, Entries, Finding, Kind, Verdict},
        runs::Ranges,
    },
    Check,
    place::Places,
};
use crate::merkle::tile::WIDTH;

/// Most findings that are listed.
pub(super) const MOST: usize = 10_000;

pub(super) fn no_header() -> Report {
    let finding = Finding { entries: (0..0).into(), kind: Kind::NoHeader, line: Some(1) };
    Report { findings: vec![finding], ..Report::default() }
}

pub(super) fn report(check: Check, own: Option<&str>, heads: &[Head], keys: &[PublicKey]) -> Report {
    let mut findings = Vec::new();
    let mut all: Vec<(Head, bool)> = heads.iter().map(|head| (head.clone(), true)).collect();
    all.extend(own_head(own, heads, keys, &mut findings));
    all.sort_by_key(|(head, _)| head.size);
    let given = all.len();
    // What is of another log says nothing of this one.
    all.retain(|(head, _)| head.origin.to_string() == check.header.origin);
    if all.len() < given {
        findings.push(whole(Kind::OtherLog));
    }
    findings.extend(check.unreadable.iter().map(|&line| Finding { line: Some(line), ..whole(Kind::Unreadable) }));

    let heads = verdicts(&check, &all);
    let proved =
        heads.iter().filter(|head| head.trusted && head.verdict == Verdict::Proved).map(|head| head.size).max();
    let newest = all.iter().filter(|(_, trusted)| *trusted).map(|(head, _)| head.size).max().unwrap_or(0);
    let declared = all.iter().map(|(head, _)| head.size).max().unwrap_or(0).max(check.header.size);
    findings.extend(history(&check, &all));

    let Check { mut places, blocks, entries, destroyed, bodiless, by_rule, header, more, .. } = check;
    let mut more = more || places.runs.overflowed() || places.crowd.count() > 0;
    more |= name(&mut places, declared, proved.unwrap_or(0), &mut findings);
    let width = WIDTH as u64;
    findings.extend(blocks.iter().map(|range| ranged(Kind::BlockRewritten, range.start * width..range.end * width)));
    let missing = places.filled.gaps(declared);
    findings.extend(missing.into_iter().map(|range| ranged(Kind::Missing, range)));
    let mut torn = Ranges::default();
    for (_, index) in bodiless.iter().filter(|(row, _)| !by_rule.contains(row)) {
        torn.add(*index);
    }
    findings.extend(torn.iter().map(|range| ranged(Kind::BodyMissing, range)));
    let unproved = places.filled.iter().map(|range| range.end.saturating_sub(range.start.max(newest))).sum();
    if findings.is_empty() && heads.iter().any(|head| head.verdict != Verdict::Proved) {
        findings.push(ranged(Kind::HistoryRewritten, 0..declared));
    }
    findings.sort();
    findings.dedup();
    more |= findings.len() > MOST;
    findings.truncate(MOST);
    Report { origin: header.origin, entries, destroyed, unproved, heads, findings, more }
}

fn whole(kind: Kind) -> Finding {
    Finding { entries: (0..0).into(), kind, line: None }
}

fn ranged(kind: Kind, range: std::ops::Range<u64>) -> Finding {
    Finding { entries: range.into(), kind, line: None }
}

/// The export's last line, where it is not one of the heads given; trusted where a known key has signed it.
fn own_head(
    own: Option<&str>,
    given: &[Head],
    keys: &[PublicKey],
    findings: &mut Vec<Finding>,
) -> Option<(Head, bool)> {
    let Some(own) = own else {
        findings.push(whole(Kind::NoHead));
        return None;
    };
    let signed = Head::open(own, keys).map(|(head, _)| head);
    if signed.is_err() && !keys.is_empty() {
        findings.push(whole(Kind::HeadRefused));
    }
    let trusted = signed.is_ok();
    let Ok(head) = signed.or_else(|_| Head::open_unsigned(own)) else {
        findings.push(whole(Kind::NoHead));
        return None;
    };
    let known =
        given.iter().any(|other| (&other.origin, other.size, other.root) == (&head.origin, head.size, head.root));
    (!known).then_some((head, trusted))
}

fn verdicts(check: &Check, heads: &[(Head, bool)]) -> Vec<Checked> {
    let judged = heads.iter().map(|(head, trusted)| {
        let (size, root) = (head.size, head.root);
        let verdict = if check.lanes.proves(size, root) {
            Verdict::Proved
        } else if check.lanes.log_proves(size, root) {
            Verdict::Named
        } else {
            Verdict::Broken
        };
        Checked { size, at: head.at, trusted: *trusted, verdict }
    });
    judged.collect()
}

/// The first head that nothing stored leads to: what lies between it and the last good one was rewritten.
fn history(check: &Check, heads: &[(Head, bool)]) -> Option<Finding> {
    let good = |head: &Head| {
        let (size, root) = (head.size, head.root);
        check.lanes.proves(size, root) || check.lanes.log_proves(size, root) || check.lanes.blocks_prove(size, root)
    };
    let bad = heads.iter().map(|(head, _)| head).find(|head| !good(head) && check.lanes.reaches(head.size))?;
    let before = heads.iter().filter(|(head, trusted)| *trusted && head.size < bad.size && good(head));
    let from = before.map(|(head, _)| head.size).max().unwrap_or(0);
    Some(ranged(Kind::HistoryRewritten, from..bad.size))
}

/// Names the entries. `proved`: below it the entries themselves lead to a trusted root. True where not all can be named.
fn name(places: &mut Places, declared: u64, proved: u64, findings: &mut Vec<Finding>) -> bool {
    let mut moved = BTreeSet::new();
    places.settle_late();
    let (kept, out) = std::mem::take(&mut places.runs).split();
    for run in out {
        // Those of a run stand on lines that follow each other.
        if moved.len() < MOST {
            moved.extend(run.range());
        }
        findings.push(Finding { line: Some(run.line), ..ranged(Kind::Reordered, run.range()) });
    }
    let [mut tampered, mut rewritten, mut tile_changed] = [Ranges::default(), Ranges::default(), Ranges::default()];
    for stranger in std::mem::take(&mut places.strange) {
        let arrival = stranger.arrival;
        // It stands for one that is missing between its neighbours, or for none.
        let next = kept.partition_point(|run| run.line < arrival.line);
        let after = next.checked_sub(1).map_or(0, |before| kept[before].range().end);
        let between = after..kept.get(next).map_or(declared, |run| run.from);
        let claimed = between.contains(&arrival.claimed) && !places.filled.holds(arrival.claimed);
        let home = if claimed { Some(arrival.claimed) } else { places.filled.first_gap(between) };
        let Some(place) = home else {
            let claimed = Entries { from: arrival.claimed, to: arrival.claimed.saturating_add(1) };
            findings.push(Finding { entries: claimed, kind: Kind::Inserted, line: Some(arrival.line) });
            continue;
        };
        let covered = places.covered.holds(place);
        places.filled.add(place);
        match (place < proved, arrival.stored == stranger.hash) {
            (false, false) => tampered.add(place),
            (false, true) => rewritten.add(place),
            (true, fits) => {
                if covered {
                    tile_changed.add(place);
                }
                if !fits {
                    places.leaf_changed.add(place);
                }
            }
        }
        if place < proved && !arrival.body_fits {
            places.body_changed.add(place);
        }
    }
    let crowd: Vec<u64> = places.crowd.iter().flat_map(|range| range.start..range.end.min(declared)).collect();
    for place in crowd.into_iter().filter(|&place| !places.filled.holds(place)).collect::<Vec<_>>() {
        places.filled.add(place);
        tampered.add(place);
    }
    let named = [
        (Kind::Tampered, &tampered),
        (Kind::Rewritten, &rewritten),
        (Kind::TileChanged, &tile_changed),
        (Kind::LeafChanged, &places.leaf_changed),
        (Kind::BodyChanged, &places.body_changed),
    ];
    for (kind, ranges) in named {
        findings.extend(ranges.iter().map(|range| ranged(kind, range)));
    }
    // Of those that were moved it goes without saying.
    let renumbered = places.renumbered.iter().filter(|range| !range.clone().all(|place| moved.contains(&place)));
    findings.extend(renumbered.map(|range| ranged(Kind::Renumbered, range)));
    let beyond = places.filled.iter().filter(|range| range.end > declared);
    findings.extend(beyond.map(|range| ranged(Kind::Inserted, range.start.max(declared)..range.end)));
    moved.len() >= MOST
}
