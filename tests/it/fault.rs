//! What breaks, and what must not be lost by it.

mod dropped;
mod hostile;
mod notices;
mod redis_away;

/// How much of something a fault test tries: as it says, and twenty times as much in a long run (`script/soak`).
#[expect(clippy::disallowed_methods, reason = "how long a test runs is said by the environment alone")]
pub(crate) fn lengthened(usual: usize) -> usize {
    if std::env::var("FONDS_SOAK").is_ok_and(|soak| soak == "1") { usual * 20 } else { usual }
}
