use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::durable::faults::{FAULTS, Fault, FaultyFiles, Lost};
use crate::durable::files::rename_by_link;
use crate::durable::folder::{Entry, is_temporary, walk};
use crate::durable::folder_syncs::SharedSync;
use crate::durable::locks::create_root_with;
use crate::durable::memory::locked;
use crate::durable::new_file::UNDATED_SECONDS;
use crate::durable::*;

fn faulty(root: &Path) -> (Folder<FaultyFiles>, FaultyFiles) {
    let files = FaultyFiles::recording(root);
    (Folder::with_files(root, 0, files.clone()), files)
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn names(storage: &dyn Storage, prefix: &str) -> Vec<String> {
    storage
        .list(prefix)
        .unwrap()
        .into_iter()
        .map(|listed| match listed {
            Listed::File(name) => name.as_str().to_owned(),
            Listed::Foreign(path) => format!("foreign {}", path.file_name().unwrap().display()),
            Listed::Unreadable(error) => {
                format!("unreadable {}", error.path.file_name().unwrap().display())
            }
        })
        .collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_name_stays_inside_the_store() {
    for good in ["lock", "reports/7K3QX9M2PD/00001.json", "a-b_c.d/e"] {
        assert!(Name::parse(good).is_ok(), "{good}");
    }
    let long = "a".repeat(LONGEST_NAME + 1);
    for wrong in [
        "",
        "/",
        "/etc/passwd",
        "..",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.b",
        "a b",
        "a\\b",
        "a\0b",
        "\u{e9}",
        "a/b/c/d/e/f/g",
        &long,
    ] {
        assert!(Name::parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn what_is_put_is_there_and_never_overwritten() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let name = name("reports/a/1.json");
    assert_eq!(folder.get(&name).unwrap(), None);
    assert_eq!(folder.put_if_absent(&name, b"one").unwrap(), Put::Stored);
    assert_eq!(folder.put_if_absent(&name, b"one").unwrap(), Put::Stored);
    assert_eq!(
        folder.put_if_absent(&name, b"two").unwrap(),
        Put::AlreadyThere
    );
    assert_eq!(folder.get(&name).unwrap().unwrap(), b"one");
    assert_eq!(names(&folder, "reports/"), ["reports/a/1.json"]);
    folder.delete(&name).unwrap();
    folder.delete(&name).unwrap();
    assert_eq!(folder.get(&name).unwrap(), None);
}

const BYTES: &[u8] = b"all the bytes of the report";

/// Runs an operation once for each fault at each of its steps, alone and with all steps after
/// it, in a store that a function prepares, and lets another judge the answer and repeat it.
fn at_every_step<T>(
    prepare: impl Fn(&Folder<FaultyFiles>),
    operation: impl Fn(&Folder<FaultyFiles>) -> Result<T, StorageError>,
    judge: impl Fn(&Folder<FaultyFiles>, &str, Result<T, StorageError>),
) {
    let count = || {
        let root = TempDir::new().unwrap();
        let (folder, files) = faulty(root.path());
        prepare(&folder);
        files.heal();
        assert!(operation(&folder).is_ok());
        files.done()
    };
    for fault in FAULTS {
        for first in 0..count() {
            for last in [first + 1, usize::MAX] {
                let root = TempDir::new().unwrap();
                let (folder, files) = faulty(root.path());
                prepare(&folder);
                files.fail(first..last, fault);
                let answer = operation(&folder);
                files.heal();
                judge(&folder, &format!("{fault:?} in {first}..{last}"), answer);
                let lock = WriterLock::take(root.path()).unwrap();
                folder.remove_unfinished(&lock).unwrap();
                let left = walk(&SystemFiles, root.path(), 0).unwrap();
                let temporary =
                    |entry: &Entry| matches!(entry, Entry::File(path) if is_temporary(path));
                assert!(!left.iter().any(temporary));
            }
        }
    }
}

/// Judges a put of [`BYTES`] that is tried again.
fn all_or_nothing(
    name: &Name,
    put: impl Fn(&Folder<FaultyFiles>) -> Result<Put, StorageError>,
) -> impl Fn(&Folder<FaultyFiles>, &str, Result<Put, StorageError>) {
    move |folder, fault, answer| {
        let there = folder.get(name).unwrap();
        match answer {
            Ok(answer) => {
                assert_eq!(answer, Put::Stored, "{fault}");
                assert_eq!(there.as_deref(), Some(BYTES), "{fault}");
            }
            Err(_) => assert!(there.is_none_or(|there| there == BYTES), "{fault}"),
        }
        assert_eq!(put(folder).unwrap(), Put::Stored, "{fault}");
        assert_eq!(folder.get(name).unwrap().unwrap(), BYTES, "{fault}");
        let left = folder.files.after_power_cut(Lost::Everything);
        let survives = left.get(Path::new(name.as_str()));
        assert_eq!(survives.map(Vec::as_slice), Some(BYTES), "{fault}");
    }
}

fn put_file(folder: &Folder<FaultyFiles>) -> Result<Put, StorageError> {
    folder.put_if_absent(&name("reports/a/1.json"), BYTES)
}

fn put_stream(folder: &Folder<FaultyFiles>) -> Result<Put, StorageError> {
    put_stream_as(folder, "reports/a/1.json")
}

fn put_stream_as(folder: &Folder<FaultyFiles>, file: &str) -> Result<Put, StorageError> {
    let mut new = folder.create(&name(file), 100)?;
    let (first, second) = BYTES.split_at(10);
    let written = new.write_all(first).and_then(|()| new.write_all(second));
    match written {
        Ok(()) => new.commit(),
        Err(error) => {
            assert!(new.commit().is_err());
            Err(error).context(Path::new("stream")).map_err(Into::into)
        }
    }
}

#[test]
fn a_fault_at_any_step_of_a_put_leaves_all_or_nothing_and_a_retry_succeeds() {
    let file = name("reports/a/1.json");
    at_every_step(|_| (), put_file, all_or_nothing(&file, put_file));
    at_every_step(|_| (), put_stream, all_or_nothing(&file, put_stream));
    let undated = |folder: &Folder<FaultyFiles>| folder.put_undated(&file, BYTES);
    at_every_step(|_| (), undated, all_or_nothing(&file, undated));
}

#[test]
fn a_fault_at_any_step_of_a_put_beside_others_leaves_all_or_nothing() {
    let file = name("reports/a/1.json");
    let beside = |folder: &Folder<FaultyFiles>| {
        folder.put_if_absent(&name("reports/a/0"), b"0").unwrap();
    };
    at_every_step(beside, put_file, all_or_nothing(&file, put_file));
    at_every_step(beside, put_stream, all_or_nothing(&file, put_stream));
}

#[test]
fn a_fault_at_any_step_of_a_repeated_put_leaves_what_was_there() {
    let file = name("reports/a/1.json");
    let before = |folder: &Folder<FaultyFiles>| {
        put_file(folder).unwrap();
    };
    at_every_step(before, put_file, all_or_nothing(&file, put_file));
    at_every_step(before, put_stream, all_or_nothing(&file, put_stream));
}

#[test]
fn a_fault_at_any_step_of_a_delete_leaves_all_or_nothing_and_a_retry_succeeds() {
    check_delete(|folder, file| folder.delete(file));
    check_delete(|folder, file| folder.delete_undated(file));
}

fn check_delete(delete: impl Fn(&Folder<FaultyFiles>, &Name) -> Result<(), StorageError>) {
    let file = name("reports/a/1.json");
    at_every_step(
        |folder| {
            put_file(folder).unwrap();
        },
        |folder| delete(folder, &file),
        |folder, fault, answer| {
            let there = folder.get(&file).unwrap();
            match answer {
                Ok(()) => assert_eq!(there, None, "{fault}"),
                Err(_) => assert!(there.is_none_or(|there| there == BYTES), "{fault}"),
            }
            delete(folder, &file).unwrap();
            assert_eq!(folder.get(&file).unwrap(), None, "{fault}");
            let left = folder.files.after_power_cut(Lost::Everything);
            assert!(!left.contains_key(Path::new(file.as_str())), "{fault}");
        },
    );
}

#[test]
fn a_fault_at_any_step_of_removing_a_folder_leaves_it_or_not_and_a_retry_succeeds() {
    at_every_step(
        |folder| {
            put_file(folder).unwrap();
            folder.delete(&name("reports/a/1.json")).unwrap();
        },
        |folder| folder.remove_folder("reports/a/"),
        |folder, fault, answer| {
            let gone = !folder.root.join("reports/a").exists();
            assert!(gone || answer.is_err(), "{fault}");
            assert_eq!(
                folder.remove_folder("reports/a/").unwrap(),
                Removal::Gone,
                "{fault}"
            );
            assert_eq!(put_file(folder).unwrap(), Put::Stored, "{fault}");
        },
    );
}

#[test]
fn a_fault_at_any_step_of_reading_is_told() {
    let file = name("reports/a/1.json");
    let before = |folder: &Folder<FaultyFiles>| {
        put_file(folder).unwrap();
    };
    at_every_step(
        before,
        |folder| folder.get(&file),
        |_, fault, answer| assert!(answer.is_err(), "{fault}"),
    );
    at_every_step(
        before,
        |folder| folder.list(""),
        |_, fault, answer| {
            let told = answer.is_err() || matches!(answer.as_deref(), Ok([Listed::Unreadable(_)]));
            assert!(told, "{fault}");
        },
    );
}

/// Something that a store is asked to do, which tells whether it was surely done.
type Step<'a> = &'a dyn Fn(&Folder<FaultyFiles>) -> bool;

#[test]
fn after_a_power_cut_at_any_step_what_was_confirmed_is_there() {
    let put = |text: &str| {
        let name = name(text);
        move |folder: &Folder<FaultyFiles>| folder.put_if_absent(&name, BYTES).is_ok()
    };
    let stream = |folder: &Folder<FaultyFiles>| put_stream_as(folder, "a/f/1.age").is_ok();
    let delete = |folder: &Folder<FaultyFiles>| folder.delete(&name("b/1")).is_ok();
    let empty = |folder: &Folder<FaultyFiles>| folder.remove_folder("b/").is_ok();
    // What is done, the file that it is about, and whether that is there afterwards.
    let steps: [(Step, &str, bool); 8] = [
        (&put("a/1"), "a/1", true),
        (&put("a/1"), "a/1", true),
        (&put("a/2"), "a/2", true),
        (&stream, "a/f/1.age", true),
        (&put("b/1"), "b/1", true),
        (&delete, "b/1", false),
        (&empty, "b/1", false),
        (&put("b/1"), "b/1", true),
    ];
    let mut cut_at = 0;
    loop {
        let root = TempDir::new().unwrap();
        let files = FaultyFiles::recording(root.path());
        let folder = Folder::with_files(root.path(), 0, files.clone());
        files.fail(cut_at..usize::MAX, Fault::Disk);
        let mut confirmed = BTreeMap::new();
        let mut unsure = None;
        for (step, file, is_there) in steps {
            if !step(&folder) {
                unsure = Some(file);
                break;
            }
            confirmed.insert(file, is_there);
        }
        for lost in [Lost::Everything, Lost::Contents] {
            let left = files.after_power_cut(lost);
            for (file, is_there) in &confirmed {
                let expected = is_there.then_some(BYTES);
                let found = left.get(Path::new(file)).map(Vec::as_slice);
                assert!(
                    found == expected || unsure == Some(file),
                    "{file} after a cut at {cut_at}, {lost:?} lost"
                );
            }
            check_survivors(&left);
        }
        if unsure.is_none() {
            break;
        }
        cut_at += 1;
    }
    assert!(cut_at > 50, "{cut_at}");
}

/// Checks that a file is torn only where it is alone in its folder, and that a store in a folder
/// with what is left of another takes the same put.
fn check_survivors(left: &BTreeMap<PathBuf, Vec<u8>>) {
    let root = TempDir::new().unwrap();
    for (path, bytes) in left {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path).unwrap().write_all(bytes).unwrap();
    }
    let folder = Folder::new(root.path(), 0);
    folder
        .remove_unfinished(&WriterLock::take(root.path()).unwrap())
        .unwrap();
    for (path, bytes) in left.iter().filter(|(path, _)| !is_temporary(path)) {
        let is_whole = bytes == BYTES;
        let inside = fs::read_dir(root.path().join(path.parent().unwrap())).unwrap();
        assert!(is_whole || inside.count() == 1, "{}", path.display());
        let again = folder.put_if_absent(&name(path.to_str().unwrap()), BYTES);
        let expected = if is_whole {
            Put::Stored
        } else {
            Put::AlreadyThere
        };
        assert_eq!(again.unwrap(), expected);
    }
}

#[test]
fn what_one_of_many_writers_is_told_to_be_stored_survives_a_power_cut_then() {
    let root = TempDir::new().unwrap();
    let files = FaultyFiles::recording(root.path());
    let folder = Folder::with_files(root.path(), 0, files.clone());
    let (puts, writers) = (20, 8);
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (folder, files) = (&folder, &files);
            scope.spawn(move || {
                for put in 0..puts {
                    // New folders, and new files in folders that all share.
                    let file = match put % 2 {
                        0 => format!("reports/{writer}-{put}/1.json"),
                        _ => format!("reports/{}/{writer}.json", put / 2),
                    };
                    folder.put_if_absent(&name(&file), BYTES).unwrap();
                    let left = files.after_power_cut(Lost::Everything);
                    assert_eq!(left.get(Path::new(&file)).unwrap(), BYTES, "{file}");
                }
            });
        }
    });
    assert!(locked(&folder.memory.syncs.running).is_empty());
}

#[test]
fn those_who_wait_for_the_same_folder_share_a_sync_that_starts_later() {
    let shared = SharedSync::default();
    let (coming, runs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let waiting = 8;
    std::thread::scope(|scope| {
        let first = shared.sync(|| {
            // All of these come too late for this sync.
            for _ in 0..waiting {
                scope.spawn(|| {
                    coming.fetch_add(1, Ordering::SeqCst);
                    shared
                        .sync(|| {
                            runs.fetch_add(1, Ordering::SeqCst);
                            Err(io::ErrorKind::Interrupted.into())
                        })
                        .unwrap_err();
                });
            }
            while coming.load(Ordering::SeqCst) < waiting {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(50));
            assert_eq!(runs.load(Ordering::SeqCst), 0);
            Ok(())
        });
        assert!(first.is_ok());
    });
    let runs = runs.load(Ordering::SeqCst);
    assert!((1..waiting).contains(&runs), "{runs}");
    assert!(shared.sync(|| Ok(())).is_ok());
}

#[test]
fn a_root_is_there_only_after_the_folder_above_it_is_synced() {
    #[track_caller]
    fn check(fault: Fault, expected: bool) {
        let root = TempDir::new().unwrap();
        let files = FaultyFiles::default();
        files.fail(0..1, fault);
        assert_eq!(create_root_with(root.path(), &files).is_ok(), expected);
    }
    check(Fault::Disk, false);
    check(Fault::NoPermission, true);
}

#[test]
fn no_room_is_told_only_while_nothing_has_the_name() {
    // Alone in its folder a file gets its name before it is synced, beside others after.
    for beside_others in [false, true] {
        let mut course = Vec::new();
        for step in 0.. {
            let root = TempDir::new().unwrap();
            let (folder, files) = faulty(root.path());
            if beside_others {
                let other = name("reports/a/0.json");
                folder.put_if_absent(&other, b"").unwrap();
            }
            files.fail(step..step + 1, Fault::NoSpace);
            let answer = put_file(&folder);
            if files.done() <= step {
                break;
            }
            files.heal();
            let there = folder.get(&name("reports/a/1.json")).unwrap().is_some();
            let told = matches!(answer, Err(StorageError::Full { .. }));
            course.push((told, there));
        }
        course.dedup();
        // The first steps look for the file and ask for the free space.
        assert_eq!(course, [(false, false), (true, false), (false, true)]);
    }
}

#[test]
fn a_stream_is_stored_on_commit_and_only_then() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let file = name("reports/a/attachments/1.age");
    let mut dropped = folder.create(&file, 10).unwrap();
    dropped.write_all(b"12345").unwrap();
    assert_eq!(names(&folder, ""), [""; 0]);
    drop(dropped);
    let inside = fs::read_dir(root.path().join("reports/a/attachments")).unwrap();
    assert_eq!(inside.count(), 0);
    for (bytes, expected) in [
        (b"12345", Put::Stored),
        (b"12345", Put::Stored),
        (b"abcde", Put::AlreadyThere),
    ] {
        let mut new = folder.create(&file, 10).unwrap();
        new.write_all(bytes).unwrap();
        new.write_all(bytes).unwrap();
        assert_eq!(new.commit().unwrap(), expected);
    }
    let mut read = String::new();
    let stored = folder.open(&file).unwrap();
    stored.unwrap().read_to_string(&mut read).unwrap();
    assert_eq!(read, "1234512345");
    assert_eq!(names(&folder, ""), ["reports/a/attachments/1.age"]);
    assert!(folder.open(&name("reports/b")).unwrap().is_none());
}

#[test]
fn a_stream_that_is_too_large_or_finds_no_room_never_gets_its_name() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let mut new = folder.create(&name("a"), 10).unwrap();
    new.write_all(b"1234567890").unwrap();
    let error = new.write_all(b"1").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    assert!(new.write_all(b"1").is_err());
    assert!(new.commit().is_err());

    let full = Folder::new(root.path(), u64::MAX);
    assert!(matches!(
        full.create(&name("a"), 10).err(),
        Some(StorageError::Full { .. })
    ));
    // A disk that fills up while a long stream is written.
    let mut new = folder.begin(&name("a"), u64::MAX).unwrap();
    new.folder.least_free_bytes = u64::MAX;
    let piece = vec![0; 1024 * 1024];
    let error = (0..10).find_map(|_| new.write_all(&piece).err()).unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(Box::new(new).commit().is_err());
    assert_eq!(names(&folder, ""), [""; 0]);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn neither_an_undated_file_nor_its_folders_tell_when_it_was_put_or_removed() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let file = name("statistics/2026/a.json");
    let check = |paths: &[&str], what: &str| {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(UNDATED_SECONDS);
        for path in paths {
            let found = fs::metadata(root.path().join(path)).unwrap();
            assert_eq!(found.modified().unwrap(), expected, "{what}: {path}");
        }
    };
    let folders = ["statistics", "statistics/2026"];
    folder.put_undated(&file, b"x").unwrap();
    check(&[file.as_str()], "put");
    check(&folders, "put");
    let other = folder.put_undated(&file, b"y").unwrap();
    assert_eq!(other, Put::AlreadyThere);
    check(&folders, "refused");
    folder.delete_undated(&file).unwrap();
    check(&folders, "removed");
    folder.delete_undated(&file).unwrap();
    folder
        .delete_undated(&name("statistics/2027/a.json"))
        .unwrap();
}

#[test]
fn a_folder_goes_only_when_it_is_empty() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let file = name("reports/a/1.json");
    folder.put_if_absent(&file, b"x").unwrap();
    for wrong in ["", "/", "reports", "../", "reports/../", "lock"] {
        assert!(folder.remove_folder(wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        folder.remove_folder("reports/a/").unwrap(),
        Removal::NotEmpty
    );
    folder.delete(&file).unwrap();
    assert_eq!(folder.remove_folder("reports/a/").unwrap(), Removal::Gone);
    assert_eq!(folder.remove_folder("reports/a/").unwrap(), Removal::Gone);
    assert_eq!(folder.remove_folder("no/where/").unwrap(), Removal::Gone);
    assert!(!root.path().join("reports/a").exists());
    assert_eq!(folder.put_if_absent(&file, b"y").unwrap(), Put::Stored);
}

#[test]
fn a_file_is_renamed_without_overwriting_where_only_links_can_do_that() {
    let root = TempDir::new().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    File::create(&from).unwrap();
    rename_by_link(&from, &to).unwrap();
    assert!(!from.exists() && to.exists());
    File::create(&from).unwrap();
    let error = rename_by_link(&from, &to).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert!(from.exists());
}

#[test]
fn unfinished_files_of_those_that_append_are_waited_for() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let lock = WriterLock::take(root.path()).unwrap();
    let appending = AppendLock::take(root.path()).unwrap();
    let also = AppendLock::take(root.path()).unwrap();
    let mut new = folder.create(&name("reports/a/2.json"), 10).unwrap();
    new.write_all(b"x").unwrap();
    let removed = std::thread::scope(|scope| {
        let removing = scope.spawn(|| folder.remove_unfinished(&lock).unwrap());
        drop(also);
        std::thread::sleep(Duration::from_millis(20));
        assert!(!removing.is_finished());
        new.commit().unwrap();
        drop(appending);
        removing.join().unwrap()
    });
    assert_eq!(removed, [""; 0].map(PathBuf::from));
    assert_eq!(names(&folder, "reports/"), ["reports/a/2.json"]);
}

#[test]
fn below_the_limit_nothing_new_is_stored_and_what_is_there_is_confirmed() {
    let root = TempDir::new().unwrap();
    let name = name("a");
    let full = Folder::new(root.path(), u64::MAX);
    assert!(matches!(
        full.put_if_absent(&name, b"x"),
        Err(StorageError::Full { .. })
    ));
    Folder::new(root.path(), 0)
        .put_if_absent(&name, b"x")
        .unwrap();
    assert_eq!(full.put_if_absent(&name, b"x").unwrap(), Put::Stored);
}

#[test]
fn links_are_not_followed() {
    let root = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    fs::create_dir(outside.path().join("a")).unwrap();
    fs::copy("/proc/self/status", outside.path().join("secret")).unwrap();
    symlink(outside.path(), root.path().join("reports")).unwrap();
    symlink(outside.path().join("secret"), root.path().join("file")).unwrap();
    let folder = Folder::new(root.path(), 0);
    assert!(
        folder
            .put_if_absent(&name("reports/a/1.json"), b"x")
            .is_err()
    );
    assert!(folder.get(&name("reports/secret")).is_err());
    assert!(folder.delete(&name("reports/secret")).is_err());
    assert!(folder.list("reports/").is_err());
    assert!(folder.get(&name("file")).is_err());
    assert_eq!(names(&folder, ""), ["foreign file", "foreign reports"]);
    assert_eq!(fs::read_dir(outside.path().join("a")).unwrap().count(), 0);
    assert!(outside.path().join("secret").exists());
}

#[test]
fn a_pipe_is_not_waited_for_and_a_huge_file_is_not_read() {
    let root = TempDir::new().unwrap();
    let made = process::Command::new("mkfifo")
        .arg(root.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    let huge = File::create(root.path().join("huge")).unwrap();
    huge.set_len(LARGEST_FILE + 1).unwrap();
    let just = File::create(root.path().join("just")).unwrap();
    just.set_len(LARGEST_FILE).unwrap();
    let folder = Folder::new(root.path(), 0);
    assert!(folder.get(&name("pipe")).is_err());
    assert!(folder.get(&name("huge")).is_err());
    let just = folder.get(&name("just")).unwrap().unwrap();
    assert!(
        folder
            .put_if_absent(&name("new"), &[&just[..], b"x"].concat())
            .is_err()
    );
    assert_eq!(names(&folder, ""), ["huge", "just", "foreign pipe"]);
}

#[test]
fn odd_files_are_listed_as_foreign_and_a_deep_tree_ends() {
    let root = TempDir::new().unwrap();
    let deep = root.path().join("a/".repeat(50));
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir(root.path().join("empty")).unwrap();
    File::create(root.path().join(".DS_Store")).unwrap();
    File::create(root.path().join("b c")).unwrap();
    let folder = Folder::new(root.path(), 0);
    assert_eq!(
        names(&folder, ""),
        ["foreign .DS_Store", "foreign a", "foreign b c"]
    );
    assert_eq!(names(&folder, "nowhere/"), [""; 0]);
}

#[test]
fn files_and_folders_are_for_the_owner_only() {
    let root = TempDir::new().unwrap();
    // What is made in such a folder gets a mode that nobody asked for.
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o2755)).unwrap();
    let data = root.path().join("new/data");
    create_root(&data).unwrap();
    let _lock = WriterLock::take(&data).unwrap();
    Folder::new(&data, 0)
        .put_if_absent(&name("reports/a/1.json"), b"x")
        .unwrap();
    for folder in ["", "reports", "reports/a"] {
        assert_eq!(mode(&data.join(folder)), 0o700, "{folder}");
    }
    for file in ["lock", "reports/a/1.json"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[test]
fn what_an_interrupted_writer_left_is_removed_under_the_lock() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    folder
        .put_if_absent(&name("reports/a/1.json"), b"x")
        .unwrap();
    let left = root.path().join("reports/a/.writing-1-0");
    File::create(&left).unwrap();
    assert_eq!(names(&folder, ""), ["reports/a/1.json"]);
    let lock = WriterLock::take(root.path()).unwrap();
    assert_eq!(
        folder.remove_unfinished(&lock).unwrap(),
        std::slice::from_ref(&left)
    );
    assert!(!left.exists());
    assert_eq!(
        folder.remove_unfinished(&lock).unwrap(),
        [""; 0].map(PathBuf::from)
    );
}

#[test]
fn a_second_writer_is_refused_with_the_path() {
    let root = TempDir::new().unwrap();
    let lock = WriterLock::take(root.path()).unwrap();
    match WriterLock::take(root.path()) {
        Err(LockError::Held { path }) => assert_eq!(path, root.path().join("lock")),
        other => panic!("{other:?}"),
    }
    drop(lock);
    WriterLock::take(root.path()).unwrap();
}

#[test]
fn one_of_many_writers_of_a_name_wins() {
    let root = TempDir::new().unwrap();
    let folder = Folder::new(root.path(), 0);
    let won: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..16)
            .map(|writer: u8| {
                let folder = &folder;
                scope.spawn(move || {
                    folder
                        .put_if_absent(&name("reports/a/1.json"), &[writer])
                        .unwrap()
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| usize::from(writer.join().unwrap() == Put::Stored))
            .sum()
    });
    assert_eq!(won, 1);
    assert_eq!(names(&folder, ""), ["reports/a/1.json"]);
}
