//! What files a tenant takes: its system administrator says.

use domain::{Outcome, file::check_rules, tenant::FileRules};

use super::settings::permitted;
use crate::{App, Begun, Caller, Command, Result};

/// Writes the rules whole. What was kept stays kept; what is being examined is judged by the rules of then.
pub async fn update_file_rules(
    cx: &App,
    who: &Caller,
    command: Command,
    rules: FileRules,
) -> Result<Outcome<FileRules>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permitted(&work)?;
    let problems = check_rules(&rules);
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let before = store::tenant::own(&mut work.tx).await?;
    let mut settings = before.settings;
    let old = std::mem::replace(&mut settings.files, rules.clone());
    store::tenant::set_settings(&mut work.tx, may, &settings).await?;
    work.audit(store::audit::Entry {
        action: "tenant.files",
        object_kind: "tenant",
        object_id: before.key.as_str().to_owned(),
        before: Some(serde_json::json!(old)),
        after: Some(serde_json::json!(rules)),
        ..store::audit::Entry::default()
    })
    .await?;
    work.done(rules, Vec::new()).await
}
