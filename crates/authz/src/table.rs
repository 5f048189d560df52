//! Compiled decisions: one bit for each relation, level and confidentiality, two sets of them for each role and action.

use crate::{
    Action,
    action::ACTIONS,
    relation::{MAX_CONFIDENTIALITY, MAX_LEVEL, Relation},
};

const GRADES: u32 = MAX_CONFIDENTIALITY as u32 + 1;
const LEVELS: u32 = MAX_LEVEL as u32 + 1;

/// One place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) relation: Relation,
    /// `0..=MAX_LEVEL`.
    pub(crate) level: u8,
    /// `0..=MAX_CONFIDENTIALITY`.
    pub(crate) confidentiality: u8,
}

impl Cell {
    const fn bit(self) -> u128 {
        let at = (self.relation as u32 * LEVELS + self.level as u32) * GRADES + self.confidentiality as u32;
        1 << at
    }

    /// Every cell there is.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Relation::ALL.into_iter().flat_map(|relation| {
            (0..=MAX_LEVEL).flat_map(move |level| {
                (0..=MAX_CONFIDENTIALITY).map(move |confidentiality| Self { relation, level, confidentiality })
            })
        })
    }
}

/// A set of cells: 4 relations × 13 levels × 2 confidentialities = 104 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cells(u128);

impl Cells {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn has(self, cell: Cell) -> bool {
        self.0 & cell.bit() != 0
    }

    pub(crate) const fn with(self, cell: Cell) -> Self {
        Self(self.0 | cell.bit())
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Cell> for Cells {
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Self {
        cells.into_iter().fold(Self::NONE, Self::with)
    }
}

/// What one role may do: one kilobyte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleTable {
    pub(crate) allow: [Cells; ACTIONS],
    pub(crate) deny: [Cells; ACTIONS],
}

impl RoleTable {
    pub(crate) const EMPTY: Self = Self { allow: [Cells::NONE; ACTIONS], deny: [Cells::NONE; ACTIONS] };

    /// Allowed and not denied by the role itself.
    pub(crate) const fn effective(&self, action: Action) -> Cells {
        self.allow[action.index()].minus(self.deny[action.index()])
    }

    /// This role, narrowed by what a tenant denies.
    pub(crate) fn narrowed(&self, tenant: &Self) -> Self {
        Self { allow: self.allow, deny: std::array::from_fn(|at| self.deny[at].or(tenant.deny[at])) }
    }

    /// A tenant's own role (`tenant`) within this built-in one: never a cell more.
    pub(crate) fn bounding(&self, tenant: &Self) -> Self {
        Self {
            allow: std::array::from_fn(|at| tenant.allow[at].and(self.allow[at])),
            deny: std::array::from_fn(|at| self.deny[at].or(tenant.deny[at])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_a_bit_of_its_own() {
        let mut seen = Cells::NONE;
        for cell in Cell::all() {
            assert!(!seen.has(cell), "{cell:?}");
            seen = seen.with(cell);
        }
        assert_eq!(Cell::all().count(), 104);
        assert_eq!(seen.0.count_ones(), 104);
    }
}
