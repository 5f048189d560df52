//! Who asks: every kind of actor, seen from the branch `zj/village`.

/// The branch that the objects belong to. `zj/village/recorder` wrote and sent its records.
pub(crate) const BRANCH: &[&str] = &["zj/village/recorder", "zj/village/secretary"];
/// The superior that receives first. `zj/town/reviewer` approved, where something was approved.
pub(crate) const TOWN: &[&str] = &["zj/town/reviewer", "zj/town/reviewer2", "zj/town/archivist"];
pub(crate) const TOWN_DECIDES: &[&str] = &["zj/town/reviewer", "zj/town/reviewer2"];
pub(crate) const TOWN_ADMIN: &[&str] = &["zj/town/org_admin"];
/// The superior that receives next: a holder once the town has approved.
pub(crate) const COUNTY: &[&str] = &["zj/county/reviewer", "zj/county/archivist"];
pub(crate) const COUNTY_DECIDES: &[&str] = &["zj/county/reviewer"];
pub(crate) const COUNTY_ADMIN: &[&str] = &["zj/county/org_admin"];
/// Above the route: never a holder; reads figures.
pub(crate) const HIGHER: &[&str] = &[
    "zj/city/reviewer",
    "zj/city/org_admin",
    "zj/province/reviewer",
    "zj/province/archivist",
    "zj/province/org_admin",
];
pub(crate) const HIGHER_ADMINS: &[&str] = &["zj/city/org_admin", "zj/province/org_admin"];
/// Sibling branch, a branch and a committee of another town, another county, and the other town's administrator.
pub(crate) const BESIDE: &[&str] = &[
    "zj/village2/secretary",
    "zj/village2/recorder",
    "zj/village3/recorder",
    "zj/town2/reviewer",
    "zj/town2/org_admin",
    "zj/county2/reviewer",
];
/// Of these, who continues the branch that is closed, and the committee.
pub(crate) const SUCCESSOR: &[&str] = &["zj/village2/secretary", "zj/village2/recorder"];
pub(crate) const NEXT_COMMITTEE: &[&str] = &["zj/town2/reviewer"];
/// The three administrators.
pub(crate) const SYSTEM: &[&str] = &["zj/province/system"];
pub(crate) const SECURITY: &[&str] = &["zj/province/security"];
pub(crate) const AUDIT: &[&str] = &["zj/province/audit"];
/// The other tenant.
pub(crate) const FOREIGN: &[&str] = &[
    "edu/branch/recorder",
    "edu/college/reviewer",
    "edu/university/reviewer",
    "edu/university/org_admin",
    "edu/university/system",
    "edu/university/security",
    "edu/university/audit",
];
/// Whoever writes records at an organisation of his own.
pub(crate) const WRITERS: &[&str] = &[
    "zj/village/recorder",
    "zj/village/secretary",
    "zj/village2/secretary",
    "zj/village2/recorder",
    "zj/village3/recorder",
    "zj/town/reviewer",
    "zj/town/reviewer2",
    "zj/town2/reviewer",
    "zj/county/reviewer",
    "zj/county2/reviewer",
    "zj/city/reviewer",
    "zj/province/reviewer",
    "edu/branch/recorder",
    "edu/college/reviewer",
    "edu/university/reviewer",
];
/// Nobody who has entered.
pub(crate) const NOBODY: &str = "nobody";

/// Everybody of the tenant.
pub(crate) const MEMBERS: &[&[&str]] =
    &[BRANCH, TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER, BESIDE, SYSTEM, SECURITY, AUDIT];
/// Everybody who has signed in.
pub(crate) const SIGNED_IN: &[&[&str]] =
    &[BRANCH, TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER, BESIDE, SYSTEM, SECURITY, AUDIT, FOREIGN];
/// Whoever holds a post at or above the branch, whatever the role.
pub(crate) const ABOVE: &[&[&str]] = &[BRANCH, TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN, HIGHER, SYSTEM, SECURITY, AUDIT];
/// Whoever holds a post at the town, at the county.
pub(crate) const AT_TOWN: &[&[&str]] = &[TOWN, TOWN_ADMIN];
pub(crate) const AT_TOWN_OR_COUNTY: &[&[&str]] = &[TOWN, TOWN_ADMIN, COUNTY, COUNTY_ADMIN];
pub(crate) const AT_COUNTY: &[&[&str]] = &[COUNTY, COUNTY_ADMIN];

/// Every actor, without a session the last.
pub(crate) fn everybody() -> Vec<&'static str> {
    let mut all: Vec<_> = SIGNED_IN.iter().flat_map(|some| some.iter().copied()).collect();
    all.push(NOBODY);
    all
}
