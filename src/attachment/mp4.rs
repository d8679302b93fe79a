//! Sound in an MP4 file, as telephones record it: tracks of sound are kept, and nothing that says who,
//! where and when.
//!
//! What is left out is written over in its place with a `free` box of zeros, because the tables of a
//! track count from the start of the file.
//!
//! Source: ISO/IEC 14496-12, sections 4.2 (boxes), 8.2 (movie), 8.3 and 8.4 (tracks and media).

use super::Refusal;
use super::stream::{Input, Output};

/// Bytes of the description of a recording, which is held in memory: its tables take less than one
/// megabyte for an hour of speech.
const DESCRIPTION_BYTES: u64 = 8 * 1024 * 1024;

/// Boxes that are kept within the box of the outer list; all others are written over.
const KEPT: [(&[u8; 4], &[&[u8; 4]]); 7] = [
    (b"moof", &[b"mfhd", b"traf"]),
    (b"traf", &[b"tfhd", b"tfdt", b"trun", b"sgpd", b"sbgp"]),
    (b"moov", &[b"mvhd", b"trak", b"mvex", b"iods"]),
    (b"trak", &[b"tkhd", b"edts", b"mdia"]),
    (b"mdia", &[b"mdhd", b"hdlr", b"minf"]),
    (b"minf", &[b"smhd", b"dinf", b"stbl"]),
    (
        b"stbl",
        &[
            b"stsd", b"stts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"sgpd", b"sbgp",
        ],
    ),
];

/// First name of the family of the file, for pictures and films that are packed in the same way.
const OTHER_FAMILIES: [&[u8]; 9] = [
    b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"qt  ",
];

/// Tells whether a file starts as an MP4 file that can be a sound.
pub(super) fn is_mp4(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"ftyp")
        && !head
            .get(8..12)
            .is_some_and(|family| OTHER_FAMILIES.contains(&family))
}

/// Writes a recording without what it says about itself.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let mut has_description = false;
    let mut has_sound = false;
    while let Some(header) = read_header(input)? {
        match &header.name {
            b"moov" => {
                let (boxes, tracks) = read_description(input, &header)?;
                if tracks.others > 0 {
                    return Err(Refusal::KindNotTaken);
                }
                if tracks.sounds == 0 {
                    return Err(input.damaged());
                }
                output.put(&header.bytes)?;
                output.put(&boxes)?;
                has_description = true;
            }
            b"mdat" => {
                output.put(&header.bytes)?;
                match header.body {
                    Some(length) => input.next(length, |piece| output.put(piece))?,
                    None => input.rest(|piece| output.put(piece))?,
                }
                has_sound = true;
            }
            // A part of a recording that was written while it ran.
            b"moof" => {
                let (boxes, _) = read_description(input, &header)?;
                output.put(&header.bytes)?;
                output.put(&boxes)?;
            }
            b"ftyp" | b"styp" | b"sidx" => {
                let length = header.body.ok_or_else(|| input.damaged())?;
                output.put(&header.bytes)?;
                input.next(length, |piece| output.put(piece))?;
            }
            _ => write_over(input, output, &header)?,
        }
    }
    if has_description && has_sound {
        Ok(())
    } else {
        Err(input.damaged())
    }
}

/// The start of a box.
struct Header {
    name: [u8; 4],
    /// The start as it was read: 8 bytes, or 16 for a large box.
    bytes: Vec<u8>,
    /// Bytes that follow; none for a box that lasts until the end of the file.
    body: Option<u64>,
}

fn read_header(input: &mut Input<'_>) -> Result<Option<Header>, Refusal> {
    let Some(start) = input.bytes_or_end::<8>()? else {
        return Ok(None);
    };
    let [a, b, c, d, name @ ..] = start;
    let mut bytes = start.to_vec();
    let size = match u32::from_be_bytes([a, b, c, d]) {
        0 => None,
        1 => {
            let large = input.bytes::<8>()?;
            bytes.extend_from_slice(&large);
            Some(u64::from_be_bytes(large))
        }
        size => Some(u64::from(size)),
    };
    let body = match size {
        None => None,
        Some(size) => Some(
            size.checked_sub(bytes.len() as u64)
                .ok_or_else(|| input.damaged())?,
        ),
    };
    Ok(Some(Header { name, bytes, body }))
}

/// Writes a `free` box of the same size, with zeros.
fn write_over(
    input: &mut Input<'_>,
    output: &mut Output<'_>,
    header: &Header,
) -> Result<(), Refusal> {
    let mut bytes = header.bytes.clone();
    if let Some(name) = bytes.get_mut(4..8) {
        name.copy_from_slice(b"free");
    }
    output.put(&bytes)?;
    let zeros = |piece: &[u8]| output.put(&vec![0; piece.len()]);
    match header.body {
        Some(length) => input.next(length, zeros),
        None => input.rest(zeros),
    }
}

/// Reads the boxes of a description, cleaned, and what tracks they have.
fn read_description(input: &mut Input<'_>, header: &Header) -> Result<(Vec<u8>, Tracks), Refusal> {
    let length = header.body.filter(|&length| length <= DESCRIPTION_BYTES);
    let length = length.ok_or_else(|| input.damaged())?;
    let mut boxes = Vec::new();
    input.next(length, |piece| {
        boxes.extend_from_slice(piece);
        Ok(())
    })?;
    let mut tracks = Tracks::default();
    clean_boxes(&mut boxes, &header.name, &mut tracks).ok_or_else(|| input.damaged())?;
    Ok((boxes, tracks))
}

/// What kinds of tracks there are.
#[derive(Default)]
struct Tracks {
    sounds: usize,
    others: usize,
}

/// Cleans the boxes within the box of this name; none if they do not fit in it. The list of what is kept
/// ends after five levels, and so does this.
fn clean_boxes(mut bytes: &mut [u8], outer: &[u8; 4], tracks: &mut Tracks) -> Option<()> {
    let kept = KEPT.iter().find(|(name, _)| *name == outer)?.1;
    while !bytes.is_empty() {
        let size = u32::from_be_bytes(*bytes.first_chunk::<4>()?);
        let size = usize::try_from(size).ok().filter(|&size| size >= 8)?;
        let (one, rest) = bytes.split_at_mut_checked(size)?;
        bytes = rest;
        let (header, body) = one.split_at_mut_checked(8)?;
        let name: [u8; 4] = header.get(4..8)?.try_into().ok()?;
        if !kept.contains(&&name) {
            header.get_mut(4..8)?.copy_from_slice(b"free");
            body.fill(0);
            continue;
        }
        match &name {
            b"mvhd" | b"tkhd" | b"mdhd" => forget_times(body)?,
            b"hdlr" => {
                let kind = body.get(8..12)?;
                if kind == b"soun" {
                    tracks.sounds += 1;
                } else {
                    tracks.others += 1;
                }
                // The name of the program that wrote it; of a text, the empty one is a zero.
                body.get_mut(24..)?.fill(0);
            }
            b"trak" | b"mdia" | b"minf" | b"stbl" | b"traf" => clean_boxes(body, &name, tracks)?,
            _ => {}
        }
    }
    Some(())
}

/// Takes away when something was made and changed: two times of 32 bits after the version and the
/// flags, or of 64 bits in version 1.
fn forget_times(body: &mut [u8]) -> Option<()> {
    let times = if *body.first()? == 1 { 4..20 } else { 4..12 };
    body.get_mut(times)?.fill(0);
    Some(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{code, kept};

    pub(in super::super) fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
        [&size[..], name, body].concat()
    }

    fn track(kind: &[u8; 4]) -> Vec<u8> {
        let handler = [&[0; 8], &kind[..], &[0; 12], b"Phone 12 recorder\0"].concat();
        let times = boxed(b"mdhd", &[&[0; 4], &b"WHENWHEN"[..], &[0; 12]].concat());
        let tables = boxed(b"stbl", &boxed(b"stco", &[0, 0, 0, 1, 0, 0, 1, 0]));
        let media = [times, boxed(b"hdlr", &handler), boxed(b"minf", &tables)].concat();
        boxed(
            b"trak",
            &[boxed(b"mdia", &media), boxed(b"udta", b"name Jan")].concat(),
        )
    }

    fn description(track: &[u8]) -> Vec<u8> {
        let place = boxed(b"\xA9xyz", b"\0\x12\x15\xC7+52.3702+004.8952/");
        let times = [&[1, 0, 0, 0], &b"WHENWHENWHENWHEN"[..], &[0; 92]].concat();
        let more = [
            boxed(b"mvhd", &times),
            track.to_vec(),
            boxed(b"udta", &place),
            boxed(b"meta", b"maker Jan"),
        ];
        boxed(b"moov", &more.concat())
    }

    /// A recording with a place, a maker and moments.
    pub(in super::super) fn m4a() -> Vec<u8> {
        [
            boxed(b"ftyp", b"M4A \0\0\0\0M4A mp42"),
            boxed(b"uuid", b"0123456789abcdef XMP Jan"),
            boxed(b"mdat", b"the sound itself"),
            description(&track(b"soun")),
        ]
        .concat()
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let start = boxed(b"ftyp", b"M4A \0\0\0\0");
        let with = |boxes: &[Vec<u8>]| [start.clone(), boxes.concat()].concat();
        let data = boxed(b"mdat", b"sound");
        let whole = m4a();
        assert_eq!(code(&whole[..whole.len() - 1]), "damaged");
        assert_eq!(code(&with(&[])), "damaged");
        assert_eq!(code(&with(std::slice::from_ref(&data))), "damaged");
        assert_eq!(code(&with(&[description(&track(b"soun"))])), "damaged");
        assert_eq!(code(&with(&[data.clone(), description(b"")])), "damaged");
        assert_eq!(
            code(&with(&[data.clone(), boxed(b"moov", b"\0\0\0\x04trak")])),
            "damaged"
        );
        assert_eq!(
            code(&with(&[vec![0, 0, 0, 7], b"mdat".to_vec()])),
            "damaged"
        );
        assert_eq!(
            code(&with(&[
                b"\0\0\0\x01mdat\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFsome".to_vec()
            ])),
            "damaged"
        );
        let film = [track(b"soun"), track(b"vide")].concat();
        assert_eq!(
            code(&with(&[data.clone(), description(&film)])),
            "kind_not_taken"
        );
        assert_eq!(code(&boxed(b"ftyp", b"heic\0\0\0\0")), "kind_not_taken");
    }

    #[test]
    fn places_moments_and_makers_are_written_over() {
        let told = m4a();
        let bare = kept(&told).unwrap();
        assert_eq!(bare.len(), told.len());
        let text = bare.escape_ascii().to_string();
        for gone in [
            "xyz", "52.37", "WHEN", "Jan", "Phone", "XMP", "udta", "meta", "uuid",
        ] {
            assert!(!text.contains(gone), "{gone}");
        }
        let place = |bytes: &[u8]| bytes.windows(4).position(|name| name == b"mdat");
        assert_eq!(place(&bare), place(&told));
        assert!(text.contains("the sound itself") && text.contains("stco"));
        assert_eq!(kept(&bare), Ok(bare));
    }

    #[test]
    fn a_recording_that_was_written_while_it_ran_is_kept() {
        let part = |more: &[u8]| {
            boxed(
                b"moof",
                &[boxed(b"traf", &boxed(b"trun", b"times")), more.to_vec()].concat(),
            )
        };
        let with = |part: Vec<u8>| {
            let start = boxed(b"ftyp", b"iso5\0\0\0\0");
            [
                start,
                description(&track(b"soun")),
                part,
                boxed(b"mdat", b"sound"),
            ]
            .concat()
        };
        let copy = kept(&with(part(&boxed(b"udta", b"Jan")))).unwrap();
        assert!(copy.windows(9).any(|name| name == b"truntimes"));
        assert!(!copy.windows(3).any(|name| name == b"Jan"));
    }

    #[test]
    fn sound_may_last_until_the_end_of_the_file() {
        let file = [
            boxed(b"ftyp", b"M4A \0\0\0\0"),
            description(&track(b"soun")),
            b"\0\0\0\0mdatsound".to_vec(),
        ];
        assert!(kept(&file.concat()).unwrap().ends_with(b"mdatsound"));
    }
}
