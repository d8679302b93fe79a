//! Opus or Vorbis in an Ogg file: the sound is kept, the comments are not.
//!
//! Source: RFC 3533 (pages), RFC 7845 (Opus), the Vorbis I specification (headers).

use super::Refusal;
use super::stream::{Input, Output};

/// Bytes of the headers of a page that has no segments.
const PAGE_HEADER: usize = 27;

/// Bytes of the setup of Vorbis: what fits in one page. Encoders write about 4000.
const SETUP_BYTES: usize = 64 * 1024 - 512;

/// Marks in a page: it goes on with a packet, it is the first, it is the last.
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// Comments of Opus and of Vorbis that say nothing: no vendor, no comments.
const NO_OPUS_COMMENTS: &[u8] = b"OpusTags\0\0\0\0\0\0\0\0";
const NO_VORBIS_COMMENTS: &[u8] = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";

/// A page of the file.
struct Page {
    flags: u8,
    position: [u8; 8],
    stream: [u8; 4],
    segments: Vec<u8>,
    body: Vec<u8>,
}

/// Writes a sound with empty comments and its pages counted anew.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let first = read_page(input)?.ok_or_else(|| input.damaged())?;
    let is_opus = first.body.starts_with(b"OpusHead");
    if !is_opus && !first.body.starts_with(b"\x01vorbis") {
        return Err(Refusal::KindNotTaken);
    }
    if first.flags != FIRST {
        return Err(input.damaged());
    }
    let stream = first.stream;
    let mut number = 0;
    write_page(output, &first, &mut number)?;
    if is_opus {
        read_headers(input, stream, &[b"OpusTags"])?;
        write_page(output, &header_page(stream, NO_OPUS_COMMENTS), &mut number)?;
    } else {
        let setup = read_headers(input, stream, &[b"\x03vorbis", b"\x05vorbis"])?;
        write_page(
            output,
            &header_page(stream, NO_VORBIS_COMMENTS),
            &mut number,
        )?;
        write_page(output, &header_page(stream, &setup), &mut number)?;
    }
    let before = number;
    while let Some(page) = read_page(input)? {
        // Another stream is a picture or a second sound.
        if page.stream != stream || page.flags & FIRST != 0 {
            return Err(input.damaged());
        }
        write_page(output, &page, &mut number)?;
        if page.flags & LAST != 0 {
            break;
        }
    }
    if number > before {
        Ok(())
    } else {
        Err(input.damaged())
    }
}

/// Reads the pages with the packets that start so, and returns the last packet. Sound starts on a page
/// of its own.
fn read_headers(
    input: &mut Input<'_>,
    stream: [u8; 4],
    starts: &[&[u8]],
) -> Result<Vec<u8>, Refusal> {
    let mut starts = starts.iter();
    let mut wanted = starts.next();
    let mut packet = Vec::new();
    while let Some(start) = wanted {
        let page = read_page(input)?.ok_or_else(|| input.damaged())?;
        if page.stream != stream || page.flags & !CONTINUED != 0 {
            return Err(input.damaged());
        }
        let mut start = *start;
        let mut body = page.body.as_slice();
        for (at, &size) in page.segments.iter().enumerate() {
            let (segment, rest) = body
                .split_at_checked(usize::from(size))
                .unwrap_or((body, &[]));
            body = rest;
            // Comments can carry a picture; of what is not kept, the start is enough.
            if packet.len() < SETUP_BYTES {
                packet.extend_from_slice(segment);
            }
            if size == u8::MAX {
                continue;
            }
            if !packet.starts_with(start) {
                return Err(input.damaged());
            }
            wanted = starts.next();
            match wanted {
                Some(next) => {
                    start = next;
                    packet.clear();
                }
                None if at + 1 == page.segments.len() && packet.len() < SETUP_BYTES => {}
                // Comments of Opus come last, and are not kept however long they are.
                None if at + 1 == page.segments.len() && start == b"OpusTags" => {}
                None => return Err(input.damaged()),
            }
        }
    }
    Ok(packet)
}

/// Reads a page, or nothing at the end of the file.
fn read_page(input: &mut Input<'_>) -> Result<Option<Page>, Refusal> {
    let Some(header) = input.bytes_or_end::<PAGE_HEADER>()? else {
        return Ok(None);
    };
    let [b'O', b'g', b'g', b'S', 0, flags, rest @ ..] = header else {
        return Err(input.damaged());
    };
    let [
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        s,
        t,
        r,
        m,
        _,
        _,
        _,
        _,
        sum @ ..,
        count,
    ] = rest;
    let mut segments = vec![0; usize::from(count)];
    input.read_all(&mut segments)?;
    let mut body = vec![0; segments.iter().map(|&size| usize::from(size)).sum()];
    input.read_all(&mut body)?;
    let mut summed = header;
    summed[22..26].fill(0);
    if checksum(&[&summed, &segments, &body]) != u32::from_le_bytes(sum) {
        return Err(input.damaged());
    }
    Ok(Some(Page {
        flags,
        position: [a, b, c, d, e, f, g, h],
        stream: [s, t, r, m],
        segments,
        body,
    }))
}

/// Makes a page with one packet of a header, which fits.
fn header_page(stream: [u8; 4], packet: &[u8]) -> Page {
    let mut segments = vec![u8::MAX; packet.len() / 255];
    segments.push(u8::try_from(packet.len() % 255).unwrap_or_default());
    Page {
        flags: 0,
        position: [0; 8],
        stream,
        segments,
        body: packet.to_vec(),
    }
}

/// Writes a page under the next number.
fn write_page(output: &mut Output<'_>, page: &Page, number: &mut u32) -> Result<(), Refusal> {
    let count = u8::try_from(page.segments.len()).unwrap_or(u8::MAX);
    let mut start = b"OggS\0".to_vec();
    start.push(page.flags);
    start.extend_from_slice(&page.position);
    start.extend_from_slice(&page.stream);
    start.extend_from_slice(&number.to_le_bytes());
    let sum = checksum(&[&start, &[0; 4], &[count], &page.segments, &page.body]);
    output.put(&start)?;
    output.put(&sum.to_le_bytes())?;
    output.put(&[count])?;
    output.put(&page.segments)?;
    output.put(&page.body)?;
    *number = number.wrapping_add(1);
    Ok(())
}

/// Returns the checksum of a page (RFC 3533, section 6): the polynomial 0x04C11DB7, highest bit first.
fn checksum(parts: &[&[u8]]) -> u32 {
    parts.iter().copied().flatten().fold(0, |sum, &byte| {
        let top = usize::from(sum.to_be_bytes()[0] ^ byte);
        (sum << 8) ^ CHECKSUMS.get(top).copied().unwrap_or_default()
    })
}

/// The checksum of each single byte.
static CHECKSUMS: std::sync::LazyLock<[u32; 256]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|byte| {
        (0..8).fold((byte as u32) << 24, |sum, _| {
            (sum << 1) ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    })
});

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{code, kept};
    use super::*;

    /// A file of packets, each on a page of its own or on several.
    pub(in super::super) fn ogg(packets: &[&[u8]]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut output = Output::new(&mut file);
        let mut number = 0;
        for (at, packet) in packets.iter().enumerate() {
            let whole = header_page(*b"serl", packet);
            let mut body = packet.to_vec();
            let mut segments = whole.segments.as_slice();
            let mut flags = if at == 0 { FIRST } else { 0 };
            if at + 1 == packets.len() {
                flags |= LAST;
            }
            while !segments.is_empty() {
                let (some, rest) = segments.split_at(segments.len().min(255));
                let size: usize = some.iter().map(|&size| usize::from(size)).sum();
                let page = Page {
                    flags,
                    position: [0; 8],
                    stream: whole.stream,
                    segments: some.to_vec(),
                    body: body.drain(..size).collect(),
                };
                write_page(&mut output, &page, &mut number).unwrap();
                segments = rest;
                flags |= CONTINUED;
            }
        }
        file
    }

    const HEAD: &[u8] = b"OpusHead\x01\x01\0\0\x80\xBB\0\0\0\0\0";

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // The check value of CRC-32/CKSUM, 0x765E7680, without the inversion at its end.
        assert_eq!(checksum(&[b"123456789"]), 0x89A1_897F);
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let whole = ogg(&[HEAD, NO_OPUS_COMMENTS, b"sound"]);
        assert_eq!(code(&whole[..whole.len() - 1]), "damaged");
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(code(&changed), "damaged");
        assert_eq!(code(b"OggS"), "damaged");
        assert_eq!(code(&ogg(&[HEAD])), "damaged");
        assert_eq!(code(&ogg(&[HEAD, b"sound", b"sound"])), "damaged");
        assert_eq!(code(&ogg(&[HEAD, NO_OPUS_COMMENTS])), "damaged");
        assert_eq!(
            code(&ogg(&[b"\x80theora", b"\x81theora", b"film"])),
            "kind_not_taken"
        );
        let two = [ogg(&[HEAD, NO_OPUS_COMMENTS]), whole].concat();
        assert_eq!(code(&two), "damaged");
    }

    #[test]
    fn comments_are_left_out() {
        let told = [b"OpusTags\x03\0\0\0Jan", &[b'x'; 200_000][..]].concat();
        let bare = ogg(&[HEAD, NO_OPUS_COMMENTS, b"one", b"two"]);
        assert_eq!(kept(&ogg(&[HEAD, &told, b"one", b"two"])), Ok(bare));

        let head = b"\x01vorbis\0\0\0\0";
        let setup = [b"\x05vorbis", &[7; 4000][..]].concat();
        let told = [b"\x03vorbis\x03\0\0\0Jan", &[b'x'; 70_000][..]].concat();
        let bare = ogg(&[head, NO_VORBIS_COMMENTS, &setup, b"sound"]);
        assert_eq!(kept(&ogg(&[head, &told, &setup, b"sound"])), Ok(bare));
    }
}
