//! Months and years as figures are kept: a month is `yyyymm`, a whole year the cell `yyyy00`.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Month(i32);

impl Month {
    /// The month that a day falls in.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.year() * 100 + i32::try_from(day.month()).unwrap_or(0))
    }

    /// `yyyymm` as a number.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The calendar year.
    pub const fn year(self) -> i32 {
        self.0 / 100
    }

    /// The next month.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 % 100 == 12 { Self((self.0 / 100 + 1) * 100 + 1) } else { Self(self.0 + 1) }
    }
}

impl TryFrom<i32> for Month {
    type Error = &'static str;

    fn try_from(number: i32) -> Result<Self, Self::Error> {
        let fits = (1900..=2999).contains(&(number / 100)) && (1..=12).contains(&(number % 100));
        if fits { Ok(Self(number)) } else { Err("a month is yyyymm between 190001 and 299912") }
    }
}

impl From<Month> for i32 {
    fn from(month: Month) -> Self {
        month.0
    }
}

/// Months from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Months {
    from: Month,
    to: Month,
}

impl Months {
    /// A range of at most fifty years; none where it ends before it begins.
    pub fn new(from: Month, to: Month) -> Option<Self> {
        (from <= to && to.year() - from.year() < 50).then_some(Self { from, to })
    }

    /// First month.
    pub const fn from(self) -> Month {
        self.from
    }

    /// Last month.
    pub const fn to(self) -> Month {
        self.to
    }

    /// The fewest cells that cover the range: whole years as `yyyy00`, the rest as months.
    pub fn cells(self) -> Vec<i32> {
        let mut cells = Vec::new();
        let mut month = self.from;
        while month <= self.to {
            let year = month.year();
            if month.number() % 100 == 1 && year * 100 + 12 <= self.to.number() {
                cells.push(year * 100);
                month = Month((year + 1) * 100 + 1);
            } else {
                cells.push(month.number());
                month = month.next();
            }
        }
        cells
    }

    /// Every month of the range.
    pub fn each(self) -> Vec<i32> {
        let mut months = Vec::new();
        let mut month = self.from;
        while month <= self.to {
            months.push(month.number());
            month = month.next();
        }
        months
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(from: i32, to: i32) -> Months {
        Months::new(Month::try_from(from).unwrap(), Month::try_from(to).unwrap()).unwrap()
    }

    #[test]
    fn a_range_is_covered_by_whole_years_where_it_can() {
        assert_eq!(months(202_501, 202_512).cells(), [202_500]);
        assert_eq!(months(202_411, 202_602).cells(), [202_411, 202_412, 202_500, 202_601, 202_602]);
        assert_eq!(months(202_502, 202_502).cells(), [202_502]);
        assert_eq!(months(202_412, 202_501).each(), [202_412, 202_501]);
    }
}
