//! Every cell of the table through the real router.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use testkit::{Actor, Setup};

use super::{
    case::{Asked, Case, Floor, On, State, among},
    judge::{Expected, fault},
    people::{NOBODY, everybody},
    table::rows,
    world::{Subject, World},
};

/// Cells at one time.
const AT_ONCE: usize = 8;

/// Which walls stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walls {
    Both,
    /// Everything is allowed; row security and the functions of the database alone.
    SecondAlone,
    /// Casbin and scopes alone; the database lets everything pass.
    FirstAlone,
}

/// Both walls: each cell is answered as the table says, and a denied one writes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_answers_whom_the_table_names_and_nobody_else() {
    let world = World::new(Setup::default()).await;
    run(&world, Walls::Both).await;
}

/// The first wall off: what the second promises holds all the same. Nothing foreign is read, nothing is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_wall_stands_alone() {
    let world = World::new(Setup { first_wall: false, ..Setup::default() }).await;
    run(&world, Walls::SecondAlone).await;
}

/// The second wall off (a superuser's connection): casbin and scopes deny the same cells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_wall_stands_alone() {
    let world = World::new(Setup { past_row_security: true, ..Setup::default() }).await;
    run(&world, Walls::FirstAlone).await;
}

/// No field is without a row, and no row without a field.
#[tokio::test]
async fn every_field_of_the_schema_has_a_row() {
    let app = testkit::TestApp::new().await;
    let schema = "{ __schema { queryType { fields { name } } mutationType { fields { name } }
                  subscriptionType { fields { name } } } }";
    let schema = app.actor("zj/province/security").data(schema, json!({})).await;
    let names = |root: &str| -> BTreeSet<String> {
        let fields = schema["__schema"][root]["fields"].as_array().unwrap();
        fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    };
    let rows = rows();
    for (root, kind) in [("queryType", "query"), ("mutationType", "mutation"), ("subscriptionType", "subscription")] {
        let of_kind =
            |row: &&Case| row.document.starts_with(kind) || (kind == "query" && row.document.starts_with('{'));
        let rows: BTreeSet<String> = rows.iter().filter(of_kind).map(|row| row.field.to_owned()).collect();
        let fields = names(root);
        if let Some(field) = fields.difference(&rows).next() {
            panic!("field {field} has no row in the authorisation table");
        }
        if let Some(row) = rows.difference(&fields).next() {
            panic!("row {row} has no field in the schema");
        }
    }
}

/// The cells see a hole: with a policy too many on one table, strangers read a draft.
#[tokio::test]
async fn a_hole_in_the_wall_is_found() {
    let world = World::new(Setup { first_wall: false, ..Setup::default() }).await;
    let of_a_draft = |case: &Case| case.field == "record" && case.on == On::Record(State::Draft);
    let case = rows().into_iter().find(of_a_draft).unwrap();
    assert_eq!(denied(&world, &case, Walls::SecondAlone).await, Vec::<String>::new());
    let holes = "CREATE POLICY hole ON record FOR SELECT TO fonds_app USING (true);
                 CREATE POLICY hole ON record_version FOR SELECT TO fonds_app USING (true)";
    testkit::sql(&world.app.owner, holes).await;
    let faults = denied(&world, &case, Walls::SecondAlone).await;
    assert!(faults.iter().any(|fault| fault.contains("zj/village2/secretary: not denied")), "{faults:?}");
}

/// What casbin decides, as it is reviewed: short enough for a person, and no other than the one that is committed.
#[test]
fn the_matrix_is_the_one_that_was_reviewed() {
    let matrix = authz::matrix(authz::Policy::builtin().unwrap().snapshot());
    assert_eq!(include_str!("../../../schema/authz-matrix.txt").trim_end(), matrix.trim_end(), "run `fonds schema`");
    assert!(matrix.lines().count() <= 3_000);
}

async fn run(world: &World, walls: Walls) {
    let mut faults = Vec::new();
    let mut before = world.app.footprint().await;
    for case in rows() {
        faults.extend(denied(world, &case, walls).await);
        faults.extend(after_the_post(world, &case, walls).await);
        faults.extend(after_the_session(world, &case, walls).await);
        let after = world.app.footprint().await;
        let changed: Vec<_> = after.iter().filter(|(table, digest)| before.get(*table) != Some(digest)).collect();
        if !changed.is_empty() {
            faults.push(format!("{}: whoever may not has changed {changed:?}", case.name()));
        }
        before = after;
        if walls == Walls::Both {
            faults.extend(done(world, &case).await);
            if case.mutation || matches!(case.on, On::Internal(_)) {
                // A look at what is restricted is written down.
                before = world.app.footprint().await;
            }
        }
    }
    assert!(faults.is_empty(), "{} cells are wrong:\n{}", faults.len(), faults.join("\n"));
}

/// Everybody who may not, and who is refused by the domain; and somebody in the name of another's post.
async fn denied(world: &World, case: &Case, walls: Walls) -> Vec<String> {
    let mut cells = Vec::new();
    for key in everybody() {
        let expected = if among(case.may, key) {
            continue;
        } else if case.nothing.contains(&key) {
            Expected::Denied(None)
        } else if key == NOBODY && case.floor == Floor::Nothing {
            Expected::Done
        } else if among(case.refused, key) {
            Expected::Refused
        } else {
            Expected::Denied(case.code_for(key, true))
        };
        if walls != Walls::SecondAlone || !among(case.first_alone, key) {
            cells.push((actor(world, key), expected, None));
        }
    }
    let holder = case.may.iter().chain(case.refused).flat_map(|some| some.iter()).next();
    if let Some(holder) = holder.filter(|_| case.mutation) {
        let borrower = world.app.actor("zj/county2/archivist");
        let expected = Expected::Denied(case.code_for(&borrower.key, false));
        cells.push((borrower, expected, Some(world.app.actor(holder).post.to_string())));
    }
    let told = |expected| match expected {
        Expected::Denied(code) if walls == Walls::SecondAlone && code != Some("UNAUTHENTICATED") => Expected::Barren,
        Expected::Refused if walls == Walls::SecondAlone => Expected::Barren,
        _ => expected,
    };
    let cells = cells.into_iter().map(|(actor, expected, post)| (actor, told(expected), post));
    all(world, case, cells.collect()).await
}

/// Whoever may, a second after the post ended.
async fn after_the_post(world: &World, case: &Case, walls: Walls) -> Vec<String> {
    let people = permitted(world, case);
    let left_to_casbin = walls == Walls::SecondAlone && case.open;
    if people.is_empty() || case.floor != Floor::Post || left_to_casbin {
        return Vec::new();
    }
    world.app.end_posts(&people).await;
    let expected = |key: &str| match walls {
        Walls::SecondAlone => Expected::Barren,
        Walls::Both | Walls::FirstAlone => Expected::Denied(case.code_for(key, false)),
    };
    let cells = people.into_iter().map(|person| (person.clone(), expected(&person.key), None)).collect();
    let faults = all(world, case, cells).await;
    world.app.mend().await;
    faults
}

/// Whoever may, a second after the session ended: the entry asks for it, whichever wall stands.
async fn after_the_session(world: &World, case: &Case, walls: Walls) -> Vec<String> {
    let people = permitted(world, case);
    if people.is_empty() || case.floor == Floor::Nothing || walls != Walls::Both {
        return Vec::new();
    }
    world.app.end_sessions(&people).await;
    let cells = people.into_iter().map(|person| (person, Expected::Denied(Some("UNAUTHENTICATED")), None)).collect();
    let faults = all(world, case, cells).await;
    world.app.mend().await;
    faults
}

/// Whoever may, each with an object of his own where something happens to it.
async fn done(world: &World, case: &Case) -> Vec<String> {
    let mut faults = Vec::new();
    for person in permitted(world, case) {
        if !case.sample.is_empty() && !case.sample.contains(&person.key.as_str()) {
            continue;
        }
        let fresh = if case.mutation { Some(world.fresh(case.on).await) } else { None };
        let subject = fresh.as_ref().unwrap_or_else(|| world.shared(case.on));
        faults.extend(ask(world, case, &person, subject, Expected::Done, None).await);
    }
    if case.mutation {
        world.app.let_in_again().await;
    }
    faults
}

/// Who asks, what he must be answered with, and another's post where he borrows one.
type Cell<'a> = (Actor<'a>, Expected, Option<String>);

/// All of them, of the shared object.
async fn all(world: &World, case: &Case, cells: Vec<Cell<'_>>) -> Vec<String> {
    let subject = world.shared(case.on);
    stream::iter(cells)
        .map(async |(actor, expected, post)| ask(world, case, &actor, subject, expected, post).await)
        .buffer_unordered(AT_ONCE)
        .filter_map(async |fault| fault)
        .collect()
        .await
}

async fn ask(
    world: &World,
    case: &Case,
    actor: &Actor<'_>,
    subject: &Subject,
    expected: Expected,
    post: Option<String>,
) -> Option<String> {
    let mut variables: Value = case.variables(&Asked { app: &world.app, actor, subject });
    if let Some(post) = post {
        variables["input"]["post"] = post.into();
    }
    let answer = actor.send(&case.document, variables.clone()).await;
    fault(world, case, actor, expected, &variables, &answer)
}

fn permitted<'a>(world: &'a World, case: &Case) -> Vec<Actor<'a>> {
    case.may.iter().flat_map(|some| some.iter()).map(|key| world.app.actor(key)).collect()
}

fn actor<'a>(world: &'a World, key: &str) -> Actor<'a> {
    if key == NOBODY { world.app.anonymous() } else { world.app.actor(key) }
}
