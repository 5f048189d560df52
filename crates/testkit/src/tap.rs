//! What the application says to its database: every statement, and where it is asked for, how the database went about it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

use crate::TestApp;

/// Where the driver tells of statements, and of what the database remarks.
const STATEMENT: &str = "sqlx::query";
const REMARK: &str = "sqlx::postgres::notice";

/// From the next connection on, the application's role is told the plan of every statement as it was carried out, of those
/// inside functions too.
const TELL_PLANS: &str = "DO $$
    DECLARE setting text;
    BEGIN
      FOREACH setting IN ARRAY ARRAY['session_preload_libraries = auto_explain', 'auto_explain.log_min_duration = 0',
          'auto_explain.log_analyze = on', 'auto_explain.log_timing = off', 'auto_explain.log_format = json',
          'auto_explain.log_nested_statements = on', 'auto_explain.log_level = notice'] LOOP
        EXECUTE format('ALTER ROLE fonds_app IN DATABASE %I SET ', current_database()) || setting;
      END LOOP;
    END $$";

const FOR_VALUES: &str = "DO $$ BEGIN
    EXECUTE format('ALTER ROLE fonds_app IN DATABASE %I SET plan_cache_mode = force_custom_plan', current_database()); END $$";
const FOR_ANY: &str = "DO $$ BEGIN
    EXECUTE format('ALTER ROLE fonds_app IN DATABASE %I SET plan_cache_mode = force_generic_plan', current_database()); END $$";

/// Which plan of a prepared statement the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// Made for the values at hand, as in the first five executions of a connection.
    ForValues,
    /// Made once for all values, as the server may do from the sixth execution on.
    ForAny,
}

/// A statement and how many rows it gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text.
    pub text: String,
    /// Rows given back.
    pub rows: u64,
}

#[derive(Debug, Default)]
struct Heard {
    statements: Vec<Statement>,
    plans: Vec<Value>,
}

/// Listens in this thread until it is dropped: in a test of one thread to everything of it.
pub struct Tap {
    heard: Arc<Mutex<Heard>>,
    _listening: DefaultGuard,
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tap").field(&self.heard).finish()
    }
}

impl Tap {
    /// Begins to listen.
    pub fn begin() -> Self {
        let heard = Arc::default();
        let listening = tracing_subscriber::registry().with(Ear(Arc::clone(&heard)));
        Self { heard, _listening: tracing::subscriber::set_default(listening) }
    }

    /// Takes the statements heard so far; without what the pool says by itself to clean a connection.
    pub fn statements(&self) -> Vec<Statement> {
        let mut all = std::mem::take(&mut lock(&self.heard).statements);
        all.retain(|statement| !statement.text.starts_with("ROLLBACK"));
        all
    }

    /// Takes the plans heard so far: see [`TestApp::tell_plans`].
    pub fn plans(&self) -> Vec<Value> {
        std::mem::take(&mut lock(&self.heard).plans)
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TestApp {
    /// Starts the application anew, with connections on which the database tells every plan, and takes only those.
    pub async fn tell_plans(&mut self, planned: Planned) {
        crate::sql(&self.owner, TELL_PLANS).await;
        let choice = match planned {
            Planned::ForValues => FOR_VALUES,
            Planned::ForAny => FOR_ANY,
        };
        crate::sql(&self.owner, choice).await;
        self.restart().await;
    }
}

/// The listening side.
struct Ear(Arc<Mutex<Heard>>);

impl<S: Subscriber> Layer<S> for Ear {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        [STATEMENT, REMARK].contains(&metadata.target())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let mut heard = lock(&self.0);
        if event.metadata().target() == STATEMENT {
            let text = if words.whole.is_empty() { words.summary } else { words.whole };
            heard.statements.push(Statement { text: text.trim().to_owned(), rows: words.rows });
        } else if let Some(at) = words.message.find("plan:\n") {
            let plan = serde_json::from_str(&words.message[at + "plan:\n".len()..]);
            heard.plans.push(plan.expect("a plan in JSON"));
        }
    }
}

/// The fields of an event that are of interest.
#[derive(Debug, Default)]
struct Words {
    summary: String,
    whole: String,
    message: String,
    rows: u64,
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            "message" => value.clone_into(&mut self.message),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}
