//! The Atom feed of a language: what was told in the past year.
//!
//! Ids never change with the address of a page or the words of a message: a reader of feeds would show
//! everything as new. Source: RFC 4287 (Atom), RFC 4151 (`tag:` addresses).

use super::news::{self, News};
use super::{a_year_before, file_href};
use crate::language::Language;
use crate::site::markdown::escape;
use crate::site::render::Input;

/// Name of the file.
pub(super) const FILE: &str = "berichten.xml";

/// Most entries: what readers of feeds show at once, and a file that is fetched often stays small.
const MOST_ENTRIES: usize = 50;

/// Returns the address of the feed in a language, where there is one: a feed needs whole addresses, and
/// something to tell.
pub(in crate::site) fn href(input: &Input<'_>, language: Language) -> Option<String> {
    input.config.base_url.as_ref()?;
    has_news(input).then(|| file_href(input.config, language, FILE))
}

fn has_news(input: &Input<'_>) -> bool {
    let mut pages = input.site.pages();
    !input.calendar.messages.is_empty() || pages.any(|page| !page.front_matter.changes.is_empty())
}

/// Writes the feed of a language, where there is one.
pub(super) fn write(input: &Input<'_>, language: Language) -> Option<String> {
    let own = input.config.absolute(&href(input, language)?);
    let host = input.config.base_url.as_ref()?.host_str()?;
    let mut news = news::between(input, language, a_year_before(input.today), input.today);
    news.truncate(MOST_ENTRIES);
    let updated = news.first().map_or(input.today, |latest| latest.date);
    let home = home(input, language);
    let site = input.config.title.get(language);
    let title = input
        .theme
        .messages(language)
        .text("feed.title", &[("site", site)]);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">\n\
         <id>{own}</id>\n<title>{}</title>\n<updated>{updated}T00:00:00Z</updated>\n\
         <author><name>{}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{home}\"/>\n",
        text(&title),
        text(&input.config.organisation),
        own = text(&own),
        home = text(&home),
    );
    for item in &news {
        push_entry(&mut xml, item, host, language, &home);
    }
    xml.push_str("</feed>\n");
    Some(xml)
}

fn push_entry(xml: &mut String, news: &News, host: &str, language: Language, home: &str) {
    let date = news.date;
    xml.push_str(&format!(
        "<entry>\n<id>tag:{host},{date}:{language}/{}</id>\n<title>{}</title>\n\
         <updated>{date}T00:00:00Z</updated>\n\
         <link rel=\"alternate\" href=\"{}\"/>\n<content type=\"html\">{}</content>\n</entry>\n",
        text(&news.id),
        text(&news.title),
        text(news.address.as_deref().unwrap_or(home)),
        text(&news.html()),
    ));
}

/// Returns the whole address of the home page.
fn home(input: &Input<'_>, language: Language) -> String {
    let page = input.site.index_of("", language);
    let page = page.or_else(|| {
        let default_language = input.config.default_language();
        input.site.index_of("", default_language)
    });
    input
        .config
        .absolute(page.map_or("/", |page| page.href.as_str()))
}

/// Makes a text safe inside XML, and leaves out the characters that XML 1.0 cannot hold at all.
fn text(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || *c == '\n';
    escape(&text.chars().filter(allowed).collect::<String>())
}
