//! Files that come with a message, an addition or the second part of the form, from the line to sealed
//! files.
//!
//! The parts of a form arrive on the task of the connection and go, a few pieces at a time, to a thread
//! that cleans, seals and writes them. Invariant: what an upload holds in memory is those pieces and what
//! [`crate::attachment`] says that it needs; and unless the whole form arrived, nothing of it stays.

use std::io::{self, Read};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout};

use super::acts::{self, Plan};
use super::views::files_left;
use crate::attachment::{AttachmentLimits, Cleaned, Refusal, clean};
use crate::receiver::body::{BodyProblem, MOST_PAIRS, Share};
use crate::receiver::connections::network;
use crate::receiver::limits::Limits;
use crate::receiver::multipart::{Cutter, Head, Piece};
use crate::receiver::panics::{Panicked, caught};
use crate::report::acts::{AttachError, Attached, OpenedCase, RecordError, Recorded};
use crate::report::event::{FileNote, FileRef};
use crate::report::ids::CaseId;
use crate::report::store::Store;

/// Pieces that wait between the line and the disk: enough that neither waits for the other each time.
/// A piece is what was read at once, at most [`crate::receiver::limits::HEADER_BYTES`].
const PIECES: usize = 4;

/// Time before the rate of an upload says something: telephones take a moment to get going.
const RATE_GRACE: Duration = Duration::from_secs(30);

/// Time that files wait for their turn: something was typed with them, which is better held than sent
/// back.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(75);

/// Characters of the name of a file that are kept, from its end, where its kind stands: as many as file
/// systems allow.
const NAME_CHARACTERS: usize = 255;

/// Files of one form that are looked at, for each that a report can have: whoever picks too many is told
/// which were too much, and nobody fills a page and the memory with names.
const SEEN_PER_FILE: usize = 2;

/// What a form says of a file before its bytes.
#[derive(Debug)]
pub(super) struct FilePart {
    /// Name of the field.
    pub(super) field: String,
    /// Name of the file.
    pub(super) name: String,
}

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
    async fn next(&mut self) -> Result<Piece, BodyProblem> {
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

    /// Reads the texts up to the next file, and begins that file; at the end of the form there is none.
    /// Where no file was chosen its part is passed by.
    ///
    /// # Errors
    ///
    /// As [`Parts::next`]; and where all texts together are larger than a form without files can be.
    pub(super) async fn next_file(
        &mut self,
        texts: &mut Vec<(String, String)>,
    ) -> Result<Option<FilePart>, BodyProblem> {
        loop {
            match self.next().await? {
                Piece::Head(Head {
                    name,
                    file_name: None,
                }) if texts.len() < MOST_PAIRS => {
                    self.count_text(name.len())?;
                    let text = self.text().await?;
                    texts.push((name, text));
                }
                Piece::Head(Head {
                    name: field,
                    file_name: Some(name),
                }) if !name.is_empty() => return Ok(Some(FilePart { field, name })),
                Piece::Head(Head {
                    file_name: Some(_), ..
                }) => self.skip_part().await?,
                Piece::End => return Ok(None),
                Piece::Head(_) | Piece::Bytes(_) | Piece::PartEnd => {
                    return Err(BodyProblem::Broken);
                }
            }
        }
    }

    /// Throws the file away that was begun, and all after it, but reads the texts: the client has then
    /// sent everything when it is answered. Browsers do not read an answer before that.
    ///
    /// # Errors
    ///
    /// As [`Parts::next_file`].
    pub(super) async fn skip_files(
        &mut self,
        texts: &mut Vec<(String, String)>,
    ) -> Result<(), BodyProblem> {
        self.skip_part().await?;
        while self.next_file(texts).await?.is_some() {
            self.skip_part().await?;
        }
        Ok(())
    }

    async fn text(&mut self) -> Result<String, BodyProblem> {
        let mut text = Vec::new();
        loop {
            match self.next().await? {
                Piece::Bytes(bytes) => {
                    self.count_text(bytes.len())?;
                    text.extend_from_slice(&bytes);
                }
                Piece::PartEnd => break,
                Piece::Head(_) | Piece::End => return Err(BodyProblem::Broken),
            }
        }
        String::from_utf8(text).map_err(|_| BodyProblem::Broken)
    }

    fn count_text(&mut self, bytes: usize) -> Result<(), BodyProblem> {
        self.text_bytes += bytes;
        if self.text_bytes > self.limits.body_bytes {
            return Err(BodyProblem::TooLarge);
        }
        self.texts.take(bytes, self.limits.body_bytes_together)
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
}

/// What goes to the thread that takes files.
#[derive(Debug)]
enum Feed {
    /// A file begins.
    File(FilePart),
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
    claims: Arc<Claims>,
}

/// Who sends files now: one form at a time for each report and each client, so that nobody takes all
/// turns with a few slow lines.
#[derive(Default)]
struct Claims {
    taken: Mutex<Vec<(CaseId, IpAddr)>>,
    given_back: Notify,
}

/// One of [`Claims`], given back when it is dropped.
struct Claim {
    claims: Arc<Claims>,
    case: CaseId,
}

/// The turn of one form.
pub(super) struct Turn {
    _claim: Claim,
    _upload: OwnedSemaphorePermit,
}

impl Turns {
    pub(in crate::receiver) fn new(uploads: usize) -> Turns {
        Turns {
            uploads: Arc::new(Semaphore::new(uploads.max(1))),
            decoding: Arc::new(Semaphore::new(1)),
            claims: Arc::default(),
        }
    }

    /// Waits until the files of a report may be taken; gives nothing where that lasts too long.
    pub(super) async fn upload(&self, case: CaseId, client: IpAddr) -> Option<Turn> {
        let turn = async {
            let claim = Claims::claim(&self.claims, case, network(client)).await;
            let upload = Arc::clone(&self.uploads).acquire_owned().await.ok()?;
            Some(Turn {
                _claim: claim,
                _upload: upload,
            })
        };
        timeout(UPLOAD_PATIENCE, turn).await.ok()?
    }
}

impl Claims {
    async fn claim(claims: &Arc<Claims>, case: CaseId, client: IpAddr) -> Claim {
        loop {
            let given_back = claims.given_back.notified();
            if claims.take(case, client) {
                let claims = Arc::clone(claims);
                return Claim { claims, case };
            }
            given_back.await;
        }
    }

    fn take(&self, case: CaseId, client: IpAddr) -> bool {
        let mut taken = self.lock();
        let is_free = taken
            .iter()
            .all(|other| other.0 != case && other.1 != client);
        if is_free {
            taken.push((case, client));
        }
        is_free
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(CaseId, IpAddr)>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().retain(|other| other.0 != self.case);
        self.claims.given_back.notify_waiters();
    }
}

/// What came of a form with files.
pub(super) struct Taken {
    /// The files that were not taken: name and reason.
    pub(super) refused: Vec<(String, &'static str)>,
    /// The files that were.
    pub(super) kept: Vec<Arrived>,
    /// Whether something was recorded; nothing where no file was taken and nothing was said.
    pub(super) recorded: Result<Option<Recorded>, Trouble>,
}

/// A file that was taken.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    /// The field that it came in.
    pub(super) field: String,
    /// What was stored of it; nothing where the report had it already.
    pub(super) stored: Option<FileRef>,
    /// What it is.
    pub(super) note: FileNote,
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
        limits: Arc<Limits>,
        turns: &Turns,
        turn: Turn,
    ) -> Taker {
        let (feed, pieces) = mpsc::channel(PIECES);
        let decoding = Arc::clone(&turns.decoding);
        let taken = spawn_blocking(move || {
            let _turn = turn;
            // Who had the turn before has perhaps sent the same files. Where the report can no longer be
            // read, recording says so.
            let opened = store.again(&opened).unwrap_or(opened);
            let left = files_left(&limits.attachments, &opened.case);
            let mut intake = Intake {
                store: &store,
                opened: &opened,
                limits: &limits.attachments,
                pieces,
                decoding,
                left,
                seen: 0,
                kept: Vec::new(),
                refused: Vec::new(),
            };
            let recorded = caught(|| intake.take(plan));
            let recorded = recorded.unwrap_or_else(|panicked| Err(Trouble::Panicked(panicked)));
            Taken {
                kept: std::mem::take(&mut intake.kept),
                refused: intake.refused(),
                recorded,
            }
        });
        Taker { feed, taken }
    }

    /// Takes the file that was begun, and those after it in fields that take files, and reads the texts
    /// between them.
    ///
    /// # Errors
    ///
    /// As [`Parts::next_file`].
    pub(super) async fn files(
        &mut self,
        first: FilePart,
        parts: &mut Parts,
        texts: &mut Vec<(String, String)>,
        takes: impl Fn(&str) -> bool,
    ) -> Result<(), BodyProblem> {
        let mut next = Some(first);
        while let Some(file) = next {
            if takes(&file.field) {
                self.file(file, parts).await?;
            } else {
                parts.skip_part().await?;
            }
            next = parts.next_file(texts).await?;
        }
        Ok(())
    }

    async fn file(&mut self, file: FilePart, parts: &mut Parts) -> Result<(), BodyProblem> {
        let file = FilePart {
            name: end_of(&file.name),
            ..file
        };
        // A thread that stopped has said why; the rest of the form is read all the same.
        let _ = self.feed.send(Feed::File(file)).await;
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

/// Returns as much of a name as is kept.
fn end_of(name: &str) -> String {
    let more = name.chars().count().saturating_sub(NAME_CHARACTERS);
    name.chars().skip(more).collect()
}

/// The thread that takes the files of one form.
struct Intake<'a> {
    store: &'a Store,
    opened: &'a OpenedCase,
    limits: &'a AttachmentLimits,
    pieces: Receiver<Feed>,
    decoding: Arc<Semaphore>,
    /// Files that the report can still have.
    left: usize,
    /// Files that came, taken or not.
    seen: usize,
    kept: Vec<Arrived>,
    refused: Vec<(String, &'static str)>,
}

impl Intake<'_> {
    /// Takes files until the form ends, and records what was done with them.
    fn take(&mut self, plan: Plan) -> Result<Option<Recorded>, Trouble> {
        let recorded = self.take_all().and_then(|()| self.record(plan));
        if is_surely_not_stored(&recorded) {
            self.forget();
        }
        recorded
    }

    fn take_all(&mut self) -> Result<(), Trouble> {
        loop {
            match self.pieces.blocking_recv() {
                Some(Feed::File(file)) => self.file(file)?,
                Some(Feed::End) => return Ok(()),
                Some(Feed::Bytes(_) | Feed::FileEnd) => {}
                None => return Err(Trouble::Gone),
            }
        }
    }

    fn file(&mut self, FilePart { field, name }: FilePart) -> Result<(), Trouble> {
        self.seen = self.seen.saturating_add(1);
        if self.seen > self.most_seen() {
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
                clean(&name, &mut input, output, self.limits)
            });
        match attached {
            Ok(attached) => {
                if let Err((attached, reason)) = self.keep(field, attached) {
                    let stored: Vec<FileRef> = attached.into_iter().collect();
                    self.store.forget_files(self.opened.case.cover.id, &stored);
                    self.refused.push((name, reason));
                }
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

    /// Keeps a file. Where it is refused all the same, returns what was stored of it, and why.
    fn keep(
        &mut self,
        field: String,
        attached: Attached<Cleaned>,
    ) -> Result<(), (Option<FileRef>, &'static str)> {
        let Attached {
            id,
            content,
            stored,
            made: cleaned,
        } = attached;
        let Some(kind) = acts::code(cleaned.kind.name()) else {
            return Err((stored, Refusal::KindNotTaken.code()));
        };
        let mut note = FileNote {
            id,
            name: cleaned.file_name,
            kind,
            media_type: cleaned.kind.media_type().to_owned(),
            bytes: cleaned.bytes,
            content: Some(content),
        };
        // Twice in one form.
        let mut kept = self.kept.iter();
        if let Some(same) = kept.find(|kept| kept.note.content == note.content) {
            note.id = same.note.id.clone();
            let again: Vec<FileRef> = stored.into_iter().collect();
            self.store.forget_files(self.opened.case.cover.id, &again);
            self.kept.push(Arrived {
                field,
                stored: None,
                note,
            });
            return Ok(());
        }
        let new = self.kept.iter().filter(|kept| kept.stored.is_some());
        if stored.is_some() && new.count() >= self.left {
            return Err((stored, "too_many"));
        }
        self.kept.push(Arrived {
            field,
            stored,
            note,
        });
        Ok(())
    }

    fn most_seen(&self) -> usize {
        self.limits.files.saturating_mul(SEEN_PER_FILE)
    }

    /// Returns the files that were not taken, and at the end how many nobody looked at.
    fn refused(mut self) -> Vec<(String, &'static str)> {
        let more = self.seen.saturating_sub(self.most_seen());
        if more > 0 {
            self.refused.push((format!("+ {more}"), "more"));
        }
        self.refused
    }

    fn record(&mut self, plan: Plan) -> Result<Option<Recorded>, Trouble> {
        let Some(act) = plan.act(self.kept.clone()) else {
            return Ok(None);
        };
        let recorded = self.store.record(self.opened, &act);
        recorded.map(Some).map_err(Trouble::Record)
    }

    /// Removes what was stored; what the report had before stays.
    fn forget(&mut self) {
        let kept = self.kept.iter();
        let new: Vec<FileRef> = kept.filter_map(|kept| kept.stored.clone()).collect();
        self.store.forget_files(self.opened.case.cover.id, &new);
        self.kept
            .retain(|kept| new.iter().all(|file| file.id != kept.note.id));
    }
}

/// Returns whether no event can be on disk that needs the files. Where that is not sure they stay; those
/// that no event names are removed by the next start.
fn is_surely_not_stored(recorded: &Result<Option<Recorded>, Trouble>) -> bool {
    match recorded {
        Ok(Some(Recorded::Done)) | Err(Trouble::Panicked(_)) => false,
        Err(Trouble::Record(error)) => matches!(error, RecordError::Refused { .. }),
        // With these it did not come to recording.
        Ok(Some(Recorded::Repeated) | None) | Err(Trouble::Attach(_) | Trouble::Gone) => true,
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
        let piece = self.piece.split_to(count);
        now.copy_from_slice(&piece);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lifecycle::Refused;

    const LONG: Duration = Duration::from_secs(3600);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn case(number: u8) -> CaseId {
        format!("000000000{number}").parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn one_report_or_client_takes_one_turn() {
        let turns = Turns::new(4);
        let begun = Instant::now();
        let first = turns.upload(case(1), address(1)).await.unwrap();
        assert!(turns.upload(case(1), address(2)).await.is_none());
        assert!(turns.upload(case(2), address(1)).await.is_none());
        assert_eq!(begun.elapsed(), UPLOAD_PATIENCE * 2);
        let _other = turns.upload(case(2), address(2)).await.unwrap();
        assert_eq!(begun.elapsed(), UPLOAD_PATIENCE * 2);
        let given_back = async {
            tokio::time::sleep(UPLOAD_PATIENCE / 2).await;
            drop(first);
        };
        let (next, ()) = tokio::join!(turns.upload(case(1), address(1)), given_back);
        assert!(next.is_some());
        assert_eq!(begun.elapsed(), UPLOAD_PATIENCE * 5 / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_leaves_the_turn_to_others() {
        let turns = Turns::new(1);
        let first = turns.upload(case(1), address(1)).await;
        assert!(turns.upload(case(2), address(2)).await.is_none());
        drop(first);
        let turn = timeout(LONG, turns.upload(case(2), address(2))).await;
        assert!(turn.unwrap().is_some());
    }

    #[test]
    fn files_are_forgotten_only_where_no_event_needs_them() {
        fn check(recorded: Result<Option<Recorded>, Trouble>, expected: bool) {
            assert_eq!(is_surely_not_stored(&recorded), expected, "{recorded:?}");
        }
        let case = case(1);
        let record = |error| Err(Trouble::Record(error));
        check(
            record(RecordError::DiskFull {
                path: "data".into(),
            }),
            false,
        );
        check(record(RecordError::NoPlace { case }), false);
        let place = String::new();
        check(Err(Trouble::Panicked(Panicked { place })), false);
        check(Ok(Some(Recorded::Done)), false);
        check(Ok(Some(Recorded::Repeated)), true);
        let refused = Refused::UnknownAction;
        check(record(RecordError::Refused { case, refused }), true);
        check(Err(Trouble::Gone), true);
        check(Ok(None), true);
    }

    #[test]
    fn of_a_long_name_the_kind_stays() {
        assert_eq!(end_of("foto.jpg"), "foto.jpg");
        let long = format!("{}.jpg", "é".repeat(4000));
        let kept = end_of(&long);
        assert_eq!(kept.chars().count(), NAME_CHARACTERS);
        assert!(kept.ends_with("é.jpg"));
    }
}
