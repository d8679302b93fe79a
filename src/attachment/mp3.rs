//! MPEG audio, layer III: the frames of sound are kept, and nothing else.
//!
//! Source: ISO/IEC 11172-3 and 13818-3; id3.org for the tags around the frames.

use super::Refusal;
use super::stream::{Input, Output};

/// Frames that a sound must have; one is a click of 26 milliseconds, and bytes that happen to look so.
const FEWEST_FRAMES: u64 = 2;

/// Kilobits per second of version 1, by their number in the header.
const BITRATES_1: [usize; 15] = [
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];

/// Kilobits per second of versions 2 and 2.5.
const BITRATES_2: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// Samples per second of version 1; half of it in version 2, a quarter in version 2.5.
const SAMPLE_RATES: [usize; 3] = [44_100, 48_000, 32_000];

/// Tells whether a file starts with a tag of MPEG audio, or with two frames.
pub(super) fn is_mp3(head: &[u8]) -> bool {
    if head.starts_with(b"ID3") {
        return true;
    }
    let frame = |at: usize| frame_bytes(head.get(at..at + 4)?.try_into().ok()?);
    frame(0).is_some_and(|first| frame(first).is_some())
}

/// Writes the frames of a sound without the tags before and after them.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let mut frames = 0;
    let mut frame = Vec::new();
    while let Some(header) = next_header(input)? {
        if &header[..3] == b"ID3" && frames == 0 {
            skip_tag(input)?;
            continue;
        }
        let Some(length) = frame_bytes(header) else {
            if frames >= FEWEST_FRAMES && is_end(header) {
                break;
            }
            return Err(input.damaged());
        };
        frame.clear();
        frame.resize(length, 0);
        let (first, rest) = frame.split_at_mut(header.len().min(length));
        first.copy_from_slice(&header);
        // A recording that was stopped ends within a frame; that one cannot be played.
        if input.read(rest)? < rest.len() {
            break;
        }
        output.put(&frame)?;
        frames += 1;
    }
    if frames >= FEWEST_FRAMES {
        Ok(())
    } else {
        Err(input.damaged())
    }
}

/// Reads the next four bytes; none where the file ends.
fn next_header(input: &mut Input<'_>) -> Result<Option<[u8; 4]>, Refusal> {
    let mut header = [0; 4];
    let length = input.read(&mut header)?;
    Ok((length == header.len()).then_some(header))
}

/// Tells whether a tag, or silence without sound, starts after the last frame: ID3v1, APE, Lyrics3.
fn is_end(header: [u8; 4]) -> bool {
    matches!(
        &header,
        [b'T', b'A', b'G', _] | b"APET" | b"LYRI" | [0, 0, 0, 0]
    )
}

/// Skips a tag ID3v2, of which four bytes were read: the last four of its header are its size, in seven
/// bits each.
fn skip_tag(input: &mut Input<'_>) -> Result<(), Refusal> {
    let [_revision, flags, size @ ..] = input.bytes::<6>()?;
    if size.iter().any(|&byte| byte >= 0x80) {
        return Err(input.damaged());
    }
    let size = size
        .iter()
        .fold(0, |size, &byte| (size << 7) | u64::from(byte));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    input.next(size + footer, |_| Ok(()))
}

/// Returns the bytes of a frame with this header; none if it is no header of layer III with a fixed
/// bit rate.
fn frame_bytes(header: [u8; 4]) -> Option<usize> {
    let [first, second, third, _] = header;
    let version = (second >> 3) & 3;
    let is_layer_3 = first == 0xFF && second & 0xE6 == 0xE2;
    if !is_layer_3 || version == 1 {
        return None;
    }
    let (bitrates, samples, slower) = match version {
        3 => (BITRATES_1, 144, 1),
        2 => (BITRATES_2, 72, 2),
        _ => (BITRATES_2, 72, 4),
    };
    let bitrate = *bitrates
        .get(usize::from(third >> 4))
        .filter(|&&rate| rate > 0)?;
    let sample_rate = SAMPLE_RATES.get(usize::from((third >> 2) & 3))? / slower;
    let padding = usize::from((third >> 1) & 1);
    Some(samples * bitrate * 1000 / sample_rate + padding)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{code, kept};
    use super::*;

    /// A frame of version 1 at 128 kbit/s and 44.1 kHz.
    fn frame(filling: u8) -> Vec<u8> {
        let mut frame = vec![filling; 417];
        frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0]);
        frame
    }

    fn id3v2(text: &[u8]) -> Vec<u8> {
        let size = text.len();
        let size = [
            0,
            0,
            u8::try_from(size >> 7).unwrap(),
            u8::try_from(size & 0x7F).unwrap(),
        ];
        [b"ID3\x04\0\0", &size[..], text].concat()
    }

    #[test]
    fn the_length_of_frames_follows_from_their_header() {
        assert_eq!(frame_bytes([0xFF, 0xFB, 0x90, 0]), Some(417));
        assert_eq!(frame_bytes([0xFF, 0xFB, 0x92, 0]), Some(418));
        assert_eq!(frame_bytes([0xFF, 0xF3, 0x40, 0]), Some(104));
        assert_eq!(frame_bytes([0xFF, 0xE3, 0x18, 0]), Some(72));
        assert_eq!(frame_bytes([0xFF, 0xFB, 0x00, 0]), None);
        assert_eq!(frame_bytes([0xFF, 0xFB, 0xF0, 0]), None);
        assert_eq!(frame_bytes([0xFF, 0xFB, 0x9C, 0]), None);
        assert_eq!(frame_bytes([0xFF, 0xFD, 0x90, 0]), None);
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        assert_eq!(code(&id3v2(b"only a tag")), "damaged");
        assert_eq!(code(b"ID3\x04\0\0\xFF\0\0\0"), "damaged");
        assert_eq!(code(b"ID3"), "damaged");
        assert_eq!(code(&[id3v2(b""), frame(1)].concat()), "damaged");
        let interrupted = [frame(1), frame(2), b"<script>".to_vec(), frame(3)].concat();
        assert_eq!(code(&interrupted), "damaged");
        assert_eq!(code(&frame(0)), "kind_not_taken");
    }

    #[test]
    fn tags_are_left_out() {
        let sound = [frame(1), frame(2), frame(3)].concat();
        for tagged in [
            sound.clone(),
            [id3v2(b"TPE1 Jan"), id3v2(&[7; 300]), sound.clone()].concat(),
            [&sound[..], b"TAGJan en Piet"].concat(),
            [&sound[..], b"APETAGEX Jan"].concat(),
            [&sound[..], b"LYRICSBEGIN Jan"].concat(),
            [&sound[..], &frame(4)[..100]].concat(),
            [&sound[..], &[0; 50]].concat(),
        ] {
            assert_eq!(kept(&tagged), Ok(sound.clone()));
        }
    }
}
