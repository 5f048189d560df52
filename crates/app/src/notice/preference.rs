//! What one wishes to be told of, and how; and the address that letters go to.

use chrono::NaiveTime;
use domain::{
    Code, Outcome, Problem,
    notice::{Channel, Choice, NoticeKind, Preferences, QuietHours},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::address::{self, Change};
use crate::{App, Begun, Caller, Command, Reader, Result, account::Given};

/// Choices that one may make at the most: one for each kind and channel.
const MOST: usize = NoticeKind::ALL.len() * Channel::ALL.len();

/// Wishes and address.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Wishes.
    pub preferences: Preferences,
    /// Where letters go; none: no letters.
    pub email: Option<SecretString>,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What differs from the defaults.
    pub choices: Vec<Choice>,
    /// When the daily digest is sent.
    pub digest_at: NaiveTime,
    /// When nothing is sent.
    pub quiet: Option<QuietHours>,
    /// Where letters go; none: as before. Empty: nowhere.
    pub email: Option<SecretString>,
    /// One's own password, for another address.
    pub password: Option<SecretString>,
}

/// What is kept of the answer: not the address.
#[derive(Serialize, Deserialize)]
struct Kept(Preferences);

/// One's own.
pub async fn preferences(reader: &mut Reader) -> Result<Settings> {
    let preferences = store::notice::preferences(&mut reader.tx).await?;
    let email = store::notice::address(&mut reader.tx).await?;
    Ok(Settings { preferences, email })
}

/// Writes them whole. The trail keeps the wishes; another address is an entry of its own. For it the password is asked, and the
/// command's input must not hold that: what is kept of it is a plain digest.
pub async fn set_preferences(
    cx: &App,
    caller: &Caller,
    command: Command,
    asked: Asked,
) -> Result<Outcome<Preferences>> {
    // Before anything is begun: no connection waits for the computation.
    let given = match asked.password.as_ref().map(ExposeSecret::expose_secret) {
        Some(password) if asked.email.is_some() && !password.is_empty() => {
            Some(Given::compare(cx, caller, password).await?)
        }
        Some(_) | None => None,
    };
    let mut work = match cx.begin::<Kept>(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(bare(outcome)),
    };
    let email = match check(&asked) {
        Ok(email) => email,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    let mut readdressed = false;
    if asked.email.is_some() {
        let former = store::notice::address(&mut work.tx).await?;
        if let Some(change) = Change::of(former, email) {
            work = match change.make(cx, work, given).await? {
                Ok(work) => work,
                Err(problem) => return Ok(Outcome::Refused(vec![problem])),
            };
            readdressed = true;
        }
    }
    let new = Preferences { choices: asked.choices, digest_at: asked.digest_at, quiet: asked.quiet };
    let before = store::notice::preferences(&mut work.tx).await?;
    store::notice::set_preferences(&mut work.tx, &new).await?;
    work.audit(store::audit::Entry {
        action: "account.notices",
        object_kind: "account",
        object_id: work.actor.account.to_string(),
        before: Some(serde_json::json!(before)),
        after: Some(serde_json::json!({ "preferences": new, "readdressed": readdressed })),
        ..Default::default()
    })
    .await?;
    let unheeded = unheeded(&new);
    Ok(bare(work.done(Kept(new), unheeded).await?))
}

/// The address that is asked for, or none; or everything that is wrong.
fn check(asked: &Asked) -> std::result::Result<Option<SecretString>, Vec<Problem>> {
    let mut problems = Vec::new();
    if asked.choices.len() > MOST {
        let (zh, en) = (format!("最多 {MOST} 项"), format!("{MOST} at the most"));
        problems.push(Problem::new(Code::TooMany, &["choices"], zh, en));
    }
    let email = asked.email.as_ref().map_or(Ok(None), address::parse);
    let email = email.map_err(|problem| problems.push(problem)).ok().flatten();
    if problems.is_empty() { Ok(email) } else { Err(problems) }
}

/// Choices that change nothing, each with what is done instead: of two for the same kind and channel the last one counts.
fn unheeded(asked: &Preferences) -> Vec<Problem> {
    let of = |choice: &Choice| (choice.kind, choice.channel);
    let heeded = |n: usize, choice: &Choice| {
        let last = asked.choices.iter().rposition(|other| of(other) == of(choice));
        last == Some(n) && asked.wish(choice.kind, choice.channel) == choice.wish
    };
    let told = |(n, choice): (usize, &Choice)| {
        let kind = choice.kind.zh();
        Problem::new(
            Code::Invalid,
            &["choices", &n.to_string()],
            format!("“{kind}”不能这样设置，此项未生效"),
            "this kind cannot be told so on this channel, or is chosen twice: the choice has no effect",
        )
    };
    let choices = asked.choices.iter().enumerate();
    choices.filter(|&(n, choice)| !heeded(n, choice)).map(told).collect()
}

fn bare(outcome: Outcome<Kept>) -> Outcome<Preferences> {
    match outcome {
        Outcome::Done(Kept(preferences), warnings) => Outcome::Done(preferences, warnings),
        Outcome::Refused(problems) => Outcome::Refused(problems),
    }
}
