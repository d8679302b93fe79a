//! The two files of the calendar, read into values. Every mistake is told where it stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};

use super::destination::Destination;
use super::{Calendar, EVENTS, Event, EventKind, MESSAGES, Message, Occasion, Rule, Trigger};
use crate::diagnostic::{Diagnostic, any_error};
use crate::form::Text;
use crate::language::Language;
use crate::site::config::{Config, VALUE_NAMES, word};
use crate::site::markdown;
use crate::site::plain_language::{self, Kind, Passage, Wording};
use crate::site::source::{Sources, text_of};
use crate::source_text::{Place, SourceText};
use crate::yaml::{self, Mapping, Node};

/// Longest text of a message, in characters. It must fit in the channels that an organisation has: a screen
/// in the hall, the start of a mail, a message on a phone.
const LONGEST_MESSAGE: usize = 300;

/// Longest period of a message, in days: what stands longer than a quarter is no news.
const MOST_DAYS: i64 = 92;

/// Most dates of one event. A training with more is held every week, and better described in words.
const MOST_DATES: usize = 60;

/// The keys that a rule is recognised by.
const MONTHS: &str = "months";
const FROM: &str = "from";

/// How something comes back.
const EVERY: [(&str, ()); 1] = [("year", ())];

impl Calendar {
    /// Reads the calendar of a portal, where it has one, as of a day.
    pub fn read(
        config: &Config,
        sources: &Sources,
        wordings: &BTreeMap<Language, Wording>,
        today: Date,
    ) -> (Calendar, Vec<Diagnostic>) {
        let mut reader = Reader {
            config,
            wordings,
            ids: BTreeSet::new(),
            diagnostics: Vec::new(),
        };
        let mut calendar = Calendar::default();
        if let Some(source) = reader.source(sources, MESSAGES) {
            calendar.messages = reader.list(&source, "messages", Reader::message);
            // Messages with mistakes are not there, which would be told twice.
            if !any_error(&reader.diagnostics) {
                calendar.warn_of_empty_quarters(today, &mut reader.diagnostics);
            }
        }
        reader.ids.clear();
        if let Some(source) = reader.source(sources, EVENTS) {
            calendar.events = reader.list(&source, "events", Reader::event);
        }
        (calendar, reader.diagnostics)
    }
}

struct Reader<'a> {
    config: &'a Config,
    wordings: &'a BTreeMap<Language, Wording>,
    ids: BTreeSet<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn source(&mut self, sources: &Sources, path: &str) -> Option<SourceText> {
        let source = text_of(path, sources.files.get(path)?);
        source.map_err(|problem| self.tell(problem)).ok()
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads the list under the only key of a file.
    fn list<T>(
        &mut self,
        source: &SourceText,
        key: &'static str,
        item: fn(&mut Self, &mut Mapping<'_>) -> Option<T>,
    ) -> Vec<T> {
        let (node, problems) = yaml::parse(source);
        self.diagnostics.extend(problems);
        let Some(node) = node else {
            return Vec::new();
        };
        let mut file = Mapping::read(&node, &mut self.diagnostics);
        let nodes = file.get(key).map(Node::list).unwrap_or_default();
        file.finish(&mut self.diagnostics);
        nodes
            .into_iter()
            .filter_map(|node| {
                let before = self.diagnostics.len();
                let mut map = Mapping::read(node, &mut self.diagnostics);
                let read = item(self, &mut map);
                // A mapping that is none has been told; that its keys are missing says nothing more.
                match node.is_mapping() {
                    true => map.finish(&mut self.diagnostics),
                    false => self.diagnostics.truncate(before + 1),
                }
                read
            })
            .collect()
    }

    fn message(&mut self, map: &mut Mapping<'_>) -> Option<Message> {
        let place = map.place();
        let id = self.id(map);
        let title = self.required_text(map, "title");
        let text_node = map.get("text");
        let text = self.required_text(map, "text");
        let destination = Destination::read(map, &mut self.diagnostics);
        let occasion = self.occasion(map);
        let message = Message {
            id: id?,
            title: title?,
            text: text?,
            destination,
            occasion: occasion?,
        };
        for language in &self.config.languages {
            if !message.speaks(*language) {
                let missing = Diagnostic::warning("message-language")
                    .with("id", &message.id)
                    .with("language", language);
                self.tell(missing.at(place.clone()));
            } else if message.text.get(*language).chars().count() > LONGEST_MESSAGE {
                let long = Diagnostic::warning("message-too-long")
                    .with("id", &message.id)
                    .with("count", message.text.get(*language).chars().count())
                    .with("most", LONGEST_MESSAGE);
                self.tell(long.at(text_node.map_or_else(|| place.clone(), Node::place)));
            }
        }
        Some(message)
    }

    fn occasion(&mut self, map: &mut Mapping<'_>) -> Option<Occasion> {
        match (map.get("when"), map.get("trigger")) {
            (Some(when), None) => self.rule(when).map(Occasion::Dates),
            (None, Some(trigger)) => trigger
                .one_of(&Trigger::NAMES, &mut self.diagnostics)
                .map(Occasion::Trigger),
            _ => {
                self.tell(Diagnostic::error("message-occasion").at(map.place()));
                None
            }
        }
    }

    fn rule(&mut self, node: &Node) -> Option<Rule> {
        let mut map = Mapping::read(node, &mut self.diagnostics);
        if !node.is_mapping() {
            return None;
        }
        let rule = match (map.get(MONTHS), map.get(FROM)) {
            (Some(months), None) => {
                let months = self.months(months);
                let week = map.get("week").map(|node| self.number(node, 1, 4));
                match week {
                    None => months.map(Rule::Months),
                    Some(week) => months
                        .zip(week.and_then(|week| i8::try_from(week).ok()))
                        .map(|(months, week)| Rule::Week { months, week }),
                }
            }
            (None, Some(from)) => {
                let from = from.date(&mut self.diagnostics);
                let days = map
                    .require("days", &mut self.diagnostics)
                    .and_then(|node| self.number(node, 1, MOST_DAYS))
                    .and_then(|days| i32::try_from(days).ok());
                let yearly = self.yearly(&mut map);
                from.zip(days)
                    .map(|(from, days)| Rule::Days { from, days, yearly })
            }
            _ => {
                self.tell(Diagnostic::error("message-when").at(node.place()));
                return None;
            }
        };
        map.finish(&mut self.diagnostics);
        rule
    }

    /// Returns what a list holds, and tells one that is empty: what it says when would be never.
    fn some<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        let nodes = node.list();
        if nodes.is_empty() {
            self.tell(Diagnostic::error("calendar-list-empty").at(node.place()));
        }
        nodes
    }

    fn months(&mut self, node: &Node) -> Option<BTreeSet<i8>> {
        let months = self.some(node).into_iter().map(|month| {
            let number = self.number(month, 1, 12)?;
            i8::try_from(number).ok()
        });
        // All mistakes are told, not only the first.
        let months: Vec<Option<i8>> = months.collect();
        months.into_iter().collect()
    }

    /// Reads a whole number between two others.
    fn number(&mut self, node: &Node, least: i64, most: i64) -> Option<i64> {
        let number = node.whole_number(&mut self.diagnostics)?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        let outside = Diagnostic::error("calendar-number")
            .with("value", number)
            .with("least", least)
            .with("most", most);
        self.tell(outside.at(node.place()));
        None
    }

    fn yearly(&mut self, map: &mut Mapping<'_>) -> bool {
        map.get("every")
            .and_then(|node| node.one_of(&EVERY, &mut self.diagnostics))
            .is_some()
    }

    fn event(&mut self, map: &mut Mapping<'_>) -> Option<Event> {
        let at = map.place();
        let id = self.id(map);
        let kind = map
            .require("kind", &mut self.diagnostics)
            .and_then(|node| node.one_of(&EventKind::NAMES, &mut self.diagnostics));
        let title = self.required_text(map, "title");
        let dates = map
            .require("dates", &mut self.diagnostics)
            .map(|node| self.dates(node));
        let audience = self.text(map, "audience");
        let place = self.text(map, "place");
        let who = self.text(map, "who");
        let yearly = self.yearly(map);
        let (start, end) = self.times(map);
        let destination = Destination::read(map, &mut self.diagnostics);
        let done_node = map.get("done");
        let done = done_node.and_then(|node| node.flag(&mut self.diagnostics));
        if let Some(node) = done_node.filter(|_| yearly && done == Some(true)) {
            self.tell(Diagnostic::error("calendar-done-yearly").at(node.place()));
        }
        let questions = map
            .get("questions")
            .map(|node| node.texts(&mut self.diagnostics));
        let (id, title) = (id?, title?);
        let languages = self.config.languages.iter();
        for language in languages.filter(|language| !title.speaks(**language)) {
            self.diagnostics.push(
                Diagnostic::warning("event-language")
                    .with("id", &id)
                    .with("language", language)
                    .at(at.clone()),
            );
        }
        Some(Event {
            id,
            kind: kind?,
            title,
            audience,
            dates: dates?,
            yearly,
            start,
            end,
            place,
            who,
            destination,
            done: done.unwrap_or_default(),
            questions: questions.unwrap_or_default(),
        })
    }

    fn dates(&mut self, node: &Node) -> Vec<Date> {
        let nodes = self.some(node);
        if nodes.len() > MOST_DATES {
            let many = Diagnostic::error("calendar-number")
                .with("value", nodes.len())
                .with("least", 1)
                .with("most", MOST_DATES);
            self.tell(many.at(node.place()));
        }
        nodes
            .into_iter()
            .take(MOST_DATES)
            .filter_map(|node| node.date(&mut self.diagnostics))
            .collect()
    }

    fn times(&mut self, map: &mut Mapping<'_>) -> (Option<Time>, Option<Time>) {
        let start_node = map.get("start");
        let start = start_node.and_then(|node| self.time(node));
        let end_node = map.get("end");
        let end = end_node.and_then(|node| self.time(node));
        if let Some(node) = end_node
            && end.is_some()
            // A start that is no time has been told.
            && (start_node.is_none() || start.is_some_and(|start| end <= Some(start)))
        {
            self.tell(Diagnostic::error("calendar-end-first").at(node.place()));
        }
        (start, end)
    }

    /// Reads a time of day: `09:30`.
    fn time(&mut self, node: &Node) -> Option<Time> {
        let text = node.text(&mut self.diagnostics)?;
        let time = Some(&text)
            .filter(|text| text.len() == "09:30".len())
            .and_then(|text| text.parse().ok());
        if time.is_none() {
            let wrong = Diagnostic::error("calendar-time").with("value", &text);
            self.tell(wrong.at(node.place()));
        }
        time
    }

    fn id(&mut self, map: &mut Mapping<'_>) -> Option<String> {
        let node = map.require("id", &mut self.diagnostics)?;
        let id = word(node, &mut self.diagnostics)?;
        if !self.ids.insert(id.clone()) {
            let same = Diagnostic::error("calendar-same-id").with("id", &id);
            self.tell(same.at(node.place()));
            return None;
        }
        Some(id)
    }

    fn required_text(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<Text> {
        map.require(key, &mut self.diagnostics)?;
        self.text(map, key)
    }

    /// Reads a text that is written in the default language, or in each: `{nl: …, en: …}`.
    fn text(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<Text> {
        let node = map.get(key)?;
        if !node.is_mapping() {
            let language = self.config.default_language();
            return Text::of(self.version(node, language).into_iter().collect());
        }
        let mut map = Mapping::read(node, &mut self.diagnostics);
        let nodes: Vec<(Language, &Node)> = Language::ALL
            .into_iter()
            .filter_map(|language| Some((language, map.get(language.tag())?)))
            .collect();
        map.finish(&mut self.diagnostics);
        let versions = nodes
            .into_iter()
            .filter_map(|(language, node)| self.version(node, language));
        Text::of(versions.collect())
    }

    /// Reads a text in one language, as readers see it: on one line, with typographic quotes and the
    /// values of settings.
    fn version(&mut self, node: &Node, language: Language) -> Option<(Language, String)> {
        let text = node.text(&mut self.diagnostics)?;
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = markdown::typographic(&words.join(" "));
        let (shown, unknown) = self.config.with_values(&line, language);
        for name in unknown {
            self.diagnostics.push(unknown_value(name, node.place()));
        }
        if let Some(wording) = self.wordings.get(&language) {
            let passage = Passage::plain(Kind::Prose, &text);
            let found = plain_language::check(&passage, language, wording).into_iter();
            let advice = found.map(|one| one.diagnostic().at(node.place_within(one.range)));
            self.diagnostics.extend(advice);
        }
        Some((language, shown))
    }
}

fn unknown_value(name: &str, place: Place) -> Diagnostic {
    Diagnostic::error("calendar-value")
        .with("name", name)
        .with("known", VALUE_NAMES.join(", "))
        .at(place)
}
