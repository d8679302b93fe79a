//! A receiver with all shipped forms and with people who listen, and browsers that send to it.

use std::path::Path;
use std::sync::Arc;

use meldwijzer::clock::{Clock, FixedClock};
use meldwijzer::durable::Folder;
use meldwijzer::form::{Definition, DirectoryEntry, Text, read_all};
use meldwijzer::language::Language;
use meldwijzer::message::Catalogue;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::receiver::{Limits, LogEntry};
use meldwijzer::report::event::Role;
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, NewPerson, RECOVERY_SECRET};
use meldwijzer::report::seal::SecretKey;
use meldwijzer::report::store::{Store, StoreSettings, Surroundings};
use meldwijzer::theme::{Theme, ThemeFiles};

use super::draw::{NOW, Pairs};
use super::page::Page;
use crate::portal_on_a_socket::{Client, Running, start_at};

/// Far above what all sets together send.
const POSTS: u32 = 10_000_000;

pub struct Desk {
    pub running: Running,
    pub recovery: SecretKey,
    theme: Arc<Theme>,
}

/// Returns every shipped form, with people to choose from.
pub fn forms() -> Vec<Definition> {
    let (forms, problems) = read_all(&Definition::shipped());
    assert_eq!(problems, []);
    let entry = |id: &str, role: &str| DirectoryEntry {
        id: id.to_owned(),
        role: role.to_owned(),
        name: Text::of(vec![(Language::Nl, id.to_owned())]).unwrap(),
    };
    let directory = [
        entry("kim", "manager"),
        entry("sam", "manager"),
        entry("vera", "confidential_adviser"),
        entry("robin", "support_team_member"),
    ];
    let forms = forms.into_iter();
    forms.map(|form| form.with_directory(&directory)).collect()
}

impl Desk {
    pub fn open() -> Desk {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock(NOW.parse().unwrap()));
        let limits = Limits {
            posts_at_once: POSTS,
            ..Limits::default()
        };
        let running = start_at(Arc::clone(&clock), limits, |portal| {
            portal.content.forms = forms();
            let mut english = portal.content.sites[0].clone();
            english.lang = Language::En;
            portal.content.sites.push(english);
        });
        let folder = Folder::new(running.data.path(), 0);
        people::make_recovery_key(&folder, "").unwrap();
        let secret = running.data.path().join(RECOVERY_SECRET);
        let recovery = SecretKey::from_file(&std::fs::read_to_string(&secret).unwrap()).unwrap();
        std::fs::remove_file(secret).unwrap();
        let person = NewPerson {
            name: "Alex".to_owned(),
            roles: vec![
                Role::Coordinator,
                Role::ConfidentialAdviser,
                Role::SeniorManager,
                Role::SupportTeamMember,
            ],
            units: Vec::new(),
        };
        let by = &SystemRandomness;
        let (person, code) = people::add(&folder, person, clock.now(), by).unwrap();
        let chosen = "een lange zin van mij";
        people::choose_passphrase(&folder, &person, &code.to_string(), chosen, clock.now(), by)
            .unwrap();
        let (theme, _) = Theme::load(&ThemeFiles::shipped(), "/");
        Desk {
            running,
            recovery,
            theme: Arc::new(theme.unwrap()),
        }
    }

    pub fn texts(&self, language: Language) -> &Catalogue {
        self.theme.messages(language)
    }

    /// Returns the store, to be read beside the receiver.
    pub fn store(&self) -> Store {
        let around = Surroundings {
            clock: Arc::new(FixedClock(NOW.parse().unwrap())),
            randomness: Arc::new(SystemRandomness),
            lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
        };
        let settings = StoreSettings {
            least_free_bytes: 0,
        };
        Store::beside(self.running.data.path(), around, settings).unwrap()
    }

    pub fn data(&self) -> &Path {
        self.running.data.path()
    }

    /// Checks that nothing went wrong that the administrator is told of: nothing typed can stand in what
    /// was not said.
    pub fn logged_nothing(&self) {
        let log = self.running.log.lock().unwrap();
        assert!(
            matches!(log.as_slice(), [LogEntry::Started { .. }]),
            "{log:?}"
        );
    }
}

/// Somebody with a form open, over one connection.
pub struct Browser {
    client: Client,
    path: String,
    /// What goes with everything that is sent.
    pub carried: Pairs,
}

impl Browser {
    pub fn of(desk: &Desk, path: String) -> Browser {
        Browser {
            client: desk.running.client(),
            path,
            carried: Vec::new(),
        }
    }

    /// Opens the form by a link.
    pub fn get(&mut self, query: &[(String, String)]) -> Page {
        let query = encoded(query);
        let path = &self.path;
        self.client
            .send(&format!("GET /{path}?{query} HTTP/1.1\r\nHost: a\r\n\r\n"));
        self.page()
    }

    /// Presses a button on a page that has nothing of its own: what is carried goes along.
    pub fn press(&mut self, go: &str, page: &str, pairs: &[(String, String)]) -> Page {
        let mut all = vec![
            ("go".to_owned(), go.to_owned()),
            ("page".to_owned(), page.to_owned()),
        ];
        all.extend(self.carried.iter().cloned());
        all.extend_from_slice(pairs);
        self.post(&all)
    }

    /// Presses a button on a page as it is.
    pub fn press_on(&mut self, shown: &Page, go: &str) -> Page {
        let mut pairs = shown.pairs();
        pairs.push(("go".to_owned(), go.to_owned()));
        self.post(&pairs)
    }

    pub fn post(&mut self, pairs: &[(String, String)]) -> Page {
        let body = encoded(pairs);
        self.client.send(&format!(
            "POST /{} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.path,
            body.len()
        ));
        self.page()
    }

    fn page(&mut self) -> Page {
        let answer = self.client.response();
        let (head, html) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
        Page::read(html.to_owned())
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
