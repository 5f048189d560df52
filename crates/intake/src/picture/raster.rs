//! Small pictures of pictures: turned as EXIF says, without any of their metadata.

use std::io::Cursor;

use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, RgbImage, codecs::jpeg::JpegEncoder,
    metadata::Orientation,
};

use super::Fault;

pub(super) fn scale(body: &[u8], media_type: &str, side: u32, pixels: u64) -> Result<Vec<u8>, Fault> {
    let format = ImageFormat::from_mime_type(media_type).ok_or(Fault::Unreadable)?;
    let mut reader = ImageReader::with_format(Cursor::new(body), format);
    // The process is limited as a whole; the points are counted before they are decoded.
    reader.no_limits();
    let mut decoder = reader.into_decoder().map_err(|_| Fault::Unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > pixels {
        return Err(Fault::Large);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).map_err(|_| Fault::Unreadable)?;
    let (width, height) = whole.dimensions();
    // Never made larger.
    let mut small = if width > side || height > side { whole.thumbnail(side, side) } else { whole };
    small.apply_orientation(orientation);
    jpeg(&on_white(&small))
}

/// Transparent places are white, as on paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |colour: u8| {
            let sum = u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
            u8::try_from(sum / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

/// Encodes the points alone: nothing else of the original goes along.
pub(super) fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 85).encode_image(picture).map_err(|_| Fault::Answer)?;
    Ok(out)
}
