//! The definitions of RFC 9162 §2.1 taken word for word, slow and plain, and the tiles against them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    Frontier, Hash, Tile, TileId, prove,
    tile::{append, unfinished, written},
    verify_consistency, verify_inclusion,
};

fn leaves(n: u64) -> Vec<Hash> {
    (0..n).map(|number| Hash::leaf(&number.to_be_bytes())).collect()
}

fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D[n]).
fn mth(of: &[Hash]) -> Hash {
    match of {
        [] => Hash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = of.split_at(split(of.len()));
            Hash::node(mth(left), mth(right))
        }
    }
}

/// PATH(m, D[n]).
fn path(m: usize, of: &[Hash]) -> Vec<Hash> {
    if of.len() <= 1 {
        return Vec::new();
    }
    let k = split(of.len());
    let (left, right) = of.split_at(k);
    let (mut up, sibling) = if m < k { (path(m, left), mth(right)) } else { (path(m - k, right), mth(left)) };
    up.push(sibling);
    up
}

/// SUBPROOF(m, D[n], b).
fn subproof(m: usize, of: &[Hash], complete: bool) -> Vec<Hash> {
    if m == of.len() {
        return if complete { Vec::new() } else { vec![mth(of)] };
    }
    let k = split(of.len());
    let (left, right) = of.split_at(k);
    let (mut up, sibling) =
        if m <= k { (subproof(m, left, complete), mth(right)) } else { (subproof(m - k, right, false), mth(left)) };
    up.push(sibling);
    up
}

/// Grows a log in steps of these sizes, as it is stored: read the unfinished tiles, write the grown ones.
fn stored(steps: &[usize]) -> (Vec<Hash>, BTreeMap<TileId, Tile>) {
    let all = leaves(steps.iter().sum::<usize>() as u64);
    let (mut tiles, mut size): (BTreeMap<TileId, Tile>, usize) = (BTreeMap::new(), 0);
    for step in steps {
        let read = unfinished(size as u64).into_iter().map(|id| (id, tiles[&id].clone())).collect();
        let grown = append(size as u64, &read, &all[size..size + step]).unwrap();
        let ids: Vec<_> = grown.keys().copied().collect();
        assert_eq!(ids, written(size as u64, (size + step) as u64), "exactly the tiles that were foretold");
        tiles.extend(grown);
        size += step;
    }
    (all, tiles)
}

fn only(tiles: &BTreeMap<TileId, Tile>, wanted: impl IntoIterator<Item = TileId>) -> BTreeMap<TileId, Tile> {
    wanted.into_iter().map(|id| (id, tiles[&id].clone())).collect()
}

#[test]
fn the_tiles_of_70000_leaves_are_those_of_the_specification() {
    let ids = written(0, 70_000);
    let width = |level, index| TileId { level, index }.width(70_000);
    assert_eq!(ids.iter().filter(|id| id.level == 0 && id.width(70_000) == 256).count(), 273);
    assert_eq!((width(0, 273), width(1, 0), width(1, 1), width(2, 0)), (112, 256, 17, 1));
    assert_eq!((width(0, 274), width(3, 0)), (0, 0));
    assert_eq!(written(255, 256), [TileId { level: 0, index: 0 }, TileId { level: 1, index: 0 }]);
    assert_eq!(unfinished(256), [TileId { level: 1, index: 0 }]);
}

#[test]
fn a_log_of_three_levels_proves_its_first_middle_and_last_leaf() {
    let (all, tiles) = stored(&[65_536, 3, 300]);
    let size = all.len() as u64;
    let root = mth(&all);
    for index in [0, 255, 256, 65_535, 65_536, size - 1] {
        let needed = only(&tiles, prove::tiles_for_inclusion(index, size));
        let path = prove::inclusion(index, size, &needed).unwrap();
        verify_inclusion(index, size, all[usize::try_from(index).unwrap()], &path, root).unwrap();
    }
}

#[test]
fn a_proof_out_of_a_million_entries_reads_five_tiles_at_most() {
    let needed = |index| prove::tiles_for_inclusion(index, 1_000_000).len();
    assert_eq!((0..1_000_000).step_by(97).map(needed).max(), Some(5));
    assert!((1..1_000_000).step_by(997).all(|old| prove::tiles_for_consistency(old, 1_000_000).len() <= 6));
}

#[test]
fn a_missing_or_short_tile_is_named() {
    let (all, mut tiles) = stored(&[300]);
    let first = TileId { level: 0, index: 0 };
    tiles.insert(first, Tile::read(&tiles[&first].bytes()[..32 * 17]).unwrap());
    assert_eq!(prove::inclusion(299, 300, &tiles), Ok(prove::inclusion(299, 300, &stored(&[300]).1).unwrap()));
    assert_eq!(prove::inclusion(3, 300, &tiles).unwrap_err().0, first);
    assert_eq!(append(300, &BTreeMap::new(), &all).unwrap_err().0, TileId { level: 0, index: 1 });
}

proptest! {
    #[test]
    fn tiles_give_the_roots_and_proofs_of_the_model(
        steps in proptest::collection::vec(1_usize..400, 1..5),
        old in any::<prop::sample::Index>(),
        new in any::<prop::sample::Index>(),
        index in any::<prop::sample::Index>(),
    ) {
        let (all, tiles) = stored(&steps);
        // Also of a smaller tree than is stored.
        let new = new.index(all.len()) + 1;
        let (old, index) = (old.index(new) + 1, index.index(new));
        let tree = &all[..new];
        let (size, was, number) = (new as u64, old as u64, index as u64);

        let root = prove::root(size, &only(&tiles, prove::tiles_for_root(size))).unwrap();
        prop_assert_eq!(root, mth(tree));

        let proof = prove::inclusion(number, size, &only(&tiles, prove::tiles_for_inclusion(number, size))).unwrap();
        prop_assert_eq!(&proof, &path(index, tree));
        prop_assert_eq!(verify_inclusion(number, size, tree[index], &proof, root), Ok(()));

        let kept = prove::consistency(was, size, &only(&tiles, prove::tiles_for_consistency(was, size))).unwrap();
        prop_assert_eq!(&kept, &subproof(old, tree, true));
        let old_root = mth(&all[..old]);
        prop_assert_eq!(verify_consistency(was, size, old_root, root, &kept), Ok(()));

        // No other leaf, number, size or root is proved by them.
        let other = Hash::leaf(b"other");
        prop_assert!(verify_inclusion(number, size, other, &proof, root).is_err());
        prop_assert!(verify_inclusion(number, size, tree[index], &proof, other).is_err());
        if size > 1 {
            prop_assert!(verify_inclusion((number + 1) % size, size, tree[index], &proof, root).is_err());
        }
        prop_assert!(verify_consistency(was, size, other, root, &kept).is_err());
        prop_assert!(verify_consistency(was, size, old_root, other, &kept).is_err());
    }

    #[test]
    fn the_frontier_knows_the_root_whatever_was_pushed_whole(n in 0_u64..1_200, blocks in 0_u64..5) {
        let all = leaves(n);
        let mut frontier = Frontier::default();
        let whole = usize::try_from((n / 256).min(blocks)).unwrap() * 256;
        for block in all[..whole].chunks(256) {
            frontier.push_whole(8, mth(block));
        }
        for &leaf in &all[whole..] {
            frontier.push(leaf);
        }
        prop_assert_eq!((frontier.size(), frontier.root()), (n, mth(&all)));
    }
}
