//! Webhooks of an organisation: set up by whoever administers it, tried, taken away.

use authz::{Permit, act};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Code, Id, Locale, Outcome, Problem, account::parse_label, id::noun, notice::NoticeKind, seal::NONCE};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::webhook::{Webhook, seal};

use crate::{App, Begun, Caller, Command, Error, Reader as Reading, Result, Work};

/// Who reads at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A program: JSON, signed as in Standard Webhooks.
    Program,
    /// 企业微信.
    WeCom,
    /// 钉钉.
    DingTalk,
    /// 飞书.
    Feishu,
}

impl Reader {
    const fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::WeCom => "wecom",
            Self::DingTalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }
}

/// A webhook to be set up.
#[derive(Debug)]
pub struct NewWebhook {
    /// At which organisation.
    pub org: Id<noun::Org>,
    /// What it is called.
    pub name: String,
    /// Who reads.
    pub reader: Reader,
    /// Its address.
    pub url: SecretString,
    /// The secret of a robot that has one. A program's is made here.
    pub secret: Option<SecretString>,
    /// In which language.
    pub locale: Locale,
    /// Of what it is told.
    pub kinds: Vec<NoticeKind>,
}

/// A webhook that was set up, with its secret in the first answer only.
#[derive(Debug, Serialize, Deserialize)]
pub struct Made {
    /// The webhook.
    pub webhook: Webhook,
    /// What a program verifies by; none where a repeated request is answered, because it is never shown again.
    #[serde(skip)]
    pub secret: Option<SecretString>,
}

/// That one was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed;

/// That a trial is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried;

/// A page of an organisation's webhooks; one more than `limit` tells that others follow.
pub async fn list(
    reader: &mut Reading,
    org: Id<noun::Org>,
    after: Option<Id<noun::Webhook>>,
    limit: u32,
) -> Result<Vec<Webhook>> {
    let scope = reader.policy.scope::<act::ViewWebhook>(&reader.actor);
    let (place, _) = store::post::place(&mut reader.tx, org).await?.ok_or(Error::NotFound)?;
    if !scope.holds(&place, 0) {
        return Err(Error::NotFound);
    }
    Ok(store::webhook::find(&mut reader.tx, &scope, &place, after, i64::from(limit) + 1).await?)
}

/// Sets one up. The command's input must hold neither address nor secret: what is kept of it is a plain digest.
pub async fn create(cx: &App, caller: &Caller, command: Command, new: NewWebhook) -> Result<Outcome<Made>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let sealed = store::org::locate(&mut work.tx, new.org).await?.ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::EditWebhook>(&work.actor, sealed)?;
    let (name, host) = match check(&new) {
        Ok(checked) => checked,
        Err(problems) => return Ok(Outcome::Refused(problems)),
    };
    let secret = if new.reader == Reader::Program { Some(minted(cx)) } else { new.secret };
    let mut kinds = new.kinds;
    kinds.sort();
    kinds.dedup();
    let webhook = Webhook {
        id: cx.id(),
        org: new.org,
        name,
        reader: new.reader.word().to_owned(),
        host,
        locale: new.locale,
        kinds,
        created_by: work.actor.account,
        created_at: work.now,
    };
    let mut nonce = [0; NONCE];
    cx.chance.fill(&mut nonce);
    let place = (work.actor.tenant, webhook.id);
    let Some(sealed) = seal(&cx.keyring, nonce, place, &new.url, secret.as_ref()) else {
        return Ok(Outcome::Refused(vec![no_key()]));
    };
    store::webhook::insert(&mut work.tx, &may, &webhook, &sealed).await?;
    trace(&mut work, "webhook.create", webhook.id, None, Some(&webhook)).await?;
    // A robot's secret is its owner's: he knows it.
    let shown = if new.reader == Reader::Program { secret } else { None };
    work.done(Made { webhook, secret: shown }, Vec::new()).await
}

/// Takes one away.
pub async fn remove(cx: &App, caller: &Caller, command: Command, id: Id<noun::Webhook>) -> Result<Outcome<Removed>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permit(&mut work, id).await?;
    let was = store::webhook::remove(&mut work.tx, may, id).await?;
    trace(&mut work, "webhook.remove", id, Some(&was), None).await?;
    work.done(Removed, Vec::new()).await
}

/// Has a trial sent, one a minute at the most. Whether it arrives, is seen at the other end.
pub async fn try_out(cx: &App, caller: &Caller, command: Command, id: Id<noun::Webhook>) -> Result<Outcome<Tried>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let may = permit(&mut work, id).await?;
    if !store::webhook::try_out(&mut work.tx, may, id).await? {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::TooMany,
            &["webhook"],
            "一分钟内已发送过测试消息，请稍后再试",
            "a trial was sent in this minute: wait for the next",
        )]));
    }
    trace(&mut work, "webhook.try", id, None, None).await?;
    work.done(Tried, Vec::new()).await
}

async fn permit(work: &mut Work, id: Id<noun::Webhook>) -> Result<Permit<act::EditWebhook>> {
    let sealed = store::webhook::locate(&mut work.tx, id).await?.ok_or(Error::NotFound)?;
    Ok(work.policy.permit::<act::EditWebhook>(&work.actor, sealed)?)
}

async fn trace(
    work: &mut Work,
    action: &str,
    id: Id<noun::Webhook>,
    before: Option<&Webhook>,
    after: Option<&Webhook>,
) -> Result<()> {
    let (before, after) = (before.map(told), after.map(told));
    let object_id = id.to_string();
    let entry = store::audit::Entry { action, object_kind: "webhook", object_id, before, after, ..Default::default() };
    work.audit(entry).await
}

/// The trail keeps neither address nor secret.
fn told(webhook: &Webhook) -> serde_json::Value {
    serde_json::json!({ "org": webhook.org.to_string(), "name": webhook.name, "reader": webhook.reader,
        "host": webhook.host, "kinds": webhook.kinds })
}

/// Where a webhook leads is a secret, and none is kept in the clear.
fn no_key() -> Problem {
    Problem::new(
        Code::WrongState,
        &["url"],
        "平台尚未配置加密推送地址的密钥（mail.webhook_key），暂不能设置推送；请联系平台运维人员",
        "the platform has no key to keep addresses by (mail.webhook_key), so no webhook can be set up: ask its operator",
    )
}

/// A secret of 32 random bytes in the form of Standard Webhooks.
fn minted(cx: &App) -> SecretString {
    let mut bytes = [0; 32];
    cx.chance.fill(&mut bytes);
    SecretString::from(format!("whsec_{}", STANDARD.encode(bytes)))
}

/// Name and host, or everything that is wrong. Where an address may lead is decided when it is connected to.
fn check(new: &NewWebhook) -> std::result::Result<(String, String), Vec<Problem>> {
    let mut problems = Vec::new();
    let name = parse_label(&new.name)
        .map_err(|problem| problems.push(Problem { path: vec!["name".to_owned()], ..problem }))
        .ok();
    let host = host(new.url.expose_secret());
    if host.is_none() {
        problems.push(Problem::new(
            Code::Invalid,
            &["url"],
            "地址须以 https:// 开头（内网主机由运维在设置中放行），不含用户名和密码，不超过 2000 个字符",
            "an address begins with https:// (hosts of an intranet are named by the operator's settings), carries no user name or password, and has 2000 characters at the most",
        ));
    }
    if new.secret.as_ref().is_some_and(|secret| !(1..=200).contains(&secret.expose_secret().len())) {
        problems.push(Problem::new(
            Code::Invalid,
            &["secret"],
            "密钥须为 1 至 200 个字符",
            "a secret is 1 to 200 characters",
        ));
    }
    let sayable = |kind: &NoticeKind| kind.is_for_groups() && *kind != NoticeKind::Trial;
    if new.kinds.is_empty() || new.kinds.len() > 20 || !new.kinds.iter().all(sayable) {
        problems.push(Problem::new(
            Code::Invalid,
            &["kinds"],
            "请选择要推送的消息类型；涉及个人账号、职务的消息不向群推送",
            "choose the kinds of notices; what concerns one person's account or posts is not told to groups",
        ));
    }
    match (name, host) {
        (Some(name), Some(host)) if problems.is_empty() => Ok((name, host)),
        _ => Err(problems),
    }
}

/// The host of an address, as it is shown: by its form alone.
fn host(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let fits = url.len() <= 2000
        && !authority.is_empty()
        && authority.len() <= 255
        && !authority.contains('@')
        && authority.is_ascii() // another one would be shown otherwise than it is reached
        && !url.chars().any(|c| c.is_control() || c.is_whitespace());
    fits.then(|| authority.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_shown_and_what_is_no_address_is_refused() {
        assert_eq!(host("https://Hook.Example.cn/send?key=secret").as_deref(), Some("hook.example.cn"));
        assert_eq!(host("http://oa.intra:8080/hook").as_deref(), Some("oa.intra:8080"));
        for wrong in ["", "hook", "ftp://hook.example.cn/", "https://", "https://u:p@hook.example.cn/", "https://a b/"]
        {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }
}
