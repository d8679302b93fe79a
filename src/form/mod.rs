//! Forms: what is asked, what was typed, and what was answered.
//!
//! A form is a YAML file in `forms/`. It is read into a [`Definition`]; what a person typed is a
//! [`Draft`], which travels with the pages and keeps everything as it was typed; [`Answers`] are
//! only made of a draft in which nothing is wrong, and are what is stored. This room knows no
//! HTTP, no templates and no files: it takes pairs of texts and returns values.

mod answers;
mod approximate_date;
mod condition;
mod definition;
mod draft;
mod reading;
mod schema;
mod validation;

pub use answers::{Answer, Answers, CheckRow};
pub use approximate_date::{ApproximateDate, DATE_PARTS, DatePart, Known, ShownDate};
pub use condition::Condition;
pub use definition::{
    ChoiceOption, Definition, Field, FieldKind, FieldName, Page, Privacy, RESERVED_NAMES, Text,
    is_form_file,
};
pub use draft::Draft;
pub use schema::schema;
pub use validation::FieldError;
