//! A page of a PDF as a picture.

use std::{fs, path::PathBuf, sync::Arc};

use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::{
        InterpreterSettings,
        font::{FallbackFontQuery, FontData, FontQuery},
        hayro_cmap::CidFamily,
    },
    hayro_syntax::Pdf,
    render,
    vello_cpu::color::palette::css::WHITE,
};
use image::RgbImage;

use super::{Fault, raster};

/// A page may be this many times as high as it is wide.
const SLENDER: f32 = 4.0;

pub(super) fn page(body: Vec<u8>, number: usize, width: u16, fonts: &[PathBuf]) -> Result<Vec<u8>, Fault> {
    let pdf = Pdf::new(body).map_err(|_| Fault::Unreadable)?;
    let page = number.checked_sub(1).and_then(|at| pdf.pages().get(at)).ok_or(Fault::NoPage)?;
    let (wide, high) = page.render_dimensions();
    if !(wide.is_finite() && high.is_finite() && wide >= 1.0 && high >= 1.0) {
        return Err(Fault::Unreadable);
    }
    let scale = (f32::from(width) / wide).min(SLENDER * f32::from(width) / high);
    let settings = InterpreterSettings { font_resolver: resolver(fonts), ..InterpreterSettings::default() };
    let scaled = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let pixmap = render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &scaled);
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    // The ground is white: nothing is transparent.
    let points = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|point| [point[0], point[1], point[2]]).collect();
    let picture = RgbImage::from_raw(width, height, points).ok_or(Fault::Unreadable)?;
    raster::jpeg(&picture)
}

type Resolver = Arc<dyn Fn(&FontQuery) -> Option<(FontData, u32)> + Send + Sync>;

/// Fonts that are not embedded: the standard ones come with the library; for Chinese the first of ours that is there.
fn resolver(fonts: &[PathBuf]) -> Resolver {
    let fonts = fonts.to_vec();
    Arc::new(move |query| match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(fallback) => {
            let chinese = if is_chinese(fallback) { chinese(&fonts) } else { None };
            chinese.or_else(|| Some(fallback.pick_standard_font().get_font_data()))
        }
    })
}

fn chinese(fonts: &[PathBuf]) -> Option<(FontData, u32)> {
    let data = fonts.iter().find_map(|font| fs::read(font).ok())?;
    let data: FontData = Arc::new(data);
    Some((data, 0))
}

fn is_chinese(query: &FallbackFontQuery) -> bool {
    let family = query.character_collection.as_ref().map(|collection| &collection.family);
    if matches!(
        family,
        Some(CidFamily::AdobeGB1 | CidFamily::AdobeCNS1 | CidFamily::AdobeJapan1 | CidFamily::AdobeKorea1)
    ) {
        return true;
    }
    let named = [&query.post_script_name, &query.font_name, &query.font_family];
    named.into_iter().flatten().any(|name| {
        let name = name.to_lowercase();
        let known = ["song", "simsun", "hei", "kai", "fang", "yahei", "cjk", "pingfang", "dengxian"];
        !name.is_ascii() || known.iter().any(|part| name.contains(part))
    })
}
