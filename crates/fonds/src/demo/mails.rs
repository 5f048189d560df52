//! The mail server of the demo: it keeps what it is given in a folder, and shows it on a page, both on this machine alone.

use std::{
    fmt::Write as _,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    extract::{Path as Segment, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use chrono::DateTime;
use chrono_tz::Asia::Shanghai;
use mail::{
    sink::{self, Faults},
    smtp::Mode,
};
use mail_parser::{Message, MessageParser};
use tokio::net::TcpListener;

use crate::{running::Running, settings::Settings, words::Failure};

/// Letters that the page lists.
const LISTED: usize = 200;
const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}td{border-top:1px solid #ccc;padding:.3rem .6rem}pre{white-space:pre-wrap}";

/// Begins to catch letters in `dir/mails`, and has the settings send them there. Gives where they are shown.
pub(super) async fn begin(settings: &mut Settings, dir: &Path, running: &Running) -> Result<SocketAddr, Failure> {
    let folder = dir.join("mails");
    let keep = sink::into_folder(&folder)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    running.spawn(sink::serve(listener, keep, Faults::default(), running.stop.clone()));
    let mail = &mut settings.mail;
    mail.host = Some(address.ip().to_string());
    mail.port = Some(address.port());
    mail.mode = Mode::Plain;
    mail.from = Some("党组织档案平台（示例） <noreply@fonds.example.cn>".to_owned());
    let router = Router::new().route("/", get(list)).route("/{name}", get(show)).route("/{name}/html", get(html));
    running.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), router.with_state(Arc::new(folder))).await
}

/// The newest first; it looks for new ones by itself.
async fn list(State(folder): State<Arc<PathBuf>>) -> Response {
    let mut names = names(&folder).await;
    names.sort_unstable_by(|one, other| other.cmp(one));
    let mut rows = String::new();
    for name in names.iter().take(LISTED) {
        let Some(eml) = eml(&folder, name).await else { continue };
        let Some(letter) = MessageParser::default().parse(&eml) else { continue };
        let Head { to, subject, date, .. } = head(&letter);
        let _ = write!(rows, "<tr><td>{date}<td>{to}<td><a href=\"/{name}\">{subject}</a>");
    }
    let told = match names.len() {
        0 => "<p>还没有邮件。每 10 秒刷新一次。".to_owned(),
        count if count > LISTED => format!("<p>只列出最近 {LISTED} 封。每 10 秒刷新一次。"),
        _ => "<p>新的在前，每 10 秒刷新一次。".to_owned(),
    };
    let refresh = "<meta http-equiv=\"refresh\" content=\"10\">";
    page(&format!(
        "{refresh}<h1>示例邮件：{} 封</h1>{told}<table><tr><th>时间（北京）<th>收件人<th>主题{rows}</table>",
        names.len()
    ))
}

/// A letter as plain text, with what programs go by.
async fn show(State(folder): State<Arc<PathBuf>>, Segment(name): Segment<String>) -> Response {
    let Some(eml) = eml(&folder, &name).await else { return StatusCode::NOT_FOUND.into_response() };
    let Some(letter) = MessageParser::default().parse(&eml) else { return StatusCode::NOT_FOUND.into_response() };
    let Head { from, to, subject, date, id } = head(&letter);
    let text = escaped(&letter.body_text(0).unwrap_or_default());
    page(&format!(
        "<p><a href=\"/\">全部</a> · <a href=\"/{name}/html\">HTML 版</a><h1>{subject}</h1>\
         <p>发件人：{from}<br>收件人：{to}<br>时间（北京）：{date}<br>Message-ID：&lt;{id}&gt;<pre>{text}</pre>"
    ))
}

/// The same as HTML, just as it was sent.
async fn html(State(folder): State<Arc<PathBuf>>, Segment(name): Segment<String>) -> Response {
    let Some(eml) = eml(&folder, &name).await else { return StatusCode::NOT_FOUND.into_response() };
    let letter = MessageParser::default().parse(&eml);
    match letter.as_ref().and_then(|letter| letter.body_html(0)) {
        Some(html) => closed(html.into_owned()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A letter by its number; nothing else of this machine.
async fn eml(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let known = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    if known { tokio::fs::read(folder.join(format!("{name}.eml"))).await.ok() } else { None }
}

async fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return names };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let name = entry.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".eml").map(str::to_owned));
    }
    names
}

/// What stands above a letter, escaped.
struct Head {
    from: String,
    to: String,
    subject: String,
    date: String,
    id: String,
}

fn head(letter: &Message<'_>) -> Head {
    let first = |address: Option<&mail_parser::Address<'_>>| {
        escaped(address.and_then(|one| one.first()).and_then(|one| one.address()).unwrap_or_default())
    };
    let at = letter.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0));
    let date = at.map(|at| at.with_timezone(&Shanghai).format("%Y-%m-%d %H:%M:%S").to_string());
    Head {
        from: first(letter.from()),
        to: first(letter.to()),
        subject: escaped(letter.subject().unwrap_or_default()),
        date: date.unwrap_or_default(),
        id: escaped(letter.message_id().unwrap_or_default()),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(body: &str) -> Response {
    closed(format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>示例邮件</title><style>{STYLE}</style>{body}"
    ))
}

/// A page that neither runs nor fetches anything.
fn closed(html: String) -> Response {
    let mut response = Html(html).into_response();
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'none'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "From: noreply@fonds.example.cn\r\nTo: chen@example.cn\r\nDate: Mon, 2 Mar 2026 01:02:03 +0000\r\n\
        Subject: =?utf-8?B?5b6F5a6h5qC477yaPGI+?=\r\nMessage-ID: <one.two@fonds.example.cn>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 8bit\r\n\r\n正文 <script>\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\
        Content-Transfer-Encoding: 8bit\r\n\r\n<p>正文</p>\r\n--x--\r\n";

    async fn text(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn letters_are_listed_newest_first_and_shown_as_they_are() {
        let folder = Arc::new(std::env::temp_dir().join(format!("fonds-mails-{}", std::process::id())));
        std::fs::create_dir_all(&*folder).unwrap();
        let at = || State(Arc::clone(&folder));
        assert!(text(list(at()).await).await.contains("还没有邮件"));
        std::fs::write(folder.join("000001.eml"), LETTER).unwrap();
        std::fs::write(folder.join("000002.eml"), LETTER.replace("chen@", "wang@")).unwrap();
        let listed = text(list(at()).await).await;
        assert!(listed.find("wang@example.cn").unwrap() < listed.find("chen@example.cn").unwrap(), "{listed}");
        let row = "<tr><td>2026-03-02 09:02:03<td>chen@example.cn<td><a href=\"/000001\">待审核：&lt;b&gt;</a>";
        assert!(listed.contains(row), "{listed}");
        let shown = text(show(at(), Segment("000001".to_owned())).await).await;
        for part in [
            "Message-ID：&lt;one.two@fonds.example.cn&gt;",
            "发件人：noreply@fonds.example.cn",
            "正文 &lt;script&gt;",
            "/000001/html",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let as_html = html(at(), Segment("000001".to_owned())).await;
        assert!(as_html.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
        assert_eq!(text(as_html).await.trim(), "<p>正文</p>");
        for name in ["", "3", "../secret", "000001.eml"] {
            assert_eq!(show(at(), Segment(name.to_owned())).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
        std::fs::remove_dir_all(&*folder).unwrap();
    }
}
