//! How the database goes about what the application asks, on a province in which a wrong plan would be slow; and how many
//! statements a listing takes.

mod carried;
mod count;
mod list;
mod province;
