//! What may stand in the texts of a content, whatever the form: no state-secret marks, nothing invisible.

use serde_json::Value;

use super::{
    pointer::is_blank,
    secret::state_secret_mark,
    sentence::{Field, content_path},
};
use crate::{Code, Problem};

/// Visits every text of a content, with the names and numbers on the way.
fn each_text(value: &Value, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], &str)) {
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                each_text(item, path, visit);
                path.pop();
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push(name.clone());
                // A mark can be sent as the name of a field, too.
                visit(path, name);
                each_text(field, path, visit);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Places of state-secret marks. Says where and what to do, and repeats nothing.
pub(crate) fn secrets(form: &Value, title: &str, content: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    if state_secret_mark(title).is_some() {
        found.push(secret(vec!["title".to_owned()], "“题名”", "\"Title\""));
    }
    each_text(content, &mut Vec::new(), &mut |path, text| {
        if state_secret_mark(text).is_some() {
            let field = Field::find(form, path);
            found.push(secret(content_path(path), &field.zh, &field.en));
        }
    });
    found
}

/// The refusal of a text outside a form that others will read (a name, a reason, a remark), where it carries a state-secret mark.
/// Says where and whom to call, and repeats nothing.
pub fn marked(path: &[&str], text: &str) -> Option<Problem> {
    let path = || path.iter().map(|&part| part.to_owned()).collect();
    state_secret_mark(text).map(|_| secret(path(), "这段文字", "This text"))
}

fn secret(path: Vec<String>, zh: &str, en: &str) -> Problem {
    Problem {
        code: Code::Invalid,
        path,
        zh: format!(
            "{zh}中有国家秘密标志。本平台不得录入、存储、传输国家秘密：请立即从平台上撤下这份材料，不要另存或转发，并联系本单位保密办处理。"
        ),
        en: format!(
            "{en} carries a state-secret mark. State secrets may not be entered here: take the material off the platform \
             now, do not copy or forward it, and call your confidentiality office (保密办)."
        ),
    }
}

/// The content as a reader sees it: a field of blanks alone says nothing, so it does not count as filled in.
pub(crate) fn without_blanks(content: &Value) -> Value {
    match content {
        Value::String(text) if is_blank(text) => Value::String(String::new()),
        Value::Array(items) => Value::Array(items.iter().map(without_blanks).collect()),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, field)| !field.as_str().is_some_and(is_blank));
            Value::Object(said.map(|(name, field)| (name.clone(), without_blanks(field))).collect())
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => content.clone(),
    }
}

/// Is it one line that reads as it is written? Neither control characters nor what breaks a line or turns the direction of writing.
pub fn is_one_line(text: &str) -> bool {
    let turns = |letter| matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    !text.chars().any(|letter| letter.is_control() || turns(letter))
}

/// Places of control characters other than tab and line breaks, which neither paper nor database can hold.
pub(crate) fn invisible(form: &Value, content: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    each_text(content, &mut Vec::new(), &mut |path, text| {
        if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
            let field = Field::find(form, path);
            found.push(Problem {
                code: Code::Invalid,
                path: content_path(path),
                zh: format!("{}中有不可见的控制字符，请删去后重新填写。", field.zh),
                en: format!("{} has invisible control characters: remove them and enter it again.", field.en),
            });
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_reads_as_it_is_written() {
        assert!(is_one_line("第四季度党员大会（武康）\u{3000}2026 e\u{301}"));
        for text in ["一\n二", "a\u{202E}b", "a\u{2028}b", "a\u{2067}b", "a\u{0}b"] {
            assert!(!is_one_line(text), "{text:?}");
        }
    }
}
