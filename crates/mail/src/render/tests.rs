use chrono::{DateTime, NaiveDate, Utc};
use domain::Id;
use lettre::Message;
use proptest::prelude::*;

use super::*;
use crate::Reason;

const LOCALES: [Locale; 2] = [Locale::Zh, Locale::En];

fn link(path: &str) -> Url {
    Url::parse("https://dangan.example.cn/").unwrap().join(path).unwrap()
}

fn at() -> DateTime<Utc> {
    "2026-03-02T01:02:03Z".parse().unwrap()
}

fn sender() -> Sender {
    let from = "党组织档案平台 <noreply@dangan.example.cn>";
    let preferences = link("/settings/notices?a=1&b=2");
    Sender::new(from, Some("help@dangan.example.cn"), "dangan.example.cn", Some(preferences)).unwrap()
}

fn reader(name: &str, locale: Locale) -> Reader {
    let account = Id::of(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00aa));
    Reader { account, name: name.to_owned(), address: "reader@example.cn".to_owned(), locale }
}

fn notice(matter: Matter) -> Notice {
    Notice {
        event: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        matter,
        link: link("/records/0190?step=2&x=1"),
        ask: Some("清泉镇党委 王示范".to_owned()),
    }
}

fn step(locale: Locale, title: Option<&str>) -> Step {
    let label = locale.pick("支部党员大会记录", "Minutes of the branch assembly");
    let record =
        Named {
            type_label: label.to_owned(), title: title.map(str::to_owned), org: "中共清泉村支部委员会".to_owned()
        };
    Step { record, at: "中共清泉镇委员会".to_owned() }
}

/// One of every kind.
fn matters(locale: Locale) -> Vec<Matter> {
    let title = Some("关于《清泉村规约》的会议");
    let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let held = || Held {
        role: locale.pick("支部书记", "Branch secretary").to_owned(),
        org: "中共清泉村支部委员会".to_owned(),
        day,
    };
    let why = locale.pick("文件带有密码", "it is protected by a password").to_owned();
    vec![
        Matter::ToReview(step(locale, title)),
        Matter::Returned(step(locale, None)),
        Matter::Final(step(locale, title)),
        Matter::Approved(step(locale, None)),
        Matter::Recalled(step(locale, title)),
        Matter::Overdue { step: step(locale, title), days: 7 },
        Matter::Invitation { org: "中共清泉镇委员会".to_owned(), until: day.and_hms_opt(18, 30, 0).unwrap() },
        Matter::PasswordChanged(day.and_hms_opt(8, 5, 0).unwrap()),
        Matter::AddressChanged(day.and_hms_opt(8, 5, 0).unwrap()),
        Matter::PostGranted(held()),
        Matter::PostEnded(held()),
        Matter::FileRefused { org: "中共清泉村支部委员会".to_owned(), why },
        Matter::FileInfected("中共清泉村支部委员会".to_owned()),
        Matter::AuditHead {
            size: 1024,
            at: day.and_hms_opt(18, 30, 0).unwrap(),
            note: "dangan.example.cn/audit/zj\n1024\nc29tZSByb290\n\n— dangan.example.cn/audit c2lnbmF0dXJl\n"
                .to_owned(),
        },
        Matter::AuditIncident,
        Matter::Trial("中共清泉村支部委员会".to_owned()),
        Matter::ToConfirm(step(locale, title).record),
    ]
}

/// What the reader sees, and the parts that no client shows.
fn opened(message: &Message, page: &page::Page) -> String {
    let raw = String::from_utf8(message.formatted()).unwrap();
    let (headers, _) = raw.split_once("\r\n\r\n").unwrap();
    format!("{}\n\n=== {}\n\n{}\n=== \n{}", headers.replace("\r\n", "\n"), page.subject, page.plain(), html::html(page))
}

#[test]
fn every_kind_reads_in_both_languages() {
    for locale in LOCALES {
        let mut kinds = Vec::new();
        for matter in matters(locale) {
            let kind = matter.kind();
            let notice = notice(matter);
            let reader = reader("陈示一", locale);
            let message = letter(&sender(), &reader, &notice, at()).unwrap();
            let page = page::Page::single(&reader.name, locale, &notice);
            insta::assert_snapshot!(format!("{}.{}", kind.as_str(), locale.tag()), opened(&message, &page));
            kinds.push(kind);
        }
        // All kinds but the digest, which has its own golden file.
        kinds.push(NoticeKind::Digest);
        kinds.sort();
        assert_eq!(kinds, NoticeKind::ALL);
    }
}

#[test]
fn a_digest_names_fifty_and_counts_the_rest() {
    for locale in LOCALES {
        let reader = reader("陈示一", locale);
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00dd);
        let many: Vec<Notice> = matters(locale).into_iter().cycle().take(53).map(notice).collect();
        for (name, notices) in [("digest", &many[..3]), ("digest_of_one", &many[..1])] {
            let message = digest(&sender(), &reader, id, notices, &link("/inbox"), at()).unwrap();
            let page = page::Page::digest(&reader.name, locale, notices, &link("/inbox"));
            insta::assert_snapshot!(format!("{name}.{}", locale.tag()), opened(&message, &page));
        }
        let page = page::Page::digest(&reader.name, locale, &many, &link("/inbox"));
        assert_eq!(page.items.len(), 50);
        assert!(page.rest.unwrap().0.contains('3'), "three more");
        assert!(page.subject.contains("53"));
    }
}

#[test]
fn a_letter_is_the_same_at_every_attempt_but_for_its_date() {
    let (sender, reader) = (sender(), reader("陈示一", Locale::Zh));
    let notice = notice(Matter::ToReview(step(Locale::Zh, Some("会议"))));
    let first = letter(&sender, &reader, &notice, at()).unwrap().formatted();
    assert_eq!(letter(&sender, &reader, &notice, at()).unwrap().formatted(), first);
    let later = letter(&sender, &reader, &notice, at() + chrono::TimeDelta::hours(3)).unwrap().formatted();
    let undated = |raw: &[u8]| {
        let text = String::from_utf8(raw.to_vec()).unwrap();
        text.lines().filter(|line| !line.starts_with("Date:")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_ne!(later, first);
    assert_eq!(undated(&later), undated(&first));
}

#[test]
fn what_guards_an_account_cannot_be_unsubscribed() {
    for matter in matters(Locale::Zh) {
        let kind = matter.kind();
        let message = letter(&sender(), &reader("陈示一", Locale::Zh), &notice(matter), at()).unwrap();
        assert_eq!(message.headers().get_raw("List-Unsubscribe").is_some(), kind.may_wait(), "{}", kind.as_str());
        assert_eq!(message.headers().get_raw("Auto-Submitted"), Some("auto-generated"));
    }
}

#[test]
fn an_address_or_a_setting_that_is_none_is_refused() {
    let notice = notice(Matter::PasswordChanged(at().naive_utc()));
    for address in ["", "陈示一", "a@b@c", "a@example.cn\r\nBcc: b@example.cn", "a@example.cn, b@example.cn", "a b@c"]
    {
        let reader = Reader { address: address.to_owned(), ..reader("陈示一", Locale::Zh) };
        assert_eq!(letter(&sender(), &reader, &notice, at()).unwrap_err(), Reason::Address, "{address}");
    }
    let new = |from, reply_to, host| Sender::new(from, reply_to, host, None).map(|_| ()).unwrap_err();
    assert_eq!(new("nobody", None, "example.cn"), SenderError::From);
    assert_eq!(new("a@example.cn", Some("b"), "example.cn"), SenderError::ReplyTo);
    for host in ["", "a..b", "a>b", "a\r\nb", "党.cn"] {
        assert_eq!(new("a@example.cn", None, host), SenderError::Host, "{host:?}");
    }
}

/// The headers of a letter as a reader's program takes them apart: unfolded, by name.
fn headers(message: &Message) -> Vec<(String, String)> {
    let raw = String::from_utf8(message.formatted()).unwrap();
    let (block, _) = raw.split_once("\r\n\r\n").unwrap();
    let unfolded = block.replace("\r\n ", " ").replace("\r\n\t", " ");
    assert!(!unfolded.replace("\r\n", "").contains(['\r', '\n']), "no bare line breaks");
    unfolded
        .split("\r\n")
        .map(|line| line.split_once(": ").expect("a header has a name"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

const NASTY: [&str; 8] = [
    "王\r\nBcc: victim@example.cn",
    "王\nX-Evil: 1\n\nbody",
    "\r\n\r\n<script>alert(1)</script>",
    "\u{202E}txt.exe\u{2066}",
    "a\u{2028}Subject: b\u{85}c",
    "\"quoted\\\" <evil@example.cn>,",
    "=?utf-8?q?=0D=0ABcc:_x@example.cn?=",
    "</p></body><img src=x onerror='1'>&amp;",
];

fn nasty(text: &str) -> Vec<Matter> {
    let record = || Named { type_label: text.to_owned(), title: Some(text.to_owned()), org: text.to_owned() };
    let step = || Step { record: record(), at: text.to_owned() };
    let day = at().naive_utc();
    let held = || Held { role: text.to_owned(), org: text.to_owned(), day: day.date() };
    vec![
        Matter::ToReview(step()),
        Matter::Returned(step()),
        Matter::Final(step()),
        Matter::Approved(step()),
        Matter::Recalled(step()),
        Matter::Overdue { step: step(), days: 7 },
        Matter::Invitation { org: text.to_owned(), until: day },
        Matter::PostGranted(held()),
        Matter::PostEnded(held()),
        Matter::FileRefused { org: text.to_owned(), why: text.to_owned() },
        Matter::FileInfected(text.to_owned()),
        Matter::Trial(text.to_owned()),
    ]
}

fn is_safe(text: &str) {
    const NAMES: [&str; 11] = [
        "From",
        "To",
        "Date",
        "Message-ID",
        "Subject",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Language",
        "Reply-To",
        "List-Unsubscribe",
        "MIME-Version",
    ];
    for locale in LOCALES {
        for matter in nasty(text) {
            let notice = Notice { ask: Some(text.to_owned()), ..notice(matter) };
            let reader = reader(text, locale);
            let message = letter(&sender(), &reader, &notice, at()).unwrap();
            let mut seen = Vec::new();
            for (name, value) in headers(&message) {
                assert!(NAMES.contains(&name.as_str()) || name == "Content-Type", "{name}: {value}");
                assert!(value.is_ascii() && !seen.contains(&name), "{name} once, in ASCII");
                seen.push(name);
            }
            // Nobody else is written to, whatever stands in a name.
            let envelope = message.envelope();
            assert_eq!(envelope.to().iter().map(ToString::to_string).collect::<Vec<_>>(), ["reader@example.cn"]);
            let page = page::Page::single(&reader.name, locale, &notice);
            let html = html::html(&page);
            for tag in html.split('<').skip(1) {
                let name = tag.trim_start_matches('/').split(['>', ' ', '\n']).next().unwrap();
                let known = ["!DOCTYPE", "html", "head", "meta", "title", "body", "p", "a", "br", "hr", "small"];
                assert!(known.contains(&name), "<{name}> in {html}");
            }
            let hidden = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\r');
            assert!(
                !page.subject.contains('\n') && !format!("{}{}{html}", page.subject, page.plain()).contains(hidden)
            );
        }
    }
}

#[test]
fn nothing_in_a_name_or_title_makes_a_header_a_tag_or_a_turn() {
    for text in NASTY {
        is_safe(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nor_does_anything_else(text in any::<String>(), tail in prop::sample::select(NASTY.to_vec())) {
        is_safe(&format!("{text}{tail}"));
    }
}
