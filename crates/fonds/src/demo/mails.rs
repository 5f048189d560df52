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
    let router = Router::new().route("/", get(list)).route("/{name}", get(show)).with_state(Arc::new(folder));
    running.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), router).await
}

/// The newest first.
async fn list(State(folder): State<Arc<PathBuf>>) -> Response {
    let mut names = names(&folder).await;
    names.sort_unstable_by(|one, other| other.cmp(one));
    let mut rows = String::new();
    for name in names.iter().take(LISTED) {
        let Ok(eml) = tokio::fs::read(folder.join(format!("{name}.eml"))).await else { continue };
        let Some(letter) = MessageParser::default().parse(&eml) else { continue };
        let (to, subject, date) = head(&letter);
        let _ = write!(rows, "<tr><td>{date}<td>{to}<td><a href=\"/{name}\">{subject}</a>");
    }
    page(&format!("<h1>示例邮件：{} 封</h1><table>{rows}</table>", names.len()))
}

async fn show(State(folder): State<Arc<PathBuf>>, Segment(name): Segment<String>) -> Response {
    let known = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let eml = if known { tokio::fs::read(folder.join(format!("{name}.eml"))).await.ok() } else { None };
    let Some(eml) = eml else { return StatusCode::NOT_FOUND.into_response() };
    let Some(letter) = MessageParser::default().parse(&eml) else { return StatusCode::NOT_FOUND.into_response() };
    let (to, subject, date) = head(&letter);
    let text = escaped(&letter.body_text(0).unwrap_or_default());
    let id = escaped(letter.message_id().unwrap_or_default());
    page(&format!("<p><a href=\"/\">全部</a><h1>{subject}</h1><p>{to}<br>{date}<br>&lt;{id}&gt;<pre>{text}</pre>"))
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

fn head(letter: &Message<'_>) -> (String, String, String) {
    let to = letter.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
    let date = letter.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
    (escaped(to), escaped(letter.subject().unwrap_or_default()), escaped(&date))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A page that neither runs nor fetches anything.
fn page(body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>示例邮件</title><style>{STYLE}</style>{body}"
    );
    let mut response = Html(html).into_response();
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
