//! `meldwijzer serve`: builds the portal, serves it and takes reports.

use std::env;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::cli::command_error::CommandError;
use crate::cli::daily::{self, Daily};
use crate::cli::data_folder::DataFolder;
use crate::cli::portal::{Portal, assemble};
use crate::cli::recovery;
use crate::cli::reports;
use crate::cli::reports::purge::rules;
use crate::cli::ui::Ui;
use crate::clock::{self, Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::durable::Folder;
use crate::message::Catalogue;
use crate::randomness::SystemRandomness;
use crate::receiver::{self, Limits, Log, ServeError, Stop};
use crate::report::store::{LEAST_FREE_BYTES, Store, StoreSettings, Surroundings};
use crate::site::config::{Config, ReceiverSettings};

/// Where the portal is served when nothing else is asked: this machine only, because a portal that
/// others can reach belongs behind a web server with TLS.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// How times stand in the log: RFC 3339 with seconds, Dutch time.
const LOG_TIME: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// The arguments of `serve`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long, value_name = "ADDR:PORT", default_value = DEFAULT_ADDRESS)]
    listen: SocketAddr,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let clock = Arc::new(SystemClock);
    let environment = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (portal, problems) = assemble(root, &environment, clock.today());
    if !problems.is_empty() {
        ui.tell_diagnostics(&problems)?;
    }
    let Some(portal) = portal else {
        return Err(CommandError::Problems);
    };
    let portal = portal.for_receiver(root).map_err(CommandError::Several)?;
    let listener = receiver::bind(arguments.listen)
        .map_err(|error| cannot_listen(arguments.listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(arguments.listen, &error))?;

    let data = arguments.data.path(root);
    let settings = store_settings(&portal.config.receiver);
    let (store, findings) = Store::open(
        &data,
        Surroundings {
            clock: clock.clone(),
            randomness: Arc::new(SystemRandomness),
            lifecycle: Arc::clone(&portal.lifecycle),
        },
        settings,
    )?;
    if !findings.is_empty() {
        ui.tell_diagnostics(&reports::diagnostics(&findings))?;
    }

    let storage = Folder::new(&data, 0);
    recovery::make(&data, &storage)?;
    recovery::warn(ui, &data, &storage)?;
    let rules = rules(&portal.config.keep);
    if let Some(unset) = rules.unset() {
        ui.tell_diagnostics(&[unset])?;
    }

    let base_path = portal.config.receiver_path().to_owned();
    let serving = ui.text(
        "cli-serving",
        &[("address", &format!("http://{address}{base_path}/"))],
    );
    let (store, log) = (Arc::new(store), log(ui.texts().clone()));
    let (daily_store, daily_log) = (Arc::clone(&store), Arc::clone(&log));
    let _daily = Daily::start(clock.clone(), move || {
        for entry in daily::work(&daily_store, &rules) {
            daily_log(entry);
        }
    })
    .map_err(|error| {
        CommandError::ReadWrite(Diagnostic::error("cli-no-daily").with("reason", error))
    })?;
    let served = portal_to_serve(portal, store, clock, log);
    let mut printed = Ok(());
    let ready = || printed = ui.print(&serving);
    receiver::serve(listener, served, Stop::OnSignal, ready).map_err(|error| match error {
        ServeError::Start(error) => cannot_listen(address, &error),
        ServeError::Portal(error) => {
            CommandError::Problem(Diagnostic::error("cli-cannot-serve").with("reason", error))
        }
    })?;
    printed
}

fn portal_to_serve(
    portal: Portal,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    log: Log,
) -> receiver::Portal {
    let sites = portal.sites().into_iter().cloned().collect();
    let Portal {
        config,
        theme,
        forms,
        outputs,
        ..
    } = portal;
    receiver::Portal {
        pages: outputs,
        theme: Arc::new(theme),
        sites,
        forms,
        store,
        clock,
        randomness: Arc::new(SystemRandomness),
        base_path: config.receiver_path().to_owned(),
        base_origin: receiver_origin(&config),
        origins: origins(&config),
        limits: limits(&config.receiver),
        log,
    }
}

fn receiver_origin(config: &Config) -> Option<String> {
    let url = config.receiver_elsewhere().or(config.base_url.as_ref())?;
    Some(url.origin().ascii_serialization())
}

/// Returns the origins of pages that another web server serves.
fn origins(config: &Config) -> Vec<String> {
    let pages = config.base_url.iter();
    pages
        .map(|url| url.origin().ascii_serialization())
        .chain(config.receiver.origins.iter().cloned())
        .collect()
}

fn store_settings(settings: &ReceiverSettings) -> StoreSettings {
    StoreSettings {
        least_free_bytes: settings
            .free_disk_mib
            .map_or(LEAST_FREE_BYTES, |mebibytes| {
                mebibytes.saturating_mul(1024 * 1024)
            }),
    }
}

fn limits(settings: &ReceiverSettings) -> Limits {
    let built_in = Limits::default();
    Limits {
        connections: settings.connections.unwrap_or(built_in.connections),
        connections_per_address: settings
            .connections_per_address
            .unwrap_or(built_in.connections_per_address),
        posts_at_once: settings.post_burst.unwrap_or(built_in.posts_at_once),
        posts_per_second: settings
            .posts_per_minute
            .map_or(built_in.posts_per_second, |posts| f64::from(posts) / 60.0),
        trusted_proxies: settings.trusted_proxies.clone(),
        ..built_in
    }
}

/// Returns a log that writes lines on standard error. A log that cannot be written is no reason to
/// stop taking reports.
fn log(texts: Catalogue) -> Log {
    let stream = Mutex::new(std::io::stderr());
    Arc::new(move |entry: receiver::LogEntry| {
        if let Ok(mut stream) = stream.lock() {
            let now = SystemClock.now().to_zoned(clock::time_zone());
            let now = now.strftime(LOG_TIME);
            let _ = writeln!(stream, "{now} {}", entry.text(&texts));
        }
    })
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> CommandError {
    let code = match error.kind() {
        std::io::ErrorKind::AddrInUse => "cli-address-in-use",
        _ => "cli-cannot-listen",
    };
    CommandError::ReadWrite(
        Diagnostic::error(code)
            .with("address", address)
            .with("reason", error),
    )
}
