//! `meldwijzer preview`: shows the portal while somebody writes it, on this machine only.

use std::env;
use std::io::{self, Write};
use std::mem;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use jiff::civil::Date;

use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::number_of;
use crate::cli::portal::{Portal, assemble_for, environment};
use crate::cli::serve::{DEFAULT_ADDRESS, cannot_listen, log};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::{Diagnostic, Severity};
use crate::form::Definition;
use crate::language::Language;
use crate::message::Catalogue;
use crate::preview::{self, Build, Editor, Good, Preview, Writer};
use crate::randomness::SystemRandomness;
use crate::receiver::{self, Content, FirstPages, Limits, Live, PortalError, ServeError, Stop};
use crate::report::lifecycle::Lifecycle;
use crate::report::store::{LEAST_FREE_BYTES, Store, StoreSettings, Surroundings};
use crate::site::generator::Options;
use crate::site::pages::Showing;
use crate::site::render::theme_problem;
use crate::theme::view::SiteView;
use crate::theme::{Theme, ThemeFiles};
use crate::watch::{Method, Notice, Watcher};

/// How often to look whether it is another day, on which readers see other pages.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(60);

/// A folder that cannot be: nothing of preview is stored, and nothing that is stored can be asked for.
const NOWHERE: &str = "/dev/null/preview";

/// Time that browsers which wait for something new get when the program is asked to stop: nothing is lost.
const STOP_TIME: Duration = Duration::from_millis(200);

/// Set by the terminal of an editor that opens addresses of its own.
const TERMINALS: [(&str, &str); 2] = [("vscode", "code"), ("zed", "zed")];

/// The arguments of `preview`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "ADDR:PORT", default_value = DEFAULT_ADDRESS)]
    listen: SocketAddr,
    #[arg(long)]
    editor: Option<String>,
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

    // What changes while the first build reads is told.
    let (teller, notices) = mpsc::channel();
    let _watcher = Watcher::start(
        watched(root),
        Method::Events,
        Arc::clone(&clock),
        move |notice| {
            // Whoever listened has stopped.
            let _ = teller.send(notice);
        },
    )
    .map_err(|error| {
        CommandError::ReadWrite(Diagnostic::error("cli-cannot-watch").with("reason", error))
    })?;
    let writing = Writing::begin(root, address, clock, Arc::clone(&preview), ui.texts())?;
    let previewing = ui.text(
        "cli-previewing",
        &[(
            "address",
            &format!("http://{address}{}/", writing.base_path),
        )],
    );
    let live = writing.live.clone();
    thread::Builder::new()
        .name("preview".to_owned())
        .spawn(move || writing.follow(&notices))
        .map_err(|error| {
            CommandError::ReadWrite(Diagnostic::error("cli-cannot-watch").with("reason", error))
        })?;
    let mut printed = Ok(());
    let ready = || printed = ui.print(&previewing);
    let around = |router| preview::around(preview, router);
    receiver::serve_around(listener, &live, Stop::OnSignal, ready, around)
        .map_err(|ServeError::Start(error)| cannot_listen(address, &error))?;
    printed
}

/// Returns everything that a portal is made of.
fn watched(root: &Path) -> Vec<PathBuf> {
    ["site.yaml", "content", "forms", "themes"]
        .map(|name| root.join(name))
        .into()
}

/// Somebody writes: each change is built, served and shown.
struct Writing {
    root: PathBuf,
    address: SocketAddr,
    clock: Arc<dyn Clock>,
    preview: Arc<Preview>,
    live: Live,
    texts: Catalogue,
    /// Path below which the portal was at first.
    base_path: String,
    built_on: Date,
    failed: bool,
}

impl Writing {
    /// Builds the portal for the first time. Where it has errors, what readers see of it is served, or else nothing.
    fn begin(
        root: &Path,
        address: SocketAddr,
        clock: Arc<dyn Clock>,
        preview: Arc<Preview>,
        texts: &Catalogue,
    ) -> Result<Writing, CommandError> {
        let today = clock.today();
        let (portal, problems) = build(Showing::Everything, root, today);
        let failed = portal.is_none();
        let portal = portal.or_else(|| build(Showing::Published, root, today).0);
        let base_path = portal
            .as_ref()
            .map(|portal| portal.config.base_path().to_owned());
        let lifecycle = portal.as_ref().map(|portal| Arc::clone(&portal.lifecycle));
        let (good, content) = match portal {
            Some(mut portal) => (Some(good(&mut portal)), content(portal, address, &*clock)?),
            None => (None, nothing_yet()?),
        };
        let live = Live::new(receiver::Portal {
            content,
            store: Arc::new(no_store(lifecycle, &clock)?),
            clock: Arc::clone(&clock),
            randomness: Arc::new(SystemRandomness),
            limits: Limits {
                connections_per_address: Limits::default().connections,
                stop_time: STOP_TIME,
                ..Limits::default()
            },
            log: log(texts.clone()),
        })
        .map_err(cannot_serve)?;
        if good.is_some() {
            let problems = problems.clone();
            preview.show(Build { good, problems });
        }
        if failed {
            let problems = problems.clone();
            preview.show(Build {
                good: None,
                problems,
            });
        }
        let writing = Writing {
            root: root.to_owned(),
            address,
            clock,
            preview,
            live,
            texts: texts.clone(),
            base_path: base_path.unwrap_or_default(),
            built_on: today,
            failed,
        };
        if failed {
            writing.tell_errors(&problems);
        }
        Ok(writing)
    }

    /// Follows what is written until nobody tells of it any more.
    fn follow(mut self, notices: &Receiver<Notice>) {
        loop {
            match notices.recv_timeout(LOOK_AT_CLOCK) {
                Ok(_) => {
                    // What came in the meantime is built at once.
                    while notices.try_recv().is_ok() {}
                }
                // Other pages are seen on another day.
                Err(RecvTimeoutError::Timeout) if self.clock.today() != self.built_on => {}
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.build();
        }
    }

    /// Builds what is there now, and shows what came of it.
    fn build(&mut self) {
        self.built_on = self.clock.today();
        let (portal, mut problems) = build(Showing::Everything, &self.root, self.built_on);
        let failed = match portal {
            None => true,
            Some(portal) => match self.serve(portal, &problems) {
                Ok(()) => false,
                Err(error) => {
                    problems.extend(error.into_diagnostics());
                    true
                }
            },
        };
        if failed {
            self.tell_errors(&problems);
            self.preview.show(Build {
                good: None,
                problems,
            });
        } else if self.failed {
            tell(&self.texts.text("cli-preview-good", &[]));
        }
        self.failed = failed;
    }

    /// Serves a portal, and then lets browsers ask for it.
    fn serve(&self, mut portal: Portal, problems: &[Diagnostic]) -> Result<(), CommandError> {
        let good = Some(good(&mut portal));
        let content = content(portal, self.address, &*self.clock)?;
        self.live.replace(content).map_err(cannot_serve)?;
        let problems = problems.to_vec();
        self.preview.show(Build { good, problems });
        Ok(())
    }

    fn tell_errors(&self, problems: &[Diagnostic]) {
        let errors = number_of(problems, Severity::Error);
        tell(&self.texts.count("cli-preview-errors", errors, &[]));
    }
}

/// Builds the portal.
fn build(showing: Showing, root: &Path, today: Date) -> (Option<Portal>, Vec<Diagnostic>) {
    let options = Options {
        showing,
        advice: true,
    };
    assemble_for(options, root, &environment, today)
}

/// Takes out of a portal what preview needs to know of it.
fn good(portal: &mut Portal) -> Good {
    Good {
        config: portal.config.clone(),
        site: Arc::new(mem::take(&mut portal.site)),
        forms: portal.forms.clone(),
    }
}

/// Returns what the receiver serves: the pages of the portal, and forms of which nothing is stored. Everything is
/// at one address, also where a portal for readers has its receiver elsewhere.
fn content(
    portal: Portal,
    address: SocketAddr,
    clock: &dyn Clock,
) -> Result<Content, CommandError> {
    let origin = format!("http://{address}");
    let base_path = portal.config.base_path().to_owned();
    // Forms on paper, My report and taking back are not there for practice; these show how they look.
    let besides = FirstPages {
        theme: &portal.theme,
        sites: portal.sites(),
        forms: &portal.forms,
        lifecycle: &portal.lifecycle,
        base_path: &base_path,
        base_origin: &origin,
        receiver: &base_path,
        clock,
    };
    let besides = besides
        .outputs()
        .map_err(|error| CommandError::Problem(theme_problem(&error)))?;
    let sites = portal.sites().into_iter().cloned().collect();
    Ok(Content {
        pages: portal.outputs.into_iter().chain(besides).collect(),
        theme: portal.theme,
        sites,
        forms: as_practice(portal.forms),
        base_path,
        base_origin: Some(origin),
        origins: Vec::new(),
    })
}

/// Returns the forms as they are in preview: practice, of which nothing is stored.
fn as_practice(forms: Vec<Definition>) -> Vec<Definition> {
    let practice = |form| Definition {
        practice: true,
        details: None,
        ..form
    };
    forms.into_iter().map(practice).collect()
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

fn cannot_serve(error: PortalError) -> CommandError {
    CommandError::Problem(Diagnostic::error("cli-cannot-serve").with("reason", error))
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
