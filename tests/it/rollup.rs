//! Figures are exact: after any history, at any moment, for every organisation.

mod drill;
mod history;
mod model;
mod moment;
mod opened;
mod property;
mod read;
mod sabotage;
mod step;
