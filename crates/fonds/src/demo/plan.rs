//! What happens in the sample year: which branch holds what on which day, and how long everybody takes. Pure and seeded.

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use rand::{Rng, RngExt as _};

/// Types that the sample branches write.
pub(super) const TYPES: [&str; 9] = ["ZTDR", "DK", "ZWH", "ZBDH", "ZZSHH", "MZPY", "DYMC", "GZJH", "GZZJ"];

/// One record's life, as far as time allows it to happen.
#[derive(Debug, Clone)]
pub(super) struct Life {
    /// Number of the branch.
    pub(super) branch: usize,
    /// Type.
    pub(super) of_type: &'static str,
    /// Day of the activity.
    pub(super) held: NaiveDate,
    /// Day on which it is written.
    pub(super) written: NaiveDate,
    /// Is it sent at all?
    pub(super) sent: bool,
    /// Does the township return it first?
    pub(super) returned: bool,
    /// Days that each level takes; none: it is left lying.
    pub(super) review: [Option<u16>; 2],
    /// Days until a returned one is sent again; none: it stays returned.
    pub(super) mended: Option<u16>,
}

/// Months in which a branch holds something of a type.
fn months(of_type: &str) -> &'static [u32] {
    match of_type {
        "ZTDR" => &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        "DK" | "ZBDH" => &[3, 6, 9, 12],
        "ZWH" => &[1, 3, 5, 7, 9, 11],
        "GZJH" => &[2],
        "DYMC" | "MZPY" => &[1],
        "ZZSHH" | "GZZJ" => &[12],
        _ => &[],
    }
}

/// The year before `today` for so many branches, ordered by the day of writing.
pub(super) fn lives(chance: &mut impl Rng, branches: usize, today: NaiveDate) -> Vec<Life> {
    let first = today.checked_sub_months(Months::new(12)).unwrap_or(today).with_day(1).unwrap_or(today);
    let mut lives = Vec::new();
    for branch in 0..branches {
        for month in 0..=12 {
            let Some(begin) = first.checked_add_months(Months::new(month)) else { continue };
            for of_type in TYPES {
                // One in fifteen is missing: what a superior wants to see at a glance.
                if !months(of_type).contains(&begin.month()) || chance.random_bool(0.06) {
                    continue;
                }
                let held = begin + TimeDelta::days(chance.random_range(0..27));
                let lag =
                    if chance.random_bool(0.05) { chance.random_range(35..60) } else { chance.random_range(0..9) };
                let written = held + TimeDelta::days(lag);
                if written > today {
                    continue;
                }
                let days = |chance: &mut dyn FnMut(u16, u16) -> u16| [chance(1, 9), chance(2, 14)];
                let [town, county] = days(&mut |from, to| chance.random_range(from..to));
                lives.push(Life {
                    branch,
                    of_type,
                    held,
                    written,
                    sent: !chance.random_bool(0.03),
                    returned: chance.random_bool(0.07),
                    review: [chance.random_bool(0.97).then_some(town), chance.random_bool(0.95).then_some(county)],
                    mended: chance.random_bool(0.85).then_some(town + 1),
                });
            }
        }
    }
    lives.sort_by_key(|life| (life.written, life.branch));
    lives
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_year_and_nothing_lies_in_the_future() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let plan = || lives(&mut rand::rngs::StdRng::seed_from_u64(1), 20, today);
        let (one, two) = (plan(), plan());
        assert_eq!(format!("{one:?}"), format!("{two:?}"));
        assert!(one.len() > 20 * 25, "{}", one.len());
        assert!(one.iter().all(|life| life.held <= life.written && life.written <= today));
    }
}
