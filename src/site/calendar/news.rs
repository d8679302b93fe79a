//! What there is to tell: messages in their periods and changes of pages, in one language, as plain text.

use jiff::civil::Date;

use super::Message;
use super::destination::Destination;
use crate::language::Language;
use crate::site::markdown::escape;
use crate::site::render::Input;
use crate::theme::view::Link;

/// Something to tell.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// Name that stays the same, unique among all news of its language: `norm/2027-01-01`.
    pub(super) id: String,
    /// The day it is told from.
    pub(super) date: Date,
    /// What it is about.
    pub(super) title: String,
    /// The message.
    pub(super) text: String,
    /// Where it leads inside the portal.
    pub(super) link: Option<Link>,
    /// The same for readers elsewhere.
    pub(super) address: Option<String>,
}

impl News {
    /// Makes the news of a message that is told from a day.
    pub(super) fn of_message(
        input: &Input<'_>,
        message: &Message,
        date: Date,
        language: Language,
    ) -> News {
        let destination = message.destination.as_ref();
        let of = |destination: &Destination| destination.link(input, language);
        News {
            id: format!("{}/{date}", message.id),
            date,
            title: message.title.get(language).to_owned(),
            text: message.text.get(language).to_owned(),
            link: destination.and_then(of),
            address: destination.and_then(|destination| destination.address(input, language)),
        }
    }

    /// Returns the message with its address, as plain text.
    pub(super) fn plain(&self) -> String {
        match &self.address {
            Some(address) => format!("{}\n{address}", self.text),
            None => self.text.clone(),
        }
    }

    /// Returns the same as HTML.
    pub(super) fn html(&self) -> String {
        let text = escape(&self.text);
        match (&self.address, &self.link) {
            (Some(address), Some(link)) => format!(
                "<p>{text} <a href=\"{}\">{}</a></p>",
                escape(address),
                escape(&link.label)
            ),
            _ => format!("<p>{text}</p>"),
        }
    }
}

/// Returns all news between two days, both included, the latest first.
pub(super) fn between(input: &Input<'_>, language: Language, from: Date, until: Date) -> Vec<News> {
    let occurrences = input.calendar.occurrences(from, until);
    let mut news: Vec<News> = occurrences
        .iter()
        .filter(|occurrence| (from..=until).contains(&occurrence.period.first))
        .filter(|occurrence| occurrence.message.speaks(language))
        .map(|occurrence| {
            News::of_message(input, occurrence.message, occurrence.period.first, language)
        })
        .collect();
    news.sort_by(|a, b| b.date.cmp(&a.date));
    news
}
