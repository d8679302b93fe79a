//! What a page says of its own past: what changed in it, which versions there were, and that it is one of those.

use jiff::civil::Date;

use super::archive::held_until;
use super::links::PageResolver;
use super::markdown::{self, Block};
use super::pages::Page;
use super::render::{Input, date_view, link_to};
use crate::diagnostic::Diagnostic;
use crate::source_text::Place;
use crate::theme::view::history::{ChangeView, EarlierVersionView, SupersededView};
use crate::theme::view::{DateView, Link};

/// The changes of a page that were made, the newest first, with what is wrong in their notes.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) views: Vec<ChangeView>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) to_fill_in: Vec<Place>,
}

/// Writes out what changed in a page.
pub(super) fn changes(resolver: &PageResolver<'_, '_>) -> Changes {
    let (input, page) = (resolver.input, resolver.page);
    let messages = input.theme.messages(page.language);
    let all = page.front_matter.changes.iter();
    let mut past: Vec<_> = all.filter(|change| change.date <= input.today).collect();
    past.sort_by_key(|change| std::cmp::Reverse(change.date));
    let mut changes = Changes::default();
    for change in past {
        let note = markdown::inline(&change.note, &change.place, resolver);
        let Block {
            html: note_html,
            to_fill_in,
            diagnostics,
            ..
        } = note;
        changes.diagnostics.extend(diagnostics);
        changes.to_fill_in.extend(to_fill_in);
        changes.views.push(ChangeView {
            date: date_view(change.date, messages),
            note_html,
        });
    }
    changes
}

/// Returns the versions of a page that held before, the latest first.
pub(super) fn earlier_versions(input: &Input<'_>, page: &Page) -> Vec<EarlierVersionView> {
    let versions = input.site.earlier_versions(page);
    versions
        .map(|version| EarlierVersionView {
            version: version.front_matter.version.clone().unwrap_or_default(),
            from: written(input, page, version.front_matter.updated),
            until: written(input, page, held_until(input.site, version)),
            href: version.href.clone(),
        })
        .collect()
}

/// Returns what an earlier version says at its top.
pub(super) fn superseded(input: &Input<'_>, page: &Page) -> Option<SupersededView> {
    page.is_earlier_version().then(|| SupersededView {
        from: written(input, page, page.front_matter.updated),
        until: written(input, page, held_until(input.site, page)),
        current: input.site.current_version(page).map(link_to),
    })
}

/// Returns the title of a page in lists of tabs and in the way to it: an earlier version is told from the page
/// that holds now.
pub(super) fn name(input: &Input<'_>, page: &Page) -> String {
    let version = page.front_matter.version.as_deref().unwrap_or_default();
    match page.is_earlier_version() {
        true => input.theme.messages(page.language).text(
            "superseded.name",
            &[("title", &page.title), ("version", version)],
        ),
        false => page.title.clone(),
    }
}

/// Returns a link to a page under its name.
pub(super) fn link(input: &Input<'_>, page: &Page) -> Link {
    Link {
        label: name(input, page),
        ..link_to(page)
    }
}

fn written(input: &Input<'_>, page: &Page, date: Option<Date>) -> Option<DateView> {
    date.map(|date| date_view(date, input.theme.messages(page.language)))
}
