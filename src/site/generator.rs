//! Builds that remember: a portal from its folder, and after a change only what the change touches.
//!
//! A [`Generator`] keeps what it read and made. After an edit of pages it renders those pages, and the pages that
//! asked something of the site that has another answer now ([`super::seen`]); after any other change it builds
//! anew. Invariant: once [`Generator::settle`] has run, the files are those of a build from nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::addresses::{Addresses, Record};
use super::assembly;
use super::calendar::Calendar;
use super::config::{Config, Environment};
use super::files::Files;
use super::glossary::Glossary;
use super::loose_ends;
use super::markdown::PLACE_TO_FILL_IN;
use super::pages::{self, Page, ReadPage, Showing, Site};
use super::plain_language::{self, Wording};
use super::production;
use super::render::{Common, Deliver, Input, RenderedPage, render_pages, render_rest, site_views};
use super::seen::{Changes, Seen};
use super::source::{self, PageFile, Sources};
use crate::diagnostic::{Diagnostic, Severity, any_error};
use crate::form::{self, Definition};
use crate::language::Language;
use crate::output::Output;
use crate::source_text::SourceText;
use crate::theme::Theme;
use crate::theme::view::SiteView;
use crate::theme::view::path::PathStopView;

/// What a build is for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Which pages are shown.
    pub showing: Showing,
    /// Whether advice on the language of pages is asked.
    pub advice: bool,
    /// Whether the portal takes its forms itself, also where its settings name another address: preview does.
    pub forms_here: bool,
}

/// Builds a portal, and builds it again after changes.
pub struct Generator {
    root: PathBuf,
    options: Options,
    made: Option<Made>,
    /// Counts what was taken in, so that what was settled before the last of it is known.
    version: u64,
    /// Paths of the files that are other than they were when [`Generator::fresh`] was last asked.
    stale: BTreeSet<String>,
    /// Whether more than files changed since then.
    everything: bool,
}

/// What changed in a portal since it was last asked.
#[derive(Debug, Default)]
pub struct Fresh {
    /// Files that are new or other than before.
    pub changed: Vec<Output>,
    /// Paths of files that are gone.
    pub removed: Vec<String>,
    /// Whether settings, forms, theme or what all pages share changed too.
    pub everything: bool,
}

/// What makes the files anew that belong to no page: work with no part of a [`Generator`], so that another thread can
/// do it while more is written.
pub struct Settling {
    ground: Arc<Ground>,
    sources: Arc<Sources>,
    whole: Arc<Whole>,
    pages: Vec<Arc<RenderedPage>>,
    options: Options,
    version: u64,
}

/// The files that belong to no page.
pub struct Settled {
    outputs: Vec<Output>,
    diagnostics: Vec<Diagnostic>,
    version: u64,
}

/// What a build starts from besides its sources.
struct Ground {
    config: Config,
    theme: Option<Arc<Theme>>,
    forms: Vec<Definition>,
    unread_forms: Vec<String>,
    /// Whether the forms are the portal's own, and not those that ship.
    own_forms: bool,
    glossary: Glossary,
    wordings: BTreeMap<Language, Wording>,
    calendar: Calendar,
    record: Record,
    files: Files,
    today: Date,
    /// Whether the settings could be read.
    is_read: bool,
    diagnostics: Vec<Diagnostic>,
}

/// What a build made.
struct Made {
    ground: Arc<Ground>,
    sources: Arc<Sources>,
    /// The pages of the sources, in their order.
    read: Vec<ReadPage>,
    whole: Arc<Whole>,
    /// The pages of the site, in its order; none where there is no theme.
    pages: Vec<Arc<RenderedPage>>,
    rest: Vec<Output>,
    rest_diagnostics: Vec<Diagnostic>,
    /// Whether `rest` was made before the last change.
    is_rest_stale: bool,
}

/// What takes all pages to know.
#[derive(Clone)]
struct Whole {
    site: Site,
    addresses: Addresses,
    views: BTreeMap<Language, SiteView>,
    stops: BTreeMap<String, Vec<PathStopView>>,
    diagnostics: Vec<Diagnostic>,
}

/// The parts of a portal without mistakes.
pub struct Parts {
    /// Its settings.
    pub config: Config,
    /// Its look.
    pub theme: Arc<Theme>,
    /// Its forms.
    pub forms: Vec<Definition>,
    /// What all pages in a language share.
    pub views: BTreeMap<Language, SiteView>,
    /// Its pages.
    pub site: Site,
    /// Its files, in order of their paths.
    pub outputs: Vec<Output>,
    /// The addresses at which it answers.
    pub addresses: Addresses,
}

/// What forms are shown with.
pub struct Surroundings<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The look.
    pub theme: Arc<Theme>,
    /// The forms.
    pub forms: &'a [Definition],
    /// What all pages in a language share.
    pub views: &'a BTreeMap<Language, SiteView>,
}

impl Generator {
    /// Makes a generator for the portal in a folder, which has built nothing yet.
    pub fn new(root: impl Into<PathBuf>, options: Options) -> Generator {
        Generator {
            root: root.into(),
            options,
            made: None,
            version: 0,
            stale: BTreeSet::new(),
            everything: false,
        }
    }

    /// Builds the portal as of a day. `deliver` takes the files of each page.
    pub fn build(&mut self, environment: Environment<'_>, today: Date, deliver: Deliver<'_>) {
        let old = self.made.take();
        let (ground, sources) = Ground::read(&self.root, environment, today);
        let pages = sources.pages.par_iter();
        let read: Vec<ReadPage> = pages
            .map(|source| pages::read(&ground.config, source))
            .collect();
        let whole = Whole::gather(&ground, &sources, &read, self.options);
        let mut made = Made {
            ground: Arc::new(ground),
            sources: Arc::new(sources),
            read,
            whole: Arc::new(whole),
            pages: Vec::new(),
            rest: Vec::new(),
            rest_diagnostics: Vec::new(),
            is_rest_stale: true,
        };
        let all: Vec<usize> = (0..made.whole.site.pages.len()).collect();
        made.pages = made.render(&all, self.options, deliver);
        self.everything = true;
        let paths = |made: &Made| -> Vec<String> {
            let outputs = made.outputs();
            outputs.map(|output| output.path.clone()).collect()
        };
        self.stale.extend(old.iter().flat_map(paths));
        self.stale.extend(paths(&made));
        self.made = Some(made);
        self.version += 1;
        self.settle();
    }

    /// Takes in that files changed, came or went, and renders the pages that this touches. `paths` are relative to
    /// the root, with forward slashes.
    pub fn update(&mut self, paths: &[String], environment: Environment<'_>, today: Date) {
        let root = &self.root;
        let changed = self.made.as_mut().and_then(|made| {
            let is_sound = !any_error(&made.ground.diagnostics) && made.ground.theme.is_some();
            let same_day = made.ground.today == today;
            let files = (is_sound && same_day).then(|| source::reread(root, paths))??;
            Some(made.update(root, files, self.options))
        });
        match changed {
            Some(touched) => {
                self.version += 1;
                self.everything |= touched.views;
                self.stale.extend(touched.paths);
                // What all pages share is in files that belong to no page too.
                if touched.views {
                    self.settle();
                }
            }
            None => self.build(environment, today, &|outputs| outputs),
        }
    }

    /// Makes the files anew that belong to no page: the search index, lists of all pages, addresses that lead on.
    /// That takes time with every page of the portal, so it waits until an editor does.
    pub fn settle(&mut self) {
        if let Some(settled) = self.settling().map(|settling| settling.run()) {
            self.take(settled);
        }
    }

    /// Returns what [`Generator::settle`] does, for another thread; its result is for [`Generator::take`].
    pub fn settling(&self) -> Option<Settling> {
        let made = self.made.as_ref()?;
        Some(Settling {
            ground: Arc::clone(&made.ground),
            sources: Arc::clone(&made.sources),
            whole: Arc::clone(&made.whole),
            pages: made.pages.clone(),
            options: self.options,
            version: self.version,
        })
    }

    /// Takes in what was settled, unless something changed since.
    pub fn take(&mut self, settled: Settled) {
        let Some(made) = &mut self.made else { return };
        if settled.version != self.version {
            return;
        }
        let old = std::mem::replace(&mut made.rest, settled.outputs);
        made.rest_diagnostics = settled.diagnostics;
        made.is_rest_stale = false;
        let by_path = |outputs: &[Output]| -> HashMap<String, Output> {
            let outputs = outputs.iter();
            outputs.map(|o| (o.path.clone(), o.clone())).collect()
        };
        let (before, after) = (by_path(&old), by_path(&made.rest));
        let differs = |path: &&String| before.get(*path) != after.get(*path);
        let paths = before.keys().chain(after.keys());
        self.stale.extend(paths.filter(differs).cloned());
    }

    /// Returns whether nothing waits for [`Generator::settle`].
    pub fn is_settled(&self) -> bool {
        self.made.as_ref().is_none_or(|made| !made.is_rest_stale)
    }

    /// Returns what changed since this was last asked, where the portal has no mistakes that stop it. What changed
    /// while it had some is told once they are solved.
    pub fn fresh(&mut self) -> Option<Fresh> {
        let made = self.made.as_ref().filter(|made| made.is_sound())?;
        let mut stale = std::mem::take(&mut self.stale);
        let mut fresh = Fresh {
            everything: std::mem::take(&mut self.everything),
            ..Fresh::default()
        };
        if stale.is_empty() {
            return Some(fresh);
        }
        for output in made.outputs() {
            if stale.remove(&output.path) {
                fresh.changed.push(output.clone());
            }
        }
        fresh.removed.extend(stale);
        Some(fresh)
    }

    /// Returns whether the last build has no mistakes that stop it.
    pub fn is_sound(&self) -> bool {
        self.made.as_ref().is_some_and(Made::is_sound)
    }

    /// Returns what is wrong with the portal, in no order. Where no advice is asked, there is none but the places to
    /// fill in.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let is_asked = |told: &&Diagnostic| {
            let is_advice = told.severity == Severity::Advice;
            self.options.advice || !is_advice || told.code == PLACE_TO_FILL_IN
        };
        let told = self.made.iter().flat_map(Made::diagnostics);
        told.filter(is_asked).cloned().collect()
    }

    /// Returns all files, in no order.
    pub fn outputs(&self) -> impl Iterator<Item = &Output> {
        self.made.iter().flat_map(Made::outputs)
    }

    /// Returns the pages of the portal.
    pub fn site(&self) -> Option<&Site> {
        self.made.as_ref().map(|made| &made.whole.site)
    }

    /// Leaves the parts of the portal, where it could be made at all.
    pub fn into_parts(self) -> Option<Parts> {
        let made = self.made.filter(|made| made.ground.is_read)?;
        let mut outputs: Vec<Output> = made.outputs().cloned().collect();
        outputs.sort_by(|a, b| a.path.cmp(&b.path));
        let (ground, whole) = (&made.ground, &made.whole);
        Some(Parts {
            config: ground.config.clone(),
            theme: Arc::clone(ground.theme.as_ref()?),
            forms: ground.forms.clone(),
            views: whole.views.clone(),
            site: whole.site.clone(),
            outputs,
            addresses: whole.addresses.clone(),
        })
    }

    /// Returns what forms are shown with, where there is a theme.
    pub fn surroundings(&self) -> Option<Surroundings<'_>> {
        let made = self.made.as_ref()?;
        Some(Surroundings {
            config: &made.ground.config,
            theme: Arc::clone(made.ground.theme.as_ref()?),
            forms: &made.ground.forms,
            views: &made.whole.views,
        })
    }
}

impl Ground {
    fn read(root: &Path, environment: Environment<'_>, today: Date) -> (Ground, Sources) {
        let mut diagnostics = Vec::new();
        let read = assembly::read_config(root, environment, &mut diagnostics);
        let read = read.map(|(config, text)| {
            diagnostics.extend(production::check_settings(&config, &text, environment));
            config
        });
        let is_read = read.is_some();
        // Without settings nothing can be built, but what is wrong elsewhere is told all the same.
        let config = read.unwrap_or_else(|| assembly::placeholder(environment));
        let sources_of_forms = assembly::sources_of_forms(root, &mut diagnostics);
        let forms = assembly::forms_of(&sources_of_forms, &mut diagnostics);
        let unread_forms = form::unread_addresses(&sources_of_forms, &forms);
        let forms = assembly::with_contacts(root, forms, &config, &mut diagnostics);
        let theme = assembly::read_theme(root, &config, config.base_path(), &mut diagnostics);
        let (mut sources, problems) = source::read(root);
        diagnostics.extend(problems);
        let (glossary, problems) = Glossary::take(&mut sources, &config.languages);
        diagnostics.extend(problems);
        let (wordings, problems) = plain_language::wordings(&config, &sources, &glossary);
        diagnostics.extend(problems);
        let (calendar, problems) = Calendar::read(&config, &sources, &wordings, today);
        diagnostics.extend(problems);
        let (record, problems) = Record::read(&sources);
        diagnostics.extend(problems);
        let ground = Ground {
            files: Files::new(&sources, config.base_path()),
            config,
            theme: theme.map(Arc::new),
            forms,
            unread_forms,
            own_forms: root.join("forms").is_dir(),
            glossary,
            wordings,
            calendar,
            record,
            today,
            is_read,
            diagnostics,
        };
        (ground, sources)
    }

    /// Returns what rendering starts from, where there is a theme.
    fn input<'a>(
        &'a self,
        sources: &'a Sources,
        site: &'a Site,
        addresses: &'a Addresses,
        options: Options,
    ) -> Option<Input<'a>> {
        Some(Input {
            config: &self.config,
            sources,
            files: &self.files,
            site: Seen::by_all(site),
            calendar: &self.calendar,
            addresses,
            theme: self.theme.as_deref()?,
            glossary: &self.glossary,
            forms: &self.forms,
            unread_forms: &self.unread_forms,
            wordings: &self.wordings,
            advice: options.advice,
            forms_here: options.forms_here,
            today: self.today,
        })
    }
}

impl Whole {
    fn gather(ground: &Ground, sources: &Sources, read: &[ReadPage], options: Options) -> Whole {
        let Ground {
            config,
            forms,
            today,
            ..
        } = ground;
        let (site, mut diagnostics) =
            pages::gather(config, sources, read, forms, *today, options.showing);
        // What could not be read is not there now, but nobody took it away.
        let is_unread = any_error(&ground.diagnostics)
            || any_error(&diagnostics)
            || read.iter().any(|read| any_error(&read.diagnostics));
        let (addresses, problems) = match is_unread {
            true => (Addresses::default(), Vec::new()),
            false => ground.record.compare(config, &site, forms),
        };
        diagnostics.extend(problems);
        let (mut views, mut stops) = (BTreeMap::new(), BTreeMap::new());
        if let Some(input) = ground.input(sources, &site, &addresses, options) {
            let (made, problems) = site_views(&input);
            diagnostics.extend(problems);
            let (common, problems) = Common::new(&input, &made);
            diagnostics.extend(problems);
            stops = common.stops();
            views = made;
        }
        Whole {
            site,
            addresses,
            views,
            stops,
            diagnostics,
        }
    }
}

/// What an update changed.
struct Touched {
    /// Paths of files that are other than before, or gone.
    paths: BTreeSet<String>,
    /// Whether what all pages share changed.
    views: bool,
}

impl Settling {
    /// Makes the files that belong to no page.
    pub fn run(&self) -> Settled {
        let made = self.make();
        let (outputs, diagnostics) = made.unwrap_or_default();
        Settled {
            outputs,
            diagnostics,
            version: self.version,
        }
    }

    fn make(&self) -> Option<(Vec<Output>, Vec<Diagnostic>)> {
        let Whole {
            site, addresses, ..
        } = &*self.whole;
        let input = self
            .ground
            .input(&self.sources, site, addresses, self.options)?;
        let (common, _) = Common::new(&input, &self.whole.views);
        let pages: Vec<&RenderedPage> = self.pages.iter().map(|page| &**page).collect();
        let (rest, mut diagnostics) = render_rest(&input, &common, &pages);
        if self.options.advice {
            let outputs = pages.iter().flat_map(|page| &page.outputs).chain(&rest);
            let own_forms = self.ground.own_forms;
            diagnostics.extend(loose_ends::advice(&input, site, outputs, own_forms));
        }
        Some((rest, diagnostics))
    }
}

impl Made {
    fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let pages = self.pages.iter().flat_map(|page| &page.diagnostics);
        let read = self.read.iter().flat_map(|read| &read.diagnostics);
        let whole = self.whole.diagnostics.iter();
        let ground = self.ground.diagnostics.iter();
        ground
            .chain(read)
            .chain(whole)
            .chain(pages)
            .chain(&self.rest_diagnostics)
    }

    fn is_sound(&self) -> bool {
        self.ground.is_read
            && self.ground.theme.is_some()
            && self
                .diagnostics()
                .all(|told| told.severity != Severity::Error)
    }

    fn outputs(&self) -> impl Iterator<Item = &Output> {
        let pages = self.pages.iter();
        pages.flat_map(|page| &page.outputs).chain(&self.rest)
    }

    fn input(&self, options: Options) -> Option<Input<'_>> {
        let Whole {
            site, addresses, ..
        } = &*self.whole;
        self.ground.input(&self.sources, site, addresses, options)
    }

    /// Renders the pages with these numbers.
    fn render(
        &self,
        which: &[usize],
        options: Options,
        deliver: Deliver<'_>,
    ) -> Vec<Arc<RenderedPage>> {
        let Some(input) = self.input(options) else {
            return Vec::new();
        };
        let (common, _) = Common::new(&input, &self.whole.views);
        let pages = which.iter().filter_map(|at| self.whole.site.pages.get(*at));
        let pages: Vec<&Page> = pages.map(|page| &**page).collect();
        let rendered = render_pages(&input, &common, &pages, deliver);
        rendered.into_iter().map(Arc::new).collect()
    }

    /// Takes in pages that changed, came or went.
    fn update(&mut self, root: &Path, files: Vec<PageFile>, options: Options) -> Touched {
        let paths: Vec<String> = files.iter().map(|file| file.path().to_owned()).collect();
        let mut edited = BTreeSet::new();
        let mut is_text_only = true;
        for file in files {
            let pages = &self.sources.pages;
            let at = pages.binary_search_by(|page| page.path().cmp(file.path()));
            match (at, file) {
                (Ok(at), PageFile::There(source)) => {
                    if pages
                        .get(at)
                        .is_some_and(|page| page.text() == source.text())
                    {
                        continue;
                    }
                    edited.insert(source.path().to_owned());
                    is_text_only &= self.replace(at, source);
                }
                (Err(at), PageFile::There(source)) => {
                    edited.insert(source.path().to_owned());
                    let page = pages::read(&self.ground.config, &source);
                    self.read.insert(at, page);
                    Arc::make_mut(&mut self.sources).pages.insert(at, source);
                    is_text_only = false;
                }
                (Ok(at), PageFile::Gone(_)) => {
                    Arc::make_mut(&mut self.sources).pages.remove(at);
                    self.read.remove(at);
                    is_text_only = false;
                }
                (Err(_), PageFile::Gone(_)) => {}
            }
        }
        if edited.is_empty() && is_text_only {
            return Touched {
                paths: BTreeSet::new(),
                views: false,
            };
        }
        self.is_rest_stale = true;
        let mut changes = Changes::default();
        if !edited.is_empty() {
            changes.text();
        }
        if is_text_only {
            for path in &edited {
                self.take_text(path);
            }
            return self.render_again(&edited, &changes, options, false);
        }
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        Arc::make_mut(&mut self.sources).look_for_empty_folders(root, &paths);
        let new = Whole::gather(&self.ground, &self.sources, &self.read, options);
        let old = std::mem::replace(&mut self.whole, Arc::new(new));
        changes.between(&old.site, &self.whole.site);
        let gone = self.follow(&old.site);
        let stops = [
            (&old.stops, &self.whole.stops),
            (&self.whole.stops, &old.stops),
        ];
        for (one, other) in stops {
            let moved = one
                .iter()
                .filter(|(path, stops)| other.get(*path) != Some(*stops));
            edited.extend(moved.map(|(path, _)| path.clone()));
        }
        let views = old.views != self.whole.views;
        let mut touched = self.render_again(&edited, &changes, options, views);
        touched.paths.extend(gone);
        touched.views = views;
        touched
    }

    /// Reads a page anew, and returns whether that changed nothing but its text.
    fn replace(&mut self, at: usize, source: SourceText) -> bool {
        let page = pages::read(&self.ground.config, &source);
        let same = self
            .read
            .get(at)
            .is_some_and(|old| old.differs_in_text_only(&page));
        let sources = Arc::make_mut(&mut self.sources);
        if let (Some(read), Some(file)) = (self.read.get_mut(at), sources.pages.get_mut(at)) {
            *read = page;
            *file = source;
        }
        same
    }

    /// Puts the text of a page that was read anew into the site.
    fn take_text(&mut self, path: &str) {
        let pages = &self.sources.pages;
        let at = pages.binary_search_by(|page| page.path().cmp(path));
        let read = at.ok().and_then(|at| self.read.get(at));
        if let Some(page) = read.and_then(|read| read.page.as_deref()) {
            Arc::make_mut(&mut self.whole).site.take_text(page);
        }
    }

    /// Puts the rendered pages in the order of the site, and returns the paths of files of pages that went.
    fn follow(&mut self, old: &Site) -> Vec<String> {
        let rendered = std::mem::take(&mut self.pages);
        let mut rendered: HashMap<&str, Arc<RenderedPage>> =
            old.source_paths().zip(rendered).collect();
        let new = self.whole.site.source_paths();
        self.pages = new
            .map(|path| rendered.remove(path).unwrap_or_default())
            .collect();
        let gone = rendered.values().flat_map(|page| &page.outputs);
        gone.map(|output| output.path.clone()).collect()
    }

    /// Adds the files that pages come to need at once, so that no page shows an image that is not there yet.
    fn add_files(&mut self, pages: &[Arc<RenderedPage>], options: Options) -> BTreeSet<String> {
        let needed = pages.iter().flat_map(|page| &page.files);
        let files = self.input(options).map(|input| {
            let needed = needed.map(String::as_str);
            self.ground.files.outputs(&input, needed)
        });
        let there: BTreeSet<&str> = self
            .rest
            .iter()
            .map(|output| output.path.as_str())
            .collect();
        let mut files = files.unwrap_or_default();
        files.retain(|file| !there.contains(file.path.as_str()));
        let paths = files.iter().map(|file| file.path.clone()).collect();
        self.rest.extend(files);
        paths
    }

    /// Renders the pages that were edited and those that another answer touches, or all of them.
    fn render_again(
        &mut self,
        edited: &BTreeSet<String>,
        changes: &Changes,
        options: Options,
        all: bool,
    ) -> Touched {
        let pages = self.whole.site.pages().zip(&self.pages).enumerate();
        let which: Vec<usize> = pages
            .filter(|(_, (page, rendered))| {
                all || edited.contains(page.source.path())
                    || rendered.is_new()
                    || rendered.reads.touches(changes)
            })
            .map(|(at, _)| at)
            .collect();
        let rendered = self.render(&which, options, &|outputs| outputs);
        let mut paths = self.add_files(&rendered, options);
        for (at, new) in which.into_iter().zip(rendered) {
            if let Some(page) = self.pages.get_mut(at) {
                let old = std::mem::replace(page, new);
                let new = &*page;
                for (one, other) in [(&old, new), (new, &old)] {
                    let outputs = one.outputs.iter();
                    let other = outputs.filter(|output| !other.outputs.contains(output));
                    paths.extend(other.map(|output| output.path.clone()));
                }
            }
        }
        Touched {
            paths,
            views: false,
        }
    }
}
