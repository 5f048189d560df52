//! Announce an upload: name, length and quota are settled before a byte is taken.

use authz::{Sealed, act};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Code, Id, Outcome, Problem,
    file::{over_quota, too_large},
    id::noun,
};
use serde::{Deserialize, Serialize};

use crate::{App, Begun, Caller, Command, Error, Result};

/// Unsettled files of one person at the most.
const MOST_OPEN: u32 = 200;

/// What is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announce {
    /// Name as given; it was looked at already.
    pub name: String,
    /// Bytes.
    pub length: i64,
    /// Media type, as the client says.
    pub media_type: Option<String>,
    /// SHA-256, as the client says, in hex.
    pub sha256: Option<String>,
    /// `Upload-Metadata` as it was given.
    pub metadata: Option<String>,
}

/// An upload may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The file.
    pub file: Id<noun::File>,
    /// When it goes, if it is not finished.
    pub expires_at: DateTime<Utc>,
}

/// Whoever writes records at the organisation of the acting post uploads files for it.
pub async fn announce(cx: &App, who: &Caller, command: Command, what: Announce) -> Result<Outcome<Announced>> {
    let mut work = match cx.begin(who, command).await? {
        Begun::Fresh(work) => work,
        Begun::Answered(outcome) => return Ok(outcome),
    };
    let place = work.actor.acting_posts().next().map(|post| post.org.clone()).ok_or(Error::NotFound)?;
    let may = work.policy.permit::<act::CreateRecord>(&work.actor, Sealed::at(place.org, place, 0))?;
    let rules = store::tenant::own(&mut work.tx).await?.settings.files;
    if what.length < 1 {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::Invalid,
            &["length"],
            "文件是空的，请检查后重新选择",
            "the file is empty: look at it and choose again",
        )]));
    }
    if what.length > rules.largest {
        return Ok(Outcome::Refused(vec![too_large(what.length, rules.largest)]));
    }
    if store::file::open(&mut work.tx, MOST_OPEN).await?.len() >= MOST_OPEN as usize {
        return Ok(Outcome::Refused(vec![Problem::new(
            Code::TooMany,
            &["length"],
            format!("您已有 {MOST_OPEN} 个未传完或正在检查的文件，请先传完或放弃一些"),
            format!("you have {MOST_OPEN} files that are not finished or being examined: finish or give up some first"),
        )]));
    }
    let sha256 = match what.sha256.as_deref().map(digest) {
        Some(None) => {
            return Ok(Outcome::Refused(vec![Problem::new(
                Code::Invalid,
                &["sha256"],
                "SHA-256 须为 64 位十六进制数",
                "a SHA-256 is 64 hexadecimal digits",
            )]));
        }
        known => known.flatten(),
    };
    let file = store::file::Announced {
        id: cx.id(),
        name: what.name,
        length: what.length,
        media_type: what.media_type,
        sha256,
        metadata: what.metadata,
        expires_at: work.now + TimeDelta::hours(i64::from(rules.unfinished_hours)),
    };
    let quotas = (rules.per_person, rules.per_org);
    let begun = store::file::begin(&mut work.tx, &may, &file, quotas, who.origin.as_deref()).await?;
    if !begun.begun {
        let of_person = begun.person + file.length > quotas.0;
        let (used, quota) = if of_person { (begun.person, quotas.0) } else { (begun.org, quotas.1) };
        return Ok(Outcome::Refused(vec![over_quota(file.length, used, quota, of_person)]));
    }
    work.done(Announced { file: file.id, expires_at: file.expires_at }, Vec::new()).await
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}
