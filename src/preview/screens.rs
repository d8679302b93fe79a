//! The screens that preview shows in the place of a page, and those below its own addresses.

use std::collections::BTreeMap;

use super::bar::{Bar, Kind, counts};
use super::dress::head;
use super::edition::{Edition, path_of};
use super::problem;
use super::{RESERVED, Writer};
use crate::diagnostic::Diagnostic;
use crate::digest::fingerprint;
use crate::site::markdown::escape;

/// Makes the screens of an edition.
pub(super) struct Screens<'a> {
    pub(super) edition: &'a Edition,
    pub(super) writer: &'a Writer,
}

impl Screens<'_> {
    /// Shows the errors for which an address cannot be shown as it is now.
    pub(super) fn broken(&self, href: &str, errors: &[&Diagnostic]) -> String {
        let title = self.writer.text("preview.broken", &[]);
        let mut main = self.paragraph("preview.broken_text", &[]);
        main.push_str(&problem::list(errors, self.writer));
        if self.edition.path_at(href).is_some() {
            main.push_str(&format!(
                "<p><a href=\"{RESERVED}good{}\">{}</a></p>\n",
                escape(href),
                self.escaped("preview.last_good", &[])
            ));
        }
        self.screen(href, &title, &main)
    }

    /// Says that a page is not there any more, and where it went.
    pub(super) fn gone(&self, href: &str, to: Option<&(String, String)>) -> String {
        let title = self.writer.text("preview.gone", &[]);
        let mut main = self.paragraph("preview.gone_text", &[("address", href)]);
        main.push_str(&match to {
            Some((href, title)) => format!(
                "<p>{} <a href=\"{}\">{}</a></p>\n",
                self.escaped("preview.gone_to", &[]),
                escape(href),
                escape(title)
            ),
            None => self.paragraph("preview.gone_nowhere", &[]),
        });
        self.screen(href, &title, &main)
    }

    /// Says that nothing that is sent in preview is kept, where something would be looked up.
    pub(super) fn nothing_kept(&self, href: &str) -> String {
        let title = self.writer.text("preview.nothing_kept", &[]);
        let main = self.paragraph("preview.nothing_kept_text", &[]);
        self.screen(href, &title, &main)
    }

    /// Lists the problems of the whole portal by file.
    pub(super) fn problems(&self) -> String {
        let title = self.writer.text("preview.all_problems", &[]);
        let counted = counts(self.edition).map(|(key, count)| {
            let key = format!("preview.count_{key}");
            escape(&self.writer.texts.count(&key, count, &[]))
        });
        let mut main = format!("<p>{}</p>\n", counted.join(", "));
        let mut files: BTreeMap<Option<&str>, Vec<&Diagnostic>> = BTreeMap::new();
        for problem in &self.edition.problems {
            files.entry(path_of(problem)).or_default().push(problem);
        }
        for (path, problems) in files {
            let problems = match path {
                Some(path) => self.edition.problems_of(path),
                None => problems,
            };
            let title =
                path.map_or_else(|| self.writer.text("preview.no_file", &[]), str::to_owned);
            main.push_str(&format!("<h2>{}</h2>\n", escape(&title)));
            if let Some(address) = path.and_then(|path| self.edition.address_of(path)) {
                main.push_str(&format!(
                    "<p><a href=\"{}\">{}</a></p>\n",
                    escape(address),
                    self.escaped("preview.to_page", &[("path", &title)])
                ));
            }
            main.push_str(&problem::list(&problems, self.writer));
        }
        self.screen(&format!("{RESERVED}problems/"), &title, &main)
    }

    /// Shows a file of the portal line by line.
    pub(super) fn source(&self, path: &str, bytes: &[u8]) -> String {
        let lines: String = String::from_utf8_lossy(bytes)
            .lines()
            .enumerate()
            .map(|(at, line)| {
                let number = at + 1;
                format!("<li id=\"L{number}\"><code>{}</code></li>\n", escape(line))
            })
            .collect();
        let main = format!("<ol class=\"mw-preview-lines\">\n{lines}</ol>\n");
        self.screen(&format!("{RESERVED}source/{path}"), path, &main)
    }

    fn paragraph(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        format!("<p>{}</p>\n", self.escaped(key, arguments))
    }

    fn escaped(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        escape(&self.writer.text(key, arguments))
    }

    fn screen(&self, href: &str, title: &str, main: &str) -> String {
        let bar = Bar {
            edition: self.edition,
            writer: self.writer,
            href,
            kind: Kind::Instead,
        };
        let title = escape(title);
        format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title} – {preview}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n{head}</head>\n\
             <body class=\"mw-preview-screen\">\n<main>\n<h1>{title}</h1>\n{main}</main>\n{bar}</body>\n</html>\n",
            lang = self.writer.language,
            preview = self.escaped("preview.title", &[]),
            head = head(),
            bar = bar.html(&fingerprint(format!("{title}{main}").as_bytes())),
        )
    }
}
