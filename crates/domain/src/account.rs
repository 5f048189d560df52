//! People who sign in: logins and passwords.

use crate::{Code, Problem};

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

/// A password is 10 to 128 characters and does not contain the login (length first, NIST SP 800-63B §3.1.1).
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
    Ok(())
}

/// Name of a person: 1 to 60 characters on one line.
pub fn parse_person(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Problem::new(Code::Invalid, &["name"], "姓名须为 1 至 60 个字符", "a name is 1 to 60 characters"))
}
