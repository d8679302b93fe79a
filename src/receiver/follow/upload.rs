//! Files that come with a message or an addition, from the line to sealed files.
//!
//! The parts of a form arrive on the task of the connection and go, a few pieces at a time, to a thread
//! that cleans, seals and writes them. Invariant: what an upload holds in memory is those pieces and what
//! [`crate::attachment`] says that it needs; and unless the whole form arrived, nothing of it stays.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout};

use super::acts::{self, Plan};
use crate::attachment::{AttachmentLimits, Refusal, clean};
use crate::receiver::body::{BodyProblem, Share};
use crate::receiver::limits::Limits;
use crate::receiver::multipart::{Cutter, Piece};
use crate::receiver::panics::{Panicked, caught};
use crate::report::acts::{AttachError, OpenedCase, RecordError, Recorded};
use crate::report::event::{FileNote, FileRef};
use crate::report::store::Store;

/// Pieces that wait between the line and the disk: enough that neither waits for the other each time.
/// A piece is what was read at once, at most [`crate::receiver::limits::HEADER_BYTES`].
const PIECES: usize = 4;

/// Time before the rate of an upload says something: telephones take a moment to get going.
const RATE_GRACE: Duration = Duration::from_secs(30);

/// The parts of a form with files, as they arrive.
pub(super) struct Parts {
    body: Body,
    cutter: Cutter,
    limits: Arc<Limits>,
    /// The part of the memory of all bodies that the texts take.
    texts: Share,
    text_bytes: usize,
    bytes: u64,
    waited: Duration,
}

impl Parts {
    /// Reads a body within limits.
    ///
    /// # Errors
    ///
    /// Fails where it says that it is larger than it may be.
    pub(super) fn new(
        body: Body,
        cutter: Cutter,
        limits: Arc<Limits>,
        texts: Share,
    ) -> Result<Parts, BodyProblem> {
        if body.size_hint().lower() > limits.upload_bytes {
            return Err(BodyProblem::TooLarge);
        }
        Ok(Parts {
            body,
            cutter,
            limits,
            texts,
            text_bytes: 0,
            bytes: 0,
            waited: Duration::ZERO,
        })
    }

    /// Returns the next piece.
    ///
    /// # Errors
    ///
    /// Fails where the body breaks off, is too large or too slow. Only the time that was spent waiting
    /// for the client counts.
    pub(super) async fn next(&mut self) -> Result<Piece, BodyProblem> {
        loop {
            let cut = self.cutter.next().map_err(|_| BodyProblem::Broken)?;
            if let Some(piece) = cut {
                return Ok(piece);
            }
            let asked = Instant::now();
            let frame = timeout(self.limits.upload_stall_time, self.body.frame()).await;
            self.waited += asked.elapsed();
            let frame = frame.map_err(|_| BodyProblem::TooSlow)?;
            let frame = frame.ok_or(BodyProblem::Broken)?;
            let frame = frame.map_err(|_| BodyProblem::Broken)?;
            if let Ok(data) = frame.into_data() {
                self.count(data.len())?;
                self.cutter.push(&data);
            }
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), BodyProblem> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > self.limits.upload_bytes {
            return Err(BodyProblem::TooLarge);
        }
        let least = self.limits.upload_bytes_per_second;
        let expected = self.waited.as_secs().saturating_mul(least);
        if self.waited > RATE_GRACE && self.bytes < expected {
            return Err(BodyProblem::TooSlow);
        }
        Ok(())
    }

    /// Reads a text field to its end.
    ///
    /// # Errors
    ///
    /// As [`Parts::next`]; and where all texts together are larger than a form without files can be.
    pub(super) async fn text(&mut self) -> Result<String, BodyProblem> {
        let mut text = Vec::new();
        loop {
            match self.next().await? {
                Piece::Bytes(bytes) => {
                    self.text_bytes += bytes.len();
                    if self.text_bytes > self.limits.body_bytes {
                        return Err(BodyProblem::TooLarge);
                    }
                    self.texts
                        .take(bytes.len(), self.limits.body_bytes_together)?;
                    text.extend_from_slice(&bytes);
                }
                Piece::PartEnd => break,
                Piece::Head(_) | Piece::End => return Err(BodyProblem::Broken),
            }
        }
        String::from_utf8(text).map_err(|_| BodyProblem::Broken)
    }

    /// Throws away what is left of a part.
    ///
    /// # Errors
    ///
    /// As [`Parts::next`].
    pub(super) async fn skip_part(&mut self) -> Result<(), BodyProblem> {
        while self.next().await? != Piece::PartEnd {}
        Ok(())
    }

    /// Throws away what is left of the form, so that the client has sent everything when it is answered:
    /// browsers do not read an answer before that.
    ///
    /// # Errors
    ///
    /// As [`Parts::next`].
    pub(super) async fn skip_all(&mut self) -> Result<(), BodyProblem> {
        while self.next().await? != Piece::End {}
        Ok(())
    }
}

/// What goes to the thread that takes files.
#[derive(Debug)]
enum Feed {
    /// A file begins.
    File(String),
    /// Bytes of the file.
    Bytes(Bytes),
    /// The file has ended.
    FileEnd,
    /// The form has ended.
    End,
}

/// What files may cost together.
#[derive(Clone)]
pub(in crate::receiver) struct Turns {
    uploads: Arc<Semaphore>,
    /// Decoding a picture of the largest size takes so much memory that it is done one at a time.
    decoding: Arc<Semaphore>,
}

impl Turns {
    pub(in crate::receiver) fn new(uploads: usize) -> Turns {
        Turns {
            uploads: Arc::new(Semaphore::new(uploads.max(1))),
            decoding: Arc::new(Semaphore::new(1)),
        }
    }

    /// Waits until files may be taken.
    pub(super) async fn upload(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        let turn = timeout(patience, Arc::clone(&self.uploads).acquire_owned()).await;
        turn.ok()?.ok()
    }
}

/// What came of a form with files.
pub(super) struct Taken {
    /// The files that were not taken: name and reason.
    pub(super) refused: Vec<(String, &'static str)>,
    /// Names of the files that were.
    pub(super) kept: Vec<String>,
    /// Whether something was recorded; nothing where no file was taken and nothing was said.
    pub(super) recorded: Result<Option<Recorded>, Trouble>,
}

/// Why files or their act were not stored.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A file was not stored.
    Attach(AttachError<Refusal>),
    /// The act was not recorded.
    Record(RecordError),
    /// The client went away before the end.
    Gone,
    /// The program made a mistake.
    Panicked(Panicked),
}

/// Takes files to the thread that stores them.
pub(super) struct Taker {
    feed: Sender<Feed>,
    taken: JoinHandle<Taken>,
}

impl Taker {
    /// Starts the thread for one form.
    pub(super) fn start(
        store: Arc<Store>,
        opened: OpenedCase,
        plan: Plan,
        limits: AttachmentLimits,
        turns: &Turns,
        turn: OwnedSemaphorePermit,
    ) -> Taker {
        let (feed, pieces) = mpsc::channel(PIECES);
        let decoding = Arc::clone(&turns.decoding);
        let taken = spawn_blocking(move || {
            let _turn = turn;
            let mut intake = Intake {
                store: &store,
                opened: &opened,
                limits,
                pieces,
                decoding,
                stored: Vec::new(),
                refused: Vec::new(),
            };
            let recorded = caught(|| intake.take(plan));
            let recorded = recorded.unwrap_or_else(|panicked| Err(Trouble::Panicked(panicked)));
            Taken {
                refused: intake.refused,
                kept: intake
                    .stored
                    .into_iter()
                    .map(|(_, note)| note.name)
                    .collect(),
                recorded,
            }
        });
        Taker { feed, taken }
    }

    /// Takes the file whose head was read last.
    ///
    /// # Errors
    ///
    /// As [`Parts::next`].
    pub(super) async fn file(
        &mut self,
        name: String,
        parts: &mut Parts,
    ) -> Result<(), BodyProblem> {
        // A thread that stopped has said why; the rest of the form is read all the same.
        let _ = self.feed.send(Feed::File(name)).await;
        loop {
            match parts.next().await? {
                Piece::Bytes(bytes) => {
                    let _ = self.feed.send(Feed::Bytes(bytes)).await;
                }
                Piece::PartEnd => break,
                Piece::Head(_) | Piece::End => return Err(BodyProblem::Broken),
            }
        }
        let _ = self.feed.send(Feed::FileEnd).await;
        Ok(())
    }

    /// Says that the form has arrived, and returns what came of it.
    pub(super) async fn end(self) -> Option<Taken> {
        let _ = self.feed.send(Feed::End).await;
        self.taken.await.ok()
    }
}

/// The thread that takes the files of one form.
struct Intake<'a> {
    store: &'a Store,
    opened: &'a OpenedCase,
    limits: AttachmentLimits,
    pieces: Receiver<Feed>,
    decoding: Arc<Semaphore>,
    stored: Vec<(FileRef, FileNote)>,
    refused: Vec<(String, &'static str)>,
}

impl Intake<'_> {
    /// Takes files until the form ends, and records what was done with them.
    fn take(&mut self, plan: Plan) -> Result<Option<Recorded>, Trouble> {
        let recorded = self.take_all().and_then(|()| self.record(plan));
        match &recorded {
            // An event that may be on disk all the same needs its files; else the next start removes them.
            Ok(Some(Recorded::Done)) | Err(Trouble::Record(RecordError::File(_))) => {}
            _ => self.forget(),
        }
        recorded
    }

    fn take_all(&mut self) -> Result<(), Trouble> {
        loop {
            match self.pieces.blocking_recv() {
                Some(Feed::File(name)) => self.file(name)?,
                Some(Feed::End) => return Ok(()),
                Some(Feed::Bytes(_) | Feed::FileEnd) => {}
                None => return Err(Trouble::Gone),
            }
        }
    }

    fn file(&mut self, name: String) -> Result<(), Trouble> {
        if self.stored.len() >= self.limits.files {
            self.refused.push((name, "too_many"));
            return Ok(());
        }
        let most = self.limits.image_bytes.max(self.limits.file_bytes);
        let mut input = Input {
            pieces: &mut self.pieces,
            decoding: &self.decoding,
            piece: Bytes::new(),
            ended: None,
        };
        let attached = self
            .store
            .attach(self.opened, most.saturating_mul(2), |output| {
                clean(&name, &mut input, output, &self.limits)
            });
        match attached {
            Ok((file, cleaned)) => {
                let Some(kind) = acts::code(cleaned.kind.name()) else {
                    self.store.forget_files(self.opened.case.cover.id, &[file]);
                    self.refused.push((name, Refusal::KindNotTaken.code()));
                    return Ok(());
                };
                let note = FileNote {
                    id: file.id.clone(),
                    name: cleaned.file_name,
                    kind,
                    media_type: cleaned.kind.media_type().to_owned(),
                    bytes: cleaned.bytes,
                };
                self.stored.push((file, note));
                Ok(())
            }
            Err(AttachError::Source(Refusal::Read(_))) => Err(Trouble::Gone),
            Err(error @ AttachError::Source(Refusal::Write(_))) => Err(Trouble::Attach(error)),
            Err(AttachError::Source(refusal)) => {
                self.refused.push((name, refusal.code()));
                Ok(())
            }
            Err(error) => Err(Trouble::Attach(error)),
        }
    }

    fn record(&mut self, plan: Plan) -> Result<Option<Recorded>, Trouble> {
        let Some(act) = plan.act(self.stored.clone()) else {
            return Ok(None);
        };
        let recorded = self.store.record(self.opened, &act);
        recorded.map(Some).map_err(Trouble::Record)
    }

    fn forget(&mut self) {
        let files: Vec<FileRef> = self.stored.drain(..).map(|(file, _)| file).collect();
        self.store.forget_files(self.opened.case.cover.id, &files);
    }
}

/// The bytes of one file.
struct Input<'a> {
    pieces: &'a mut Receiver<Feed>,
    decoding: &'a Arc<Semaphore>,
    piece: Bytes,
    /// Set at the end of the file, with the turn to decode: pictures are read to their end first.
    ended: Option<Option<OwnedSemaphorePermit>>,
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            if self.ended.is_some() {
                return Ok(0);
            }
            match self.pieces.blocking_recv() {
                Some(Feed::Bytes(bytes)) => self.piece = bytes,
                Some(Feed::FileEnd) => {
                    let turn = Arc::clone(self.decoding).acquire_owned();
                    self.ended = Some(Handle::current().block_on(turn).ok());
                }
                Some(Feed::File(_) | Feed::End) | None => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        let count = buffer.len().min(self.piece.len());
        let (now, _) = buffer.split_at_mut(count);
        now.copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}
