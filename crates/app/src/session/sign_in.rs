//! Signing in. Unknown tenant, unknown login, wrong password and locked account take the same answer and the same time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Code, Id, Problem, account::parse_login, id::noun, tenant::TenantKey};
use store::sign_in::{Begin, Candidate};
use tokio::time::{Instant, sleep_until};

use crate::{
    App, Error, Result,
    account::{Verdict, verify},
    session::Token,
};

/// How long a session of a browser lives.
const BROWSER: TimeDelta = TimeDelta::hours(12);
/// A refusal is never given sooner: what was written or looked up on the way to it does not show.
const REFUSED_AFTER: Duration = Duration::from_millis(250);
/// More than this is no password.
const LONGEST: usize = 1024;

/// A session that has begun.
#[derive(Debug)]
pub struct SignedIn {
    /// What the browser keeps.
    pub token: Token,
    /// The session.
    pub session: Id<noun::Session>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Who.
    pub account: Id<noun::Account>,
    /// What the person is called.
    pub name: String,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefusal {
    /// Anything that the asker did wrong; which of it, is not told.
    #[error("sign-in refused")]
    Refused,
    /// A part of the system is away, or a defect.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl SignInRefusal {
    /// The one sentence of every refusal.
    pub fn problem() -> Problem {
        Problem::new(
            Code::Invalid,
            &["password"],
            "登录失败：单位、登录名或密码不正确；多次输错后会暂时锁定，请稍后再试",
            "sign-in refused: tenant, login or password is wrong; after several wrong ones it is locked for a while",
        )
    }
}

/// Begins a session of a browser. `label` is what the person will see in the list of sessions; `origin` the address.
pub async fn sign_in(
    cx: &App,
    tenant: &str,
    login: &str,
    password: &str,
    label: &str,
    origin: Option<&str>,
) -> Result<SignedIn, SignInRefusal> {
    let asked = Instant::now();
    let answer = attempt(cx, tenant, login, password, label, origin).await;
    if let Ok(None) = answer {
        sleep_until(asked + REFUSED_AFTER).await;
    }
    answer?.ok_or(SignInRefusal::Refused)
}

async fn attempt(
    cx: &App,
    tenant: &str,
    login: &str,
    password: &str,
    label: &str,
    origin: Option<&str>,
) -> Result<Option<SignedIn>> {
    let fits = password.len() <= LONGEST;
    let candidate = candidate(cx, tenant, login).await?.filter(|_| fits);
    let digest = candidate.as_ref().map(|candidate| &candidate.password);
    let verdict = verify(if fits { password } else { "" }, digest).await?;
    let Some(candidate) = candidate else { return Ok(None) };
    let now = cx.clock.now();
    if candidate.locked_until.is_some_and(|until| now < until) {
        return Ok(None);
    }
    if verdict == Verdict::Wrong {
        store::sign_in::failed(&cx.store, candidate.tenant, candidate.account, now, origin).await?;
        return Ok(None);
    }
    let Some(tenant) = TenantKey::parse(tenant) else { return Ok(None) };
    let token = Token::mint(cx, &tenant)?;
    let (id, expires_at, label) = (cx.id(), now + BROWSER, tidy(label));
    let session = Begin { id, token: token.entry(), label: &label, at: now, expires_at, origin };
    let begun = store::sign_in::begin(&cx.store, &candidate, session).await?;
    let Candidate { account, name, .. } = candidate;
    Ok(begun.then_some(SignedIn { token, session: id, expires_at, account, name }))
}

async fn candidate(cx: &App, tenant: &str, login: &str) -> Result<Option<Candidate>> {
    let (Some(tenant), Ok(login)) = (TenantKey::parse(tenant), parse_login(login)) else { return Ok(None) };
    Ok(store::sign_in::candidate(&cx.store, &tenant, &login).await?)
}

/// What a browser says of itself, made fit to be shown.
fn tidy(label: &str) -> String {
    let label: String = label.chars().filter(|c| !c.is_control()).take(100).collect();
    if label.trim().is_empty() { "浏览器".to_owned() } else { label.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn a_label_is_short_and_on_one_line() {
        assert_eq!(tidy("Firefox\r\nX: y"), "FirefoxX: y");
        assert_eq!(tidy(" \t"), "浏览器");
        assert_eq!(tidy(&"长".repeat(500)).chars().count(), 100);
    }
}
