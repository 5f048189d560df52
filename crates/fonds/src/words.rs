//! What a command says to the person at the terminal.

use std::{error::Error, io::Write as _};

use domain::Locale;

use crate::settings;

/// A failure of a command; its text is for the person who ran it.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// A line to standard output. A closed pipe is no failure of ours.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line to standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "fonds: {line}");
}

/// An error with its causes on one line, each once: some texts hold their cause already.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let inner = error.to_string();
        if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        cause = error.source();
    }
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The language of the terminal: what `LC_ALL`, `LC_MESSAGES` or `LANG` name; Chinese where they name nothing.
pub(crate) fn terminal_locale() -> Locale {
    locale_of(
        settings::variable("LC_ALL")
            .or_else(|| settings::variable("LC_MESSAGES"))
            .or_else(|| settings::variable("LANG")),
    )
}

fn locale_of(tag: Option<String>) -> Locale {
    match tag {
        Some(tag) if !tag.starts_with("zh") => Locale::En,
        _ => Locale::Zh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_names_the_language() {
        for (tag, locale) in [("zh_CN.UTF-8", Locale::Zh), ("en_GB.UTF-8", Locale::En), ("C.UTF-8", Locale::En)] {
            assert_eq!(locale_of(Some(tag.to_owned())), locale);
        }
        assert_eq!(locale_of(None), Locale::Zh);
    }
}
