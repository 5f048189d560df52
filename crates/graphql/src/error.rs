//! From the six codes of the use cases into GraphQL: the only such place. Causes of internal errors are logged here, once.

use async_graphql::{Error, ErrorExtensions as _};
use domain::Locale;

/// The answer of a resolver.
pub type Result<T> = std::result::Result<T, Error>;

/// Maps a failure; its text tells nothing of the inside.
pub fn refuse(error: &app::Error, locale: Locale) -> Error {
    let (zh, en) = match error {
        app::Error::NotFound => {
            ("未找到：该对象不存在，或您无权得知", "not found: absent, or nothing that you may know of")
        }
        app::Error::Forbidden => ("无权进行此操作", "you may not do this"),
        app::Error::Unauthenticated => ("请先登录", "sign in first"),
        app::Error::Conflict => (
            "数据已有变化，或该幂等键已用于另一次操作；请刷新，并换一个幂等键重试",
            "changed meanwhile, or the idempotency key was used for something else: read it again, then retry with a new key",
        ),
        app::Error::Unavailable(cause) => {
            tracing::warn!(cause = ?cause, "a use case found a part of the system away");
            ("服务暂不可用，请稍后重试", "unavailable for the moment: try again")
        }
        app::Error::Internal { context, cause } => {
            tracing::error!(context, %cause, "internal error");
            ("系统内部错误，已记录", "internal error; it has been logged")
        }
    };
    Error::new(locale.pick(zh, en)).extend_with(|_, extensions| extensions.set("code", error.code()))
}

/// Code and sentence, for an item of a batch; a defect is logged here as well.
pub fn told(error: &app::Error, locale: Locale) -> (String, String) {
    (error.code().to_owned(), refuse(error, locale).message)
}
