//! The sentences, Chinese first.

use chrono::{NaiveDate, NaiveDateTime};
use domain::Locale;

use super::{Held, Matter, Named, Notice, Step, Words};
use crate::line::Line;

/// Subject and sentence of a notice.
pub(super) fn words(notice: &Notice, locale: Locale) -> Words {
    let (subject, sentence) = match locale {
        Locale::Zh => chinese(&notice.matter),
        Locale::En => english(&notice.matter),
    };
    let ask = notice.ask.as_deref().map(Line::of).filter(|ask| !ask.is_empty()).map(|ask| match locale {
        Locale::Zh => format!("如有疑问，请联系{ask}。"),
        Locale::En => format!("If you have questions, ask {ask}."),
    });
    Words { subject, sentence, ask }
}

fn chinese(matter: &Matter) -> (String, String) {
    match matter {
        Matter::ToReview(step) => {
            let Parts { label, org, at, what } = parts(step, zh_what);
            (format!("待审核：{org}上报的{label}"), format!("{org}上报的{what}已到达{at}，等待审核。"))
        }
        Matter::Returned(step) => {
            let Parts { label, org, at, what } = parts(step, zh_what);
            let sentence = format!("{org}上报的{what}被{at}退回。退回理由请打开链接查看，修改后可以重新上报。");
            (format!("已退回：{org}上报的{label}"), sentence)
        }
        Matter::Final(step) => {
            let Parts { label, org, at, what } = parts(step, zh_what);
            let sentence = format!("{org}上报的{what}已由{at}审核通过，审核流程到此结束。");
            (format!("已通过：{org}上报的{label}"), sentence)
        }
        Matter::Confirmed(record) => {
            let (label, org, what) = (Line::of(&record.type_label), Line::of(&record.org), zh_what(record));
            (format!("已通过：{org}的{label}"), format!("{org}的{what}已由本组织的另一人确认，至此办结。"))
        }
        Matter::ToConfirm(record) => {
            let (label, org, what) = (Line::of(&record.type_label), Line::of(&record.org), zh_what(record));
            let sentence = format!(
                "{org}的{what}已经写好，等您确认。此类记录不需上级审核，您确认后即办结；如需修改，请告知填写人。"
            );
            (format!("待确认：{org}的{label}"), sentence)
        }
        Matter::Approved(step) => {
            let Parts { label, org, at, what } = parts(step, zh_what);
            let sentence = format!("{org}上报的{what}已由{at}审核通过，并报送上一级。");
            (format!("本级已通过：{org}上报的{label}"), sentence)
        }
        Matter::Recalled(step) => {
            let Parts { label, org, at, what } = parts(step, zh_what);
            (format!("已撤回：{org}上报的{label}"), format!("{org}上报的{what}已撤回，{at}不必再审核。"))
        }
        Matter::Overdue { step, days } => {
            let Parts { label, org, at, what } = parts(step, zh_what);
            let sentence = format!("{org}上报的{what}在{at}等待审核已超过{days}天，请尽快处理。");
            (format!("超期未审：{org}上报的{label}"), sentence)
        }
        Matter::Invitation { org, until } => {
            let (org, until) = (Line::of(org), zh_time(*until));
            let sentence =
                format!("{org}为您开通了账号。请于{until}前打开链接设置密码。链接仅限您本人使用一次，请勿转发。");
            (format!("邀请：{org}为您开通了账号"), sentence)
        }
        Matter::PasswordChanged(at) => zh_password(*at),
        Matter::AddressChanged(at) => zh_address(*at),
        Matter::PostGranted(held) => {
            let (role, org, day) = post(held, zh_day);
            (format!("职务开始：{org}{role}"), format!("自{day}起，您担任{org}{role}。"))
        }
        Matter::PostEnded(held) => {
            let (role, org, day) = post(held, zh_day);
            (format!("职务结束：{org}{role}"), format!("自{day}起，您不再担任{org}{role}，相应权限同时终止。"))
        }
        Matter::FileRefused { org, why } => {
            // A reason is a sentence of its own elsewhere.
            let (org, why) = (Line::of(org), Line::of(why.trim_end_matches(['。', '.'])));
            let sentence = format!("您为{org}上传的一个文件未被接收：{why}。处理后可以重新上传。");
            (format!("文件被拒收：{org}"), sentence)
        }
        Matter::FileInfected(org) => {
            let org = Line::of(org);
            let sentence = format!(
                "为{org}上传的一个文件被检出恶意代码，已拒收并删除，没有附到记录上。请上传人先检查所用设备，再重新上传。"
            );
            (format!("文件带有恶意代码：{org}"), sentence)
        }
        Matter::AuditHead { size, at, .. } => {
            let sentence = format!(
                "审计日志共{size}条，签名时间{}。请妥善保存本邮件：下面的签名可用于日后核验日志是否被改动（fonds verify audit）。",
                zh_time(*at)
            );
            (format!("审计日志签名：{size}条"), sentence)
        }
        Matter::AuditIncident => (
            "审计日志异常：请立即核对".to_owned(),
            "审计日志与此前签名的内容不符，或有条目在记入日志前丢失，详见审计日志中的最新条目。请通知平台运维人员保留数据库现状，\
             导出日志并用此前保存的签名核对（fonds verify audit）。"
                .to_owned(),
        ),
        Matter::Trial(org) => {
            let org = Line::of(org);
            (format!("测试消息：{org}"), format!("{org}设置的消息推送已接通。这是一条测试消息，无需处理。"))
        }
    }
}

fn english(matter: &Matter) -> (String, String) {
    match matter {
        Matter::ToReview(step) => {
            let Parts { label, org, at, what } = parts(step, en_what);
            (
                format!("To review: {label} from {org}"),
                format!("{what} from {org} has reached {at} and waits for review."),
            )
        }
        Matter::Returned(step) => {
            let Parts { label, org, at, what } = parts(step, en_what);
            let sentence =
                format!("{what} from {org} was returned by {at}. Open the link for the reason; it can be sent again.");
            (format!("Returned: {label} from {org}"), sentence)
        }
        Matter::Final(step) => {
            let Parts { label, org, at, what } = parts(step, en_what);
            let sentence = format!("{what} from {org} was approved by {at}. The review is complete.");
            (format!("Approved: {label} from {org}"), sentence)
        }
        Matter::Confirmed(record) => {
            let (label, org, what) = (Line::of(&record.type_label), Line::of(&record.org), en_what(record));
            let sentence = format!("{what} of {org} was confirmed by another person there. It is final.");
            (format!("Approved: {label} of {org}"), sentence)
        }
        Matter::ToConfirm(record) => en_to_confirm(record),
        Matter::Approved(step) => {
            let Parts { label, org, at, what } = parts(step, en_what);
            let sentence = format!("{what} from {org} was approved by {at} and went on to the next level.");
            (format!("Approved at one level: {label} from {org}"), sentence)
        }
        Matter::Recalled(step) => {
            let Parts { label, org, at, what } = parts(step, en_what);
            let sentence = format!("{what} from {org} was taken back; {at} need not review it any more.");
            (format!("Taken back: {label} from {org}"), sentence)
        }
        Matter::Overdue { step, days } => {
            let Parts { label, org, at, what } = parts(step, en_what);
            let sentence = format!("{what} from {org} has waited for review at {at} for more than {days} days.");
            (format!("Overdue: {label} from {org}"), sentence)
        }
        Matter::Invitation { org, until } => {
            let (org, until) = (Line::of(org), en_time(*until));
            let sentence = format!(
                "{org} has opened an account for you. Set a password by the link before {until}. The link works once and \
                 is for you alone: do not forward it."
            );
            (format!("Invitation: an account at {org}"), sentence)
        }
        Matter::PasswordChanged(at) => en_password(*at),
        Matter::AddressChanged(at) => en_address(*at),
        Matter::PostGranted(held) => {
            let (role, org, day) = post(held, en_day);
            (format!("Post begins: {role}, {org}"), format!("From {day} on you are {role} at {org}."))
        }
        Matter::PostEnded(held) => {
            let (role, org, day) = post(held, en_day);
            let sentence = format!("From {day} on you are no longer {role} at {org}; the rights end with it.");
            (format!("Post ends: {role}, {org}"), sentence)
        }
        Matter::FileRefused { org, why } => {
            // A reason is a sentence of its own elsewhere.
            let (org, why) = (Line::of(org), Line::of(why.trim_end_matches(['。', '.'])));
            let sentence = format!(
                "The file that you uploaded for {org} was not accepted: {why}. You can upload it again once that is mended."
            );
            (format!("File refused: {org}"), sentence)
        }
        Matter::FileInfected(org) => {
            let org = Line::of(org);
            let sentence = format!(
                "A file uploaded for {org} carries malware; it was refused and deleted, and is attached to nothing. Whoever \
                 uploaded it checks the device that it came from before uploading again."
            );
            (format!("File with malware: {org}"), sentence)
        }
        Matter::AuditHead { size, at, .. } => {
            let sentence = format!(
                "The audit log had {size} entries when this head was signed on {}. Keep this letter: by the head below anybody \
                 can check later that the log was not changed (fonds verify audit).",
                en_time(*at)
            );
            (format!("Head of the audit log: {size} entries"), sentence)
        }
        Matter::AuditIncident => (
            "The audit log is wrong: check it at once".to_owned(),
            "The audit log is not what was signed, or an entry was lost before it was logged; its newest entries say which. Have the \
             operator keep the database as it is, export the log, and check it against heads that you have kept (fonds verify audit)."
                .to_owned(),
        ),
        Matter::Trial(org) => {
            let org = Line::of(org);
            (
                format!("A trial: {org}"),
                format!("Notices of {org} arrive here. This is a trial; there is nothing to do."),
            )
        }
    }
}

fn en_to_confirm(record: &Named) -> (String, String) {
    let (label, org, what) = (Line::of(&record.type_label), Line::of(&record.org), en_what(record));
    let sentence = format!(
        "{what} of {org} is written and waits for you to confirm it. Nobody above reviews this type: once you have confirmed \
         it, it is final. If something is to be changed, tell its writer."
    );
    (format!("To confirm: {label} of {org}"), sentence)
}

fn zh_password(at: NaiveDateTime) -> (String, String) {
    let at = zh_time(at);
    let sentence = format!("您的账号密码已于{at}更改。如非本人操作，请立即与管理员联系，停用账号。");
    ("密码已更改".to_owned(), sentence)
}

fn zh_address(at: NaiveDateTime) -> (String, String) {
    let at = zh_time(at);
    let sentence = format!(
        "您账号的邮件地址已于{at}更改或移除，此后的邮件不再发往本邮箱。如非本人操作，请立即与管理员联系，停用账号。"
    );
    ("邮件地址已更改".to_owned(), sentence)
}

fn en_password(at: NaiveDateTime) -> (String, String) {
    let at = en_time(at);
    let sentence = format!(
        "The password of your account was changed on {at}. If that was not you, call your administrator at once \
         to have the account closed."
    );
    ("Your password was changed".to_owned(), sentence)
}

fn en_address(at: NaiveDateTime) -> (String, String) {
    let at = en_time(at);
    let sentence = format!(
        "The mail address of your account was changed or removed on {at}; letters no longer go to this one. If that \
         was not you, call your administrator at once to have the account closed."
    );
    ("Your mail address was changed".to_owned(), sentence)
}

/// What the sentences about a step are made of.
struct Parts {
    label: Line,
    org: Line,
    at: Line,
    what: String,
}

fn parts(step: &Step, what: fn(&Named) -> String) -> Parts {
    Parts {
        label: Line::of(&step.record.type_label),
        org: Line::of(&step.record.org),
        at: Line::of(&step.at),
        what: what(&step.record),
    }
}

fn title(record: &Named) -> Option<Line> {
    record.title.as_deref().map(Line::of).filter(|title| !title.is_empty())
}

/// `支部党员大会记录《…》`; book-title marks within become single ones (GB/T 15834 §4.15).
fn zh_what(record: &Named) -> String {
    let label = Line::of(&record.type_label);
    match title(record) {
        Some(title) => format!("{label}《{}》", title.as_str().replace('《', "〈").replace('》', "〉")),
        None => format!("一件{label}"),
    }
}

fn en_what(record: &Named) -> String {
    let label = Line::of(&record.type_label);
    title(record).map_or_else(|| format!("A record ({label})"), |title| format!("“{title}” ({label})"))
}

fn post(held: &Held, day: fn(NaiveDate) -> String) -> (Line, Line, String) {
    (Line::of(&held.role), Line::of(&held.org), day(held.day))
}

fn zh_day(day: NaiveDate) -> String {
    day.format("%Y年%-m月%-d日").to_string()
}

fn zh_time(at: NaiveDateTime) -> String {
    at.format("%Y年%-m月%-d日%H:%M").to_string()
}

fn en_day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn en_time(at: NaiveDateTime) -> String {
    at.format("%-d %B %Y, %H:%M").to_string()
}
