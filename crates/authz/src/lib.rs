//! Who may do what: actors, actions, casbin decisions, [`Permit`], [`Scope`] and explanations. The first of two walls.
//!
//! Policy lines say role × action × relation × level × confidentiality × effect; casbin decides them; tables are
//! compiled by asking casbin for every cell and serve every decision. Relation and posts come from the caller's own
//! transaction. Nothing here knows a database, and nothing outside mints a [`Permit`].

#![warn(missing_docs)]

pub mod action;
pub mod actor;
mod ask;
pub mod decide;
pub mod diff;
pub mod explain;
pub mod line;
pub mod matrix;
pub mod permit;
pub mod policy;
pub mod relation;
pub mod role;
pub mod scope;
pub mod snapshot;
mod table;
mod tally;
pub mod tenant;
#[cfg(test)]
mod trial;

pub use action::{Act, Action, Kind, act};
pub use actor::{Actor, HeldPost};
pub use ask::AskError;
pub use decide::Subject;
pub use diff::{Change, RoleChange, changes, diff};
pub use explain::Explanation;
pub use line::{Effect, Fault, Line, RawLine, Reason, confidentiality_label};
pub use matrix::matrix;
pub use permit::{Denied, Permit, Sealed};
pub use policy::Policy;
pub use relation::{Object, Relation, Stand};
pub use role::{Duty, EVERYONE, MEMBER, NotARole, Role, RoleName};
pub use scope::{Levels, Scope, ScopeOrg, ScopeRoot};
pub use snapshot::{LoadError, Snapshot};
pub use tally::Tally;
pub use tenant::TenantPolicy;
