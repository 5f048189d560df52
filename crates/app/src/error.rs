//! What a use case may fail with: six codes, nothing of the inside.

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Failure of a use case; refusals of the domain are no failures but an `Outcome`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent, or nothing that the asker may know of.
    #[error("not found")]
    NotFound,
    /// The asker knows of the object, but may not do this.
    #[error("forbidden")]
    Forbidden,
    /// No valid session.
    #[error("unauthenticated")]
    Unauthenticated,
    /// Somebody else was faster, or an idempotency key was used for something else.
    #[error("conflict")]
    Conflict,
    /// The database or a part of the system is away for the moment; try again.
    #[error("unavailable")]
    Unavailable(#[source] Option<store::Error>),
    /// A defect; its cause is logged once, never told.
    #[error("internal: {context}")]
    Internal {
        /// Where.
        context: &'static str,
        /// What.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// A defect with its cause.
    pub fn internal(context: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal { context, cause: cause.into() }
    }

    /// The stable code of the public contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Conflict => "CONFLICT",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(_) => Self::Conflict,
            // The second wall refused what the first had permitted: to the asker it is absent, to us a warning.
            store::Error::Refused(ref what) => {
                tracing::warn!(refusal = %what, "the database refused what the policy had permitted");
                Self::NotFound
            }
            store::Error::Unavailable(_) => Self::Unavailable(Some(error)),
            store::Error::Constraint(_)
            | store::Error::Rows { .. }
            | store::Error::Stored(_)
            | store::Error::Driver(_) => Self::internal("store", error),
        }
    }
}

impl From<authz::Denied> for Error {
    /// Whoever may not do something learns no more than that it is not there; use cases say `Forbidden` themselves
    /// where the asker may see the object.
    fn from(_: authz::Denied) -> Self {
        Self::NotFound
    }
}
