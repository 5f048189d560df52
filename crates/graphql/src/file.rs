//! Files: one's own on their way in, and those of a record. Their bytes go through `/uploads` and `/files`.

mod mutation;
mod preview;

use app::file::{Attachment as AppAttachment, File as AppFile};
use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    Id, Locale, Outcome,
    file::{FileAddress, FileRole, FileState},
    id::{ReceiptId, noun},
};

use crate::{
    id::{parse, show},
    problem::{Problem, split},
    request::{Answer, Refuse as _, answer},
};

pub use mutation::FileMutation;
pub use preview::{FileLink, Preview};

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "FileState")]
pub enum FileStateKind {
    /// Bytes are still coming. 上传中
    Receiving,
    /// Received whole; hashed, identified and scanned now. 检查中
    Examining,
    /// Kept for good; may be attached. 已入库
    Kept,
    /// Not taken, with a reason. 已拒收
    Refused,
    /// Never finished, given up, or released because it was in no record for long. 已过期
    Expired,
}

impl From<FileState> for FileStateKind {
    fn from(state: FileState) -> Self {
        match state {
            FileState::Receiving => Self::Receiving,
            FileState::Examining => Self::Examining,
            FileState::Kept => Self::Kept,
            FileState::Refused => Self::Refused,
            FileState::Expired => Self::Expired,
        }
    }
}

/// What a file is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[graphql(name = "FileRole")]
pub enum FileRoleKind {
    /// The signed original. 正本
    Original,
    /// The final wording. 定稿
    FinalText,
    /// An enclosure. 附件
    Enclosure,
    /// A photograph. 照片
    Photo,
    /// A sound recording. 录音
    Audio,
    /// A film. 录像
    Video,
}

impl From<FileRole> for FileRoleKind {
    fn from(role: FileRole) -> Self {
        match role {
            FileRole::Original => Self::Original,
            FileRole::FinalText => Self::FinalText,
            FileRole::Enclosure => Self::Enclosure,
            FileRole::Photo => Self::Photo,
            FileRole::Audio => Self::Audio,
            FileRole::Video => Self::Video,
        }
    }
}

impl From<FileRoleKind> for FileRole {
    fn from(role: FileRoleKind) -> Self {
        match role {
            FileRoleKind::Original => Self::Original,
            FileRoleKind::FinalText => Self::FinalText,
            FileRoleKind::Enclosure => Self::Enclosure,
            FileRoleKind::Photo => Self::Photo,
            FileRoleKind::Audio => Self::Audio,
            FileRoleKind::Video => Self::Video,
        }
    }
}

/// A file that the caller has uploaded.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct File {
    #[graphql(skip)]
    inner: Id<noun::File>,
    /// Its id.
    id: ID,
    /// Name as given.
    name: String,
    /// Bytes.
    length: i64,
    /// Where it stands.
    state: FileStateKind,
    /// It stays in quarantine because the virus scanner is away.
    waits_for_scanner: bool,
    /// It was too large to be scanned.
    unscanned: bool,
    /// Media type by content, once kept.
    media_type: Option<String>,
    /// PRONOM identifier of the format, where known.
    puid: Option<String>,
    /// SHA-256 in hex, once kept.
    sha256: Option<String>,
    /// When it was announced.
    created_at: DateTime<Utc>,
    /// When it goes, if it is not finished.
    expires_at: DateTime<Utc>,
    /// Why it was refused; warnings of one that was kept.
    problems: Vec<Problem>,
}

impl File {
    pub(crate) fn of(file: AppFile, locale: Locale) -> Self {
        Self {
            inner: file.id,
            id: show(file.id),
            name: file.name,
            length: file.length,
            state: file.state.into(),
            waits_for_scanner: file.waits,
            unscanned: file.unscanned,
            media_type: file.media_type,
            puid: file.puid,
            sha256: file.body.map(|body| hex::encode(body.sha256)),
            created_at: file.created_at,
            expires_at: file.expires_at,
            problems: if file.state == FileState::Refused {
                split(Outcome::<()>::Refused(file.problems), locale).1
            } else {
                split(Outcome::Done((), file.problems), locale).1
            },
        }
    }
}

#[ComplexObject]
impl File {
    /// A small picture of it: of a picture, or of the first page of a PDF. Null while there is none, and for other formats.
    async fn thumbnail(&self, ctx: &Context<'_>) -> Answer<Preview> {
        preview::thumbnail(ctx, self.inner, FileAddress::Own(self.inner)).await
    }

    /// Its pages as pictures: the first twenty of a PDF; of a picture one. They are made soon after the file is kept.
    async fn previews(&self, ctx: &Context<'_>) -> Answer<Vec<Preview>> {
        answer(ctx, |_| preview::pages(ctx, self.inner, FileAddress::Own(self.inner))).await
    }
}

/// A file in its place in a version of a record.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Attachment {
    #[graphql(skip)]
    file: Id<noun::File>,
    #[graphql(skip)]
    address: FileAddress,
    /// Its number in the record, from 1.
    n: i32,
    /// The file, for arranging the draft's files anew.
    file_id: ID,
    /// What it is to the record.
    role: FileRoleKind,
    /// Name as given.
    name: String,
    /// Bytes.
    length: i64,
    /// Media type, by content.
    media_type: String,
    /// PRONOM identifier of the format, where known.
    puid: Option<String>,
    /// It was too large for the virus scanner, and kept by the tenant's rule: open it with care.
    unscanned: bool,
    /// SHA-256, in hex.
    sha256: String,
    /// Where its bytes are, on this server.
    path: String,
}

#[ComplexObject]
impl Attachment {
    /// A small picture of it: of a picture, or of the first page of a PDF. Null while there is none, and for other formats.
    async fn thumbnail(&self, ctx: &Context<'_>) -> Answer<Preview> {
        preview::thumbnail(ctx, self.file, self.address).await
    }

    /// Its pages as pictures: the first twenty of a PDF; of a picture one. They are made soon after the file is kept.
    async fn previews(&self, ctx: &Context<'_>) -> Answer<Vec<Preview>> {
        answer(ctx, |_| preview::pages(ctx, self.file, self.address)).await
    }

    /// A link for a viewer or player that cannot send the session along: for a minute, for the one who asks, and only while
    /// his session and his right last.
    async fn link(&self, ctx: &Context<'_>) -> Answer<FileLink> {
        answer(ctx, |request| async move { preview::link(request, self.address).await.or_refuse(request) }).await
    }
}

impl Attachment {
    fn at(attachment: AppAttachment, address: FileAddress) -> Self {
        let attached = attachment.attached;
        Self {
            file: attachment.file,
            address,
            n: attached.n.into(),
            file_id: show(attachment.file),
            role: attached.role.into(),
            name: attached.name,
            length: attached.length,
            media_type: attached.media_type,
            puid: attachment.puid,
            unscanned: attachment.unscanned,
            sha256: attached.sha256,
            path: format!("/files/{address}"),
        }
    }

    /// Of a version of an own record.
    pub(crate) fn own(attachment: AppAttachment, record: Id<noun::Record>, version: i32) -> Self {
        let n = attachment.attached.n;
        Self::at(attachment, FileAddress::Record(record, version, n))
    }

    /// Of a received record.
    pub(crate) fn held(attachment: AppAttachment, receipt: ReceiptId) -> Self {
        let n = attachment.attached.n;
        Self::at(attachment, FileAddress::Receipt(receipt, n))
    }
}

/// Queries about one's own files.
#[derive(Debug, Default)]
pub struct FileQuery;

#[Object]
impl FileQuery {
    /// A file that the caller has uploaded.
    async fn file(&self, ctx: &Context<'_>, id: ID) -> Answer<File> {
        answer(ctx, |request| async move {
            let id = parse(&id).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(File::of(app::file::own(&mut reading, id).await.or_refuse(request)?, request.locale))
        })
        .await
    }

    /// The caller's files that are being received or examined, the newest first; at most 100.
    async fn open_files(&self, ctx: &Context<'_>) -> Answer<Vec<File>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let files = app::file::open(&mut reading).await.or_refuse(request)?;
            Ok(files.into_iter().map(|file| File::of(file, request.locale)).collect())
        })
        .await
    }
}
