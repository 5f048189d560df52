//! One's own language.

use domain::{Locale, Outcome, account::Account};

use crate::{App, Begun, Caller, Command, Result};

/// Sets it; with or without a post.
pub async fn set_language(cx: &App, caller: &Caller, command: Command, locale: Locale) -> Result<Outcome<Account>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let before = store::account::own(&mut work.tx).await?;
    store::account::set_language(&mut work.tx, locale).await?;
    work.audit(store::audit::Entry {
        action: "account.language",
        object_kind: "account",
        object_id: before.id.to_string(),
        before: Some(before.locale.tag().into()),
        after: Some(locale.tag().into()),
        ..Default::default()
    })
    .await?;
    work.done(Account { locale, ..before }, Vec::new()).await
}
