//! Tokens: `tenantkey.` and 32 random bytes. The text is shown once; what is kept is its digest.

use std::fmt;

use authz::Duty;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{Code, Outcome, Problem, account::parse_label, tenant::TenantKey};
use serde::{Deserialize, Serialize};
use store::{Entry, session::Session};

use crate::{App, Begun, Caller, Command, Error, Result, Work};

/// The longest life of a program's token.
const MOST_DAYS: u16 = 365;
/// Open tokens of one person.
const MOST_TOKENS: i64 = 50;

/// A secret that lets in, or opens an invitation.
pub struct Token {
    text: String,
    entry: Entry,
}

impl Token {
    /// A new one.
    pub fn mint(cx: &App, tenant: &TenantKey) -> Result<Self> {
        let mut secret = [0; 32];
        cx.chance.fill(&mut secret);
        let text = format!("{}.{}", tenant.as_str(), URL_SAFE_NO_PAD.encode(secret));
        let entry = Entry::of_token(&text).ok_or_else(|| Error::internal("token", "not readable"))?;
        Ok(Self { text, entry })
    }

    /// The text, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is kept of it.
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A token that a person makes for a program.
#[derive(Debug, Clone, Serialize)]
pub struct NewToken {
    /// What it is called.
    pub label: String,
    /// Days until it ends by itself.
    pub days: i32,
    /// May it ask for the schema?
    pub introspect: bool,
}

/// The token made, with its text in the first answer only.
#[derive(Debug, Serialize, Deserialize)]
pub struct Made {
    /// Its session.
    pub session: Session,
    /// Its text; none where a repeated request is answered, because it is kept nowhere.
    #[serde(skip)]
    pub token: Option<Token>,
}

/// Makes a token for a program that acts as oneself.
pub async fn create(cx: &App, caller: &Caller, command: Command, new: NewToken) -> Result<Outcome<Made>> {
    let mut work = match cx.begin(caller, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let mut problems = Vec::new();
    let label = parse_label(&new.label).map_err(|problem| problems.push(problem)).unwrap_or_default();
    if !(1..=i32::from(MOST_DAYS)).contains(&new.days) {
        let zh = "有效期须为 1 至 365 天";
        problems.push(Problem::new(Code::Invalid, &["days"], zh, "a token lives for 1 to 365 days"));
    }
    if new.introspect && !may_introspect(&work) {
        problems.push(Problem::new(
            Code::BeyondCeiling,
            &["introspect"],
            "只有系统管理员、安全管理员或已有此权的会话可以授予查询接口结构的权限",
            "only the system or security administrator, or a session that has it, gives the right to ask for the schema",
        ));
    }
    if store::session::own_programs(&mut work.tx).await? >= MOST_TOKENS {
        let zh = "有效令牌已达 50 个，请先结束不用的";
        problems.push(Problem::new(Code::TooMany, &["label"], zh, "50 tokens are open: end some first"));
    }
    if !problems.is_empty() {
        return Ok(Outcome::Refused(problems));
    }
    let token = Token::mint(cx, &work.actor.tenant_key)?;
    let expires_at = work.now + TimeDelta::days(i64::from(new.days));
    let (id, introspect) = (cx.id(), new.introspect);
    let session =
        store::session::insert_program(&mut work.tx, id, token.entry(), &label, introspect, expires_at).await?;
    work.audit(store::audit::Entry {
        action: "session.create_token",
        object_kind: "session",
        object_id: id.to_string(),
        after: Some(serde_json::json!({"label": label, "introspect": introspect, "expires_at": expires_at})),
        ..Default::default()
    })
    .await?;
    work.done(Made { session, token: Some(token) }, Vec::new()).await
}

fn may_introspect(work: &Work) -> bool {
    let duty = |duty| matches!(duty, Some(Duty::System | Duty::Security));
    work.actor.introspect || work.actor.acting_posts().any(|post| duty(post.duty))
}
