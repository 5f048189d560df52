//! The small model: a tree by keys, and what was sent. It knows nothing of deltas, folds and receipts' numbers.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{ReceiptId, noun},
    measure::Measures,
    submission::SubmissionState,
};

/// An organisation by its key, `zj/town`.
pub(crate) type Key = &'static str;

/// Whom each stands below at first.
const TREE: [(Key, Key); 10] = [
    ("zj/city", "zj/province"),
    ("zj/county", "zj/city"),
    ("zj/county2", "zj/city"),
    ("zj/town", "zj/county"),
    ("zj/town2", "zj/county"),
    ("zj/town3", "zj/county2"),
    ("zj/village", "zj/town"),
    ("zj/village2", "zj/town"),
    ("zj/village3", "zj/town2"),
    ("zj/village4", "zj/town3"),
];

/// All of them, the top first.
pub(crate) const ORGS: [Key; 11] = [
    "zj/province",
    "zj/city",
    "zj/county",
    "zj/county2",
    "zj/town",
    "zj/town2",
    "zj/town3",
    "zj/village",
    "zj/village2",
    "zj/village3",
    "zj/village4",
];

/// Types with the levels of their routes.
pub(crate) const TYPES: [(&str, &[i16]); 4] = [("ZBDH", &[4, 3]), ("ZZSHH", &[4]), ("JY", &[4, 3]), ("DK", &[])];

/// One round of a record.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) chain: Vec<Key>,
    pub(crate) route: Vec<Key>,
    pub(crate) position: usize,
    pub(crate) of_type: &'static str,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) month: i32,
    pub(crate) measures: Measures,
    pub(crate) state: SubmissionState,
}

/// A record with the rounds that it went.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) id: domain::Id<noun::Record>,
    pub(crate) org: Key,
    pub(crate) rounds: Vec<Sent>,
    /// Who sent the newest round: `recorder`, …
    pub(crate) sender: &'static str,
    /// The receipt at which it waits.
    pub(crate) pending: Option<ReceiptId>,
    /// Who approved last, and on which receipt.
    pub(crate) approved: Option<(&'static str, ReceiptId)>,
}

/// What is asked of the figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) org: Key,
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) types: &'a [&'a str],
    pub(crate) by_child: bool,
    pub(crate) by_month: bool,
}

/// Child, type, month, state → how many, and their measures.
pub(crate) type Cells = BTreeMap<(Option<Key>, String, Option<i32>, &'static str), (i64, Measures)>;

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) parents: BTreeMap<Key, Key>,
    /// Stored, not computed: a tree may skip levels.
    pub(crate) levels: BTreeMap<Key, i16>,
    pub(crate) closed: BTreeSet<Key>,
    pub(crate) records: Vec<Written>,
}

impl Model {
    pub(crate) fn new() -> Self {
        let mut new =
            Self { parents: TREE.into(), levels: BTreeMap::new(), closed: BTreeSet::new(), records: Vec::new() };
        for org in ORGS {
            let depth = i16::try_from(new.chain(org).len()).unwrap();
            new.levels.insert(org, depth);
        }
        new
    }

    /// The organisation … the top, as the tree is now.
    pub(crate) fn chain(&self, org: Key) -> Vec<Key> {
        std::iter::successors(Some(org), |org| self.parents.get(org).copied()).collect()
    }

    /// Who receives a type from an organisation, as the tree is now.
    pub(crate) fn route(&self, org: Key, of_type: &str) -> Vec<Key> {
        let levels = TYPES.iter().find(|(code, _)| *code == of_type).map_or(&[][..], |(_, levels)| levels);
        let above = self.chain(org).into_iter().skip(1);
        above.filter(|above| levels.contains(&self.levels[above])).collect()
    }

    /// Hangs an organisation below another: it keeps its level where it can, else all of it goes down.
    pub(crate) fn relocate(&mut self, org: Key, below: Key) {
        let down = (self.levels[below] + 1 - self.levels[org]).max(0);
        for one in ORGS {
            if self.chain(one).contains(&org) {
                *self.levels.entry(one).or_default() += down;
            }
        }
        self.parents.insert(org, below);
    }

    /// May somebody act there?
    pub(crate) fn is_open(&self, org: Key) -> bool {
        !self.closed.contains(org)
    }

    /// Figures by counting, one submission after the other.
    pub(crate) fn figures(&self, asked: &Asked<'_>) -> Cells {
        let mut cells = Cells::new();
        for sent in self.records.iter().flat_map(|record| &record.rounds) {
            let Some(at) = sent.chain.iter().position(|org| *org == asked.org) else { continue };
            if !(asked.from..=asked.to).contains(&sent.month) {
                continue;
            }
            let child = at.checked_sub(1).filter(|_| asked.by_child).map(|below| sent.chain[below]);
            let month = asked.by_month.then_some(sent.month);
            let own = ["*", sent.of_type].map(|of_type| (of_type, sent.measures));
            let tags = sent.tags.iter().map(|tag| (*tag, Measures::default()));
            for (of_type, measures) in own.into_iter().chain(tags) {
                if asked.types.contains(&of_type) {
                    let cell = cells.entry((child, of_type.to_owned(), month, sent.state.as_str())).or_default();
                    *cell = (cell.0 + 1, cell.1 + measures);
                }
            }
        }
        cells
    }
}
