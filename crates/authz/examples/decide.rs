//! How long one decision takes, by the compiled table and by casbin itself, with a million posts in the tenant:
//! `cargo run --release -p authz --example decide`. The goals: 99 of 100 within 1 µs by the table, within 15 µs by casbin.

use std::{
    error::Error,
    fmt::Write as _,
    hint::black_box,
    io::{self, Write as _},
    time::{Duration, Instant},
};

use authz::{Action, Actor, HeldPost, Policy, Relation, RoleName, Sealed, act};
use domain::{
    Id, Locale,
    id::{ReceiptId, ReceiptNo},
    org::Place,
    tenant::{Level, TenantId, TenantKey},
};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Posts of the tenant, and decisions of each kind, every one timed alone.
const MANY: usize = 1_000_000;
/// Children at each level below the top: about as many villages as there are in the country.
const WIDTHS: [usize; 5] = [31, 11, 9, 14, 16];

/// Numbers by chance, always the same ones (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 32).unwrap_or(0) % bound
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// An organisation somewhere in the tree, 1 at the top to 6; below another one where it is given.
fn place(chance: &mut Chance, level: usize, above: Option<&Place>) -> Fallible<Place> {
    let (mut path, mut at) =
        above.map_or_else(|| ("1/".to_owned(), 1), |above| (above.path.clone(), above.path.matches('/').count()));
    while at < level {
        write!(path, "{:x}/", chance.below(WIDTHS[at - 1]) + 1)?;
        at += 1;
    }
    let number = path.bytes().fold(7_u128, |sum, byte| sum.wrapping_mul(131) + u128::from(byte));
    Ok(Place { org: format!("org:{number:032x}").parse()?, path, level: Level(i16::try_from(level)?) })
}

/// A million posts: most of them in villages, as it is.
fn posts(chance: &mut Chance) -> Fallible<Vec<HeldPost>> {
    let name = |text: &str| RoleName::parse(text).ok_or("role");
    let below = [name("branch_recorder")?, name("branch_secretary")?];
    let above = [name("committee_reviewer")?, name("committee_archivist")?, name("org_admin")?];
    (0..MANY)
        .map(|number| {
            let level = if chance.below(10) < 8 { 6 } else { chance.below(5) + 1 };
            let role = chance.one_of(if level == 6 { &below[..] } else { &above[..] }).clone();
            let id = format!("post:{number:032x}").parse()?;
            Ok(HeldPost { id, org: place(chance, level, None)?, role, duty: None })
        })
        .collect()
}

/// What is asked for: at the post's own organisation, below it, or anywhere.
fn object(chance: &mut Chance, post: &HeldPost) -> Fallible<Place> {
    match chance.below(3) {
        0 => Ok(post.org.clone()),
        1 => place(chance, 6, Some(&post.org)),
        _ => place(chance, 6, None),
    }
}

fn tell(what: &str, mut times: Vec<Duration>, allowed: usize, goal: Duration) -> io::Result<()> {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1000].as_nanos();
    let (p50, p99, p999) = (at(500), at(990), at(999));
    let reached = if p99 <= goal.as_nanos() { "reached " } else { "MISSED  " };
    let share = allowed * 100 / times.len();
    writeln!(
        io::stdout(),
        "{reached}decision {what}, p99 at most {} ns: {p99} ns (p50 {p50}, p99.9 {p999}; {} decisions, {share} % allowed)",
        goal.as_nanos(),
        times.len()
    )
}

fn by_table(chance: &mut Chance, posts: &[HeldPost]) -> Fallible<()> {
    let holder = Policy::builtin()?;
    let rows: Vec<_> = holder.snapshot().roles().cloned().collect();
    let policy = holder.load(TenantId(1), 1, &rows, &[])?;
    let mut actor = Actor {
        tenant: TenantId(1),
        tenant_key: TenantKey::parse("bench").ok_or("key")?,
        account: format!("account:{:032x}", 9).parse()?,
        session: format!("session:{:032x}", 8).parse()?,
        locale: Locale::Zh,
        introspect: false,
        policy_version: 1,
        posts: Vec::new(),
        acting: None,
    };
    let (mut times, mut allowed) = (Vec::with_capacity(MANY), 0);
    for number in 0..MANY {
        let post = chance.one_of(posts);
        let place = object(chance, post)?;
        actor.posts = vec![post.clone()];
        let (org, began, may);
        // Three of four are reads of what was received, approvals and figures: what happens most.
        match number % 4 {
            0 | 1 => {
                let sealed = Sealed::at(ReceiptId { org: place.org, no: ReceiptNo(1) }, place, 0);
                began = Instant::now();
                may = black_box(policy.permit::<act::ApproveReceipt>(&actor, black_box(sealed))).is_ok();
            }
            2 => {
                org = place.org;
                let sealed = Sealed::at(org, place, 0);
                began = Instant::now();
                may = black_box(policy.permit::<act::ViewFigure>(&actor, black_box(sealed))).is_ok();
            }
            _ => {
                let sealed = Sealed::at(Id::of(post.id.uuid()), place, 1);
                began = Instant::now();
                may = black_box(policy.permit::<act::ViewRecord>(&actor, black_box(sealed))).is_ok();
            }
        }
        times.push(began.elapsed());
        allowed += usize::from(may);
    }
    tell("by the table", times, allowed, Duration::from_micros(1))?;
    Ok(())
}

fn by_casbin(chance: &mut Chance, posts: &[HeldPost]) -> Fallible<()> {
    const ACTIONS: [Action; 4] = [Action::ViewReceipt, Action::ApproveReceipt, Action::ViewFigure, Action::ViewRecord];
    let holder = Policy::builtin()?;
    let snapshot = holder.snapshot();
    let (mut times, mut allowed) = (Vec::with_capacity(MANY), 0);
    for _ in 0..MANY {
        let post = chance.one_of(posts);
        let place = object(chance, post)?;
        let (action, level) = (*chance.one_of(&ACTIONS), u8::try_from(place.level.0)?);
        let began = Instant::now();
        let relation = Relation::between(&post.org, &place);
        let may = black_box(snapshot.ask(post.role.as_str(), action, relation, level, 0)?);
        times.push(began.elapsed());
        allowed += usize::from(may);
    }
    tell("by casbin itself", times, allowed, Duration::from_micros(15))?;
    Ok(())
}

fn main() -> Fallible<()> {
    let mut chance = Chance(1);
    let posts = posts(&mut chance)?;
    by_table(&mut chance, &posts)?;
    by_casbin(&mut chance, &posts)
}
