//! Pictures as cameras and programs make them; most are built here byte by byte.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::tests::{cleaned, code, kept, kind};
use super::super::{AttachmentLimits, FileKind};
use super::*;
use moxcms::ColorProfile;

/// What must not be found in any copy: the words of a camera, and a place as EXIF writes it.
const TOLD: [&[u8]; 8] = [
    b"Exif\0\0",
    b"Kameramaker",
    b"2026:11:22 10:15:00",
    b"http://ns.adobe.com/xap",
    b"Photoshop 3.0",
    b"Jan de Vries",
    b"ICC_PROFILE",
    &PLACE,
];

/// 52° 22' 12.99" north, in three fractions.
const PLACE: [u8; 24] = [
    0, 0, 0, 52, 0, 0, 0, 1, 0, 0, 0, 22, 0, 0, 0, 1, 0, 0, 0x05, 0x13, 0, 0, 0, 100,
];

/// Metadata as a camera writes it: maker, moment, orientation, place and a thumbnail.
fn exif(orientation: u8) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [
            &tag.to_be_bytes()[..],
            &kind.to_be_bytes(),
            &count.to_be_bytes(),
            &value,
        ]
        .concat()
    };
    let at = |place: u32| place.to_be_bytes();
    // The first list has 5 entries and ends at 74; then texts, place and thumbnail follow.
    let first = [
        vec![0, 5],
        entry(0x010F, 2, 12, at(74)),
        entry(0x0112, 3, 1, [0, orientation, 0, 0]),
        entry(0x0132, 2, 20, at(86)),
        entry(0x013B, 2, 13, at(106)),
        entry(0x8825, 4, 1, at(120)),
        at(150).to_vec(),
    ]
    .concat();
    let texts = b"Kameramaker\x002026:11:22 10:15:00\0Jan de Vries\0\0";
    let place = [
        vec![0, 2],
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, at(180)),
        at(0).to_vec(),
    ];
    let preview = jpeg(&halves());
    let thumbnail = [
        vec![0, 2],
        entry(0x0201, 4, 1, at(204)),
        entry(0x0202, 4, 1, at(u32::try_from(preview.len()).unwrap())),
        at(0).to_vec(),
    ];
    let tiff = [
        b"MM\0\x2A\0\0\0\x08".to_vec(),
        first,
        texts.to_vec(),
        place.concat(),
        thumbnail.concat(),
        PLACE.to_vec(),
        preview,
    ]
    .concat();
    assert_eq!(&tiff[180..204], PLACE);
    tiff
}

/// A picture of 32 by 16: the left half red, the right half blue.
fn halves() -> DynamicImage {
    RgbImage::from_fn(32, 16, |x, _| {
        if x < 16 {
            Rgb([200, 30, 30])
        } else {
            Rgb([30, 30, 200])
        }
    })
    .into()
}

fn jpeg(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], body].concat()
}

/// A photo as a camera writes it: everything it knows, before the pixels.
fn photo(orientation: u8) -> Vec<u8> {
    let plain = jpeg(&halves());
    [
        plain[..2].to_vec(),
        segment(0xE1, &[b"Exif\0\0", &exif(orientation)[..]].concat()),
        segment(
            0xE1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Jan de Vries</x:xmpmeta>",
        ),
        segment(
            0xED,
            b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0CJan de Vries",
        ),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01not a profile"),
        segment(0xFE, b"Jan de Vries was here"),
        plain[2..].to_vec(),
    ]
    .concat()
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(name);
    sum.update(body);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[..], name, body, &sum.sum().to_be_bytes()].concat()
}

/// A PNG of this size, depth, colour type and interlacing.
fn png(header: [u8; 5], [width, height]: [u32; 2], extra: &[Vec<u8>], rows: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(rows).unwrap();
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &[&size[..], &header].concat()),
        extra.concat(),
        chunk(b"IDAT", &packed.finish().unwrap()),
        chunk(b"IEND", b""),
    ]
    .concat()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

#[track_caller]
fn check_bare(bytes: &[u8]) {
    for told in TOLD {
        let found = bytes.windows(told.len()).any(|window| window == told);
        assert!(!found, "{}", told.escape_ascii());
    }
}

/// Checks that a pixel has a colour, as near as JPEG keeps it.
#[track_caller]
fn check_pixel(picture: &DynamicImage, x: u32, y: u32, expected: [u8; 3]) {
    let Rgb(found) = *picture.to_rgb8().get_pixel(x, y);
    let near = found.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) < 16);
    assert!(near, "{found:?} at {x}, {y}; expected {expected:?}");
}

const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];

#[test]
fn a_photo_loses_place_moment_maker_words_and_thumbnail() {
    let photo = photo(6);
    for told in TOLD {
        assert!(photo.windows(told.len()).any(|window| window == told));
    }
    let copy = kept(&photo).unwrap();
    check_bare(&copy);
    assert!(copy.starts_with(&[0xFF, 0xD8]) && copy.ends_with(&[0xFF, 0xD9]));
    let thumbnails = copy
        .windows(3)
        .filter(|start| start == &[0xFF, 0xD8, 0xFF])
        .count();
    assert_eq!(thumbnails, 1);
    assert_eq!(imagesize::blob_size(&copy).unwrap().width, 16);
}

#[test]
fn photos_stand_upright() {
    // The left half is red; where it goes, for each orientation of EXIF.
    let red = |orientation| match orientation {
        1 | 4 => (0, 0, 31, 15),
        2 | 3 => (31, 15, 0, 0),
        5 | 6 => (0, 0, 15, 31),
        _ => (15, 31, 0, 0),
    };
    for orientation in 1..=8 {
        let copy = decoded(&kept(&photo(orientation)).unwrap());
        let (x, y, other_x, other_y) = red(orientation);
        let expected = if orientation < 5 { (32, 16) } else { (16, 32) };
        assert_eq!((copy.width(), copy.height()), expected, "{orientation}");
        check_pixel(&copy, x, y, RED);
        check_pixel(&copy, other_x, other_y, BLUE);
    }
    assert_eq!(Orientation::from_exif(9), None);
    assert_eq!(decoded(&kept(&photo(9)).unwrap()).width(), 32);
}

#[test]
fn turned_photos_are_not_mirrored() {
    // One dark corner at the top left: where each orientation takes it.
    let corner = RgbImage::from_fn(32, 16, |x, y| {
        Rgb([if x < 8 && y < 8 { 20 } else { 220 }; 3])
    });
    let plain = jpeg(&corner.into());
    let places = [
        (0, 0),
        (31, 0),
        (31, 15),
        (0, 15),
        (0, 0),
        (15, 0),
        (15, 31),
        (0, 31),
    ];
    for (orientation, (x, y)) in (1..).zip(places) {
        let turned = segment(0xE1, &[b"Exif\0\0", &exif(orientation)[..]].concat());
        let copy = decoded(&kept(&[&plain[..2], &turned, &plain[2..]].concat()).unwrap());
        check_pixel(&copy, x, y, [20; 3]);
    }
}

#[test]
fn what_follows_a_photo_is_gone() {
    for more in [
        &b"PK\x03\x04 a zip"[..],
        b"<script>alert(1)</script>",
        &photo(1),
    ] {
        let copy = kept(&[&photo(1)[..], more].concat()).unwrap();
        assert_eq!(copy, kept(&photo(1)).unwrap());
    }
}

#[test]
fn a_photo_of_which_a_part_is_missing_is_refused() {
    let photo = photo(1);
    for length in [3, 4, 20, photo.len() / 2, photo.len() - 1] {
        assert_eq!(code(&photo[..length]), "damaged", "{length}");
    }
    assert_eq!(code(&[&photo[..3], b"not a photo"].concat()), "damaged");
}

#[test]
fn a_photo_without_width_or_height_is_refused() {
    let photo = jpeg(&halves());
    let frame = photo
        .windows(2)
        .position(|marker| marker == [0xFF, 0xC0])
        .unwrap();
    for side in [5, 7] {
        let mut flat = photo.clone();
        flat[frame + side..frame + side + 2].fill(0);
        assert_eq!(code(&flat), "damaged");
    }
    assert_eq!(code(&png([8, 0, 0, 0, 0], [0, 1], &[], b"")), "damaged");
}

/// A JPEG of one block with four inks, each of one value from -64 to 63 around the middle, as Adobe
/// writes them: turned over.
fn four_inks(inks: [i8; 4]) -> Vec<u8> {
    let mut bits = String::new();
    for ink in inks {
        // Every difference has 7 bits: the code of length 7 is `0`, and the end of block is `0`.
        let value = if ink < 0 {
            i16::from(ink) + 127
        } else {
            i16::from(ink)
        };
        bits += &format!("0{value:07b}0");
    }
    bits += &"1".repeat(bits.len().next_multiple_of(8) - bits.len());
    let data: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|bits| u8::from_str_radix(str::from_utf8(bits).unwrap(), 2).unwrap())
        .collect();
    let one_code = |class: u8, value: u8| [&[class, 1][..], &[0; 15], &[value]].concat();
    [
        vec![0xFF, 0xD8],
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\0"),
        segment(0xDB, &[&[0][..], &[8; 64]].concat()),
        segment(
            0xC0,
            &[
                8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
            ],
        ),
        segment(0xC4, &one_code(0x00, 7)),
        segment(0xC4, &one_code(0x10, 0)),
        segment(0xDA, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
        data,
        vec![0xFF, 0xD9],
    ]
    .concat()
}

#[test]
fn a_photo_in_four_inks_becomes_one_in_three_colours() {
    // Values around 128: no cyan, much magenta and yellow, no black; Adobe writes 255 for no ink.
    let copy = decoded(&kept(&four_inks([127, -127, -127, 127])).unwrap());
    check_pixel(&copy, 4, 4, [255, 0, 0]);
}

#[test]
fn a_png_loses_its_words_and_stays_a_png() {
    let words = [
        chunk(b"tEXt", b"Author\0Jan de Vries"),
        chunk(
            b"iTXt",
            b"XML:com.adobe.xmp\0\0\0\0\0http://ns.adobe.com/xap Jan de Vries",
        ),
        chunk(b"eXIf", &exif(6)),
        chunk(b"tIME", b"\x07\xEA\x0B\x16\x0A\x0F\0"),
        chunk(b"prVt", b"Jan de Vries"),
    ];
    let rows = [&[0, 200, 30, 30][..], &[0, 30, 30, 200]].concat();
    let picture = png([8, 2, 0, 0, 0], [1, 2], &words, &rows);
    assert_eq!(kind(&picture), Ok(FileKind::Png));
    let copy = kept(&picture).unwrap();
    check_bare(&copy);
    let names: Vec<_> = copy
        .windows(4)
        .filter(|name| name.iter().all(u8::is_ascii_alphabetic))
        .collect();
    assert!(
        !names.contains(&&b"tEXt"[..]) && !names.contains(&&b"eXIf"[..]),
        "{names:?}"
    );
    // Orientation 6: the top becomes the right.
    let copy = decoded(&copy);
    assert_eq!((copy.width(), copy.height()), (2, 1));
    check_pixel(&copy, 0, 0, BLUE);
    check_pixel(&copy, 1, 0, RED);
}

#[test]
fn every_kind_of_png_keeps_its_pixels() {
    let palette = [
        chunk(b"PLTE", &[200, 30, 30, 30, 30, 200]),
        chunk(b"tRNS", &[255, 128]),
    ];
    let copy = decoded(&kept(&png([1, 3, 0, 0, 0], [2, 1], &palette, &[0, 0x40])).unwrap());
    assert_eq!(copy.to_rgba8().get_pixel(1, 0), &Rgba([30, 30, 200, 128]));
    check_pixel(&copy, 0, 0, RED);

    let deep = png(
        [16, 6, 0, 0, 0],
        [1, 1],
        &[],
        &[0, 200, 7, 30, 7, 30, 7, 255, 255],
    );
    let copy = decoded(&kept(&deep).unwrap());
    assert_eq!(copy.color(), image::ColorType::Rgba8);
    check_pixel(&copy, 0, 0, RED);

    // Interlaced: of 2 by 2 pixels, pass 1 has the first, pass 6 the second, pass 7 the row below.
    let interlaced = png([8, 0, 0, 0, 1], [2, 2], &[], &[0, 10, 0, 20, 0, 30, 40]);
    assert_eq!(
        decoded(&kept(&interlaced).unwrap()).into_luma8().into_raw(),
        [10, 20, 30, 40]
    );
}

#[test]
fn a_broken_png_is_refused() {
    let rows = [0, 1, 2, 3].repeat(500);
    let whole = png([8, 0, 0, 0, 0], [3, 500], &[], &rows);
    assert_eq!(code(&whole[..whole.len() / 2]), "damaged");
    assert_eq!(
        code(&png([8, 0, 0, 0, 0], [3, 500], &[], &rows[..1000])),
        "damaged"
    );
    assert_eq!(code(b"\x89PNG\r\n\x1A\n"), "damaged");
}

#[test]
fn a_picture_that_moves_is_refused() {
    let control = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(
        code(&png([8, 0, 0, 0, 0], [1, 1], &[control], &[0, 7])),
        "moving"
    );

    let frame = &webp(&halves())[12..];
    let moving = riff(&[
        part(b"VP8X", &[2, 0, 0, 0, 31, 0, 0, 15, 0, 0]),
        part(b"ANIM", &[0; 6]),
        part(
            b"ANMF",
            &[&[0; 6][..], &[31, 0, 0, 15, 0, 0, 9, 0, 0, 0], frame].concat(),
        ),
    ]);
    assert_eq!(code(&moving), "moving");
}

fn part(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&name[..], &size, body, &vec![0; body.len() % 2]].concat()
}

fn riff(parts: &[Vec<u8>]) -> Vec<u8> {
    part(b"RIFF", &[&b"WEBP"[..], &parts.concat()].concat())
}

fn webp(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_with_encoder(WebPEncoder::new_lossless(&mut bytes))
        .unwrap();
    bytes
}

/// A lossy WebP of 16 by 16 in one grey: a key frame of VP8 (RFC 6386) in which all is predicted.
fn lossy_webp() -> Vec<u8> {
    let mut frame = vec![0x10, 2, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0];
    frame.extend_from_slice(&[0; 60]);
    riff(&[part(b"VP8 ", &frame)])
}

#[test]
fn a_webp_loses_its_words_and_becomes_png_or_jpeg() {
    let told = riff(&[
        part(b"VP8X", &[0x2C, 0, 0, 0, 31, 0, 0, 15, 0, 0]),
        part(b"ICCP", b"not a profile Jan de Vries"),
        webp(&halves())[12..].to_vec(),
        part(b"EXIF", &exif(6)),
        part(b"XMP ", b"http://ns.adobe.com/xap Jan de Vries"),
    ]);
    let (result, copy) = cleaned(&told);
    assert_eq!(result.unwrap().kind, FileKind::Png);
    check_bare(&copy);
    let copy = decoded(&copy);
    assert_eq!((copy.width(), copy.height()), (16, 32));
    check_pixel(&copy, 0, 0, RED);

    assert_eq!(kind(&lossy_webp()), Ok(FileKind::Jpeg));
    let clear = RgbaImage::from_pixel(2, 2, Rgba([1, 2, 3, 4])).into();
    let copy = decoded(&kept(&webp(&clear)).unwrap());
    assert_eq!(copy.to_rgba8().get_pixel(1, 1), &Rgba([1, 2, 3, 4]));
}

#[test]
fn a_broken_webp_is_refused() {
    let whole = webp(&halves());
    for length in [12, 20, whole.len() - 1] {
        assert_eq!(code(&whole[..length]), "damaged");
    }
    let beyond = riff(&[
        [&b"EXIF"[..], &u32::MAX.to_le_bytes()].concat(),
        whole[12..].to_vec(),
    ]);
    assert_eq!(code(&beyond), "damaged");
}

#[test]
fn too_many_pixels_are_refused_before_they_are_made() {
    let huge = png([8, 6, 0, 0, 0], [100_000, 100_000], &[], &[0; 100]);
    assert_eq!(code(&huge), "too_many_pixels");
    let frame = [0x10, 2, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, 0, 0];
    let small_outside = riff(&[part(b"VP8X", &[0; 10]), part(b"VP8 ", &frame)]);
    assert_eq!(code(&small_outside), "too_many_pixels");
    // As many pixels as are allowed, but of twice the size.
    let limits = AttachmentLimits {
        pixels: 4,
        ..AttachmentLimits::default()
    };
    let run = |picture: &[u8]| {
        let result = super::super::clean("a", &mut &picture[..], &mut Vec::new(), &limits);
        result.map(|_| ()).map_err(|refusal| refusal.code())
    };
    let deep = png([16, 6, 0, 0, 0], [4, 1], &[], &[0; 33]);
    assert_eq!(run(&deep), Err("too_many_pixels"));
    assert_eq!(run(&png([8, 0, 0, 0, 0], [4, 1], &[], &[0; 5])), Ok(()));
    assert_eq!(run(&jpeg(&halves())), Err("too_many_pixels"));
    assert_eq!(run(&webp(&halves())), Err("too_many_pixels"));
}

#[test]
fn a_photo_without_colours_stays_so() {
    let grey: DynamicImage = halves().into_luma8().into();
    assert_eq!(
        decoded(&kept(&jpeg(&grey)).unwrap()).color(),
        image::ColorType::L8
    );
    assert_eq!(
        kept(&encoded(&grey, ImageFormat::Png)).map(|copy| decoded(&copy)),
        Ok(grey)
    );
}

#[test]
fn the_colours_of_telephones_are_moved_to_srgb() {
    let mut wide = Vec::new();
    let mut encoder = PngEncoder::new(&mut wide);
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    encoder.set_icc_profile(profile).unwrap();
    encoder
        .write_image(&[200, 100, 100], 1, 1, image::ExtendedColorType::Rgb8)
        .unwrap();
    let copy = kept(&wide).unwrap();
    assert!(!copy.windows(4).any(|name| name == b"iCCP"));
    // The same colour has a higher red in the narrower space of sRGB.
    check_pixel(&decoded(&copy), 0, 0, [215, 96, 97]);
    assert!(decoded(&copy).to_rgb8().get_pixel(0, 0).0[0] > 205);
}

#[test]
fn a_decoder_that_panics_is_an_answer_about_the_file() {
    let result = without_panic::<()>(FileKind::WebP, || panic!("index out of bounds"));
    assert_eq!(result.unwrap_err().code(), "damaged");
}
