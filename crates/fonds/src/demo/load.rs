//! Loads the demo: the province, the people, the year of one county; the rest of its city follows in the background.

use std::{
    collections::HashMap,
    io::Read as _,
    sync::{Arc, atomic::AtomicU64},
};

use app::{App, chance::SystemChance};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Id,
    clock::{Clock as _, day_in},
    id::noun,
    tenant::{LevelName, TenantId, TenantKey, TenantSettings},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use store::{Owner, Store, owner_tree::Node};

use super::{
    clock::TurnedClock,
    content,
    files::{Kept, Samples},
    people::{PASSWORD, People, Told, Wanted},
    plan,
    year::{County, Unit, Year},
};
use crate::words::{Failure, say};

/// The shipped province: `data/README.md` names its source.
const PROVINCE: &[u8] = include_bytes!("../../../../data/zhejiang.csv.gz");
/// The second tenant's tree.
const UNIVERSITY: &str = include_str!("university.csv");
/// The county that is there at once, and the city that it belongs to.
const COUNTY: &str = "330521";
const CITY: &str = "3305";
const SEED: u64 = 20_260_701;

/// What loading stands on.
#[derive(Debug)]
pub(super) struct Loader {
    pub(super) owner: Owner,
    /// As the application's role.
    pub(super) store: Store,
    pub(super) now: DateTime<Utc>,
    /// Files for the records of those who sign in.
    pub(super) samples: Samples,
}

fn levels(names: &[(&str, &str)]) -> Vec<LevelName> {
    names.iter().map(|&(zh, en)| LevelName { zh: zh.to_owned(), en: en.to_owned() }).collect()
}

impl Loader {
    /// Loads tenants, trees, people and the first county. Gives what `demo.json` says.
    pub(super) async fn load(&self) -> Result<Map<String, Value>, Failure> {
        let mut csv = Vec::new();
        flate2::read::GzDecoder::new(PROVINCE).read_to_end(&mut csv)?;
        let five = levels(&[
            ("省", "province"),
            ("市", "city"),
            ("县（市、区）", "county"),
            ("乡镇（街道）", "town"),
            ("村（社区）", "village"),
        ]);
        let zj = self.tenant("zj", "浙江省党组织（示例）", &five, &csv).await?;
        say("imported the province: 27,036 organisations");
        let three = levels(&[("大学", "university"), ("学院", "college"), ("支部", "branch")]);
        let edu = self.tenant("edu", "示例大学", &three, UNIVERSITY.as_bytes()).await?;

        let digest = app::account::password_digest(&SystemChance, PASSWORD).await?;
        let mut chance = StdRng::seed_from_u64(SEED);
        let (county, mut told) = self.line(zj, digest.expose_secret(), &mut chance).await?;
        told.extend(self.university(edu, digest.expose_secret(), &mut chance).await?);
        say("made the people of the demo");
        let written = self.year(&county, "county", &mut chance).await?;
        say(&format!("{written} records of the past year in 德清县"));
        let introspection =
            told.iter().find(|person| person.key == "security_admin").map(|person| person.token.clone());
        let mut map = Map::new();
        map.insert("introspection_token".to_owned(), json!(introspection));
        map.insert("people".to_owned(), serde_json::to_value(told)?);
        Ok(map)
    }

    async fn tenant(
        &self,
        key: &str,
        name: &str,
        levels: &[LevelName],
        csv: &[u8],
    ) -> Result<(TenantId, TenantKey), Failure> {
        let key = TenantKey::parse(key).ok_or("a tenant of the demo")?;
        let id = super::tenant::create(&self.owner, &key, name, levels, csv, self.now).await?;
        Ok((id, key))
    }

    fn people<'a>(&'a self, (tenant, key): &'a (TenantId, TenantKey)) -> People<'a> {
        People { owner: &self.owner, tenant: *tenant, key, since: self.now - TimeDelta::days(420), now: self.now }
    }

    /// Everybody of the demo's county; those on the line of the tree with sign-ins.
    async fn line(
        &self,
        zj: (TenantId, TenantKey),
        digest: &str,
        chance: &mut StdRng,
    ) -> Result<(County, Vec<Told>), Failure> {
        let tree = self.owner.subtree(zj.0, COUNTY).await?;
        let above: Vec<Node> = [
            self.owner.subtree(zj.0, "33").await?.into_iter().next(),
            self.owner.subtree(zj.0, CITY).await?.into_iter().next(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let [province, city] = above.as_slice() else { return Err("the province of the demo".into()) };
        let county = tree.first().ok_or("the county of the demo")?;
        let is_town = |node: &&Node| node.parent == Some(county.place.org) && node.short_name.ends_with('镇');
        let town = tree.iter().find(is_town).ok_or("a town of the demo")?;
        let mut villages =
            tree.iter().filter(|node| node.parent == Some(town.place.org) && node.short_name.ends_with('村'));
        let (branch, sibling) = villages.next().zip(villages.next()).ok_or("two branches of the demo")?;
        let line = [
            ("branch_recorder", branch, "branch_recorder"),
            ("branch_secretary", branch, "branch_secretary"),
            ("sibling_recorder", sibling, "branch_recorder"),
            ("sibling_secretary", sibling, "branch_secretary"),
            ("town_reviewer", town, "committee_reviewer"),
            ("county_reviewer", county, "committee_reviewer"),
            ("county_archivist", county, "committee_archivist"),
            ("city_reviewer", city, "committee_reviewer"),
            ("province_reviewer", province, "committee_reviewer"),
            ("county_org_admin", county, "org_admin"),
            ("system_admin", province, "system_admin"),
            ("security_admin", province, "security_admin"),
            ("audit_admin", province, "audit_admin"),
        ];
        let people = self.people(&zj);
        let mut told = Vec::new();
        let mut hands = HashMap::new();
        for (key, node, role) in line {
            let (made, person) = self.sign_in(&people, chance, (key, node, role), &told, digest).await?;
            hands.insert((node.place.org, role), (made, person.name.clone()));
            told.push(person);
        }
        let county = Self::staff(&people, chance, &tree, &hands).await?;
        Ok((county, told))
    }

    async fn sign_in(
        &self,
        people: &People<'_>,
        chance: &mut StdRng,
        (key, node, role): (&str, &Node, &str),
        others: &[Told],
        digest: &str,
    ) -> Result<(super::year::Hand, Told), Failure> {
        let name = content::person(chance, &others.iter().map(|one| one.name.as_str()).collect::<Vec<_>>());
        let login = key.replace('_', "-");
        let introspect = key == "security_admin" || key == "system_admin";
        let wanted =
            Wanted { login: &login, name: &name, role, org: node.place.org, password: Some(digest), introspect };
        let made = people.make(chance, &wanted).await?;
        let told = Told {
            key: key.to_owned(),
            tenant: people.key.as_str().to_owned(),
            login,
            password: PASSWORD.to_owned(),
            name,
            token: made.token,
            post: made.hand.post.to_string(),
            role: role.to_owned(),
            org: node.place.org.to_string(),
            org_name: node.name.clone(),
        };
        Ok((made.hand, told))
    }

    /// Hands for every branch and committee of a county, without sign-ins.
    async fn staff(
        people: &People<'_>,
        chance: &mut StdRng,
        tree: &[Node],
        known: &HashMap<(Id<noun::Org>, &str), (super::year::Hand, String)>,
    ) -> Result<County, Failure> {
        let mut county = County { units: Vec::new(), reviewers: HashMap::new() };
        for node in tree {
            let roles: &[&str] = if node.place.level.0 == 5 {
                &["branch_recorder", "branch_secretary"]
            } else {
                &["committee_reviewer"]
            };
            let mut hands: Vec<(super::year::Hand, String)> = Vec::new();
            for &role in roles {
                let name = content::person(chance, &hands.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>());
                if let Some(hand) = known.get(&(node.place.org, role)) {
                    hands.push(hand.clone());
                    continue;
                }
                let login = format!("{}.{}", node.code, role.replace('_', "-"));
                let wanted =
                    Wanted { login: &login, name: &name, role, org: node.place.org, password: None, introspect: false };
                hands.push((people.make(chance, &wanted).await?.hand, name));
            }
            match hands.as_slice() {
                [(recorder, writes), (secretary, speaks)] => county.units.push(Unit {
                    branch: content::Branch {
                        name: node.short_name.clone(),
                        members: chance.random_range(15..70),
                        secretary: speaks.clone(),
                        recorder: writes.clone(),
                    },
                    recorder: recorder.clone(),
                    secretary: secretary.clone(),
                    shown: known.contains_key(&(node.place.org, "branch_recorder")),
                    files: Kept::default(),
                }),
                [(reviewer, _)] => {
                    county.reviewers.insert(node.place.org, reviewer.clone());
                }
                _ => {}
            }
        }
        Ok(county)
    }

    async fn university(
        &self,
        edu: (TenantId, TenantKey),
        digest: &str,
        chance: &mut StdRng,
    ) -> Result<Vec<Told>, Failure> {
        let tree = self.owner.subtree(edu.0, "10").await?;
        let people = self.people(&edu);
        let mut told = Vec::new();
        for (key, level, role) in [
            ("university_recorder", 3, "branch_recorder"),
            ("university_secretary", 3, "branch_secretary"),
            ("college_reviewer", 2, "committee_reviewer"),
        ] {
            let node =
                tree.iter().find(|node| node.place.level.0 == level).ok_or("an organisation of the university")?;
            let person = self.sign_in(&people, chance, (key, node, role), &told, digest).await?.1;
            told.push(person);
        }
        Ok(told)
    }

    async fn year(&self, county: &County, tag: &str, chance: &mut StdRng) -> Result<usize, Failure> {
        let today = day_in(TenantSettings::default().time_zone, self.now);
        let lives = plan::lives(chance, county.units.len(), today);
        let begin = self.now - TimeDelta::days(400);
        let clock = Arc::new(TurnedClock::at(begin));
        let app = App::new(self.store.clone(), clock.clone(), Arc::new(SystemChance))?;
        // Keys of a day are cleared by the hour; those of another start never meet them.
        let tag = format!("{tag}-{}", app::SystemClock.now().timestamp_millis());
        let mut county = county.clone();
        for unit in county.units.iter_mut().filter(|unit| unit.shown) {
            unit.files = self.samples.keep(&app, clock.clone(), &tag, &unit.recorder).await?;
            if unit.files.of(0).is_empty() {
                say("the virus scanner does not answer: the records of the demo come without files");
                break;
            }
        }
        let year = Year { app, clock, steps: AtomicU64::new(0), tag };
        let (all, last) = (lives.len(), std::sync::Mutex::new(0));
        let tell = |written: usize| {
            let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if written >= *last + 1_000 {
                *last = written;
                say(&format!("  {written} of {all} records"));
            }
        };
        year.play(&county, &lives, today, &tell).await
    }

    /// The other counties of the city, one after the other, up to about 40,000 records in all.
    pub(super) async fn go_on(&self, stop: &tokio_util::sync::CancellationToken) -> Result<(), Failure> {
        let key = TenantKey::parse("zj").ok_or("a tenant of the demo")?;
        let tenant = self.owner.tenant(&key).await?.ok_or("the tenant of the demo")?;
        let zj = (tenant, key);
        let people = self.people(&zj);
        let city = self.owner.subtree(tenant, CITY).await?;
        for county in city.iter().filter(|node| node.place.level.0 == 3 && node.code != COUNTY) {
            let tree = self.owner.subtree(tenant, &county.code).await?;
            if self.owner.is_staffed(tenant, county.place.org).await? {
                continue;
            }
            let mut chance = StdRng::seed_from_u64(SEED ^ county.code.parse::<u64>().unwrap_or(0));
            let staff = Self::staff(&people, &mut chance, &tree, &HashMap::new()).await?;
            say(&format!("background: writing the year of {}", county.short_name));
            tokio::select! {
                written = self.year(&staff, &county.code, &mut chance) => {
                    say(&format!("background: {} records in {}; {} in all", written?, county.short_name, self.owner.record_count(tenant).await?));
                }
                () = stop.cancelled() => return Ok(()),
            }
        }
        say("background: the year of the whole city is there");
        Ok(())
    }
}
