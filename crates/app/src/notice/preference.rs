//! What one wishes to be told of, and how; and the address that letters go to.

use chrono::NaiveTime;
use domain::{
    Code, Outcome, Problem,
    notice::{Channel, Choice, NoticeKind, Preferences, QuietHours},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::{App, Begun, Caller, Command, Reader, Result};

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

/// Writes them whole. The trail keeps the wishes, and whether there is an address.
pub async fn set_preferences(
    cx: &App,
    caller: &Caller,
    command: Command,
    asked: Asked,
) -> Result<Outcome<Preferences>> {
    let mut work = match cx.begin::<Kept>(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(bare(outcome)),
    };
    let mut problems = Vec::new();
    if asked.choices.len() > MOST {
        let (zh, en) = (format!("最多 {MOST} 项"), format!("{MOST} at the most"));
        problems.push(Problem::new(Code::TooMany, &["choices"], zh, en));
    }
    let email = asked.email.as_ref().map(address).transpose();
    let email = email.map_err(|problem| problems.push(problem)).ok().flatten();
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let new = Preferences { choices: asked.choices, digest_at: asked.digest_at, quiet: asked.quiet };
    let before = store::notice::preferences(&mut work.tx).await?;
    store::notice::set_preferences(&mut work.tx, &new).await?;
    if let Some(email) = &email {
        store::notice::set_address(&mut work.tx, email.as_ref()).await?;
    }
    let readdressed = email.is_some();
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

/// An address by its form; whether it is read, only a letter shows. Empty: none.
pub(crate) fn address(text: &SecretString) -> std::result::Result<Option<SecretString>, Problem> {
    let address = text.expose_secret().trim();
    if address.is_empty() {
        return Ok(None);
    }
    let plain = |text: &str| {
        !text.is_empty() && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "<>(),;:\"\\[]".contains(c))
    };
    let fits = address.len() <= 254
        && address.rsplit_once('@').is_some_and(|(local, host)| {
            plain(local)
                && !local.contains('@')
                && local.len() <= 64
                && plain(host)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if fits {
        return Ok(Some(SecretString::from(address)));
    }
    Err(Problem::new(
        Code::Invalid,
        &["email"],
        "电子邮件地址格式不正确，应如 name@example.cn",
        "this is no mail address; it is of the form name@example.cn",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_form() {
        for (text, fits) in [
            ("chen@example.cn", true),
            (" chen.shi+dang@mail.example.cn ", true),
            ("陈示一@例子.中国", true),
            ("chen", false),
            ("chen@localhost", false),
            ("a@b@example.cn", false),
            ("chen@example.cn\r\nBcc: x@example.cn", false),
            ("陈 <chen@example.cn>", false),
            ("@example.cn", false),
        ] {
            assert_eq!(address(&SecretString::from(text)).is_ok(), fits, "{text}");
        }
        assert!(address(&SecretString::from("  ")).unwrap().is_none());
    }
}
