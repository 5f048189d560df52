//! Accepting an invitation: the account opens with its first password. Nobody has entered yet.

use domain::{Outcome, account::check_password};
use secrecy::ExposeSecret as _;
use store::Entry;

use crate::{App, Error, Result, account::password_digest};

/// Opens the account of an invitation and gives its login. An unknown, expired or used token is not found.
pub async fn accept(cx: &App, token: &str, password: &str, origin: Option<&str>) -> Result<Outcome<String>> {
    let token = Entry::of_token(token).ok_or(Error::NotFound)?;
    let login = store::invitation::login(&cx.store, &token, cx.clock.now()).await?.ok_or(Error::NotFound)?;
    if let Err(problem) = check_password(password, &login) {
        return Ok(Outcome::Refused(vec![problem]));
    }
    let digest = password_digest(&*cx.chance, password).await?;
    if store::invitation::accept(&cx.store, &token, digest.expose_secret(), cx.clock.now(), origin).await? {
        Ok(Outcome::Done(login, Vec::new()))
    } else {
        Err(Error::NotFound)
    }
}
