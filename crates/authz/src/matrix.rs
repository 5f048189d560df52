//! The reviewed table of who may do what, `schema/authz-matrix.txt`: generated, committed, compared in CI.

use std::fmt::Write as _;

use crate::{
    Action, Relation, Snapshot,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL},
    table::{Cell, Cells},
};

const HEADER: &str = "\
# Who may do what, as casbin decides it over schema/policy: role, action, relation of the object's organisation to the
# post's, levels of the object's organisation (0: it stands in none), highest confidentiality. What is not here is refused.
# Generated; change schema/policy/policy.csv instead.
";

/// The table of the built-in policy: sorted, levels merged into ranges, one line a range.
pub fn matrix(builtin: &Snapshot) -> String {
    let mut lines = Vec::new();
    for held in builtin.all() {
        for &action in Action::ALL {
            let cells = held.table.effective(action);
            for relation in Relation::ALL {
                for (from, to, ceiling) in ranges(cells, relation) {
                    let (role, action, relation) = (held.role.name.as_str(), action.as_str(), relation.as_str());
                    let grade = if ceiling == 0 { "public" } else { "internal" };
                    let levels = if from == to { from.to_string() } else { format!("{from}-{to}") };
                    lines.push(format!("{role:<20}{action:<18}{relation:<12}{levels:<6}{grade}"));
                }
            }
        }
    }
    lines.sort();
    lines.into_iter().fold(HEADER.to_owned(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

/// Runs of levels with the same ceiling. Ceilings are all there is to say of confidentiality: an allow line reaches up
/// to one, a deny line takes away from one upwards.
fn ranges(cells: Cells, relation: Relation) -> Vec<(u8, u8, u8)> {
    let mut runs: Vec<(u8, u8, u8)> = Vec::new();
    for level in 0..=MAX_LEVEL {
        let has = |confidentiality: &u8| cells.has(Cell { relation, level, confidentiality: *confidentiality });
        let Some(ceiling) = (0..=MAX_CONFIDENTIALITY).take_while(has).last() else { continue };
        match runs.last_mut() {
            Some((_, to, same)) if *to + 1 == level && *same == ceiling => *to = level,
            _ => runs.push((level, level, ceiling)),
        }
    }
    runs
}
