//! Rows of the file, checked field by field. What concerns the tree is checked by sets, in the database.

use std::{borrow::Cow, io::Read};

use chrono::NaiveDate;
use csv::{ByteRecord, Reader};
use domain::{
    Id, Problem,
    org::{Description, OrgKind, parse_code, parse_name, parse_text},
};
use store::import::Row;

use super::{Fault, Input, NAMED, message::field, text::Encoding};
use crate::{Error, Result};

/// Columns: the name in the file, the name in the database where the column may be missing, must it be there?
const COLUMNS: [(&str, &str, bool); 13] = [
    ("党组织代码", "", true),
    ("上级代码", "", true),
    ("党组织名称", "", true),
    ("简称", "short_name", false),
    ("类别", "", true),
    ("层级", "", false),
    ("所在单位名称", "unit_name", false),
    ("所在单位代码", "unit_code", false),
    ("所在单位类别", "unit_category", false),
    ("组建方式", "formation", false),
    ("成立日期", "", false),
    ("任期起始", "term_start", false),
    ("任期年数", "term_years", false),
];

/// Which column of the file is which.
#[derive(Debug)]
pub(super) struct Header {
    places: [Option<usize>; COLUMNS.len()],
    width: usize,
}

impl Header {
    /// Reads the first line; an unknown, repeated or missing column is a fault.
    pub(super) fn read(csv: &mut Reader<impl Read>, encoding: Encoding) -> Result<Result<Self, Vec<Fault>>> {
        let mut record = ByteRecord::new();
        csv.read_byte_record(&mut record).map_err(|error| Error::internal("import: reading the header", error))?;
        let mut places = [None; COLUMNS.len()];
        let mut faults = Vec::new();
        for (place, bytes) in record.iter().enumerate() {
            let name = encoding.decode(bytes).unwrap_or(Cow::Borrowed("\u{FFFD}"));
            let name = name.trim();
            match COLUMNS.iter().position(|(known, ..)| *known == name) {
                None => faults.push(field(1, name, "未知的列。请核对列名", "an unknown column; check its name")),
                Some(column) if places[column].is_some() => {
                    faults.push(field(1, name, "重复的列", "a repeated column"));
                }
                Some(column) => places[column] = Some(place),
            }
        }
        for ((name, _, required), place) in COLUMNS.iter().zip(places) {
            if *required && place.is_none() {
                faults.push(field(1, name, "缺少这一列", "this column is missing"));
            }
        }
        Ok(if faults.is_empty() { Ok(Self { places, width: record.len() }) } else { Err(faults) })
    }

    /// The optional columns that the file has, as the database calls them; the others stay as they are.
    pub(super) fn optional(&self) -> Vec<&'static str> {
        let there =
            COLUMNS.iter().zip(self.places).filter(|((_, stored, _), place)| !stored.is_empty() && place.is_some());
        there.map(|((_, stored, _), _)| *stored).collect()
    }
}

/// The rows of a file. Faults are put aside; a faulty row still stands for those below it, where it has a code.
pub(super) struct Rows<'a, R> {
    csv: Reader<R>,
    header: &'a Header,
    encoding: Encoding,
    levels: i16,
    day: NaiveDate,
    input: Input<'a>,
    record: ByteRecord,
    faults: Vec<Fault>,
    more: u64,
    failed: Option<csv::Error>,
}

impl<'a, R: Read> Rows<'a, R> {
    pub(super) fn new(
        csv: Reader<R>,
        header: &'a Header,
        encoding: Encoding,
        levels: i16,
        day: NaiveDate,
        input: Input<'a>,
    ) -> Self {
        let (record, faults) = (ByteRecord::new(), Vec::new());
        Self { csv, header, encoding, levels, day, input, record, faults, more: 0, failed: None }
    }

    /// Faults, how many more there are, and what stopped the reading before its end.
    pub(super) fn end(self) -> (Vec<Fault>, u64, Option<csv::Error>) {
        (self.faults, self.more, self.failed)
    }

    fn mint<T>(&self) -> Id<T> {
        let mut bytes = [0; 10];
        self.input.chance.fill(&mut bytes);
        Id::mint(self.input.clock.now(), bytes)
    }

    fn row(&self, line: u64) -> (Option<Row>, Vec<Fault>) {
        let mut fields = Fields { rows: self, line, faults: Vec::new() };
        let width = self.header.width;
        if self.record.len() != width {
            let found = self.record.len();
            let (zh, en) = (format!("应有 {width} 列，实有 {found} 列"), format!("{found} fields instead of {width}"));
            fields.faults.push(field(line, "", zh, en));
        }
        let code = fields.text(0).and_then(|text| fields.take(0, parse_code(&text)));
        let parent_code = fields.text(1).and_then(|text| fields.take(1, parse_code(&text)));
        let name = fields.required(2).and_then(|text| fields.take(2, parse_name(&text)));
        let short_name = fields.line(3, 60);
        let kind = fields.required(4).and_then(|text| fields.kind(&text));
        let level = fields.text(5).and_then(|text| fields.number(5, &text, self.levels));
        let description = Description {
            unit_name: fields.line(6, 200),
            unit_code: fields.line(7, 40),
            unit_category: fields.line(8, 60),
            formation: fields.line(9, 60),
            term_start: fields.text(11).and_then(|text| fields.day(11, &text)),
            term_years: fields.text(12).and_then(|text| fields.number(12, &text, 10)),
        };
        let established_on = fields.text(10).and_then(|text| fields.day(10, &text)).filter(|&day| {
            let known = day <= self.day;
            if !known {
                fields.fault(10, "成立日期晚于导入生效日", "founded after the day of the import");
            }
            known
        });
        if code.is_none() && !fields.faults.iter().any(|fault| fault.column == COLUMNS[0].0) {
            fields.fault(0, "必填", "required");
        }
        let faults = fields.faults;
        let row = code.map(|code| Row {
            line,
            sound: faults.is_empty(),
            code,
            parent_code,
            name: name.unwrap_or_default(),
            short_name,
            kind: kind.unwrap_or(OrgKind::Branch),
            level,
            description,
            established_on,
            id: self.mint(),
            version: self.mint(),
            closed: self.mint(),
        });
        (row, faults)
    }
}

impl<R: Read> Iterator for Rows<'_, R> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let mut record = std::mem::take(&mut self.record);
            let read = self.csv.read_byte_record(&mut record);
            self.record = record;
            match read {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.failed = Some(error);
                    return None;
                }
            }
            let line = self.record.position().map_or(0, csv::Position::line);
            let (row, faults) = self.row(line);
            for fault in faults {
                if self.faults.len() < NAMED { self.faults.push(fault) } else { self.more += 1 }
            }
            if row.is_some() {
                return row;
            }
        }
    }
}

/// The fields of one row.
struct Fields<'a, R> {
    rows: &'a Rows<'a, R>,
    line: u64,
    faults: Vec<Fault>,
}

impl<R> Fields<'_, R> {
    fn fault(&mut self, column: usize, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(field(self.line, COLUMNS[column].0, zh, en));
    }

    fn take<T>(&mut self, column: usize, parsed: Result<T, Problem>) -> Option<T> {
        parsed.map_err(|problem| self.fault(column, problem.zh, problem.en)).ok()
    }

    /// The text of a field without blanks around it; none where it is empty.
    fn text(&mut self, column: usize) -> Option<String> {
        let bytes = self.rows.record.get(self.rows.header.places[column]?)?;
        let Some(text) = self.rows.encoding.decode(bytes) else {
            let name = self.rows.encoding.name();
            self.fault(column, format!("含有不是 {name} 的字节"), format!("bytes that are not {name}"));
            return None;
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn required(&mut self, column: usize) -> Option<String> {
        let before = self.faults.len();
        let text = self.text(column);
        if text.is_none() && self.faults.len() == before {
            self.fault(column, "必填", "required");
        }
        text
    }

    fn line(&mut self, column: usize, longest: usize) -> Option<String> {
        let text = self.text(column);
        self.take(column, parse_text("", longest, text)).flatten()
    }

    fn kind(&mut self, text: &str) -> Option<OrgKind> {
        let kind = OrgKind::ALL.iter().copied().find(|kind| kind.zh() == text || kind.as_str() == text);
        if kind.is_none() {
            let known: Vec<_> = OrgKind::ALL.iter().map(|kind| kind.zh()).collect();
            let words: Vec<_> = OrgKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let (known, words) = (known.join("、"), words.join(", "));
            self.fault(
                4,
                format!("没有类别“{text}”。可用：{known}"),
                format!("there is no kind {text}; there are {words}"),
            );
        }
        kind
    }

    fn number(&mut self, column: usize, text: &str, most: i16) -> Option<i16> {
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.fault(
                column,
                format!("应为 1 至 {most} 的整数"),
                format!("a whole number from 1 to {most} is expected"),
            );
        }
        number
    }

    /// 2020-01-31, 2020/1/31, 2020.1.31 or 20200131.
    fn day(&mut self, column: usize, text: &str) -> Option<NaiveDate> {
        let day = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"]
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
            .filter(|day| (1900..=2999).contains(&chrono::Datelike::year(day)));
        if day.is_none() {
            self.fault(column, "应为日期，如 2020-01-31", "a day is expected, e.g. 2020-01-31");
        }
        day
    }
}
