//! Accounts with a post.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use app::{App, account::password_digest, session::Token};
use authz::RoleName;
use chrono::TimeDelta;
use clap::Args;
use domain::{
    Locale,
    account::{check_password, parse_login},
    post::Term,
};
use secrecy::{ExposeSecret as _, SecretString};
use store::{Owner, owner_people};

use super::{key, refused};
use crate::words::{Failure, say};

#[derive(Debug, Args)]
pub(crate) struct NewAccount {
    /// The tenant.
    #[arg(long, value_name = "KEY")]
    tenant: String,
    /// What the person signs in with.
    #[arg(long)]
    login: String,
    /// What the person is called.
    #[arg(long)]
    name: String,
    /// Code of the organisation at which the post is held.
    #[arg(long, value_name = "CODE")]
    org: String,
    /// The role, e.g. `security_admin`.
    #[arg(long)]
    role: String,
    /// A file that holds the password, `-` for standard input. Without one nobody signs in: give a token.
    #[arg(long, value_name = "FILE", required_unless_present = "token")]
    password_file: Option<PathBuf>,
    /// Makes a token of this name for a program, and prints it once.
    #[arg(long, value_name = "LABEL")]
    token: Option<String>,
    /// Days until the token ends.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
    /// The token may ask for the schema.
    #[arg(long)]
    introspect: bool,
}

pub(super) async fn create(cx: &App, owner: &Owner, new: NewAccount) -> Result<(), Failure> {
    let tenant_key = key(&new.tenant)?;
    let tenant = owner.tenant(&tenant_key).await?.ok_or_else(|| format!("there is no tenant {}", new.tenant))?;
    let org =
        owner.org(tenant, &new.org).await?.ok_or_else(|| format!("there is no organisation of code {}", new.org))?;
    let role = RoleName::parse(&new.role).ok_or_else(|| format!("{} is not the name of a role", new.role))?;
    // Before anything is written: an account without its post would hold the login.
    let roles = owner.roles(tenant).await?;
    if !roles.iter().any(|known| known == role.as_str()) {
        return Err(format!("the tenant has no role {role}; it has {}", roles.join(", ")).into());
    }
    let login = parse_login(&new.login).map_err(|problem| refused(&[problem]))?;
    let password = match &new.password_file {
        Some(file) => Some(password(cx, file, &login).await?),
        None => None,
    };
    let (now, id) = (cx.clock.now(), cx.id());
    let person = owner_people::Person {
        id,
        login: &login,
        name: &new.name,
        home_org: org,
        locale: Locale::Zh,
        password: password.as_ref().map(SecretString::expose_secret),
    };
    owner.create_account(tenant, &person, now).await.map_err(|error| explained(error, &new))?;
    let post = owner.create_post(tenant, cx.id(), id, org, &role, Term { from: now, to: None });
    post.await.map_err(|error| explained(error, &new))?;
    say(&format!("{id} holds {role} at {org}"));
    if let Some(label) = &new.token {
        let token = Token::mint(cx, &tenant_key)?;
        let written = owner_people::Token {
            id: cx.id(),
            account: id,
            token: token.entry(),
            label,
            introspect: new.introspect,
            expires_at: now + TimeDelta::days(i64::from(new.days)),
        };
        owner.create_token(tenant, &written, now).await?;
        say(&format!("token, shown this once: {}", token.reveal()));
    }
    Ok(())
}

/// A constraint that does not hold, in words.
fn explained(error: store::Error, new: &NewAccount) -> Failure {
    match &error {
        store::Error::Constraint(name) if name.starts_with("credential_tenant_id_login") => {
            format!("the login {} is taken", new.login).into()
        }
        _ => error.into(),
    }
}

/// Reads a password, checks it, and gives its digest.
async fn password(cx: &App, file: &Path, login: &str) -> Result<SecretString, Failure> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let password = text.trim_end_matches(['\r', '\n']);
    check_password(password, login).map_err(|problem| refused(&[problem]))?;
    Ok(password_digest(cx.chance.as_ref(), password).await?)
}
