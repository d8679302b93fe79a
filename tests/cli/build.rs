//! `build`, and when there is nothing for it to do.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::{program, said};

/// Longer than a file counts as young on any file system.
const OLD: Duration = Duration::from_millis(2_500);

const NOTHING_CHANGED: &str = "Er is niets veranderd";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = fs::File::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Builds and returns what the program says.
fn build(root: &Path, options: &[&str]) -> String {
    let output = program(root).arg("build").args(options).output().unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    told
}

#[test]
fn where_nothing_changed_nothing_is_written() {
    let root = TempDir::new().unwrap();
    let root = root.path();
    write(
        root,
        "site.yaml",
        "title: Veilig werken\norganisation: Voorbeeldstad\n",
    );
    let page = "---\ntitle: Thuis\nkind: home\nreview: 2020-01-01\n---\n";
    write(root, "content/index.md", &format!("{page}Hallo.\n"));
    thread::sleep(OLD);
    let folder = || fs::metadata(root.join("public")).unwrap().ino();

    let told = build(root, &[]);
    assert!(!told.contains(NOTHING_CHANGED), "{told}");
    assert!(told.contains("waarschuwing["), "{told}");
    let first = folder();
    let told = build(root, &[]);
    assert!(told.starts_with(NOTHING_CHANGED), "{told}");
    assert!(told.contains("meldwijzer check"), "{told}");
    assert_eq!(folder(), first);

    write(root, "content/index.md", &format!("{page}Hella.\n"));
    thread::sleep(OLD);
    let told = build(root, &[]);
    assert!(told.contains("waarschuwing["), "{told}");
    let html = fs::read_to_string(root.join("public/index.html")).unwrap();
    assert!(html.contains("Hella."), "{html}");

    let told = build(root, &["--compress"]);
    assert!(!told.contains(NOTHING_CHANGED), "{told}");
    assert!(root.join("public/index.html.br").exists());
    fs::remove_file(root.join("public/index.html")).unwrap();
    let told = build(root, &["--compress"]);
    assert!(!told.contains(NOTHING_CHANGED), "{told}");
    assert!(root.join("public/index.html").exists());
    let told = build(root, &["--compress"]);
    assert!(told.starts_with(NOTHING_CHANGED), "{told}");

    write(root, "content/index.md", "geen pagina");
    let output = program(root)
        .args(["build", "--compress"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(root.join("public/index.html").exists());
}
