//! `fonds scrub`: reads every body whole in every place, heals what is wrong, and says so.

use std::process::ExitCode;

use app::SystemClock;
use chrono::TimeDelta;
use domain::clock::Clock as _;
use store::{Store, worker::WorkerStore};
use tokio_util::sync::CancellationToken;
use worker::scrub::{Scrubbed, drain, scrub};

use crate::{
    files::Files,
    settings::Settings,
    words::{Failure, say, terminal_locale},
};

/// How it ends where a place was away, so that nothing can be said of what was not read.
const UNKNOWN: u8 = 3;

/// Those that were not read since so many hours; all with 0. Exit 1 where a body has no good copy, else 3 where a place was away.
pub(crate) async fn run(settings: &Settings, hours: u32) -> Result<ExitCode, Failure> {
    let store = WorkerStore::new(Store::open(&settings.worker_store()?)?);
    store.check_role().await?.map_err(|fault| fault.0)?;
    let Files { bodies, mut incidents, .. } = Files::open(settings)?;
    let before = SystemClock.now() - TimeDelta::hours(i64::from(hours));
    let done = scrub(&store, &bodies, before, || SystemClock.now(), &CancellationToken::new()).await?;
    bodies.close().await;
    drain(&store, &mut incidents, SystemClock.now()).await;
    store.close().await;
    let (zh, en) = (
        format!("核对 {} 个文件：修复 {}，无完好副本 {}", done.bodies, done.healed, done.damaged),
        format!("{} bodies: {} healed, {} without a good copy", done.bodies, done.healed, done.damaged),
    );
    say(terminal_locale().pick(&zh, &en));
    if let Some(place) = done.away {
        let (zh, en) = (
            format!("存储位置 {place} 没有响应，其余文件未核对，状态不明：恢复后请重新运行"),
            format!("the place `{place}` does not answer: nothing is known of the rest; run it again when it is back"),
        );
        say(terminal_locale().pick(&zh, &en));
    }
    Ok(match done {
        Scrubbed { damaged: 1.., .. } => ExitCode::FAILURE,
        Scrubbed { away: Some(_), .. } => ExitCode::from(UNKNOWN),
        Scrubbed { .. } => ExitCode::SUCCESS,
    })
}
