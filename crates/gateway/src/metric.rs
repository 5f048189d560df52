//! Figures of the process for Prometheus, all of bounded cardinality.

use std::{fmt, sync::Arc, time::Duration};

use authz::{Action, Policy};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

const OPERATIONS: &str = "fonds_graphql_operation_seconds";
const DECISIONS: &str = "fonds_decisions_total";

/// Bounds of the histogram in seconds: from a listing to the deadline.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 10.0];

/// Reads a gauge at the moment of scraping.
type Reading = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The recorder's text form and the gauges that are read when it is asked for.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    gauges: Vec<(&'static str, Reading)>,
    policy: Option<Arc<Policy>>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.gauges.iter().map(|(name, _)| name).collect();
        f.debug_struct("Metrics").field("gauges", &names).finish_non_exhaustive()
    }
}

impl Metrics {
    /// Installs the recorder of the process.
    ///
    /// # Errors
    /// There is one already.
    pub fn install() -> Result<Self, BuildError> {
        let handle = builder()?.install_recorder()?;
        describe();
        Ok(Self { handle, gauges: Vec::new(), policy: None })
    }

    /// Adds a gauge: connections of the pool, depth of the queue, lag of the fold.
    #[must_use]
    pub fn gauge(
        mut self,
        name: &'static str,
        help: &'static str,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        metrics::describe_gauge!(name, help);
        self.gauges.push((name, Arc::new(read)));
        self
    }

    /// Shows what a policy decides, by action and outcome.
    #[must_use]
    pub fn decisions(self, policy: Arc<Policy>) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// The text that Prometheus scrapes.
    pub fn render(&self) -> String {
        for (name, read) in &self.gauges {
            metrics::gauge!(*name).set(read());
        }
        for (action, allowed, number) in self.policy.iter().flat_map(|policy| policy.tally().take()) {
            decided(action, allowed, number);
        }
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// The answer at `/metrics`.
    pub fn answer(&self) -> Response {
        let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        ([(header::CONTENT_TYPE, kind)], self.render()).into_response()
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
}

fn describe() {
    metrics::describe_histogram!(OPERATIONS, metrics::Unit::Seconds, "GraphQL operations by their root field");
    metrics::describe_counter!("fonds_graphql_refused_total", "GraphQL requests that were not executed, by code");
    metrics::describe_counter!(DECISIONS, "Decisions of the policy by action; a list counts once");
}

/// One executed operation. `field` has to come from a bounded set: the names that the schema knows.
pub fn operation(field: &str, kind: &str, outcome: &'static str, took: Duration) {
    let labels = [("field", field.to_owned()), ("kind", kind.to_owned()), ("outcome", outcome.to_owned())];
    metrics::histogram!(OPERATIONS, &labels).record(took.as_secs_f64());
}

/// Decisions on an action since the last time. None are told as well, so that a first one is seen as a rise.
fn decided(action: Action, allowed: bool, number: u64) {
    let outcome = if allowed { "allow" } else { "deny" };
    metrics::counter!(DECISIONS, "action" => action.as_str(), "outcome" => outcome).increment(number);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_out_as_text() {
        let recorder = builder().unwrap().build_recorder();
        let metrics = Metrics { handle: recorder.handle(), gauges: Vec::new(), policy: None };
        let text = metrics::with_local_recorder(&recorder, || {
            describe();
            let metrics = metrics.gauge("fonds_pool_idle", "idle connections", || 3.0);
            operation("submitRecord", "mutation", "ok", Duration::from_millis(3));
            decided(Action::SubmitRecord, false, 2);
            metrics.decisions(Arc::new(Policy::builtin().unwrap())).render()
        });
        for line in [
            "# TYPE fonds_graphql_operation_seconds histogram",
            "fonds_graphql_operation_seconds_bucket{field=\"submitRecord\",kind=\"mutation\",outcome=\"ok\",le=\"0.005\"} 1",
            "fonds_graphql_operation_seconds_bucket{field=\"submitRecord\",kind=\"mutation\",outcome=\"ok\",le=\"0.002\"} 0",
            "fonds_decisions_total{action=\"record.submit\",outcome=\"deny\"} 2",
            "fonds_decisions_total{action=\"audit.view\",outcome=\"allow\"} 0",
            "fonds_pool_idle 3",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
