//! One page's Markdown, to HTML.
//!
//! The dialect is CommonMark with tables, footnotes, task lists, definition lists, callouts, values
//! of `site.yaml` (`[[organisation]]`) and places to fill in (`[[vul in: …]]`). This module knows one
//! page and nothing of others: what a link or an image leads to is decided by a [`Resolver`]. Raw
//! HTML never passes unless the resolver allows it, and no inline style is ever written, because the
//! Content-Security-Policy forbids them.
//!
//! A page is read twice: first its headings (other pages link to them), then its text.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_cmark::{
    Alignment, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset, html::push_html,
};

use super::slug::slug;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::source_text::SourceText;

/// Deepest nesting of blocks and spans. Deeper is no text, and costs the square of its depth.
const DEEPEST_NESTING: usize = 64;

/// The id that every page has for its `main`, where the skip link leads. All other ids that are not a
/// heading's own hold two hyphens, which no slug does.
const ID_OF_MAIN: &str = "inhoud";

/// A heading of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Level in the page, from 2; the title of the page is 1.
    pub level: u8,
    /// Anchor, unique in the page. It depends on the heading's own text only, unless two headings
    /// have the same text: then the later one gets the heading above it in front.
    pub id: String,
    /// The text without markup.
    pub text: String,
}

/// The headings of a page.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// A level-1 heading at the very start of the body, which serves as the title or repeats it.
    pub title: Option<String>,
    /// All other headings, in order.
    pub headings: Vec<Heading>,
}

/// A page's HTML, and what it refers to.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// How many places are still to be filled in.
    pub to_fill_in: usize,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An address; `language` where it is a page in another language than this one.
    Address {
        /// What stands in `href`.
        href: String,
        /// BCP 47 tag for `hreflang`.
        language: Option<&'static str>,
    },
    /// Nothing that a reader can reach: the text stays, without a link.
    Nowhere,
}

/// An image that a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What stands in `src`.
    pub href: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Decides what stands outside the page that is being rendered. A problem comes back without its
/// place, which the page knows.
pub trait Resolver {
    /// Resolves the destination of a link as it was written.
    fn link(&self, destination: &str) -> (Target, Option<Diagnostic>);

    /// Resolves the destination of an image as it was written.
    fn image(&self, destination: &str) -> Result<Image, Diagnostic>;

    /// Returns the value of a setting by its name: `organisation`, `register.name`.
    fn value(&self, name: &str) -> Option<String>;

    /// Returns the names of all settings.
    fn value_names(&self) -> &[&'static str];

    /// Returns a text of the theme in the language of the page.
    fn text(&self, key: &str) -> String;

    /// Returns whether raw HTML is let through.
    fn raw_html(&self) -> bool;
}

/// Reads the headings of a page whose front matter gives this title, if any.
pub fn outline(
    source: &SourceText,
    body: Range<usize>,
    title: Option<&str>,
) -> (Outline, Vec<Diagnostic>) {
    guarded(source, || {
        let (events, mut diagnostics) = events(source, &body);
        let outline = read_outline(source, &events, title, &mut diagnostics);
        (outline, diagnostics)
    })
}

/// Renders the body of a page. The level-1 heading that is its title is left out: the theme shows it.
pub fn render(
    source: &SourceText,
    body: Range<usize>,
    outline: &Outline,
    resolver: &dyn Resolver,
) -> (Rendered, Vec<Diagnostic>) {
    guarded(source, || {
        // What is wrong with the structure was told with the outline.
        let (events, _) = events(source, &body);
        let mut writer = Writer::new(source, outline, resolver);
        writer.blocks(&events);
        writer.finish()
    })
}

/// Runs a step that calls the Markdown parser, whose fuzzers still find panics now and then: such a
/// page is a diagnostic, not the end of the program.
fn guarded<T: Default>(
    source: &SourceText,
    step: impl FnOnce() -> (T, Vec<Diagnostic>),
) -> (T, Vec<Diagnostic>) {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| {
        let diagnostic = Diagnostic::error("markdown-not-understood").at(source.start());
        (T::default(), vec![diagnostic])
    })
}

type Spanned<'a> = (Event<'a>, Range<usize>);

/// Parses a body; ranges are those of the whole file. Nesting that is too deep ends the page there.
fn events<'a>(source: &'a SourceText, body: &Range<usize>) -> (Vec<Spanned<'a>>, Vec<Diagnostic>) {
    let text = source.text().get(body.clone()).unwrap_or_default();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_SMART_PUNCTUATION;
    let parser = Parser::new_ext(text, options).into_offset_iter();
    let mut events: Vec<Spanned<'a>> = Vec::new();
    let mut depth = 0usize;
    for (event, range) in TextMergeWithOffset::new(parser) {
        let range = range.start + body.start..range.end + body.start;
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST_NESTING {
            let diagnostic = Diagnostic::error("markdown-too-deep")
                .with("deepest", DEEPEST_NESTING)
                .at(source.place(range));
            return (Vec::new(), vec![diagnostic]);
        }
        events.push((event, range));
    }
    (events, Vec::new())
}

fn read_outline(
    source: &SourceText,
    events: &[Spanned<'_>],
    written_title: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Outline {
    let found = found_headings(events);
    let title = leading_title(events, &found)
        .filter(|title| written_title.is_none_or(|written| written.trim() == title.trim()));
    let rest = if title.is_some() {
        found.get(1..)
    } else {
        found.get(..)
    };
    let rest = rest.unwrap_or_default();
    // A body with level-1 headings of its own has one level too many: the title of the page is the
    // only one. All its headings then go down by one, which keeps their order.
    let shift = u8::from(rest.iter().any(|heading| heading.level == 1));
    let mut outline = Outline {
        title,
        headings: Vec::new(),
    };
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut above: Vec<(u8, String)> = Vec::new();
    for heading in rest {
        if heading.level == 1 {
            let place = source.place(heading.range.clone());
            diagnostics.push(Diagnostic::warning("heading-second-title").at(place));
        }
        let level = (heading.level + shift).clamp(2, 6);
        above.retain(|(other, _)| *other < level);
        let expected = above.last().map_or(1, |(other, _)| *other) + 1;
        if level > expected {
            diagnostics.push(
                Diagnostic::warning("heading-skipped")
                    .with("level", "#".repeat(usize::from(heading.level)))
                    .with("expected", "#".repeat(usize::from(expected - shift)))
                    .at(source.place(heading.range.clone())),
            );
        }
        if heading.text.trim().is_empty() {
            diagnostics
                .push(Diagnostic::warning("heading-empty").at(source.place(heading.range.clone())));
        }
        let id = heading_id(source, heading, &above, &mut taken, diagnostics);
        above.push((level, id.clone()));
        outline.headings.push(Heading {
            level,
            id,
            text: dutch_apostrophes(&heading.text),
        });
    }
    outline
}

struct FoundHeading {
    level: u8,
    id: Option<String>,
    text: String,
    range: Range<usize>,
    /// Index of the first event.
    start: usize,
}

fn found_headings(events: &[Spanned<'_>]) -> Vec<FoundHeading> {
    let mut headings: Vec<FoundHeading> = Vec::new();
    let mut open = false;
    for (index, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                open = true;
                headings.push(FoundHeading {
                    level: *level as u8,
                    id: id.as_ref().map(|id| id.to_string()),
                    text: String::new(),
                    range: range.clone(),
                    start: index,
                });
            }
            Event::End(TagEnd::Heading(_)) => open = false,
            Event::Text(text) | Event::Code(text) if open => {
                if let Some(heading) = headings.last_mut() {
                    heading.text.push_str(text);
                }
            }
            Event::SoftBreak | Event::HardBreak if open => {
                if let Some(heading) = headings.last_mut() {
                    heading.text.push(' ');
                }
            }
            _ => {}
        }
    }
    headings
}

fn leading_title(events: &[Spanned<'_>], found: &[FoundHeading]) -> Option<String> {
    let first = found.first().filter(|heading| heading.level == 1)?;
    let before = events.get(..first.start)?;
    before.is_empty().then(|| first.text.clone())
}

fn heading_id(
    source: &SourceText,
    heading: &FoundHeading,
    above: &[(u8, String)],
    taken: &mut HashMap<String, usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let own = match &heading.id {
        Some(id) => id.clone(),
        None => slug(&heading.text),
    };
    let own = match own.as_str() {
        "" => "kop".to_owned(),
        ID_OF_MAIN => format!("kop-{ID_OF_MAIN}"),
        _ => own,
    };
    let mut id = own.clone();
    if taken.contains_key(&id) {
        diagnostics.push(
            Diagnostic::warning("heading-same-text")
                .with("heading", heading.text.trim())
                .with("id", &own)
                .at(source.place(heading.range.clone())),
        );
        if let Some((_, parent)) = above.last() {
            id = format!("{parent}-{own}");
        }
    }
    let base = id.clone();
    let mut number = taken.get(&base).copied().unwrap_or(1);
    while taken.contains_key(&id) {
        number += 1;
        id = format!("{base}-{number}");
    }
    taken.insert(base, number);
    taken.entry(id.clone()).or_insert(1);
    id
}

/// Kinds of callouts: the name in the style sheet, the key of its usual heading, and what editors
/// may write between the brackets.
const CALLOUTS: [(&str, &str, &[&str]); 6] = [
    (
        "short",
        "callout.short",
        &["in het kort", "kort", "in short", "summary"],
    ),
    ("note", "callout.note", &["info", "note", "opmerking"]),
    ("tip", "callout.tip", &["tip"]),
    (
        "important",
        "callout.important",
        &["belangrijk", "important"],
    ),
    (
        "warning",
        "callout.warning",
        &["let op", "warning", "attention", "caution"],
    ),
    ("danger", "callout.danger", &["gevaar", "danger"]),
];

struct Writer<'a> {
    source: &'a SourceText,
    outline: &'a Outline,
    resolver: &'a dyn Resolver,
    diagnostics: Vec<Diagnostic>,
    output: Vec<Event<'a>>,
    /// Whether the first heading is still to come and is the title of the page.
    title_awaited: bool,
    headings_seen: usize,
    callouts: usize,
    tables: usize,
    footnotes: Footnotes<'a>,
    to_fill_in: usize,
    last_heading: Option<String>,
}

#[derive(Default)]
struct Footnotes<'a> {
    /// Definitions by name.
    definitions: BTreeMap<String, (Vec<Event<'a>>, Range<usize>)>,
    /// Names in order of first reference, with how often each is referred to.
    referred: Vec<(String, usize)>,
}

impl<'a> Writer<'a> {
    fn new(source: &'a SourceText, outline: &'a Outline, resolver: &'a dyn Resolver) -> Writer<'a> {
        Writer {
            source,
            outline,
            resolver,
            diagnostics: Vec::new(),
            output: Vec::new(),
            title_awaited: outline.title.is_some(),
            headings_seen: 0,
            callouts: 0,
            tables: 0,
            footnotes: Footnotes::default(),
            to_fill_in: 0,
            last_heading: None,
        }
    }

    fn problem(&mut self, diagnostic: Diagnostic, range: &Range<usize>) {
        self.diagnostics
            .push(diagnostic.at(self.source.place(range.clone())));
    }

    fn html(&mut self, html: impl Into<CowStr<'a>>) {
        self.output.push(Event::Html(html.into()));
    }

    fn inline_html(&mut self, html: impl Into<CowStr<'a>>) {
        self.output.push(Event::InlineHtml(html.into()));
    }

    /// Writes a run of events, blocks or spans. Constructs that need to see more than one event
    /// take what they need and say where to go on.
    fn blocks(&mut self, events: &[Spanned<'a>]) {
        let mut at = 0;
        while let Some((event, range)) = events.get(at) {
            at = match event {
                Event::Start(tag) => self.start(tag, range, events, at),
                Event::End(tag) => {
                    self.end(*tag);
                    at + 1
                }
                Event::Text(text) => {
                    self.text(text, range);
                    at + 1
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    self.raw(html, range, matches!(event, Event::Html(_)));
                    at + 1
                }
                Event::FootnoteReference(name) => {
                    self.footnote_reference(name);
                    at + 1
                }
                Event::TaskListMarker(done) => {
                    self.task_mark(*done);
                    at + 1
                }
                other => {
                    self.output.push(other.clone());
                    at + 1
                }
            };
        }
    }

    fn start(
        &mut self,
        tag: &Tag<'a>,
        range: &Range<usize>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        match tag {
            Tag::Heading { .. } => return self.heading(events, at),
            Tag::BlockQuote(_) => {
                if let Some(next) = self.callout(events, at) {
                    return next;
                }
                self.output.push(Event::Start(tag.clone()));
            }
            Tag::Paragraph => {
                if let Some(next) = self.captioned_table(events, at) {
                    return next;
                }
                self.output.push(Event::Start(Tag::Paragraph));
            }
            Tag::Table(alignments) => return self.table(alignments, None, events, at),
            Tag::Item if is_task(events, at) => self.html("<li class=\"task\">"),
            Tag::FootnoteDefinition(name) => {
                return self.footnote_definition(name, range, events, at);
            }
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => return self.link(*link_type, dest_url, range, events, at),
            Tag::Image {
                dest_url, title, ..
            } => return self.image(dest_url, title, range, events, at),
            Tag::HtmlBlock => {}
            Tag::CodeBlock(_) => {
                // Code is shown as it was written.
                let end = end_of(events, at);
                let code = events.get(at..=end).unwrap_or_default();
                self.output
                    .extend(code.iter().map(|(event, _)| event.clone()));
                return end + 1;
            }
            _ => self.output.push(Event::Start(tag.clone())),
        }
        at + 1
    }

    fn end(&mut self, tag: TagEnd) {
        if tag != TagEnd::HtmlBlock {
            self.output.push(Event::End(tag));
        }
    }

    fn heading(&mut self, events: &[Spanned<'a>], at: usize) -> usize {
        let end = end_of(events, at);
        let inner = events.get(at + 1..end).unwrap_or_default();
        if std::mem::take(&mut self.title_awaited) {
            return end + 1;
        }
        let Some(heading) = self.outline.headings.get(self.headings_seen) else {
            return end + 1;
        };
        self.headings_seen += 1;
        self.last_heading = Some(heading.text.clone());
        let level = heading_level(heading.level);
        self.output.push(Event::Start(Tag::Heading {
            level,
            id: Some(heading.id.clone().into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        }));
        self.blocks(inner);
        self.output.push(Event::End(TagEnd::Heading(level)));
        end + 1
    }

    /// Writes a block quote whose first line is `[!kind] title` as a callout.
    fn callout(&mut self, events: &[Spanned<'a>], at: usize) -> Option<usize> {
        let (first, second) = (events.get(at + 1)?, events.get(at + 2)?);
        if !matches!(first.0, Event::Start(Tag::Paragraph)) {
            return None;
        }
        let Event::Text(text) = &second.0 else {
            return None;
        };
        let (word, rest) = text.strip_prefix("[!")?.split_once(']')?;
        let end = end_of(events, at);
        let paragraph_end = end_of(events, at + 1);
        let line_end = (at + 2..paragraph_end)
            .find(|index| {
                matches!(
                    events.get(*index),
                    Some((Event::SoftBreak | Event::HardBreak, _))
                )
            })
            .unwrap_or(paragraph_end);
        let (kind, key) = self.callout_kind(word, &second.1);

        self.callouts += 1;
        let id = format!("kader--{}", self.callouts);
        self.html(format!(
            "<div class=\"callout callout-{kind}\" role=\"note\" aria-labelledby=\"{id}\">\n\
             <p class=\"callout-title\" id=\"{id}\">"
        ));
        let has_title = !rest.trim().is_empty() || line_end > at + 3;
        if has_title {
            self.text(rest.trim_start(), &second.1);
            self.blocks(events.get(at + 3..line_end).unwrap_or_default());
        } else {
            let title = self.resolver.text(key);
            self.output.push(Event::Text(title.into()));
        }
        self.html("</p>\n");
        if line_end < paragraph_end {
            self.output.push(Event::Start(Tag::Paragraph));
            self.blocks(events.get(line_end + 1..paragraph_end).unwrap_or_default());
            self.output.push(Event::End(TagEnd::Paragraph));
        }
        self.blocks(events.get(paragraph_end + 1..end).unwrap_or_default());
        self.html("</div>\n");
        Some(end + 1)
    }

    fn callout_kind(&mut self, word: &str, range: &Range<usize>) -> (&'static str, &'static str) {
        let word = word.trim().to_lowercase();
        let known = CALLOUTS
            .iter()
            .find(|(_, _, words)| words.contains(&word.as_str()));
        if let Some((kind, key, _)) = known {
            return (kind, key);
        }
        let words = CALLOUTS
            .iter()
            .flat_map(|(_, _, words)| words.iter().copied());
        let near = nearest(&word, words).unwrap_or("let op");
        self.problem(
            Diagnostic::error("callout-unknown")
                .with("word", word)
                .with("nearest", near),
            range,
        );
        ("note", "callout.note")
    }

    /// Writes a paragraph `Tabel: …` right above a table as the caption of that table.
    fn captioned_table(&mut self, events: &[Spanned<'a>], at: usize) -> Option<usize> {
        let end = end_of(events, at);
        let Some((Event::Start(Tag::Table(alignments)), _)) = events.get(end + 1) else {
            return None;
        };
        let Some((Event::Text(text), range)) = events.get(at + 1) else {
            return None;
        };
        let caption = ["Tabel:", "Table:"]
            .iter()
            .find_map(|word| text.strip_prefix(word))?;
        let mut inner = vec![(
            Event::Text(CowStr::from(caption.trim_start().to_owned())),
            range.clone(),
        )];
        inner.extend(events.get(at + 2..end).unwrap_or_default().iter().cloned());
        Some(self.table(alignments, Some(&inner), events, end + 1))
    }

    /// Writes a table in a region that scrolls, named by its caption or the heading above it.
    fn table(
        &mut self,
        alignments: &[Alignment],
        caption: Option<&[Spanned<'a>]>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        let end = end_of(events, at);
        self.tables += 1;
        let id = format!("tabel--{}", self.tables);
        let name = match &caption {
            Some(_) => format!("aria-labelledby=\"{id}\""),
            // Numbered, because two regions may not have one name.
            None => {
                let label = self.resolver.text("table.label");
                let heading = self.last_heading.as_deref().unwrap_or_default();
                let label = format!("{label} {}: {heading}", self.tables);
                format!(
                    "aria-label=\"{}\"",
                    escape(label.trim_end_matches([':', ' ']))
                )
            }
        };
        self.html(format!(
            "<div class=\"table\" role=\"region\" tabindex=\"0\" {name}>\n<table>\n"
        ));
        if let Some(caption) = caption {
            self.html(format!("<caption id=\"{id}\">"));
            self.blocks(caption);
            self.html("</caption>\n");
        }
        let mut head = false;
        let mut column = 0;
        let mut inner = at + 1;
        while inner < end {
            match events.get(inner).map(|(event, _)| event) {
                Some(Event::Start(Tag::TableHead)) => {
                    (head, column) = (true, 0);
                    self.html("<thead>\n<tr>\n");
                }
                Some(Event::End(TagEnd::TableHead)) => {
                    head = false;
                    self.html("</tr>\n</thead>\n<tbody>\n");
                }
                Some(Event::Start(Tag::TableRow)) => {
                    column = 0;
                    self.html("<tr>\n");
                }
                Some(Event::End(TagEnd::TableRow)) => self.html("</tr>\n"),
                Some(Event::Start(Tag::TableCell)) => {
                    let cell_end = end_of(events, inner);
                    let cell = events.get(inner + 1..cell_end).unwrap_or_default();
                    // An empty header cell is no header of anything.
                    let element = if head && !cell.is_empty() { "th" } else { "td" };
                    let scope = if element == "th" {
                        " scope=\"col\""
                    } else {
                        ""
                    };
                    let class = match alignments.get(column) {
                        Some(Alignment::Right) => " class=\"right\"",
                        Some(Alignment::Center) => " class=\"center\"",
                        _ => "",
                    };
                    self.html(format!("<{element}{scope}{class}>"));
                    self.blocks(cell);
                    self.html(format!("</{element}>\n"));
                    column += 1;
                    inner = cell_end;
                }
                _ => {}
            }
            inner += 1;
        }
        self.html("</tbody>\n</table>\n</div>\n");
        end + 1
    }

    fn task_mark(&mut self, done: bool) {
        let (class, key) = if done {
            ("task-mark task-done", "task.done")
        } else {
            ("task-mark", "task.open")
        };
        let text = escape(&self.resolver.text(key));
        self.inline_html(format!(
            "<span class=\"{class}\"><span class=\"visually-hidden\">{text}: </span></span>"
        ));
    }

    fn footnote_reference(&mut self, name: &str) {
        let number = match self
            .footnotes
            .referred
            .iter()
            .position(|(known, _)| known == name)
        {
            Some(at) => at + 1,
            None => {
                self.footnotes.referred.push((name.to_owned(), 0));
                self.footnotes.referred.len()
            }
        };
        let mut times = 1;
        if let Some((_, count)) = self.footnotes.referred.get_mut(number - 1) {
            *count += 1;
            times = *count;
        }
        // Only the first reference is where the way back leads.
        let id = if times == 1 {
            format!(" id=\"voetnoot--{number}-terug\"")
        } else {
            String::new()
        };
        let label = escape(&self.resolver.text("footnote.label"));
        self.inline_html(format!(
            "<sup><a class=\"footnote-reference\" href=\"#voetnoot--{number}\"{id}>\
             <span class=\"visually-hidden\">{label} </span>{number}</a></sup>"
        ));
    }

    fn footnote_definition(
        &mut self,
        name: &str,
        range: &Range<usize>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        let end = end_of(events, at);
        let before = std::mem::take(&mut self.output);
        self.blocks(events.get(at + 1..end).unwrap_or_default());
        let definition = std::mem::replace(&mut self.output, before);
        self.footnotes
            .definitions
            .insert(name.to_owned(), (definition, range.clone()));
        end + 1
    }

    fn link(
        &mut self,
        link_type: LinkType,
        destination: &str,
        range: &Range<usize>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        let end = end_of(events, at);
        let inner = events.get(at + 1..end).unwrap_or_default();
        let place = destination_range(self.source, range, destination);
        if inner.iter().all(|(event, _)| match event {
            Event::Text(text) => text.trim().is_empty(),
            Event::Code(_) | Event::Start(Tag::Image { .. }) => false,
            _ => true,
        }) {
            self.problem(Diagnostic::error("link-without-text"), range);
        }
        let destination = match link_type {
            LinkType::Email => format!("mailto:{destination}"),
            _ => destination.to_owned(),
        };
        let (target, problem) = match self.setting_of(&destination) {
            Some(Some(value)) => (
                Target::Address {
                    href: value,
                    language: None,
                },
                None,
            ),
            Some(None) => (Target::Nowhere, None),
            None => self.resolver.link(&destination),
        };
        if let Some(problem) = problem {
            self.problem(problem, &place);
        }
        match target {
            Target::Address { href, language } => {
                let language = language
                    .map(|tag| format!(" hreflang=\"{tag}\""))
                    .unwrap_or_default();
                self.inline_html(format!("<a href=\"{}\"{language}>", escape(&href)));
                self.blocks(inner);
                self.inline_html("</a>");
            }
            Target::Nowhere => self.blocks(inner),
        }
        end + 1
    }

    /// Returns the value of a setting that is used as a destination: `[[register.url]]`. The outer
    /// option is absent where the destination is something else, the inner where the setting is empty.
    fn setting_of(&self, destination: &str) -> Option<Option<String>> {
        let decoded = destination.replace("%5B", "[").replace("%5D", "]");
        let name = decoded.strip_prefix("[[")?.strip_suffix("]]")?;
        Some(self.resolver.value(name.trim()))
    }

    fn image(
        &mut self,
        destination: &str,
        title: &str,
        range: &Range<usize>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        let end = end_of(events, at);
        let alternative: String = events
            .get(at + 1..end)
            .unwrap_or_default()
            .iter()
            .map(|(event, _)| match event {
                Event::Text(text) | Event::Code(text) => text.as_ref(),
                Event::SoftBreak | Event::HardBreak => " ",
                _ => "",
            })
            .collect();
        let decorative = matches!(title, "decoratief" | "decorative");
        let file_name = destination.rsplit('/').next().unwrap_or_default();
        let stem = file_name
            .rsplit_once('.')
            .map_or(file_name, |(stem, _)| stem);
        if alternative.trim().is_empty() && !decorative {
            self.problem(
                Diagnostic::error("image-without-text").with("file", file_name),
                range,
            );
        } else if !decorative && [file_name, stem].contains(&alternative.trim()) {
            self.problem(
                Diagnostic::error("image-text-is-file-name").with("file", file_name),
                range,
            );
        }
        match self.resolver.image(destination) {
            Ok(image) => {
                let text = if decorative { "" } else { alternative.trim() };
                self.inline_html(format!(
                    "<img src=\"{}\" alt=\"{}\" width=\"{}\" height=\"{}\" loading=\"lazy\">",
                    escape(&image.href),
                    escape(text),
                    image.width,
                    image.height,
                ));
            }
            Err(problem) => {
                let place = destination_range(self.source, range, destination);
                self.problem(problem, &place);
            }
        }
        end + 1
    }

    fn raw(&mut self, html: &str, range: &Range<usize>, block: bool) {
        if self.resolver.raw_html() {
            let event = if block {
                Event::Html
            } else {
                Event::InlineHtml
            };
            self.output.push(event(html.to_owned().into()));
            return;
        }
        // Notes that editors leave each other are welcome; nobody else sees them.
        let is_comment = html.trim_start().starts_with("<!--") && html.trim_end().ends_with("-->");
        if !is_comment {
            self.problem(
                Diagnostic::error("raw-html")
                    .with("html", html.lines().next().unwrap_or_default().trim()),
                range,
            );
        }
    }

    /// Writes text with values of settings and places to fill in.
    fn text(&mut self, text: &str, range: &Range<usize>) {
        let text = dutch_apostrophes(text);
        let mut rest = text.as_str();
        let written = self.source.text().get(range.clone()).unwrap_or_default();
        if written.contains("\\[") {
            // The editor wants the brackets themselves.
            self.output.push(Event::Text(text.into()));
            return;
        }
        while let Some((before, after)) = rest.split_once("[[") {
            let Some((name, after)) = after.split_once("]]") else {
                break;
            };
            self.plain(before, range);
            self.value(name.trim(), range);
            rest = after;
        }
        self.plain(rest, range);
    }

    fn plain(&mut self, text: &str, range: &Range<usize>) {
        if let Some((_, after)) = text.split_once("[^")
            && let Some((name, _)) = after.split_once(']')
        {
            self.problem(
                Diagnostic::error("footnote-undefined").with("name", name),
                range,
            );
        }
        if !text.is_empty() {
            self.output.push(Event::Text(text.to_owned().into()));
        }
    }

    fn value(&mut self, name: &str, range: &Range<usize>) {
        if let Some(what) = ["vul in:", "fill in:"]
            .iter()
            .find_map(|word| name.strip_prefix(word))
        {
            self.to_fill_in += 1;
            let label = escape(&self.resolver.text("fill-in.label"));
            self.inline_html(format!(
                "<mark class=\"fill-in\">{label} {}</mark>",
                escape(what.trim())
            ));
            return;
        }
        if let Some(value) = self.resolver.value(name) {
            self.output.push(Event::Text(value.into()));
            return;
        }
        let known = self.resolver.value_names().iter().copied();
        let place = value_range(self.source, range, name);
        let diagnostic = if self.resolver.value_names().contains(&name) {
            Diagnostic::error("value-not-set")
        } else {
            let near = nearest(name, known).unwrap_or("organisation");
            Diagnostic::error("value-unknown").with("nearest", near)
        };
        self.problem(diagnostic.with("name", name), &place);
    }

    fn finish(mut self) -> (Rendered, Vec<Diagnostic>) {
        self.write_footnotes();
        let mut html = String::new();
        push_html(&mut html, self.output.into_iter());
        let rendered = Rendered {
            html,
            to_fill_in: self.to_fill_in,
        };
        (rendered, self.diagnostics)
    }

    fn write_footnotes(&mut self) {
        let mut footnotes = std::mem::take(&mut self.footnotes);
        let referred = std::mem::take(&mut footnotes.referred);
        if !referred.is_empty() {
            let title = escape(&self.resolver.text("footnote.title"));
            let back = escape(&self.resolver.text("footnote.back"));
            self.html(format!(
                "<section class=\"footnotes\" aria-labelledby=\"voetnoten--\">\n\
                 <h2 id=\"voetnoten--\">{title}</h2>\n<ol>\n"
            ));
            for (index, (name, _)) in referred.iter().enumerate() {
                let number = index + 1;
                self.html(format!("<li id=\"voetnoot--{number}\">\n"));
                if let Some((definition, _)) = footnotes.definitions.remove(name) {
                    self.output.extend(definition);
                }
                self.html(format!(
                    "<p class=\"footnote-back\"><a href=\"#voetnoot--{number}-terug\">{back} {number}</a></p>\n</li>\n"
                ));
            }
            self.html("</ol>\n</section>\n");
        }
        for (name, (_, range)) in footnotes.definitions {
            self.problem(
                Diagnostic::warning("footnote-unused").with("name", name),
                &range,
            );
        }
    }
}

fn heading_level(level: u8) -> HeadingLevel {
    match level {
        0..=2 => HeadingLevel::H2,
        3 => HeadingLevel::H3,
        4 => HeadingLevel::H4,
        5 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// Returns the index of the end that belongs to the start at `at`.
fn end_of(events: &[Spanned<'_>], at: usize) -> usize {
    let mut depth = 0usize;
    for (index, (event, _)) in events.iter().enumerate().skip(at) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    events.len()
}

fn is_task(events: &[Spanned<'_>], at: usize) -> bool {
    let first = events.get(at + 1).map(|(event, _)| event);
    let second = events.get(at + 2).map(|(event, _)| event);
    match first {
        Some(Event::TaskListMarker(_)) => true,
        Some(Event::Start(Tag::Paragraph)) => matches!(second, Some(Event::TaskListMarker(_))),
        _ => false,
    }
}

/// Returns where the destination of a link stands within the link, or the whole link where it is
/// written elsewhere (a reference).
fn destination_range(source: &SourceText, link: &Range<usize>, destination: &str) -> Range<usize> {
    let written = source.text().get(link.clone()).unwrap_or_default();
    match written.rfind(destination) {
        Some(at) if !destination.is_empty() => link.start + at..link.start + at + destination.len(),
        _ => link.clone(),
    }
}

/// Returns where a value in double brackets stands within a text.
fn value_range(source: &SourceText, text: &Range<usize>, name: &str) -> Range<usize> {
    let written = source.text().get(text.clone()).unwrap_or_default();
    match written.find(&format!("[[{name}]]")) {
        Some(at) => text.start + at..text.start + at + name.len() + 4,
        None => text.clone(),
    }
}

/// Mends typographic quotes at the start of Dutch words that begin with an apostrophe: ’s avonds,
/// not ‘s avonds.
fn dutch_apostrophes(text: &str) -> String {
    const SHORTENED: [&str; 6] = ["s", "t", "n", "m", "k", "r"];
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{2018}') {
        mended.push_str(before);
        let word: String = after.chars().take_while(|c| c.is_alphanumeric()).collect();
        let shortened = SHORTENED.contains(&word.to_lowercase().as_str());
        mended.push(if shortened { '\u{2019}' } else { '\u{2018}' });
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// Gives a line of plain text, such as a title, the quotes and dashes that the text of a page has.
pub fn typographic(text: &str) -> String {
    // As a heading the line is one run of text, whatever it begins with.
    let heading = format!("# {}", text.replace(['\r', '\n'], " "));
    let mut line = String::with_capacity(text.len());
    for event in Parser::new_ext(&heading, Options::ENABLE_SMART_PUNCTUATION) {
        if let Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) = event {
            line.push_str(&text);
        }
    }
    dutch_apostrophes(&line)
}

/// Makes a text safe inside HTML, attributes included.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Resolver for Fixed {
        fn link(&self, destination: &str) -> (Target, Option<Diagnostic>) {
            match destination {
                "weg.md" => (Target::Nowhere, Some(Diagnostic::error("link-dead"))),
                "en.md" => {
                    let href = "/en/".to_owned();
                    (
                        Target::Address {
                            href,
                            language: Some("en"),
                        },
                        None,
                    )
                }
                other => {
                    let href = other.to_owned();
                    (
                        Target::Address {
                            href,
                            language: None,
                        },
                        None,
                    )
                }
            }
        }

        fn image(&self, destination: &str) -> Result<Image, Diagnostic> {
            let href = format!("/assets/{destination}");
            Ok(Image {
                href,
                width: 4,
                height: 3,
            })
        }

        fn value(&self, name: &str) -> Option<String> {
            (name == "organisation").then(|| "A & B".to_owned())
        }

        fn value_names(&self) -> &[&'static str] {
            &["organisation", "register.name"]
        }

        fn text(&self, key: &str) -> String {
            format!("‹{key}›")
        }

        fn raw_html(&self) -> bool {
            false
        }
    }

    fn rendered(text: &str) -> (String, Vec<Diagnostic>) {
        let source = SourceText::new("content/a.md", text);
        let (outline, mut diagnostics) = outline(&source, 0..text.len(), Some("Titel"));
        let (rendered, problems) = render(&source, 0..text.len(), &outline, &Fixed);
        diagnostics.extend(problems);
        (rendered.html, diagnostics)
    }

    fn check(text: &str, html: &str) {
        let (found, diagnostics) = rendered(text);
        assert_eq!(found, html, "{text:?}");
        assert_eq!(diagnostics, [], "{text:?}");
    }

    fn check_problem(text: &str, code: &str, line: usize, column: usize) {
        let (_, diagnostics) = rendered(text);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| {
                let place = d.place.as_ref().unwrap();
                (d.code, place.line, place.column)
            })
            .collect();
        assert_eq!(found, [(code, line, column)], "{text:?}");
    }

    fn ids(text: &str) -> Vec<String> {
        let source = SourceText::new("content/a.md", text);
        let (outline, _) = outline(&source, 0..text.len(), None);
        outline
            .headings
            .into_iter()
            .map(|heading| heading.id)
            .collect()
    }

    #[test]
    fn headings_have_anchors_of_their_own_text() {
        check(
            "## Wat doe je?\n",
            "<h2 id=\"wat-doe-je\">Wat doe je?</h2>\n",
        );
        check(
            "## Wat doe je? {#doen}\n",
            "<h2 id=\"doen\">Wat doe je?</h2>\n",
        );
        assert_eq!(ids("## Inhoud\n"), ["kop-inhoud"]);
        let before = ids("## Een\n\n### Tips\n\n## Twee\n\n### Tips\n");
        let after = ids("## Nul\n\ntekst\n\n## Een\n\nmeer\n\n### Tips\n\n## Twee\n\n### Tips\n");
        assert_eq!(before, ["een", "tips", "twee", "twee-tips"]);
        assert_eq!(&after[1..], before);
    }

    #[test]
    fn the_title_of_the_page_is_not_shown_twice() {
        check("# Titel\n\ntekst\n", "<p>tekst</p>\n");
        let (html, diagnostics) = rendered("# Anders\n\n## Kop\n");
        assert_eq!(
            html,
            "<h2 id=\"anders\">Anders</h2>\n<h3 id=\"kop\">Kop</h3>\n"
        );
        assert_eq!(diagnostics[0].code, "heading-second-title");
    }

    #[test]
    fn headings_that_skip_or_repeat_are_told() {
        check_problem("## A\n\n#### B\n", "heading-skipped", 3, 1);
        check_problem("## A\n\n## A\n", "heading-same-text", 3, 1);
        check_problem("## \n", "heading-empty", 1, 1);
    }

    #[test]
    fn callouts_are_sections_with_a_name() {
        check(
            "> [!let op] Kijk *uit*\n> tekst\n",
            "<div class=\"callout callout-warning\" role=\"note\" aria-labelledby=\"kader--1\">\n\
             <p class=\"callout-title\" id=\"kader--1\">Kijk <em>uit</em></p>\n\
             <p>tekst</p>\n</div>\n",
        );
        check(
            "> [!in het kort]\n>\n> - a\n",
            "<div class=\"callout callout-short\" role=\"note\" aria-labelledby=\"kader--1\">\n\
             <p class=\"callout-title\" id=\"kader--1\">‹callout.short›</p>\n\
             <ul>\n<li>a</li>\n</ul>\n</div>\n",
        );
        check("> gewoon\n", "<blockquote>\n<p>gewoon</p>\n</blockquote>\n");
        check_problem("> [!letop]\n> tekst\n", "callout-unknown", 1, 3);
    }

    #[test]
    fn tables_have_a_caption_header_cells_and_no_inline_style() {
        check(
            "Tabel: Wie doet wat\n\n| Wie | Wat |\n| --- | --: |\n| jij | meldt |\n",
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-labelledby=\"tabel--1\">\n\
             <table>\n<caption id=\"tabel--1\">Wie doet wat</caption>\n\
             <thead>\n<tr>\n<th scope=\"col\">Wie</th>\n<th scope=\"col\" class=\"right\">Wat</th>\n\
             </tr>\n</thead>\n<tbody>\n\
             <tr>\n<td>jij</td>\n<td class=\"right\">meldt</td>\n</tr>\n</tbody>\n</table>\n</div>\n",
        );
        let (html, _) = rendered("## Kop\n\n| a | |\n|---|---|\n| b | c |\n");
        assert!(
            html.contains("aria-label=\"‹table.label› 1: Kop\""),
            "{html}"
        );
        assert!(html.contains("<td></td>"), "{html}");
    }

    #[test]
    fn task_lists_say_in_words_what_is_done() {
        check(
            "- [ ] doen\n- [x] gedaan\n",
            "<ul>\n\
             <li class=\"task\"><span class=\"task-mark\"><span class=\"visually-hidden\">‹task.open›: </span></span>\
             doen</li>\n\
             <li class=\"task\"><span class=\"task-mark task-done\"><span class=\"visually-hidden\">‹task.done›: </span></span>\
             gedaan</li>\n</ul>\n",
        );
    }

    #[test]
    fn footnotes_stand_at_the_end_with_a_way_back() {
        let (html, diagnostics) = rendered("Eén[^b] en twee[^a].\n\n[^a]: A\n\n[^b]: B\n");
        assert_eq!(diagnostics, []);
        assert!(html.find("<p>B</p>").unwrap() < html.find("<p>A</p>").unwrap());
        assert!(html.contains("href=\"#voetnoot--1\" id=\"voetnoot--1-terug\""));
        assert!(html.contains("href=\"#voetnoot--2-terug\""));
        check_problem("Tekst[^x]\n", "footnote-undefined", 1, 1);
        check_problem("Tekst\n\n[^x]: X\n", "footnote-unused", 3, 1);
    }

    #[test]
    fn definition_lists_are_read() {
        check(
            "Norm\n: Wat wij willen\n",
            "<dl>\n<dt>Norm</dt>\n<dd>Wat wij willen</dd>\n</dl>\n",
        );
    }

    #[test]
    fn quotes_are_typographic_and_dutch() {
        check(
            "'s Avonds zei hij: \"Foto's van 't huis\" en 'nee'.\n",
            "<p>’s Avonds zei hij: “Foto’s van ’t huis” en ‘nee’.</p>\n",
        );
    }

    #[test]
    fn titles_get_the_same_quotes() {
        for (text, expected) in [
            (
                "'s Avonds 'alleen maar' schelden",
                "’s Avonds ‘alleen maar’ schelden",
            ),
            ("1. Wat is <b>?", "1. Wat is <b>?"),
            ("Veilig - en \"snel\"", "Veilig - en “snel”"),
        ] {
            assert_eq!(typographic(text), expected);
        }
    }

    #[test]
    fn links_and_images_say_where_they_go_wrong() {
        check(
            "[Home](en.md) en [norm](norm.md \"titel\")\n",
            "<p><a href=\"/en/\" hreflang=\"en\">Home</a> en <a href=\"norm.md\">norm</a></p>\n",
        );
        check(
            "<info@voorbeeld.nl>\n",
            "<p><a href=\"mailto:info@voorbeeld.nl\">info@voorbeeld.nl</a></p>\n",
        );
        check_problem("een\n[twee](weg.md)\n", "link-dead", 2, 8);
        check_problem("[](norm.md)\n", "link-without-text", 1, 1);
        check(
            "![Een \"balie\"](b.png)\n",
            "<p><img src=\"/assets/b.png\" alt=\"Een “balie”\" width=\"4\" height=\"3\" loading=\"lazy\"></p>\n",
        );
        check(
            "![](lijn.svg \"decoratief\")\n",
            "<p><img src=\"/assets/lijn.svg\" alt=\"\" width=\"4\" height=\"3\" loading=\"lazy\"></p>\n",
        );
        check_problem("tekst ![](b.png)\n", "image-without-text", 1, 7);
        check_problem("![b.png](b.png)\n", "image-text-is-file-name", 1, 1);
    }

    #[test]
    fn values_and_places_to_fill_in_are_shown() {
        check("Bij [[organisation]].\n", "<p>Bij A &amp; B.</p>\n");
        let (html, _) = rendered("Datum: [[vul in: dag & maand]]\n");
        assert!(
            html.contains("<mark class=\"fill-in\">‹fill-in.label› dag &amp; maand</mark>"),
            "{html}"
        );
        check_problem("Bij [[organisatie]].\n", "value-unknown", 1, 5);
        check_problem("Het [[register.name]].\n", "value-not-set", 1, 5);
    }

    #[test]
    fn code_and_escaped_brackets_are_shown_as_they_were_written() {
        check(
            "```\n[[organisation]] 's [^a] ${a[[0]]}\n```\n",
            "<pre><code>[[organisation]] 's [^a] ${a[[0]]}\n</code></pre>\n",
        );
        check(
            "`[[organisation]]` \\[[x]] \\[^a]\n",
            "<p><code>[[organisation]]</code> [[x]] [^a]</p>\n",
        );
    }

    #[test]
    fn many_headings_with_one_text_cost_little() {
        let source = SourceText::new("content/a.md", "## a\n\n".repeat(50_000));
        let (outline, diagnostics) = outline(&source, 0..source.text().len(), None);
        assert_eq!(outline.headings.last().unwrap().id, "a-50000");
        assert_eq!(diagnostics.len(), 49_999);
    }

    #[test]
    fn raw_html_never_passes_but_notes_of_editors_may_be_written() {
        check_problem("<div onclick=x>\n", "raw-html", 1, 1);
        check_problem("tekst <br> tekst\n", "raw-html", 1, 7);
        check("een <!-- let op --> twee\n", "<p>een  twee</p>\n");
        let (html, _) = rendered("<script>alert(1)</script>\n\n`<b>`\n");
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("<code>&lt;b&gt;</code>"), "{html}");
    }

    #[test]
    fn deep_nesting_is_told_and_costs_little() {
        let deep = format!("{}tekst\n", "> ".repeat(20_000));
        let (html, diagnostics) = rendered(&deep);
        assert_eq!(html, "");
        assert_eq!(
            diagnostics.first().map(|d| d.code),
            Some("markdown-too-deep")
        );
        for odd in [
            "[".repeat(50_000),
            "*a ".repeat(50_000),
            "![".repeat(20_000),
            "`".repeat(50_000),
        ] {
            rendered(&odd);
        }
    }
}
