//! Cases and people in the words of the terminal's language.

use jiff::Timestamp;

use crate::cli::harmless;
use crate::cli::ui::Ui;
use crate::clock;
use crate::report::event::{Actor, Role, Status};
use crate::report::ids::Code;
use crate::report::lifecycle::{ClockRule, Lifecycle, Running};
use crate::report::people::People;

/// Writes a moment as date and time in the Netherlands.
pub(super) fn date_and_time(moment: Timestamp) -> String {
    let local = moment.to_zoned(clock::time_zone());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Writes the day of a moment in the Netherlands.
pub(super) fn date(moment: Timestamp) -> String {
    moment.to_zoned(clock::time_zone()).date().to_string()
}

/// How the reporter of a case may be reached, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contact {
    /// Nothing says otherwise.
    Free,
    /// The reporter was promised that nobody calls or mails.
    Declined,
}

/// Writes what must be done: what needs the reporter by message, where nobody may call or mail.
pub(super) fn to_do(ui: &Ui, rule: &ClockRule, contact: Contact) -> String {
    let title = rule.title.get(ui.language());
    if contact == Contact::Declined && rule.is_about_care() {
        return ui.text("cli-due-by-message", &[("title", title)]);
    }
    title.to_owned()
}

/// Writes by when something must be done, and whether that has passed.
pub(super) fn due(ui: &Ui, running: Running<'_>, now: Timestamp) -> String {
    let local = running.due.to_zoned(clock::time_zone());
    // Most clocks end with the last second of their day; the day says it all.
    let ends_with_day = local.hour() == 23 && local.minute() == 59 && local.second() == 59;
    let format = if ends_with_day {
        "%Y-%m-%d"
    } else {
        "%Y-%m-%d %H:%M"
    };
    let moment = local.strftime(format).to_string();
    if running.due < now {
        ui.text("cli-overdue", &[("moment", &moment)])
    } else {
        moment
    }
}

/// Writes where a case stands.
pub(super) fn status(ui: &Ui, lifecycle: &Lifecycle, status: Status) -> String {
    let text = lifecycle.status(status);
    text.map_or(status.name(), |text| text.get(ui.language()))
        .to_owned()
}

/// Writes the name of a role.
pub(super) fn role(ui: &Ui, role: Role) -> String {
    ui.text(&format!("report-role-{}", role.name()), &[])
}

/// Writes the names of roles.
pub(super) fn roles(ui: &Ui, roles: &[Role]) -> String {
    let names: Vec<String> = roles.iter().map(|one| role(ui, *one)).collect();
    names.join(", ")
}

/// Writes who did something.
pub(super) fn actor(ui: &Ui, people: &People, actor: &Actor) -> String {
    let role = role(ui, actor.role);
    match &actor.person {
        None => role,
        Some(id) => format!("{} ({role})", person(people, id)),
    }
}

/// Writes the name of a person; the id, where nobody has it any more.
pub(super) fn person(people: &People, id: &Code) -> String {
    let person = people.person(id);
    person.map_or_else(|| id.to_string(), |person| harmless::line(&person.name))
}

/// Writes who may see a report or a submission; a form can name others than the program knows.
pub(super) fn recipient(ui: &Ui, recipient: &Code) -> String {
    let key = format!("report-recipient-{recipient}");
    let text = ui.texts().get(&key);
    text.unwrap_or(recipient.as_str()).to_owned()
}
