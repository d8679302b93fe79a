//! The bar that stands at the foot of each page in preview.

use super::edition::Edition;
use super::problem::{self, is_place, source_address};
use super::{RESERVED, Writer};
use crate::diagnostic::{Diagnostic, Severity};
use crate::site::markdown::{Heading, escape};
use crate::site::pages::Page;

/// What kind of answer the bar stands on; its script acts upon it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page as it is now.
    Page,
    /// A page that a form brought: asking for it again would send the answers again.
    Sent,
    /// A screen of preview in the place of a page: where the page was scrolled to is kept until it is back.
    Instead,
}

/// What the bar is about.
pub(super) struct Bar<'a> {
    pub(super) edition: &'a Edition,
    pub(super) writer: &'a Writer,
    /// Address of the page, with the base path.
    pub(super) href: &'a str,
    pub(super) kind: Kind,
}

impl Bar<'_> {
    /// Shows the bar of a page with a fingerprint.
    pub(super) fn html(&self, fingerprint: &str) -> String {
        let (edition, writer) = (self.edition, self.writer);
        let text = |key: &str| escape(&writer.text(key, &[]));
        let page = edition.page(self.href);
        let unpublished = edition.unpublished.get(self.href);
        let path = edition.path_at(self.href);
        let own = path
            .map(|path| edition.problems_of(path))
            .unwrap_or_default();
        let kind = match self.kind {
            Kind::Page => "page",
            Kind::Sent => "sent",
            Kind::Instead => "instead",
        };
        let mark = unpublished.map_or_else(String::new, |why| {
            format!(
                " <span class=\"mw-preview-mark\">{}</span>",
                escape(&why.mark)
            )
        });
        let mut panel = String::new();
        if let Some(path) = path {
            panel.push_str(&self.source(path));
        }
        if let Some(why) = unpublished {
            panel.push_str(&format!("<p>{}</p>\n", escape(&why.note)));
        }
        if !own.is_empty() {
            let title = text("preview.problems_here");
            let problems = problem::list(&own, writer);
            panel.push_str(&format!("<h2>{title}</h2>\n{problems}"));
        }
        if let Some(page) = page.filter(|page| !page.outline.headings.is_empty()) {
            let title = text("preview.outline");
            let outline = outline(&page.outline.headings, writer);
            panel.push_str(&format!("<h2>{title}</h2>\n{outline}"));
        }
        format!(
            "<aside class=\"mw-preview\" lang=\"{lang}\" aria-label=\"{title}\" data-version=\"{version}\" \
             data-page=\"{fingerprint}\" data-kind=\"{kind}\">\n\
             <details>\n<summary><strong>{title}</strong>{mark} <span>{here}</span></summary>\n\
             <div class=\"mw-preview-panel\">\n{panel}</div>\n</details>\n\
             <p class=\"mw-preview-all\"><a href=\"{RESERVED}problems/\">{all}</a></p>\n</aside>\n",
            lang = writer.language,
            title = text("preview.title"),
            version = edition.number,
            here = self.count_here(path, &own),
            all = self.count_all(),
        )
    }

    fn count_here(&self, path: Option<&str>, own: &[&Diagnostic]) -> String {
        let text = match path {
            None => self.writer.text("preview.no_page", &[]),
            Some(_) => self.counted(own, "preview.nothing_here", "preview.count_here"),
        };
        escape(&text)
    }

    /// Says how much there is in the whole portal; errors go first, because they keep it back.
    fn count_all(&self) -> String {
        let all: Vec<&Diagnostic> = self.edition.problems.iter().collect();
        let errors = all.iter().filter(|one| one.severity == Severity::Error);
        let text = match errors.count() {
            0 => self.counted(&all, "preview.nothing", "preview.count"),
            errors => self.writer.texts.count("preview.count_errors", errors, &[]),
        };
        escape(&text)
    }

    /// Counts problems, and apart from them the places that are still to be filled in.
    fn counted(&self, problems: &[&Diagnostic], nothing: &str, some: &str) -> String {
        let texts = &self.writer.texts;
        let places = problems.iter().filter(|one| is_place(one)).count();
        let counted = match problems.len() - places {
            0 => texts.text(nothing, &[]),
            count => texts.count(some, count, &[]),
        };
        match places {
            0 => counted,
            places => format!(
                "{counted}, {}",
                texts.count("preview.count_places", places, &[])
            ),
        }
    }

    /// Shows which file the page comes from, with a link that opens it.
    fn source(&self, path: &str) -> String {
        let writer = self.writer;
        let page = self.edition.page(self.href);
        if page.is_some_and(Page::is_made) {
            let text = writer.text("preview.made", &[("path", path)]);
            return format!("<p>{}</p>\n", escape(&text));
        }
        let file = writer.root.join(path);
        if !file.exists() {
            // A form that ships has no file in the portal.
            return String::new();
        }
        format!(
            "<p class=\"mw-preview-source\">{label} <a href=\"{href}\">{path}</a> \
             <button type=\"button\" hidden data-mw-copy=\"{file}\" data-mw-copied=\"{copied}\">{copy}</button></p>\n",
            label = escape(&writer.text("preview.source", &[])),
            href = escape(&source_address(path, 1, 1, writer)),
            path = escape(path),
            file = escape(&file.to_string_lossy()),
            copied = escape(&writer.text("preview.copied", &[])),
            copy = escape(&writer.text("preview.copy", &[])),
        )
    }
}

/// Shows the headings of a page with their levels; one that skips a level says so. The title has level 1.
fn outline(headings: &[Heading], writer: &Writer) -> String {
    let mut above = 1;
    let mut items = String::new();
    for heading in headings {
        let level = heading.level.to_string();
        let skipped = match heading.level > above + 1 {
            true => format!(
                " <strong class=\"mw-preview-warning\">{}</strong>",
                escape(&writer.text("preview.skipped", &[]))
            ),
            false => String::new(),
        };
        above = heading.level;
        items.push_str(&format!(
            "<li data-level=\"{level}\"><span class=\"mw-preview-level\">{word}</span> \
             <a href=\"#{id}\">{label}</a>{skipped}</li>\n",
            word = escape(&writer.text("preview.level", &[("level", &level)])),
            id = escape(&heading.id),
            label = escape(match heading.text.trim() {
                "" => &heading.id,
                text => text,
            }),
        ));
    }
    format!("<ul class=\"mw-preview-outline\">\n{items}</ul>\n")
}

/// Counts problems by what they are: errors, warnings, advice and places to fill in.
pub(super) fn counts(edition: &Edition) -> [(&'static str, usize); 4] {
    let of = |wanted: &dyn Fn(&Diagnostic) -> bool| {
        let problems = edition.problems.iter();
        problems.filter(|problem| wanted(problem)).count()
    };
    [
        ("errors_all", of(&|one| one.severity == Severity::Error)),
        ("warnings", of(&|one| one.severity == Severity::Warning)),
        (
            "advices",
            of(&|one| one.severity == Severity::Advice && !is_place(one)),
        ),
        ("places", of(&|one| is_place(one))),
    ]
}
