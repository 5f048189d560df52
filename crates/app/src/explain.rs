//! Why somebody may or may not do something: the chain of reasons, about objects that the asker may know of.

use authz::{Action, Explanation, Kind, Object, Sealed, Subject, act};
use domain::{
    Id, Locale,
    id::{ReceiptId, noun},
    record::RecordState,
    submission::ReceiptState,
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
    if explanation.allowed
        && let Some((zh, en)) = stands_against(reader, account, action, about).await?
    {
        explanation.allowed = false;
        explanation.steps.push(locale.pick(&zh, &en).to_owned());
    }
    Ok(explanation)
}

/// What the policy does not know: the state that the object is in, and that nobody decides his own.
async fn stands_against(
    reader: &mut Reader,
    account: Id<noun::Account>,
    action: Action,
    about: About,
) -> Result<Option<(String, String)>> {
    let (state, fits, own) = match about {
        About::Record(id) => {
            let Some(state) = store::explain::record_state(&mut reader.tx, id).await? else { return Ok(None) };
            let fits = match action {
                Action::EditRecord | Action::SubmitRecord => state.is_open(),
                Action::DiscardRecord => state == RecordState::Draft,
                Action::RecallRecord => state == RecordState::InReview,
                _ => true,
            };
            ((state.zh(), state.as_str()), fits, false)
        }
        About::Receipt(id) => {
            let Some((state, hands)) = store::explain::receipt_state(&mut reader.tx, id).await? else {
                return Ok(None);
            };
            let decides = matches!(action, Action::ApproveReceipt | Action::ReturnReceipt);
            let fits = match action {
                Action::RecallReceipt => state == ReceiptState::Approved,
                _ => !decides || state == ReceiptState::Pending,
            };
            ((state.zh(), state.as_str()), fits, decides && hands.contains(&account))
        }
        About::Org(_) | About::Account(_) | About::Post(_) | About::Nothing => return Ok(None),
    };
    Ok(match (fits, own) {
        (false, _) => Some((
            format!("但这一件现为“{}”，此时不能{}。", state.0, action.label(Locale::Zh)),
            format!(
                "But it is {} now: in this state nobody may {}.",
                state.1.replace('_', " "),
                action.label(Locale::En)
            ),
        )),
        (true, true) => Some((
            "但这一件是此人自己填写或报送的，须由他人审核。".to_owned(),
            "But this person wrote or sent it himself; another person must decide.".to_owned(),
        )),
        (true, false) => None,
    })
}

/// Where the object stands; none where it stands in no organisation.
async fn standing(reader: &mut Reader, kind: Kind, about: About) -> Result<Option<Standing>> {
    let (policy, actor, tx) = (reader.policy.clone(), &reader.actor, &mut reader.tx);
    let found = match (kind, about) {
        (
            Kind::Record | Kind::Receipt | Kind::Figure | Kind::Org | Kind::Account | Kind::Post | Kind::Webhook,
            About::Org(id),
        ) => store::explain::org(tx, &policy.scope(actor), id).await?,
        (Kind::Record, About::Record(id)) => {
            let own = store::explain::record(tx, &policy.scope(actor), id).await?;
            match own {
                Some(own) => Some(own),
                None => store::explain::held_record(tx, &policy.scope(actor), id).await?,
            }
        }
        (Kind::Receipt, About::Receipt(id)) => store::explain::receipt(tx, &policy.scope(actor), id).await?,
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
