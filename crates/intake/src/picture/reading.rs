//! What a PDF brings with it, and marks in its text. Only answers leave the child, none of the text.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use domain::form::Mark;
use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
        InterpreterSettings, SoftMask, font::GlyphRun, hayro_cmap::BfString, interpret_page,
    },
    hayro_syntax::{LoadPdfError, Pdf, object::Dict, object::MaybeRef, object::Object},
    kurbo::{Affine, BezPath, Point, Rect},
};
use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::{reason::Warning, text::Marks};

/// What is told of a PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reading {
    Encrypted,
    /// It could not be read at all.
    Unreadable,
    /// It has more objects than may be.
    Huge,
    /// A mark stands in its text.
    Secret(Mark),
    Read {
        pages: usize,
        warnings: BTreeSet<Warning>,
    },
}

/// No document opens with this; one that opens without any is not encrypted.
const NO_PASSWORD: &str = "\u{1}no password\u{1}";

pub(super) fn read(body: Vec<u8>, room: u64, objects: usize, time: Duration) -> Reading {
    let began = Instant::now();
    // Only looked at where the file cannot be read: a word in a text is no encryption.
    let maybe = memmem::find(&body, b"/Encrypt").is_some();
    let pdf = match Pdf::new_with_password(body, NO_PASSWORD) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Invalid) if !maybe => return Reading::Unreadable,
        Err(LoadPdfError::Decryption(_) | LoadPdfError::Invalid) => return Reading::Encrypted,
    };
    if pdf.len() > objects {
        return Reading::Huge;
    }
    let mut warnings = BTreeSet::new();
    for object in pdf.objects() {
        look(&object, 0, &mut warnings);
        if began.elapsed() > time / 2 {
            break;
        }
    }
    match write(&pdf, room, began + time, &mut warnings) {
        Some(mark) => Reading::Secret(mark),
        None => Reading::Read { pages: pdf.pages().len(), warnings },
    }
}

fn look(object: &Object<'_>, depth: usize, warnings: &mut BTreeSet<Warning>) {
    if depth > 16 {
        return;
    }
    match object {
        Object::Dict(dict) => entries(dict, depth, warnings),
        Object::Stream(stream) => entries(stream.dict(), depth, warnings),
        Object::Array(array) => {
            for item in array.raw_iter() {
                if let MaybeRef::NotRef(item) = item {
                    look(&item, depth + 1, warnings);
                }
            }
        }
        Object::Null(_) | Object::Boolean(_) | Object::Number(_) | Object::String(_) | Object::Name(_) => {}
    }
}

fn entries(dict: &Dict<'_>, depth: usize, warnings: &mut BTreeSet<Warning>) {
    for (key, value) in dict.entries() {
        match &*key {
            b"JS" | b"JavaScript" => warnings.insert(Warning::Script),
            b"EF" | b"EmbeddedFiles" => warnings.insert(Warning::Within),
            _ => false,
        };
        if let MaybeRef::NotRef(value) = value {
            if let (b"S", Object::Name(action)) = (&*key, &value)
                && matches!(&**action, b"JavaScript" | b"Launch")
            {
                warnings.insert(Warning::Script);
            }
            look(&value, depth + 1, warnings);
        }
    }
}

/// Reads the text of the pages, each in the order in which it is drawn, and again in the order of its places.
fn write(pdf: &Pdf, room: u64, until: Instant, warnings: &mut BTreeSet<Warning>) -> Option<Mark> {
    let cache = InterpreterCache::new();
    let mut marks = Marks::default();
    let mut left = room;
    let mut unknown = 0;
    let mut known = 0;
    let mut whole = true;
    for page in pdf.pages().iter() {
        if Instant::now() > until || left == 0 {
            whole = false;
            break;
        }
        let (width, height) = page.render_dimensions();
        let view = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(Affine::IDENTITY, view, &cache, pdf.xref(), InterpreterSettings::default());
        let mut words = Words::default();
        interpret_page(page, &mut context, &mut words);
        left = left.saturating_sub(words.drawn.len() as u64);
        unknown += words.unknown;
        known += words.placed;
        marks.read(&words.drawn);
        marks.read(&words.by_place());
        if marks.mark.is_some() {
            break;
        }
    }
    // Letters of a font that does not say which letters they are.
    if !whole || unknown * 20 > known {
        warnings.insert(Warning::TextUnread);
    }
    if marks.named {
        warnings.insert(Warning::GradeNamed);
    }
    marks.mark
}

/// Takes the letters of a page and nothing else.
#[derive(Default)]
struct Words {
    drawn: String,
    /// By line (in half points, from above) and place in it.
    lines: BTreeMap<i64, Vec<(f64, String)>>,
    last: Option<f64>,
    placed: usize,
    unknown: usize,
}

/// Places further apart than this are other lines; no page is that long.
const FAR: f64 = 1e7;

impl Words {
    fn letter(&mut self, letter: &str, at: Point) {
        let (x, y) = (at.x.clamp(-FAR, FAR), at.y.clamp(-FAR, FAR));
        if self.last.is_some_and(|last| (last - y).abs() > 2.0) {
            self.drawn.push('\n');
        }
        self.last = Some(y);
        self.drawn.push_str(letter);
        self.placed += 1;
        #[expect(clippy::cast_possible_truncation, reason = "clamped above")]
        let line = (-y / 4.0).round() as i64;
        self.lines.entry(line).or_default().push((x, letter.to_owned()));
    }

    fn by_place(mut self) -> String {
        let mut text = String::with_capacity(self.drawn.len());
        for line in self.lines.values_mut() {
            line.sort_by(|one, other| one.0.total_cmp(&other.0));
            text.extend(line.iter().map(|(_, letter)| letter.as_str()));
            text.push('\n');
        }
        text
    }
}

impl<'a> Device<'a> for Words {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            let at = props.transform * glyph.transform() * Point::ZERO;
            match glyph.as_unicode() {
                Some(BfString::Char(letter)) => self.letter(letter.encode_utf8(&mut [0; 4]), at),
                Some(BfString::String(letters)) => self.letter(&letters, at),
                None => self.unknown += 1,
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
