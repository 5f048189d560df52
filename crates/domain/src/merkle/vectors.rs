//! The public vectors of transparency-dev/merkle, where they are at hand: `FONDS_TEST_DATA`, else `../shared/data` beside the
//! repository, holds `merkle/inclusion.jsonl` and `merkle/consistency.jsonl`.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Hash, verify_consistency, verify_inclusion};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
    name: String,
}

#[expect(clippy::disallowed_methods, reason = "where test data lies is no setting of the program")]
fn vectors<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var("FONDS_TEST_DATA").map_or_else(|_| beside(), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("merkle").join(file)) else {
        println!("{file}: the public vectors are not at hand");
        return Vec::new();
    };
    let vectors: Vec<T> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!vectors.is_empty(), "{file} holds no vectors");
    vectors
}

/// Some vectors take any bytes for a root; what is no hash here is stood for by one that is as equal or different.
fn root(text: &str) -> Hash {
    let bytes = STANDARD.decode(text).unwrap();
    Hash::read(&bytes).unwrap_or_else(|| Hash::leaf(&bytes))
}

/// None where a hash of the path has no 32 bytes: such a proof cannot even be written.
fn path(proof: Option<Vec<String>>) -> Option<Vec<Hash>> {
    proof.unwrap_or_default().iter().map(|text| Hash::parse(text)).collect()
}

#[test]
fn the_public_inclusion_vectors_pass() {
    for vector in vectors::<Inclusion>("inclusion.jsonl") {
        let holds = path(vector.proof).is_some_and(|path| {
            let hashes = Hash::parse(&vector.leaf_hash).zip(Hash::parse(&vector.root));
            hashes.is_some_and(|(leaf, root)| {
                verify_inclusion(vector.leaf_idx, vector.tree_size, leaf, &path, root).is_ok()
            })
        });
        assert_eq!(holds, !vector.want_err, "{}", vector.name);
    }
}

#[test]
fn the_public_consistency_vectors_pass() {
    for vector in vectors::<Consistency>("consistency.jsonl") {
        let holds = path(vector.proof).is_some_and(|path| {
            verify_consistency(vector.size1, vector.size2, root(&vector.root1), root(&vector.root2), &path).is_ok()
        });
        assert_eq!(holds, !vector.want_err, "{}", vector.name);
    }
}
