//! Verification of proofs, as RFC 9162 §2.1.3.2 and §2.1.4.2 describe it.

use super::Hash;

/// A proof that does not prove what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refuted {
    /// The leaf's number is not below the size, or the sizes are not in order.
    #[error("the number or the sizes cannot be")]
    Sizes,
    /// The path has more or fewer hashes than the sizes ask for.
    #[error("the path has the wrong length")]
    Length,
    /// The path leads to another root.
    #[error("the path leads to another root")]
    Root,
}

/// Is `leaf` the leaf number `index` (from 0) of the tree of `size` leaves with this root? `path` runs from the leaf's sibling
/// upwards.
pub fn verify_inclusion(index: u64, size: u64, leaf: Hash, path: &[Hash], root: Hash) -> Result<(), Refuted> {
    if index >= size {
        return Err(Refuted::Sizes);
    }
    let (mut number, mut last, mut hash) = (index, size - 1, leaf);
    for &sibling in path {
        if last == 0 {
            return Err(Refuted::Length);
        }
        if number % 2 == 1 || number == last {
            hash = Hash::node(sibling, hash);
            // A node without a right sibling stands for itself one level up.
            while number.is_multiple_of(2) && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::node(hash, sibling);
        }
        number >>= 1;
        last >>= 1;
    }
    reached(last == 0, hash == root)
}

/// Is the tree of `old` leaves with root `old_root` the beginning of the tree of `new` leaves with root `new_root`? A tree without
/// leaves is the beginning of any and proves nothing: refused.
pub fn verify_consistency(old: u64, new: u64, old_root: Hash, new_root: Hash, path: &[Hash]) -> Result<(), Refuted> {
    if old == 0 || old > new {
        return Err(Refuted::Sizes);
    }
    if old == new {
        return reached(path.is_empty(), old_root == new_root);
    }
    // An old tree that is whole is a node of the new one: the path leaves it out.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        let (&first, rest) = path.split_first().ok_or(Refuted::Length)?;
        (first, rest)
    };
    let (mut number, mut last) = (old - 1, new - 1);
    let whole = number.trailing_ones();
    number >>= whole;
    last >>= whole;
    let (mut before, mut after) = (first, first);
    for &sibling in rest {
        if last == 0 {
            return Err(Refuted::Length);
        }
        if number % 2 == 1 || number == last {
            before = Hash::node(sibling, before);
            after = Hash::node(sibling, after);
            while number.is_multiple_of(2) && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            after = Hash::node(after, sibling);
        }
        number >>= 1;
        last >>= 1;
    }
    reached(last == 0, before == old_root && after == new_root)
}

fn reached(top: bool, same: bool) -> Result<(), Refuted> {
    match (top, same) {
        (false, _) => Err(Refuted::Length),
        (true, false) => Err(Refuted::Root),
        (true, true) => Ok(()),
    }
}
