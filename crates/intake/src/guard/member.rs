//! Members of archives: a ZIP is never unpacked here, but somebody will, and has then what could not have come in by itself.

use super::admit_format;
use crate::{
    format::Format,
    limits::Policy,
    name::{FileName, fault_of, mark_in},
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

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The name of a file within, which only tells a table from a note here; its faults were looked at in its path.
pub(super) fn name(path: &str) -> Option<FileName> {
    FileName::parse(last(path)).or_else(|_| FileName::parse("member")).ok()
}

/// # Errors
/// By its name somebody runs it who opens it.
pub(super) fn no_program(path: &str) -> Result<(), Reason> {
    match FileName::parse(last(path)) {
        Err(NameFault::Program) => Err(Reason::Name(NameFault::Program)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// # Errors
/// It could not have come in by itself.
pub(super) fn admit(path: &str, format: &Format, policy: &Policy) -> Result<(), Reason> {
    if is_litter(path, format) { Ok(()) } else { admit_format(format, policy) }
}

/// What computers put into archives beside what somebody has chosen: nobody could take it out who does not see it.
fn is_litter(path: &str, format: &Format) -> bool {
    let name = last(path);
    let named = name.starts_with("._") || matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini");
    let of = ["application/octet-stream", "multipart/appledouble", "application/x-cfb", "text/plain"];
    named && of.contains(&format.media_type.as_str())
}
