//! Figures that a record brings with it: twelve numbers, frozen when it is submitted.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Locale, org::words, record_type::RecordType};

words! {
    /// The twelve figures, in the order of the columns `m1` to `m12`.
    Measure {
        /// Those due to attend.
        Expected = "expected", "应到人次";
        /// Of these, those who came.
        Present = "present", "实到人次";
        /// Of these, those absent with a reason given.
        Excused = "excused", "请假人次";
        /// Resolutions taken.
        Decisions = "decisions", "决议";
        /// Ballots in votes and elections; invalid ones apart.
        Ballots = "ballots", "表决票";
        /// Of the ballots on motions, those in favour.
        InFavour = "in_favour", "赞成票";
        /// Members on the roster, or formal members to be appraised.
        Members = "members", "党员";
        /// Appraised as excellent.
        Excellent = "excellent", "优秀";
        /// Appraised as qualified.
        Qualified = "qualified", "合格";
        /// Appraised as basically qualified.
        Basic = "basic", "基本合格";
        /// Appraised as unqualified.
        Unqualified = "unqualified", "不合格";
        /// Entered after the fact (补录).
        Late = "late", "补录";
    }
}

impl Measure {
    /// Number of the column, from 0.
    pub const fn slot(self) -> usize {
        self as usize
    }

    /// The English word.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Present => "present",
            Self::Excused => "excused",
            Self::Decisions => "decisions",
            Self::Ballots => "ballots",
            Self::InFavour => "in favour",
            Self::Members => "members",
            Self::Excellent => "excellent",
            Self::Qualified => "qualified",
            Self::Basic => "basically qualified",
            Self::Unqualified => "unqualified",
            Self::Late => "late entries",
        }
    }

    /// What it is called in a language.
    pub const fn label(self, locale: Locale) -> &'static str {
        locale.pick(self.zh(), self.en())
    }

    /// What it is counted in.
    pub const fn unit(self, locale: Locale) -> &'static str {
        match self {
            Self::Expected | Self::Present | Self::Excused => locale.pick("人次", "attendances"),
            Self::Decisions => locale.pick("项", "decisions"),
            Self::Ballots | Self::InFavour => locale.pick("票", "ballots"),
            Self::Members | Self::Excellent | Self::Qualified | Self::Basic | Self::Unqualified => {
                locale.pick("人", "persons")
            }
            Self::Late => locale.pick("件", "records"),
        }
    }
}

/// The twelve figures of a record, or sums and differences of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Measures(pub [i64; Measure::ALL.len()]);

/// No single record brings more than this in any figure.
pub const LARGEST_FIGURE: i64 = 1_000_000;

impl Measures {
    /// One figure.
    pub const fn get(&self, measure: Measure) -> i64 {
        self.0[measure.slot()]
    }

    /// The same with one figure replaced.
    #[must_use]
    pub const fn with(mut self, measure: Measure, figure: i64) -> Self {
        self.0[measure.slot()] = figure;
        self
    }
}

impl Add for Measures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|slot| self.0[slot].saturating_add(other.0[slot])))
    }
}

impl Sub for Measures {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|slot| self.0[slot].saturating_sub(other.0[slot])))
    }
}

/// The figures of a content: never negative, at most [`LARGEST_FIGURE`] each; unknown ones are zero.
pub fn extract(of: &RecordType, content: &Value, late: bool) -> Measures {
    let counted = of.measures.iter().fold(Measures::default(), |measures, (measure, source)| {
        let figure = source.number(content, content).unwrap_or(0);
        measures.with(*measure, figure.clamp(0, LARGEST_FIGURE))
    });
    counted.with(Measure::Late, i64::from(late))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::record_type::{TypeCode, built_in};

    fn of(code: &str) -> &'static RecordType {
        let code = TypeCode::parse(code).unwrap();
        built_in().iter().find(|ready| ready.code == code).unwrap()
    }

    fn figures(code: &str) -> Measures {
        extract(of(code), &of(code).example, false)
    }

    #[test]
    fn the_columns_keep_their_order() {
        let names: Vec<&str> = Measure::ALL.iter().map(|measure| measure.as_str()).collect();
        let columns =
            "expected present excused decisions ballots in_favour members excellent qualified basic unqualified late";
        assert_eq!(names.join(" "), columns);
        assert!(Measure::ALL.iter().enumerate().all(|(slot, measure)| measure.slot() == slot));
    }

    #[test]
    fn the_examples_bring_the_figures_that_a_clerk_would_count() {
        assert_eq!(figures("ZBDH").0, [23, 21, 2, 1, 20, 19, 0, 0, 0, 0, 0, 0]);
        assert_eq!(figures("ZWH").0, [5, 4, 1, 1, 4, 4, 0, 0, 0, 0, 0, 0]);
        assert_eq!(figures("MZPY").0, [23, 22, 1, 0, 0, 0, 22, 7, 14, 1, 0, 0]);
        assert_eq!(figures("HJXJ").0, [22, 20, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(figures("DYMC").0, [0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        assert_eq!(figures("GZJH").0, [0; 12]);
    }

    #[test]
    fn a_decision_is_counted_once_with_the_minutes_or_alone() {
        let mut decision = of("JY").example.clone();
        assert_eq!(extract(of("JY"), &decision, false).get(Measure::Decisions), 1);
        decision["meeting_record"] = json!("record:0190");
        assert_eq!(extract(of("JY"), &decision, false).get(Measure::Decisions), 0);
    }

    #[test]
    fn a_late_entry_is_counted_and_what_is_added_can_be_taken_away() {
        let late = extract(of("ZBDH"), &of("ZBDH").example, true);
        assert_eq!(late.get(Measure::Late), 1);
        assert_eq!((late + figures("MZPY") - figures("MZPY")).0, late.0);
    }

    proptest! {
        #[test]
        fn no_content_makes_a_figure_negative_or_huge(
            expected in any::<i64>(), present in any::<f64>(), votes in proptest::collection::vec(any::<i64>(), 0..20),
        ) {
            let agenda: Vec<Value> = votes
                .iter()
                .map(|&votes| json!({"resolution": "x", "ballots": {"for": votes, "against": votes, "abstain": null}}))
                .collect();
            let content = json!({"expected": expected, "present": present, "agenda": agenda, "absent": "?"});
            for ready in built_in() {
                let figures = extract(ready, &content, true);
                prop_assert!(figures.0.iter().all(|figure| (0..=LARGEST_FIGURE).contains(figure)));
            }
        }
    }
}
