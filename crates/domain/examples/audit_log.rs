//! Measures the audit log on this machine: a proof out of a million entries, read from tiles as a database would give them, and the
//! check of an export of a million entries. `cargo run -p domain --example audit_log -- 1000000`; the number may be smaller. With a
//! folder after it, `export.jsonl`, `head` and `key` stay there for `fonds verify audit`.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    error::Error,
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta};
use domain::{
    audit::{
        Body, Entry, Head, Origin, Proof, Salt, SigningKey, export::Writer, key::KeyName, proof::verify_proof, verify,
    },
    merkle::{Hash, Tile, TileId, prove, tile},
    tenant::TenantKey,
};

type Done<T> = Result<T, Box<dyn Error>>;

fn entry(tenant: &TenantKey, index: u64) -> Done<(Salt, Body, Entry)> {
    let mut salt = Salt([0; 32]);
    salt.0[..8].copy_from_slice(&index.to_le_bytes());
    let before = serde_json::json!({"state": "in_review", "position": 1});
    let after = serde_json::json!({"state": "final", "title": format!("第 {index} 次支部党员大会"), "measures": [31, 28, 1, index]});
    let body = Body { before: Some(before), after: Some(after) };
    let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(index)?);
    let entry = Entry {
        tenant: tenant.clone(),
        id: i64::try_from(index)?,
        at,
        account: None,
        post: None,
        org: None,
        action: "record.approve".into(),
        object_kind: "record".into(),
        object_id: format!("record:{index:032x}"),
        reason: Some("材料齐全，同意".into()),
        origin: Some("192.0.2.7".into()),
        body_digest: body.digest(&salt)?,
    };
    Ok((salt, body, entry))
}

/// Tiles as a database keeps them.
type Stored = HashMap<TileId, Vec<u8>>;

fn main() -> Done<()> {
    let size: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let name = KeyName::parse("archive.example.cn/audit").ok_or("name")?;
    let origin = Origin { site: name.clone(), tenant: TenantKey::parse("zj").ok_or("key")? };
    let key = SigningKey::from_seed(name, &[1; 32]);

    let stored = sequenced(&origin.tenant, size)?;
    let tiles = prove::tiles_for_root(size).iter().filter_map(|id| Some((*id, Tile::read(stored.get(id)?)?))).collect();
    let head = Head { origin, size, root: prove::root(size, &tiles)?, at: DateTime::UNIX_EPOCH };
    prove_some(&stored, &head, &key)?;

    let kept = std::env::args().nth(2).map(PathBuf::from);
    let scratch = || std::env::temp_dir().join(format!("audit-export-{}.jsonl", std::process::id()));
    let path = kept.as_ref().map_or_else(scratch, |folder| folder.join("export.jsonl"));
    export(&path, &stored, &head, &key)?;
    drop(stored);

    let (before, begun) = (resident(), Instant::now());
    let file = BufReader::with_capacity(1 << 20, File::open(&path)?);
    let report = verify(file, std::slice::from_ref(&head), &[key.public()])?;
    println!("export checked: {:?}, clean: {}", begun.elapsed(), report.clean());
    println!("memory, kB resident now and at most: {before:?} before, {:?} after", resident());
    match kept {
        Some(folder) => {
            std::fs::write(folder.join("head"), head.sign(&[&key]))?;
            std::fs::write(folder.join("key"), key.public().to_string())?;
        }
        None => std::fs::remove_file(path)?,
    }
    Ok(())
}

/// The log grows by 4,096 entries at a time, as the sequencer lets it grow.
fn sequenced(tenant: &TenantKey, size: u64) -> Done<Stored> {
    let (begun, mut stored, mut written) = (Instant::now(), Stored::new(), 0);
    for from in (0..size).step_by(4_096) {
        let to = size.min(from + 4_096);
        let leaves = (from..to).map(|index| Ok(entry(tenant, index)?.2.leaf_hash()?)).collect::<Done<Vec<Hash>>>()?;
        let mut read = BTreeMap::new();
        for id in tile::unfinished(from) {
            read.insert(id, Tile::read(stored.get(&id).ok_or("tile")?).ok_or("tile")?);
        }
        let grown = tile::append(from, &read, &leaves)?;
        written += grown.len();
        stored.extend(grown.into_iter().map(|(id, tile)| (id, tile.bytes())));
    }
    println!("{size} entries made, hashed and sequenced: {:?}, {written} tiles written", begun.elapsed());
    Ok(stored)
}

/// Proofs of a thousand entries, each from the tiles that it fetches.
fn prove_some(stored: &Stored, head: &Head, key: &SigningKey) -> Done<()> {
    let fetches = Cell::new(0_u32);
    let fetch = |id: &TileId| {
        fetches.set(fetches.get() + 1);
        Some((*id, Tile::read(stored.get(id)?)?))
    };
    let signed = head.sign(&[key]);
    let (mut slowest, mut most, begun) = (Duration::ZERO, 0, Instant::now());
    for index in (0..1_000).map(|n| n * 7_919 % head.size) {
        let one = Instant::now();
        fetches.set(0);
        let tiles = prove::tiles_for_inclusion(index, head.size).iter().filter_map(fetch).collect();
        let path = prove::inclusion(index, head.size, &tiles)?;
        slowest = slowest.max(one.elapsed());
        most = most.max(fetches.get());
        let (salt, body, entry) = entry(&head.origin.tenant, index)?;
        verify_proof(&Proof::new(index, &entry, Some((&salt, &body)), path, signed.clone())?, &[key.public()])?;
    }
    println!("inclusion proof: slowest of 1000 {slowest:?}, at most {most} tiles fetched");
    println!("with putting it together and checking it: {:?} each", begun.elapsed() / 1_000);
    Ok(())
}

fn export(path: &Path, stored: &Stored, head: &Head, key: &SigningKey) -> Done<()> {
    let begun = Instant::now();
    let mut file = BufWriter::new(File::create(path)?);
    let (mut writer, line) = Writer::begin(&head.origin, head.size, DateTime::UNIX_EPOCH)?;
    file.write_all(line.as_bytes())?;
    for index in 0..head.size {
        while let Some((id, above)) = writer.due(index) {
            let root = above.and_then(|(id, place)| Tile::read(stored.get(&id)?)?.hashes().get(place).copied());
            let tile = stored.get(&id).and_then(|bytes| Tile::read(bytes));
            file.write_all(writer.tile(tile.as_ref(), root)?.unwrap_or_default().as_bytes())?;
        }
        let (salt, body, entry) = entry(&head.origin.tenant, index)?;
        file.write_all(writer.entry(index, entry.leaf_hash()?, &entry, Some((&salt, &body)))?.as_bytes())?;
    }
    file.write_all(writer.end(&head.sign(&[key]))?.as_bytes())?;
    file.into_inner()?.sync_all()?;
    println!("export written: {:?}, {} MB", begun.elapsed(), std::fs::metadata(path)?.len() >> 20);
    Ok(())
}

/// Resident now and at most, in kB, where the system tells.
fn resident() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
