//! What can happen, drawn by chance.

use proptest::prelude::*;

/// One step of a history. Numbers choose among what is there.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send { org: usize, of_type: usize, tags: usize, content: Content },
    Decide { which: usize, back: bool, second: bool },
    Recall { which: usize },
    Unapprove { which: usize },
    Resend { which: usize, tags: usize, content: Content },
    Move { org: usize, below: usize },
    Close { org: usize, successor: Option<usize> },
    Fold { limit: i32 },
}

/// What differs between two reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content {
    pub(crate) day: usize,
    pub(crate) present: i64,
}

/// The process dies after so many turns of its task; its client asks again under the same key, or does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crash {
    pub(crate) after: usize,
    pub(crate) again: bool,
}

fn content() -> impl Strategy<Value = Content> {
    (0..6_usize, 0..21_i64).prop_map(|(day, present)| Content { day, present })
}

fn step() -> impl Strategy<Value = Step> {
    let which = any::<usize>;
    prop_oneof![
        8 => (which(), 0..4_usize, 0..4_usize, content())
            .prop_map(|(org, of_type, tags, content)| Step::Send { org, of_type, tags, content }),
        8 => (which(), prop::bool::weighted(0.3), any::<bool>())
            .prop_map(|(which, back, second)| Step::Decide { which, back, second }),
        2 => which().prop_map(|which| Step::Recall { which }),
        4 => which().prop_map(|which| Step::Unapprove { which }),
        3 => (which(), 0..4_usize, content()).prop_map(|(which, tags, content)| Step::Resend { which, tags, content }),
        2 => (which(), which()).prop_map(|(org, below)| Step::Move { org, below }),
        1 => (which(), prop::option::of(which())).prop_map(|(org, successor)| Step::Close { org, successor }),
        4 => prop_oneof![Just(1), Just(4), Just(1000)].prop_map(|limit| Step::Fold { limit }),
    ]
}

fn crash() -> impl Strategy<Value = Option<Crash>> {
    prop::option::weighted(0.15, (0..40_usize, any::<bool>()).prop_map(|(after, again)| Crash { after, again }))
}

/// A history.
pub(crate) fn history(steps: usize) -> impl Strategy<Value = Vec<(Step, Option<Crash>)>> {
    prop::collection::vec((step(), crash()), steps / 2..=steps)
}
