//! The letter as a MIME message. The same notice for the same person is the same letter but for its date, so that a
//! second attempt is known by its `Message-ID`.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use domain::{Id, Locale, id::noun, notice::NoticeKind};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use url::Url;
use uuid::Uuid;

use super::{Notice, html::html, page::Page};
use crate::{Reason, line::Line};

/// Who reads.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The person.
    pub account: Id<noun::Account>,
    /// What the person is called.
    pub name: String,
    /// Where letters go.
    pub address: String,
    /// In which language.
    pub locale: Locale,
}

/// Who writes: the same for all letters.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    host: String,
    preferences: Option<Url>,
}

/// What is wrong with the settings of the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// `from` is no mailbox.
    #[error("from is not of the form `Name <address@host>` or `address@host`")]
    From,
    /// `reply_to` is none.
    #[error("reply_to is not of the form `Name <address@host>` or `address@host`")]
    ReplyTo,
    /// `host` is no name of a host.
    #[error("host is not a name of a host: letters, digits, '-' and '.'")]
    Host,
}

impl Sender {
    /// `host` stands in every `Message-ID` and must not change; `preferences` is where a person says what he wants.
    pub fn new(from: &str, reply_to: Option<&str>, host: &str, preferences: Option<Url>) -> Result<Self, SenderError> {
        let is_host = !host.is_empty()
            && host.len() <= 253
            && host.split('.').all(|label| !label.is_empty() && label.bytes().all(is_of_a_label));
        if !is_host {
            return Err(SenderError::Host);
        }
        let reply_to = reply_to.map(|text| mailbox(text).ok_or(SenderError::ReplyTo)).transpose()?;
        Ok(Self { from: mailbox(from).ok_or(SenderError::From)?, reply_to, host: host.to_owned(), preferences })
    }
}

const fn is_of_a_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn mailbox(text: &str) -> Option<Mailbox> {
    let parsed: Mailbox = text.parse().ok()?;
    Some(Mailbox::new(shown(parsed.name.as_deref().unwrap_or("")), parsed.email))
}

fn shown(name: &str) -> Option<String> {
    let line = Line::of(name);
    (!line.is_empty()).then(|| line.to_string())
}

/// Is it an address that a letter can go to?
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

/// `<event.person@host>`: the same at every attempt, another one for every reader.
pub fn message_id(event: Uuid, account: Id<noun::Account>, host: &str) -> String {
    format!("<{}.{}@{host}>", event.as_hyphenated(), account.uuid().as_hyphenated())
}

/// One notice as a letter.
pub fn letter(sender: &Sender, reader: &Reader, notice: &Notice, at: DateTime<Utc>) -> Result<Message, Reason> {
    let page = Page::single(&reader.name, reader.locale, notice);
    message(sender, reader, notice.event, notice.matter.kind(), &page, at)
}

/// The daily digest: `id` stands for this person's digest of this day, `inbox` leads to everything.
pub fn digest(
    sender: &Sender,
    reader: &Reader,
    id: Uuid,
    notices: &[Notice],
    inbox: &Url,
    at: DateTime<Utc>,
) -> Result<Message, Reason> {
    let page = Page::digest(&reader.name, reader.locale, notices, inbox);
    message(sender, reader, id, NoticeKind::Digest, &page, at)
}

fn message(
    sender: &Sender,
    reader: &Reader,
    event: Uuid,
    kind: NoticeKind,
    page: &Page,
    at: DateTime<Utc>,
) -> Result<Message, Reason> {
    let address: Address = reader.address.parse().map_err(|_| Reason::Address)?;
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(shown(&reader.name), address))
        .date(SystemTime::from(at))
        .message_id(Some(message_id(event, reader.account, &sender.host)))
        .subject(Line::of(&page.subject).as_str())
        // No answering machine is to answer (RFC 3834 §5), nor Exchange, which knows its own header only.
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("X-Auto-Response-Suppress", "All"))
        .raw_header(raw("Content-Language", reader.locale.tag()));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    // Where one can choose not to get it (RFC 2369 §3.2): not for what guards an account or ends a right.
    let can_be_left = kind.may_wait() || kind == NoticeKind::Digest;
    if let Some(preferences) = sender.preferences.as_ref().filter(|_| can_be_left) {
        builder = builder.raw_header(raw("List-Unsubscribe", &format!("<{preferences}>")));
    }
    let parts = MultiPart::alternative()
        .boundary(format!("{}.{}", event.as_simple(), reader.account.uuid().as_simple()))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(page.plain()))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html(page)));
    builder.multipart(parts).map_err(|_| Reason::Address)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
