//! From steps to people: who is told on which channel, and when.

use std::collections::HashSet;

use authz::TenantPolicy;
use chrono::{DateTime, Utc};
use domain::notice::{Channel, NoticeKind, When};
use store::relay::{
    Matters, People, Posted, Told,
    fact::{Person, Webhook},
};

use super::step::{Audience, Step};
use crate::right::Rights;

/// Notices and deliveries of these steps.
pub(super) fn tell(
    steps: &[Step],
    matters: &Matters,
    people: &People,
    policy: &TenantPolicy,
    now: DateTime<Utc>,
    letters: bool,
) -> (Vec<Told>, Vec<Posted>) {
    let (mut told, mut posted) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    if !people.tenant.open {
        return (told, posted);
    }
    let zone = people.tenant.settings.time_zone;
    for step in steps {
        let mut heard = false;
        for person in audience(step, matters, people, policy) {
            heard = true;
            if !known.insert((step.about.as_str(), person.account)) {
                continue;
            }
            let when = |channel| person.preferences.when_to_send(step.kind, channel, now, zone);
            if when(Channel::InApp) != When::Never {
                told.push(Told {
                    account: person.account,
                    event: step.event,
                    kind: step.kind,
                    about: step.about.clone(),
                    subject: step.subject,
                    at: step.at,
                });
            }
            // Of a changed address the letter was written with the change, to the address of before.
            if letters && person.reachable && step.kind != NoticeKind::AddressChanged {
                posted.extend(post(step, Channel::Mail, person.account.uuid(), when(Channel::Mail)));
            }
        }
        // A group is told of a recall only where somebody had been told that there is something to review.
        if heard || !matches!(step.audience, Audience::ToldOf(_)) {
            let hooks = people.webhooks.iter().filter(|hook| hears(hook, step));
            posted.extend(hooks.filter_map(|hook| post(step, Channel::Webhook, hook.id.uuid(), When::SendAt(now))));
        }
    }
    (told, posted)
}

fn hears(hook: &Webhook, step: &Step) -> bool {
    step.kind.is_for_groups() && Some(hook.org) == step.group && hook.kinds.contains(&step.kind)
}

fn post(step: &Step, channel: Channel, recipient: uuid::Uuid, when: When) -> Option<Posted> {
    let (due_at, digest_at) = match when {
        When::SendAt(at) => (Some(at), None),
        When::Digest(at) => (None, Some(at)),
        When::Never => return None,
    };
    Some(Posted {
        event: step.event,
        kind: step.kind,
        about: step.about.clone(),
        subject: step.subject,
        channel,
        recipient,
        at: step.at,
        digest_at,
        due_at,
    })
}

/// Everybody whom the rule names, who may, and who has not done it himself.
fn audience<'a>(step: &'a Step, matters: &'a Matters, people: &'a People, policy: &'a TenantPolicy) -> Vec<&'a Person> {
    let open = |person: &&Person| person.open && Some(person.account) != step.by;
    let everybody = || people.people.iter().filter(open);
    match &step.audience {
        Audience::One(account) => people.person(*account).into_iter().filter(|person| person.open).collect(),
        Audience::Invited(account) => people.person(*account).into_iter().filter(|person| person.invited).collect(),
        Audience::Administrators { duty, over } => {
            // Where the organisation is not known any more, nobody is above it.
            let place = over.map(|org| matters.org(org).map(store::relay::fact::Org::place));
            let administers = |person: &&Person| {
                person.posts.iter().filter(|post| post.duty == Some(*duty)).any(|post| match &place {
                    None => true,
                    Some(place) => place.as_ref().is_some_and(|place| post.org.holds(place)),
                })
            };
            everybody().filter(administers).collect()
        }
        Audience::ToldOf(about) => {
            let was_told = |person: &&Person| {
                people.told.iter().any(|known| known.account == person.account && known.about == *about)
            };
            everybody().filter(was_told).collect()
        }
        Audience::Deciders { org, submitter, confidentiality } => {
            let Some(place) = matters.org(*org).map(store::relay::fact::Org::place) else { return Vec::new() };
            let decides = |person: &&Person| {
                person.account != *submitter && Rights { policy, person }.decides(&place, *confidentiality)
            };
            everybody().filter(decides).collect()
        }
        Audience::Confirmers { org, writer, confidentiality } => {
            let Some(place) = matters.org(*org).map(store::relay::fact::Org::place) else { return Vec::new() };
            let confirms = |person: &&Person| {
                person.account != *writer && Rights { policy, person }.confirms(&place, *confidentiality)
            };
            everybody().filter(confirms).collect()
        }
        Audience::Writers { org, submitter, confidentiality } => {
            let Some(place) = matters.org(*org).map(store::relay::fact::Org::place) else { return Vec::new() };
            let writes = |person: &&Person| {
                let rights = Rights { policy, person };
                rights.edits(&place, *confidentiality)
                    || (person.account == *submitter && rights.views(&place, *confidentiality))
            };
            everybody().filter(writes).collect()
        }
        Audience::Submitter { org, submitter, confidentiality } => {
            let Some(place) = matters.org(*org).map(store::relay::fact::Org::place) else { return Vec::new() };
            everybody()
                .filter(|person| {
                    person.account == *submitter && Rights { policy, person }.views(&place, *confidentiality)
                })
                .collect()
        }
    }
}
