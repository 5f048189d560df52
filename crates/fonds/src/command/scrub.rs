//! `fonds scrub`: reads every body whole in every place, heals what is wrong, and says so.

use std::process::ExitCode;

use app::SystemClock;
use chrono::TimeDelta;
use domain::clock::Clock as _;
use store::{Store, worker::WorkerStore};
use tokio_util::sync::CancellationToken;
use worker::scrub::{drain, scrub};

use crate::{
    files::Files,
    settings::Settings,
    words::{Failure, say, terminal_locale},
};

/// Those that were not read since so many hours; all with 0. Exit 1 where a body has no good copy.
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
    Ok(if done.damaged == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
