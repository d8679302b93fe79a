//! What a reporter sees of those who handle the report.

use std::sync::Arc;

use meldwijzer::clock::{Clock, SystemClock};
use meldwijzer::durable::Folder;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::receiver::Limits;
use meldwijzer::report::acts::{Act, Reader};
use meldwijzer::report::event::{Body, Role};
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, NewPerson};
use meldwijzer::report::store::{Store, StoreSettings, Surroundings};

use crate::portal_on_a_socket::start;
use crate::receiver::uploads::{code, post};

#[test]
fn who_opened_a_report_and_took_it_up_is_told_by_name() {
    let running = start(Limits::default());
    let clock = Arc::new(SystemClock);
    let kim = NewPerson {
        name: "Kim de Boer".into(),
        roles: vec![Role::Coordinator],
        units: Vec::new(),
    };
    let folder = Folder::new(running.data.path(), 0);
    let (kim, one_time) = people::add(&folder, kim, clock.now(), &SystemRandomness).unwrap();
    let passphrase = "een lange zin van mij";
    let kim = people::choose_passphrase(
        &folder,
        &kim,
        &one_time.to_string(),
        passphrase,
        clock.now(),
        &SystemRandomness,
    )
    .unwrap();
    let key = kim.unlock(passphrase).unwrap();
    let code = code(&running);

    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let around = Surroundings {
        clock,
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
    };
    let store = Store::beside(running.data.path(), around, settings).unwrap();
    let case = store.cases().unwrap().cases[0].id;
    let reader = Reader::Person(&kim);
    let opened = store.open_with_key(case, reader, &key).unwrap();
    let opened_again = store.open_with_key(case, reader, &key);
    assert!(opened_again.is_ok());
    let act = Act {
        action: "acknowledge".parse().unwrap(),
        actor: reader.actor(),
        body: Body {
            text: Some("Ik bel je vanmiddag".into()),
            ..Body::default()
        },
        files: Vec::new(),
        submission_key: None,
    };
    store.record(&opened, &act).unwrap();

    let page = post(&running, "/melden/volgen/", &format!("go=open&code={code}"));
    let told = |text: &str, times: usize| {
        assert_eq!(page.matches(text).count(), times, "{text}: {page}");
    };
    told("<dt>coördinator Kim de Boer</dt>", 1);
    told("<dd>coördinator Kim de Boer</dd>", 1);
    // Twice opened is once in the course of things, and twice in the list of who read it.
    told("<h3>Je melding is gelezen</h3>", 1);
    told("<p>Door: coördinator Kim de Boer</p>", 2);
    told("<p>Ik bel je vanmiddag</p>", 1);
    told("Opgepakt", 1);
}
