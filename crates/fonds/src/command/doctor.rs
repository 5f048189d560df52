//! `fonds doctor`: what is wrong, in plain words, and what to do about it.

use std::{path::Path, process::ExitCode, time::Duration};

use domain::Locale;
use gateway::Limits;
use store::{Store, worker::WorkerStore};

use crate::{
    settings::{self, Settings},
    words::{Failure, chain, say, terminal_locale},
};

/// Time that one question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found, and how bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    Well,
    Hint,
    Ill,
}

/// The findings so far, printed as they come.
struct Report {
    locale: Locale,
    ill: usize,
}

impl Report {
    fn tell(&mut self, finding: Finding, zh: &str, en: &str) {
        let mark = match (finding, self.locale) {
            (Finding::Well, Locale::Zh) => "正常",
            (Finding::Well, Locale::En) => "ok  ",
            (Finding::Hint, Locale::Zh) => "提示",
            (Finding::Hint, Locale::En) => "hint",
            (Finding::Ill, Locale::Zh) => "故障",
            (Finding::Ill, Locale::En) => "FAIL",
        };
        self.ill += usize::from(finding == Finding::Ill);
        say(&format!("{mark}  {}", self.locale.pick(zh, en)));
    }
}

/// Exit 1 where something is wrong that stands in the way of serving.
pub(super) async fn run(file: Option<&Path>) -> Result<ExitCode, Failure> {
    let mut report = Report { locale: terminal_locale(), ill: 0 };
    for name in settings::strangers() {
        report.tell(
            Finding::Hint,
            &format!("环境变量 {name} 不是设置项：节与键之间须用两个下划线，如 FONDS_HTTP__LISTEN"),
            &format!("the variable {name} is no setting: two underscores stand between section and key, as in FONDS_HTTP__LISTEN"),
        );
    }
    match settings::load(file) {
        Err(error) => {
            let told = chain(&error);
            report.tell(Finding::Ill, &format!("设置有误：{told}"), &told);
        }
        Ok(settings) => {
            report.tell(Finding::Well, "设置可读，取值均在范围内", "the settings can be read, all values are in range");
            gateway_database(&mut report, &settings).await;
            worker_database(&mut report, &settings).await;
            policy(&mut report);
            redis(&mut report, &settings).await;
            post(&mut report, &settings).await;
            scanner(&mut report, &settings).await;
            audit_key(&mut report, &settings);
            exposure(&mut report, &settings);
        }
    }
    let (zh, en) = match report.ill {
        0 => ("可以运行".to_owned(), "fit to serve".to_owned()),
        n => (format!("{n} 项故障，须先排除"), format!("{n} faults to be removed first")),
    };
    say(report.locale.pick(&zh, &en));
    Ok(if report.ill == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An answer, or why there is none.
async fn ask<T>(question: impl Future<Output = store::Result<T>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(chain(&error)),
        Err(_) => Err(format!("no answer in {} s", PATIENCE.as_secs())),
    }
}

async fn gateway_database(report: &mut Report, settings: &Settings) {
    let opened = settings
        .store()
        .map_err(|error| chain(&error))
        .and_then(|database| Store::open(&database).map_err(|error| chain(&error)));
    let store = match opened {
        Ok(store) => store,
        Err(why) => {
            return report.tell(
                Finding::Ill,
                &format!("数据库（网关）：{why}。请设置 database.url，或 FONDS_DATABASE__URL"),
                &format!("database (gateway): {why}. Set database.url, or FONDS_DATABASE__URL"),
            );
        }
    };
    match ask(store.check_role()).await {
        Err(why) => {
            return report.tell(
                Finding::Ill,
                &format!("数据库（网关）连接不上：{why}"),
                &format!("the database (gateway) cannot be reached: {why}"),
            );
        }
        Ok(Err(fault)) => report.tell(
            Finding::Ill,
            &format!(
                "数据库角色：行级安全对该角色无效（超级用户、BYPASSRLS 或表的所有者）。请以 fonds_app 连接。{}",
                fault.0
            ),
            &format!("database role: {}", fault.0),
        ),
        Ok(Ok(())) => report.tell(
            Finding::Well,
            "数据库（网关）可连接，其角色受行级安全约束",
            "the database (gateway) can be reached, row security binds its role",
        ),
    }
    match ask(store.ready()).await {
        Ok(true) => report.tell(Finding::Well, "数据库结构与本程序一致", "the database is migrated to this program"),
        Ok(false) => report.tell(
            Finding::Ill,
            "数据库结构与本程序不一致：请运行 fonds migrate",
            "the database is of another version than this program: run `fonds migrate`",
        ),
        Err(why) => report.tell(
            Finding::Ill,
            &format!("数据库尚未建立结构：请运行 fonds migrate --roles（{why}）"),
            &format!("the database is not migrated: run `fonds migrate --roles` ({why})"),
        ),
    }
    store.close().await;
}

async fn worker_database(report: &mut Report, settings: &Settings) {
    let Ok(database) = settings.worker_store() else {
        return report.tell(
            Finding::Hint,
            "未设置 database.worker_url：本机不能运行 fonds work 或 fonds serve --with-worker",
            "database.worker_url is not set: neither `fonds work` nor `fonds serve --with-worker` runs here",
        );
    };
    let store = match Store::open(&database) {
        Ok(store) => WorkerStore::new(store),
        Err(error) => {
            let why = chain(&error);
            return report.tell(
                Finding::Ill,
                &format!("数据库（后台任务）：{why}"),
                &format!("database (worker): {why}"),
            );
        }
    };
    match ask(store.check_role()).await {
        Ok(Ok(())) => report.tell(
            Finding::Well,
            "数据库（后台任务）可连接，其角色可以汇总",
            "the database (worker) can be reached, its role may fold",
        ),
        Ok(Err(fault)) => report.tell(
            Finding::Ill,
            &format!("数据库角色（后台任务）：请以 fonds_worker 连接。{}", fault.0),
            &format!("database role (worker): {}", fault.0),
        ),
        Err(why) => report.tell(
            Finding::Ill,
            &format!("数据库（后台任务）不可用：{why}"),
            &format!("the database (worker) is of no use: {why}"),
        ),
    }
    store.close().await;
}

fn policy(report: &mut Report) {
    match authz::Policy::builtin() {
        Ok(policy) => {
            let lines = policy.snapshot().lines().len();
            report.tell(
                Finding::Well,
                &format!("内置权限策略 {lines} 条"),
                &format!("{lines} lines of built-in policy"),
            );
        }
        Err(error) => {
            let why = chain(&error);
            report.tell(Finding::Ill, &format!("内置权限策略：{why}"), &format!("built-in policy: {why}"));
        }
    }
}

async fn redis(report: &mut Report, settings: &Settings) {
    let limits = match Limits::new(settings.redis_url().as_ref()) {
        Ok(limits) => limits,
        Err(error) => {
            let why = chain(&error);
            return report.tell(Finding::Ill, &format!("redis.url 有误：{why}"), &format!("redis.url: {why}"));
        }
    };
    match limits.ping().await {
        Some(true) => report.tell(Finding::Well, "redis 应答", "redis answers"),
        Some(false) => report.tell(
            Finding::Hint,
            "redis 无应答：限流改由各进程自行计数，业务不受影响",
            "redis does not answer: limits are kept in each process, everything else goes on",
        ),
        None => report.tell(
            Finding::Hint,
            "未设置 redis.url：限流由各进程自行计数，多个网关之间不共享",
            "redis.url is not set: limits are kept in each process, several gateways do not share them",
        ),
    }
}

/// The mail server: reached, greeted, signed in at; no letter is sent.
async fn post(report: &mut Report, settings: &Settings) {
    let post = match settings.post() {
        Ok(post) => post,
        Err(error) => {
            let why = chain(error.as_ref());
            return report.tell(
                Finding::Ill,
                &format!("邮件与消息推送：{why}"),
                &format!("letters and webhooks: {why}"),
            );
        }
    };
    let Some(letters) = post.letters else {
        return report.tell(
            Finding::Hint,
            "未设置 mail.host：不发送邮件，站内消息与群机器人不受影响",
            "mail.host is not set: there are no letters, the inbox and webhooks go on",
        );
    };
    let answer = tokio::time::timeout(PATIENCE, letters.smtp.greet()).await;
    let why = match answer {
        Ok(Ok(())) => return report.tell(Finding::Well, "邮件服务器应答", "the mail server answers"),
        Ok(Err(reason)) => reason.to_string(),
        Err(_) => format!("no answer in {} s", PATIENCE.as_secs()),
    };
    report.tell(
        Finding::Hint,
        &format!("邮件服务器暂不可用（{why}）：邮件将保留并重试，站内消息不受影响"),
        &format!("the mail server is of no use ({why}): letters are kept and tried again, the inbox goes on"),
    );
}

/// The virus scanner: asked what it is; nothing is scanned.
async fn scanner(report: &mut Report, settings: &Settings) {
    let scanner = settings.intake.scanner();
    let why = match tokio::time::timeout(PATIENCE, scanner.ask_version()).await {
        Ok(Ok(version)) => {
            return report.tell(
                Finding::Well,
                &format!("病毒扫描程序应答：{version}"),
                &format!("the virus scanner answers: {version}"),
            );
        }
        Ok(Err(error)) => chain(&error),
        Err(_) => format!("no answer in {} s", PATIENCE.as_secs()),
    };
    report.tell(
        Finding::Hint,
        &format!("病毒扫描程序不可用（{why}）：上传的文件留在隔离区，待其恢复后再查。见 intake.scanner"),
        &format!(
            "the virus scanner is of no use ({why}): uploads stay in quarantine until it is back. See intake.scanner"
        ),
    );
}

/// Whoever signs the heads of the audit log.
fn audit_key(report: &mut Report, settings: &Settings) {
    match settings.audit.keys() {
        Err(error) => {
            let why = chain(&error);
            report.tell(Finding::Ill, &format!("审计日志签名密钥：{why}"), &format!("key of the audit log: {why}"));
        }
        Ok(keys) if keys.is_empty() => report.tell(
            Finding::Hint,
            "未设置 audit.key：审计日志的树头不签名，日后无法证明其未被改动。请用 fonds audit key 生成",
            "audit.key is not set: no head of the audit log is signed, and nothing can be proved later. Make one by `fonds audit key`",
        ),
        Ok(_) if settings.audit.heads_folder.is_none() && settings.audit.mail_to.is_empty() => report.tell(
            Finding::Hint,
            "audit.heads_folder 与 audit.mail_to 均未设置：已签名的树头只存于本数据库",
            "neither audit.heads_folder nor audit.mail_to is set: signed heads stay in this database alone",
        ),
        Ok(_) => report.tell(
            Finding::Well,
            "审计日志的树头有签名，并送往别处",
            "heads of the audit log are signed and go elsewhere",
        ),
    }
}

fn exposure(report: &mut Report, settings: &Settings) {
    let http = &settings.http;
    if !http.https && !http.listen.ip().is_loopback() {
        report.tell(
            Finding::Ill,
            "http.https 已关闭，却监听非本机地址：会话 Cookie 将以明文传送",
            "http.https is off while it listens beyond this machine: session cookies would travel in the clear",
        );
    }
    if http.metrics_listen.is_none() && !http.listen.ip().is_loopback() {
        report.tell(
            Finding::Hint,
            "/metrics 与业务同址公开：如不需要，请设置 http.metrics_listen",
            "/metrics is public beside the interface: set http.metrics_listen if it should not be",
        );
    }
}
