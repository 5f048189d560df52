//! Forbidden and absent answer alike, byte for byte: at every place of the schema where an id is given. So does what is
//! no id.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Actor, Answer, Setup};

use super::{
    case::{Asked, Case, Denial, among},
    table::rows,
    world::World,
};

/// Nobody has this.
const ABSENT: &str = "01900000deadbeefdeadbeefdeadbeef";
/// Strangers who try the object itself: of the sibling branch, of a branch of another town, of the other tenant.
const STRANGERS: [&str; 3] = ["zj/village2/secretary", "zj/village3/recorder", "edu/college/reviewer"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forbidden_answers_as_what_is_absent() {
    let world = World::new(Setup::default()).await;
    let (mut tried, mut faults) = (BTreeSet::new(), Vec::new());
    for case in rows() {
        let subject = world.shared(case.on);
        let holder = case.may.iter().chain(case.refused).flat_map(|some| some.iter()).next();
        let knows = |key: &str| among(case.may, key) || among(case.refused, key);
        let strangers = STRANGERS.iter().filter(|key| !knows(key)).map(|key| (key, true));
        for (key, stranger) in holder.map(|key| (key, false)).into_iter().chain(strangers) {
            let actor = world.app.actor(key);
            let variables = case.variables(&Asked { app: &world.app, actor: &actor, subject });
            for place in places(&variables) {
                tried.insert(format!("{}.{}", case.field, place.name));
                for forbidden in forbidden(&world, &case, (&actor, stranger), &place) {
                    faults.extend(unlike(&case, &actor, &variables, &place, &forbidden).await);
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} places tell what is there:\n{}", faults.len(), faults.join("\n"));
    let untried: Vec<_> =
        asked_by_the_schema(&world).await.into_iter().filter(|place| !tried.contains(place)).collect();
    assert!(untried.is_empty(), "no row gives an id at {untried:?}");
}

/// Whoever has not entered is told so, whatever he writes where an id belongs.
#[tokio::test]
async fn without_a_session_every_id_answers_alike() {
    let world = World::new(Setup::default()).await;
    let nobody = world.app.anonymous();
    let mut faults = Vec::new();
    for case in rows() {
        let variables = case.variables(&Asked { app: &world.app, actor: &nobody, subject: world.shared(case.on) });
        for place in places(&variables) {
            let answer = async |id: &str| {
                let mut variables = variables.clone();
                *variables.pointer_mut(&place.pointer).unwrap() = id.into();
                shown(&nobody.send(&case.document, variables).await, id)
            };
            let named = answer(&place.id).await;
            let kind = place.id.split(':').next().unwrap();
            for other in [
                format!("{kind}:{ABSENT}"),
                format!("{kind}:what"),
                "what".to_owned(),
                place.id.replace(kind, "record"),
            ] {
                let told = answer(&other).await;
                if told != named || !named.contains("UNAUTHENTICATED") {
                    faults.push(format!("{}, {} = {other}:\n  {told}\n  {named}", case.name(), place.name));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} places tell something:\n{}", faults.len(), faults.join("\n"));
}

/// Where an id stands in the variables.
struct Place {
    /// Name of the argument, or of the field of the input.
    name: String,
    pointer: String,
    id: String,
}

fn places(variables: &Value) -> Vec<Place> {
    let (prefix, members) = variables.get("input").map_or(("", variables), |input| ("/input", input));
    places_in(prefix, members)
}

fn places_in(prefix: &str, members: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    for (name, value) in members.as_object().unwrap() {
        let pointer = format!("{prefix}/{name}");
        if let Some(first @ Value::Object(_)) = value.get(0) {
            places.extend(places_in(&format!("{pointer}/0"), first));
            continue;
        }
        let (pointer, value) = value.get(0).map_or((pointer.clone(), value), |first| (format!("{pointer}/0"), first));
        if let Some((_, id)) = value.as_str().and_then(|text| text.split_once(':'))
            && id.len() >= 32
        {
            places.push(Place { name: name.clone(), pointer, id: value.as_str().unwrap().to_owned() });
        }
    }
    places
}

/// Ids of the same kind that this actor may not know of.
fn forbidden(world: &World, case: &Case, (actor, stranger): (&Actor<'_>, bool), place: &Place) -> Vec<String> {
    let kind = place.id.split(':').next().unwrap();
    let acting = place.name == "post";
    if stranger {
        let hidden = case.denial == Denial::Hidden || (case.denial != Denial::Own && actor.key.starts_with("edu/"));
        return if hidden && !acting { vec![place.id.clone()] } else { Vec::new() };
    }
    let mut forbidden: Vec<_> = world.foreign.get(kind).cloned().into_iter().collect();
    // Whoever is above, or looks after the whole tenant, knows of more.
    let everywhere = actor.key.starts_with("zj/province/");
    if acting || (case.denial == Denial::Hidden && !everywhere) {
        forbidden.extend(world.hidden.get(kind).cloned());
    }
    forbidden
}

/// The same kind, and nowhere: for a receipt, another number of the same organisation as well.
fn absent(forbidden: &str) -> Vec<String> {
    let (kind, rest) = forbidden.split_once(':').unwrap();
    match rest.split_once('.') {
        Some((org, no)) => {
            let other = no.replace(|_: char| true, "9");
            vec![format!("{kind}:{org}.{other}"), format!("{kind}:{ABSENT}.{no}")]
        }
        None => vec![format!("{kind}:{ABSENT}")],
    }
}

async fn unlike(case: &Case, actor: &Actor<'_>, variables: &Value, place: &Place, forbidden: &str) -> Vec<String> {
    let answer = async |id: &str| {
        let mut variables = variables.clone();
        *variables.pointer_mut(&place.pointer).unwrap() = id.into();
        if case.mutation {
            variables["input"]["idempotencyKey"] = testkit::actor::new_key().into();
        }
        shown(&actor.send(&case.document, variables).await, id)
    };
    let found = answer(forbidden).await;
    let mut faults = Vec::new();
    // Where the answer is a refusal, what is no id at all is refused like any.
    let kind = forbidden.split(':').next().unwrap();
    let none = [format!("{kind}:what"), "what".to_owned(), format!("session-{forbidden}")];
    let none = none.into_iter().filter(|_| found.contains(r#""code":"NOT_FOUND""#));
    for absent in absent(forbidden).into_iter().chain(none) {
        let missing = answer(&absent).await;
        if found != missing {
            let what = format!("{}, {}, {} = {forbidden}", case.name(), actor.key, place.name);
            faults.push(format!("{what}:\n  there:  {found}\n  absent: {missing}"));
        }
    }
    faults
}

/// Status, headers but date and request id, body; the id replaced.
pub(super) fn shown(answer: &Answer, id: &str) -> String {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    format!("{} {headers:?} {}", answer.status, answer.text().replace(id, "ID"))
}

/// `field.argument`, or `field.fieldOfTheInput`, wherever the schema takes an id.
async fn asked_by_the_schema(world: &World) -> BTreeSet<String> {
    let of = "name type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";
    let query = format!(
        "{{ __schema {{ types {{ name inputFields {{ {of} }} }}
             queryType {{ fields {{ name args {{ {of} }} }} }} mutationType {{ fields {{ name args {{ {of} }} }} }}
             subscriptionType {{ fields {{ name args {{ {of} }} }} }} }} }}"
    );
    let schema = world.app.actor("zj/province/security").data(&query, json!({})).await;
    let types = schema["__schema"]["types"].as_array().unwrap();
    let inputs = |name: &str| {
        let found = types.iter().find(|one| one["name"] == name).and_then(|one| one["inputFields"].as_array());
        found.cloned().unwrap_or_default()
    };
    let mut places = BTreeSet::new();
    for root in ["queryType", "mutationType", "subscriptionType"] {
        for field in schema["__schema"][root]["fields"].as_array().unwrap() {
            let mut waiting = field["args"].as_array().unwrap().clone();
            while let Some(argument) = waiting.pop() {
                let kind = named(&argument["type"]);
                if kind == "ID" {
                    places.insert(format!(
                        "{}.{}",
                        field["name"].as_str().unwrap(),
                        argument["name"].as_str().unwrap()
                    ));
                }
                waiting.extend(inputs(&kind));
            }
        }
    }
    places
}

/// The name below lists and non-null.
fn named(kind: &Value) -> String {
    let mut kind = kind;
    while kind["name"].is_null() {
        kind = &kind["ofType"];
    }
    kind["name"].as_str().unwrap().to_owned()
}
