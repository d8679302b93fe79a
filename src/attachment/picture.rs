//! Pictures: decoded and written anew, upright, with nothing but their pixels.
//!
//! Place, moment, camera, words, thumbnails, a colour profile, a second picture or a file behind the
//! first: none of it is a pixel, so none of it is in the copy. Pixels of 16 bits become 8.

use std::io::{BufWriter, Cursor, Write};
use std::panic;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use super::colour;
use super::stream::{Input, Output, PIECE_BYTES};
use super::{FileKind, Refusal};

/// Quality of JPEG, of 100: colours are not made coarser, so no loss is seen, and the copy is about as
/// large as what telephones write.
const JPEG_QUALITY: u8 = 85;

/// Bytes of a pixel that the limit of pixels counts with.
const BYTES_PER_PIXEL: u64 = 4;

/// Writes a picture anew, and returns what it became. WebP becomes JPEG, or PNG if it is without loss or
/// transparent: there is no encoder of WebP that makes small photos.
pub(super) fn clean(
    kind: FileKind,
    input: &mut Input<'_>,
    output: &mut Output<'_>,
    pixels: u64,
) -> Result<FileKind, Refusal> {
    let bytes = input.read_to_end()?;
    let is_lossless = match kind {
        FileKind::Png => true,
        FileKind::WebP => {
            let webp = WebP::read(&bytes).ok_or_else(|| input.damaged())?;
            if webp.frame_pixels > pixels {
                return Err(Refusal::TooManyPixels { limit: pixels });
            }
            webp.is_lossless
        }
        _ if is_whole_jpeg(&bytes) => false,
        _ => return Err(input.damaged()),
    };
    let picture = without_panic(kind, || decode(kind, bytes, pixels))?;
    // Encoders write byte by byte.
    let mut buffer = BufWriter::with_capacity(PIECE_BYTES, &mut *output);
    let (kept, written) = if is_lossless || picture.color().has_alpha() {
        let (packing, filter) = (CompressionType::Default, FilterType::Adaptive);
        let encoder = PngEncoder::new_with_quality(&mut buffer, packing, filter);
        (FileKind::Png, picture.write_with_encoder(encoder))
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut buffer, JPEG_QUALITY);
        (FileKind::Jpeg, picture.write_with_encoder(encoder))
    };
    let flushed = buffer.flush();
    drop(buffer);
    match written.and(flushed.map_err(ImageError::IoError)) {
        Ok(()) => Ok(kept),
        Err(ImageError::IoError(error)) => Err(output.refusal(error)),
        Err(_) => Err(input.damaged()),
    }
}

/// Runs a decoder. Decoders of pictures have panicked on damaged files before, and will again; that is
/// an answer about the file, and should not cost somebody the request with all that they typed.
fn without_panic<T>(
    kind: FileKind,
    decode: impl FnOnce() -> Result<T, Refusal> + panic::UnwindSafe,
) -> Result<T, Refusal> {
    panic::catch_unwind(decode).unwrap_or(Err(Refusal::Damaged { kind }))
}

fn decode(kind: FileKind, bytes: Vec<u8>, pixels: u64) -> Result<DynamicImage, Refusal> {
    let damaged = |_: ImageError| Refusal::Damaged { kind };
    let bytes = Cursor::new(bytes);
    match kind {
        FileKind::Png => {
            let decoder = PngDecoder::with_limits(bytes, memory(pixels)).map_err(damaged)?;
            if decoder.is_apng().map_err(damaged)? {
                return Err(Refusal::Moving);
            }
            upright(decoder, kind, pixels)
        }
        FileKind::WebP => {
            let decoder = WebPDecoder::new(bytes).map_err(damaged)?;
            if decoder.has_animation() {
                return Err(Refusal::Moving);
            }
            upright(decoder, kind, pixels)
        }
        _ => upright(JpegDecoder::new(bytes).map_err(damaged)?, kind, pixels),
    }
}

/// Returns what a decoder may use, of which the decoded picture is a part.
fn memory(pixels: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(pixels.saturating_mul(super::BYTES_PER_PIXEL));
    limits
}

/// Decodes a picture in eight bits and sRGB, turned as its camera was held.
fn upright(
    mut decoder: impl ImageDecoder,
    kind: FileKind,
    pixels: u64,
) -> Result<DynamicImage, Refusal> {
    let (width, height) = decoder.dimensions();
    let count = u64::from(width) * u64::from(height);
    if count > pixels || decoder.total_bytes() > pixels.saturating_mul(BYTES_PER_PIXEL) {
        return Err(Refusal::TooManyPixels { limit: pixels });
    }
    let damaged = |_: ImageError| Refusal::Damaged { kind };
    decoder.set_limits(memory(pixels)).map_err(damaged)?;
    // Where these two cannot be read, the pixels still can.
    let orientation = decoder.orientation();
    let profile = decoder.icc_profile();
    let mut picture = in_eight_bits(DynamicImage::from_decoder(decoder).map_err(damaged)?);
    if let Ok(Some(profile)) = profile {
        colour::to_srgb(&mut picture, &profile);
    }
    if let Ok(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn in_eight_bits(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageLuma16(_) => picture.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => picture.into_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => picture.into_rgb8().into(),
        DynamicImage::ImageRgba16(_) => picture.into_rgba8().into(),
        picture => picture,
    }
}

/// Tells whether a JPEG has its end mark; the decoder fills in grey for what is missing, and a photo of
/// which a part is missing is better sent again. Thumbnails have ends of their own, within a segment.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        // Compressed data runs up to the next marker; 0xFF00 and restarts are part of it.
        let Some(at) = rest.iter().position(|&byte| byte == 0xFF) else {
            return false;
        };
        rest = rest.get(at..).unwrap_or_default();
        match rest {
            [_, 0xD9, ..] => return true,
            [_, 0xFF, ..] => rest = rest.get(1..).unwrap_or_default(),
            [_, 0x00 | 0x01 | 0xD0..=0xD8, ..] => rest = rest.get(2..).unwrap_or_default(),
            [_, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(2 + length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
}

/// What the parts of a WebP tell before it is decoded.
struct WebP {
    is_lossless: bool,
    /// Pixels of the frame itself: the decoder compares them with those of the picture afterwards.
    frame_pixels: u64,
}

impl WebP {
    /// Reads the parts of a file; none if one of them goes beyond its end.
    fn read(bytes: &[u8]) -> Option<WebP> {
        let (header, rest) = bytes.split_at_checked(12)?;
        // What comes after the length of the file is no part of the picture.
        let length = u32::from_le_bytes(header.get(4..8)?.try_into().ok()?);
        let mut parts = rest.get(..usize::try_from(length).ok()?.checked_sub(4)?)?;
        let mut webp = WebP {
            is_lossless: false,
            frame_pixels: 0,
        };
        while !parts.is_empty() {
            let (header, body) = parts.split_at_checked(8)?;
            let size = u32::from_le_bytes(header.get(4..8)?.try_into().ok()?);
            let size = usize::try_from(size).ok()?;
            let part = body.get(..size)?;
            webp.is_lossless |= header.starts_with(b"VP8L");
            if header.starts_with(b"VP8 ")
                && let [_, _, _, _, _, _, a, b, c, d, ..] = *part
            {
                // Two bits of each are a scale (RFC 6386, section 9.1).
                let side = |bytes| u64::from(u16::from_le_bytes(bytes) & 0x3FFF);
                webp.frame_pixels = webp.frame_pixels.max(side([a, b]) * side([c, d]));
            }
            parts = body.get(size.next_multiple_of(2)..).unwrap_or_default();
        }
        Some(webp)
    }
}

#[cfg(test)]
mod tests;
