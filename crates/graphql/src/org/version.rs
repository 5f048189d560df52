//! The dated history of an organisation.

use async_graphql::{Context, Enum, Object};
use chrono::{DateTime, NaiveDate, Utc};

use super::{Org, OrgKey, OrgKind, OrgState};
use crate::request::{Answer, loaders};

/// What a version changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::org::OrgChange")]
pub enum OrgChange {
    /// Founded. 设立
    Establish,
    /// Taken over by an import. 导入
    Import,
    /// Renamed. 更名
    Rename,
    /// Put below another superior. 调整隶属
    Move,
    /// Abolished. 撤销
    Close,
    /// Another detail. 变更信息
    Describe,
}

/// One dated version, on two axes: when it was true, when it was recorded.
#[derive(Debug, Clone)]
pub struct OrgVersion(domain::org::OrgVersion);

impl From<domain::org::OrgVersion> for OrgVersion {
    fn from(version: domain::org::OrgVersion) -> Self {
        Self(version)
    }
}

#[Object]
impl OrgVersion {
    /// Full name of that time.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Short name of that time.
    async fn short_name(&self) -> Option<&str> {
        self.0.short_name.as_deref()
    }

    /// Code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Kind of that time.
    async fn kind(&self) -> OrgKind {
        self.0.kind.into()
    }

    /// State.
    async fn state(&self) -> OrgState {
        self.0.state.into()
    }

    /// The superior of that time, as it is called today.
    async fn parent(&self, ctx: &Context<'_>) -> Answer<Option<Org>> {
        let key = OrgKey { id: self.0.parent?, at: None };
        Some(loaders(ctx).load_one(key).await)
    }

    /// How it was set up. 组建方式
    async fn formation(&self) -> Option<&str> {
        self.0.description.formation.as_deref()
    }

    /// The unit that it stood in. 所在单位名称
    async fn unit_name(&self) -> Option<&str> {
        self.0.description.unit_name.as_deref()
    }

    /// First day on which it was true.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it was true no more.
    async fn valid_to(&self) -> Option<NaiveDate> {
        self.0.valid_to
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// When a later entry took its place.
    async fn superseded_at(&self) -> Option<DateTime<Utc>> {
        self.0.superseded_at
    }

    /// What it changed.
    async fn change(&self) -> OrgChange {
        self.0.change.into()
    }

    /// Number of the approving document. 文号
    async fn document_no(&self) -> Option<&str> {
        self.0.approval.document_no.as_deref()
    }

    /// Date of the approving document.
    async fn document_date(&self) -> Option<NaiveDate> {
        self.0.approval.document_date
    }

    /// Why.
    async fn reason(&self) -> Option<&str> {
        self.0.approval.reason.as_deref()
    }
}
