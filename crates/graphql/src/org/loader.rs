//! Organisations, their lines and what is below them: each one statement for all that a request asks for at one time.

use std::{collections::HashMap, hash::Hash};

use app::org::{Below, Moment, Page};
use async_graphql::{Error, dataloader::Loader};
use domain::{
    Id,
    id::noun,
    org::{Contact, Description},
};

use super::{Org, OrgVersion};
use crate::{error::Result, loader::Batch, request::Refuse as _};

/// An organisation at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OrgKey {
    pub(super) id: Id<noun::Org>,
    pub(super) at: Option<Moment>,
}

/// Its setting at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DescriptionKey {
    pub(super) id: Id<noun::Org>,
    pub(super) at: Option<Moment>,
}

/// The line above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AncestorsKey {
    pub(super) of: Id<noun::Org>,
    pub(super) at: Option<Moment>,
}

/// A page of what is below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ChildrenKey {
    pub(super) of: Id<noun::Org>,
    pub(super) page: Page,
    pub(super) at: Option<Moment>,
}

/// Its dated history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct VersionsKey {
    pub(super) of: Id<noun::Org>,
    pub(super) superseded: bool,
}

/// How it can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ContactKey {
    pub(super) of: Id<noun::Org>,
}

/// Ids by what else they ask for: a request asks about one moment, mostly.
fn groups<K, G: Eq + Hash>(keys: &[K], part: impl Fn(&K) -> (Id<noun::Org>, G)) -> HashMap<G, Vec<Id<noun::Org>>> {
    let mut groups: HashMap<G, Vec<_>> = HashMap::new();
    for (id, group) in keys.iter().map(part) {
        groups.entry(group).or_default().push(id);
    }
    groups
}

/// For other nouns: an organisation as it stands today.
impl Loader<Id<noun::Org>> for Batch {
    type Value = Org;
    type Error = Error;

    async fn load(&self, keys: &[Id<noun::Org>]) -> Result<HashMap<Id<noun::Org>, Org>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let orgs = app::org::by_ids(&mut reading, keys, None).await.or_refuse(request)?;
        Ok(orgs.into_iter().map(|org| (org.id, org.into())).collect())
    }
}

impl Loader<OrgKey> for Batch {
    type Value = Org;
    type Error = Error;

    async fn load(&self, keys: &[OrgKey]) -> Result<HashMap<OrgKey, Org>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let mut found = HashMap::new();
        for (at, ids) in groups(keys, |key| (key.id, key.at)) {
            let orgs = app::org::by_ids(&mut reading, &ids, at).await.or_refuse(request)?;
            found.extend(orgs.into_iter().map(|org| (OrgKey { id: org.id, at }, Org { org, at })));
        }
        Ok(found)
    }
}

impl Loader<DescriptionKey> for Batch {
    type Value = Description;
    type Error = Error;

    async fn load(&self, keys: &[DescriptionKey]) -> Result<HashMap<DescriptionKey, Description>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let mut found = HashMap::new();
        for (at, ids) in groups(keys, |key| (key.id, key.at)) {
            let descriptions = app::org::descriptions(&mut reading, &ids, at).await.or_refuse(request)?;
            found.extend(descriptions.into_iter().map(|(id, description)| (DescriptionKey { id, at }, description)));
        }
        Ok(found)
    }
}

impl Loader<AncestorsKey> for Batch {
    type Value = Vec<Org>;
    type Error = Error;

    async fn load(&self, keys: &[AncestorsKey]) -> Result<HashMap<AncestorsKey, Vec<Org>>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let mut found = HashMap::new();
        for (at, ids) in groups(keys, |key| (key.of, key.at)) {
            let lines = app::org::ancestors(&mut reading, &ids, at).await.or_refuse(request)?;
            let line = |orgs: Vec<domain::org::Org>| orgs.into_iter().map(|org| Org { org, at }).collect();
            found.extend(lines.into_iter().map(|(of, orgs)| (AncestorsKey { of, at }, line(orgs))));
        }
        Ok(found)
    }
}

impl Loader<ChildrenKey> for Batch {
    type Value = Below;
    type Error = Error;

    async fn load(&self, keys: &[ChildrenKey]) -> Result<HashMap<ChildrenKey, Below>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let mut found = HashMap::new();
        for ((page, at), ids) in groups(keys, |key| (key.of, (key.page.clone(), key.at))) {
            let pages = app::org::children(&mut reading, &ids, &page, at).await.or_refuse(request)?;
            let key = |of| ChildrenKey { of, page: page.clone(), at };
            found.extend(pages.into_iter().map(|(of, below)| (key(of), below)));
        }
        Ok(found)
    }
}

impl Loader<VersionsKey> for Batch {
    type Value = Vec<OrgVersion>;
    type Error = Error;

    async fn load(&self, keys: &[VersionsKey]) -> Result<HashMap<VersionsKey, Vec<OrgVersion>>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for (superseded, ids) in groups(keys, |key| (key.of, key.superseded)) {
            for version in app::org::versions(&mut reading, &ids, superseded).await.or_refuse(request)? {
                found.entry(VersionsKey { of: version.org, superseded }).or_default().push(version.into());
            }
        }
        Ok(found)
    }
}

/// Of those that the asker may know.
impl Loader<ContactKey> for Batch {
    type Value = Contact;
    type Error = Error;

    async fn load(&self, keys: &[ContactKey]) -> Result<HashMap<ContactKey, Contact>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let ids: Vec<_> = keys.iter().map(|key| key.of).collect();
        let contacts = app::org::contacts(&mut reading, &ids).await.or_refuse(request)?;
        Ok(contacts.into_iter().map(|(of, contact)| (ContactKey { of }, contact)).collect())
    }
}
