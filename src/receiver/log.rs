//! What the receiver tells the administrator.
//!
//! Invariant: an entry holds no client address, no request path or query, no answer and no body, so
//! that a log can be kept and shared without saying who reported what.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::message::Catalogue;

/// Takes in the entries of the log; the command line prints them on standard error.
pub type Log = Arc<dyn Fn(LogEntry) + Send + Sync>;

/// Time between two entries about what clients can bring about at will: one line says it, a thousand
/// hide the rest.
const SELDOM: Duration = Duration::from_secs(60);

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEntry {
    /// The receiver listens.
    Started {
        /// Where it listens.
        address: SocketAddr,
    },
    /// The receiver was asked to stop and finishes what is in flight.
    Stopping {
        /// Connections with a request in flight.
        in_flight: usize,
    },
    /// The receiver has stopped.
    Stopped {
        /// Requests that did not finish in time.
        cut: usize,
    },
    /// Connections could not be taken in.
    AcceptFailed {
        /// What the operating system said.
        reason: String,
        /// How many such failures were not told since the last entry.
        untold: u64,
    },
    /// A post was refused because it seemed to come from another site.
    ForeignPost {
        /// How many such posts were not told since the last entry.
        untold: u64,
    },
    /// A report could not be stored.
    StoreFailed {
        /// What went wrong, with the file or folder concerned.
        reason: String,
    },
    /// A submission could not be stored.
    SubmissionFailed {
        /// What went wrong, with the file or folder concerned.
        reason: String,
    },
    /// A submission came in that nobody could have opened, so it was not taken.
    NobodyOpens {
        /// Id of the form.
        form: String,
    },
    /// Something that a reporter did with a report could not be stored.
    ActFailed {
        /// What went wrong, with the file or folder concerned.
        reason: String,
    },
    /// A report could not be read, though its code was right.
    CaseFailed {
        /// What went wrong, with the file or folder concerned.
        reason: String,
    },
    /// The work of every day was done.
    Daily {
        /// Reminders and other things that the program does itself.
        acted: usize,
        /// Cases that were erased.
        erased: usize,
        /// Cases of which the names were erased.
        names: usize,
        /// Submissions that were erased.
        submissions: usize,
        /// Submissions that cannot be read, so that nobody can tell when they are to be erased.
        damaged: usize,
        /// Cases that are kept though their time is over, because something is still to be done.
        held: usize,
        /// Cases and submissions in which something failed; it is tried again.
        failed: usize,
    },
    /// The work of every day could not be done.
    DailyFailed {
        /// What went wrong, with the file or folder concerned.
        reason: String,
    },
    /// A new version of the portal is served.
    Renewed,
    /// There is a new version of the portal, which has mistakes or could not be written down as published;
    /// the last one stays.
    NotRenewed,
    /// The new version of the portal has settings that take effect when the program starts.
    RestartNeeded {
        /// Their keys and files.
        settings: String,
    },
    /// A folder of the portal is shared with other machines, so it is looked through at intervals.
    LooksThroughSharedFolder {
        /// Its path.
        folder: String,
    },
    /// Changes cannot be watched, so the folders of the portal are looked through at intervals.
    CannotWatch {
        /// What the operating system said.
        reason: String,
    },
    /// This machine watches as many folders as it may, so those of the portal are looked through at intervals.
    NoMoreWatches,
    /// A page could not be made from its template.
    PageFailed {
        /// What went wrong.
        reason: String,
    },
    /// The program made a mistake, which was contained to one request.
    Panicked {
        /// File and line in the program; the text of a panic may hold an answer and is left out.
        place: String,
    },
}

impl LogEntry {
    /// Returns the line for the log in the language of the catalogue, without a line end.
    pub fn text(&self, catalogue: &Catalogue) -> String {
        match self {
            LogEntry::Started { address } => {
                catalogue.text("log-started", &[("address", &address.to_string())])
            }
            LogEntry::Stopping { in_flight } => catalogue.count("log-stopping", *in_flight, &[]),
            LogEntry::Stopped { cut } => catalogue.count("log-stopped", *cut, &[]),
            LogEntry::AcceptFailed { reason, untold } => {
                let text = catalogue.text("log-accept-failed", &[("reason", &one_line(reason))]);
                with_untold(text, *untold, catalogue)
            }
            LogEntry::ForeignPost { untold } => {
                let text = catalogue.text("log-foreign-post", &[]);
                with_untold(text, *untold, catalogue)
            }
            LogEntry::StoreFailed { reason } => {
                catalogue.text("log-store-failed", &[("reason", &one_line(reason))])
            }
            LogEntry::SubmissionFailed { reason } => {
                catalogue.text("log-submission-failed", &[("reason", &one_line(reason))])
            }
            LogEntry::NobodyOpens { form } => {
                catalogue.text("log-nobody-opens", &[("form", &one_line(form))])
            }
            LogEntry::ActFailed { reason } => {
                catalogue.text("log-act-failed", &[("reason", &one_line(reason))])
            }
            LogEntry::CaseFailed { reason } => {
                catalogue.text("log-case-failed", &[("reason", &one_line(reason))])
            }
            LogEntry::Daily {
                acted,
                erased,
                names,
                submissions,
                damaged,
                held,
                failed,
            } => catalogue.text(
                "log-daily",
                &[
                    ("acted", &acted.to_string()),
                    ("erased", &erased.to_string()),
                    ("names", &names.to_string()),
                    ("submissions", &submissions.to_string()),
                    ("damaged", &damaged.to_string()),
                    ("held", &held.to_string()),
                    ("failed", &failed.to_string()),
                ],
            ),
            LogEntry::DailyFailed { reason } => {
                catalogue.text("log-daily-failed", &[("reason", &one_line(reason))])
            }
            LogEntry::Renewed => catalogue.text("log-renewed", &[]),
            LogEntry::NotRenewed => catalogue.text("log-not-renewed", &[]),
            LogEntry::RestartNeeded { settings } => {
                catalogue.text("log-restart-needed", &[("settings", &one_line(settings))])
            }
            LogEntry::LooksThroughSharedFolder { folder } => {
                catalogue.text("log-shared-folder", &[("folder", &one_line(folder))])
            }
            LogEntry::CannotWatch { reason } => {
                catalogue.text("log-cannot-watch", &[("reason", &one_line(reason))])
            }
            LogEntry::NoMoreWatches => catalogue.text("log-no-more-watches", &[]),
            LogEntry::PageFailed { reason } => {
                catalogue.text("log-page-failed", &[("reason", &one_line(reason))])
            }
            LogEntry::Panicked { place } => {
                catalogue.text("log-panicked", &[("place", &one_line(place))])
            }
        }
    }
}

/// Keeps entries of one kind apart in time.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    last_told: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// Counts an event. Where it is to be told, returns how many were not told before it.
    pub(super) fn tell(&mut self) -> Option<u64> {
        if self.last_told.is_some_and(|last| last.elapsed() < SELDOM) {
            self.untold += 1;
            return None;
        }
        self.last_told = Some(Instant::now());
        Some(std::mem::take(&mut self.untold))
    }
}

/// Adds how often the same happened without a line of its own, where it did.
fn with_untold(text: String, untold: u64, catalogue: &Catalogue) -> String {
    if untold == 0 {
        return text;
    }
    let untold = catalogue.text("log-untold", &[("untold", &untold.to_string())]);
    format!("{text} {untold}")
}

/// Makes one line of a text, so that nothing can pretend to be a log entry of its own.
fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_control())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_happens_often_is_told_once() {
        let mut seldom = Seldom::default();
        assert_eq!(seldom.tell(), Some(0));
        assert_eq!((seldom.tell(), seldom.tell()), (None, None));
        seldom.last_told = None;
        assert_eq!(seldom.tell(), Some(2));
    }

    #[test]
    fn what_was_not_told_is_counted_only_where_there_is_some() {
        let texts = Catalogue::of_program(Language::Nl);
        let text = |untold| LogEntry::ForeignPost { untold }.text(&texts);
        assert!(
            text(0).ends_with("de Host-header van de proxy."),
            "{}",
            text(0)
        );
        assert!(
            text(2).ends_with("proxy. (Hiervoor nog 2 keer, zonder eigen regel.)"),
            "{}",
            text(2)
        );
    }

    #[test]
    fn every_entry_has_a_text_of_one_line_in_both_languages() {
        let entries = [
            LogEntry::Started {
                address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            },
            LogEntry::Stopping { in_flight: 1 },
            LogEntry::Stopping { in_flight: 2 },
            LogEntry::Stopped { cut: 1 },
            LogEntry::Stopped { cut: 0 },
            LogEntry::AcceptFailed {
                reason: "too many open files".into(),
                untold: 3,
            },
            LogEntry::ForeignPost { untold: 3 },
            LogEntry::StoreFailed {
                reason: "data/a\nb: disk\r\nfull".into(),
            },
            LogEntry::SubmissionFailed {
                reason: "data: full".into(),
            },
            LogEntry::NobodyOpens {
                form: "bel-mij".into(),
            },
            LogEntry::ActFailed {
                reason: "data: full".into(),
            },
            LogEntry::CaseFailed {
                reason: "case 7: damaged".into(),
            },
            LogEntry::Daily {
                acted: 1,
                erased: 2,
                names: 3,
                submissions: 6,
                damaged: 7,
                held: 4,
                failed: 5,
            },
            LogEntry::DailyFailed {
                reason: "data\nfull".into(),
            },
            LogEntry::Renewed,
            LogEntry::NotRenewed,
            LogEntry::RestartNeeded {
                settings: "keep".into(),
            },
            LogEntry::LooksThroughSharedFolder {
                folder: "a\nb".into(),
            },
            LogEntry::CannotWatch {
                reason: "none".into(),
            },
            LogEntry::NoMoreWatches,
            LogEntry::PageFailed {
                reason: "x\n  at y".into(),
            },
            LogEntry::Panicked {
                place: "src/a.rs:1".into(),
            },
        ];
        for language in Language::ALL {
            let catalogue = Catalogue::of_program(language);
            for entry in &entries {
                let text = entry.text(&catalogue);
                assert!(!text.starts_with("log-"), "{text}");
                assert!(!text.contains(['{', '\n', '\r']), "{text}");
            }
        }
    }
}
