//! Group robots: what each is sent, how it is signed, and what its answers mean.
//!
//! - WeCom 企业微信 群机器人: <https://developer.work.weixin.qq.com/document/path/91770> (bodies, 20 messages a minute,
//!   2048 bytes of text), <https://developer.work.weixin.qq.com/document/path/90313> (codes)
//! - DingTalk 钉钉 自定义机器人: <https://open.dingtalk.com/document/orgapp/custom-robot-access> (bodies, 20 messages a
//!   minute, then ten minutes of silence), <https://open.dingtalk.com/document/robots/customize-robot-security-settings>
//!   (`timestamp` and `sign` in the address)
//! - Feishu 飞书 自定义机器人: <https://open.feishu.cn/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN> (bodies up to 20 KB, 100
//!   messages a minute, `timestamp` and `sign` in the body, codes)

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::Locale;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use crate::{Outcome, Reason, render::Notice};

/// Bytes of text that the strictest of them (WeCom) takes.
const LONGEST: usize = 2048;

/// Whose robot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Robot {
    /// 企业微信. Its address is its only secret.
    WeCom,
    /// 钉钉. With 加签 it has a secret `SEC…`.
    DingTalk,
    /// 飞书. With 签名校验 it has a secret.
    Feishu,
}

impl Robot {
    /// Address and body for a notice.
    pub(super) fn post(
        self,
        mut url: Url,
        secret: Option<&SecretString>,
        notice: &Notice,
        locale: Locale,
        at: DateTime<Utc>,
    ) -> (Url, Value) {
        match self {
            Self::WeCom => (url, json!({ "msgtype": "text", "text": { "content": text(notice, locale) } })),
            Self::DingTalk => {
                if let Some(secret) = secret {
                    let stamp = at.timestamp_millis().to_string();
                    let sign = dingtalk_sign(&stamp, secret.expose_secret());
                    url.query_pairs_mut().append_pair("timestamp", &stamp).append_pair("sign", &sign);
                }
                (url, json!({ "msgtype": "text", "text": { "content": text(notice, locale) } }))
            }
            Self::Feishu => {
                let mut body = json!({ "msg_type": "post", "content": { "post": feishu_post(notice, locale) } });
                if let Some(secret) = secret {
                    let stamp = at.timestamp().to_string();
                    body["sign"] = Value::String(feishu_sign(&stamp, secret.expose_secret()));
                    body["timestamp"] = Value::String(stamp);
                }
                (url, body)
            }
        }
    }

    /// What an answer with status 200 means: they say there whether it went well.
    pub(super) fn outcome(self, body: &[u8]) -> Outcome {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = match self {
            Self::WeCom | Self::DingTalk => answer["errcode"].as_i64(),
            // Older robots answer with `StatusCode` alone.
            Self::Feishu => answer["code"].as_i64().or_else(|| answer["StatusCode"].as_i64()),
        };
        match (self, code) {
            (_, Some(0)) => Outcome::Sent,
            (_, None) => Outcome::TryLater(Reason::RobotGarbled),
            // -1: busy. 45009: more than 20 a minute. 45033: too many at the same time.
            (Self::WeCom, Some(code @ (-1 | 45_009 | 45_033)))
            // -1: busy. 130101, 410100: more than 20 a minute.
            | (Self::DingTalk, Some(code @ (-1 | 130_101 | 410_100)))
            // 11232: too many at this moment. 99991400: more than 100 a minute or 5 a second.
            | (Self::Feishu, Some(code @ (11_232 | 99_991_400))) => Outcome::TryLater(Reason::RobotBusy(code)),
            (_, Some(code)) => Outcome::Refused(Reason::Robot(code)),
        }
    }
}

/// Subject and sentences. `<` would begin a mention (`<@user>`, `<at user_id="all">`), so it becomes full-width.
fn lines(notice: &Notice, locale: Locale) -> (String, Vec<String>) {
    let shown = |text: String| text.replace('<', "＜");
    let words = notice.words(locale);
    (shown(words.subject), [Some(words.sentence), words.ask].into_iter().flatten().map(shown).collect())
}

/// The notice as plain text, the link last.
fn text(notice: &Notice, locale: Locale) -> String {
    let (subject, sentences) = lines(notice, locale);
    let link = notice.link.as_str();
    let text = format!("{subject}\n{}", sentences.join("\n"));
    let room = LONGEST.saturating_sub(link.len() + 1);
    format!("{}\n{link}", &text[..text.floor_char_boundary(room)])
}

/// Feishu's rich text: a title, a line of text each, a link.
fn feishu_post(notice: &Notice, locale: Locale) -> Value {
    let (subject, sentences) = lines(notice, locale);
    let mut content: Vec<Value> = sentences.into_iter().map(|text| json!([{ "tag": "text", "text": text }])).collect();
    content.push(json!([{ "tag": "a", "text": locale.pick("打开查看", "Open"), "href": notice.link.as_str() }]));
    json!({ locale.pick("zh_cn", "en_us"): { "title": subject, "content": content } })
}

/// base64(HMAC-SHA-256(key = secret, timestamp in milliseconds + "\n" + secret)).
fn dingtalk_sign(stamp: &str, secret: &str) -> String {
    sign(secret.as_bytes(), format!("{stamp}\n{secret}").as_bytes())
}

/// base64(HMAC-SHA-256(key = timestamp in seconds + "\n" + secret, nothing)).
fn feishu_sign(stamp: &str, secret: &str) -> String {
    sign(format!("{stamp}\n{secret}").as_bytes(), b"")
}

fn sign(key: &[u8], text: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(text).finalize().into_bytes());
    STANDARD.encode(mac.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_published_programs() {
        // Reckoned by the Python programs of both documents.
        assert_eq!(
            dingtalk_sign("1599360473000", "SEC000000000000000000000"),
            "kjOV9n/gRl1AeeXnxqNB9wcQisVPOw+8ce62niAcJZ4="
        );
        assert_eq!(feishu_sign("1599360473", "demo"), "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    }

    #[test]
    fn an_answer_of_200_says_inside_whether_it_went_well() {
        let limit =
            br#"{"status":1111,"wait":5,"source":"x5","punish":"deny","errcode":130101,"errmsg":"send too fast"}"#;
        let feishu = br#"{"code":0,"msg":"success","data":{},"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#;
        for (robot, body, outcome) in [
            (Robot::WeCom, br#"{"errcode":0,"errmsg":"ok"}"#.as_slice(), Outcome::Sent),
            (Robot::WeCom, br#"{"errcode":45009}"#, Outcome::TryLater(Reason::RobotBusy(45_009))),
            (
                Robot::WeCom,
                br#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
                Outcome::Refused(Reason::Robot(93_000)),
            ),
            (Robot::DingTalk, br#"{"errcode":0,"errmsg":"ok"}"#, Outcome::Sent),
            (Robot::DingTalk, limit, Outcome::TryLater(Reason::RobotBusy(130_101))),
            (
                Robot::DingTalk,
                br#"{"errcode":310000,"errmsg":"sign not match"}"#,
                Outcome::Refused(Reason::Robot(310_000)),
            ),
            (Robot::Feishu, feishu, Outcome::Sent),
            (Robot::Feishu, br#"{"StatusCode":0,"StatusMessage":"success"}"#, Outcome::Sent),
            (Robot::Feishu, br#"{"code":11232}"#, Outcome::TryLater(Reason::RobotBusy(11_232))),
            (Robot::Feishu, br#"{"code":19021,"msg":"sign match fail"}"#, Outcome::Refused(Reason::Robot(19_021))),
            (Robot::Feishu, br#"{"errcode":0}"#, Outcome::TryLater(Reason::RobotGarbled)),
            (Robot::WeCom, b"<html>", Outcome::TryLater(Reason::RobotGarbled)),
            (Robot::WeCom, b"", Outcome::TryLater(Reason::RobotGarbled)),
            (Robot::DingTalk, br#"{"errcode":"0"}"#, Outcome::TryLater(Reason::RobotGarbled)),
        ] {
            assert_eq!(robot.outcome(body), outcome, "{robot:?} {}", String::from_utf8_lossy(body));
        }
        assert_eq!(Reason::RobotBusy(130_101).pause().unwrap().as_secs(), 600);
    }
}
