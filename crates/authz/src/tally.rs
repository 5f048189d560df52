//! How many decisions were taken: counted where they are taken, taken away by whoever shows figures of the process.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Action;

const ACTIONS: usize = Action::ALL.len();

/// Decisions by action and outcome since they were last taken away. A list counts once: allowed where its scope holds
/// anything. What one decision is put together of is not counted, nor what an explanation only tells.
#[derive(Debug)]
pub struct Tally([[AtomicU64; 2]; ACTIONS]);

impl Default for Tally {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Default::default()))
    }
}

impl Tally {
    /// One more. Nothing is ordered by it, so that it costs one instruction.
    pub(crate) fn count(&self, action: Action, allowed: bool) {
        self.0[action.index()][usize::from(allowed)].fetch_add(1, Ordering::Relaxed);
    }

    /// Takes away what was counted: every action, denied and allowed, with its number.
    pub fn take(&self) -> impl Iterator<Item = (Action, bool, u64)> {
        let counted = |action: Action, allowed| {
            let number = self.0[action.index()][usize::from(allowed)].swap(0, Ordering::Relaxed);
            (action, allowed, number)
        };
        Action::ALL.iter().flat_map(move |&action| [counted(action, false), counted(action, true)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Object, Policy, Sealed, act,
        trial::{TENANT, actor, id, place, rows},
    };

    fn taken(policy: &Policy) -> Vec<(Action, bool, u64)> {
        policy.tally().take().filter(|(_, _, number)| *number > 0).collect()
    }

    #[test]
    fn a_permit_a_decision_and_a_list_count_once_each() {
        let policy = Policy::builtin().unwrap();
        let town = policy.load(TENANT, 1, &rows(&[]), &[]).unwrap();
        let reviewer = actor(&[("committee_reviewer", "1/2/")]);
        let sealed = || Sealed::<domain::Id<domain::id::noun::Record>>::at(id(5), place("1/2/3/"), 1);
        assert!(town.permit::<act::SubmitRecord>(&reviewer, sealed()).is_err());
        assert!(town.permit::<act::SubmitRecord>(&reviewer, sealed()).is_err());
        assert!(town.decide(&reviewer, Action::ViewReceipt, Object::at(&place("1/2/"))));
        assert!(!town.scope::<act::ViewReceipt>(&reviewer).is_empty());
        assert!(town.scope::<act::ViewAudit>(&reviewer).is_empty());
        let expected =
            [(Action::SubmitRecord, false, 2), (Action::ViewReceipt, true, 2), (Action::ViewAudit, false, 1)];
        assert_eq!(taken(&policy), expected);
        assert_eq!(taken(&policy), [], "what was taken is gone");
        assert_eq!(policy.tally().take().count(), 2 * Action::ALL.len());
    }

    #[test]
    fn what_is_only_tried_out_is_not_counted() {
        let policy = Policy::builtin().unwrap();
        let draft = policy.draft(TENANT, 1, &rows(&[]), &[]).unwrap();
        assert!(draft.decide(
            &actor(&[("committee_reviewer", "1/2/")]),
            Action::ViewReceipt,
            Object::at(&place("1/2/"))
        ));
        assert_eq!(taken(&policy), []);
    }
}
