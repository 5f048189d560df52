//! Names of members: a ZIP is never unpacked here, but somebody will.

use crate::{
    name::{fault_of, mark_in},
    reason::{MemberFault, NameFault, Place, Reason},
};

/// # Errors
/// The name leads out, hides something, or carries a mark.
pub(super) fn check(name: &str) -> Result<(), Reason> {
    if name.chars().any(|letter| matches!(fault_of(letter), Some(NameFault::Invisible | NameFault::Direction))) {
        return Err(Reason::Member(MemberFault::Letters));
    }
    let mut letters = name.chars();
    let drive = matches!((letters.next(), letters.next()), (Some(first), Some(':')) if first.is_ascii_alphabetic());
    let leads_out = name.split(['/', '\\']).any(|part| part.trim() == "..");
    if drive || leads_out || name.starts_with(['/', '\\']) {
        return Err(Reason::Member(MemberFault::Path));
    }
    mark_in(name.trim_end_matches(['/', '\\'])).map_or(Ok(()), |mark| Err(Reason::Secret(mark, Place::Name)))
}
