//! What entries of the trail say was done: every name that is ever written, and what people call it.

use crate::Locale;

/// Something that an entry can say was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    /// As the entry has it, e.g. `post.grant`.
    pub name: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Deed {
    /// What it is called.
    pub const fn label(&self, locale: Locale) -> &'static str {
        locale.pick(self.zh, self.en)
    }

    /// The one of this name. None: written by another version, or by nobody here.
    pub fn named(name: &str) -> Option<&'static Self> {
        DEEDS.iter().find(|deed| deed.name == name)
    }
}

const fn deed(name: &'static str, zh: &'static str, en: &'static str) -> Deed {
    Deed { name, zh, en }
}

/// All of them, by the kind that they are about.
pub const DEEDS: &[Deed] = &[
    deed("record.create", "新建记录", "begin a record"),
    deed("record.edit", "修改草稿", "change a draft"),
    deed("record.files", "整理附件", "arrange the files of a record"),
    deed("record.discard", "废弃草稿", "discard a draft"),
    deed("record.submit", "报送记录", "submit a record"),
    deed("record.ask_confirmation", "请求确认", "ask for a confirmation"),
    deed("record.recall", "撤回报送", "recall a submission"),
    deed("record.read", "查看内部记录", "read an internal record"),
    deed("receipt.approve", "审核通过", "approve a received record"),
    deed("receipt.return", "退回", "return a received record"),
    deed("receipt.recall", "撤回审核", "recall an approval"),
    deed("file.begin", "开始上传文件", "begin to upload a file"),
    deed("file.receive", "文件上传完成", "have a file received"),
    deed("file.abandon", "放弃上传文件", "give up an upload"),
    deed("file.keep", "文件检查合格并入库", "keep a file that was examined"),
    deed("file.refuse", "文件检查不合格，拒收", "refuse a file that was examined"),
    deed("file.release", "清除未使用的文件", "let go of an unused file"),
    deed("file.read", "查看内部文件", "read a file of an internal record"),
    deed("org.create", "新建党组织", "create an organisation"),
    deed("org.rename", "党组织更名", "rename an organisation"),
    deed("org.move", "调整隶属关系", "move an organisation"),
    deed("org.close", "撤销党组织", "close an organisation"),
    deed("org.contact", "修改联系方式", "change the contact of an organisation"),
    deed("org.import", "导入党组织", "import organisations"),
    deed("account.invite", "邀请人员", "invite a person"),
    deed("account.renew_invitation", "重新邀请", "renew an invitation"),
    deed("account.readdress_invitation", "更换邀请邮箱", "send an invitation to another address"),
    deed("account.readdress", "更换邮件地址", "change the mail address"),
    deed("account.set_address", "登记邮件地址", "enter a mail address"),
    deed("account.accept", "接受邀请", "accept an invitation"),
    deed("account.language", "更换语言", "change the language"),
    deed("account.password", "修改密码", "change the password"),
    deed("account.notices", "修改通知设置", "change wishes for notices"),
    deed("account.suspend", "停用账号", "suspend an account"),
    deed("account.reopen", "恢复账号", "reopen an account"),
    deed("post.grant", "授予职务", "grant a post"),
    deed("post.end", "终止职务", "end a post"),
    deed("session.begin", "登录", "sign in"),
    deed("session.refused", "登录失败（密码错误）", "fail to sign in (wrong password)"),
    deed("session.sign_out", "退出登录", "sign out"),
    deed("session.end", "结束一次登录", "end a session"),
    deed("session.end_all", "结束其他全部登录", "end all other sessions"),
    deed("session.create_token", "生成程序令牌", "make a token for a program"),
    deed("policy.edit", "修改权限策略", "edit the policy"),
    deed("policy.define_role", "新建角色", "define a role"),
    deed("tenant.edit", "修改租户设置", "edit the settings of the tenant"),
    deed("tenant.files", "修改文件规则", "edit the rules for files"),
    deed("tenant.route", "修改审核层级", "edit the route of a type"),
    deed("webhook.create", "设置消息推送", "set up a webhook"),
    deed("webhook.remove", "删除消息推送", "remove a webhook"),
    deed("webhook.try", "试发消息推送", "try a webhook"),
    deed("delivery.redrive", "重新投递消息", "set undelivered notices going again"),
    deed("audit.export", "导出审计日志", "export the audit log"),
    deed("audit.destroy", "按规定销毁变更内容", "destroy before and after by rule"),
    deed("audit.lost", "审计条目丢失", "an audit entry is lost"),
    deed("audit.contradiction", "审计日志不一致", "the audit log contradicts itself"),
];

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    /// Where entries are written: Rust, and the functions of the database.
    const WRITERS: [&str; 5] =
        ["crates/app/src", "crates/store/src", "crates/worker/src", "crates/fonds/src", "migrations/functions"];

    /// Looks of this shape that the writers have for something else.
    const OTHERS: [&str; 10] = [
        "audit.key",
        "audit.other_key",
        "audit.mail_to",
        "audit.head",
        "audit.head_seconds",
        "audit.pause_ms",
        "audit.pub",
        "audit.incident",
        "receipt.overdue",
        "webhook.key",
    ];

    const KINDS: [&str; 11] =
        ["record", "receipt", "file", "org", "account", "post", "session", "policy", "tenant", "webhook", "audit"];

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "sql") {
                found.push(path);
            }
        }
    }

    /// Whatever stands between quotes and looks like `kind.verb`.
    fn names(text: &str) -> impl Iterator<Item = &str> {
        text.split(['"', '\'']).filter(|word| {
            word.split_once('.').is_some_and(|(kind, verb)| {
                (KINDS.contains(&kind) || kind == "delivery")
                    && !verb.is_empty()
                    && verb.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
            })
        })
    }

    fn written() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = Vec::new();
        for folder in WRITERS {
            sources(&root.join(folder), &mut files);
        }
        let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
        let all: BTreeSet<String> =
            texts.flat_map(|text| names(&text).map(str::to_owned).collect::<Vec<_>>()).collect();
        all.into_iter().filter(|name| !OTHERS.contains(&name.as_str())).collect()
    }

    #[test]
    fn whatever_is_written_down_has_a_name_in_both_languages_and_nothing_else_has() {
        let known: BTreeSet<String> = DEEDS.iter().map(|deed| deed.name.to_owned()).collect();
        assert_eq!(known.len(), DEEDS.len(), "each once");
        assert_eq!(written(), known);
    }

    #[test]
    fn labels_are_words_of_their_language() {
        for deed in DEEDS {
            assert!(
                deed.label(Locale::Zh).chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)),
                "{deed:?}"
            );
            assert!(deed.label(Locale::En).is_ascii() && !deed.label(Locale::En).is_empty(), "{deed:?}");
        }
        let mut words: Vec<_> = DEEDS.iter().map(|deed| deed.label(Locale::Zh)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), DEEDS.len(), "no two are called the same");
        assert_eq!(Deed::named("session.begin").map(|deed| deed.label(Locale::Zh)), Some("登录"));
        assert_eq!(Deed::named("session.fly"), None);
    }
}
