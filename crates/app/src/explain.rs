//! Why somebody may or may not do something: the chain of reasons, about objects that the asker may know of.

mod against;

use authz::{Action, Explanation, Kind, Object, Sealed, Subject, act};
use domain::{
    Id, Locale,
    id::{ReceiptId, noun},
};
use store::explain::Standing;

use crate::{Error, Reader, Result};

/// What the question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An organisation, or something of the action's kind that stands in it.
    Org(Id<noun::Org>),
    /// A record.
    Record(Id<noun::Record>),
    /// A received record.
    Receipt(ReceiptId),
    /// A person.
    Account(Id<noun::Account>),
    /// A post.
    Post(Id<noun::Post>),
    /// What belongs to the tenant, or to the person asked about.
    Nothing,
}

/// May `account` (oneself where none is named) do `action` to `about`, and why?
///
/// Not found: the object is none that the asker may know of, or is not of the action's kind, or the person is none about
/// whom he may ask.
pub async fn explain(
    reader: &mut Reader,
    account: Option<Id<noun::Account>>,
    action: Action,
    about: About,
    locale: Locale,
) -> Result<Explanation> {
    let account = account.unwrap_or(reader.actor.account);
    let own = account == reader.actor.account;
    if !own {
        store::account::locate(&mut reader.tx, account).await?.ok_or(Error::NotFound)?;
    }
    // About oneself everybody may ask, even without a post.
    let may = reader.policy.permit::<act::ExplainPolicy>(&reader.actor, Sealed::of(account, account));
    let posts = match may {
        Ok(may) => store::post::held(&mut reader.tx, &may).await?,
        Err(_) if own => reader.actor.posts.clone(),
        Err(denied) => return Err(denied.into()),
    };
    let standing = standing(reader, action.kind(), about).await?;
    let object = match (&standing, action.kind()) {
        (Some(standing), _) => Object::at(&standing.place).confidential(standing.confidentiality),
        (None, Kind::Session) => Object::of(if let About::Account(owner) = about { owner } else { account }),
        (None, Kind::Policy) if action == Action::ExplainPolicy => {
            Object::of(if let About::Account(owner) = about { owner } else { account })
        }
        (None, _) => Object::tenant(),
    };
    let places = posts.iter().map(|post| post.org.org).chain(standing.iter().map(|standing| standing.place.org));
    let places: Vec<_> = places.collect();
    let names = store::explain::org_names(&mut reader.tx, &places).await?;
    let subject = Subject { tenant: reader.actor.tenant, account, posts: &posts, acting: None };
    let mut explanation = reader.policy.explain(subject, action, object, locale, &|org| names.get(&org).cloned());
    if explanation.allowed {
        against::find(reader, account, action, about).await?.put(&mut explanation, locale);
    }
    Ok(explanation)
}

/// Where the object stands; none where it stands in no organisation.
async fn standing(reader: &mut Reader, kind: Kind, about: About) -> Result<Option<Standing>> {
    let (policy, actor, tx) = (reader.policy.clone(), &reader.actor, &mut reader.tx);
    // Whoever explains the whole tenant's permissions may know that an object is there, and where: not what it says.
    let explains_all = policy.scope::<act::ExplainPolicy>(actor).whole_tenant();
    let found = match (kind, about) {
        (
            Kind::Record | Kind::Receipt | Kind::Figure | Kind::Org | Kind::Account | Kind::Post | Kind::Webhook,
            About::Org(id),
        ) => store::explain::org(tx, &policy.scope(actor), id).await?,
        (Kind::Record, About::Record(id)) => {
            let mut found = store::explain::record(tx, &policy.scope(actor), id).await?;
            if found.is_none() {
                found = store::explain::held_record(tx, &policy.scope(actor), id).await?;
            }
            if found.is_none() && explains_all {
                found = store::explain::record_facts(tx, id).await?.map(|facts| facts.standing);
            }
            found
        }
        (Kind::Receipt, About::Receipt(id)) => match store::explain::receipt(tx, &policy.scope(actor), id).await? {
            None if explains_all => store::explain::receipt_facts(tx, id).await?.map(|facts| facts.standing),
            found => found,
        },
        (Kind::Account, About::Account(id)) => store::explain::account(tx, &policy.scope(actor), id).await?,
        (Kind::Post, About::Post(id)) => store::explain::post(tx, &policy.scope(actor), id).await?,
        (Kind::Policy | Kind::Session, About::Account(id)) => {
            // The person must be one that the asker may know of; what is asked about belongs to him.
            store::explain::account(tx, &policy.scope(actor), id).await?.ok_or(Error::NotFound)?;
            return Ok(None);
        }
        (Kind::Policy | Kind::Audit | Kind::Tenant | Kind::Session | Kind::Delivery, About::Nothing) => {
            return Ok(None);
        }
        (
            Kind::Record
            | Kind::Receipt
            | Kind::Figure
            | Kind::Org
            | Kind::Account
            | Kind::Post
            | Kind::Policy
            | Kind::Audit
            | Kind::Tenant
            | Kind::Session
            | Kind::Webhook
            | Kind::Delivery,
            _,
        ) => None,
    };
    found.map(Some).ok_or(Error::NotFound)
}
