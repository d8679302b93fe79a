//! Colours of pictures: moved to sRGB, so that the profile they came with can go.
//!
//! A profile names the camera or the screen, and when it was measured. Without it, the colours of most
//! telephones would turn dull; and of an injury, colours matter.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Pixels that are converted at once.
const PIXELS_AT_ONCE: usize = 16 * 1024;

/// Moves the colours of a picture from its profile to sRGB. A profile that is unsound, or not one of
/// red, green and blue, is passed by.
pub(super) fn to_srgb(picture: &mut DynamicImage, profile: &[u8]) {
    match picture {
        DynamicImage::ImageRgb8(pixels) => convert(pixels, 3, Layout::Rgb, profile),
        DynamicImage::ImageRgba8(pixels) => convert(pixels, 4, Layout::Rgba, profile),
        _ => {}
    }
}

fn convert(pixels: &mut [u8], channels: usize, layout: Layout, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, options) else {
        return;
    };
    let mut before = Vec::new();
    for some in pixels.chunks_mut(PIXELS_AT_ONCE * channels) {
        before.clear();
        before.extend_from_slice(some);
        // Both have the same whole number of pixels, which is all that it asks.
        if transform.transform(&before, some).is_err() {
            some.copy_from_slice(&before);
        }
    }
}
