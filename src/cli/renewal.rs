//! `serve` lives with its content: a new version of the portal takes the place of the old one while it runs.
//!
//! When it is asked to, when files change and when a day begins, the portal is built as at the start. Invariant:
//! what is served is a whole version without mistakes; one that is not in order replaces nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::cli::check::tell_without_advice;
use crate::cli::command_error::CommandError;
use crate::cli::portal::{Portal, assemble, environment};
use crate::cli::serve::{cannot_serve, content, publish};
use crate::cli::ui::Ui;
use crate::clock::Clock;
use crate::receiver::{Hangup, Live, Log, LogEntry};
use crate::report::lifecycle::Lifecycle;
use crate::site::addresses;
use crate::site::config::{KeepSettings, ReceiverSettings};
use crate::site::inputs::PLACES;
use crate::watch::{Hint, Method, Notice, PollReason, Snapshot, Watcher};

/// Longest time between two looks at the clock. Somebody can set it, and a machine that sleeps does not count
/// how long.
const LOOK: Duration = Duration::from_secs(30);

/// How long nothing may change before changes are taken: files come in one by one, and half of what somebody
/// brings is no version to show.
const QUIET: Duration = Duration::from_secs(1);

/// How long it waits for that at most, where something changes all the time.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long after the version of a day could not be made that is tried again: a full disk or half a file is often
/// mended in that time, and the log does not fill up where it is not.
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Builds new versions of the portal and puts them in place.
pub(super) struct Renewal {
    pub(super) root: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) live: Live,
    pub(super) log: Log,
    /// What counts until the program starts again.
    pub(super) settings: FixedSettings,
    /// The day for which is served.
    pub(super) day: Date,
    /// When a version could last not be made, since one could.
    pub(super) failed: Option<Timestamp>,
    /// The record of addresses as it was left here, where it was: that is no change to build for.
    pub(super) recorded: Option<Vec<u8>>,
    /// The files that are watched, if any are.
    pub(super) watched: Option<Watched>,
    pub(super) ui: Ui,
}

/// A [`Renewal`] that goes on by itself until this is dropped.
pub(super) struct Renewing {
    wake: Sender<Wake>,
    _watcher: Option<Watcher>,
}

/// What wakes a renewal.
enum Wake {
    /// Somebody asks for it.
    Asked,
    /// Files may have changed.
    Changed(Hint),
}

/// What is to be looked at.
#[derive(Default)]
struct Due {
    asked: bool,
    changed: Option<Hint>,
}

/// Files that are watched.
pub(super) struct Watched {
    paths: Vec<PathBuf>,
    method: Method,
    snapshot: Snapshot,
}

/// Settings that are read when the program starts and stay until it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FixedSettings {
    keep: KeepSettings,
    limits: ReceiverSettings,
    lifecycle: Arc<Lifecycle>,
}

impl Watched {
    /// Looks at the files of the portal as they are now, where changes are to be found by a method.
    pub(super) fn begin(root: &Path, method: Option<Method>, clock: &dyn Clock) -> Option<Watched> {
        let method = method?;
        let paths = PLACES.map(|name| root.join(name)).to_vec();
        let snapshot = Snapshot::take(paths.clone(), clock.now());
        Some(Watched {
            paths,
            method,
            snapshot,
        })
    }
}

impl FixedSettings {
    /// Returns those of a portal.
    pub(super) fn of(portal: &Portal) -> FixedSettings {
        FixedSettings {
            keep: portal.config.keep,
            // The addresses change with the content.
            limits: ReceiverSettings {
                address: None,
                origins: Vec::new(),
                ..portal.config.receiver.clone()
            },
            lifecycle: Arc::clone(&portal.lifecycle),
        }
    }

    /// Names what others have changed.
    fn changed_by(&self, others: &FixedSettings) -> Vec<&'static str> {
        [
            (self.keep != others.keep, "keep (site.yaml)"),
            (self.limits != others.limits, "receiver (site.yaml)"),
            (self.lifecycle != others.lifecycle, Lifecycle::PATH),
        ]
        .into_iter()
        .filter_map(|(is_changed, name)| is_changed.then_some(name))
        .collect()
    }
}

impl Renewal {
    /// Starts to renew by itself.
    pub(super) fn start(self) -> io::Result<Renewing> {
        let (wake, wakes) = channel();
        let watcher = self.watched.as_ref().map(|watched| {
            let (wake, log) = (wake.clone(), Arc::clone(&self.log));
            let paths = watched.paths.clone();
            Watcher::start(
                paths,
                watched.method,
                Arc::clone(&self.clock),
                move |notice| match notice {
                    Notice::Changed(hint) => drop(wake.send(Wake::Changed(hint))),
                    Notice::Polls(reason) => told(reason).into_iter().for_each(&*log),
                },
            )
        });
        let watcher = watcher.transpose()?;
        if watcher.is_some() {
            // What changed while the portal was built for the first time.
            let _ = wake.send(Wake::Changed(Hint::Anything));
        }
        thread::Builder::new()
            .name("renewal".to_owned())
            .spawn(move || self.go_on(&wakes))?;
        Ok(Renewing {
            wake,
            _watcher: watcher,
        })
    }

    fn go_on(mut self, wakes: &Receiver<Wake>) {
        while let Some(due) = Due::wait(wakes) {
            self.look(due);
        }
    }

    /// Renews the portal where that is due. A mistake in the program, which the panic itself tells, costs one
    /// version.
    fn look(&mut self, due: Due) {
        if self.is_due(due) {
            let renewed = catch_unwind(AssertUnwindSafe(|| self.renew()));
            self.failed = match renewed {
                Ok(Ok(())) => None,
                _ => Some(self.clock.now()),
            };
            (self.log)(match renewed {
                Ok(Ok(())) => LogEntry::Renewed,
                Ok(Err(error)) => {
                    let problems = error.into_diagnostics();
                    if !problems.is_empty() {
                        // Where nobody can be told, the log still says that there is something.
                        let _ = self.ui.tell_diagnostics(&problems);
                    }
                    LogEntry::NotRenewed
                }
                Err(_) => LogEntry::NotRenewed,
            });
        }
    }

    fn is_due(&mut self, due: Due) -> bool {
        let now = self.clock.now();
        let changes = match (&mut self.watched, due.changed) {
            (Some(watched), Some(hint)) => watched.snapshot.refresh(&hint, now).into_paths(),
            _ => BTreeSet::new(),
        };
        let record = self.root.join(addresses::PATH);
        let is_changed = changes
            .iter()
            .any(|path| *path != record || fs::read(&record).ok() != self.recorded);
        let may_try = self
            .failed
            // Somebody may have set the clock back.
            .is_none_or(|failed| now.duration_since(failed).abs() >= TRY_AGAIN);
        due.asked || is_changed || (may_try && self.clock.today() != self.day)
    }

    fn renew(&mut self) -> Result<(), CommandError> {
        let today = self.clock.today();
        let (portal, problems) = assemble(&self.root, &environment, today);
        // A portal is renewed also where nobody can be told of its warnings.
        let _ = tell_without_advice(&mut self.ui, problems);
        let portal = portal.ok_or(CommandError::Problems)?;
        let portal = portal
            .for_receiver(&self.root)
            .map_err(CommandError::Several)?;
        // Nothing is served for real without the record of its addresses.
        publish(&mut self.ui, &self.root, &portal)?;
        self.recorded = fs::read(self.root.join(addresses::PATH)).ok();
        let settings = FixedSettings::of(&portal);
        self.live.replace(content(portal)).map_err(cannot_serve)?;
        self.day = today;
        let changed = self.settings.changed_by(&settings);
        if !changed.is_empty() {
            let settings = changed.join(", ");
            (self.log)(LogEntry::RestartNeeded { settings });
        }
        Ok(())
    }
}

impl Renewing {
    /// Returns what SIGHUP does: it asks for a new version. Where it comes because the terminal was closed in
    /// which the program runs, it ends the program.
    pub(super) fn at_hangup(&self) -> Hangup {
        let wake = self.wake.clone();
        let terminals = terminals();
        Box::new(move || {
            if terminals_left(terminals) && wake.send(Wake::Asked).is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
    }
}

/// Counts the streams of this process that are a terminal.
fn terminals() -> usize {
    let streams = [
        io::stdin().is_terminal(),
        io::stdout().is_terminal(),
        io::stderr().is_terminal(),
    ];
    streams
        .into_iter()
        .filter(|is_terminal| *is_terminal)
        .count()
}

/// Returns whether the streams that were a terminal still are: one that was closed is none any more.
fn terminals_left(before: usize) -> bool {
    terminals() >= before
}

impl Due {
    /// Waits until there may be something to do, and takes everything together that came meanwhile. Without
    /// anybody who could still ask there is nothing.
    fn wait(wakes: &Receiver<Wake>) -> Option<Due> {
        let mut due = Due::default();
        match wakes.recv_timeout(LOOK) {
            Ok(wake) => due.add(wake),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        wakes.try_iter().for_each(|wake| due.add(wake));
        let until = Instant::now() + LONGEST_WAIT;
        while !due.asked && due.changed.is_some() && Instant::now() < until {
            match wakes.recv_timeout(QUIET) {
                Ok(wake) => due.add(wake),
                Err(_) => break,
            }
        }
        Some(due)
    }

    fn add(&mut self, wake: Wake) {
        match (wake, &mut self.changed) {
            (Wake::Asked, _) => self.asked = true,
            (Wake::Changed(hint), Some(changed)) => changed.add(hint),
            (Wake::Changed(hint), changed) => *changed = Some(hint),
        }
    }
}

/// Returns what the log says of a reason to look through folders; who asked for it knows.
pub(super) fn told(reason: PollReason) -> Option<LogEntry> {
    match reason {
        PollReason::Asked => None,
        PollReason::OtherMachine(folder) => Some(LogEntry::LooksThroughSharedFolder {
            folder: folder.display().to_string(),
        }),
        PollReason::NoMoreWatches => Some(LogEntry::NoMoreWatches),
        PollReason::NoEvents(error) => Some(LogEntry::CannotWatch {
            reason: error.to_string(),
        }),
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests write their own input")]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::Mutex;
    use std::thread::JoinHandle;

    use jiff::Timestamp;
    use tempfile::TempDir;

    use super::*;
    use crate::cli::serve::portal_to_serve;
    use crate::randomness::SystemRandomness;
    use crate::receiver::{StopHandle, bind, serve, stop_by_hand};
    use crate::report::store::{Store, StoreSettings, Surroundings};

    /// A clock that somebody sets.
    struct SetClock(Mutex<Timestamp>);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    /// A portal that is served, of which a test decides when it is looked at.
    struct Served {
        root: TempDir,
        clock: Arc<SetClock>,
        renewal: Renewal,
        log: Arc<Mutex<Vec<LogEntry>>>,
        address: SocketAddr,
        stop: Option<StopHandle>,
        thread: Option<JoinHandle<()>>,
    }

    impl Served {
        fn start(files: &[(&str, &str)]) -> Served {
            let root = TempDir::new().unwrap();
            for (path, text) in [
                (
                    "site.yaml",
                    "title: Veilig\norganisation: Voorbeeldstad\nlanguages: [nl]\n",
                ),
                (
                    "content/index.md",
                    "---\ntitle: Thuis\nkind: home\n---\nWelkom.\n",
                ),
            ] {
                write(root.path(), path, text);
            }
            for (path, text) in files {
                write(root.path(), path, text);
            }
            let clock = Arc::new(SetClock(Mutex::new(
                "2026-11-22T22:59:00Z".parse().unwrap(),
            )));
            let watched = Watched::begin(root.path(), Some(Method::Events), &*clock);
            let (portal, problems) = assemble(root.path(), &|_| None, clock.today());
            let portal = portal.unwrap_or_else(|| panic!("{problems:?}"));
            let around = Surroundings {
                clock: clock.clone(),
                randomness: Arc::new(SystemRandomness),
                lifecycle: Arc::clone(&portal.lifecycle),
            };
            let settings = StoreSettings {
                least_free_bytes: 0,
            };
            let (store, _) = Store::open(&root.path().join("data"), around, settings).unwrap();
            let settings = FixedSettings::of(&portal);
            let log = Arc::new(Mutex::new(Vec::new()));
            let sink = Arc::clone(&log);
            let write_log: Log = Arc::new(move |entry| sink.lock().unwrap().push(entry));
            let served = portal_to_serve(portal, Arc::new(store), clock.clone(), write_log.clone());
            let live = Live::new(served).unwrap();
            let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
            let address = listener.local_addr().unwrap();
            let (stop, stopped) = stop_by_hand();
            let other = live.clone();
            let thread = thread::spawn(move || serve(listener, &other, stopped, || {}).unwrap());
            Served {
                renewal: Renewal {
                    root: root.path().to_owned(),
                    clock: clock.clone(),
                    live,
                    log: write_log,
                    settings,
                    day: clock.today(),
                    failed: None,
                    recorded: None,
                    watched,
                    ui: Ui::of_process(),
                },
                root,
                clock,
                log,
                address,
                stop: Some(stop),
                thread: Some(thread),
            }
        }

        fn get(&self, path: &str) -> String {
            let mut stream = TcpStream::connect(self.address).unwrap();
            write!(
                stream,
                "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        }

        fn is_there(&self, path: &str) -> bool {
            self.get(path).starts_with("HTTP/1.1 200 ")
        }

        /// Returns what was logged of renewing since this was last asked.
        fn logged(&self) -> Vec<LogEntry> {
            let mut log = self.log.lock().unwrap();
            let entries = std::mem::take(&mut *log).into_iter();
            entries
                .filter(|entry| !matches!(entry, LogEntry::Started { .. }))
                .collect()
        }
    }

    impl Drop for Served {
        fn drop(&mut self) {
            drop(self.stop.take());
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn asked() -> Due {
        Due {
            asked: true,
            changed: None,
        }
    }

    fn changed() -> Due {
        Due {
            asked: false,
            changed: Some(Hint::Anything),
        }
    }

    #[test]
    fn pages_come_and_go_when_their_day_begins_in_the_netherlands() {
        let mut served = Served::start(&[
            (
                "content/nieuw.md",
                "---\ntitle: Nieuw\npublish: 2026-11-23\n---\nTekst.\n",
            ),
            (
                "content/oud.md",
                "---\ntitle: Oud\nexpires: 2026-11-23\n---\nTekst.\n",
            ),
        ]);
        served.renewal.look(Due::default());
        assert_eq!(served.logged(), []);
        assert!(!served.is_there("/nieuw/") && served.is_there("/oud/"));
        *served.clock.0.lock().unwrap() = "2026-11-22T23:00:00Z".parse().unwrap();
        served.renewal.look(Due::default());
        assert_eq!(served.logged(), [LogEntry::Renewed]);
        assert!(served.is_there("/nieuw/") && !served.is_there("/oud/"));
        served.renewal.look(Due::default());
        assert_eq!(served.logged(), []);
    }

    #[test]
    fn what_is_not_in_order_replaces_nothing() {
        let mut served = Served::start(&[]);
        write(
            served.root.path(),
            "content/nieuw.md",
            "---\ntitle: Nieuw\n---\n[x](weg.md)\n",
        );
        served.renewal.look(asked());
        assert_eq!(served.logged(), [LogEntry::NotRenewed]);
        assert!(!served.is_there("/nieuw/") && served.is_there("/"));
        write(
            served.root.path(),
            "content/nieuw.md",
            "---\ntitle: Nieuw\n---\nTekst.\n",
        );
        served.renewal.look(asked());
        assert_eq!(served.logged(), [LogEntry::Renewed]);
        assert!(served.is_there("/nieuw/"));
    }

    #[test]
    fn a_day_that_could_not_begin_is_tried_again_until_it_does() {
        let nieuw = |text: &str| format!("---\ntitle: Nieuw\npublish: 2026-11-23\n---\n{text}\n");
        let mut served = Served::start(&[("content/nieuw.md", &nieuw("Tekst."))]);
        write(
            served.root.path(),
            "content/nieuw.md",
            &nieuw("[x](weg.md)"),
        );
        let later = |served: &mut Served, minutes, expected: &[LogEntry]| {
            *served.clock.0.lock().unwrap() += SignedDuration::from_mins(minutes);
            served.renewal.look(Due::default());
            assert_eq!(served.logged(), expected, "{minutes}");
        };
        later(&mut served, 1, &[LogEntry::NotRenewed]);
        later(&mut served, 9, &[]);
        later(&mut served, 1, &[LogEntry::NotRenewed]);
        write(served.root.path(), "content/nieuw.md", &nieuw("Tekst."));
        later(&mut served, 9, &[]);
        assert!(!served.is_there("/nieuw/"));
        later(&mut served, 1, &[LogEntry::Renewed]);
        assert!(served.is_there("/nieuw/"));
        later(&mut served, 11, &[]);
    }

    #[test]
    fn the_record_of_addresses_is_no_change_but_to_somebody_who_edits_it() {
        let settings = "title: Veilig\norganisation: Voorbeeldstad\nlanguages: [nl]\nproduction: true\n\
             base_url: https://intranet.example/\n\
             contacts: [{ id: kim, name: Kim, role: confidential_adviser, phone: 030 123 45 67 }]\n\
             keep: { names: { months: 12 }, not_registered: { months: 12 }, registered: { years: 5 }, \
             withdrawn: { months: 12 } }\n";
        let text = "## A {#vertrouwelijk}\n\nTekst.\n\n## B {#vertrouwenspersoon}\n\nTekst.\n\n\
             ## C {#hulp-van-buiten}\n\nTekst.\n";
        let page = |kind| format!("---\ntitle: Over {kind}\nkind: {kind}\n---\n{text}");
        let mut served = Served::start(&[
            ("site.yaml", settings),
            ("content/norm.md", &page("norm")),
            ("content/directory.md", &page("directory")),
            ("content/privacy.md", &page("privacy")),
            ("content/accessibility.md", &page("accessibility")),
        ]);
        write(
            served.root.path(),
            "content/nieuw.md",
            "---\ntitle: Nieuw\n---\nTekst.\n",
        );
        served.renewal.look(changed());
        assert_eq!(served.logged(), [LogEntry::Renewed]);
        let record = served.root.path().join(addresses::PATH);
        let written = fs::read_to_string(&record).unwrap();
        assert!(written.contains("nieuw"), "{written}");
        let seen = || Due {
            asked: false,
            changed: Some(Hint::Paths([record.clone()].into())),
        };
        served.renewal.look(seen());
        assert_eq!(served.logged(), []);
        fs::write(&record, format!("{written}# Van mij.\n")).unwrap();
        served.renewal.look(seen());
        assert_eq!(served.logged(), [LogEntry::Renewed]);
    }

    #[test]
    fn a_hint_alone_renews_nothing() {
        let mut served = Served::start(&[]);
        // Files that had just changed may have changed again; long after they cannot.
        served.renewal.look(changed());
        *served.clock.0.lock().unwrap() += jiff::SignedDuration::from_secs(20);
        served.renewal.look(changed());
        served.logged();
        served.renewal.look(changed());
        assert_eq!(served.logged(), []);
        write(served.root.path(), "themes/x", "");
        served.renewal.look(changed());
        assert_eq!(served.logged(), [LogEntry::Renewed]);
    }

    #[test]
    fn settings_that_count_from_the_start_are_told() {
        let mut served = Served::start(&[]);
        let site = "title: Anders\norganisation: Voorbeeldstad\nlanguages: [nl]\n";
        let mut check = |settings: &str, expected: Option<&str>| {
            write(
                served.root.path(),
                "site.yaml",
                &format!("{site}{settings}"),
            );
            served.renewal.look(asked());
            let told = expected.map(|settings| LogEntry::RestartNeeded {
                settings: settings.to_owned(),
            });
            let expected: Vec<LogEntry> = told.into_iter().chain([LogEntry::Renewed]).collect();
            assert_eq!(served.logged(), expected, "{settings}");
        };
        check("", None);
        check("base_url: http://localhost:90/x/\n", None);
        check(
            "keep: { registered: { years: 5 } }\n",
            Some("keep (site.yaml)"),
        );
        check(
            "receiver: { connections: 9 }\n",
            Some("receiver (site.yaml)"),
        );
        let lifecycle = Lifecycle::shipped();
        let text = lifecycle.text().replacen("Opvang en nazorg", "Opvang", 1);
        write(served.root.path(), Lifecycle::PATH, &text);
        served.renewal.look(asked());
        let settings = format!("receiver (site.yaml), {}", Lifecycle::PATH);
        let told = LogEntry::RestartNeeded { settings };
        assert_eq!(served.logged(), [told, LogEntry::Renewed]);
        assert!(served.get("/").contains("Anders"));
    }

    #[test]
    fn what_comes_together_is_taken_together() {
        let (wake, wakes) = channel();
        for number in 0..20 {
            let path = PathBuf::from(format!("content/{number}.md"));
            wake.send(Wake::Changed(Hint::Paths([path].into())))
                .unwrap();
            wake.send(Wake::Asked).unwrap();
        }
        let due = Due::wait(&wakes).unwrap();
        assert!(due.asked);
        assert!(matches!(due.changed, Some(Hint::Paths(paths)) if paths.len() == 20));
        assert!(wakes.try_recv().is_err());
        drop(wake);
        assert!(Due::wait(&wakes).is_none());
    }
}
