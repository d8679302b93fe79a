//! Thousands of generated answer sets, sent to every shipped form as a browser sends them.
//!
//! A set is right, wrong or hostile, and is drawn together with what must become of it: refused with the
//! right words at the right question, with everything typed still there, or stored exactly as typed. What
//! is stored is opened from the disk with the recovery key. A failure says which set it was; `SENT_SETS`
//! sends so many times more.

mod desk;
pub mod draw;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use meldwijzer::form::{Definition, Field, FieldKind, Sends};
use meldwijzer::language::Language;
use meldwijzer::message::Catalogue;
use meldwijzer::report::acts::Reader;
use meldwijzer::report::archive::Archive;
use meldwijzer::report::event::Kind;
use meldwijzer::report::ids::CaseId;
use meldwijzer::report::submissions::State;
use serde_json::{Value, json};

use desk::{Browser, Desk, forms};
use draw::{Drawn, Numbers, Pairs, draw};
use page::Page;

/// Sets for each form, second parts and practice apart.
const SETS: u64 = 250;

/// Sets for practice: nothing is stored, so they cost least.
const PRACTICE_SETS: u64 = 1_000;

/// Reports whose second part is sent.
const REPORTS_WITH_DETAILS: u64 = 20;

/// Sets for the second part of each of them.
const SETS_OF_DETAILS: u64 = 15;

/// Pieces that would be markup if they were not escaped.
const MARKUP: [&str; 4] = ["<script>alert", "</textarea><b>", "<img src=x", "x<!-- "];

fn times_more() -> u64 {
    let asked = std::env::var("SENT_SETS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(1)
}

/// Says which set it was when a test fails on it.
struct Set<'a> {
    form: &'a Definition,
    /// What was stored of the part before.
    given: &'a Value,
    language: Language,
    number: u64,
}

impl Drop for Set<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "form {}, set {}, {}",
                self.form.id, self.number, self.language
            );
        }
    }
}

impl<'a> Set<'a> {
    fn of(form: &'a Definition, number: u64) -> Set<'a> {
        let at = usize::try_from(number).unwrap() % form.languages.len();
        Set {
            form,
            given: &Value::Null,
            language: form.languages[at],
            number,
        }
    }

    fn numbers(&self) -> Numbers {
        Numbers(self.number)
    }

    fn path(&self) -> String {
        self.form.path(self.language, Language::Nl)
    }

    /// The key of the pages, of which each set has its own.
    fn key(&self) -> (String, String) {
        ("key".to_owned(), format!("{:032x}", self.number + 1))
    }
}

/// What somebody does with a set in which nothing is wrong.
fn send_rightly(
    browser: &mut Browser,
    set: &Set<'_>,
    drawn: &Drawn,
    texts: &Catalogue,
    numbers: &mut Numbers,
) -> Page {
    match numbers.below(16) {
        // The form has changed since its page was opened.
        0 => {
            let mut pairs = drawn.sent.clone();
            let version = (set.form.version + 1).to_string();
            pairs.push(("version".to_owned(), version));
            let check = browser.press("send", "_check", &pairs);
            assert!(check.html.contains(&texts.text("form.changed", &[])));
            check_rows(browser, set, drawn, &check, texts);
            browser.press_on(&check, "send")
        }
        1 => {
            let check = browser.press("change:nowhere", "_check", &drawn.sent);
            check_rows(browser, set, drawn, &check, texts);
            browser.press_on(&check, "send")
        }
        2 => {
            let check = walk(browser, set, drawn);
            check_rows(browser, set, &drawn.of_asked(), &check, texts);
            browser.press_on(&check, "send")
        }
        3 => {
            browser.press("send", "_check", &drawn.sent);
            browser.press("send", "_check", &drawn.sent)
        }
        // Somebody goes back and answers other things.
        4 => {
            let before = draw(set.form, set.given, 0, numbers);
            browser.press("send", "_check", &before.sent);
            browser.press("send", "_check", &drawn.sent)
        }
        _ => browser.press("send", "_check", &drawn.sent),
    }
}

/// Fills in the form page by page, and returns the check page.
fn walk(browser: &mut Browser, set: &Set<'_>, drawn: &Drawn) -> Page {
    let form = set.form;
    let of = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    // What only came along has no page before it was there.
    let came_along = |name: &str| {
        let field = form.field(&of(name));
        field.is_some_and(|field| field.only_prefilled)
    };
    let first = form.pages[0].id.clone();
    let mut pairs: Pairs = drawn.sent.clone();
    pairs.retain(|(name, _)| came_along(name));
    let mut page = browser.press("resume", &first, &pairs);
    let mut visited = Vec::new();
    while page.hidden("page") != Some("_check") {
        assert_eq!(page.mistakes(), []);
        let id = page.hidden("page").unwrap().to_owned();
        let asks = |name: &str| page.asks(&of(name));
        let mut pairs = page.pairs();
        pairs.retain(|(name, _)| !asks(name));
        pairs.extend(drawn.sent.iter().filter(|(name, _)| asks(name)).cloned());
        pairs.push(("go".to_owned(), "next".to_owned()));
        visited.push(id);
        assert!(visited.len() <= form.pages.len(), "{visited:?}");
        page = browser.post(&pairs);
    }
    let asked = form.pages.iter().filter(|page| {
        let names = page.fields.iter().map(|field| field.name.to_string());
        names.into_iter().any(|name| drawn.asked.contains(&name))
    });
    let asked: Vec<&str> = asked.map(|page| page.id.as_str()).collect();
    let is_asking = |id: &&str| {
        let page = form.page(id).unwrap();
        page.fields.iter().any(|field| field.kind.is_question())
    };
    let visited = visited.iter().map(String::as_str).filter(is_asking);
    assert_eq!(visited.collect::<Vec<_>>(), asked);
    page
}

/// Checks that the check page lists what was asked, and that each button leads to its question.
fn check_rows(
    browser: &mut Browser,
    set: &Set<'_>,
    drawn: &Drawn,
    check: &Page,
    texts: &Catalogue,
) {
    assert_eq!(check.hidden("page"), Some("_check"), "{:?}", drawn.sent);
    let asked: Vec<&Field> = drawn
        .asked
        .iter()
        .map(|name| set.form.field(name).unwrap())
        .filter(|field| field.stored)
        .collect();
    let page_of = |field: &Field| {
        let mut pages = set.form.pages.iter();
        pages.find(|page| page.fields.contains(field)).unwrap()
    };
    let rows = check.rows();
    let label = |field: &&Field| field.short_label().get(set.language).to_owned();
    let listed: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row.label.as_str(), row.change.as_str()))
        .collect();
    let changes: Vec<(String, String)> = asked
        .iter()
        .map(|field| (label(field), format!("change:{}", page_of(field).id)))
        .collect();
    let expected = changes.iter().map(|(a, b)| (a.as_str(), b.as_str()));
    assert_eq!(listed, expected.collect::<Vec<_>>(), "{:?}", drawn.sent);
    let stored = drawn.stored();
    let mut changed: BTreeMap<&String, Page> = BTreeMap::new();
    for (row, field) in rows.iter().zip(&asked) {
        let answer = &stored[field.name.as_str()];
        match answer.as_str().filter(|_| field.kind.is_prose()) {
            Some(text) => {
                let lines: Vec<&str> = text.lines().collect();
                assert_eq!(row.lines, lines, "{}", field.name);
            }
            None => assert_eq!(row.lines.is_empty(), answer.is_null(), "{}", field.name),
        }
        let page = changed
            .entry(&row.change)
            .or_insert_with(|| browser.press_on(check, &row.change));
        let asks = page.asks(field.name.as_str());
        assert!(asks, "{}: {}", field.name, row.change);
    }
    for page in changed.values() {
        check_kept(drawn, page);
    }
    assert_eq!(check.heading(), texts.text("check.title", &[]));
}

/// Checks that everything typed is on the page as it was typed.
fn check_kept(drawn: &Drawn, page: &Page) {
    let pairs: BTreeSet<_> = page.pairs().into_iter().collect();
    for pair in drawn.kept() {
        assert!(pairs.contains(&pair), "{pair:?} is not in {pairs:?}");
    }
    for markup in MARKUP {
        assert!(!page.html.contains(markup), "{markup} in {}", page.html);
    }
}

/// Checks that a page refuses a set, with the right words in the right places.
fn check_refused(set: &Set<'_>, drawn: &Drawn, page: &Page, texts: &Catalogue) {
    let first = drawn.wrong[0].page.as_str();
    assert_eq!(page.hidden("page"), Some(first), "{:?}", drawn.wrong);
    let expected: Vec<_> = drawn
        .wrong
        .iter()
        .filter(|wrong| wrong.page == first)
        .collect();
    let mistakes = page.mistakes();
    let places: Vec<&str> = mistakes.iter().map(|(id, _)| id.as_str()).collect();
    let inputs: Vec<&str> = expected.iter().map(|wrong| wrong.input.as_str()).collect();
    assert_eq!(places, inputs, "{:?}", drawn.wrong);
    for (wrong, (id, text)) in expected.iter().zip(&mistakes) {
        let words = match &wrong.own {
            Some(own) => own.get(set.language).to_owned(),
            None => texts.get(wrong.key).unwrap().to_owned(),
        };
        assert!(fits(&words, text), "{wrong:?}: {words} is not {text}");
        assert_eq!(page.count(id), 1, "{id}");
        let told = page.told_at(&wrong.field);
        assert!(
            told.is_some_and(|told| told.contains(text.as_str())),
            "{wrong:?}"
        );
        assert!(!page.is_typed(id) || page.is_invalid(id), "{wrong:?}");
    }
    check_kept(drawn, page);
}

/// Returns whether a text is made of words with places to fill in.
fn fits(words: &str, text: &str) -> bool {
    let mut rest = text;
    words.split('{').enumerate().all(|(at, piece)| {
        let literal = match at {
            0 => piece,
            _ => piece.split_once('}').unwrap().1,
        };
        match rest.find(literal) {
            Some(found) => {
                rest = &rest[found + literal.len()..];
                true
            }
            None => false,
        }
    })
}

fn draw_first(set: &Set<'_>, numbers: &mut Numbers) -> Drawn {
    let wrong_one_in = numbers.one(&[0, 0, 20, 4]);
    draw(set.form, set.given, wrong_one_in, numbers)
}

/// Sends sets to a form and returns what must be stored, with what was served when it was.
fn send_all(
    desk: &Desk,
    form: &Definition,
    sets: u64,
    mut accepted: impl FnMut(&Set<'_>, Drawn, &Page),
) {
    let (mut right, mut wrong) = (0, 0);
    for number in 0..sets * times_more() {
        let set = Set::of(form, number);
        let texts = desk.texts(set.language);
        let mut numbers = set.numbers();
        let drawn = draw_first(&set, &mut numbers);
        let mut browser = Browser::of(desk, set.path());
        browser.carried = vec![set.key()];
        if drawn.wrong.is_empty() {
            right += 1;
            let page = send_rightly(&mut browser, &set, &drawn, texts, &mut numbers);
            accepted(&set, drawn, &page);
        } else {
            wrong += 1;
            let page = browser.press("send", "_check", &drawn.sent);
            check_refused(&set, &drawn, &page, texts);
        }
    }
    assert!(
        right > sets / 4 && wrong > sets / 8,
        "{}: {right} right, {wrong} wrong",
        form.id
    );
    desk.logged_nothing();
}

#[test]
fn every_submission_is_refused_at_its_question_or_stored_as_typed() {
    let is_submission = |form: &Definition| matches!(form.sends, Sends::Submission { .. });
    let forms: Vec<Definition> = forms().into_iter().filter(is_submission).collect();
    std::thread::scope(|scope| {
        for form in &forms {
            scope.spawn(|| check_submissions(form));
        }
    });
}

fn check_submissions(form: &Definition) {
    let desk = Desk::open();
    let Sends::Submission { confirmation, .. } = &form.sends else {
        panic!("{} sends no submissions", form.id);
    };
    let mut expected = Vec::new();
    send_all(&desk, form, SETS, |set, drawn, page| {
        assert_eq!(page.heading(), confirmation.title.get(set.language));
        let answers = drawn.stored();
        expected.push(json!({
            "form": form.id,
            "version": form.version,
            "language": set.language.tag(),
            "answers": sorted(&answers),
            "to": addressees(form, &answers),
        }));
    });
    let found = Archive::at(desk.data()).submissions().unwrap();
    assert!(found.findings.is_empty());
    let found = found.whole.iter().map(|submission| {
        let State::Kept(kept) = &submission.state else {
            panic!("{} is over", submission.id);
        };
        let contents = submission.open(&desk.recovery).unwrap();
        json!({
            "form": contents.form,
            "version": kept.form_version,
            "language": contents.language,
            "answers": sorted(&contents.answers),
            "to": kept.to,
        })
    });
    // Nothing says which submission is whose.
    let lines = |values: Vec<Value>| {
        let mut lines: Vec<String> = values.iter().map(Value::to_string).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(found.collect()), lines(expected));
}

/// Writes an object with its keys in order.
fn sorted(object: &Value) -> Value {
    let object: BTreeMap<_, _> = object.as_object().unwrap().iter().collect();
    json!(object)
}

fn addressees(form: &Definition, answers: &Value) -> Value {
    use meldwijzer::form::Addressees;
    match &form.to {
        Addressees::All(all) => json!(all),
        Addressees::Chosen { field, otherwise } => match &answers[field.as_str()] {
            Value::String(chosen) => json!([chosen]),
            _ => json!([otherwise]),
        },
    }
}

#[test]
fn practice_refuses_the_same_and_stores_nothing() {
    for form in forms().into_iter().filter(|form| form.practice) {
        let desk = Desk::open();
        let before = files(desk.data());
        send_all(&desk, &form, PRACTICE_SETS, |set, _, page| {
            let title = desk.texts(set.language).text("practice.done_title", &[]);
            assert_eq!(page.heading(), title);
        });
        assert_eq!(files(desk.data()), before);
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

#[test]
fn every_report_is_refused_at_its_question_or_stored_as_typed() {
    for form in forms().into_iter().filter(Definition::makes_cases) {
        let desk = Desk::open();
        let mut expected = BTreeMap::new();
        send_all(&desk, &form, SETS, |set, drawn, page| {
            let before = expected.insert(case_of(page), (set.language, drawn));
            assert!(before.is_none());
            let kept = page.hidden("code").is_some();
            assert!(kept, "{}", page.html);
        });
        let store = desk.store();
        let cases = store.cases().unwrap().cases;
        assert_eq!(cases.len(), expected.len());
        for (id, (language, drawn)) in expected {
            let opened = store.open_with_key(id, Reader::Recovery, &desk.recovery);
            let case = opened.unwrap().case;
            assert_eq!(case.answers, drawn.stored(), "{:?}", drawn.sent);
            assert_eq!(case.language, language.tag());
            let mut bodies = case.entries.iter().rev().map(|entry| &entry.body);
            let body = bodies.find(|body| body.answers.is_some()).unwrap();
            assert_eq!(body.answers, Some(Value::Object(drawn.answers.clone())));
            assert_eq!(body.countable, Some(Value::Object(drawn.countable.clone())));
            let to = addressees(&form, &drawn.stored());
            assert_eq!(json!([case.cover.recipient]), to);
            assert_eq!(case.cover.form.version, form.version);
        }
    }
}

fn case_of(page: &Page) -> CaseId {
    let number = page.text_of("receipt-number");
    number
        .unwrap_or_else(|| panic!("{}", page.html))
        .parse()
        .unwrap()
}

#[test]
fn every_second_part_is_refused_at_its_question_or_stored_as_typed() {
    let is_asked_later = |form: &Definition| form.makes_cases() && form.details.is_some();
    for form in forms().into_iter().filter(is_asked_later) {
        let desk = Desk::open();
        let part = form.second_part().unwrap();
        let mut expected = BTreeMap::new();
        let (mut right, mut wrong) = (0, 0);
        for report in 0..REPORTS_WITH_DETAILS * times_more() {
            let first = Set::of(&form, report);
            let language = first.language;
            let texts = desk.texts(language);
            let given = draw(&form, &Value::Null, 0, &mut first.numbers());
            let mut browser = Browser::of(&desk, first.path());
            browser.carried = vec![first.key()];
            let confirmation = browser.press("send", "_check", &given.sent);
            let case = case_of(&confirmation);
            let code = confirmation.hidden("code").unwrap().to_owned();
            let mut browser = Browser::of(&desk, form.follow_path(language, Language::Nl));
            browser.carried = vec![("code".to_owned(), code)];
            let begun = browser.press("details", "", &[]);
            for name in ["key", "visit", "part"] {
                let value = begun.hidden(name).unwrap().to_owned();
                browser.carried.push((name.to_owned(), value));
            }
            let mut last = None;
            let stored = given.stored();
            for number in 0..SETS_OF_DETAILS {
                let set = Set {
                    form: &part,
                    given: &stored,
                    language,
                    number: report * 1_000 + number,
                };
                let mut numbers = set.numbers();
                let wrong_one_in = numbers.one(&[0, 20, 20, 8, 8]);
                let drawn = draw(&part, &stored, wrong_one_in, &mut numbers);
                if drawn.wrong.is_empty() {
                    right += 1;
                    let page = send_rightly(&mut browser, &set, &drawn, texts, &mut numbers);
                    let told = texts.text("follow.done.details_undecided", &[]);
                    assert!(page.html.contains(&told), "{}", page.html);
                    last = Some(drawn);
                } else {
                    wrong += 1;
                    let page = browser.press("send", "_check", &drawn.sent);
                    check_refused(&set, &drawn, &page, texts);
                }
            }
            expected.insert(case, (given, last));
        }
        assert!(right > 60 && wrong > 100, "{right} right, {wrong} wrong");
        desk.logged_nothing();
        let store = desk.store();
        assert_eq!(store.cases().unwrap().cases.len(), expected.len());
        for (id, (given, last)) in expected {
            let opened = store.open_with_key(id, Reader::Recovery, &desk.recovery);
            let case = opened.unwrap().case;
            assert_eq!(case.first_answers, given.stored());
            let Some(last) = last else {
                assert!(case.detail_answers.is_null());
                continue;
            };
            assert_eq!(case.detail_answers, last.stored(), "{:?}", last.sent);
            let mut entries = case.entries.iter().rev();
            let entry = entries.find(|entry| entry.happening.kind == Kind::DetailsGiven);
            let body = &entry.unwrap().body;
            assert_eq!(body.answers, Some(Value::Object(last.answers.clone())));
            assert_eq!(body.countable, Some(Value::Object(last.countable.clone())));
        }
    }
}

#[test]
fn what_comes_along_in_an_address_is_on_the_first_page_or_told_as_refused() {
    let forms = forms();
    let is_filled = |form: &&Definition| form.fields().any(|field| field.prefill.is_some());
    let desk = Desk::open();
    for form in forms.iter().filter(is_filled) {
        for number in 0..60 * times_more() {
            check_address(&desk, &Set::of(form, number));
        }
    }
    assert_eq!(Archive::at(desk.data()).submissions().unwrap().whole, []);
    desk.logged_nothing();
}

fn check_address(desk: &Desk, set: &Set<'_>) {
    let mut numbers = set.numbers();
    let texts = desk.texts(set.language);
    let (mut query, mut taken, mut refused) = (Vec::new(), Vec::new(), 0);
    for field in set.form.fields() {
        let name = field.name.to_string();
        let typed = match (numbers.below(6), field.kind.is_prose()) {
            (0, _) => continue,
            (1, _) => "a\0b".to_owned(),
            (2, _) => "111222333 <b>".to_owned(),
            (3, true) => "a@b.nl".to_owned(),
            (4, true) => "x".repeat(field.max_length + 1),
            (_, true) => draw::words(&mut numbers),
            (_, false) => {
                let values = field.values();
                let Some(value) = values.first() else {
                    continue;
                };
                (*value).to_owned()
            }
        };
        let Some(prefill) = &field.prefill else {
            // Whatever else comes along is not for the form.
            query.push((name, typed));
            continue;
        };
        let fits = match field.kind.is_prose() {
            true => typed.starts_with('x') && typed.chars().count() <= field.max_length,
            false => field.values().contains(&typed.as_str()),
        };
        query.push((prefill.clone(), typed.clone()));
        match fits {
            true => taken.push((name, typed)),
            false => refused += 1,
        }
    }
    let mut browser = Browser::of(desk, set.path());
    let page = browser.get(&query);
    let fields = set.form.fields().map(|field| field.name.to_string());
    let fields: BTreeSet<String> = fields.collect();
    let mut pairs = page.pairs();
    pairs.retain(|(name, value)| fields.contains(name) && !value.is_empty());
    pairs.sort();
    taken.sort();
    assert_eq!(pairs, taken, "{query:?}");
    let told = texts.text("form.refused", &[]);
    assert_eq!(page.html.contains(&told), refused > 0, "{query:?}");
    for markup in MARKUP {
        assert!(!page.html.contains(markup), "{markup} in {}", page.html);
    }
}

#[test]
fn items_are_added_and_removed_without_losing_what_is_typed() {
    for form in forms() {
        let groups = form.fields().filter(|field| field.kind == FieldKind::Group);
        for group in groups {
            let desk = Desk::open();
            for number in 0..15 * times_more() {
                check_items(&desk, &Set::of(&form, number), group);
            }
            desk.logged_nothing();
        }
    }
}

/// Types in items, adds some and removes some, beside a list that says what there must be.
fn check_items(desk: &Desk, set: &Set<'_>, group: &Field) {
    let mut numbers = set.numbers();
    let text = group
        .fields
        .iter()
        .find(|sub| sub.kind == FieldKind::ShortText);
    let text = text.unwrap().name.as_str();
    let mut browser = Browser::of(desk, set.path());
    let holds = |page: &&meldwijzer::form::Page| page.fields.contains(group);
    let page_id = set.form.pages.iter().find(holds).unwrap().id.as_str();
    // Wrong answers as well: nobody judges them here.
    let drawn = draw(set.form, &Value::Null, 8, &mut numbers);
    let of_group = |name: &str| name.starts_with(&format!("{}.", group.name));
    let mut sent = drawn.sent.clone();
    sent.retain(|(name, _)| !of_group(name));
    let mut page = browser.press("resume", page_id, &sent);
    let mut items: Vec<String> = vec![String::new()];
    for step in 0..12 {
        let mut pairs = page.pairs();
        let at = numbers.below(items.len());
        items[at] = format!("{step} \u{202e}<é>");
        let name = format!("{}.{}.{text}", group.name, at + 1);
        let typed = pairs.iter_mut().find(|(known, _)| *known == name);
        typed.unwrap().1.clone_from(&items[at]);
        let removes = items.len() > 1 && numbers.seldom(3);
        let go = if removes {
            let gone = numbers.below(items.len());
            items.remove(gone);
            format!("remove:{}.{}", group.name, gone + 1)
        } else {
            if items.len() < group.most {
                items.push(String::new());
            }
            format!("add:{}", group.name)
        };
        pairs.push(("go".to_owned(), go));
        page = browser.post(&pairs);
        assert_eq!(page.hidden("page"), Some(page_id));
        assert_eq!(page.mistakes(), []);
        let own = page.pairs();
        let own = own
            .iter()
            .filter(|(name, _)| of_group(name) && name.ends_with(&format!(".{text}")));
        let found: Vec<&str> = own.map(|(_, value)| value.as_str()).collect();
        assert_eq!(found, items);
        let add = format!("add:{}", group.name);
        let may_add = page.buttons().contains(&add.as_str());
        assert_eq!(may_add, items.len() < group.most);
        for pair in drawn.kept() {
            assert!(
                of_group(&pair.0) || page.pairs().contains(&pair),
                "{pair:?}"
            );
        }
    }
}
