//! What long work is at: a line on the terminal, after a second, that goes away when the work is done. Nothing in pipes
//! and files, and nothing for work that is done before anybody wonders.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::cli::ui::Ui;

/// Time after which somebody wonders whether something happens.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time between two looks at how far the work is: often enough to be seen moving.
const PACE: Duration = Duration::from_millis(200);

/// Takes the line away on which the cursor stands.
const CLEAR: &str = "\r\x1b[K";

/// The line about a piece of work. It goes away when this is dropped.
pub(super) struct Progress {
    work: Arc<Work>,
    teller: Option<JoinHandle<()>>,
}

struct Work {
    stage: String,
    total: Option<usize>,
    done: AtomicUsize,
    is_over: Mutex<bool>,
    ended: Condvar,
}

impl Progress {
    /// Starts a stage of work, with the number of things in it where that is known.
    pub(super) fn of(ui: &Ui, stage: &'static str, total: Option<usize>) -> Progress {
        let work = Arc::new(Work {
            stage: ui.text(stage, &[]),
            total,
            done: AtomicUsize::new(0),
            is_over: Mutex::new(false),
            ended: Condvar::new(),
        });
        let told = Arc::clone(&work);
        let teller = ui
            .shows_progress()
            .then(|| thread::spawn(move || told.tell(&mut std::io::stderr())));
        Progress { work, teller }
    }

    /// Counts things that are done.
    pub(super) fn step(&self, count: usize) {
        self.work.done.fetch_add(count, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.work.end();
        if let Some(teller) = self.teller.take() {
            // A line that is not told any more is no loss.
            let _ = teller.join();
        }
    }
}

impl Work {
    fn end(&self) {
        let mut is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        *is_over = true;
        self.ended.notify_all();
    }

    /// Waits, and returns whether the work is over.
    fn is_over_after(&self, time: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(is_over, time, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn tell(&self, terminal: &mut dyn Write) {
        let mut time = PATIENCE;
        while !self.is_over_after(time) {
            time = PACE;
            self.show(terminal, &self.line());
        }
        if time == PACE {
            self.show(terminal, "");
        }
    }

    fn show(&self, terminal: &mut dyn Write, line: &str) {
        // Where the terminal is gone, the work goes on.
        let _ = write!(terminal, "{CLEAR}{line}").and_then(|()| terminal.flush());
    }

    fn line(&self) -> String {
        let done = self.done.load(Ordering::Relaxed);
        match (self.total, done) {
            (Some(total), 0) => format!("{} ({total})", self.stage),
            (Some(total), done) => format!("{} {done}/{total}", self.stage),
            (None, 0) => self.stage.clone(),
            (None, done) => format!("{} {done}", self.stage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(total: Option<usize>) -> Work {
        Work {
            stage: "Bezig".to_owned(),
            total,
            done: AtomicUsize::new(0),
            is_over: Mutex::new(false),
            ended: Condvar::new(),
        }
    }

    #[test]
    fn a_line_says_what_is_done_and_how_far_it_is() {
        let counted = work(Some(12));
        assert_eq!(counted.line(), "Bezig (12)");
        counted.done.store(3, Ordering::Relaxed);
        assert_eq!(counted.line(), "Bezig 3/12");
        assert_eq!(work(None).line(), "Bezig");
    }

    #[test]
    fn work_that_is_over_at_once_says_nothing() {
        let quick = work(None);
        quick.end();
        let mut terminal = Vec::new();
        quick.tell(&mut terminal);
        assert_eq!(terminal, b"");
    }
}
