//! Pages of the tree: what stands below, the line above, what a search finds.

use std::collections::HashMap;

use authz::act;
use domain::{Id, id::noun, org::Org};

use super::{Moment, Page};
use crate::{Error, Reader, Result};

/// One page, and whether others follow.
pub type Below = (Vec<Org>, bool);

/// What stands directly below each of a list; one statement for all of them.
pub async fn children(
    reader: &mut Reader,
    superiors: &[Id<noun::Org>],
    page: &Page,
    at: Option<Moment>,
) -> Result<HashMap<Id<noun::Org>, Below>> {
    let scope = reader.policy.scope::<act::ViewOrg>(&reader.actor);
    let wanted = page.first as usize;
    let page = Page { first: page.first + 1, ..page.clone() };
    let rows = match at {
        None => store::org::children(&mut reader.tx, &scope, superiors, &page).await?,
        Some(at) => store::org::children_as_of(&mut reader.tx, &scope, superiors, &page, at).await?,
    };
    let mut pages: HashMap<_, Below> = superiors.iter().map(|&id| (id, Below::default())).collect();
    for (of, org) in rows {
        if let Some((orgs, more)) = pages.get_mut(&of) {
            if orgs.len() < wanted { orgs.push(org) } else { *more = true }
        }
    }
    Ok(pages)
}

/// The superiors of each of a list, the topmost first; one statement for all of them.
pub async fn ancestors(
    reader: &mut Reader,
    ids: &[Id<noun::Org>],
    at: Option<Moment>,
) -> Result<HashMap<Id<noun::Org>, Vec<Org>>> {
    let scope = reader.policy.scope::<act::ViewOrg>(&reader.actor);
    let rows = match at {
        None => store::org::ancestors(&mut reader.tx, &scope, ids).await?,
        Some(at) => store::org::ancestors_as_of(&mut reader.tx, &scope, ids, at).await?,
    };
    let mut lines: HashMap<_, Vec<Org>> = ids.iter().map(|&id| (id, Vec::new())).collect();
    for (of, org) in rows {
        lines.entry(of).or_default().push(org);
    }
    Ok(lines)
}

/// By the beginning of a code (a text that could be one) or any part of a name (any other), in the order of codes; in one
/// subtree, if asked for.
pub async fn search(
    reader: &mut Reader,
    text: &str,
    within: Option<Id<noun::Org>>,
    after: &str,
    first: u32,
) -> Result<Below> {
    let scope = reader.policy.scope::<act::ViewOrg>(&reader.actor);
    let place = match within {
        None => None,
        Some(id) => {
            let sealed = store::org::locate(&mut reader.tx, id).await?.ok_or(Error::NotFound)?;
            let may = reader.policy.permit::<act::ViewOrg>(&reader.actor, sealed)?;
            may.place().cloned()
        }
    };
    let found = store::org::search(&mut reader.tx, &scope, text, place.as_ref(), after, first + 1).await?;
    let more = found.len() > first as usize;
    Ok((found.into_iter().take(first as usize).collect(), more))
}
