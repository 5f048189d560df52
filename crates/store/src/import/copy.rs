//! Rows in the text form of `COPY`, sent in chunks: memory does not grow with the file.

use std::fmt::{Display, Write as _};

use sqlx::PgConnection;

use super::Row;
use crate::Result;

const CHUNK: usize = 256 * 1024;

/// Sends all rows; gives their number.
pub(super) async fn copy(connection: &mut PgConnection, rows: impl Iterator<Item = Row> + Send) -> Result<u64> {
    let mut copy = connection
        .copy_in_raw(
            "COPY import_row (line, sound, code, parent_code, name, short_name, kind, said_level, formation, unit_name, unit_code,
             unit_category, established_on, term_start, term_years, id, version, closed) FROM STDIN",
        )
        .await?;
    let mut chunk = String::with_capacity(CHUNK + 4096);
    for row in rows {
        write_row(&mut chunk, &row);
        if chunk.len() >= CHUNK {
            copy.send(chunk.as_bytes()).await?;
            chunk.clear();
        }
    }
    copy.send(chunk.as_bytes()).await?;
    Ok(copy.finish().await?)
}

fn write_row(chunk: &mut String, row: &Row) {
    let description = &row.description;
    plain(chunk, Some(row.line), '\t');
    plain(chunk, Some(row.sound), '\t');
    text(chunk, Some(&row.code));
    text(chunk, row.parent_code.as_deref());
    text(chunk, Some(&row.name));
    text(chunk, row.short_name.as_deref());
    text(chunk, Some(row.kind.as_str()));
    plain(chunk, row.level, '\t');
    text(chunk, description.formation.as_deref());
    text(chunk, description.unit_name.as_deref());
    text(chunk, description.unit_code.as_deref());
    text(chunk, description.unit_category.as_deref());
    plain(chunk, row.established_on, '\t');
    plain(chunk, description.term_start, '\t');
    plain(chunk, description.term_years, '\t');
    plain(chunk, Some(row.id.uuid()), '\t');
    plain(chunk, Some(row.version.uuid()), '\t');
    plain(chunk, Some(row.closed.uuid()), '\n');
}

fn plain(chunk: &mut String, value: Option<impl Display>, end: char) {
    match value {
        // Writing to a string cannot fail.
        Some(value) => drop(write!(chunk, "{value}")),
        None => chunk.push_str("\\N"),
    }
    chunk.push(end);
}

fn text(chunk: &mut String, value: Option<&str>) {
    match value {
        None => chunk.push_str("\\N"),
        Some(value) => {
            for letter in value.chars() {
                match letter {
                    '\\' => chunk.push_str("\\\\"),
                    '\t' => chunk.push_str("\\t"),
                    '\n' => chunk.push_str("\\n"),
                    '\r' => chunk.push_str("\\r"),
                    other => chunk.push(other),
                }
            }
        }
    }
    chunk.push('\t');
}
