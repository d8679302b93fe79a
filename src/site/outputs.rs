//! Outputs on disk: compressed beside the plain file, and swapped in as a whole.
//!
//! A folder that is being served or copied never shows half of a build: the new one is written
//! beside it and takes its place when it is complete. A folder that this program did not write is
//! never replaced.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::output::{Output, is_compressible};

/// Smallest file that is compressed, in bytes; below it the headers cost more than is won.
const SMALLEST_COMPRESSED: usize = 256;

/// Brotli quality, of 0 to 11: at 5 a page costs well under a millisecond; 11 costs fifty times as
/// much for a tenth less.
const BROTLI_QUALITY: u32 = 5;

/// Brotli window, as the power of two: 4 MiB, larger than any page.
const BROTLI_WINDOW: u32 = 22;

/// Gzip level, of 0 to 9.
const GZIP_LEVEL: u32 = 6;

/// The file that marks a folder as written by this program.
const MARKER: &str = ".meldwijzer-build";

/// A folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder holds something that this program did not write.
    #[error("{} was not written by meldwijzer and is not replaced", .0.display())]
    NotOurs(PathBuf),
    /// A file operation failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// What could not be written, read or moved.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Adds a brotli and a gzip version beside each text file that gets smaller by it. The result
/// depends on the input only.
pub fn with_compressed(outputs: Vec<Output>) -> Vec<Output> {
    let mut all: Vec<Output> = outputs
        .into_par_iter()
        .flat_map_iter(|output| {
            let mut versions = Vec::with_capacity(3);
            if is_compressible(&output.path) && output.bytes.len() >= SMALLEST_COMPRESSED {
                versions.extend(variant(&output, "br", brotli(&output.bytes)));
                versions.extend(variant(&output, "gz", gzip(&output.bytes)));
            }
            versions.insert(0, output);
            versions
        })
        .collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn variant(output: &Output, extension: &str, bytes: io::Result<Vec<u8>>) -> Option<Output> {
    // Compression into memory does not fail; were it to, the plain file serves as well.
    let bytes = bytes
        .ok()
        .filter(|bytes| bytes.len() < output.bytes.len())?;
    Some(Output {
        path: format!("{}.{extension}", output.path),
        bytes: bytes.into(),
        caching: output.caching,
    })
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer =
        brotli::CompressorWriter::new(Vec::new(), bytes.len(), BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = flate2::Compression::new(GZIP_LEVEL);
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
    writer.write_all(bytes)?;
    writer.finish()
}

/// Writes outputs to a folder, in the place of what an earlier build wrote there.
///
/// # Errors
///
/// Returns [`WriteError::NotOurs`] where the folder holds something else, and otherwise the path at
/// which a file operation failed. In both cases what stood there before still stands there.
pub fn write(outputs: &[Output], folder: &Path) -> Result<(), WriteError> {
    let fresh = beside(folder, "new");
    let old = beside(folder, "old");
    for other in [folder, &fresh, &old] {
        if other.try_exists().map_err(at(other))? && !is_ours(other)? {
            return Err(WriteError::NotOurs(other.to_owned()));
        }
    }
    // A build that was cut off between its two moves left the good one aside.
    if !folder.try_exists().map_err(at(folder))? && old.try_exists().map_err(at(&old))? {
        fs::rename(&old, folder).map_err(at(folder))?;
    }
    let exists = folder.try_exists().map_err(at(folder))?;
    remove(&fresh)?;
    remove(&old)?;
    let written = write_all(outputs, &fresh);
    if written.is_err() {
        // The half-written folder helps nobody; the first error is the one to tell.
        let _ = fs::remove_dir_all(&fresh);
        return written;
    }
    if exists {
        fs::rename(folder, &old).map_err(at(folder))?;
    }
    if let Err(error) = fs::rename(&fresh, folder) {
        let _ = fs::rename(&old, folder);
        return Err(at(folder)(error));
    }
    remove(&old)
}

/// Replaces a file as a whole: whoever reads it sees the old or the new text, and after a power cut one of
/// them is there.
///
/// # Errors
///
/// Returns the path at which a file operation failed; the file is then as it was.
pub fn replace(file: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let fresh = beside(file, "new");
    let written =
        write_synced(&fresh, bytes).and_then(|()| fs::rename(&fresh, file).map_err(at(file)));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_file(path, bytes)?;
    let file = fs::File::open(path).map_err(at(path))?;
    file.sync_all().map_err(at(path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io {
        path: path.clone(),
        source,
    }
}

fn is_ours(folder: &Path) -> Result<bool, WriteError> {
    let mut entries = fs::read_dir(folder).map_err(at(folder))?;
    Ok(entries.next().is_none() || folder.join(MARKER).is_file())
}

fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{what}"))
}

fn remove(folder: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

fn write_all(outputs: &[Output], folder: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    write_file(&folder.join(MARKER), b"")?;
    outputs.par_iter().try_for_each(|output| {
        let path = folder.join(&output.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        write_file(&path, &output.bytes)
    })
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place that writes the portal"
)]
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    fs::write(path, bytes).map_err(at(path))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests write their own input")]
mod tests {
    use super::*;
    use crate::output::Caching;

    fn output(path: &str, text: &str) -> Output {
        Output {
            path: path.to_owned(),
            bytes: text.as_bytes().into(),
            caching: Caching::Revalidate,
        }
    }

    #[test]
    fn a_build_takes_the_place_of_the_one_before() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("public");
        write(
            &[output("a/index.html", "een"), output("oud.txt", "x")],
            &folder,
        )
        .unwrap();
        write(&[output("a/index.html", "twee")], &folder).unwrap();
        assert_eq!(
            fs::read_to_string(folder.join("a/index.html")).unwrap(),
            "twee"
        );
        assert!(!folder.join("oud.txt").exists());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_good_build_that_was_left_aside_is_not_lost() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("public");
        write(&[output("a.txt", "goed")], &folder).unwrap();
        fs::rename(&folder, root.path().join(".public.old")).unwrap();
        let nothing_fits = output("a.txt/b.txt", "x");
        write(&[output("a.txt", "fout"), nothing_fits], &folder).unwrap_err();
        assert_eq!(fs::read_to_string(folder.join("a.txt")).unwrap(), "goed");
    }

    #[test]
    fn a_file_is_replaced_or_stays() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("lijst.txt");
        replace(&file, b"een").unwrap();
        replace(&file, b"twee").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "twee");
        let taken = root.path().join("map");
        fs::create_dir_all(taken.join("x")).unwrap();
        assert!(replace(&taken, b"drie").is_err());
        assert!(taken.join("x").is_dir());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("brief.txt"), "van mij").unwrap();
        let result = write(&[output("a.txt", "x")], root.path());
        assert!(matches!(result, Err(WriteError::NotOurs(_))));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn text_gets_compressed_versions_that_hold_the_same() {
        let text = "melden ".repeat(200);
        let all = with_compressed(vec![output("a.html", &text), output("b.png", &text)]);
        let paths: Vec<_> = all.iter().map(|o| o.path.as_str()).collect();
        assert_eq!(paths, ["a.html", "a.html.br", "a.html.gz", "b.png"]);
        let mut plain = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(&*all[2].bytes);
        io::Read::read_to_end(&mut reader, &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &*all[1].bytes, &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
    }
}
