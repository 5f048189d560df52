//! The sentences of refusals, in both languages.

use domain::Locale;

use super::refusal::Refusal;

impl Refusal {
    /// The sentence for the user. It holds nothing of the request but a variable's name.
    pub fn message(&self, locale: Locale) -> String {
        match locale {
            Locale::Zh => self.chinese(),
            Locale::En => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Method => "只接受 POST 请求".into(),
            Self::ContentType => "请求的 Content-Type 必须是 application/json(UTF-8,不压缩)".into(),
            Self::Accept => "Accept 必须允许 application/json 或 application/graphql-response+json".into(),
            Self::BodyTooLarge(max) => format!("请求体不得超过 {max} 字节"),
            Self::BodyBroken => "请求体没有完整到达".into(),
            Self::BodySlow => "请求体到达过慢".into(),
            Self::NotUtf8 => "请求体不是 UTF-8".into(),
            Self::NotJson(line, column) => format!("请求体不是 JSON(第 {line} 行第 {column} 列)"),
            Self::TooManyValues(max) => format!("请求体中的值不得超过 {max} 个"),
            Self::NestedTooDeep(max) => format!("请求体的嵌套不得超过 {max} 层"),
            Self::Batch => "不接受批量操作：一次请求只含一个操作".into(),
            Self::NotObject => "请求体必须是 JSON 对象".into(),
            Self::Member(name, wanted) => format!("请求体的 {name} 必须是 {wanted}"),
            Self::UnknownDocument => "页面与系统版本不一致，请刷新页面".to_owned(),
            Self::QueryTooLong(max) => format!("查询文本不得超过 {max} 字节"),
            Self::Syntax(fault) => fault.chinese(),
            Self::FragmentCycle(_) => "片段（fragment）循环引用自身".into(),
            Self::UnknownOperation => "文档中没有所指名称的操作".into(),
            Self::OperationName => "文档含多个操作，必须给出 operationName".into(),
            Self::Subscription => "此地址不支持订阅（subscription），请用 WebSocket 连接 /graphql/ws".into(),
            Self::NoSubscription => "此连接只接受订阅（subscription）；查询和变更请用 POST /graphql".into(),
            Self::SeveralFields => "一个订阅只能有一个根字段，请分开订阅".into(),
            Self::NullVariable(name, _) => format!("变量 ${name} 不得为空"),
            Self::Introspection => "本凭证无权查询接口定义（introspection）".into(),
            Self::TooCostly { zh, value, max, .. } => format!("查询过大：{zh}为 {value}，上限 {max}"),
            Self::RateLimited(wait) => format!("本分钟的额度已用完，请在 {} 秒后重试", wait.seconds()),
            Self::Deadline(true) => "未能及时答复，操作可能仍会完成；请用同一 idempotencyKey 重试".into(),
            Self::Deadline(false) => "未能及时答复，请稍后重试".into(),
            Self::Internal => "服务器内部错误".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Method => "Only POST is accepted".into(),
            Self::ContentType => "Content-Type must be application/json (UTF-8, not compressed)".into(),
            Self::Accept => "Accept must allow application/json or application/graphql-response+json".into(),
            Self::BodyTooLarge(max) => format!("The body must not exceed {max} bytes"),
            Self::BodyBroken => "The body did not arrive whole".into(),
            Self::BodySlow => "The body arrived too slowly".into(),
            Self::NotUtf8 => "The body is not UTF-8".into(),
            Self::NotJson(line, column) => format!("The body is not JSON (line {line}, column {column})"),
            Self::TooManyValues(max) => format!("The body must not hold more than {max} values"),
            Self::NestedTooDeep(max) => format!("The body must not nest deeper than {max}"),
            Self::Batch => "Batches are not accepted: one request holds one operation".into(),
            Self::NotObject => "The body must be a JSON object".into(),
            Self::Member(name, wanted) => format!("The member {name} of the body must be {wanted}"),
            Self::UnknownDocument => "No operation has this hash: load the page again".to_owned(),
            Self::QueryTooLong(max) => format!("The query text must not exceed {max} bytes"),
            Self::Syntax(fault) => fault.english(),
            Self::FragmentCycle(_) => "A fragment contains itself".into(),
            Self::UnknownOperation => "The document has no operation of that name".into(),
            Self::OperationName => "The document has several operations: operationName is required".into(),
            Self::Subscription => "Subscriptions are not served here: use a WebSocket at /graphql/ws".into(),
            Self::NoSubscription => {
                "Only subscriptions are taken here; queries and mutations go to POST /graphql".into()
            }
            Self::SeveralFields => "A subscription has one field at its root: subscribe once for each".into(),
            Self::NullVariable(name, _) => format!("The variable ${name} must not be null"),
            Self::Introspection => "This credential does not carry introspection".into(),
            Self::TooCostly { en, value, max, .. } => {
                format!("The query asks for too much: {en} is {value}, at most {max}")
            }
            Self::RateLimited(wait) => {
                format!("This minute's budget is spent; try again in {} seconds", wait.seconds())
            }
            Self::Deadline(true) => {
                "No answer in time; the operation may still complete: repeat it with the same idempotencyKey".into()
            }
            Self::Deadline(false) => "No answer in time; try again later".into(),
            Self::Internal => "Internal error".into(),
        }
    }
}
