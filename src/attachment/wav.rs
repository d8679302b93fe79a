//! Sound in a RIFF file: the format and the samples are kept, and nothing else.
//!
//! Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991).

use super::Refusal;
use super::stream::{Input, Output};

/// Bytes of the description of the format; the largest in use has 50.
const FORMAT_BYTES: u64 = 1024;

/// Parts before the samples; more than any program writes.
const MOST_PARTS: usize = 64;

/// Writes the format and the samples under a new header; dates, names and places are left out.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let _riff = input.bytes::<12>()?;
    let mut kept = Vec::new();
    let mut has_format = false;
    for _ in 0..MOST_PARTS {
        let [a, b, c, d, size @ ..] = input.bytes::<8>()?;
        let size = u32::from_le_bytes(size);
        match &[a, b, c, d] {
            b"data" if has_format && size > 0 => return write(input, output, &kept, size),
            b"data" => return Err(input.damaged()),
            b"fmt " if !has_format && (16..=FORMAT_BYTES).contains(&u64::from(size)) => {
                has_format = true;
                keep(input, b"fmt ", size, &mut kept)?;
            }
            b"fmt " => return Err(input.damaged()),
            // The number of samples, which packed sound needs.
            b"fact" if size == 4 => keep(input, b"fact", size, &mut kept)?,
            _ => input.next(padded(size), |_| Ok(()))?,
        }
    }
    Err(input.damaged())
}

fn keep(input: &mut Input<'_>, id: &[u8; 4], size: u32, kept: &mut Vec<u8>) -> Result<(), Refusal> {
    kept.extend_from_slice(id);
    kept.extend_from_slice(&size.to_le_bytes());
    input.next(padded(size), |piece| {
        kept.extend_from_slice(piece);
        Ok(())
    })
}

fn write(
    input: &mut Input<'_>,
    output: &mut Output<'_>,
    kept: &[u8],
    size: u32,
) -> Result<(), Refusal> {
    let riff = 4 + kept.len() as u64 + 8 + padded(size);
    let riff = u32::try_from(riff).map_err(|_| input.damaged())?;
    output.put(b"RIFF")?;
    output.put(&riff.to_le_bytes())?;
    output.put(b"WAVE")?;
    output.put(kept)?;
    output.put(b"data")?;
    output.put(&size.to_le_bytes())?;
    input.next(u64::from(size), |piece| output.put(piece))?;
    // The padding of the last part is often forgotten.
    if size % 2 == 1 {
        output.put(&[0])?;
    }
    Ok(())
}

/// Returns the size of a part with the byte that makes it even.
fn padded(size: u32) -> u64 {
    u64::from(size).next_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{code, kept};

    fn part(id: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
        let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let padding = vec![0; bytes.len() % 2];
        [&id[..], &size, bytes, &padding].concat()
    }

    fn wav(parts: &[Vec<u8>]) -> Vec<u8> {
        part(b"RIFF", &[&b"WAVE"[..], &parts.concat()].concat())
    }

    const FORMAT: [u8; 16] = [1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0];

    #[test]
    fn what_is_not_a_whole_sound_is_refused() {
        let data = part(b"data", b"samples!");
        let whole = wav(&[part(b"fmt ", &FORMAT), data.clone()]);
        assert_eq!(code(&whole[..whole.len() - 1]), "damaged");
        assert_eq!(code(&wav(&[])), "damaged");
        assert_eq!(code(&wav(std::slice::from_ref(&data))), "damaged");
        assert_eq!(code(&wav(&[part(b"fmt ", &FORMAT)])), "damaged");
        assert_eq!(
            code(&wav(&[part(b"fmt ", b"short"), data.clone()])),
            "damaged"
        );
        assert_eq!(
            code(&wav(&[part(b"fmt ", &FORMAT), part(b"data", b"")])),
            "damaged"
        );
        let many = vec![part(b"junk", b""); 10_000];
        assert_eq!(code(&wav(&many)), "damaged");
    }

    #[test]
    fn only_the_format_and_the_samples_are_kept() {
        let bare = wav(&[part(b"fmt ", &FORMAT), part(b"data", b"samples")]);
        let told = wav(&[
            part(b"bext", b"recorder, date, place"),
            part(b"fmt ", &FORMAT),
            part(b"LIST", b"INFOIART\x04\0\0\0Jan\0"),
            part(b"data", b"samples"),
            part(b"id3 ", b"ID3 Jan"),
        ]);
        assert_eq!(kept(&told), Ok(bare.clone()));
        assert_eq!(
            kept(&[&told[..], b"PK\x03\x04 more"].concat()),
            Ok(bare.clone())
        );
        assert_eq!(kept(&bare[..bare.len() - 1]), Ok(bare));
    }
}
