//! The generator, feature by feature: each folder here is a small portal with what is expected of it.
//!
//! `expected/diagnostics.txt` holds every problem with its place, `expected/outputs.txt` the path of
//! every file (those of every portal, of the theme and the app, left out), any page in `expected/` the
//! `<main>` of the page of that path, and any poster, feed or calendar there the whole file. With
//! `MELDWIJZER_REWRITE=1` the expected files are written anew; read the difference.

mod calendar;

mod addresses;
mod generator;
mod production;
mod showing;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::{Date, date};
use meldwijzer::cli::portal::{Portal, assemble_for};
use meldwijzer::diagnostic::{Diagnostic, Severity};
use meldwijzer::output::Output;
use meldwijzer::site::generator::Options;
use meldwijzer::site::requirements::{Requirements, Status, pages_for};

/// The portals whose words are what is looked at.
const ABOUT_ADVICE: [&str; 4] = [
    "accessibility",
    "accessibility-mistakes",
    "loose-ends",
    "plain-language",
];

const TODAY: Date = date(2026, 11, 22);

fn portal_at(root: &Path) -> (Option<Portal>, Vec<Diagnostic>) {
    let options = Options {
        advice: true,
        ..Options::default()
    };
    let (portal, problems) = assemble_for(options, root, &|_| None, TODAY);
    (portal.map(Portal::compressed), problems)
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn check(feature: &str) {
    let root = repository().join("tests/site").join(feature);
    let (portal, mut diagnostics) = portal_at(&root);
    // Other features are shown with whatever words.
    if !ABOUT_ADVICE.contains(&feature) {
        diagnostics.retain(|diagnostic| diagnostic.severity != Severity::Advice);
    }
    let outputs = portal.map(|portal| portal.outputs).unwrap_or_default();
    let expected = root.join("expected");
    compare(&expected.join("diagnostics.txt"), &told(&diagnostics));
    compare(&expected.join("outputs.txt"), &paths(&outputs));
    for file in pages_in(&expected) {
        let path = file.strip_prefix(&expected).unwrap().to_str().unwrap();
        let output = outputs.iter().find(|output| output.path == path);
        let html = output.map_or_else(String::new, |output| {
            String::from_utf8(output.bytes.to_vec()).unwrap()
        });
        let shown = match path.ends_with(".html") {
            true => main_of(&html),
            false => html,
        };
        compare(&file, &shown);
    }
}

fn told(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.place.as_ref().map_or_else(String::new, |place| {
                format!("{}:{}:{}", place.path, place.line, place.column)
            });
            let arguments: Vec<String> = diagnostic
                .arguments
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let line = format!(
                "{:?} {} {place} {}",
                diagnostic.severity,
                diagnostic.code,
                arguments.join(" ")
            );
            line.trim_end().to_owned() + "\n"
        })
        .collect()
}

fn paths(outputs: &[Output]) -> String {
    outputs
        .iter()
        .filter(|output| {
            let is_script = output.path.starts_with("assets/") && output.path.ends_with(".js");
            !output.path.starts_with("assets/style")
                && !output.path.starts_with("assets/icon")
                && !output.path.ends_with("app.webmanifest")
                && !is_script
        })
        .filter(|output| !output.path.ends_with(".br") && !output.path.ends_with(".gz"))
        .map(|output| format!("{}\n", output.path))
        .collect()
}

/// Returns the part of a page between its breadcrumbs and its foot, and the head's language links,
/// which is what a page decides about itself.
fn main_of(html: &str) -> String {
    let head: String = html
        .lines()
        .filter(|line| {
            line.starts_with("<html")
                || line.starts_with("<title")
                || line.contains("rel=\"alternate\"")
                || line.contains("rel=\"canonical\"")
                || line.contains("http-equiv")
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let body = html
        .find("<nav class=\"breadcrumbs")
        .or_else(|| html.find("<main"));
    let end = html
        .find("<footer class=\"site-footer\"")
        .unwrap_or(html.len());
    head + body
        .and_then(|start| html.get(start..end))
        .unwrap_or_default()
}

fn compare(file: &Path, found: &str) {
    if std::env::var_os("MELDWIJZER_REWRITE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::File::create(file)
            .and_then(|mut file| std::io::Write::write_all(&mut file, found.as_bytes()))
            .unwrap();
        return;
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert!(
        expected == found,
        "{} differs\n--- expected\n{expected}\n--- found\n{found}",
        file.display()
    );
}

fn pages_in(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages.extend(pages_in(&path));
        } else if path.extension().is_some_and(|extension| {
            ["html", "svg", "xml", "ics"]
                .iter()
                .any(|known| extension == *known)
        }) {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

macro_rules! features {
    ($($name:ident: $folder:literal,)*) => {
        $(#[test]
        fn $name() {
            check($folder);
        })*

        #[test]
        fn every_folder_is_a_test() {
            let listed = [$($folder),*];
            for entry in fs::read_dir(repository().join("tests/site")).unwrap().flatten() {
                if entry.path().is_dir() {
                    let name = entry.file_name();
                    assert!(listed.iter().any(|folder| name == *folder), "{name:?}");
                }
            }
        }
    };
}

features! {
    earlier_versions_are_kept_apart: "archive",
    mistakes_in_earlier_versions_and_changes_are_told: "archive-mistakes",
    addresses_of_old_pages_lead_on_and_clashes_are_told: "aliases",
    a_portal_can_live_below_a_path: "base-path",
    blocks_in_the_text_are_made: "blocks",
    mistakes_in_blocks_are_told_with_their_line: "block-mistakes",
    what_is_more_than_a_line_is_told: "line-mistakes",
    cards_are_made_to_print: "block-card",
    dilemmas_are_made_to_print: "block-dilemma",
    mistakes_in_cards_and_dilemmas_are_told: "block-handout-mistakes",
    downloads_say_their_type_and_size: "block-download",
    videos_have_captions_and_a_transcript: "block-video",
    mistakes_in_downloads_and_videos_are_told: "block-medium-mistakes",
    qr_codes_hold_whole_addresses: "block-qr",
    mistakes_in_qr_codes_are_told: "block-qr-mistakes",
    terms_lead_to_the_word_list: "block-glossary",
    mistakes_in_terms_are_told: "block-glossary-mistakes",
    a_term_needs_a_word_list: "block-glossary-without-page",
    mistakes_in_each_kind_of_block_are_told: "block-mistakes-by-block",
    contacts_of_the_settings_stand_where_a_page_wants_them: "block-contact",
    what_to_do_when_is_a_table: "block-decision-table",
    figures_have_a_source_and_a_year: "block-figure",
    questions_fold_open_to_their_answers: "block-questions",
    what_somebody_said_says_who_or_that_it_is_a_colleague: "block-quote",
    protocols_with_too_many_steps_are_told: "protocol-steps",
    a_box_to_tick_without_text_is_told: "task-list-mistakes",
    what_is_to_be_done_can_be_ticked: "task-lists",
    only_what_is_published_today_is_shown: "dates",
    files_get_names_that_follow_their_bytes: "files",
    messages_are_shown_and_can_be_followed: "messages",
    mistakes_in_messages_are_told: "message-mistakes",
    messages_that_cannot_be_read_are_told_and_nothing_else: "message-unreadable",
    infographics_of_every_kind_are_made_with_their_posters: "infographics",
    mistakes_in_infographics_are_told_with_their_line: "infographic-mistakes",
    links_are_resolved_and_dead_ones_told: "links",
    mistakes_are_all_told_at_once: "mistakes",
    every_page_can_be_found: "search",
    mistakes_about_search_are_told: "search-mistakes",
    paths_lead_past_pages_and_exercises: "paths",
    mistakes_in_paths_and_exercises_are_told: "path-mistakes",
    texts_that_are_hard_to_read_are_told: "plain-language",
    what_everybody_can_read_stays_silent: "accessibility",
    what_keeps_people_from_reading_is_told: "accessibility-mistakes",
    what_nobody_comes_to_or_uses_is_told: "loose-ends",
    forms_are_on_the_portal_though_the_receiver_is_elsewhere: "forms-elsewhere",
    what_leads_to_a_form_with_mistakes_is_no_second_mistake: "unread-forms",
    pages_name_requirements_that_are_there: "requirements",
    folders_are_sections: "sections",
    versions_of_a_page_know_each_other: "translations",
}

#[test]
fn the_feed_of_paths_has_names_and_addresses_that_do_not_change() {
    let (portal, _) = portal_at(&repository().join("tests/site/paths"));
    let outputs = portal.unwrap().outputs;
    let file = outputs.iter().find(|output| output.path == "paths.json");
    let feed: serde_json::Value = serde_json::from_slice(&file.unwrap().bytes).unwrap();
    let told = |path: &serde_json::Value| {
        let steps = path["steps"].as_array().unwrap().iter();
        let steps = steps.map(|step| {
            format!(
                "  {} {} {} {}\n",
                step["id"], step["language"], step["url"], step["minutes"]
            )
        });
        format!(
            "{} {} {} {}\n{}",
            path["id"],
            path["version"],
            path["url"],
            path["minutes"],
            steps.collect::<String>()
        )
    };
    let told: String = feed["paths"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(
        told.replace('"', ""),
        "nieuw 2 https://intranet.example/veilig/en/p/wegwijs-nieuw/ 4\n  \
           norm#our-norm en https://intranet.example/veilig/en/p/norm/#our-norm 3\n  \
           norm-huisregels nl https://intranet.example/veilig/p/norm-huisregels/ 1\n\
         nieuw 1.2 https://intranet.example/veilig/p/wegwijs-nieuw/ 13\n  \
           norm#de-norm nl https://intranet.example/veilig/p/norm/#de-norm 3\n  \
           norm-huisregels nl https://intranet.example/veilig/p/norm-huisregels/ 1\n  \
           praktijk nl https://intranet.example/veilig/oefenen/ 5\n  \
           kaarten nl https://intranet.example/veilig/p/kaarten/ 4\n\
         wegwijs-opfris 1 https://intranet.example/veilig/p/wegwijs-opfris/ 4\n  \
           norm#de-norm nl https://intranet.example/veilig/p/norm/#de-norm 2\n  \
           norm nl https://intranet.example/veilig/p/norm/ 2\n"
    );
}

#[test]
fn the_portal_that_ships_has_nothing_wrong() {
    let (portal, mut diagnostics) = portal_at(repository());
    diagnostics.retain(|diagnostic| diagnostic.severity != Severity::Advice);
    assert_eq!(
        told(&diagnostics).lines().count(),
        1,
        "{}",
        told(&diagnostics)
    );
    assert!(told(&diagnostics).starts_with("Warning places-to-fill-in"));
    assert!(portal.unwrap().outputs.len() > 60);
}

#[test]
fn every_infographic_that_ships_has_posters_that_are_sound() {
    let (portal, _) = portal_at(repository());
    let portal = portal.unwrap();
    let pages = portal.site.pages();
    let written = pages.map(|page| page.source.text().matches("\n```infographic").count());
    let posters: Vec<&Output> = portal
        .outputs
        .iter()
        .filter(|output| output.path.contains("posters/") && output.path.ends_with(".svg"))
        .collect();
    assert!(!posters.is_empty());
    // Each is there on two papers.
    assert_eq!(posters.len(), 2 * written.sum::<usize>());
    for poster in posters {
        let svg = std::str::from_utf8(&poster.bytes).unwrap();
        let tree = roxmltree::Document::parse(svg).unwrap();
        let root = tree.root_element();
        assert_eq!(root.attribute("role"), Some("img"), "{}", poster.path);
        let mut inside = root.children().filter(roxmltree::Node::is_element);
        for name in ["title", "desc"] {
            let element = inside.next().unwrap();
            assert_eq!(element.tag_name().name(), name, "{}", poster.path);
            assert!(element.text().is_some_and(|text| !text.is_empty()));
        }
        for node in tree.descendants().filter(roxmltree::Node::is_element) {
            let drawn = [
                "svg", "title", "desc", "rect", "circle", "polyline", "text", "tspan",
            ];
            assert!(drawn.contains(&node.tag_name().name()), "{}", poster.path);
            assert_eq!(node.attribute("style"), None, "{}", poster.path);
        }
    }
}

#[test]
fn every_requirement_is_served_or_says_what_is_lacking() {
    let (portal, _) = portal_at(repository());
    let site = portal.unwrap().site;
    for row in Requirements::shipped().rows {
        let status = Requirements::status(&row, pages_for(&site, &row).len());
        assert!(status != Status::Nobody, "{}", row.id);
    }
}

#[test]
fn an_earlier_version_is_for_no_search_engine() {
    let (portal, _) = portal_at(&repository().join("tests/site/archive"));
    let outputs = portal.unwrap().outputs;
    let text = |path: &str| {
        let output = outputs.iter().find(|output| output.path == path).unwrap();
        String::from_utf8(output.bytes.to_vec()).unwrap()
    };
    let noindex = "<meta name=\"robots\" content=\"noindex, nofollow\">";
    assert!(text("archief/norm-0-9/index.html").contains(noindex));
    assert!(!text("norm/index.html").contains(noindex));
    let sitemap = text("sitemap.xml");
    assert!(
        sitemap.contains("/norm/") && !sitemap.contains("archief"),
        "{sitemap}"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (first, _) = portal_at(repository());
    let (second, _) = portal_at(repository());
    assert!(first.unwrap().outputs == second.unwrap().outputs);
}

/// Returns a page without the code that it shows to readers.
fn without_code(html: &str) -> String {
    let after = |part: &'_ str| part.split_once("</pre>").map(|(_, rest)| rest.to_owned());
    let mut parts = html.split("<pre>");
    let first = parts.next().unwrap_or_default().to_owned();
    parts
        .filter_map(after)
        .fold(first, |html, rest| html + &rest)
}

#[test]
fn no_page_that_ships_has_inline_style_or_script_or_leaves_the_portal_for_a_file() {
    let (portal, _) = portal_at(repository());
    for output in portal.unwrap().outputs {
        if !output.path.ends_with(".html") {
            continue;
        }
        let html = without_code(std::str::from_utf8(&output.bytes).unwrap());
        for forbidden in [
            " style=\"",
            "<style",
            "<script>",
            " onclick",
            "src=\"http",
            "href=\"//",
        ] {
            assert!(
                !html.contains(forbidden),
                "{} holds {forbidden}",
                output.path
            );
        }
    }
}

#[test]
fn a_build_with_errors_leaves_the_good_one_standing() {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    };
    let build = || {
        Command::new(env!("CARGO_BIN_EXE_meldwijzer"))
            .args(["build", "--root"])
            .arg(root.path())
            .output()
            .unwrap()
    };
    write("site.yaml", "title: T\norganisation: O\n");
    write("content/index.md", "---\ntitle: Goed\n---\nTekst\n");
    assert_eq!(build().status.code(), Some(0));
    write(
        "content/index.md",
        "---\ntitle: Fout\n---\n[weg](nergens.md)\n",
    );
    let failed = build();
    assert_eq!(failed.status.code(), Some(1));
    let told = String::from_utf8_lossy(&failed.stderr);
    assert!(told.contains("content/index.md:4:7"), "{told}");
    let page = fs::read_to_string(root.path().join("public/index.html")).unwrap();
    assert!(page.contains("Goed") && !page.contains("Fout"));
}

#[test]
fn a_portal_can_be_put_among_the_apps_of_a_phone_in_each_language() {
    let (portal, _) = portal_at(&repository().join("tests/site/base-path"));
    let portal = portal.unwrap();
    let app = portal.outputs.iter().find(|o| o.path == "app.webmanifest");
    let manifest: serde_json::Value = serde_json::from_slice(&app.unwrap().bytes).unwrap();
    assert_eq!(manifest["scope"], "/veilig/");
    assert_eq!(manifest["start_url"], "/veilig/");
    assert_eq!(manifest["shortcuts"][0]["url"], "/veilig/melden/");
    let icon = manifest["icons"][0]["src"].as_str().unwrap();
    let icon = icon.strip_prefix("/veilig/").unwrap();
    assert!(portal.outputs.iter().any(|output| output.path == icon));
    let home = portal.outputs.iter().find(|o| o.path == "index.html");
    let home = String::from_utf8(home.unwrap().bytes.to_vec()).unwrap();
    assert!(home.contains("<link rel=\"manifest\" href=\"/veilig/app.webmanifest\">"));
}
