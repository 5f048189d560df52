//! What breaks, and what must not be lost by it.

mod dropped;
mod redis_away;
