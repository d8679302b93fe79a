//! Reads forms from their YAML files.
//!
//! All mistakes of a file are told at once. Reading goes on after a mistake with what is still
//! usable, so that one mistake does not hide others; a form with any mistake is not returned.

pub(super) mod fields;
pub(super) mod pages;
mod practice;
#[cfg(test)]
mod tests;

use super::condition::{Condition, Wanted};
use super::definition::{
    Addressees, Confirmation, ContactField, Definition, Details, KeepFor, RECIPIENTS,
    RECIPIENTS_OF_SUBMISSIONS, Sends,
};
use super::field::{Field, FieldKind, FieldName};
use super::text::Text;
use crate::diagnostic::{Diagnostic, any_error};
use crate::language::Language;
use crate::nearest::nearest;
use crate::source_text::{Place, SourceText};
use crate::yaml::{self, Mapping, Node, unknown_value};

/// Bytes in a name that is still a name.
pub(in crate::form) const LONGEST_WORD: usize = 60;

/// Recipients of one form: more is everybody.
pub(in crate::form) const MOST_RECIPIENTS: usize = 20;

/// Longest number of days, months or years for which something is kept: a century of months.
pub(in crate::form) const LONGEST_KEPT: i64 = 1200;

/// Value of `sends` for a case.
pub(in crate::form) const REPORT: &str = "report";

/// Value of `sends` for what is read, kept for a time and erased.
pub(in crate::form) const SUBMISSION: &str = "submission";

/// Key of the answer with which the receipt code is for a colleague.
const CODE_FOR_COLLEAGUE: &str = "code_for_colleague";

/// Addresses that no form can have: files of the portal, short addresses and pages in a language are there. It is what the
/// room of pages uses; a test holds them together.
pub const RESERVED_ADDRESSES: [&str; 4] = ["assets", "p", "nl", "en"];

/// Keys that only go with a report.
pub(in crate::form) const OF_REPORTS: [&str; 3] = ["details", "contact", CODE_FOR_COLLEAGUE];

/// Keys that only go with a submission.
pub(in crate::form) const OF_SUBMISSIONS: [&str; 3] = ["keep", "withdrawable", "confirmation"];

/// Key of a file that practises with another form.
pub(in crate::form) const PRACTICE_OF: &str = "practice_of";

/// Reads the forms of a portal. Of each file all mistakes are told; a form with any mistake is left out.
/// Files that practise with another form get its questions.
pub fn read_all(sources: &[SourceText]) -> (Vec<Definition>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut forms: Vec<Definition> = Vec::new();
    let mut practices = Vec::new();
    for source in sources {
        let (document, problems) = yaml::parse(source);
        let sound = !any_error(&problems);
        diagnostics.extend(problems);
        match document {
            Some(document) if practice::is_practice(&document) => {
                practices.push((source, document));
            }
            Some(document) => {
                let read = |reader: &mut Reader| reader.definition(source, &document);
                forms.extend(sound_form(read, &mut diagnostics));
            }
            None if sound => {
                diagnostics.push(Diagnostic::error("form-empty").at(source.start()));
            }
            None => {}
        }
    }
    // Files of forms of their own, right or wrong.
    let is_written = |path: &&str| practices.iter().all(|(source, _)| source.path() != *path);
    let written = sources.iter().map(SourceText::path).filter(is_written);
    let written: Vec<&str> = written.map(file_stem).collect();
    let mut practised = Vec::new();
    for (source, document) in &practices {
        let read = |reader: &mut Reader| reader.practice(source, document, &forms, &written);
        practised.extend(sound_form(read, &mut diagnostics));
    }
    forms.extend(practised);
    let forms = with_own_addresses(forms, sources, &mut diagnostics);
    crate::diagnostic::sort(&mut diagnostics);
    (forms, diagnostics)
}

/// Returns the addresses for which files ask of which no form could be made, so that links to them are no
/// mistakes as well. Lines are looked at, because a file may not even be YAML.
pub fn unread_addresses(sources: &[SourceText], forms: &[Definition]) -> Vec<String> {
    let is_unread = |source: &&SourceText| forms.iter().all(|f| f.id != file_stem(source.path()));
    let unread = sources.iter().filter(is_unread);
    unread
        .filter_map(|source| {
            let address = |line: &str| line.strip_prefix("address:").map(str::to_owned);
            let address = source.text().lines().find_map(address)?;
            let address = address.split('#').next().unwrap_or_default();
            let address = address.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
            is_word(address).then(|| address.to_owned())
        })
        .collect()
}

fn sound_form(
    read: impl FnOnce(&mut Reader) -> Option<Definition>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Definition> {
    let mut reader = Reader::default();
    let definition = read(&mut reader);
    let sound = !any_error(&reader.diagnostics);
    diagnostics.extend(reader.diagnostics);
    definition.filter(|_| sound)
}

/// Leaves out forms whose address another has, in the order of their files.
fn with_own_addresses(
    forms: Vec<Definition>,
    sources: &[SourceText],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Definition> {
    let mut own: Vec<Definition> = Vec::new();
    for source in sources {
        let id = file_stem(source.path());
        let Some(form) = forms.iter().find(|form| form.id == id) else {
            continue;
        };
        match own.iter().find(|other| other.address == form.address) {
            Some(other) => diagnostics.push(
                Diagnostic::error("form-same-address")
                    .with("address", &form.address)
                    .with("other", format!("forms/{}.yaml", other.id))
                    .at(source.start()),
            ),
            None => own.push(form.clone()),
        }
    }
    own
}

#[derive(Default)]
struct Reader {
    languages: Vec<Language>,
    /// Names of all fields, as written, with the number of their page.
    names: Vec<(usize, String)>,
    /// Ids of the pages read so far.
    page_ids: Vec<String>,
    pages_of_first_part: usize,
    in_details: bool,
    /// Names of the fields read so far, and of the words that go with their answers.
    seen: Vec<String>,
    /// Names in a query that fill fields read so far.
    prefills: Vec<String>,
    /// Sound fields of earlier pages.
    earlier: Vec<Field>,
    /// The fields of each page, with where they and the page stand.
    places: Vec<(Place, Vec<(FieldName, Place)>)>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn definition(&mut self, source: &SourceText, document: &Node) -> Option<Definition> {
        let mut form = Mapping::read(document, &mut self.diagnostics);
        let languages = form.require("languages", &mut self.diagnostics);
        self.languages = self.read_languages(languages);
        let id = self.id(source);
        let address = form.require("address", &mut self.diagnostics);
        let address = address.and_then(|node| self.address(node));
        let version = form.require("version", &mut self.diagnostics);
        let version = version.and_then(|node| self.number(node, 1, i64::from(u16::MAX)));
        let title = form.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let intro = form.get("intro").and_then(|node| self.text(node));
        let sends = self.sends(&mut form);
        let pages = form.require("pages", &mut self.diagnostics);
        let details = form.get("details");
        self.collect_names(pages, details);
        let pages = pages.map(|node| self.pages(node, document.place()));
        let first_part = self.earlier.len();
        self.in_details = true;
        let details = details.map(|node| self.details(node));
        self.tell_unreachable();
        self.earlier.truncate(first_part);
        let to = form.require("to", &mut self.diagnostics);
        let to = to.and_then(|node| self.addressees(node, sends.as_ref()));
        let contact = form.get("contact").map(|node| self.contact(node));
        let code_for_other = form.get(CODE_FOR_COLLEAGUE);
        let code_for_other = code_for_other.map(|node| self.code_for_other(node));
        form.finish(&mut self.diagnostics);
        Some(Definition {
            id,
            address: address?,
            version: u32::try_from(version?).ok()?,
            title: title?,
            intro,
            languages: self.languages.clone(),
            pages: pages?,
            given: Vec::new(),
            sends: sends?,
            to: to?,
            contact: contact.flatten(),
            code_for_other: code_for_other.flatten(),
            details: details.flatten(),
            practice: false,
        })
    }

    fn id(&mut self, source: &SourceText) -> String {
        let id = file_stem(source.path());
        if !is_word(id) {
            self.diagnostics.push(
                Diagnostic::error("form-file-name")
                    .with("value", id)
                    .at(source.start()),
            );
        }
        id.to_owned()
    }

    fn read_languages(&mut self, node: Option<&Node>) -> Vec<Language> {
        let known = Language::ALL.map(|language| (language.tag(), language));
        let mut languages = Vec::new();
        if let Some(node) = node.filter(|node| node.list().is_empty()) {
            self.diagnostics
                .push(Diagnostic::error("form-no-languages").at(node.place()));
        }
        for item in node.map(Node::list).unwrap_or_default() {
            if let Some(language) = item.one_of(&known, &mut self.diagnostics) {
                if languages.contains(&language) {
                    self.tell("form-duplicate-language", item, language.tag());
                } else {
                    languages.push(language);
                }
            }
        }
        languages
    }

    /// Reads what becomes of what is sent, with the keys that go with it.
    fn sends(&mut self, form: &mut Mapping<'_>) -> Option<Sends> {
        let known = [(REPORT, false), (SUBMISSION, true)];
        let is_submission = match form.get("sends") {
            Some(node) => node.one_of(&known, &mut self.diagnostics),
            None => Some(false),
        };
        let Some(is_submission) = is_submission else {
            // Which keys go with it is not known, so none of them is a mistake.
            for key in OF_SUBMISSIONS {
                form.get(key);
            }
            return None;
        };
        let (sends, unfit): (&str, &[&str]) = match is_submission {
            true => (SUBMISSION, &OF_REPORTS),
            false => (REPORT, &OF_SUBMISSIONS),
        };
        for (key, key_node, _) in form.entries_with_keys() {
            if unfit.contains(&key) {
                self.diagnostics.push(
                    Diagnostic::error("form-key-unfit-sends")
                        .with("key", key)
                        .with("sends", sends)
                        .at(key_node.place()),
                );
            }
        }
        if !is_submission {
            for key in OF_SUBMISSIONS {
                form.get(key);
            }
            return Some(Sends::Report);
        }
        let keep = form.require("keep", &mut self.diagnostics);
        let keep = keep.and_then(|node| self.keep(node));
        let confirmation = form.require("confirmation", &mut self.diagnostics);
        let confirmation = confirmation.and_then(|node| self.confirmation(node));
        let withdrawable = form.get("withdrawable");
        let withdrawable = withdrawable.and_then(|node| node.flag(&mut self.diagnostics));
        Some(Sends::Submission {
            keep: keep?,
            withdrawable: withdrawable.unwrap_or(false),
            confirmation: confirmation?,
        })
    }

    /// Reads a time: `{days: 14}`, `{months: 12}` or `{years: 5}`.
    fn keep(&mut self, node: &Node) -> Option<KeepFor> {
        let before = self.diagnostics.len();
        let mut keep = Mapping::read(node, &mut self.diagnostics);
        let units = [
            keep.get("days")
                .map(|n| (n, KeepFor::Days as fn(u16) -> KeepFor)),
            keep.get("months")
                .map(|n| (n, KeepFor::Months as fn(u16) -> KeepFor)),
            keep.get("years")
                .map(|n| (n, KeepFor::Years as fn(u16) -> KeepFor)),
        ];
        keep.finish(&mut self.diagnostics);
        let mut given = units.into_iter().flatten();
        let (Some((number, unit)), None) = (given.next(), given.next()) else {
            if self.diagnostics.len() == before {
                self.diagnostics
                    .push(Diagnostic::error("form-keep-one").at(node.place()));
            }
            return None;
        };
        let count = self.number(number, 1, LONGEST_KEPT)?;
        u16::try_from(count).ok().map(unit)
    }

    fn confirmation(&mut self, node: &Node) -> Option<Confirmation> {
        let mut confirmation = Mapping::read(node, &mut self.diagnostics);
        let title = confirmation.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let text = confirmation.require("text", &mut self.diagnostics);
        let text = text.and_then(|node| self.text(node));
        confirmation.finish(&mut self.diagnostics);
        Some(Confirmation {
            title: title?,
            text: text?,
        })
    }

    /// Reads who may open what is sent: a list of recipients, or a question and who else.
    fn addressees(&mut self, node: &Node, sends: Option<&Sends>) -> Option<Addressees> {
        let mut known = RECIPIENTS.to_vec();
        let is_report = matches!(sends, Some(Sends::Report));
        if !is_report {
            known.extend(RECIPIENTS_OF_SUBMISSIONS);
        }
        if !node.is_mapping() {
            let nodes = self.some(node, "to", MOST_RECIPIENTS);
            if nodes.is_empty() {
                self.diagnostics
                    .push(Diagnostic::error("form-no-recipients").at(node.place()));
            }
            let all = nodes
                .into_iter()
                .filter_map(|node| self.recipient(node, &known));
            let all: Vec<String> = all.collect();
            if let (true, Some(second)) = (is_report, node.list().get(1)) {
                self.one_recipient(second);
            }
            return (!all.is_empty()).then_some(Addressees::All(all));
        }
        let mut to = Mapping::read(node, &mut self.diagnostics);
        let field_node = to.require("field", &mut self.diagnostics);
        let field = field_node.and_then(|node| self.choice_of_first_part(node));
        let otherwise = to.require("otherwise", &mut self.diagnostics);
        let otherwise = otherwise.and_then(|node| self.recipient(node, &known));
        to.finish(&mut self.diagnostics);
        if let (Some(node), Some(field)) = (field_node, &field) {
            if is_report && field.kind != FieldKind::Choice {
                self.one_recipient(node);
            }
            for value in field.values() {
                self.check_recipient(value, &known, node, Some(&field.name));
            }
        }
        Some(Addressees::Chosen {
            field: field?.name,
            otherwise: otherwise?,
        })
    }

    /// Tells that a report goes to one recipient, who passes it on where the reporter wants that.
    fn one_recipient(&mut self, node: &Node) {
        self.diagnostics
            .push(Diagnostic::error("form-report-two-recipients").at(node.place()));
    }

    fn recipient(&mut self, node: &Node, known: &[&str]) -> Option<String> {
        let value = node.text(&mut self.diagnostics)?;
        self.check_recipient(&value, known, node, None)
            .then_some(value)
    }

    /// Tells who is no recipient: what is sent to nobody that we know could be opened by nobody.
    fn check_recipient(
        &mut self,
        value: &str,
        known: &[&str],
        node: &Node,
        answer_to: Option<&FieldName>,
    ) -> bool {
        if known.contains(&value) {
            return true;
        }
        let near = nearest(value, known.iter().copied());
        let near = near.or(known.first().copied()).unwrap_or_default();
        let diagnostic = match answer_to {
            Some(field) => Diagnostic::error("form-answer-no-recipient").with("field", field),
            None => Diagnostic::error("form-no-such-recipient"),
        };
        self.diagnostics.push(
            diagnostic
                .with("value", value)
                .with("nearest", near)
                .with("known", known.join(", "))
                .at(node.place()),
        );
        false
    }

    fn contact(&mut self, node: &Node) -> Option<ContactField> {
        let mut contact = Mapping::read(node, &mut self.diagnostics);
        let field = contact.require("field", &mut self.diagnostics);
        let field = field.and_then(|node| self.choice_of_first_part(node));
        let none = contact.require("none", &mut self.diagnostics);
        contact.finish(&mut self.diagnostics);
        let (field, none) = (field?, none?);
        let none = self.answers_to(&field, none);
        Some(ContactField {
            field: field.name,
            none,
        })
    }

    fn code_for_other(&mut self, node: &Node) -> Option<Condition> {
        let mut condition = Mapping::read(node, &mut self.diagnostics);
        let field = condition.require("field", &mut self.diagnostics);
        let field = field.and_then(|node| self.choice_of_first_part(node));
        let any = condition.require("any", &mut self.diagnostics);
        condition.finish(&mut self.diagnostics);
        let field = field?;
        let any = self.answers_to(&field, any?);
        Some(Condition {
            field: field.name,
            wanted: Wanted::Any(any),
        })
    }

    /// Finds a question of the first part in which something is chosen.
    fn choice_of_first_part(&mut self, node: &Node) -> Option<Field> {
        let name = node.text(&mut self.diagnostics)?;
        let choices = self.earlier.iter().filter(|field| field.kind.has_options());
        let found = choices.clone().find(|field| field.name.as_str() == name);
        if found.is_none() {
            // A field with mistakes of its own is missing here; those mistakes are told already.
            let is_there = self.earlier.iter().any(|f| f.name.as_str() == name);
            let first = self.pages_of_first_part;
            let is_written = self
                .names
                .iter()
                .any(|(page, known)| *page < first && *known == name);
            if is_there || !is_written {
                let near = nearest(&name, choices.map(|field| field.name.as_str()));
                let diagnostic = match near {
                    Some(near) => {
                        Diagnostic::error("form-no-such-choice-near").with("nearest", near)
                    }
                    None => Diagnostic::error("form-no-such-choice"),
                };
                let diagnostic = diagnostic.with("value", &name).at(node.place());
                self.diagnostics.push(diagnostic);
            }
            return None;
        }
        found.cloned()
    }

    /// Reads answers to a question; others than it has are told.
    fn answers_to(&mut self, field: &Field, node: &Node) -> Vec<String> {
        let known = field.values();
        if node.list().is_empty() {
            self.tell("form-condition-no-answers", node, field.name.as_str());
        }
        let mut wanted = Vec::new();
        for item in node.list() {
            let Some(value) = item.text(&mut self.diagnostics) else {
                continue;
            };
            if known.contains(&value.as_str()) {
                wanted.push(value);
                continue;
            }
            let unknown = unknown_value(&value, &known);
            self.diagnostics.push(unknown.at(item.place()));
        }
        wanted
    }

    fn details(&mut self, node: &Node) -> Option<Details> {
        let mut details = Mapping::read(node, &mut self.diagnostics);
        let title = details.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let intro = details.get("intro").and_then(|node| self.text(node));
        let pages = details.require("pages", &mut self.diagnostics);
        let pages = pages.map(|pages| self.pages(pages, node.place()));
        details.finish(&mut self.diagnostics);
        Some(Details {
            title: title?,
            intro,
            pages: pages?,
        })
    }

    /// Reads a text: a mapping from language to text, or one text where there is one language.
    fn text(&mut self, node: &Node) -> Option<Text> {
        let mut versions = Vec::new();
        let mut missing = Vec::new();
        if node.is_mapping() {
            let mut mapping = Mapping::read(node, &mut self.diagnostics);
            // Where the languages are a mistake themselves, any language will do.
            let unclear = self.languages.is_empty();
            let offered = if unclear {
                Language::ALL.to_vec()
            } else {
                self.languages.clone()
            };
            for language in offered {
                match mapping.get(language.tag()) {
                    Some(node) => {
                        if let Some(text) = self.filled(node) {
                            versions.push((language, text));
                        }
                    }
                    None if unclear => {}
                    None => missing.push(language),
                }
            }
            mapping.finish(&mut self.diagnostics);
        } else {
            let text = self.filled(node)?;
            let mut languages = self.languages.iter().copied();
            versions.extend(languages.next().map(|language| (language, text)));
            missing.extend(languages);
        }
        for language in missing {
            self.tell("form-missing-translation", node, language.tag());
        }
        Text::of(versions)
    }

    fn filled(&mut self, node: &Node) -> Option<String> {
        let text = node.text(&mut self.diagnostics)?;
        let text = text.trim();
        if text.is_empty() {
            self.diagnostics
                .push(Diagnostic::error("form-empty-text").at(node.place()));
            return None;
        }
        Some(text.to_owned())
    }

    fn word(&mut self, node: &Node) -> Option<String> {
        let text = node.text(&mut self.diagnostics)?;
        if !is_word(&text) {
            self.tell("form-word", node, &text);
            return None;
        }
        Some(text)
    }

    fn address(&mut self, node: &Node) -> Option<String> {
        let address = self.word(node)?;
        if RESERVED_ADDRESSES.contains(&address.as_str()) {
            self.tell("form-reserved-address", node, &address);
        }
        Some(address)
    }

    fn number(&mut self, node: &Node, least: i64, most: i64) -> Option<i64> {
        let number = node.whole_number(&mut self.diagnostics)?;
        if !(least..=most).contains(&number) {
            self.diagnostics.push(
                Diagnostic::error("form-number-range")
                    .with("value", number)
                    .with("least", least)
                    .with("most", most)
                    .at(node.place()),
            );
            return None;
        }
        Some(number)
    }

    /// Returns the items of a list, and tells where there are more than are sensible.
    fn some<'n>(&mut self, node: &'n Node, key: &'static str, most: usize) -> Vec<&'n Node> {
        let items = node.list();
        if items.len() > most {
            self.diagnostics.push(
                Diagnostic::error("form-too-many")
                    .with("key", key)
                    .with("count", items.len())
                    .with("most", most)
                    .at(node.place()),
            );
        }
        items.into_iter().take(most).collect()
    }

    fn tell(&mut self, code: &'static str, node: &Node, value: &str) {
        let diagnostic = Diagnostic::error(code)
            .with("value", value)
            .at(node.place());
        self.diagnostics.push(diagnostic);
    }
}

/// Returns whether a text may stand in an address and in stored data: lower-case letters, digits,
/// hyphens and underscores, starting with a letter.
fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_WORD
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".yaml").unwrap_or(name)
}
