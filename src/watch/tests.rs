#![allow(clippy::disallowed_methods, reason = "tests write their own input")]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::clock::SystemClock;

/// A test that waits longer than this hangs; nothing is measured with it.
const HANG: Duration = Duration::from_secs(15);

/// A folder in which some is watched, and one who listens.
struct Desk {
    folder: TempDir,
    notices: Receiver<Notice>,
    _watcher: Watcher,
}

impl Desk {
    fn of(method: Method, make: impl FnOnce(&Path)) -> Desk {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("content/over")).unwrap();
        fs::write(folder.path().join("content/a.md"), "a").unwrap();
        fs::write(folder.path().join("content/over/b.md"), "b").unwrap();
        fs::write(folder.path().join("site.yaml"), "title").unwrap();
        make(folder.path());
        let paths = ["content", "forms", "site.yaml"].map(|name| folder.path().join(name));
        let (tell, notices) = channel();
        let watcher = Watcher::start(
            paths.to_vec(),
            method,
            Arc::new(SystemClock),
            move |notice| {
                let _ = tell.send(notice);
            },
        );
        Desk {
            folder,
            notices,
            _watcher: watcher.unwrap(),
        }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn snapshot(&self) -> Snapshot {
        let paths = ["content", "forms", "site.yaml"].map(|name| self.root().join(name));
        Snapshot::take(paths.to_vec(), SystemClock.now())
    }

    /// Waits until it is told that something at a path may have changed.
    #[track_caller]
    fn is_told(&self, path: &str) {
        let path = self.root().join(path);
        let until = Instant::now() + HANG;
        loop {
            match self.notices.recv_timeout(until - Instant::now()) {
                Ok(Notice::Changed(Hint::Anything)) => return,
                Ok(Notice::Changed(Hint::Paths(told)))
                    if told.iter().any(|told| path.starts_with(told)) =>
                {
                    return;
                }
                Ok(_) => {}
                Err(_) => panic!("{} is not told", path.display()),
            }
        }
    }
}

/// Does something in a folder, and waits until it is told.
#[track_caller]
fn check(make: fn(&Path), change: fn(&Path), told: &[&str]) {
    for method in [Method::Events, Method::Polling] {
        let desk = Desk::of(method, make);
        change(desk.root());
        for told in told {
            desk.is_told(told);
        }
    }
}

fn nothing(_: &Path) {}

#[test]
fn what_happens_to_files_is_told() {
    let save = |root: &Path| fs::write(root.join("content/a.md"), "other").unwrap();
    check(nothing, save, &["content/a.md"]);
    let new = |root: &Path| fs::write(root.join("content/over/c.md"), "c").unwrap();
    check(nothing, new, &["content/over/c.md"]);
    let gone = |root: &Path| fs::remove_file(root.join("content/over/b.md")).unwrap();
    check(nothing, gone, &["content/over/b.md"]);
    let by_rename = |root: &Path| {
        fs::write(root.join("content/.a.md.new"), "other").unwrap();
        fs::rename(root.join("content/.a.md.new"), root.join("content/a.md")).unwrap();
    };
    check(nothing, by_rename, &["content/a.md"]);
    let with_backup = |root: &Path| {
        fs::rename(root.join("content/a.md"), root.join("content/a.md~")).unwrap();
        fs::write(root.join("content/a.md"), "other").unwrap();
    };
    check(nothing, with_backup, &["content/a.md"]);
    let settings = |root: &Path| {
        fs::write(root.join("site.yaml.new"), "other").unwrap();
        fs::rename(root.join("site.yaml.new"), root.join("site.yaml")).unwrap();
    };
    check(nothing, settings, &["site.yaml"]);
    let moved = |root: &Path| {
        fs::rename(root.join("content/a.md"), root.join("content/over/a.md")).unwrap()
    };
    check(nothing, moved, &["content/over/a.md"]);
    check(nothing, moved, &["content/a.md"]);
    let linked =
        |root: &Path| fs::hard_link(root.join("site.yaml"), root.join("content/hard.md")).unwrap();
    check(nothing, linked, &["content/hard.md"]);
}

#[test]
fn a_file_that_stays_open_is_told() {
    for method in [Method::Events, Method::Polling] {
        let desk = Desk::of(method, nothing);
        let file = OpenOptions::new()
            .append(true)
            .open(desk.root().join("content/a.md"));
        let mut file = file.unwrap();
        file.write_all(b"more").unwrap();
        desk.is_told("content/a.md");
    }
}

#[test]
fn what_happens_to_folders_is_told() {
    let new = |root: &Path| {
        fs::create_dir_all(root.join("content/x/y/z")).unwrap();
        fs::write(root.join("content/x/y/z/a.md"), "a").unwrap();
    };
    check(nothing, new, &["content/x/y/z/a.md"]);
    let later = |root: &Path| {
        fs::create_dir_all(root.join("forms")).unwrap();
        fs::write(root.join("forms/a.yaml"), "a").unwrap();
    };
    check(nothing, later, &["forms/a.yaml"]);
    let gone = |root: &Path| fs::remove_dir_all(root.join("content/over")).unwrap();
    check(nothing, gone, &["content/over/b.md"]);
    let all_gone = |root: &Path| fs::remove_dir_all(root.join("content")).unwrap();
    check(nothing, all_gone, &["content/a.md"]);
    let renamed =
        |root: &Path| fs::rename(root.join("content/over"), root.join("content/x")).unwrap();
    check(nothing, renamed, &["content/x/b.md"]);
    check(nothing, renamed, &["content/over/b.md"]);
    let replaced = |root: &Path| {
        fs::create_dir_all(root.join("new/over")).unwrap();
        fs::write(root.join("new/over/b.md"), "other").unwrap();
        fs::rename(root.join("content"), root.join("old")).unwrap();
        fs::rename(root.join("new"), root.join("content")).unwrap();
    };
    check(nothing, replaced, &["content/over/b.md"]);
}

#[test]
fn folders_that_came_or_moved_are_watched() {
    for method in [Method::Events, Method::Polling] {
        let desk = Desk::of(method, nothing);
        fs::rename(
            desk.root().join("content/over"),
            desk.root().join("content/x"),
        )
        .unwrap();
        desk.is_told("content/x/b.md");
        fs::write(desk.root().join("content/x/b.md"), "other").unwrap();
        desk.is_told("content/x/b.md");
        fs::create_dir_all(desk.root().join("content/over")).unwrap();
        desk.is_told("content/over");
        fs::write(desk.root().join("content/over/b.md"), "other").unwrap();
        desk.is_told("content/over/b.md");
    }
}

#[test]
fn what_links_lead_to_is_watched() {
    let folder = |root: &Path| {
        fs::create_dir_all(root.join("shared/deep")).unwrap();
        fs::write(root.join("shared/deep/a.md"), "a").unwrap();
        symlink(root.join("shared"), root.join("content/shared")).unwrap();
        symlink(root.join("content"), root.join("content/over/up")).unwrap();
    };
    let change = |root: &Path| fs::write(root.join("shared/deep/a.md"), "other").unwrap();
    check(folder, change, &["content/shared/deep/a.md"]);
    // Two ways lead to one folder.
    let twice =
        |root: &Path| symlink(root.join("content/over"), root.join("content/twice")).unwrap();
    let change = |root: &Path| fs::write(root.join("content/over/b.md"), "other").unwrap();
    check(twice, change, &["content/twice/b.md"]);
    check(twice, change, &["content/over/b.md"]);
    let file = |root: &Path| {
        fs::create_dir(root.join("elsewhere")).unwrap();
        fs::write(root.join("elsewhere/text"), "c").unwrap();
        symlink(root.join("elsewhere/text"), root.join("content/c.md")).unwrap();
    };
    let change = |root: &Path| fs::write(root.join("elsewhere/text"), "other").unwrap();
    check(file, change, &["content/c.md"]);
    // A whole version is put in place by moving one link.
    let versions = |root: &Path| {
        fs::rename(root.join("content"), root.join("one")).unwrap();
        fs::create_dir(root.join("two")).unwrap();
        fs::write(root.join("two/a.md"), "other").unwrap();
        symlink("one", root.join("current")).unwrap();
        symlink("current", root.join("content")).unwrap();
    };
    let change = |root: &Path| {
        symlink("two", root.join("current.new")).unwrap();
        fs::rename(root.join("current.new"), root.join("current")).unwrap();
    };
    check(versions, change, &["content/a.md"]);
}

#[test]
fn hidden_files_and_what_is_not_asked_for_stay_silent() {
    for method in [Method::Events, Method::Polling] {
        let desk = Desk::of(method, nothing);
        fs::write(desk.root().join("content/.a.md.swp"), "x").unwrap();
        fs::write(desk.root().join("content/a.md~"), "x").unwrap();
        fs::create_dir(desk.root().join("data")).unwrap();
        fs::write(desk.root().join("data/report.json"), "x").unwrap();
        fs::write(desk.root().join("content/a.md"), "x").unwrap();
        loop {
            match desk.notices.recv_timeout(HANG).unwrap() {
                Notice::Polls(_) => {}
                Notice::Changed(Hint::Anything) => panic!("{method:?}"),
                Notice::Changed(Hint::Paths(told)) => {
                    // Who polls tells files twice that had just changed.
                    let known = ["content/a.md", "content/over/b.md", "site.yaml"];
                    let known = known.map(|name| desk.root().join(name));
                    assert!(told.iter().all(|path| known.contains(path)), "{told:?}");
                    if told.contains(&known[0]) {
                        break;
                    }
                }
            }
        }
    }
}

#[test]
fn lost_events_are_told_as_anything() {
    let folder = TempDir::new().unwrap();
    let files = ["a", "b"].map(|name| File::create(folder.path().join(name)).unwrap());
    let (tell, told) = channel();
    // A consumer that takes nothing in until events were lost.
    let (go_on, waits) = channel::<()>();
    let mut told_once = false;
    let _watcher = Watcher::start(
        vec![folder.path().to_owned()],
        Method::Events,
        Arc::new(SystemClock),
        move |notice| {
            if !std::mem::replace(&mut told_once, true) {
                let _ = waits.recv();
            }
            let _ = tell.send(notice);
        },
    )
    .unwrap();
    fs::write(folder.path().join("c"), "first").unwrap();
    let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let most: u64 = most.trim().parse().unwrap();
    // The last of them may be read before the consumer stands still.
    for step in 0..most * 2 {
        files[(step % 2) as usize].set_len(step).unwrap();
    }
    drop(go_on);
    loop {
        match told.recv_timeout(HANG).unwrap() {
            Notice::Changed(Hint::Anything) => return,
            Notice::Changed(Hint::Paths(_)) => {}
            Notice::Polls(reason) => panic!("{reason:?}"),
        }
    }
}

#[test]
fn who_asks_for_polling_is_told_so_once() {
    let desk = Desk::of(Method::Polling, nothing);
    assert!(matches!(
        desk.notices.recv_timeout(HANG),
        Ok(Notice::Polls(PollReason::Asked))
    ));
}

#[test]
fn stopping_waits_for_nothing() {
    for method in [Method::Events, Method::Polling] {
        let Desk {
            notices, _watcher, ..
        } = Desk::of(method, nothing);
        drop(_watcher);
        while notices.recv().is_ok() {}
    }
}

/// Numbers that are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

#[test]
fn hints_lead_to_the_same_as_a_fresh_look() {
    for seed in 0..6 {
        let desk = Desk::of(Method::Events, nothing);
        let mut snapshot = desk.snapshot();
        let mut draw = Draw(seed);
        for _ in 0..20 {
            for _ in 0..draw.below(40) {
                do_something(&desk.root().join("content"), &mut draw);
            }
            // It listens now and then only, and while things go on.
            while let Ok(Notice::Changed(hint)) = desk.notices.try_recv() {
                snapshot.refresh(&hint, SystemClock.now());
            }
        }
        let until = Instant::now() + HANG;
        loop {
            let fresh = desk.snapshot();
            if snapshot.stamps().eq(fresh.stamps()) {
                break;
            }
            match desk.notices.recv_timeout(until - Instant::now()) {
                Ok(Notice::Changed(hint)) => drop(snapshot.refresh(&hint, SystemClock.now())),
                Ok(Notice::Polls(reason)) => panic!("{reason:?}"),
                Err(_) => {
                    let found: Vec<_> = snapshot.stamps().collect();
                    assert_eq!(found, fresh.stamps().collect::<Vec<_>>(), "seed {seed}");
                }
            }
        }
    }
}

/// Does one thing that editors, or programs for versions, do. What cannot be done now is left.
fn do_something(content: &Path, draw: &mut Draw) {
    let mut folder = content.to_owned();
    for _ in 0..draw.below(3) {
        folder.push(["x", "y", "z"][draw.below(3)]);
    }
    let file = folder.join(["a.md", "b.md", "c.md"][draw.below(3)]);
    let other = content.join(["x", "y", "z", "w"][draw.below(4)]);
    let text = "x".repeat(draw.below(9));
    let _ = match draw.below(10) {
        0 | 1 => fs::create_dir_all(&folder).and_then(|()| fs::write(&file, text)),
        2 => fs::write(&file, text),
        3 => fs::write(folder.join(".new"), text)
            .and_then(|()| fs::rename(folder.join(".new"), &file)),
        4 => fs::remove_file(&file),
        5 if folder != content => fs::remove_dir_all(&folder),
        6 if folder != content => fs::rename(&folder, &other),
        7 => fs::rename(&file, other.join("d.md")),
        8 => symlink(&folder, content.join("over/link")),
        _ => fs::remove_file(content.join("over/link")),
    };
}

fn refreshed(
    folder: &Path,
    snapshot: &mut Snapshot,
    hint: &Hint,
    now: Timestamp,
) -> [Vec<String>; 3] {
    let changes = snapshot.refresh(hint, now);
    let Changes {
        added,
        changed,
        removed,
    } = changes;
    [added, changed, removed].map(|paths| {
        let paths = paths.iter().map(|path| path.strip_prefix(folder).unwrap());
        paths
            .map(|path| path.to_str().unwrap().to_owned())
            .collect()
    })
}

#[test]
fn a_snapshot_tells_what_came_changed_and_went() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    for name in ["a", "b", "c", "x/d", "x/e", "x-y"] {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), name).unwrap();
    }
    // Long after: nothing had just changed.
    let later = SystemClock.now() + SignedDuration::from_hours(1);
    let before = Snapshot::take(vec![root.to_owned()], later);
    fs::write(root.join("a"), "longer").unwrap();
    fs::remove_dir_all(root.join("x")).unwrap();
    fs::write(root.join("f"), "f").unwrap();
    let all = [
        vec!["f".to_owned()],
        vec!["a".to_owned()],
        vec!["x".to_owned(), "x/d".to_owned(), "x/e".to_owned()],
    ];
    assert_eq!(
        refreshed(root, &mut before.clone(), &Hint::Anything, later),
        all
    );
    let named = |names: &[&str]| Hint::Paths(names.iter().map(|name| root.join(name)).collect());
    let hint = named(&["a", "f", "x", "x/d"]);
    assert_eq!(refreshed(root, &mut before.clone(), &hint, later), all);
    // Only where the hint says.
    let mut snapshot = before.clone();
    let removed = refreshed(root, &mut snapshot, &named(&["x/e", "x-y"]), later);
    assert_eq!(
        removed,
        [vec![], vec!["x-y".to_owned()], vec!["x/e".to_owned()]]
    );
    let rest = snapshot.refresh(&Hint::Anything, later);
    assert_eq!(rest.into_paths().len(), 4);
    assert!(snapshot.refresh(&Hint::Anything, later).is_empty());
}

#[test]
fn a_file_that_had_just_changed_may_have_changed_again() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    fs::write(root.join("a"), "a").unwrap();
    let now = SystemClock.now();
    let mut snapshot = Snapshot::take(vec![root.to_owned()], now);
    let changed = [vec![], vec!["a".to_owned()], vec![]];
    assert_eq!(
        refreshed(root, &mut snapshot, &Hint::Anything, now),
        changed
    );
    let later = now + SignedDuration::from_secs(10);
    // Once more, because it was young when it was last seen too; then it is known.
    assert!(!snapshot.refresh(&Hint::Anything, later).is_empty());
    assert!(snapshot.refresh(&Hint::Anything, later).is_empty());
}
