//! A page of an OFD (GB/T 33190-2016) as a picture.

use std::{
    fs,
    io::{Cursor, Read, Write},
    path::PathBuf,
};

use image::RgbImage;
use ofd_core::{LoadedDocument, OfdPackage, OfdReader, render::RenderOptions, types::StBox};
use quick_xml::{
    Reader, Writer,
    events::{BytesEnd, BytesStart, BytesText, Event},
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{Fault, raster};

/// A page may be this many times as high as it is wide.
const SLENDER: f64 = 4.0;
const MM_PER_INCH: f64 = 25.4;
/// Where our font lies within the package that is drawn.
const OURS: &str = "fonds-font";
/// Bytes of a list of resources.
const LIST: u64 = 16 << 20;

type Package = OfdReader<Cursor<Vec<u8>>>;

pub(super) fn page(body: Vec<u8>, number: usize, width: u16, fonts: &[PathBuf]) -> Result<Vec<u8>, Fault> {
    let package = OfdPackage::new(Cursor::new(with_font(body, fonts)?)).map_err(|_| Fault::Unreadable)?;
    let mut reader = OfdReader::new(package).map_err(|_| Fault::Unreadable)?;
    let mut at = number.checked_sub(1).ok_or(Fault::NoPage)?;
    // Pages count through all documents of the package.
    for document in reader.ofd().doc_bodies.clone() {
        let document = reader.load_document(&document).map_err(|_| Fault::Unreadable)?;
        let pages = document.pages().len();
        if at < pages {
            return draw(&mut reader, &document, at, width);
        }
        at -= pages;
    }
    Err(Fault::NoPage)
}

fn draw(reader: &mut Package, document: &LoadedDocument, at: usize, width: u16) -> Result<Vec<u8>, Fault> {
    let page = document.pages().get(at).ok_or(Fault::NoPage)?;
    let content = reader.load_page(document, page).map_err(|_| Fault::Unreadable)?;
    let area = content.area.as_ref().or(document.document.common_data.page_area.as_ref());
    let area = area.map_or(StBox::A4_MM, |area| area.physical_box);
    if ![area.x, area.y, area.width, area.height].iter().all(|length| length.is_finite())
        || area.width < 1.0
        || area.height < 1.0
    {
        return Err(Fault::Unreadable);
    }
    let width = f64::from(width);
    let dpi = MM_PER_INCH * (width / area.width).min(SLENDER * width / area.height);
    let drawn =
        reader.render_page_to_image(document, at, &RenderOptions::with_dpi(dpi)).map_err(|_| Fault::Unreadable)?;
    let (width, height) = (drawn.width(), drawn.height());
    // The ground is white: nothing is transparent.
    let points = drawn.as_raw().chunks_exact(4).flat_map(|point| [point[0], point[1], point[2]]).collect();
    raster::jpeg(&RgbImage::from_raw(width, height, points).ok_or(Fault::Unreadable)?)
}

/// The same package, in which every font that is only named (宋体, `SimSun`, Times New Roman) is ours, which has the letters of
/// all of them. Text in a font that is not there would be left out, and nobody would see that it is missing.
fn with_font(body: Vec<u8>, fonts: &[PathBuf]) -> Result<Vec<u8>, Fault> {
    let Some(font) = fonts.iter().find_map(|font| fs::read(font).ok()) else { return Ok(body) };
    let mut from = ZipArchive::new(Cursor::new(body)).map_err(|_| Fault::Unreadable)?;
    let mut into = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for at in 0..from.len() {
        let mut member = from.by_index(at).map_err(|_| Fault::Unreadable)?;
        let name = member.name().map_err(|_| Fault::Unreadable)?.into_owned();
        let list = member.size() <= LIST;
        if list && name.to_ascii_lowercase().ends_with(".xml") {
            let mut text = Vec::new();
            member.by_ref().take(LIST).read_to_end(&mut text).map_err(|_| Fault::Unreadable)?;
            if let Some(changed) = fonts_of(&text) {
                text = changed;
            }
            into.start_file(name, stored).map_err(|_| Fault::Unreadable)?;
            into.write_all(&text).map_err(|_| Fault::Unreadable)?;
        } else {
            into.raw_copy_file(member).map_err(|_| Fault::Unreadable)?;
        }
    }
    into.start_file(OURS, stored).map_err(|_| Fault::Unreadable)?;
    into.write_all(&font).map_err(|_| Fault::Unreadable)?;
    into.finish().map(Cursor::into_inner).map_err(|_| Fault::Unreadable)
}

/// A list of resources with a file for each font that has none; none where there is no such font.
fn fonts_of(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(text, b"Font")?;
    let mut reader = Reader::from_reader(text);
    let mut writer = Writer::new(Vec::with_capacity(text.len()));
    let (mut changed, mut named) = (false, false);
    loop {
        let event = reader.read_event().ok()?;
        match event {
            Event::Eof => return changed.then(|| writer.into_inner()),
            Event::Empty(font) if is(&font, "Font") => {
                let name = font.name().as_ref().to_owned();
                writer.write_event(Event::Start(font)).ok()?;
                our_file(&mut writer, &name)?;
                writer.write_event(Event::End(BytesEnd::new(name))).ok()?;
                changed = true;
            }
            Event::Start(font) if is(&font, "Font") => {
                named = true;
                writer.write_event(Event::Start(font)).ok()?;
            }
            Event::Start(file) if is(&file, "FontFile") => {
                named = false;
                writer.write_event(Event::Start(file)).ok()?;
            }
            Event::End(font) if font.local_name().as_ref() == "Font" => {
                if named {
                    our_file(&mut writer, font.name().as_ref())?;
                    (changed, named) = (true, false);
                }
                writer.write_event(Event::End(font)).ok()?;
            }
            other => writer.write_event(other).ok()?,
        }
    }
}

fn is(element: &BytesStart<'_>, name: &str) -> bool {
    element.local_name().as_ref() == name
}

/// `<FontFile>` in the element's own name space.
fn our_file(writer: &mut Writer<Vec<u8>>, font: &str) -> Option<()> {
    let name = format!("{font}File");
    writer.write_event(Event::Start(BytesStart::new(name.clone()))).ok()?;
    writer.write_event(Event::Text(BytesText::new(&format!("/{OURS}")))).ok()?;
    writer.write_event(Event::End(BytesEnd::new(name))).ok()
}
