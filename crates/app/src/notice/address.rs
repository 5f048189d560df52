//! The address that one's letters go to: its form, how the trail names it, and its change, for which the password is asked
//! once more. Whoever sits at somebody's open browser leads no letters away unseen: the address of before is told.

use domain::{Code, Problem};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{App, Error, Result, Work, account::Given};

/// Another address, or none.
#[derive(Debug)]
pub(super) struct Change {
    former: Option<SecretString>,
    new: Option<SecretString>,
}

impl Change {
    /// Nothing where it is the one that is there.
    pub(super) fn of(former: Option<SecretString>, new: Option<SecretString>) -> Option<Self> {
        let plain = |one: &Option<SecretString>| one.as_ref().map(|one| one.expose_secret().to_owned());
        let same = plain(&former) == plain(&new);
        (!same).then_some(Self { former, new })
    }

    /// Makes it, with the letter to the address of before and the entry in the trail. Where the password is not the right one it
    /// counts as at the door, and nothing is written: the work is not given back.
    pub(super) async fn make(
        &self,
        cx: &App,
        mut work: Work,
        given: Option<Given>,
    ) -> Result<std::result::Result<Work, Problem>> {
        let Some(given) = given else { return Ok(Err(unasked())) };
        let Some(password) = given.fits() else { return Ok(Err(given.refuse(cx, work, "password").await?)) };
        let (former, new) = (self.former.as_ref(), self.new.as_ref());
        if !store::notice::readdress(&mut work.tx, password, former, new).await? {
            return Err(Error::Conflict);
        }
        let told =
            |address: Option<&SecretString>| address.map(|address| serde_json::json!({ "email": masked(address) }));
        work.audit(store::audit::Entry {
            // Of an address that is the first one nobody is told: there is none before it.
            action: if former.is_some() { "account.readdress" } else { "account.set_address" },
            object_kind: "account",
            object_id: work.actor.account.to_string(),
            before: told(former),
            after: told(new),
            ..Default::default()
        })
        .await?;
        Ok(Ok(work))
    }
}

fn unasked() -> Problem {
    Problem::new(
        Code::Required,
        &["password"],
        "更改邮件地址须输入当前密码",
        "the present password is asked for where the address is changed",
    )
}

/// `c***@example.cn`: enough to know one's own by.
fn masked(address: &SecretString) -> String {
    let (local, host) = address.expose_secret().rsplit_once('@').unwrap_or_default();
    let first = local.chars().next().filter(|first| first.len_utf8() < local.len());
    format!("{}***@{host}", first.map(String::from).unwrap_or_default())
}

/// An address by its form; whether it is read, only a letter shows. Empty: none.
pub(crate) fn parse(text: &SecretString) -> std::result::Result<Option<SecretString>, Problem> {
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
            assert_eq!(parse(&SecretString::from(text)).is_ok(), fits, "{text}");
        }
        assert!(parse(&SecretString::from("  ")).unwrap().is_none());
    }

    #[test]
    fn the_trail_names_an_address_without_giving_it() {
        for (address, said) in [
            ("chen.shi@example.cn", "c***@example.cn"),
            ("陈示一@例子.中国", "陈***@例子.中国"),
            ("c@example.cn", "***@example.cn"),
        ] {
            assert_eq!(masked(&SecretString::from(address)), said);
        }
    }
}
