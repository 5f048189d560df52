//! The tenant: what its members see of it, what its system administrator sets, and how the operator makes one.

mod create;
mod files;
mod settings;

pub use create::{NewTenant, create, sync_catalogue};
pub use files::update_file_rules;
pub use settings::{Asked, Overview, Routing, routes, set_route, settings, update_settings, view};
