//! What the templates show of one question: its inputs, with what was typed and what is wrong.

use jiff::civil::Date;

use super::words::Words;
use crate::form::{
    ChoiceOption, DATE_PARTS, DAY_PARTS, DatePart, Draft, Field, FieldError, FieldKind, Known,
};
use crate::theme::view::{
    FieldView, FileLimitsView, FileView, GroupItemView, OptionView, OtherView, PartView,
};

/// The fewest characters that a text may have for the browser to count them: below it, what fits is
/// seen.
const WORTH_COUNTING: usize = 200;

/// What amounts are in.
const EURO: &str = "€";

/// What the questions of a page have in common.
pub(super) struct FieldViews<'a> {
    pub(super) words: Words<'a>,
    pub(super) today: Date,
    pub(super) draft: &'a Draft,
    /// The mistakes on the page, each with its message.
    pub(super) mistakes: Vec<(FieldError, String)>,
    /// The group that just got an item.
    pub(super) added: Option<&'a str>,
    /// Files that are stored already.
    pub(super) files: &'a [FileView],
    /// What files may be; absent where none can be taken.
    pub(super) file_limits: Option<&'a FileLimitsView>,
}

/// A question where it is asked: by itself, or in an item of a group.
struct Place<'a> {
    field: &'a Field,
    /// The group and the number of the item.
    item: Option<(&'a Field, usize)>,
    /// Name in the form data.
    name: String,
}

impl FieldViews<'_> {
    /// Shows a question.
    pub(super) fn field(&self, field: &Field) -> FieldView {
        self.at(&Place {
            field,
            item: None,
            name: field.name.to_string(),
        })
    }

    fn at(&self, place: &Place<'_>) -> FieldView {
        let field = place.field;
        let kind = field.kind;
        let error = self.errors(place);
        FieldView {
            kind: kind.name(),
            // The choices of an approximate date are one of its parts; their name says so.
            name: match kind {
                FieldKind::ApproximateDate => place.part("known"),
                _ => place.name.clone(),
            },
            id: place.id(),
            label: self.words.of(&field.label),
            hint: self.words.of_any(field.hint.as_ref()),
            why: self.words.of_any(field.why.as_ref()),
            who_sees: self.words.of_any(field.who_sees.as_ref()),
            required: field.required || !kind.is_question(),
            value: match kind.is_typed() || kind.is_measured() {
                true => self.draft.value(&place.name).to_owned(),
                false => String::new(),
            },
            options: self.options(place),
            parts: self.parts(place),
            autocomplete: field.autocomplete.clone(),
            inputmode: kind.inputmode().map(str::to_owned),
            max_length: kind.is_typed().then_some(field.max_length),
            counter: kind == FieldKind::LongText && field.max_length >= WORTH_COUNTING,
            prefix: (kind == FieldKind::Money).then_some(EURO),
            items: self.items(field),
            add: self.may_add(field).then(|| format!("add:{}", field.name)),
            files: self.files(place),
            file_limits: match kind {
                FieldKind::File => self.file_limits.cloned(),
                _ => None,
            },
            error: (!error.is_empty()).then_some(error),
            text_html: field.text.as_ref().map(|text| self.words.paragraphs(text)),
        }
    }

    /// Returns what is wrong with the question itself, in one text.
    fn errors(&self, place: &Place<'_>) -> String {
        let own = self.mistakes_at(place).map(|(_, message)| message.as_str());
        own.collect::<Vec<_>>().join(" ")
    }

    fn mistakes_at<'b>(
        &'b self,
        place: &'b Place<'_>,
    ) -> impl Iterator<Item = &'b (FieldError, String)> {
        self.mistakes
            .iter()
            .filter(|(mistake, _)| match (&mistake.item, place.item) {
                (None, None) => mistake.field == place.field.name,
                (Some(at), Some((group, number))) => {
                    mistake.field == group.name
                        && at.number == number
                        && at.field == place.field.name
                }
                _ => false,
            })
    }

    fn options(&self, place: &Place<'_>) -> Vec<OptionView> {
        let chosen = self.draft.values(&place.name);
        let mut options: Vec<OptionView> = match place.field.kind {
            FieldKind::YesNo => [("yes", "answer.yes"), ("no", "answer.no")]
                .iter()
                .map(|(value, key)| self.word(value, key, chosen.contains(value)))
                .collect(),
            FieldKind::ApproximateDate => {
                let known = self.draft.date(&place.name, self.today).known;
                Known::ALL
                    .iter()
                    .map(|choice| self.word(choice.value(), choice.key(), choice.value() == known))
                    .collect()
            }
            _ => place
                .field
                .options
                .iter()
                .map(|option| {
                    let checked = chosen.contains(&option.value.as_str());
                    self.option(place, option, checked)
                })
                .collect(),
        };
        // A choice that came along is made already, and what is chosen cannot be unchosen otherwise.
        if place.field.only_prefilled && !place.field.required && !options.is_empty() {
            options.push(OptionView {
                apart: true,
                ..self.word("", "answer.prefilled.none", false)
            });
        }
        number_ids(&mut options, &place.first_input());
        options
    }

    fn word(&self, value: &str, key: &str, checked: bool) -> OptionView {
        OptionView {
            value: value.to_owned(),
            id: String::new(),
            label: self.words.text(key),
            hint: None,
            checked,
            apart: false,
            other: None,
        }
    }

    fn option(&self, place: &Place<'_>, option: &ChoiceOption, checked: bool) -> OptionView {
        OptionView {
            value: option.value.clone(),
            id: String::new(),
            label: self.words.of(&option.label),
            hint: self.words.of_any(option.hint.as_ref()),
            checked,
            apart: option.apart,
            other: option.other.then(|| OtherView {
                name: place.part("other"),
                id: format!("{}-other", place.id()),
                label: self.words.text("answer.other.label"),
                value: self.draft.other(&place.name).to_owned(),
                wrong: self.is_wrong(place, "other"),
            }),
        }
    }

    fn is_wrong(&self, place: &Place<'_>, part: &str) -> bool {
        self.mistakes_at(place)
            .any(|(mistake, _)| mistake.part == Some(part))
    }

    fn parts(&self, place: &Place<'_>) -> Vec<PartView> {
        let parts: &[DatePart] = match place.field.kind {
            FieldKind::Date => &DAY_PARTS,
            FieldKind::ApproximateDate => &DATE_PARTS,
            _ => &[],
        };
        let shown = self.draft.date(&place.name, self.today);
        parts
            .iter()
            .map(|part| {
                let value = shown.part(part.part);
                let id = format!("{}-{}", place.id(), part.part);
                PartView {
                    part: part.part,
                    name: place.part(part.part),
                    label: self.words.text(&format!("answer.date.{}", part.part)),
                    value: value.to_owned(),
                    wrong: self.is_wrong(place, part.part),
                    width: part.width,
                    inputmode: part.inputmode,
                    options: self.part_options(part, value, &id),
                    id,
                }
            })
            .collect()
    }

    /// The choices of a part, with one in front for who does not choose.
    fn part_options(&self, part: &DatePart, value: &str, id: &str) -> Vec<OptionView> {
        if part.choices.is_empty() {
            return Vec::new();
        }
        let none = self.word(
            "",
            &format!("answer.date.{}.none", part.part),
            value.is_empty(),
        );
        let choices = part
            .choices
            .iter()
            .map(|choice| self.word(choice.value(), choice.key(), choice.value() == value));
        let mut options: Vec<OptionView> = std::iter::once(none).chain(choices).collect();
        number_ids(&mut options, id);
        options
    }

    fn items(&self, group: &Field) -> Vec<GroupItemView> {
        if group.kind != FieldKind::Group {
            return Vec::new();
        }
        let count = self.draft.item_count(group);
        let title = self.words.of(group.item_label());
        (1..=count)
            .map(|number| GroupItemView {
                number,
                title: format!("{title} {number}"),
                fields: group
                    .fields
                    .iter()
                    .map(|field| {
                        self.at(&Place {
                            field,
                            item: Some((group, number)),
                            name: group.name.of_item(number, &field.name),
                        })
                    })
                    .collect(),
                // The last one stays, empty or not: a group without inputs looks broken.
                remove: (count > 1).then(|| format!("remove:{}.{number}", group.name)),
                added: number == count && self.added == Some(group.name.as_str()),
            })
            .collect()
    }

    fn may_add(&self, group: &Field) -> bool {
        group.kind == FieldKind::Group && self.draft.item_count(group) < group.most
    }

    fn files(&self, place: &Place<'_>) -> Vec<FileView> {
        match place.field.kind {
            FieldKind::File => chosen_files(self.draft, &place.name, self.files),
            _ => Vec::new(),
        }
    }
}

/// Returns the stored files that belong to a question, in the order of the draft.
pub(super) fn chosen_files(draft: &Draft, name: &str, files: &[FileView]) -> Vec<FileView> {
    let chosen = draft.values(name).into_iter();
    chosen
        .filter_map(|id| files.iter().find(|file| file.id == id))
        .cloned()
        .collect()
}

impl Place<'_> {
    fn part(&self, part: &str) -> String {
        format!("{}.{part}", self.name)
    }

    fn id(&self) -> String {
        self.name.replace('.', "-")
    }

    /// The id of the first input, to which the error summary leads.
    fn first_input(&self) -> String {
        match self.field.kind {
            FieldKind::ApproximateDate => format!("{}-known", self.id()),
            _ => self.id(),
        }
    }
}

/// Gives the first option the id of the question, and the others that with their number.
fn number_ids(options: &mut [OptionView], first: &str) {
    for (at, option) in options.iter_mut().enumerate() {
        option.id = match at {
            0 => first.to_owned(),
            _ => format!("{first}-{}", at + 1),
        };
    }
}
