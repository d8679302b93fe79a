//! The calendar as views of the theme, in the language of a page.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};

use super::news::{self, News};
use super::rule::Period;
use super::{Event, EventKind, a_year_after, a_year_before, feed, icalendar};
use crate::form::Text;
use crate::language::Language;
use crate::message::Catalogue;
use crate::site::render::{Input, date_view};
use crate::theme::view::calendar::{
    AgendaItemView, AgendaView, BankMessageView, MessageBankView, WeekMessageView,
};
use crate::theme::view::{DateView, Link};

/// Returns the message of the week, where there is one. A fresh change of the norm or the protocol goes before
/// what was planned.
pub(in crate::site) fn week_message(
    input: &Input<'_>,
    language: Language,
    id: String,
) -> Option<WeekMessageView> {
    let planned = || {
        let occurrence = input.calendar.of_week(input.today, language)?;
        let date = occurrence.period.first;
        Some(News::of_message(input, occurrence.message, date, language))
    };
    let news = news::fresh_change(input, language).or_else(planned)?;
    Some(WeekMessageView {
        id,
        title: news.title,
        text: news.text,
        link: news.link,
    })
}

/// Returns all messages, ready to be copied.
pub(in crate::site) fn bank(input: &Input<'_>, language: Language, id: String) -> MessageBankView {
    let texts = input.theme.messages(language);
    let triggered = input
        .calendar
        .triggered()
        .filter(|(message, _)| message.speaks(language))
        .map(|(message, trigger)| {
            let when = texts.text(&format!("message.trigger.{}", trigger.name()), &[]);
            let news = News::of_message(input, message, input.today, language);
            copyable(&news, format!("bericht--{}", message.id), when)
        })
        .collect();
    MessageBankView {
        id,
        dated: dated(input, language, texts),
        triggered,
        changes: changes(input, language, texts),
        subscriptions: subscriptions(input, language, texts),
    }
}

/// Returns what changed in pages in the past year.
fn changes(input: &Input<'_>, language: Language, texts: &Catalogue) -> Vec<BankMessageView> {
    let changes = news::changes(input, language, a_year_before(input.today), input.today);
    let numbered = changes.iter().zip(1..);
    numbered
        .map(|(news, number)| {
            let when = date_view(news.date, texts).text;
            copyable(news, format!("bericht--gewijzigd-{number}"), when)
        })
        .collect()
}

/// Returns the messages of the coming year, each once, with all its periods.
fn dated(input: &Input<'_>, language: Language, texts: &Catalogue) -> Vec<BankMessageView> {
    let occurrences = input
        .calendar
        .occurrences(input.today, a_year_after(input.today));
    let mut seen = BTreeSet::new();
    occurrences
        .iter()
        .filter(|occurrence| occurrence.message.speaks(language))
        .filter(|occurrence| seen.insert(occurrence.message.id.as_str()))
        .map(|first| {
            // What comes back after a year is the same one again.
            let last = a_year_after(first.period.first);
            let of_same = occurrences.iter().filter(|occurrence| {
                occurrence.message.id == first.message.id && occurrence.period.first <= last
            });
            let periods: Vec<String> = of_same
                .map(|occurrence| period_in_words(occurrence.period, texts))
                .collect();
            let news = News::of_message(input, first.message, first.period.first, language);
            let id = format!("bericht--{}", first.message.id);
            copyable(&news, id, periods.join(", "))
        })
        .collect()
}

fn copyable(news: &News, id: String, when: String) -> BankMessageView {
    BankMessageView {
        id,
        title: news.title.clone(),
        when,
        plain: news.plain(),
        html: news.html(),
    }
}

fn subscriptions(input: &Input<'_>, language: Language, texts: &Catalogue) -> Vec<Link> {
    let link = |text: &str, href: String| Link {
        label: texts.text(text, &[]),
        href,
    };
    let calendar = icalendar::calendar_href(input, language);
    let feed = feed::href(input, language);
    let reviews = icalendar::reviews_href(input);
    let links = [
        calendar.map(|href| link("calendar.file", href)),
        feed.map(|href| link("feed.link", href)),
        reviews.map(|href| link("calendar.reviews.file", href)),
    ];
    links.into_iter().flatten().collect()
}

/// Which events are shown.
#[derive(Clone, Debug)]
pub(in crate::site) struct Selection {
    /// Their kinds; none stands for all.
    pub(in crate::site) kinds: Vec<EventKind>,
    /// Whether those of the past year are shown too.
    pub(in crate::site) past: bool,
}

/// Returns the events of the coming year.
pub(in crate::site) fn agenda(
    input: &Input<'_>,
    language: Language,
    id: String,
    selection: &Selection,
) -> AgendaView {
    let from = match selection.past {
        true => a_year_before(input.today),
        false => input.today,
    };
    let wanted =
        |event: &Event| selection.kinds.is_empty() || selection.kinds.contains(&event.kind);
    let dates = input.calendar.dates(from, a_year_after(input.today));
    let items = dates
        .into_iter()
        .filter(|(_, event)| wanted(event) && event.title.speaks(language))
        .map(|(date, event)| agenda_item(input, event, date, language));
    AgendaView {
        id,
        items: items.collect(),
        file: icalendar::calendar_href(input, language),
    }
}

fn agenda_item(input: &Input<'_>, event: &Event, date: Date, language: Language) -> AgendaItemView {
    let texts = input.theme.messages(language);
    let of = |text: &Option<Text>| text.as_ref().map(|text| text.get(language).to_owned());
    let destination = event.destination.as_ref();
    AgendaItemView {
        date: day_view(date, texts),
        time: event.start.map(|start| match event.end {
            Some(end) => {
                let times = [("start", &*clock(start)), ("end", &*clock(end))];
                texts.text("calendar.from_until", &times)
            }
            None => texts.text("calendar.from", &[("start", &clock(start))]),
        }),
        kind: event.kind.name(),
        title: event.title.get(language).to_owned(),
        audience: of(&event.audience),
        place: of(&event.place),
        who: of(&event.who),
        link: destination.and_then(|destination| destination.link(input, language)),
        done: event.done && date <= input.today,
        questions: event.questions.clone(),
    }
}

/// Writes a day with its weekday: `zondag 22 november 2026`.
fn day_view(date: Date, texts: &Catalogue) -> DateView {
    let weekday = date.weekday().to_monday_one_offset();
    let words = [
        (
            "weekday",
            texts.text(&format!("answer.weekday.{weekday}"), &[]),
        ),
        ("day", date.day().to_string()),
        ("month", texts.text(&format!("month.{}", date.month()), &[])),
        ("year", date.year().to_string()),
    ];
    let words = words.each_ref().map(|(name, word)| (*name, word.as_str()));
    DateView {
        iso: date.to_string(),
        text: texts.text("answer.date.written", &words),
    }
}

fn clock(time: Time) -> String {
    format!("{}.{:02}", time.hour(), time.minute())
}

/// Writes a period out: `januari 2027`, `juli tot en met augustus 2027`, `4 januari 2027 tot en met
/// 10 januari 2027`, or one day.
fn period_in_words(period: Period, texts: &Catalogue) -> String {
    let Period { first, last } = period;
    if first == last {
        return date_view(first, texts).text;
    }
    let month = |date: Date| texts.text(&format!("month.{}", date.month()), &[]);
    let month_of_year = |date: Date| format!("{} {}", month(date), date.year());
    let whole_months = first == first.first_of_month() && last == last.last_of_month();
    let same_month = first.first_of_month() == last.first_of_month();
    let (from, until) = match (whole_months, same_month) {
        (true, true) => return month_of_year(first),
        (true, false) if first.year() == last.year() => (month(first), month_of_year(last)),
        (true, false) => (month_of_year(first), month_of_year(last)),
        (false, true) => (first.day().to_string(), date_view(last, texts).text),
        (false, false) => (date_view(first, texts).text, date_view(last, texts).text),
    };
    texts.text(
        "calendar.period",
        &[("from", from.as_str()), ("until", until.as_str())],
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::theme::{Theme, ThemeFiles};

    #[test]
    fn periods_are_written_as_people_say_them() {
        let theme = Theme::load(&ThemeFiles::shipped(), "").0.unwrap();
        let check = |first: Date, last: Date, nl: &str, en: &str| {
            let period = Period { first, last };
            for (language, expected) in [(Language::Nl, nl), (Language::En, en)] {
                assert_eq!(period_in_words(period, theme.messages(language)), expected);
            }
        };
        check(
            date(2027, 1, 1),
            date(2027, 1, 31),
            "januari 2027",
            "January 2027",
        );
        check(
            date(2027, 7, 1),
            date(2027, 8, 31),
            "juli tot en met augustus 2027",
            "July to August 2027",
        );
        check(
            date(2026, 12, 1),
            date(2027, 1, 31),
            "december 2026 tot en met januari 2027",
            "December 2026 to January 2027",
        );
        check(
            date(2027, 1, 4),
            date(2027, 1, 10),
            "4 tot en met 10 januari 2027",
            "4 to 10 January 2027",
        );
        check(
            date(2026, 12, 28),
            date(2027, 1, 3),
            "28 december 2026 tot en met 3 januari 2027",
            "28 December 2026 to 3 January 2027",
        );
        check(
            date(2027, 1, 4),
            date(2027, 1, 4),
            "4 januari 2027",
            "4 January 2027",
        );
    }
}
