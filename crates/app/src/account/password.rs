//! Passwords: argon2id, two computations at once at the most in the whole process, whatever is asked for.

use std::{sync::LazyLock, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use domain::{Code, Id, Outcome, Problem, account::check_password, id::noun, tenant::TenantId};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{App, Begun, Caller, Chance, Command, Error, Result, Work};

/// Each computation takes 19 MiB and some 30 ms of a core.
static BENCH: Semaphore = Semaphore::const_new(2);
/// Longer than this nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is computed where there is no digest: the same work, in vain.
static NOBODY: LazyLock<String> = LazyLock::new(|| compute(b"nobody at all", &[7; 16]).unwrap_or_default());

/// Is it the password?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is.
    Right,
    /// It is not, or there is none.
    Wrong,
}

fn compute(password: &[u8], salt: &[u8]) -> Option<String> {
    Argon2::default().hash_password_with_salt(password, salt).ok().map(|digest| digest.to_string())
}

/// Runs one computation beside the runtime. It keeps its place even if nobody waits for it any more.
async fn bench<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R> {
    let full = || Error::Unavailable(None);
    let place = tokio::time::timeout(PATIENCE, BENCH.acquire()).await.map_err(|_| full())?.map_err(|_| full())?;
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work()
    });
    done.await.map_err(|error| Error::internal("password", error))
}

/// Compares with a digest: exactly one computation, with or without a digest.
pub(crate) async fn verify(password: &str, digest: Option<&SecretString>) -> Result<Verdict> {
    let password = SecretString::from(password.to_owned());
    let digest = digest.cloned();
    bench(move || {
        let nobody = NOBODY.as_str();
        let against = digest.as_ref().map_or(nobody, |digest| digest.expose_secret());
        let fits = PasswordHash::new(against).is_ok_and(|against| {
            Argon2::default().verify_password(password.expose_secret().as_bytes(), &against).is_ok()
        });
        if fits && digest.is_some() { Verdict::Right } else { Verdict::Wrong }
    })
    .await
}

/// The digest of a new password, an argon2id PHC string; the salt comes from `chance`.
pub async fn digest(chance: &dyn Chance, password: &str) -> Result<SecretString> {
    let mut salt = [0; 16];
    chance.fill(&mut salt);
    let password = SecretString::from(password.to_owned());
    let computed = bench(move || compute(password.expose_secret().as_bytes(), &salt)).await?;
    computed.map(SecretString::from).ok_or_else(|| Error::internal("password", "argon2 gave no digest"))
}

/// What somebody who is in has given as his own password, compared: asked for once more before what guards the account is changed.
#[derive(Debug)]
pub(crate) struct Given {
    tenant: TenantId,
    account: Id<noun::Account>,
    login: String,
    /// The digest that it fits.
    fits: Option<SecretString>,
}

impl Given {
    /// Before anything is begun, so that no connection waits for the computation: what it found counts only if the key is fresh.
    pub(crate) async fn compare(cx: &App, caller: &Caller, password: &str) -> Result<Self> {
        let mut reader = cx.read(caller).await?;
        let (tenant, account) = (reader.actor.tenant, reader.actor.account);
        let own = store::sign_in::own(&mut reader.tx).await?;
        drop(reader);
        let locked = own.locked_until.is_some_and(|until| cx.clock.now() < until);
        let verdict = verify(password, own.password.as_ref()).await?;
        let fits = own.password.filter(|_| !locked && verdict == Verdict::Right);
        Ok(Self { tenant, account, login: own.login, fits })
    }

    /// The digest that it fits; none: it is wrong, or locked.
    pub(crate) const fn fits(&self) -> Option<&SecretString> {
        self.fits.as_ref()
    }

    /// A wrong one counts as at the door; the work is given up.
    pub(crate) async fn refuse(&self, cx: &App, mut work: Work, field: &str) -> Result<Problem> {
        let (now, origin) = (work.now, work.origin.take());
        drop(work);
        store::sign_in::failed(&cx.store, self.tenant, self.account, now, origin.as_deref()).await?;
        Ok(Problem::new(
            Code::Invalid,
            &[field],
            "当前密码不正确，或因多次输错暂时锁定",
            "this is not the present password, or it is locked for a while after too many wrong ones",
        ))
    }
}

/// That it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed;

/// Changes one's own password; the old one is asked for, and wrong ones count as at the door. Every other session ends.
///
/// The command's input must not hold the passwords: what is kept of it is a plain digest.
pub async fn change(cx: &App, caller: &Caller, command: Command, old: &str, new: &str) -> Result<Outcome<Changed>> {
    let given = Given::compare(cx, caller, old).await?;
    let weak = check_password(new, &given.login).err();
    let fresh = if given.fits().is_none() || weak.is_some() { None } else { Some(digest(&*cx.chance, new).await?) };

    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let Some(old) = given.fits() else {
        return Ok(Outcome::Refused(vec![given.refuse(cx, work, "currentPassword").await?]));
    };
    let Some(fresh) = fresh else {
        let problem = weak.map(|problem| Problem { path: vec!["newPassword".to_owned()], ..problem });
        return Ok(Outcome::Refused(problem.into_iter().collect()));
    };
    let session = work.actor.session;
    if !store::sign_in::change(&mut work.tx, old, &fresh, session).await? {
        return Err(Error::Conflict);
    }
    work.audit(store::audit::Entry {
        action: "account.password",
        object_kind: "account",
        object_id: work.actor.account.to_string(),
        ..Default::default()
    })
    .await?;
    work.done(Changed, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_digest_fits_its_password_and_no_other() {
        let digest = SecretString::from(compute("正确的密码一二三".as_bytes(), &[1; 16]).unwrap());
        assert!(digest.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify("正确的密码一二三", Some(&digest)).await.unwrap(), Verdict::Right);
        assert_eq!(verify("错误的密码一二三", Some(&digest)).await.unwrap(), Verdict::Wrong);
        assert_eq!(verify("nobody at all", None).await.unwrap(), Verdict::Wrong, "the dummy opens nothing");
    }
}
