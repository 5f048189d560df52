//! A letter before it is plain text or HTML: greeting, items, what stands below.

use domain::Locale;
use url::Url;

use super::{Notice, Words};
use crate::line::Line;

/// Notices that a digest names; the rest is counted.
const LISTED: usize = 50;

/// The parts of a letter.
pub(super) struct Page {
    pub(super) locale: Locale,
    pub(super) subject: String,
    pub(super) greeting: String,
    /// Before a list.
    pub(super) intro: Option<String>,
    /// What has happened, each with its link.
    pub(super) items: Vec<(String, Url)>,
    /// To be kept letter by letter.
    pub(super) verbatim: Option<String>,
    /// After a list: how many more, and where all of them are.
    pub(super) rest: Option<(String, Url)>,
    pub(super) ask: Option<String>,
    pub(super) below: Vec<&'static str>,
}

impl Page {
    /// One notice.
    pub(super) fn single(name: &str, locale: Locale, notice: &Notice) -> Self {
        let Words { subject, sentence, ask } = notice.words(locale);
        Self {
            locale,
            subject,
            greeting: greeting(name, locale),
            intro: None,
            items: vec![(sentence, notice.link.clone())],
            verbatim: notice.verbatim(),
            rest: None,
            ask,
            below: below(locale),
        }
    }

    /// Many, oldest first; `inbox` leads to all of them.
    pub(super) fn digest(name: &str, locale: Locale, notices: &[Notice], inbox: &Url) -> Self {
        let count = notices.len();
        let listed = notices.iter().take(LISTED);
        let more = count.saturating_sub(LISTED);
        let (subject, intro) = match locale {
            Locale::Zh => (format!("每日汇总：{count}条消息"), format!("上次汇总以来，您有{count}条消息：")),
            Locale::En if count == 1 => {
                ("Daily digest: 1 notice".to_owned(), "Since the last digest there is 1 notice for you:".to_owned())
            }
            Locale::En => (
                format!("Daily digest: {count} notices"),
                format!("Since the last digest there are {count} notices for you:"),
            ),
        };
        let rest = match locale {
            Locale::Zh if more > 0 => format!("另有{more}条，请在平台上查看全部消息。"),
            Locale::En if more > 0 => format!("{more} more: read them all on the platform."),
            Locale::Zh => "在平台上查看全部消息。".to_owned(),
            Locale::En => "Read them all on the platform.".to_owned(),
        };
        Self {
            locale,
            subject,
            greeting: greeting(name, locale),
            intro: Some(intro),
            items: listed.map(|notice| (notice.words(locale).sentence, notice.link.clone())).collect(),
            verbatim: None,
            rest: Some((rest, inbox.clone())),
            ask: None,
            below: below(locale),
        }
    }

    /// The letter without any mark-up.
    pub(super) fn plain(&self) -> String {
        let mut paragraphs = vec![self.greeting.clone()];
        paragraphs.extend(self.intro.clone());
        for (index, (sentence, link)) in self.items.iter().enumerate() {
            paragraphs.push(match self.intro {
                Some(_) => format!("{}. {sentence}\n   {link}", index + 1),
                None => format!("{sentence}\n{link}"),
            });
        }
        paragraphs.extend(self.verbatim.clone());
        paragraphs.extend(self.rest.as_ref().map(|(sentence, link)| format!("{sentence}\n{link}")));
        paragraphs.extend(self.ask.clone());
        // The usual mark of what stands below a letter (RFC 3676 §4.3).
        paragraphs.push(format!("-- \n{}\n", self.below.join("\n")));
        paragraphs.join("\n\n")
    }
}

fn greeting(name: &str, locale: Locale) -> String {
    let name = Line::of(name);
    match locale {
        Locale::Zh => format!("{name}同志："),
        Locale::En => format!("Dear {name},"),
    }
}

fn below(locale: Locale) -> Vec<&'static str> {
    match locale {
        Locale::Zh => vec!["本邮件由系统自动发出。", "邮件中不含材料内容；打开链接后，按您当时的权限显示。"],
        Locale::En => {
            vec!["This message was sent automatically.", "It holds no content; the link shows what you may see then."]
        }
    }
}
