//! A small portal on a real socket, and clients that say exactly what a test wants.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use meldwijzer::clock::{Clock, SystemClock};
use meldwijzer::form::Definition;
use meldwijzer::language::Language;
use meldwijzer::output::{Caching, Output};
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::receiver::{
    self, Content, Limits, Live, LogEntry, Portal, ServeError, StopHandle, bind, stop_by_hand,
};
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::store::{Store, StoreSettings, Surroundings};
use meldwijzer::theme::view::{EmergencyView, SiteView};
use meldwijzer::theme::{Theme, ThemeFiles};
use tempfile::TempDir;

/// A test that waits longer than this hangs; nothing is measured with it.
pub const HANG: Duration = Duration::from_secs(60);

/// Bytes of the large file, far more than the buffers of a socket hold.
pub const LARGE: usize = 64 * 1024 * 1024;

pub struct Running {
    pub address: SocketAddr,
    pub data: TempDir,
    /// What it serves can be exchanged by this.
    pub live: Live,
    pub log: Arc<Mutex<Vec<LogEntry>>>,
    stop: Option<StopHandle>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

/// Short enough that a test sees each limit, long enough that an honest client never does.
pub fn short_limits() -> Limits {
    Limits {
        header_time: Duration::from_millis(500),
        body_time: Duration::from_millis(500),
        idle_time: Duration::from_millis(500),
        write_stall_time: Duration::from_millis(500),
        stop_time: Duration::from_secs(20),
        posts_at_once: 1_000_000,
        ..Limits::default()
    }
}

pub fn start(limits: Limits) -> Running {
    start_at(Arc::new(SystemClock), limits, |_| {})
}

/// Starts a portal with a clock of its own, after a test changed something in it.
pub fn start_at(
    clock: Arc<dyn Clock>,
    limits: Limits,
    change: impl FnOnce(&mut Portal),
) -> Running {
    let data = tempfile::tempdir().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&log);
    let mut portal = portal_at(&data, clock, limits, move |entry| {
        sink.lock().unwrap().push(entry);
    });
    change(&mut portal);
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let (handle, stop) = stop_by_hand();
    let live = Live::new(portal).unwrap();
    let served = live.clone();
    let thread = std::thread::spawn(move || receiver::serve(listener, &served, stop, || {}));
    Running {
        address,
        data,
        live,
        log,
        stop: Some(handle),
        thread: Some(thread),
    }
}

pub fn portal(
    data: &TempDir,
    limits: Limits,
    log: impl Fn(LogEntry) + Send + Sync + 'static,
) -> Portal {
    portal_at(data, Arc::new(SystemClock), limits, log)
}

fn portal_at(
    data: &TempDir,
    clock: Arc<dyn Clock>,
    limits: Limits,
    log: impl Fn(LogEntry) + Send + Sync + 'static,
) -> Portal {
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let (store, _) = Store::open(
        data.path(),
        Surroundings {
            clock: Arc::clone(&clock),
            randomness: Arc::new(SystemRandomness),
            lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
        },
        settings,
    )
    .unwrap();
    let (theme, _) = Theme::load(&ThemeFiles::shipped(), "/");
    let page = |path: &str, bytes: Vec<u8>| Output {
        path: path.into(),
        bytes: bytes.into(),
        caching: Caching::Revalidate,
    };
    Portal {
        content: Content {
            pages: vec![
                page("index.html", b"<h1>Thuis</h1>".to_vec()),
                page("norm/index.html", b"<h1>Norm</h1>".to_vec()),
                page("groot.bin", vec![b'x'; LARGE]),
            ],
            theme: Arc::new(theme.unwrap()),
            sites: vec![site_view()],
            forms: Definition::shipped()
                .iter()
                .filter_map(|source| Definition::parse(source).0)
                .collect(),
            base_path: "/".into(),
            base_origin: None,
            origins: Vec::new(),
        },
        store: Arc::new(store),
        clock,
        randomness: Arc::new(SystemRandomness),
        limits,
        log: Arc::new(log),
    }
}

/// What all pages of the small portal have in common.
pub fn site_view() -> SiteView {
    SiteView {
        title: "Veilig werken".into(),
        organisation: "Voorbeeldstad".into(),
        lang: Language::Nl,
        home: "/".into(),
        navigation: Vec::new(),
        report: None,
        follow: None,
        exit: None,
        search: None,
        norm: None,
        after_care: None,
        emergency: EmergencyView {
            public: "112".into(),
            internal: None,
            internal_dial: None,
        },
        register: None,
        contacts: Vec::new(),
        footer: Vec::new(),
        stylesheets: Vec::new(),
        scripts: Vec::new(),
        icon: None,
        app: None,
        indexable: false,
        feed: None,
    }
}

impl Running {
    pub fn client(&self) -> Client {
        client(self.address)
    }

    /// Asks for a page as an honest client does, and fails the test if it does not come.
    pub fn serves(&self) {
        let response = self
            .client()
            .ask("GET /norm/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        assert!(response.ends_with("<h1>Norm</h1>"), "{response}");
    }

    /// Stops the portal and waits for it.
    pub fn stop(mut self) -> Vec<LogEntry> {
        self.stop.take().unwrap().stop();
        self.thread.take().unwrap().join().unwrap().unwrap();
        let log = self.log.lock().unwrap();
        log.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(std::thread::panicking() || matches!(ended, Ok(Ok(()))));
        }
    }
}

/// A client that sends raw bytes.
pub struct Client(pub TcpStream);

pub fn client(address: SocketAddr) -> Client {
    let stream = TcpStream::connect_timeout(&address, HANG).unwrap();
    stream.set_read_timeout(Some(HANG)).unwrap();
    stream.set_write_timeout(Some(HANG)).unwrap();
    Client(stream)
}

impl Client {
    pub fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).unwrap();
    }

    /// Sends and reads until the server closes.
    pub fn ask(mut self, bytes: &str) -> String {
        self.send(bytes);
        self.rest()
    }

    /// Reads until the server closes, in whichever way it does.
    pub fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if hung(&error) => panic!("the server did not close"),
            Err(_) => {}
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Reads one response with a `Content-Length` and leaves the connection open.
    pub fn response(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut one = [0];
        while !bytes.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut one).unwrap();
            bytes.push(one[0]);
        }
        let head = String::from_utf8(bytes).unwrap();
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        head + &String::from_utf8(body).unwrap()
    }
}

fn hung(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
