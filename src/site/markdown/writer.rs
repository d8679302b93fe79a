//! The events of one page, written as HTML.
//!
//! Constructs that CommonMark does not have (callouts, captions, values, places to fill in) are
//! recognised here, in the stream of events; everything else passes through to the HTML writer of the
//! parser. Invariant: what an editor wrote reaches the page as text or as a known element, never as
//! markup of the editor's own.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd, html::push_html,
};

use super::passages::CAPTIONS;
use super::{
    Block, Fence, Outline, Rendered, Resolver, Spanned, Target, dutch_apostrophes, escape,
    is_decorative, marked_language, to_fill_in, value_problem,
};
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::output::Output;
use crate::source_text::{Place, SourceText};

/// Most problems that are told of one page. Beyond it the page is something else than Markdown.
pub(super) const MOST_PROBLEMS: usize = 1000;

/// What the destination of a term begins with, where an address has its scheme.
pub(super) const TERM_SCHEME: &str = "begrip:";

/// Level of a heading on a page where no other stands above it: the title of the page is the only 1.
const TOP_LEVEL: u8 = 2;

/// Level of the deepest heading of a block: HTML has six, and parts of a block have one below it.
const DEEPEST_OF_BLOCKS: u8 = 5;

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

pub(super) struct Writer<'a> {
    source: &'a SourceText,
    outline: &'a Outline,
    resolver: &'a dyn Resolver,
    diagnostics: Vec<Diagnostic>,
    output: Vec<Event<'a>>,
    /// Whether the first heading is still to come and is the title of the page.
    title_awaited: bool,
    headings_seen: usize,
    tables: usize,
    footnotes: Footnotes<'a>,
    made_blocks: usize,
    to_fill_in: Vec<Place>,
    outputs: Vec<Output>,
    claims: Vec<(String, Place)>,
    anchors: BTreeSet<String>,
    last_heading: Option<String>,
    /// Level of a heading below the last one.
    level_below: u8,
    /// Whether what is written stands in a link, where no other link may be.
    in_link: bool,
    /// Terms that were explained on the page; absent where terms may not stand, as in a heading.
    terms: Option<BTreeSet<String>>,
}

#[derive(Default)]
struct Footnotes<'a> {
    /// Definitions by name.
    definitions: BTreeMap<String, (Vec<Event<'a>>, Range<usize>)>,
    /// Names in order of first reference, with how often each is referred to.
    referred: Vec<(String, usize)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        source: &'a SourceText,
        outline: &'a Outline,
        resolver: &'a dyn Resolver,
    ) -> Writer<'a> {
        Writer {
            source,
            outline,
            resolver,
            diagnostics: Vec::new(),
            output: Vec::new(),
            title_awaited: outline.title.is_some(),
            headings_seen: 0,
            tables: 0,
            footnotes: Footnotes::default(),
            made_blocks: 0,
            to_fill_in: Vec::new(),
            outputs: Vec::new(),
            claims: Vec::new(),
            anchors: BTreeSet::new(),
            last_heading: None,
            level_below: TOP_LEVEL,
            in_link: false,
            terms: None,
        }
    }

    /// Lets terms be explained: in running text they may open, inside a label or a title of something not.
    pub(super) fn explaining_terms(self) -> Writer<'a> {
        Writer {
            terms: Some(BTreeSet::new()),
            ..self
        }
    }

    fn problem(&mut self, diagnostic: Diagnostic, range: &Range<usize>) {
        if self.diagnostics.len() >= MOST_PROBLEMS {
            return;
        }
        self.diagnostics
            .push(diagnostic.at(self.source.place(range.clone())));
    }

    /// Tells what is wrong with the destination of a link or an image. What would mend the same words in its text or
    /// its title is forgotten.
    fn problem_of_destination(
        &mut self,
        mut problem: Diagnostic,
        link: &Range<usize>,
        destination: &str,
    ) {
        let place = destination_range(self.source, link, destination);
        let text = self.source.text();
        let before = text.get(link.start..place.start).unwrap_or_default();
        let after = text.get(place.end..).unwrap_or_default();
        let is_destination = ["](", "](<"].iter().any(|sign| before.ends_with(sign))
            && after.starts_with([')', '>', ' ', '\t', '\n']);
        problem.fix = problem.fix.filter(|_| is_destination);
        self.problem(problem, &place);
    }

    fn html(&mut self, html: impl Into<CowStr<'a>>) {
        self.output.push(Event::Html(html.into()));
    }

    fn inline_html(&mut self, html: impl Into<CowStr<'a>>) {
        self.output.push(Event::InlineHtml(html.into()));
    }

    /// Writes a run of events, blocks or spans. Constructs that need to see more than one event
    /// take what they need and say where to go on.
    pub(super) fn blocks(&mut self, events: &[Spanned<'a>]) {
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
            Tag::Item => match task_mark(events, at) {
                Some((mark, done)) => return self.task(mark, done, events, at),
                None => self.output.push(Event::Start(Tag::Item)),
            },
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
            Tag::CodeBlock(kind) => {
                let end = end_of(events, at);
                if let CodeBlockKind::Fenced(info) = kind
                    && self.block(info, range, events.get(at + 1..end).unwrap_or_default())
                {
                    return end + 1;
                }
                // Code is shown as it was written.
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

    /// Writes a fenced block that is no code; returns whether it is one.
    fn block(&mut self, info: &str, fence: &Range<usize>, inner: &[Spanned<'a>]) -> bool {
        let word = info.split_whitespace().next().unwrap_or_default();
        let number = self.made_blocks + 1;
        let at = word_range(self.source, fence, word);
        let Some(mut block) = self.resolver.block(&Fence {
            word,
            place: self.source.place(at.clone()),
            text: text_of_fence(self.source, inner),
            is_closed: is_closed(self.source, word, fence, inner),
            number,
            level: self.level_below,
        }) else {
            return false;
        };
        self.made_blocks = number;
        let anchors = std::mem::take(&mut block.anchors);
        let expected = self.anchors.len() + anchors.len();
        self.anchors.extend(anchors);
        if self.anchors.len() < expected {
            self.problem(Diagnostic::error("block-repeats"), &at);
        }
        self.made(block);
        self.html("\n");
        true
    }

    fn made(&mut self, block: Block) {
        self.to_fill_in.extend(block.to_fill_in);
        self.outputs.extend(block.outputs);
        self.claims.extend(block.claims);
        let room = MOST_PROBLEMS.saturating_sub(self.diagnostics.len());
        self.diagnostics
            .extend(block.diagnostics.into_iter().take(room));
        self.html(block.html);
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
        self.level_below = (heading.level + 1).min(DEEPEST_OF_BLOCKS);
        let before = self.resolver.before_heading(&heading.id);
        self.made(before);
        let level = heading_level(heading.level);
        self.output.push(Event::Start(Tag::Heading {
            level,
            id: Some(heading.id.clone().into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        }));
        let terms = self.terms.take();
        self.blocks(inner);
        self.terms = terms;
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
        if let Some((language, rest)) = marked_language::of_quotation(text) {
            return Some(self.quotation_in(language, rest, &second.1, events, at));
        }
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

        self.html(format!(
            "<div class=\"callout callout-{kind}\" role=\"note\">\n<p class=\"callout-title\">"
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

    /// Writes a block quote whose first line is `[!taal: en]` as text in that language.
    fn quotation_in(
        &mut self,
        language: &str,
        rest: &str,
        mark: &Range<usize>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        let (end, paragraph_end) = (end_of(events, at), end_of(events, at + 1));
        let attributes = self.language_attributes(language, mark);
        self.html(format!("<div{attributes}>\n"));
        let is_break = |event: &Spanned<'_>| matches!(event.0, Event::SoftBreak | Event::HardBreak);
        let line = events.get(at + 3..paragraph_end).unwrap_or_default();
        let line = match line.split_first() {
            Some((first, after)) if rest.is_empty() && is_break(first) => after,
            _ => line,
        };
        if !rest.is_empty() || !line.is_empty() {
            self.output.push(Event::Start(Tag::Paragraph));
            self.text(rest, mark);
            self.blocks(line);
            self.output.push(Event::End(TagEnd::Paragraph));
        }
        self.blocks(events.get(paragraph_end + 1..end).unwrap_or_default());
        self.html("</div>\n");
        end + 1
    }

    fn language_attributes(&mut self, language: &str, place: &Range<usize>) -> String {
        marked_language::attributes(language).unwrap_or_else(|| {
            let diagnostic = Diagnostic::error("marked-language-unknown");
            self.problem(diagnostic.with("language", language), place);
            String::new()
        })
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
        let caption = CAPTIONS.iter().find_map(|word| text.strip_prefix(word))?;
        let mut inner = vec![(
            Event::Text(CowStr::from(caption.trim_start().to_owned())),
            range.clone(),
        )];
        inner.extend(events.get(at + 2..end).unwrap_or_default().iter().cloned());
        Some(self.table(alignments, Some(&inner), events, end + 1))
    }

    /// Writes a table in a region that scrolls. The region has a name of its own: that of the table is told by
    /// its caption, once.
    fn table(
        &mut self,
        alignments: &[Alignment],
        caption: Option<&[Spanned<'a>]>,
        events: &[Spanned<'a>],
        at: usize,
    ) -> usize {
        let end = end_of(events, at);
        self.tables += 1;
        let label = self.resolver.text("table.label");
        let heading = self.last_heading.as_ref().filter(|_| caption.is_none());
        let heading = heading.map(|heading| format!(": {heading}"));
        // Numbered, because two regions may not have one name.
        let name = format!("{label} {}{}", self.tables, heading.unwrap_or_default());
        self.html(format!(
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n",
            escape(&name)
        ));
        if let Some(caption) = caption {
            self.html("<caption>");
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

    /// Writes an item of a task list: what is to be done as a box to tick, what is done in words. The label of a
    /// box is the first run of text only, because a label holds no paragraphs and no lists.
    fn task(&mut self, mark: usize, done: bool, events: &[Spanned<'a>], at: usize) -> usize {
        let end = end_of(events, at);
        let inner = events.get(mark + 1..end).unwrap_or_default();
        let label_end = inner
            .iter()
            .position(|(event, _)| !is_span(event))
            .unwrap_or(inner.len());
        let (label, rest) = inner.split_at(label_end);
        if is_silent(label)
            && let Some((_, range)) = events.get(at)
        {
            self.problem(Diagnostic::error("task-without-text"), range);
        }
        if done {
            let word = escape(&self.resolver.text("task.done"));
            self.html(format!(
                "<li class=\"task\"><span class=\"task-done\"><span class=\"visually-hidden\">{word}: </span></span>"
            ));
            self.blocks(label);
        } else {
            // Without a name and outside a form: what somebody ticks goes nowhere.
            self.html("<li class=\"task\"><label><input type=\"checkbox\"> ");
            // A label holds no button.
            let terms = self.terms.take();
            self.blocks(label);
            self.terms = terms;
            self.html("</label>");
        }
        let rest = match rest.first() {
            Some((Event::End(TagEnd::Paragraph), _)) => rest.get(1..).unwrap_or_default(),
            _ => rest,
        };
        if !rest.is_empty() {
            self.html("\n");
            self.blocks(rest);
        }
        self.html("</li>\n");
        end + 1
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
        let term = destination.strip_prefix(TERM_SCHEME);
        if is_silent(inner) {
            self.problem(Diagnostic::error("link-without-text"), range);
        }
        if let Some(term) = term {
            self.term(term, &place, inner);
            return end + 1;
        }
        if let Some(language) = marked_language::of_link(destination) {
            let attributes = self.language_attributes(language, &place);
            self.inline_html(format!("<span{attributes}>"));
            self.blocks(inner);
            self.inline_html("</span>");
            return end + 1;
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
            self.problem_of_destination(problem, range, &destination);
        }
        match target {
            Target::Address { href, language } => {
                let language = language
                    .map(|tag| format!(" hreflang=\"{tag}\""))
                    .unwrap_or_default();
                self.inline_html(format!("<a href=\"{}\"{language}>", escape(&href)));
                self.in_link = true;
                self.blocks(inner);
                self.in_link = false;
                self.inline_html("</a>");
            }
            Target::Nowhere => self.blocks(inner),
        }
        end + 1
    }

    /// Writes a term of the word list: where it stands first it can be opened, after that it is plain text.
    fn term(&mut self, term: &str, place: &Range<usize>, inner: &[Spanned<'a>]) {
        let Some(seen) = &self.terms else {
            self.problem(Diagnostic::error("term-not-here"), place);
            return self.blocks(inner);
        };
        if seen.contains(term) {
            return self.blocks(inner);
        }
        let before = std::mem::take(&mut self.output);
        // A button holds no link.
        self.in_link = true;
        self.blocks(inner);
        self.in_link = false;
        let inner = std::mem::replace(&mut self.output, before);
        let mut text = String::new();
        push_html(&mut text, inner.into_iter());
        match self.resolver.term(term, &text) {
            Ok((html, problems)) => {
                self.terms.iter_mut().for_each(|seen| {
                    seen.insert(term.to_owned());
                });
                self.diagnostics.extend(problems);
                self.inline_html(html);
            }
            Err(problem) => {
                self.problem(problem, place);
                self.inline_html(text);
            }
        }
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
        let decorative = is_decorative(title);
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
            Err(problem) => self.problem_of_destination(problem, range, destination),
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
        if let Some(what) = to_fill_in(name) {
            let place = value_range(self.source, range, name);
            self.to_fill_in.push(self.source.place(place));
            let label = escape(&self.resolver.text("fill-in.label"));
            self.inline_html(format!(
                "<mark class=\"fill-in\">{label} {}</mark>",
                escape(what)
            ));
            return;
        }
        if let Some(value) = self.resolver.value(name) {
            match self.resolver.dial(name).filter(|_| !self.in_link) {
                Some(dial) => {
                    let (dial, value) = (escape(&dial), escape(&value));
                    self.inline_html(format!("<a href=\"tel:{dial}\">{value}</a>"));
                }
                None => self.output.push(Event::Text(value.into())),
            }
            return;
        }
        let place = value_range(self.source, range, name);
        self.problem(value_problem(name, self.resolver), &place);
    }

    pub(super) fn finish(mut self) -> (Rendered, Vec<Diagnostic>) {
        self.write_footnotes();
        let mut html = String::new();
        push_html(&mut html, self.output.into_iter());
        let rendered = Rendered {
            html,
            to_fill_in: self.to_fill_in,
            outputs: self.outputs,
            claims: self.claims,
            anchors: self.anchors,
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
pub(super) fn end_of(events: &[Spanned<'_>], at: usize) -> usize {
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

/// Returns where the mark of an item of a task list stands, and whether it is done.
fn task_mark(events: &[Spanned<'_>], item: usize) -> Option<(usize, bool)> {
    let is_paragraph = |at| matches!(events.get(at), Some((Event::Start(Tag::Paragraph), _)));
    let mark = item + 1 + usize::from(is_paragraph(item + 1));
    match events.get(mark) {
        Some((Event::TaskListMarker(done), _)) => Some((mark, *done)),
        _ => None,
    }
}

/// Returns whether a run of text says nothing: no word, no code, no image.
fn is_silent(events: &[Spanned<'_>]) -> bool {
    events.iter().all(|(event, _)| match event {
        Event::Text(text) => text.trim().is_empty(),
        Event::Code(_) | Event::Start(Tag::Image { .. }) => false,
        _ => true,
    })
}

/// Returns whether an event is part of a run of text, not a block.
fn is_span(event: &Event<'_>) -> bool {
    match event {
        Event::Text(_)
        | Event::Code(_)
        | Event::InlineHtml(_)
        | Event::FootnoteReference(_)
        | Event::SoftBreak
        | Event::HardBreak => true,
        Event::Start(tag) => matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
        ),
        Event::End(tag) => matches!(
            tag,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Link
                | TagEnd::Image
        ),
        _ => false,
    }
}

/// Returns where the word of a fenced block stands, or its fence where the word is written otherwise.
fn word_range(source: &SourceText, fence: &Range<usize>, word: &str) -> Range<usize> {
    let written = source.text().get(fence.clone()).unwrap_or_default();
    let opening = written.lines().next().unwrap_or_default();
    match opening.find(word) {
        Some(at) => fence.start + at..fence.start + at + word.len(),
        None => fence.start..fence.start + opening.len(),
    }
}

/// Returns whether a block has a fence below it that is its own.
fn is_closed(source: &SourceText, word: &str, fence: &Range<usize>, inner: &[Spanned<'_>]) -> bool {
    let start = inner.first().map_or(fence.end, |(_, range)| range.start);
    let end = inner.last().map_or(start, |(_, range)| range.end);
    let text = |part: Range<usize>| source.text().get(part).unwrap_or_default();
    let mut above = text(0..start).lines();
    let opening = above.rfind(|line| line.contains(word)).unwrap_or_default();
    let sign = |line: &str| line.trim_start_matches([' ', '>']).starts_with(['`', '~']);
    let mark: String = opening.chars().filter(|c| matches!(c, '`' | '~')).collect();
    let is_fence = |line: &str| sign(line) && line.contains(&mark);
    let below = text(end..source.text().len()).lines().next();
    start == end || below.is_some_and(is_fence) && !text(start..end).lines().any(is_fence)
}

/// Returns what stands between two fences as the parser understood it. What it left out of a line, because it
/// belongs to a list or a callout around the fences, stands at the start of that line.
fn text_of_fence(source: &SourceText, inner: &[Spanned<'_>]) -> SourceText {
    let mut text = String::new();
    for (event, _) in inner {
        if let Event::Text(part) = event {
            text.push_str(part);
        }
    }
    let start = inner.first().map_or(0, |(_, range)| range.start);
    let end = inner.last().map_or(start, |(_, range)| range.end);
    let written = source.text().get(start..end).unwrap_or_default();
    let mut line_start = start;
    let lines = written
        .split_inclusive('\n')
        .zip(text.split_inclusive('\n'));
    let line_starts = lines.map(|(written, line)| {
        let margin = written
            .trim_end()
            .len()
            .saturating_sub(line.trim_end().len());
        let starts = line_start + margin;
        line_start += written.len();
        starts
    });
    let line_starts = line_starts.collect();
    source.without_margin(text, line_starts)
}

/// Returns where the destination of a link stands within the link, or the whole link where it is
/// written elsewhere (a reference).
pub(super) fn destination_range(
    source: &SourceText,
    link: &Range<usize>,
    destination: &str,
) -> Range<usize> {
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
