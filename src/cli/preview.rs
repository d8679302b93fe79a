//! `meldwijzer preview`: shows the portal while somebody writes it, on this machine only.

use std::env;
use std::io::{self, Write};
use std::iter;
use std::mem;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use jiff::civil::Date;

use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::number_of;
use crate::cli::portal::{environment, read_lifecycle};
use crate::cli::renewal::told;
use crate::cli::serve::{DEFAULT_ADDRESS, cannot_listen, cannot_serve, log};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::{Diagnostic, Severity, abridge, any_error, sort};
use crate::form::Definition;
use crate::language::Language;
use crate::message::Catalogue;
use crate::preview::{self, Build, Editor, Good, Preview, Writer};
use crate::randomness::SystemRandomness;
use crate::receiver::{self, Content, FirstPages, Limits, Live, Log, ServeError, Stop};
use crate::report::lifecycle::Lifecycle;
use crate::report::store::{LEAST_FREE_BYTES, Store, StoreSettings, Surroundings};
use crate::site::generator::{Generator, Options, Settled};
use crate::site::inputs::PLACES;
use crate::site::pages::Showing;
use crate::site::render::theme_problem;
use crate::theme::view::SiteView;
use crate::theme::{Theme, ThemeFiles};
use crate::watch::{Hint, Method, Notice, Snapshot, Watcher};

/// How often to look whether it is another day, on which readers see other pages.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(60);

/// How long nothing may change before what belongs to no page, such as the search index, is made anew: nobody looks
/// at it while they type.
const QUIET: Duration = Duration::from_millis(150);

/// A folder that cannot be: nothing of preview is stored, and nothing that is stored can be asked for.
const NOWHERE: &str = "/dev/null/preview";

/// Time that browsers which wait for something new get when the program is asked to stop: nothing is lost.
const STOP_TIME: Duration = Duration::from_millis(200);

/// What is said to have changed where what did has a name that is no text: it is no page, so all is built anew.
const NO_PAGE: &str = "content";

/// Set by the terminal of an editor that opens addresses of its own.
const TERMINALS: [(&str, &str); 2] = [("vscode", "code"), ("zed", "zed")];

/// The arguments of `preview`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "ADDR:PORT", default_value = DEFAULT_ADDRESS)]
    listen: SocketAddr,
    #[arg(long)]
    editor: Option<String>,
    #[arg(long)]
    poll: bool,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    if !arguments.listen.ip().is_loopback() {
        return Err(CommandError::Usage(
            Diagnostic::error("cli-preview-only-here").with("address", arguments.listen),
        ));
    }
    let editor = editor(arguments.editor.as_deref())?;
    let listener = receiver::bind(arguments.listen)
        .map_err(|error| cannot_listen(arguments.listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(arguments.listen, &error))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let writer = Writer::new(root, ui.language(), editor);
    let preview = Arc::new(Preview::new(writer, clock.now()));

    let log = log(ui.texts().clone());
    // Watched first, then looked at, then read: no change falls in between.
    let paths: Vec<PathBuf> = PLACES.map(|name| root.join(name)).into();
    let (teller, news) = mpsc::channel();
    let _watcher = watch(
        paths.clone(),
        arguments.poll,
        &clock,
        Arc::clone(&log),
        teller.clone(),
    )?;
    let snapshot = Snapshot::take(paths, clock.now());
    let writing = Writing::begin(
        root,
        address,
        clock,
        Arc::clone(&preview),
        snapshot,
        teller,
        ui,
    )?;
    let previewing = ui.text("cli-previewing", &[("address", &writing.home())]);
    let live = writing.live.clone();
    thread::Builder::new()
        .name("preview".to_owned())
        .spawn(move || writing.follow(&news))
        .map_err(cannot_watch)?;
    let mut printed = Ok(());
    let ready = || printed = ui.print(&previewing);
    let around = |router| preview::around(preview, router);
    receiver::serve_around(listener, &live, Stop::OnSignal, ready, around)
        .map_err(|ServeError::Start(error)| cannot_listen(address, &error))?;
    printed
}

/// What the thread that builds is told.
enum News {
    /// Files may have changed.
    Hint(Hint),
    /// What belongs to no page was made.
    Settled(Settled),
}

/// Tells what may have changed, and in the log why that is found by looking through folders.
fn watch(
    paths: Vec<PathBuf>,
    poll: bool,
    clock: &Arc<dyn Clock>,
    log: Log,
    teller: Sender<News>,
) -> Result<Watcher, CommandError> {
    let method = match poll {
        true => Method::Polling,
        false => Method::Events,
    };
    let tell = move |notice| match notice {
        // Whoever listened has stopped.
        Notice::Changed(hint) => drop(teller.send(News::Hint(hint))),
        Notice::Polls(reason) => told(reason).into_iter().for_each(&*log),
    };
    Watcher::start(paths, method, Arc::clone(clock), tell).map_err(cannot_watch)
}

/// Somebody writes: each change is built, served and shown.
struct Writing {
    root: PathBuf,
    address: SocketAddr,
    clock: Arc<dyn Clock>,
    preview: Arc<Preview>,
    live: Live,
    texts: Catalogue,
    generator: Generator,
    /// The files as they were when they were last looked at.
    snapshot: Snapshot,
    built_on: Date,
    failed: bool,
    /// Whether what is served has to be replaced as a whole.
    replace: bool,
    /// Whether another thread makes what belongs to no page. Should it end in a panic, that stays as it was.
    settling: bool,
    teller: Sender<News>,
    lifecycle: Option<Arc<Lifecycle>>,
    lifecycle_problems: Vec<Diagnostic>,
}

impl Writing {
    /// Builds the portal for the first time. Where it has errors, what readers see of it is served, or else nothing.
    fn begin(
        root: &Path,
        address: SocketAddr,
        clock: Arc<dyn Clock>,
        preview: Arc<Preview>,
        snapshot: Snapshot,
        teller: Sender<News>,
        ui: &Ui,
    ) -> Result<Writing, CommandError> {
        let today = clock.today();
        let mut lifecycle_problems = Vec::new();
        let lifecycle = read_lifecycle(root, &mut lifecycle_problems).map(Arc::new);
        let live = Live::new(receiver::Portal {
            content: nothing_yet()?,
            store: Arc::new(no_store(lifecycle.clone(), &clock)?),
            clock: Arc::clone(&clock),
            randomness: Arc::new(SystemRandomness),
            limits: Limits {
                connections_per_address: Limits::default().connections,
                stop_time: STOP_TIME,
                ..Limits::default()
            },
            log: log(ui.texts().clone()),
        })
        .map_err(cannot_serve)?;
        let mut writing = Writing {
            root: root.to_owned(),
            address,
            clock,
            preview,
            live,
            texts: ui.texts().clone(),
            generator: generator(root, Showing::Everything),
            snapshot,
            built_on: today,
            failed: false,
            replace: true,
            settling: false,
            teller,
            lifecycle,
            lifecycle_problems,
        };
        writing
            .generator
            .build(&environment, today, &|outputs| outputs);
        if !writing.is_sound() {
            let mut for_readers = generator(root, Showing::Published);
            for_readers.build(&environment, today, &|outputs| outputs);
            mem::swap(&mut writing.generator, &mut for_readers);
            if writing.is_sound() {
                writing.publish();
            }
            mem::swap(&mut writing.generator, &mut for_readers);
            writing.replace = true;
        }
        writing.publish();
        Ok(writing)
    }

    /// Follows what is written until the program ends. A mistake in the program, which the panic itself tells, costs
    /// one version.
    fn follow(mut self, news: &Receiver<News>) {
        loop {
            let patience = match self.generator.is_settled() || self.settling {
                true => LOOK_AT_CLOCK,
                false => QUIET,
            };
            let told = match news.recv_timeout(patience) {
                Ok(first) => iter::once(first).chain(news.try_iter()).collect(),
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if catch_unwind(AssertUnwindSafe(|| self.look(told))).is_err() {
                // What it remembers may be half of something.
                self.generator = generator(&self.root, Showing::Everything);
                self.replace = true;
            }
        }
    }

    /// Builds what changed, or everything where it is another day, on which readers see other pages.
    fn look(&mut self, told: Vec<News>) {
        let (now, today) = (self.clock.now(), self.clock.today());
        let is_quiet = told.is_empty();
        let (mut hint, mut settled) = (None, None);
        for news in told {
            match news {
                News::Hint(other) => {
                    hint = Some(match hint {
                        Some(hint) => together(hint, other),
                        None => other,
                    });
                }
                News::Settled(other) => settled = Some(other),
            }
        }
        let changed = hint.map(|hint| self.snapshot.refresh(&hint, now).into_paths());
        let changed = changed.into_iter().flatten();
        let paths: Vec<String> = changed.map(|path| below(&self.root, &path)).collect();
        let is_other = !paths.is_empty() || today != self.built_on;
        self.settling &= settled.is_none();
        if is_other {
            self.built_on = today;
            self.generator.update(&paths, &environment, today);
            if paths.iter().any(|path| path == Lifecycle::PATH) {
                self.read_lifecycle();
            }
        } else if let Some(settled) = settled {
            self.generator.take(settled);
        } else {
            if is_quiet && !self.generator.is_settled() && !self.settling {
                self.settle();
            }
            return;
        }
        self.publish();
    }

    /// Has another thread make what belongs to no page: that takes longer than an editor waits for the next change.
    fn settle(&mut self) {
        let Some(settling) = self.generator.settling() else {
            return;
        };
        let teller = self.teller.clone();
        let started = thread::Builder::new()
            .name("preview-settle".to_owned())
            .spawn(move || {
                // Whoever listened has stopped.
                let _ = teller.send(News::Settled(settling.run()));
            });
        match started {
            Ok(_) => self.settling = true,
            // Without a thread it is done here.
            Err(_) => {
                self.generator.settle();
                self.publish();
            }
        }
    }

    fn read_lifecycle(&mut self) {
        self.lifecycle_problems.clear();
        let lifecycle = read_lifecycle(&self.root, &mut self.lifecycle_problems);
        self.lifecycle = lifecycle.map(Arc::new);
        self.replace = true;
    }

    fn is_sound(&self) -> bool {
        self.generator.is_sound() && !any_error(&self.lifecycle_problems)
    }

    /// Returns what is wrong with the portal as it was built last, in reading order.
    fn problems(&self) -> Vec<Diagnostic> {
        let mut problems = self.generator.diagnostics();
        problems.extend(self.lifecycle_problems.iter().cloned());
        sort(&mut problems);
        problems.dedup();
        abridge(problems)
    }

    /// Serves what was built, where nothing is an error, and then lets browsers ask for it.
    fn publish(&mut self) {
        // Pages first: to tell what is wrong takes all pages to look through.
        let served = match self.is_sound() {
            true => self.serve(),
            false => Err(CommandError::Problems),
        };
        let mut problems = self.problems();
        let failed = served.is_err();
        if let Err(error) = served {
            problems.extend(error.into_diagnostics());
        }
        let good = match failed {
            true => None,
            false => self.good(),
        };
        if failed {
            let errors = number_of(&problems, Severity::Error);
            tell(&self.texts.count("cli-preview-errors", errors, &[]));
        } else if self.failed {
            tell(&self.texts.text("cli-preview-good", &[]));
        }
        self.failed = failed;
        self.preview.show(Build { good, problems });
    }

    fn serve(&mut self) -> Result<(), CommandError> {
        let Some(fresh) = self.generator.fresh() else {
            return Ok(());
        };
        self.replace |= fresh.everything;
        if self.replace {
            let content = self.content()?;
            self.live.replace(content).map_err(cannot_serve)?;
            self.replace = false;
        } else {
            self.live.update(fresh.changed, &fresh.removed);
        }
        Ok(())
    }

    /// Returns what preview needs to know of the portal.
    fn good(&self) -> Option<Good> {
        let around = self.generator.surroundings()?;
        Some(Good {
            config: around.config.clone(),
            site: Arc::new(self.generator.site()?.clone()),
            forms: around.forms.to_vec(),
        })
    }

    /// Returns what the receiver serves: the pages of the portal, and forms of which nothing is stored. Everything
    /// is at one address, also where a portal for readers has its receiver elsewhere.
    fn content(&self) -> Result<Content, CommandError> {
        let (Some(around), Some(lifecycle)) =
            (self.generator.surroundings(), self.lifecycle.as_deref())
        else {
            return Err(CommandError::Problems);
        };
        let origin = format!("http://{}", self.address);
        let base_path = around.config.base_path().to_owned();
        let languages = around.config.languages.iter();
        let sites: Vec<&SiteView> = languages
            .filter_map(|language| around.views.get(language))
            .collect();
        // Forms on paper, My report and taking back are not there for practice; these show how they look.
        let besides = FirstPages {
            theme: &around.theme,
            sites: sites.clone(),
            forms: around.forms,
            lifecycle,
            base_path: &base_path,
            base_origin: &origin,
            receiver: &base_path,
            clock: &*self.clock,
        };
        let besides = besides
            .outputs()
            .map_err(|error| CommandError::Problem(theme_problem(&error)))?;
        Ok(Content {
            pages: self.generator.outputs().cloned().chain(besides).collect(),
            sites: sites.into_iter().cloned().collect(),
            forms: as_practice(around.forms),
            theme: around.theme,
            base_path,
            base_origin: Some(origin),
            origins: Vec::new(),
        })
    }

    /// Returns the address at which the portal is.
    fn home(&self) -> String {
        let around = self.generator.surroundings();
        let base_path = around.map_or("", |around| around.config.base_path());
        format!("http://{}{base_path}/", self.address)
    }
}

/// Returns a path below the root, with what stands for it where it is no text.
fn below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.to_str().unwrap_or(NO_PAGE).to_owned()
}

fn together(mut hint: Hint, other: Hint) -> Hint {
    hint.add(other);
    hint
}

fn cannot_watch(error: io::Error) -> CommandError {
    CommandError::ReadWrite(Diagnostic::error("cli-cannot-watch").with("reason", error))
}

fn generator(root: &Path, showing: Showing) -> Generator {
    let options = Options {
        showing,
        advice: true,
        forms_here: true,
    };
    Generator::new(root, options)
}

/// Returns the forms as they are in preview: practice, of which nothing is stored.
fn as_practice(forms: &[Definition]) -> Vec<Definition> {
    let practice = |form: &Definition| Definition {
        practice: true,
        details: None,
        ..form.clone()
    };
    forms.iter().map(practice).collect()
}

/// Returns what is served before the first good build: nothing, in the look that ships.
fn nothing_yet() -> Result<Content, CommandError> {
    let (theme, problems) = Theme::load(&ThemeFiles::shipped(), "");
    let theme = theme.ok_or(CommandError::Several(problems))?;
    Ok(Content {
        pages: Vec::new(),
        theme: Arc::new(theme),
        sites: vec![SiteView::empty(Language::Nl)],
        forms: Vec::new(),
        base_path: String::new(),
        base_origin: None,
        origins: Vec::new(),
    })
}

/// Returns a store that stores nothing.
fn no_store(
    lifecycle: Option<Arc<Lifecycle>>,
    clock: &Arc<dyn Clock>,
) -> Result<Store, CommandError> {
    let shipped = || Lifecycle::parse(&Lifecycle::shipped()).0.map(Arc::new);
    let lifecycle = lifecycle.or_else(shipped).ok_or(CommandError::Problems)?;
    let surroundings = Surroundings {
        clock: Arc::clone(clock),
        randomness: Arc::new(SystemRandomness),
        lifecycle,
    };
    let settings = StoreSettings {
        least_free_bytes: LEAST_FREE_BYTES,
    };
    Ok(Store::beside(Path::new(NOWHERE), surroundings, settings)?)
}

/// Says something while the portal is served. Where it cannot be said, the browser still shows it.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Finds the editor that was asked, or else the one whose terminal this is.
fn editor(asked: Option<&str>) -> Result<Option<Editor>, CommandError> {
    let terminal = env::var("TERM_PROGRAM").unwrap_or_default();
    let around = TERMINALS.iter().find(|(program, _)| *program == terminal);
    let Some(name) = asked.or(around.map(|(_, name)| *name)) else {
        return Ok(None);
    };
    Editor::named(name).map(Some).map_err(|error| {
        CommandError::Usage(
            Diagnostic::error("cli-editor-unknown")
                .with("editor", error.name)
                .with("known", error.known),
        )
    })
}
