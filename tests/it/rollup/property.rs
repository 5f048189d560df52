use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use proptest::test_runner::{Config, TestRunner};
use testkit::TestApp;

use super::{history::History, step::history};

/// How many histories: a few in ordinary runs, as many as `FONDS_PROPTEST_CASES` says in long ones.
#[expect(clippy::disallowed_methods, reason = "how long a test runs is said by the environment alone")]
fn cases() -> u32 {
    std::env::var("FONDS_PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

/// Whatever happens, in whatever order, cut off wherever: every figure is what counting gives.
#[test]
fn figures_are_exact_after_any_history() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: cases(), failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let effects: Mutex<BTreeMap<&str, usize>> = Mutex::default();
    let outcome = TestRunner::new(config).run(&history(64), |steps| {
        runtime.block_on(async {
            let app = TestApp::new().await;
            let mut history = History::new(&app);
            history.live(&steps).await;
            let mut all = effects.lock().unwrap_or_else(PoisonError::into_inner);
            for (name, times) in history.effects {
                *all.entry(name).or_default() += times;
            }
        });
        Ok(())
    });
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
    // A history in which nothing happens proves nothing.
    let effects = effects.into_inner().unwrap_or_else(PoisonError::into_inner);
    for name in ["Send", "Decide", "Recall", "Unapprove", "Resend", "Move", "Fold"] {
        assert!(effects.get(name).is_some_and(|times| *times > 0), "{name}: {effects:?}");
    }
}
