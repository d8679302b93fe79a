//! One field: its keys, and which of them fit its kind.

use super::Reader;
use crate::diagnostic::Diagnostic;
use crate::form::field::{
    Check, ChoiceOption, Days, Field, FieldKind, FieldName, Privacy, RESERVED_NAMES,
};
use crate::yaml::{Mapping, Node};

/// Options that nobody reads through.
pub(in crate::form) const MOST_OPTIONS: usize = 60;

/// Questions in one item of a group that still fit on a page.
pub(in crate::form) const MOST_FIELDS_OF_ITEM: usize = 10;

/// Items of a group: more do not fit on a page.
pub(in crate::form) const MOST_ITEMS: i64 = 20;

/// Items of a group, where the form does not say.
const USUAL_ITEMS: usize = 10;

/// Roles in the directory that one question offers.
pub(in crate::form) const MOST_ROLES: usize = 20;

/// Characters of an answer that is a book; far below what a draft keeps of a value.
pub(in crate::form) const LONGEST_ANSWER: i64 = 20_000;

/// Largest number that a form can ask for; far below what is read.
pub(in crate::form) const LARGEST_NUMBER: i64 = 1_000_000_000;

/// Characters in one line of text, where the form does not say.
const USUAL_SHORT_LENGTH: usize = 200;

/// Characters in a text of several lines, where the form does not say.
const USUAL_LONG_LENGTH: usize = 2_000;

/// Characters in an e-mail address (RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets).
const LONGEST_EMAIL: usize = 254;

/// Characters in the shortest e-mail address that we take: `a@b.c`.
const SHORTEST_EMAIL: usize = 5;

/// Characters in a telephone number, with spaces and punctuation.
const USUAL_PHONE_LENGTH: usize = 40;

/// Characters in a mobile number without spaces, in the Netherlands.
const SHORTEST_PHONE: usize = 10;

/// Values of `autocomplete` that make sense here: what somebody's own browser knows of them, and how they
/// are reached (HTML Living Standard, 4.10.18.7 Autofill).
pub(in crate::form) const AUTOFILL: [(&str, &str); 12] = [
    ("off", "off"),
    ("name", "name"),
    ("given-name", "given-name"),
    ("family-name", "family-name"),
    ("organization", "organization"),
    ("organization-title", "organization-title"),
    ("street-address", "street-address"),
    ("postal-code", "postal-code"),
    ("address-level2", "address-level2"),
    ("email", "email"),
    ("tel", "tel"),
    ("tel-extension", "tel-extension"),
];

/// The only value of the key `shown`.
pub(in crate::form) const PREFILLED: &str = "prefilled";

/// Where a field stands: on a page, or in the items of a group.
#[derive(Clone, Copy)]
enum Within {
    Page(usize),
    /// The class of the group, which its questions have where they name none.
    Group(Option<Privacy>),
}

impl Reader {
    pub(super) fn field(&mut self, node: &Node, page: usize) -> Option<Field> {
        self.field_within(node, Within::Page(page))
    }

    fn field_within(&mut self, node: &Node, within: Within) -> Option<Field> {
        let mut field = Mapping::read(node, &mut self.diagnostics);
        let name_node = field.require("name", &mut self.diagnostics);
        let name = name_node.and_then(|node| self.field_name(node));
        let kind_node = field.require("kind", &mut self.diagnostics);
        let kind = kind_node.and_then(|node| node.one_of(&FieldKind::ALL, &mut self.diagnostics));
        if let (Some(node), Some(kind)) = (kind_node, kind) {
            self.check_place(node, kind, within);
        }
        let label = field.require("label", &mut self.diagnostics);
        let label = label.and_then(|node| self.text(node));
        let mut texts = |reader: &mut Reader, key| {
            let node = field.get(key);
            node.and_then(|node| reader.text(node))
        };
        let check_label = texts(self, "check_label");
        let hint = texts(self, "hint");
        let why = texts(self, "why");
        let who_sees = texts(self, "who_sees");
        let missing = texts(self, "missing");
        let text = texts(self, "text");
        let item = texts(self, "item");
        let mut flag = |reader: &mut Reader, key| {
            let node = field.get(key);
            node.and_then(|node| node.flag(&mut reader.diagnostics))
        };
        let required = flag(self, "required");
        let stored = flag(self, "stored");
        let counted = flag(self, "counted");
        let privacy = self.privacy(&mut field, kind, within);
        let mut numbers = |reader: &mut Reader, key, least, most| {
            let node = field.get(key);
            node.and_then(|node| reader.number(node, least, most))
        };
        let max_length = numbers(self, "max_length", 1, LONGEST_ANSWER);
        let least_number = match kind {
            Some(FieldKind::Money) => 0,
            _ => -LARGEST_NUMBER,
        };
        let min = numbers(self, "min", least_number, LARGEST_NUMBER);
        let max = numbers(self, "max", least_number, LARGEST_NUMBER);
        let most = numbers(self, "most", 1, MOST_ITEMS);
        self.check_bounds(&mut field, kind, min, max, max_length);
        let autocomplete = field.get("autocomplete");
        let autocomplete =
            autocomplete.and_then(|node| node.one_of(&AUTOFILL, &mut self.diagnostics));
        let options = field.get("options").map(|node| self.options(node));
        let prefill = field.get("prefill").and_then(|node| self.prefill(node));
        let shown = field.get("shown");
        let only_prefilled =
            shown.and_then(|node| node.one_of(&[(PREFILLED, true)], &mut self.diagnostics));
        let checks = field.get("checks").map(|node| self.checks(node));
        let days = field.get("days");
        let days = days.and_then(|node| node.one_of(&Days::ALL, &mut self.diagnostics));
        let roles = field.get("roles").map(|node| self.roles(node));
        let fields = field
            .get("fields")
            .map(|node| self.fields_of_item(node, privacy));
        let when = field.get("when").map(|node| match within {
            Within::Page(page) => self.conditions(node, page),
            Within::Group(_) => Vec::new(),
        });
        if let (Some(name), Some(node)) = (&name, name_node) {
            self.check_name(node, name, options.as_deref().unwrap_or_default());
        }
        if let Some(kind) = kind {
            self.check_keys(&field, kind, within);
            let lists = [
                (
                    kind.has_options(),
                    "options",
                    is_empty(options.as_ref()),
                    "form-no-options",
                ),
                (
                    kind == FieldKind::Group,
                    "fields",
                    is_empty(fields.as_ref()),
                    "form-no-fields",
                ),
                (
                    kind == FieldKind::Person,
                    "roles",
                    is_empty(roles.as_ref()),
                    "form-no-roles",
                ),
            ];
            for (needed, key, missing, code) in lists {
                if needed && missing {
                    let place = field.get(key).map_or(node.place(), Node::place);
                    let diagnostic = Diagnostic::error(code).with("kind", kind.name());
                    self.diagnostics.push(diagnostic.at(place));
                }
            }
        }
        field.finish(&mut self.diagnostics);
        Some(Field {
            name: name?,
            kind: kind?,
            label: label?,
            check_label,
            hint,
            why,
            who_sees,
            missing,
            text,
            required: required.unwrap_or(false),
            stored: stored.unwrap_or(true),
            privacy: privacy.unwrap_or(Privacy::P0),
            counted: counted.unwrap_or(false),
            max_length: size(max_length).unwrap_or(usual_length(kind?)),
            autocomplete: autocomplete.map(str::to_owned),
            options: options.unwrap_or_default(),
            when: when.unwrap_or_default(),
            prefill,
            only_prefilled: only_prefilled.unwrap_or(false),
            checks: checks.unwrap_or_default(),
            min,
            max,
            days: days.unwrap_or_default(),
            roles: roles.unwrap_or_default(),
            fields: fields.unwrap_or_default(),
            most: size(most).unwrap_or(USUAL_ITEMS),
            item,
        })
    }

    /// Tells kinds that cannot stand here.
    fn check_place(&mut self, node: &Node, kind: FieldKind, within: Within) {
        let code = match within {
            Within::Group(_) if !kind.fits_in_group() => "form-kind-in-group",
            Within::Page(_) if kind == FieldKind::File && !self.in_details => {
                "form-file-outside-details"
            }
            _ => return,
        };
        self.tell(code, node, kind.name());
    }

    fn privacy(
        &mut self,
        field: &mut Mapping<'_>,
        kind: Option<FieldKind>,
        within: Within,
    ) -> Option<Privacy> {
        let inherited = match within {
            Within::Group(privacy) => privacy,
            Within::Page(_) => None,
        };
        match field.get("privacy") {
            Some(node) => {
                // Where nothing is like it, the first is suggested: better the strictest.
                let mut strictest_first = Privacy::ALL;
                strictest_first.reverse();
                node.one_of(&strictest_first, &mut self.diagnostics)
            }
            None => {
                let needed = kind.is_some_and(|k| k.is_question() && k != FieldKind::Group);
                if needed && inherited.is_none() {
                    field.require("privacy", &mut self.diagnostics);
                }
                inherited
            }
        }
    }

    /// Tells limits between which no answer fits.
    fn check_bounds(
        &mut self,
        field: &mut Mapping<'_>,
        kind: Option<FieldKind>,
        min: Option<i64>,
        max: Option<i64>,
        max_length: Option<i64>,
    ) {
        if let (Some(min), Some(max), Some(node)) = (min, max, field.get("max"))
            && min > max
        {
            self.diagnostics.push(
                Diagnostic::error("form-min-above-max")
                    .with("min", min)
                    .with("max", max)
                    .at(node.place()),
            );
        }
        let shortest = match kind {
            Some(FieldKind::Phone) => SHORTEST_PHONE,
            Some(FieldKind::Email) => SHORTEST_EMAIL,
            _ => return,
        };
        if let (Some(length), Some(node)) = (size(max_length), field.get("max_length"))
            && length < shortest
        {
            self.diagnostics.push(
                Diagnostic::error("form-length-too-short")
                    .with("value", length)
                    .with("least", shortest)
                    .at(node.place()),
            );
        }
    }

    /// Tells keys that mean nothing for this kind of field, or in an item of a group.
    fn check_keys(&mut self, field: &Mapping<'_>, kind: FieldKind, within: Within) {
        for (key, key_node, _) in field.entries_with_keys() {
            let code = match within {
                _ if !key_fits(key, kind) => "form-key-unfit",
                Within::Group(_) if !key_fits_in_group(key) => "form-key-unfit-in-group",
                _ => continue,
            };
            let diagnostic = Diagnostic::error(code).with("key", key);
            let diagnostic = match code {
                "form-key-unfit" => diagnostic.with("kind", kind.name()),
                _ => diagnostic,
            };
            self.diagnostics.push(diagnostic.at(key_node.place()));
        }
    }

    fn options(&mut self, node: &Node) -> Vec<ChoiceOption> {
        let mut options: Vec<ChoiceOption> = Vec::new();
        for node in self.some(node, "options", MOST_OPTIONS) {
            let mut option = Mapping::read(node, &mut self.diagnostics);
            let value_node = option.require("value", &mut self.diagnostics);
            let value = value_node.and_then(|node| self.word(node));
            if let (Some(node), Some(value)) = (value_node, &value)
                && options.iter().any(|option| option.value == *value)
            {
                self.tell("form-duplicate-option", node, value);
            }
            let label = option.require("label", &mut self.diagnostics);
            let label = label.and_then(|node| self.text(node));
            let hint = option.get("hint").and_then(|node| self.text(node));
            let apart = option
                .get("apart")
                .and_then(|n| n.flag(&mut self.diagnostics));
            let other_node = option.get("other");
            let other = other_node.and_then(|n| n.flag(&mut self.diagnostics));
            if let (Some(node), Some(true)) = (other_node, other)
                && options.iter().any(|option| option.other)
            {
                self.diagnostics
                    .push(Diagnostic::error("form-second-other").at(node.place()));
            }
            option.finish(&mut self.diagnostics);
            if let (Some(value), Some(label)) = (value, label) {
                options.push(ChoiceOption {
                    value,
                    label,
                    hint,
                    apart: apart.unwrap_or(false),
                    other: other.unwrap_or(false),
                });
            }
        }
        options
    }

    fn prefill(&mut self, node: &Node) -> Option<String> {
        let name = self.word(node)?;
        if self.prefills.contains(&name) {
            self.tell("form-duplicate-prefill", node, &name);
        }
        self.prefills.push(name.clone());
        Some(name)
    }

    fn checks(&mut self, node: &Node) -> Vec<Check> {
        let items = node.list().into_iter();
        items
            .filter_map(|item| item.one_of(&Check::ALL, &mut self.diagnostics))
            .collect()
    }

    fn roles(&mut self, node: &Node) -> Vec<String> {
        let nodes = self.some(node, "roles", MOST_ROLES);
        nodes.into_iter().filter_map(|n| self.word(n)).collect()
    }

    /// Reads the questions of an item. Their names are their own, so names elsewhere may be the same.
    fn fields_of_item(&mut self, node: &Node, privacy: Option<Privacy>) -> Vec<Field> {
        let outside = std::mem::take(&mut self.seen);
        let nodes = self.some(node, "fields", MOST_FIELDS_OF_ITEM);
        let fields = nodes
            .into_iter()
            .filter_map(|node| self.field_within(node, Within::Group(privacy)))
            .collect();
        self.seen = outside;
        fields
    }

    fn field_name(&mut self, node: &Node) -> Option<FieldName> {
        let text = node.text(&mut self.diagnostics)?;
        let name = FieldName::parse(&text);
        if name.is_none() {
            self.tell("form-field-name", node, &text);
        }
        name
    }

    /// Tells names that are taken: by the pages of a form, by another field, or by the words that go
    /// with "anders, namelijk".
    fn check_name(&mut self, node: &Node, name: &FieldName, options: &[ChoiceOption]) {
        if RESERVED_NAMES.contains(&name.as_str()) {
            self.tell("form-reserved-name", node, name.as_str());
        }
        let mut names = vec![name.to_string()];
        if options.iter().any(|option| option.other) {
            names.push(name.other());
        }
        for name in names {
            if self.seen.contains(&name) {
                self.tell("form-duplicate-name", node, &name);
            } else {
                self.seen.push(name);
            }
        }
    }
}

/// Returns whether a key means something for a kind of field.
pub(in crate::form) fn key_fits(key: &str, kind: FieldKind) -> bool {
    match key {
        "options" => kind.has_options(),
        "counted" => kind.has_values(),
        "max_length" => kind.is_typed() || kind == FieldKind::ApproximateDate,
        "autocomplete" => kind.is_typed(),
        "checks" => kind.is_prose(),
        "prefill" | "shown" => kind.can_be_prefilled(),
        "min" | "max" => matches!(kind, FieldKind::Number | FieldKind::Money),
        "days" => kind == FieldKind::Date,
        "roles" => kind == FieldKind::Person,
        "fields" | "most" | "item" => kind == FieldKind::Group,
        "required" | "missing" | "check_label" | "hint" | "why" | "who_sees" | "privacy"
        | "stored" => kind.is_question(),
        "text" => !kind.is_question(),
        _ => true,
    }
}

/// Returns whether a key means something in an item of a group, which is stored, shown and counted as a
/// whole.
pub(in crate::form) fn key_fits_in_group(key: &str) -> bool {
    !matches!(key, "when" | "prefill" | "shown" | "stored" | "counted")
}

fn is_empty<T>(list: Option<&Vec<T>>) -> bool {
    list.is_none_or(Vec::is_empty)
}

fn size(number: Option<i64>) -> Option<usize> {
    number.and_then(|number| usize::try_from(number).ok())
}

fn usual_length(kind: FieldKind) -> usize {
    match kind {
        FieldKind::LongText => USUAL_LONG_LENGTH,
        FieldKind::Phone => USUAL_PHONE_LENGTH,
        FieldKind::Email => LONGEST_EMAIL,
        _ => USUAL_SHORT_LENGTH,
    }
}
