//! What a schema refuses, said in the words of the form: the field's title, the rule and the way out.

use jsonschema::{ValidationError, error::ValidationErrorKind, paths::LocationSegment};
use serde_json::Value;

use super::pointer::is_field_name;
use crate::{Code, Problem};

/// The problem that an error of the validator stands for. It repeats nothing of the content.
pub(crate) fn problem(form: &Value, error: &ValidationError<'_>) -> Problem {
    let mut path: Vec<String> = error.instance_path().iter().map(|segment| segment_text(&segment)).collect();
    if let ValidationErrorKind::Required { property: Value::String(name) } = error.kind() {
        path.push(name.clone());
    }
    let field = Field::find(form, &path);
    let (code, zh, en) = said(&field, error);
    Problem { code, path: content_path(&path), zh: format!("{}{zh}", field.zh), en: format!("{} {en}", field.en) }
}

fn said(field: &Field<'_>, error: &ValidationError<'_>) -> (Code, String, String) {
    use ValidationErrorKind as Kind;
    let of = |code: Code, zh: String, en: String| (code, zh, en);
    match error.kind() {
        Kind::Required { .. } | Kind::MinLength { .. } => of(
            Code::Required,
            "必填，请填写后再上报。".to_owned(),
            "is required: fill it in before submitting.".to_owned(),
        ),
        Kind::MinItems { limit } => of(
            Code::Required,
            format!("至少填写 {limit} 项，请补上后再上报。"),
            format!("needs at least {limit} of them: add them before submitting."),
        ),
        Kind::MaxLength { limit } => of(
            Code::TooLong,
            format!("最多 {limit} 个字，请精简，详细内容可作为附件。"),
            format!("takes at most {limit} characters: shorten it, details can be attached."),
        ),
        Kind::MaxItems { limit } => of(
            Code::TooLong,
            format!("最多 {limit} 项，请减少，其余可作为附件。"),
            format!("takes at most {limit} of them: remove some, the others can be attached."),
        ),
        Kind::Maximum { limit } => {
            of(Code::TooLong, format!("不能大于 {limit}，请改正。"), format!("is at most {limit}: correct it."))
        }
        Kind::Minimum { limit } => {
            of(Code::Invalid, format!("不能小于 {limit}，请改正。"), format!("is at least {limit}: correct it."))
        }
        Kind::Type { .. } => type_said(field, error.instance()),
        Kind::AdditionalProperties { unexpected } => unknown_said(unexpected),
        Kind::Enum { .. } => of(
            Code::Invalid,
            format!("只能是：{}。请选择其中之一。", field.labels("zh", "、")),
            format!("is one of: {}. Choose one of them.", field.labels("en", ", ")),
        ),
        Kind::Format { .. } => of(
            Code::Invalid,
            "须为日期，如 2026-03-31，请改正。".to_owned(),
            "is a date, e.g. 2026-03-31: correct it.".to_owned(),
        ),
        Kind::Pattern { .. } => {
            let example = field.schema.and_then(|schema| schema.get("x-example")?.as_str()).unwrap_or("…");
            of(
                Code::Invalid,
                format!("的格式应如 {example}，请改正。"),
                format!("is written like {example}: correct it."),
            )
        }
        _ => of(
            Code::Invalid,
            "不符合本栏要求，请改正。".to_owned(),
            "is not what this field asks for: correct it.".to_owned(),
        ),
    }
}

fn type_said(field: &Field<'_>, found: &Value) -> (Code, String, String) {
    if found.is_null() {
        let (zh, en) =
            ("为空值；没有内容的，请不要提交这一栏。", "is null: leave the field out where there is nothing to say.");
        return (Code::Invalid, zh.to_owned(), en.to_owned());
    }
    let (zh, en) = match field.schema.and_then(|schema| schema.get("type")?.as_str()) {
        Some("integer") => ("整数", "a whole number"),
        Some("boolean") => ("“是”或“否”", "true or false"),
        Some("array") => ("列表", "a list"),
        Some("object") => ("一组栏目", "a group of fields"),
        _ => ("文字", "text"),
    };
    (Code::Invalid, format!("须为{zh}，请改正。"), format!("is {en}: correct it."))
}

/// Names that somebody sent are repeated only where they look like names of fields.
fn unknown_said(unexpected: &[String]) -> (Code, String, String) {
    let named: Vec<&str> = unexpected.iter().map(String::as_str).filter(|name| is_field_name(name)).take(5).collect();
    let zh = if named.is_empty() { String::new() } else { format!("（{}）", named.join("、")) };
    let en = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    (
        Code::Invalid,
        format!("中有表单没有的栏目{zh}，请删去；需要补充的写在备注里。"),
        format!("has fields that the form does not know{en}: remove them, remarks have a field of their own."),
    )
}

fn segment_text(segment: &LocationSegment<'_>) -> String {
    match segment {
        LocationSegment::Property(name) => name.clone().into_owned(),
        LocationSegment::Index(index) => index.to_string(),
    }
}

/// The path of a problem: `content`, then names and numbers as far as they are names of fields.
pub(crate) fn content_path(path: &[String]) -> Vec<String> {
    let known = path.iter().take_while(|name| is_field_name(name)).cloned();
    std::iter::once("content".to_owned()).chain(known).collect()
}

/// Where a problem's field stands in the form, from the outside in; problems are said in this order.
pub(crate) fn rank(form: &Value, path: &[String]) -> Vec<usize> {
    let mut schema = Some(form);
    let within = path.iter().skip(1);
    let places = within.map_while(|name| {
        let outer = schema?;
        if let Some(items) = outer.get("items") {
            schema = Some(items);
            return name.parse().ok();
        }
        schema = outer.get("properties").and_then(|fields| fields.get(name));
        outer.get("x-order")?.as_array()?.iter().position(|named| named.as_str() == Some(name))
    });
    places.collect()
}

/// A field as the form calls it.
#[derive(Debug)]
pub(crate) struct Field<'s> {
    schema: Option<&'s Value>,
    /// E.g. `“议题”第 2 项的“题目”`.
    pub(crate) zh: String,
    /// E.g. `"Agenda" item 2, "Topic"`.
    pub(crate) en: String,
}

impl<'s> Field<'s> {
    /// The field at a path of names and numbers, as far as the form knows it; the whole form at the empty path.
    pub(crate) fn find(form: &'s Value, path: &[String]) -> Self {
        let mut field = Self { schema: Some(form), zh: String::new(), en: String::new() };
        for name in path {
            field.enter(name);
        }
        if field.zh.is_empty() {
            field.name(form);
        }
        field
    }

    fn enter(&mut self, name: &str) {
        let Some(schema) = self.schema else { return };
        if let Some(items) = schema.get("items") {
            let number = name.parse::<usize>().unwrap_or(0).saturating_add(1).to_string();
            self.zh.extend(["第 ", &number, " 项"]);
            self.en.extend([" item ", &number]);
            self.schema = Some(items);
            return;
        }
        self.schema = schema.get("properties").and_then(|fields| fields.get(name));
        if let Some(schema) = self.schema {
            if !self.zh.is_empty() {
                self.zh.push('的');
                self.en.push_str(", ");
            }
            self.name(schema);
        }
    }

    fn name(&mut self, schema: &Value) {
        let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        self.zh.extend(["“", text("title"), "”"]);
        self.en.extend(["\"", text("x-en"), "\""]);
    }

    fn labels(&self, locale: &str, between: &str) -> String {
        let Some(schema) = self.schema else { return String::new() };
        let options = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let label = |code: &str| schema.get("x-labels")?.get(code)?.get(locale)?.as_str();
        options.map(|code| label(code).unwrap_or(code)).collect::<Vec<&str>>().join(between)
    }
}
