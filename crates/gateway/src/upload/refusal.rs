//! What an upload is refused with: the status that tus asks for, the rule and the way out.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use blob::{AppendError, StagingError};
use domain::{Locale, Problem};
use serde_json::json;

use super::{ONE, RESUMABLE, VERSION};
use crate::server::told;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Version,
    Length,
    Metadata,
    Post,
    Name,
    MediaType,
    Offset,
    Algorithm,
    Absent,
    Moved,
    Busy,
    Checksum,
    TooLong,
    Cut,
    Full,
    Stopped,
    Failed,
}

impl Refused {
    pub(super) fn of_append(error: &AppendError) -> Self {
        match error {
            AppendError::Absent => Self::Absent,
            AppendError::Offset { .. } => Self::Moved,
            AppendError::Fenced | AppendError::Busy => Self::Busy,
            AppendError::Checksum { .. } => Self::Checksum,
            AppendError::TooLong { .. } => Self::TooLong,
            AppendError::Cut { .. } => Self::Cut,
            AppendError::Full => Self::Full,
            AppendError::Stopped => Self::Stopped,
            AppendError::Io(error) => {
                tracing::error!(%error, "the staging area failed");
                Self::Failed
            }
        }
    }

    pub(super) fn of_staging(error: &StagingError) -> Self {
        match error {
            StagingError::Absent => Self::Absent,
            StagingError::Full => Self::Full,
            StagingError::Busy => Self::Busy,
            StagingError::Exists
            | StagingError::Unfinished(_)
            | StagingError::Short { .. }
            | StagingError::Away
            | StagingError::Io(_) => {
                tracing::error!(%error, "the staging area failed");
                Self::Failed
            }
        }
    }

    const fn parts(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::Version => (412, "BAD_REQUEST", "须带 Tus-Resumable: 1.0.0", "Send Tus-Resumable: 1.0.0"),
            Self::Length => {
                (400, "BAD_REQUEST", "Upload-Length 须为文件的字节数", "Upload-Length has to be the file's bytes")
            }
            Self::Metadata => (
                400,
                "BAD_REQUEST",
                "Upload-Metadata 须为“名称 base64 值”，以逗号分隔",
                "Upload-Metadata has to be pairs of a name and a value in base64, with commas between",
            ),
            Self::Post => (
                400,
                "BAD_REQUEST",
                "Upload-Metadata 须用 post 指明以哪个职务上传",
                "Upload-Metadata has to name the post in whose name you upload: post",
            ),
            Self::Name => (
                400,
                "BAD_REQUEST",
                "Upload-Metadata 须有文件名 filename",
                "Upload-Metadata has to give the name of the file: filename",
            ),
            Self::MediaType => (
                415,
                "UNSUPPORTED_MEDIA_TYPE",
                "Content-Type 须为 application/offset+octet-stream",
                "Content-Type has to be application/offset+octet-stream",
            ),
            Self::Offset => (400, "BAD_REQUEST", "须带 Upload-Offset", "Send Upload-Offset"),
            Self::Algorithm => (
                400,
                "BAD_REQUEST",
                "Upload-Checksum 须为 sha1、sha256 或 md5 加 base64 摘要",
                "Upload-Checksum has to be sha1, sha256 or md5 with a digest in base64",
            ),
            Self::Absent => (404, "NOT_FOUND", "没有这个上传", "There is no such upload"),
            Self::Moved => (
                409,
                "CONFLICT",
                "Upload-Offset 与已存的字节数不同，请先用 HEAD 查询再续传",
                "Upload-Offset is not what is stored: ask by HEAD and go on from there",
            ),
            Self::Busy => (
                423,
                "LOCKED",
                "这个上传正由另一连接写入，请稍后用 HEAD 查询再续传",
                "Another connection writes this upload: ask by HEAD in a moment and go on from there",
            ),
            Self::Checksum => (
                460,
                "CHECKSUM_MISMATCH",
                "这一段与校验值不符，没有存下，请重传这一段",
                "These bytes do not fit their checksum and were not kept: send them again",
            ),
            Self::TooLong => (413, "TOO_LARGE", "收到的字节比申报的多", "More bytes came than were announced"),
            Self::Cut => (
                400,
                "CUT",
                "传输中断，已收到的部分已存下，请续传",
                "The line broke off; what came is kept: go on from there",
            ),
            Self::Full => {
                (507, "FULL", "存储空间已满，请联系系统管理员", "There is no space left: tell the system administrator")
            }
            Self::Stopped => {
                (503, "UNAVAILABLE", "系统正在重启，请稍后续传", "The server is restarting: go on in a moment")
            }
            Self::Failed => (500, "INTERNAL", "系统内部错误，已记录", "Internal error; it has been logged"),
        }
    }

    pub(super) fn told(self, locale: Locale) -> Response {
        let (status, code, zh, en) = self.parts();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = told(status, code, locale.pick(zh, en));
        if self == Self::Version {
            answer.headers_mut().insert(VERSION, ONE);
        }
        answer
    }
}

/// Refusals of the domain, each with its field.
pub(super) fn problems(all: &[Problem], locale: Locale) -> Response {
    let told: Vec<_> = all
        .iter()
        .map(|problem| json!({ "code": problem.code, "message": problem.message(locale), "path": problem.path }))
        .collect();
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "problems": told }))).into_response()
}

/// A method that is none here.
pub(super) fn refused(status: StatusCode, locale: Locale) -> Response {
    told(status, "METHOD_NOT_ALLOWED", locale.pick("该地址不接受此方法", "This address does not take this method"))
}

/// Every answer carries the version.
pub(super) fn tus(answered: Result<Response, Box<Response>>) -> Response {
    let mut answer = answered.unwrap_or_else(|refusal| *refusal);
    answer.headers_mut().insert(RESUMABLE, ONE);
    answer
}
