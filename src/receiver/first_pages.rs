//! The first pages of forms for another web server: files whose forms are sent to the receiver.
//!
//! Such a page is the same for everybody, so it has no key and no visit; the receiver makes them at the
//! first post. What follows comes from the receiver, under its own address.

use std::sync::Arc;

use super::follow::first_entry;
use super::form_route::{FormRoute, form_routes};
use super::form_sheet::sheet;
use super::form_views::Journey;
use super::path::encode;
use super::submission::first_take_back;
use crate::clock::Clock;
use crate::form::{Definition, Draft};
use crate::language::Language;
use crate::output::{Caching, Output};
use crate::report::lifecycle::Lifecycle;
use crate::theme::view::SiteView;
use crate::theme::{RenderError, SharedSite, Template, Theme};

/// What the first pages are made of.
pub struct FirstPages<'a> {
    /// The theme.
    pub theme: &'a Theme,
    /// What all pages have in common, per language; the first is the default language.
    pub sites: Vec<&'a SiteView>,
    /// The forms.
    pub forms: &'a [Definition],
    /// What happens to reports.
    pub lifecycle: &'a Lifecycle,
    /// Path below which the pages are, without a slash at its end.
    pub base_path: &'a str,
    /// Scheme and host of the pages.
    pub base_origin: &'a str,
    /// Address of the receiver, without a slash at its end.
    pub receiver: &'a str,
    /// Tells when the pages are made.
    pub clock: &'a dyn Clock,
}

impl FirstPages<'_> {
    /// Makes of every form the first page, the form on paper, and the questions for the code of My report
    /// and for taking back, in every language.
    ///
    /// # Errors
    ///
    /// Fails where the theme cannot render one of them.
    pub fn outputs(&self) -> Result<Vec<Output>, RenderError> {
        let languages: Vec<Language> = self.sites.iter().map(|site| site.lang).collect();
        let routes: Vec<FormRoute> = self
            .forms
            .iter()
            .flat_map(|form| {
                form_routes(
                    Arc::new(form.clone()),
                    &languages,
                    self.base_path,
                    self.base_origin,
                )
            })
            .collect();
        let mut outputs = Vec::new();
        for site in &self.sites {
            let shared = self.theme.share(site);
            for route in routes.iter().filter(|route| route.language == site.lang) {
                outputs.extend(self.form(route, &shared)?);
                if route.form.makes_cases() {
                    outputs.push(self.follow(route, &shared)?);
                }
                if route.form.is_withdrawable() {
                    outputs.push(self.take_back(route, &shared)?);
                }
                if !route.form.practice {
                    outputs.push(self.sheet(route, &shared)?);
                }
            }
        }
        Ok(outputs)
    }

    fn form(&self, route: &FormRoute, site: &SharedSite) -> Result<Option<Output>, RenderError> {
        let today = self.clock.today();
        let journey = Journey::of(route, self.theme, self.lifecycle, today);
        let Some(mut view) = journey.first_page(&Draft::default()) else {
            return Ok(None);
        };
        view.action = self.address(&route.pages.path);
        view.shell.sends_elsewhere = true;
        // The page that says that it was sent has another origin: it could not let go of a draft.
        view.draft = None;
        let html = self.theme.render(Template::FormPage, site, &view)?;
        Ok(Some(page(&route.pages.path, html)))
    }

    fn follow(&self, route: &FormRoute, site: &SharedSite) -> Result<Output, RenderError> {
        let path = &route.follow.path;
        let mut view = first_entry(route, self.theme, self.lifecycle, self.clock);
        view.action = self.address(path);
        view.shell.sends_elsewhere = true;
        let html = self.theme.render(Template::FollowEntry, site, &view)?;
        Ok(page(path, html))
    }

    fn take_back(&self, route: &FormRoute, site: &SharedSite) -> Result<Output, RenderError> {
        let path = &route.take_back.path;
        let journey = Journey::of(route, self.theme, self.lifecycle, self.clock.today());
        let mut view = first_take_back(route, &journey);
        view.action = self.address(path);
        view.shell.sends_elsewhere = true;
        let html = self.theme.render(Template::FormTakeBack, site, &view)?;
        Ok(page(path, html))
    }

    fn sheet(&self, route: &FormRoute, site: &SharedSite) -> Result<Output, RenderError> {
        let view = sheet(route, self.theme.messages(route.language));
        let html = self.theme.render(Template::FormSheet, site, &view)?;
        Ok(page(&route.sheet.path, html))
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{}", self.receiver, encode(path))
    }
}

fn page(path: &str, html: String) -> Output {
    Output {
        path: format!("{path}index.html"),
        bytes: html.into_bytes().into(),
        caching: Caching::Revalidate,
    }
}
