//! Bytes in and bytes out, counted and in pieces.

use std::io::{self, ErrorKind, Read, Write};

use super::{FileKind, Refusal};

/// Bytes that are read ahead to see what a file is: the headers of an e-mail that passed many servers.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// Bytes that are copied at once.
pub(super) const PIECE_BYTES: usize = 64 * 1024;

/// A file that comes in, which says itself when it is too large or too short.
pub(super) struct Input<'r> {
    reader: &'r mut dyn Read,
    head: Vec<u8>,
    /// Bytes of the head that were taken.
    taken: usize,
    kind: FileKind,
    limit: u64,
    left: u64,
}

impl<'r> Input<'r> {
    /// Reads the head of a file.
    pub(super) fn open(reader: &'r mut dyn Read) -> Result<Input<'r>, Refusal> {
        let mut head = vec![0; HEAD_BYTES];
        let length = fill(reader, &mut head)?;
        head.truncate(length);
        Ok(Input {
            reader,
            head,
            taken: 0,
            kind: FileKind::PlainText,
            limit: HEAD_BYTES as u64,
            left: HEAD_BYTES as u64,
        })
    }

    /// Returns the first bytes of the file.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Tells whether the head is all there is.
    pub(super) fn is_whole(&self) -> bool {
        self.head.len() < HEAD_BYTES
    }

    /// Sets what the file should be and how large it may be.
    pub(super) fn expect(&mut self, kind: FileKind, limit: u64) {
        self.kind = kind;
        self.limit = limit;
        self.left = limit;
    }

    /// Returns the refusal of a file that is not what it says.
    pub(super) fn damaged(&self) -> Refusal {
        Refusal::Damaged { kind: self.kind }
    }

    /// Returns the refusal of a file that is larger than it may be.
    pub(super) fn too_large(&self) -> Refusal {
        Refusal::TooLarge { limit: self.limit }
    }

    /// Fills the buffer as far as the file goes, and returns how far that is.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let within = buffer.len().min(room);
        let (allowed, beyond) = buffer.split_at_mut(within);
        let length = self.take(allowed)?;
        self.left -= length as u64;
        if length == within
            && let Some(one) = beyond.get_mut(..1)
            && self.take(one)? > 0
        {
            return Err(self.too_large());
        }
        Ok(length)
    }

    fn take(&mut self, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let ahead = self.head.get(self.taken..).unwrap_or_default();
        let from_head = ahead.len().min(buffer.len());
        let (first, rest) = buffer.split_at_mut(from_head);
        first.copy_from_slice(ahead.get(..from_head).unwrap_or_default());
        self.taken += from_head;
        Ok(from_head + fill(self.reader, rest)?)
    }

    /// Fills the buffer; a file that ends before is damaged.
    pub(super) fn read_all(&mut self, buffer: &mut [u8]) -> Result<(), Refusal> {
        if self.read(buffer)? == buffer.len() {
            Ok(())
        } else {
            Err(self.damaged())
        }
    }

    /// Reads so many bytes; a file that ends before is damaged.
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        self.read_all(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads so many bytes, or nothing at the end of the file; one that ends between is damaged.
    pub(super) fn bytes_or_end<const N: usize>(&mut self) -> Result<Option<[u8; N]>, Refusal> {
        let mut bytes = [0; N];
        match self.read(&mut bytes)? {
            0 => Ok(None),
            length if length == N => Ok(Some(bytes)),
            _ => Err(self.damaged()),
        }
    }

    /// Gives the rest of the file, in pieces.
    pub(super) fn rest(
        &mut self,
        mut each: impl FnMut(&[u8]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            match self.read(&mut piece)? {
                0 => return Ok(()),
                length => each(piece.get(..length).unwrap_or_default())?,
            }
        }
    }

    /// Gives the next bytes, in pieces; a file that ends before is damaged.
    pub(super) fn next(
        &mut self,
        mut length: u64,
        mut each: impl FnMut(&[u8]) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut piece = vec![0; PIECE_BYTES];
        while length > 0 {
            let size = PIECE_BYTES.min(usize::try_from(length).unwrap_or(usize::MAX));
            let piece = piece.get_mut(..size).unwrap_or_default();
            self.read_all(piece)?;
            each(piece)?;
            length -= size as u64;
        }
        Ok(())
    }

    /// Reads the rest of the file into memory, which the limit bounds.
    pub(super) fn read_to_end(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        self.rest(|piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }
}

/// Fills the buffer as far as the reader goes, and returns how far that is.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, Refusal> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Refusal::Read(error)),
        }
    }
    Ok(filled)
}

/// The copy that is written.
pub(super) struct Output<'w> {
    writer: &'w mut dyn Write,
    written: u64,
    failure: Option<io::Error>,
}

impl<'w> Output<'w> {
    pub(super) fn new(writer: &'w mut dyn Write) -> Output<'w> {
        Output {
            writer,
            written: 0,
            failure: None,
        }
    }

    /// Writes bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.write_all(bytes).map_err(|error| self.refusal(error))
    }

    /// Returns the refusal for this error, or for the one of the writer that an encoder made it of.
    pub(super) fn refusal(&mut self, error: io::Error) -> Refusal {
        Refusal::Write(self.failure.take().unwrap_or(error))
    }

    /// Returns how many bytes were written, after the last of them has left. A failure counts also when
    /// an encoder said nothing of it: that of PNG writes its last bytes as it is dropped.
    pub(super) fn finish(self) -> Result<u64, Refusal> {
        if let Some(failure) = self.failure {
            return Err(Refusal::Write(failure));
        }
        self.writer.flush().map_err(Refusal::Write)?;
        Ok(self.written)
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.writer.write(bytes) {
            Ok(0) if !bytes.is_empty() => {
                self.failure = Some(ErrorKind::WriteZero.into());
                Ok(0)
            }
            Ok(length) => {
                self.written += length as u64;
                Ok(length)
            }
            Err(error) => {
                let kind = error.kind();
                if kind != ErrorKind::Interrupted {
                    self.failure = Some(error);
                }
                Err(kind.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
