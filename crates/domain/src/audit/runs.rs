//! Sets of entry numbers as ranges, and which entries have left their order.

use std::{collections::BTreeMap, ops::Range};

/// Most ranges that are kept apart, so that memory stays flat whatever an export holds.
const MOST: usize = 200_000;

/// A set of numbers, kept as ranges: one range for an export that is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    pub(super) fn add(&mut self, number: u64) {
        if self.holds(number) {
            return;
        }
        let end = self.0.remove(&(number + 1)).unwrap_or(number + 1);
        match self.0.range_mut(..=number).next_back() {
            Some((_, before)) if *before == number => *before = end,
            _ => {
                self.0.insert(number, end);
            }
        }
    }

    pub(super) fn holds(&self, number: u64) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, &end)| number < end)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.0.iter().map(|(&from, &to)| from..to)
    }

    pub(super) fn count(&self) -> u64 {
        self.iter().map(|range| range.end - range.start).sum()
    }

    /// The first number of a range that is not in the set.
    pub(super) fn first_gap(&self, within: Range<u64>) -> Option<u64> {
        let held = |from: u64| self.0.range(..=from).next_back().map(|(_, &end)| end).filter(|&end| from < end);
        let mut from = within.start;
        while let Some(end) = held(from) {
            from = end;
        }
        (from < within.end).then_some(from)
    }

    /// What is not in the set below `end`.
    pub(super) fn gaps(&self, end: u64) -> Vec<Range<u64>> {
        let (mut from, mut gaps) = (0, Vec::new());
        for range in self.iter() {
            gaps.push(from..range.start.min(end));
            from = range.end;
        }
        gaps.push(from..end);
        gaps.retain(|gap| gap.start < gap.end);
        gaps
    }
}

/// Entries that follow each other in the log and in the export.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) from: u64,
    length: u64,
    /// Line of the first.
    pub(super) line: u64,
}

impl Run {
    pub(super) const fn range(&self) -> Range<u64> {
        self.from..self.from + self.length
    }
}

/// The order in which entries came, as runs of neighbours.
#[derive(Debug, Default)]
pub(super) struct Runs {
    all: Vec<Run>,
    interrupted: bool,
    overflowed: bool,
}

impl Runs {
    pub(super) fn push(&mut self, place: u64, line: u64) {
        let interrupted = std::mem::take(&mut self.interrupted);
        let follows = |run: &&mut Run| run.from + run.length == place && !interrupted;
        if let Some(run) = self.all.last_mut().filter(follows) {
            run.length += 1;
        } else if self.all.len() < MOST {
            self.all.push(Run { from: place, length: 1, line });
        } else {
            self.overflowed = true;
        }
    }

    /// Something stands here whose place is not known yet: [`Self::insert`] may tell it.
    pub(super) const fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// The place of one that interrupted.
    pub(super) fn insert(&mut self, place: u64, line: u64) {
        self.interrupt();
        self.push(place, line);
    }

    /// There were more breaks of the order than are kept.
    pub(super) const fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Splits the runs in those in order, the longest ascending row, and the fewest whose moving breaks it; both by line.
    pub(super) fn split(mut self) -> (Vec<Run>, Vec<Run>) {
        self.all.sort_by_key(|run| run.line);
        // The best row that ends in a run, by where the run begins; a later beginning stands here only with a longer row.
        let mut best: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
        let mut before: Vec<Option<usize>> = Vec::with_capacity(self.all.len());
        for (number, run) in self.all.iter().enumerate() {
            let previous = best.range(..run.from).next_back().map(|(_, &row)| row);
            let length = run.length + previous.map_or(0, |(length, _)| length);
            before.push(previous.map(|(_, number)| number));
            let beaten = |(_, (other, _)): &(&u64, &(u64, usize))| *other <= length;
            let worse: Vec<u64> = best.range(run.from..).take_while(beaten).map(|(&from, _)| from).collect();
            for from in worse {
                best.remove(&from);
            }
            best.entry(run.from).or_insert((length, number));
        }
        let mut kept = vec![false; self.all.len()];
        let mut next = best.last_key_value().map(|(_, &(_, number))| number);
        while let Some(number) = next {
            kept[number] = true;
            next = before[number];
        }
        let (kept, moved): (Vec<_>, Vec<_>) = self.all.into_iter().zip(kept).partition(|(_, kept)| *kept);
        let runs = |runs: Vec<(Run, bool)>| runs.into_iter().map(|(run, _)| run).collect();
        (runs(kept), runs(moved))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn moved(order: &[u64]) -> Vec<u64> {
        let mut runs = Runs::default();
        for (line, &place) in (1..).zip(order) {
            runs.push(place, line);
        }
        runs.split().1.iter().flat_map(Run::range).collect()
    }

    #[test]
    fn the_fewest_are_named_as_moved() {
        assert!(moved(&[0, 1, 2, 3]).is_empty());
        assert_eq!(moved(&[0, 4, 2, 3, 1, 5]), [4, 1]);
        assert_eq!(moved(&[3, 0, 1, 2]), [3]);
        assert_eq!(moved(&[1, 2, 3, 0]), [0]);
        assert!(moved(&[0, 2, 5, 7]).is_empty(), "gaps are no moves");
    }

    proptest! {
        #[test]
        fn what_is_not_moved_is_in_order(order in Just((0_u64..40).collect::<Vec<_>>()).prop_shuffle()) {
            let out = moved(&order);
            let rest: Vec<u64> = order.iter().copied().filter(|place| !out.contains(place)).collect();
            prop_assert!(rest.is_sorted());
            // As long as the longest ascending row, by the textbook.
            let mut longest = vec![1_usize; order.len()];
            for i in 0..order.len() {
                for j in 0..i {
                    if order[j] < order[i] {
                        longest[i] = longest[i].max(longest[j] + 1);
                    }
                }
            }
            prop_assert_eq!(rest.len(), longest.into_iter().max().unwrap());
        }

        #[test]
        fn ranges_are_a_set(numbers in proptest::collection::vec(0_u64..50, 0..60)) {
            let mut ranges = Ranges::default();
            for &number in &numbers {
                ranges.add(number);
            }
            let set: BTreeSet<u64> = numbers.into_iter().collect();
            prop_assert_eq!(ranges.iter().flatten().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(ranges.count(), set.len() as u64);
            let gaps: Vec<u64> = ranges.gaps(45).into_iter().flatten().collect();
            prop_assert_eq!(ranges.first_gap(5..20), (5..20).find(|number| !set.contains(number)));
            prop_assert_eq!(gaps, (0..45).filter(|number| !set.contains(number)).collect::<Vec<_>>());
        }
    }
}
