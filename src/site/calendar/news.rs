//! What there is to tell: messages in their periods and changes of pages, in one language, as plain text.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Message;
use super::destination::Destination;
use crate::language::Language;
use crate::site::front_matter::Kind;
use crate::site::markdown::{self, escape};
use crate::site::pages::Page;
use crate::site::render::{Input, link_to_version};
use crate::theme::view::LinkInLanguage;

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
    pub(super) link: Option<LinkInLanguage>,
    /// In which other language that is, in words.
    pub(super) in_language: Option<String>,
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
        let link = destination.and_then(of);
        let other = link.as_ref().and_then(|link| link.lang);
        let texts = input.theme.messages(language);
        News {
            id: format!("{}/{date}", message.id),
            date,
            title: message.title.get(language).to_owned(),
            text: message.text.get(language).to_owned(),
            in_language: other.map(|other| texts.text(&format!("in_language.{other}"), &[])),
            link,
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
            (Some(address), Some(link)) => {
                let lang = link.lang.map(|lang| format!(" lang=\"{lang}\""));
                let note = self.in_language.as_ref().map(|note| format!(" {note}"));
                format!(
                    "<p>{text} <a href=\"{}\"{}>{}</a>{}</p>",
                    escape(address),
                    lang.unwrap_or_default(),
                    escape(&link.label),
                    escape(&note.unwrap_or_default())
                )
            }
            _ => format!("<p>{text}</p>"),
        }
    }
}

/// Days that a change of the norm or the protocol is the message of the week: everybody comes by once.
const FRESH_DAYS: i64 = 7;

/// Returns all news between two days, both included, the latest first.
pub(super) fn between(input: &Input<'_>, language: Language, from: Date, until: Date) -> Vec<News> {
    let occurrences = input.calendar.occurrences(from, until);
    let messages = occurrences
        .iter()
        .filter(|occurrence| (from..=until).contains(&occurrence.period.first))
        .filter(|occurrence| occurrence.message.speaks(language))
        .map(|occurrence| {
            News::of_message(input, occurrence.message, occurrence.period.first, language)
        });
    let mut news = changes(input, language, from, until);
    news.extend(messages);
    news.sort_by_key(|news| Reverse(news.date));
    news
}

/// Returns what changed in pages between two days, both included, the latest first.
pub(super) fn changes(input: &Input<'_>, language: Language, from: Date, until: Date) -> Vec<News> {
    changes_where(input, language, from, until, |_| true)
}

/// Returns the latest change of the norm or the protocol, while it is fresh.
pub(super) fn fresh_change(input: &Input<'_>, language: Language) -> Option<News> {
    let from = input.today.saturating_sub((FRESH_DAYS - 1).days());
    let is_agreed = |page: &Page| matches!(page.kind, Kind::Norm | Kind::Protocol);
    let changes = changes_where(input, language, from, input.today, is_agreed);
    changes.into_iter().next()
}

fn changes_where(
    input: &Input<'_>,
    language: Language,
    from: Date,
    until: Date,
    wanted: impl Fn(&Page) -> bool,
) -> Vec<News> {
    let pages = input.site.pages();
    let mut news: Vec<News> = pages
        .filter(|page| page.language == language && !page.is_earlier_version() && wanted(page))
        .flat_map(|page| changes_of(input, page))
        .filter(|news| (from..=until).contains(&news.date))
        .collect();
    news.sort_by_key(|news| Reverse(news.date));
    news
}

fn changes_of(input: &Input<'_>, page: &Page) -> Vec<News> {
    let texts = input.theme.messages(page.language);
    let title = texts.text("message.changed", &[("title", &page.title)]);
    let mut seen: BTreeMap<Date, usize> = BTreeMap::new();
    let changes = page.front_matter.changes.iter();
    changes
        .map(|change| {
            let number = seen.entry(change.date).or_default();
            *number += 1;
            let note = markdown::typographic(&change.note);
            let text = input.config.with_values(&note, page.language).0;
            News {
                id: format!("gewijzigd/{}/{}/{number}", page.id, change.date),
                date: change.date,
                title: title.clone(),
                text,
                link: Some(link_to_version(page, page.language)),
                in_language: None,
                address: Some(input.config.absolute(&page.short_href)),
            }
        })
        .collect()
}
