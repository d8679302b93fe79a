//! One page's Markdown, to HTML.
//!
//! The dialect is CommonMark with tables, footnotes, task lists, definition lists, callouts, values
//! of `site.yaml` (`[[organisation]]`), places to fill in (`[[vul in: …]]`), terms of the word list
//! (`[meldingen](begrip:melding)`), words and quotations in another language (`[Dutch only](taal:en)`) and fenced
//! blocks of YAML (` ```do-dont `), which the resolver makes. This module knows one
//! page and nothing of others: what a link or an image leads to is decided by a [`Resolver`]. Raw
//! HTML never passes unless the resolver allows it, and no inline style is ever written, because the
//! Content-Security-Policy forbids them.
//!
//! A page is read twice: first its headings (other pages link to them), then its text.

mod links_elsewhere;
mod marked_language;
mod outline;
mod parts;
mod passages;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::nearest::nearest;
use crate::output::Output;
use crate::site::accessibility;
use crate::site::plain_language::Passage;
use crate::source_text::{Place, SourceText};
pub use links_elsewhere::links_elsewhere;
use outline::read_outline;
use passages::Reader;
use writer::{MOST_PROBLEMS, Writer};

/// Deepest nesting of blocks and spans. Deeper is no text, and costs the square of its depth.
const DEEPEST_NESTING: usize = 64;

/// The code of the advice that something in a page is still to be filled in, `[[vul in: …]]`.
pub const PLACE_TO_FILL_IN: &str = "place-to-fill-in";

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
    /// Whether there is text below it, before the next heading of its level or a higher one.
    pub has_text: bool,
}

/// The headings and numbered lists of a page.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// A level-1 heading at the very start of the body, which serves as the title or repeats it.
    pub title: Option<String>,
    /// All other headings, in order.
    pub headings: Vec<Heading>,
    /// Whether there is more than headings.
    pub has_text: bool,
    /// The numbered lists that stand in nothing else, in order.
    pub ordered_lists: Vec<OrderedList>,
}

/// A numbered list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedList {
    /// Number of its last item as readers see it: a list that goes on after other text counts what came before.
    pub last_number: u64,
    /// Where it stands, as a byte range of the file.
    pub range: Range<usize>,
}

/// A page's HTML, and what it refers to.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// The places that are still to be filled in.
    pub to_fill_in: Vec<Place>,
    /// Files that its blocks made.
    pub outputs: Vec<Output>,
    /// Names of files that no other block of the portal may give, with the place that gives them.
    pub claims: Vec<(String, Place)>,
    /// Anchors in its blocks that links from elsewhere lead to.
    pub anchors: BTreeSet<String>,
}

/// What a fenced block became that is no code, such as an infographic.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Safe HTML.
    pub html: String,
    /// The places in it that are still to be filled in.
    pub to_fill_in: Vec<Place>,
    /// Files that it made.
    pub outputs: Vec<Output>,
    /// Names of files that no other block of the portal may give, with the place that gives them.
    pub claims: Vec<(String, Place)>,
    /// Anchors in it that links from elsewhere lead to; no other block of the page may have them.
    pub anchors: Vec<String>,
    /// What is wrong with it, with places.
    pub diagnostics: Vec<Diagnostic>,
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

    /// Returns how to dial the value of a setting that is a phone number: `+31881234`.
    fn dial(&self, name: &str) -> Option<String>;

    /// Returns the names of all settings.
    fn value_names(&self) -> &[&'static str];

    /// Returns a text of the theme in the language of the page.
    fn text(&self, key: &str) -> String;

    /// Returns whether raw HTML is let through.
    fn raw_html(&self) -> bool;

    /// Explains a term of the word list where it stands in the text as `text_html`: returns safe HTML and what
    /// is wrong with the explanation, or else what is wrong with the id.
    fn term(&self, id: &str, text_html: &str) -> Result<(String, Vec<Diagnostic>), Diagnostic>;

    /// Returns what stands before the heading with this id and is no text of the page.
    fn before_heading(&self, _id: &str) -> Block {
        Block::default()
    }

    /// Makes a fenced block of YAML. Returns nothing where its word stands for code in some language.
    fn block(&self, fence: &Fence<'_>) -> Option<Block>;
}

/// A fenced block that may be YAML.
#[derive(Clone, Debug)]
pub struct Fence<'a> {
    /// The first word behind the opening fence.
    pub word: &'a str,
    /// Where the word stands, or else the fence.
    pub place: Place,
    /// What stands between the fences, without the margin of a list or a callout around it.
    pub text: SourceText,
    /// Whether a fence stands below it. Without one, it takes the rest of the page, or all before the end of the
    /// next block.
    pub is_closed: bool,
    /// Number of the block in the page, from 1.
    pub number: usize,
    /// Level of a heading below the one that the block stands under.
    pub level: u8,
}

/// Writes one line of Markdown that stands elsewhere than in the body of a page, such as a value in a block,
/// as safe HTML without a paragraph around it. Problems are told where they are in the line, if it stands at `place` as
/// it is, or else at `place`; so is a text that is more than a line, of which nothing is written: a heading would
/// break what stands around it, and a block would be read from the wrong text.
pub fn inline(text: &str, place: &Place, resolver: &dyn Resolver) -> Block {
    let source = SourceText::new(&*place.path, text);
    let (rendered, diagnostics) = guarded(&source, || {
        let (events, problems) = events(&source, &(0..source.text().len()));
        if !problems.is_empty() {
            return (Rendered::default(), problems);
        }
        let Some(line) = line_of(&events) else {
            let diagnostic = Diagnostic::error("text-not-a-line");
            return (Rendered::default(), vec![diagnostic]);
        };
        let outline = Outline::default();
        let mut writer = Writer::new(&source, &outline, resolver);
        writer.blocks(line);
        writer.finish()
    });
    Block {
        html: rendered.html.trim_end().to_owned(),
        to_fill_in: rendered
            .to_fill_in
            .iter()
            .map(|inner| within(place, text, inner))
            .collect(),
        diagnostics: diagnostics
            .into_iter()
            .map(|diagnostic| {
                let inner = diagnostic.place.as_ref();
                let place = inner.map_or_else(|| place.clone(), |inner| within(place, text, inner));
                diagnostic.at(place)
            })
            .collect(),
        ..Block::default()
    }
}

/// Returns where a place in a text of one line is in the file, if the text stands at `whole` as it is.
fn within(whole: &Place, text: &str, inner: &Place) -> Place {
    let before = whole.column.saturating_sub(1);
    let written: String = whole.line_text.chars().skip(before).collect();
    let at = match written.find(text) {
        Some(at) if !text.contains('\n') => written.get(..at).unwrap_or_default().chars().count(),
        _ => return whole.clone(),
    };
    Place {
        column: whole.column + at + inner.column.saturating_sub(1),
        width: inner.width,
        ..whole.clone()
    }
}

/// Returns whether a text is one line or paragraph of Markdown, so that it can stand inside a paragraph.
pub fn is_line(text: &str) -> bool {
    let source = SourceText::new("", text);
    let (is_line, _) = guarded(&source, || {
        let (events, _) = events(&source, &(0..text.len()));
        (line_of(&events).is_some(), Vec::new())
    });
    is_line
}

/// Returns what stands in the paragraph that is all of a text, where it is.
fn line_of<'e, 'a>(events: &'e [Spanned<'a>]) -> Option<&'e [Spanned<'a>]> {
    let (first, rest) = events.split_first()?;
    let (_, line) = rest.split_last()?;
    let is_first = first.0 == Event::Start(Tag::Paragraph);
    let ends_early = line
        .iter()
        .any(|(event, _)| *event == Event::End(TagEnd::Paragraph));
    (is_first && !ends_early).then_some(line)
}

/// Reads the headings of a page in a language, whose front matter gives this title, if any; and tells what on the page
/// keeps people from reading it.
pub fn outline(
    source: &SourceText,
    body: Range<usize>,
    title: Option<&str>,
    language: Language,
) -> (Outline, Vec<Diagnostic>) {
    guarded(source, || {
        let (events, mut diagnostics) = events(source, &body);
        let outline = read_outline(source, &events, title, &mut diagnostics);
        let parts = parts::parts(&events);
        let mut found = accessibility::warnings(&parts, language);
        found.extend(accessibility::advice(&parts));
        let placed = found.into_iter().take(MOST_PROBLEMS);
        diagnostics.extend(placed.map(|(told, range)| told.at(source.place(range))));
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
        let mut writer = Writer::new(source, outline, resolver).explaining_terms();
        writer.blocks(&events);
        writer.finish()
    })
}

/// Returns the running text of a page, for the language check.
pub fn passages(source: &SourceText, body: Range<usize>) -> Vec<Passage> {
    let (passages, _) = guarded(source, || {
        // What is wrong with the structure was told with the outline.
        let (events, _) = events(source, &body);
        (Reader::new(source).read(&events), Vec::new())
    });
    passages
}

/// Returns the running text of a line of Markdown that stands elsewhere than in the body of a page. Ranges
/// are those of the line.
pub fn passages_of_line(text: &str) -> Vec<Passage> {
    passages(&SourceText::new("", text), 0..text.len())
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

/// Returns one line of Markdown as plain text, with the values of settings and the places to fill in. What is wrong
/// with the line, [`inline`] or [`check_values`] tells.
pub fn plain(text: &str, resolver: &dyn Resolver) -> String {
    let line = typographic(text);
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once("[[") {
        let Some((name, after)) = after.split_once("]]") else {
            break;
        };
        plain.push_str(before);
        match to_fill_in(name.trim()) {
            Some(what) => plain.push_str(&format!("[{} {what}]", resolver.text("fill-in.label"))),
            None => plain.push_str(&resolver.value(name.trim()).unwrap_or_default()),
        }
        rest = after;
    }
    plain + rest
}

/// Returns the places to fill in of a line that [`plain`] writes, and what is wrong with its values; no HTML.
pub fn check_values(text: &str, place: &Place, resolver: &dyn Resolver) -> Block {
    let mut block = Block::default();
    let line = typographic(text);
    let names = line.split("[[").skip(1);
    for name in names.filter_map(|part| part.split_once("]]")) {
        let name = name.0.trim();
        if to_fill_in(name).is_some() {
            block.to_fill_in.push(place.clone());
        } else if resolver.value(name).is_none() {
            let problem = value_problem(name, resolver);
            block.diagnostics.push(problem.at(place.clone()));
        }
    }
    block
}

/// Describes a value that cannot be written.
fn value_problem(name: &str, resolver: &dyn Resolver) -> Diagnostic {
    let known = resolver.value_names();
    let diagnostic = if known.contains(&name) {
        Diagnostic::error("value-not-set")
    } else {
        let near = nearest(name, known.iter().copied()).unwrap_or("organisation");
        Diagnostic::error("value-unknown").with("nearest", near)
    };
    diagnostic.with("name", name)
}

/// Returns whether the title of an image says that it is decoration, which needs no words.
fn is_decorative(title: &str) -> bool {
    matches!(title, "decoratief" | "decorative")
}

/// Returns what an editor must still fill in, where that is what stands between the brackets.
fn to_fill_in(name: &str) -> Option<&str> {
    ["vul in:", "fill in:"]
        .iter()
        .find_map(|word| name.strip_prefix(word))
        .map(str::trim)
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
