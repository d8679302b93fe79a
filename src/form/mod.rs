//! Forms: what is asked, what was typed, and what was answered.
//!
//! A form is a YAML file in `forms/`. It is read into a [`Definition`]; what a person typed is a
//! [`Draft`], which travels with the pages and keeps everything as it was typed; [`Answers`] are
//! only made of a draft in which nothing is wrong, and are what is stored. This room knows no
//! HTTP, no templates and no files: it takes pairs of texts and returns values.

mod answers;
mod approximate_date;
mod calendar_day;
mod check;
mod citizen_number;
mod clock_time;
mod condition;
mod definition;
mod draft;
mod field;
mod file_schema;
#[cfg(test)]
mod generated;
mod in_words;
mod money;
mod prefill;
mod reading;
mod schema;
mod shown;
mod text;
mod validation;
mod whole_number;

pub use answers::{Answer, Answers, CheckRow, StoredAnswers};
pub use approximate_date::{
    ApproximateDate, DATE_PARTS, DAY_PARTS, DatePart, Known, PartOfDay, ShownDate,
};
pub use condition::{Condition, Wanted};
pub use definition::{
    Addressees, Confirmation, ContactField, Definition, Details, DirectoryEntry, KeepFor, Page,
    RECIPIENTS, RECIPIENTS_OF_SUBMISSIONS, Sends, is_form_file,
};
pub use draft::{Draft, MOST_FILES};
pub use field::{Check, ChoiceOption, Days, Field, FieldKind, FieldName, Privacy, RESERVED_NAMES};
pub use file_schema::file_schema;
pub use money::Money;
pub use prefill::Refused;
pub use reading::{RESERVED_ADDRESSES, read_all, unread_addresses};
pub use schema::schema;
pub use shown::Step;
pub use text::Text;
pub use validation::{FieldError, ItemPlace};
