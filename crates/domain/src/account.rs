//! People who sign in: names, logins, passwords, and whether they are let in.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{Code, Id, Locale, Problem, id::noun, org::words};

/// How long an invitation can be accepted.
pub const INVITED_FOR: TimeDelta = TimeDelta::days(7);

words! {
    /// Is the person let in?
    AccountState {
        /// The invitation is not accepted yet.
        Invited = "invited", "待接受邀请";
        /// May sign in.
        Open = "open", "正常";
        /// Shut out.
        Suspended = "suspended", "停用";
    }
}

/// A person of a tenant, as the whole tenant may know him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who.
    pub id: Id<noun::Account>,
    /// What the person is called.
    pub name: String,
    /// Where the person was invited.
    pub home_org: Id<noun::Org>,
    /// Language of messages.
    pub locale: Locale,
    /// Let in?
    pub state: AccountState,
    /// Since when known.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// Shuts the person out; nobody does so to himself.
    pub fn suspend(self, by: Id<noun::Account>) -> Result<Self, Problem> {
        if self.id == by {
            return Err(Problem::new(
                Code::WrongState,
                &["account"],
                "不能停用自己的账号",
                "nobody suspends his own account",
            ));
        }
        match self.state {
            AccountState::Invited | AccountState::Open => Ok(Self { state: AccountState::Suspended, ..self }),
            AccountState::Suspended => {
                Err(Problem::new(Code::WrongState, &["account"], "该账号已停用", "the account is suspended already"))
            }
        }
    }

    /// Lets a person who was shut out in again: as before, so that an invitation is still to be accepted.
    pub fn reopen(self, has_password: bool) -> Result<Self, Problem> {
        match self.state {
            AccountState::Suspended => {
                let state = if has_password { AccountState::Open } else { AccountState::Invited };
                Ok(Self { state, ..self })
            }
            AccountState::Invited | AccountState::Open => {
                Err(Problem::new(Code::WrongState, &["account"], "该账号未停用", "the account is not suspended"))
            }
        }
    }
}

/// Login of a person: 2 to 64 characters, lower case, letters or digits of any script, `.`, `-`, `_` or `@`.
pub fn parse_login(text: &str) -> Result<String, Problem> {
    let login = text.trim().to_lowercase();
    let fits = (2..=64).contains(&login.chars().count())
        && login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
    if fits {
        return Ok(login);
    }
    Err(Problem::new(
        Code::Invalid,
        &["login"],
        "登录名须为 2 至 64 个字符：文字、数字、“.”“-”“_”“@”",
        "a login is 2 to 64 letters, digits, '.', '-', '_' or '@'",
    ))
}

/// A password is 10 to 128 characters, does not contain the login, and is none of those that are tried first: sequences,
/// repetitions, known passwords (NIST SP 800-63B-4 §3.1.1.2; no rules of composition).
pub fn check_password(password: &str, login: &str) -> Result<(), Problem> {
    let length = password.chars().count();
    if !(10..=128).contains(&length) {
        return Err(Problem::new(
            Code::WeakPassword,
            &["password"],
            "密码须为 10 至 128 个字符",
            "a password is 10 to 128 characters",
        ));
    }
    if !login.is_empty() && password.to_lowercase().contains(&login.to_lowercase()) {
        return Err(Problem::new(
            Code::WeakPassword,
            &["password"],
            "密码不得包含登录名",
            "a password does not contain the login",
        ));
    }
    if zxcvbn::zxcvbn(password, &[login, "fonds"]).score() < zxcvbn::Score::Three {
        return Err(Problem::new(
            Code::WeakPassword,
            &["password"],
            "这个密码太容易猜到（如连续数字、重复字符或常用密码）。请换一个，例如几个互不相干的词连在一起",
            "this password is easily guessed (a sequence, a repetition or a common one): take another, for example \
             several words that have nothing to do with each other",
        ));
    }
    Ok(())
}

/// Name of a person: 1 to 60 characters on one line.
pub fn parse_person(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if let Some(problem) = crate::form::marked(&["name"], name) {
        return Err(problem);
    }
    if (1..=60).contains(&name.chars().count()) && crate::form::is_one_line(name) {
        return Ok(name.to_owned());
    }
    Err(Problem::new(Code::Invalid, &["name"], "姓名须为 1 至 60 个字符", "a name is 1 to 60 characters"))
}

/// What a session or token is called by its owner: 1 to 100 characters on one line.
pub fn parse_label(text: &str) -> Result<String, Problem> {
    let label = text.trim();
    if let Some(problem) = crate::form::marked(&["label"], label) {
        return Err(problem);
    }
    if (1..=100).contains(&label.chars().count()) && crate::form::is_one_line(label) {
        return Ok(label.to_owned());
    }
    Err(Problem::new(Code::Invalid, &["label"], "标签须为 1 至 100 个字符", "a label is 1 to 100 characters"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn account(state: AccountState) -> Account {
        Account {
            id: Id::of(Uuid::from_u128(1)),
            name: "陈示一".to_owned(),
            home_org: Id::of(Uuid::from_u128(2)),
            locale: Locale::Zh,
            state,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn nobody_shuts_himself_out_and_nobody_is_shut_out_twice() {
        let other = Id::of(Uuid::from_u128(9));
        assert!(account(AccountState::Open).suspend(Id::of(Uuid::from_u128(1))).is_err());
        assert_eq!(account(AccountState::Open).suspend(other).unwrap().state, AccountState::Suspended);
        assert_eq!(account(AccountState::Invited).suspend(other).unwrap().state, AccountState::Suspended);
        assert!(account(AccountState::Suspended).suspend(other).is_err());
    }

    #[test]
    fn whoever_never_had_a_password_comes_back_as_invited() {
        assert_eq!(account(AccountState::Suspended).reopen(true).unwrap().state, AccountState::Open);
        assert_eq!(account(AccountState::Suspended).reopen(false).unwrap().state, AccountState::Invited);
        assert!(account(AccountState::Open).reopen(true).is_err());
    }

    #[test]
    fn a_login_is_folded_and_a_password_is_long_and_not_the_login() {
        assert_eq!(parse_login(" Chen.GP ").unwrap(), "chen.gp");
        assert_eq!(parse_login("陈示一").unwrap(), "陈示一");
        for wrong in ["", "x", "a b", "a\nb", "a'b", &"x".repeat(65)] {
            assert!(parse_login(wrong).is_err(), "{wrong:?}");
        }
        assert!(check_password("九个字符的密码呀呀", "chen").is_err());
        assert!(check_password("十个字符的密码呀呀呀", "chen").is_ok());
        assert!(check_password("my-CHEN-password", "chen").is_err());
        assert!(check_password(&"长".repeat(129), "chen").is_err());
        for guessed in ["1234567890", "aaaaaaaaaaaa", "password123", "qwertyuiop", "Fonds2026!"] {
            assert!(check_password(guessed, "chen").is_err(), "{guessed}");
        }
        assert!(check_password("correct-horse-battery", "chen").is_ok());
    }

    #[test]
    fn a_name_that_others_read_carries_no_state_secret_mark() {
        assert!(parse_person("陈新一【机密】").is_err() && parse_label("机密★10年").is_err());
        assert!(crate::org::parse_name("【绝密】专班党支部").is_err());
        assert!(crate::org::parse_text("reason", 500, Some("机密★10年".to_owned())).is_err());
        assert!(parse_person("陈新一").is_ok() && crate::org::parse_name("保密局机关党支部").is_ok());
    }
}
