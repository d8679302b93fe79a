//! `meldwijzer serve`: builds the portal, serves it and takes reports.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use url::Host;

use crate::cli::build::DEFAULT_OUTPUT;
use crate::cli::check::tell_without_advice;
use crate::cli::command_error::CommandError;
use crate::cli::daily::{self, Daily};
use crate::cli::data_folder::DataFolder;
use crate::cli::findings::diagnostics;
use crate::cli::portal::{Portal, assemble, environment};
use crate::cli::progress::Progress;
use crate::cli::published;
use crate::cli::recovery;
use crate::cli::renewal::{FixedSettings, Renewal, Watched};
use crate::cli::reports::purge::rules;
use crate::cli::ui::Ui;
use crate::clock::{self, Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::durable::Folder;
use crate::message::Catalogue;
use crate::randomness::SystemRandomness;
use crate::receiver::{self, Content, Limits, Live, Log, PortalError, ServeError, Stop};
use crate::report::store::{LEAST_FREE_BYTES, Store, StoreSettings, Surroundings};
use crate::site::addresses;
use crate::site::config::{Config, ReceiverSettings};
use crate::watch::Method;

/// Where the portal is served when nothing else is asked: this machine only, because a portal that
/// others can reach belongs behind a web server with TLS.
pub(super) const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// How times stand in the log: RFC 3339 with seconds, Dutch time.
const LOG_TIME: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// The arguments of `serve`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long, value_name = "ADDR:PORT", default_value = DEFAULT_ADDRESS)]
    listen: SocketAddr,
    #[arg(long)]
    watch: bool,
    #[arg(long, requires = "watch")]
    poll: bool,
}

impl Arguments {
    /// Returns how changes are found, where they are taken without being asked.
    fn method(&self) -> Option<Method> {
        self.watch.then_some(match self.poll {
            true => Method::Polling,
            false => Method::Events,
        })
    }
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let clock = Arc::new(SystemClock);
    // Before anything is read: what changes after this is missed by nobody.
    let watched = Watched::begin(root, arguments.method(), &*clock);
    let today = clock.today();
    let building = Progress::of(ui, "cli-progress-building", None);
    let (portal, problems) = assemble(root, &environment, today);
    drop(building);
    tell_without_advice(ui, problems)?;
    let Some(portal) = portal else {
        return Err(CommandError::Problems);
    };
    let portal = portal.for_receiver(root).map_err(CommandError::Several)?;
    let listener = receiver::bind(arguments.listen)
        .map_err(|error| cannot_listen(arguments.listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(arguments.listen, &error))?;
    if let Some(warning) = other_port(&portal.config, address.port()) {
        ui.tell_diagnostics(&[warning])?;
    }

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
        ui.tell_diagnostics(&diagnostics(&findings))?;
    }

    let storage = Folder::new(&data, 0);
    recovery::make(&data, &storage)?;
    recovery::warn(ui, &data, &storage)?;
    let rules = rules(&portal.config.keep);
    if let Some(unset) = rules.unset() {
        ui.tell_diagnostics(&[unset])?;
    }

    publish(ui, root, &portal)?;
    let settings = FixedSettings::of(&portal);
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
    let served = portal_to_serve(portal, store, clock.clone(), Arc::clone(&log));
    let live = Live::new(served).map_err(cannot_serve)?;
    let renewal = Renewal {
        root: root.to_owned(),
        clock,
        live: live.clone(),
        log,
        settings,
        day: today,
        failed: None,
        recorded: std::fs::read(root.join(addresses::PATH)).ok(),
        watched,
        ui: Ui::of_process(),
    };
    let renewing = renewal.start().map_err(|error| {
        CommandError::ReadWrite(Diagnostic::error("cli-no-renewal").with("reason", error))
    })?;
    let mut printed = Ok(());
    let ready = || printed = ui.print(&serving);
    let stop = Stop::OnSignalButHangup(renewing.at_hangup());
    receiver::serve(listener, &live, stop, ready)
        .map_err(|ServeError::Start(error)| cannot_listen(address, &error))?;
    printed
}

/// Writes down which addresses are published. Without pages of its own a receiver publishes none, and what is
/// being tried out may still go.
///
/// # Errors
///
/// Fails where they cannot be written down.
pub(super) fn publish(ui: &mut Ui, root: &Path, portal: &Portal) -> Result<(), CommandError> {
    let config = &portal.config;
    if config.production.is_some() && config.receiver_elsewhere().is_none() {
        published::tell_lost_record(ui, root, portal, &root.join(DEFAULT_OUTPUT))?;
        published::record(ui, root, portal)?;
    }
    Ok(())
}

/// Returns what the receiver needs to serve a portal.
pub(super) fn portal_to_serve(
    portal: Portal,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    log: Log,
) -> receiver::Portal {
    let limits = limits(&portal.config.receiver);
    receiver::Portal {
        content: content(portal),
        store,
        clock,
        randomness: Arc::new(SystemRandomness),
        limits,
        log,
    }
}

/// Returns what of a portal the receiver serves.
pub(super) fn content(portal: Portal) -> Content {
    let sites = portal.sites().into_iter().cloned().collect();
    let Portal {
        config,
        theme,
        forms,
        outputs,
        ..
    } = portal;
    Content {
        pages: outputs,
        theme,
        sites,
        forms,
        base_path: config.receiver_path().to_owned(),
        base_origin: receiver_origin(&config),
        origins: origins(&config),
    }
}

/// Tells why a portal cannot be served.
pub(super) fn cannot_serve(error: PortalError) -> CommandError {
    CommandError::Problem(Diagnostic::error("cli-cannot-serve").with("reason", error))
}

fn receiver_origin(config: &Config) -> Option<String> {
    let url = config.receiver_url()?;
    Some(url.origin().ascii_serialization())
}

/// Warns where the address on receipts is one of this machine with another port than the one that is
/// served: with no web server in front of it nobody arrives there. What stands before a portal that others
/// reach is not known here.
fn other_port(config: &Config, port: u16) -> Option<Diagnostic> {
    let url = config.receiver_url()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let is_other = url.port_or_known_default() != Some(port);
    (is_here && is_other).then(|| {
        Diagnostic::warning("cli-other-port")
            .with("url", url)
            .with("port", port)
            .in_file("site.yaml")
    })
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
pub(super) fn log(texts: Catalogue) -> Log {
    let stream = Mutex::new(std::io::stderr());
    Arc::new(move |entry: receiver::LogEntry| {
        if let Ok(mut stream) = stream.lock() {
            let now = SystemClock.now().to_zoned(clock::time_zone());
            let now = now.strftime(LOG_TIME);
            let _ = writeln!(stream, "{now} {}", entry.text(&texts));
        }
    })
}

pub(super) fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> CommandError {
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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::source_text::SourceText;

    #[test]
    fn a_loopback_address_with_another_port_is_told() {
        let check = |settings: &str, expected: Option<&str>| {
            let text = format!("title: x\norganisation: y\n{settings}");
            let (config, problems) =
                Config::parse(&SourceText::new("site.yaml", &*text), &|_| None);
            assert_eq!(problems, []);
            let told = other_port(&config, 8080);
            let url = told.map(|told| told.arguments[0].1.clone());
            assert_eq!(url.as_deref(), expected, "{settings}");
        };
        check("", None);
        check("base_url: https://intranet.example/", None);
        check("base_url: http://localhost:8080/", None);
        check("base_url: http://127.0.0.1:8080/veilig/", None);
        check("base_url: http://localhost/", Some("http://localhost/"));
        check("base_url: http://[::1]:90/", Some("http://[::1]:90/"));
        check(
            "base_url: http://127.0.0.1:8081/veilig/",
            Some("http://127.0.0.1:8081/veilig/"),
        );
        // What is on receipts is the address of the receiver.
        let receiver = "receiver: { address: 'http://localhost:8080/' }";
        check(&format!("base_url: http://localhost:90/\n{receiver}"), None);
    }
}
