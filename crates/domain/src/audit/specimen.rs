//! A log made for tests: rows, tiles and heads as the database would hold them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use serde_json::json;
use uuid::Uuid;

use super::{Body, Entry, Head, Origin, Salt, SigningKey, export::Writer, key::KeyName};
use crate::{
    Id,
    merkle::{Hash, Tile, TileId, prove, tile},
    tenant::TenantKey,
};

/// An audit row with what the log keeps beside it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) index: u64,
    pub(super) leaf_hash: Hash,
    pub(super) entry: Entry,
    pub(super) body: Option<(Salt, Body)>,
}

impl Row {
    pub(super) fn logged(index: u64) -> Self {
        let salt = Salt([u8::try_from(index % 251).unwrap(); 32]);
        let body = Body { before: None, after: Some(json!({"title": format!("第 {index} 次会议"), "n": index})) };
        let entry = Entry {
            tenant: TenantKey::parse("zj").unwrap(),
            id: i64::try_from(index * 2 + 7).unwrap(),
            at: at() + TimeDelta::seconds(i64::try_from(index).unwrap()),
            account: Some(Id::of(Uuid::from_u128(5))),
            post: Some(Id::of(Uuid::from_u128(6))),
            org: None,
            action: "record.submit".into(),
            object_kind: "record".into(),
            object_id: format!("record:{index:032x}"),
            reason: None,
            origin: Some("192.0.2.7".into()),
            body_digest: body.digest(&salt).unwrap(),
        };
        Self { index, leaf_hash: entry.leaf_hash().unwrap(), entry, body: Some((salt, body)) }
    }

    pub(super) fn edited(mut self) -> Self {
        self.entry.action = "record.recall".into();
        self
    }

    pub(super) fn rehashed(mut self) -> Self {
        self.leaf_hash = self.entry.leaf_hash().unwrap();
        self
    }

    pub(super) fn with_another_body(mut self) -> Self {
        self.body.as_mut().unwrap().1.after = Some(json!({"title": "别的会议"}));
        self
    }
}

pub(super) fn at() -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(1_760_000_000, 0).unwrap()
}

pub(super) fn origin() -> Origin {
    Origin::parse("archive.example.cn/audit/zj").unwrap()
}

pub(super) fn key() -> SigningKey {
    SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[9; 32])
}

/// What is stored: rows in order and tiles.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) rows: Vec<Row>,
    pub(super) tiles: BTreeMap<TileId, Tile>,
    pub(super) size: u64,
}

impl Log {
    pub(super) fn of(rows: Vec<Row>) -> Self {
        let leaves: Vec<Hash> = rows.iter().map(|row| row.leaf_hash).collect();
        let tiles = tile::append(0, &BTreeMap::new(), &leaves).unwrap();
        Self { size: rows.len() as u64, rows, tiles }
    }

    pub(super) fn true_log(size: u64) -> Self {
        Self::of((0..size).map(Row::logged).collect())
    }

    /// The same log, in which the entry at `at` says that the body of the entry at `of` was destroyed by rule.
    pub(super) fn with_a_destruction_of(mut self, of: u64, at: u64) -> Self {
        let destroyed = self.row(of).entry.id.to_string();
        let told = self.row(at);
        told.entry.action = "audit.destroy".into();
        told.entry.object_kind = "audit".into();
        told.entry.object_id = destroyed;
        *told = told.clone().rehashed();
        Self::of(self.rows)
    }

    pub(super) fn head(&self, size: u64) -> Head {
        Head { origin: origin(), size, root: prove::root(size, &self.tiles).unwrap(), at: at() }
    }

    /// The export as the server would write it from these rows and tiles, and its head.
    pub(super) fn export(&self, own: &Head) -> String {
        let (mut writer, mut text) = Writer::begin(&origin(), self.size, at()).unwrap();
        for row in &self.rows {
            text += &self.due(&mut writer, row.index);
            let body = row.body.as_ref().map(|(salt, body)| (salt, body));
            text += &writer.entry(row.index, row.leaf_hash, &row.entry, body).unwrap();
        }
        text += &self.due(&mut writer, self.size);
        text + &writer.end(&own.sign(&[&key()])).unwrap()
    }

    fn due(&self, writer: &mut Writer, index: u64) -> String {
        let mut text = String::new();
        while let Some((id, above)) = writer.due(index) {
            let root = above.and_then(|(id, place)| self.tiles.get(&id)?.hashes().get(place).copied());
            text += &writer.tile(self.tiles.get(&id), root).unwrap().unwrap_or_default();
        }
        text
    }

    pub(super) fn row(&mut self, index: u64) -> &mut Row {
        &mut self.rows[usize::try_from(index).unwrap()]
    }

    pub(super) fn change(&mut self, index: u64, change: impl FnOnce(Row) -> Row) {
        let row = self.row(index);
        *row = change(row.clone());
    }

    /// Overwrites a hash in a stored tile.
    pub(super) fn patch(&mut self, id: TileId, place: usize, hash: Hash) {
        let mut bytes = self.tiles[&id].bytes();
        bytes[place * 32..place * 32 + 32].copy_from_slice(&hash.0);
        self.tiles.insert(id, Tile::read(&bytes).unwrap());
    }

    pub(super) fn renumber(&mut self) {
        for (index, row) in (0..).zip(&mut self.rows) {
            row.index = index;
        }
    }
}
