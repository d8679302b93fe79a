//! What the templates of a theme get to see: the contract between a theme and the rest.
//!
//! A template has two variables: `site`, one [`SiteView`] per language, and `page`, one of the page
//! views. Every view is plain data that is ready to show: addresses have the base path in them,
//! dates are written out, HTML is safe where the name ends in `_html` and plain text elsewhere.
//! Texts of the theme itself come from its message catalogue, through the function `t(key=…)`.

pub mod block;
pub mod calendar;
pub mod contact;
pub mod decision_table;
pub mod exercise;
pub mod figure;
pub mod glossary;
pub mod handout;
pub mod history;
pub mod infographic;
pub mod medium;
pub mod path;
pub mod questions;
pub mod quote;
pub mod search;

use serde::Serialize;

use self::history::{ChangeView, EarlierVersionView, SupersededView};
use crate::language::Language;
use path::{PathStopView, PathView};

/// A link with the text it shows.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Link {
    /// The text of the link.
    pub label: String,
    /// The address, with the base path.
    pub href: String,
}

/// A link whose label may be in another language than the page.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct LinkInLanguage {
    /// The text of the link.
    pub label: String,
    /// The address, with the base path.
    pub href: String,
    /// Language of the label and of what it leads to, where it is another one.
    pub lang: Option<Language>,
}

/// What all pages in one language have in common.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct SiteView {
    /// Name of the portal.
    pub title: String,
    /// Name of the organisation.
    pub organisation: String,
    /// Language of these texts.
    pub lang: Language,
    /// Address of the home page in this language.
    pub home: String,
    /// Main navigation.
    pub navigation: Vec<Link>,
    /// The Melden button; absent where the portal has no report form.
    pub report: Option<Link>,
    /// My report, where a reporter follows it; absent where the portal has no report form.
    pub follow: Option<Link>,
    /// "Leave this page quickly": a neutral site; absent where it is switched off.
    pub exit: Option<Link>,
    /// The norm, where it is in this language.
    pub norm: Option<Link>,
    /// The page about support and after-care, which every reporter may count on.
    pub after_care: Option<Link>,
    /// Whom to call in acute danger.
    pub emergency: EmergencyView,
    /// The organisation's own incident register.
    pub register: Option<RegisterView>,
    /// The people one can turn to.
    pub contacts: Vec<ContactView>,
    /// Links at the foot of each page.
    pub footer: Vec<Link>,
    /// Address of the search page, where the search field in the header leads; absent where pages have none.
    pub search: Option<String>,
    /// Addresses of the style sheets, in order.
    pub stylesheets: Vec<String>,
    /// Addresses of the script modules.
    pub scripts: Vec<String>,
    /// Address of the icon of the portal.
    pub icon: Option<String>,
    /// Address of the web app manifest; absent where the home page is elsewhere.
    pub app: Option<String>,
    /// Whether search engines may list the portal.
    pub indexable: bool,
    /// Address of the feed with messages, where there is one.
    pub feed: Option<String>,
}

impl SiteView {
    /// Makes what all pages of a portal have in common of which nothing is known yet.
    pub fn empty(language: Language) -> SiteView {
        SiteView {
            title: String::new(),
            organisation: String::new(),
            lang: language,
            home: "/".to_owned(),
            navigation: Vec::new(),
            report: None,
            follow: None,
            exit: None,
            norm: None,
            after_care: None,
            emergency: EmergencyView {
                public: String::new(),
                internal: None,
                internal_dial: None,
            },
            register: None,
            contacts: Vec::new(),
            footer: Vec::new(),
            search: None,
            stylesheets: Vec::new(),
            scripts: Vec::new(),
            icon: None,
            app: None,
            indexable: false,
            feed: None,
        }
    }
}

/// Whom to call in acute danger.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct EmergencyView {
    /// The public emergency number: 112.
    pub public: String,
    /// The number inside the organisation, as written for people.
    pub internal: Option<String>,
    /// The same number for a `tel:` link: digits and a leading plus only.
    pub internal_dial: Option<String>,
}

/// The organisation's own incident register.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct RegisterView {
    /// Its name: GIR, ARO or another.
    pub name: String,
    /// Where it is.
    pub url: Option<String>,
}

/// A person or point that one can turn to.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ContactView {
    /// Name of the person or team.
    pub name: String,
    /// Function, in the language of the page.
    pub function: String,
    /// What one can turn to them for.
    pub about: Option<String>,
    /// Phone number as written for people.
    pub phone: Option<String>,
    /// The same number for a `tel:` link.
    pub phone_dial: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// When they can be reached.
    pub hours: Option<String>,
    /// Whether they work outside the organisation.
    pub external: bool,
    /// What they look like.
    pub portrait: Option<PortraitView>,
}

/// A portrait.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PortraitView {
    /// Address of the image, with the base path.
    pub src: String,
    /// Text for who does not see it; empty where the name beside it says enough.
    pub alt: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A date for people and for machines.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DateView {
    /// ISO 8601: `2026-11-22`.
    pub iso: String,
    /// In words: `22 november 2026`.
    pub text: String,
}

/// The same page in a language, for the language switch and `hreflang`.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct AlternateView {
    /// The language.
    pub lang: Language,
    /// Its name in that language.
    pub name: String,
    /// Address of that version.
    pub href: String,
    /// Absolute address, where the base URL is known.
    pub url: String,
    /// Whether this is the page being shown.
    pub current: bool,
}

/// What every page view holds for the shell around it.
#[derive(Clone, Debug, Serialize)]
pub struct ShellView {
    /// Text of the `title` element before the name of the portal: `[Fout: ][Stap 2 van 4: ]onderwerp`.
    pub document_title: String,
    /// Address of this page; empty where it has none of its own (error pages).
    pub href: String,
    /// For `meta name=description`.
    pub description: Option<String>,
    /// Versions in all languages, with this one; empty where there is only one.
    pub alternates: Vec<AlternateView>,
    /// `href` of the item of the main navigation in which this page is.
    pub section: Option<String>,
    /// Way from the home page to this page; the last item is this page.
    pub breadcrumbs: Vec<Link>,
    /// Whether the page is part of reporting: then there is no navigation that leads away
    /// unnoticed, and the Melden button is not shown.
    pub reporting: bool,
    /// Whether its form is sent to another origin: the browser must then say where it comes from.
    pub sends_elsewhere: bool,
}

impl ShellView {
    /// Makes the shell of a page that is in no navigation, such as an error page. `href` is empty
    /// where the page has no address of its own.
    pub fn apart(document_title: String, href: String) -> ShellView {
        ShellView {
            document_title,
            href,
            description: None,
            alternates: Vec::new(),
            section: None,
            breadcrumbs: Vec::new(),
            reporting: false,
            sends_elsewhere: false,
        }
    }
}

/// A heading in a table of contents.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct HeadingView {
    /// The id of the heading in the page.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Headings one level below.
    pub children: Vec<HeadingView>,
}

/// A page as it is shown in a list.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct CardView {
    /// Title of the page.
    pub title: String,
    /// Its summary.
    pub summary: Option<String>,
    /// Its address.
    pub href: String,
}

/// A page of content: home, section, or any other kind.
#[derive(Clone, Debug, Serialize)]
pub struct ContentView {
    /// For the shell.
    pub shell: ShellView,
    /// `home`, `section`, `page`, `norm`, `protocol`, `checklist`, `guide`, `directory`, `privacy`,
    /// `accessibility`, `glossary` or `path`.
    pub kind: &'static str,
    /// Title; the h1.
    pub title: String,
    /// One or two sentences.
    pub summary: Option<String>,
    /// The body, safe HTML.
    pub body_html: String,
    /// Table of contents; empty where the page is short.
    pub contents: Vec<HeadingView>,
    /// For whom, in words of the page's language.
    pub audience: Vec<String>,
    /// Who keeps the page up to date.
    pub owner: Option<String>,
    /// Version of the text.
    pub version: Option<String>,
    /// What an earlier version says of itself; absent where the page holds now.
    pub superseded: Option<SupersededView>,
    /// Versions that held before, the latest first.
    pub earlier_versions: Vec<EarlierVersionView>,
    /// What changed, the newest first.
    pub changes: Vec<ChangeView>,
    /// The short address, which never changes.
    pub short_href: String,
    /// The same for paper and mail: absolute where the base URL is known.
    pub short_url: String,
    /// Date of the last change.
    pub updated: Option<DateView>,
    /// Date before which the page must be reviewed.
    pub review: Option<DateView>,
    /// Whether that date is past.
    pub review_overdue: bool,
    /// Page before this one in its section.
    pub previous: Option<Link>,
    /// Page after this one in its section.
    pub next: Option<Link>,
    /// Pages and sections below this one.
    pub children: Vec<CardView>,
    /// Address of the form in which readers say what they think of this page.
    pub feedback: Option<String>,
    /// The path that stands on this page.
    pub path: Option<PathView>,
    /// The places of this page in paths. Bars before headings stand in the body already.
    pub stops: Vec<PathStopView>,
}

/// A page at an old or a short address: it sends the reader on, or says that the page is gone.
#[derive(Clone, Debug, Serialize)]
pub struct RedirectView {
    /// For the shell.
    pub shell: ShellView,
    /// Where the page is now, or where to look further.
    pub target: Link,
}

/// A page that says that something went wrong, and what to do.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorView {
    /// For the shell.
    pub shell: ShellView,
    /// The HTTP status: 400, 403, 404, 405, 408, 413, 429, 431, 500 or 503. The texts are in the
    /// catalogue: `error.<status>.title`, `.text` and `.advice`.
    pub status: u16,
}

/// A hidden field that carries an earlier answer along.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct HiddenView {
    /// Name of the field.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One line of the error summary.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ErrorLinkView {
    /// `#` and the id of the first input concerned.
    pub href: String,
    /// The same text as at the field.
    pub text: String,
}

/// A page of a form.
#[derive(Clone, Debug, Serialize)]
pub struct FormPageView {
    /// For the shell.
    pub shell: ShellView,
    /// Title of the form: `Meld agressie`.
    pub form_title: String,
    /// What the form says of itself on its first page, safe HTML.
    pub form_intro_html: Option<String>,
    /// What the form sends: `report`, `details` (the second part of a report) or `submission`.
    pub sends: &'static str,
    /// Whether this is practice: every page says so, and nothing is stored.
    pub practice: bool,
    /// Title of the second part, on its pages.
    pub part_title: Option<String>,
    /// Title of this page; the h1, unless `heading_is_label`.
    pub title: String,
    /// Whether the label or legend of the only field is the h1.
    pub heading_is_label: bool,
    /// Text above the questions, safe HTML.
    pub intro_html: Option<String>,
    /// Whether this is the first page: it says what happens with the report, who sees it, how long
    /// it takes, and whom to call in danger.
    pub first: bool,
    /// Address that the form is sent to.
    pub action: String,
    /// Number of this page, counted from 1.
    pub step: usize,
    /// How many pages there are now, with the check page.
    pub steps: usize,
    /// Whether the step has the number of the page before: "vervolg".
    pub continued: bool,
    /// Whether files are sent along: the form is then multipart.
    pub files: bool,
    /// Where a draft may be kept on the device; absent where it may not.
    pub draft: Option<DraftView>,
    /// What came along with the link and was not taken, in words.
    pub refused: Vec<String>,
    /// Earlier answers and everything else that travels along.
    pub hidden: Vec<HiddenView>,
    /// The questions.
    pub fields: Vec<FieldView>,
    /// The error summary; empty where nothing is wrong.
    pub errors: Vec<ErrorLinkView>,
    /// Whether there is a previous page (button `name="go" value="back"`).
    pub back: bool,
    /// Whether the reporter came from the check page and returns to it.
    pub returns_to_check: bool,
    /// Whether the form has changed since the page before this one was opened.
    pub changed: bool,
}

/// A draft that the browser may keep on the device, once the reporter says so.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DraftView {
    /// Id of the form and its language: `incident.nl`.
    pub key: String,
}

/// A question of a form.
#[derive(Clone, Debug, Serialize)]
pub struct FieldView {
    /// `short_text`, `long_text`, `choice`, `choices`, `yes_no`, `date`, `approximate_date`, `time`,
    /// `number`, `money`, `phone`, `email`, `file`, `group`, `person`, `information` or `stop`.
    pub kind: &'static str,
    /// Name in the form data.
    /// The template adds the count of a group, `<name>.count`, and the ids of files that are there,
    /// `<name>` for each.
    pub name: String,
    /// Id of the first input; parts have `<id>-<part>`.
    pub id: String,
    /// The question.
    pub label: String,
    /// How to answer it.
    pub hint: Option<String>,
    /// Why it is asked.
    pub why: Option<String>,
    /// Who sees the answer.
    pub who_sees: Option<String>,
    /// Whether an answer is needed; else the label says "(niet verplicht)".
    pub required: bool,
    /// What was typed, kept as it was.
    pub value: String,
    /// Options of a choice.
    pub options: Vec<OptionView>,
    /// Parts of a date: day, month, year, and the time.
    pub parts: Vec<PartView>,
    /// Value for `autocomplete`.
    pub autocomplete: Option<String>,
    /// Value for `inputmode`.
    pub inputmode: Option<String>,
    /// Largest number of characters, said in the hint.
    pub max_length: Option<usize>,
    /// Whether the browser may count the characters while somebody types.
    pub counter: bool,
    /// What stands before the input of an amount: `€`.
    pub prefix: Option<&'static str>,
    /// Items of a group.
    pub items: Vec<GroupItemView>,
    /// Value of the button that adds an item, `add:<name>`; absent where no more fit.
    pub add: Option<String>,
    /// Files that are there already; the button `go=remove:<name>.<id>` takes one away.
    pub files: Vec<FileView>,
    /// What files may be; absent where none can be taken any more.
    pub file_limits: Option<FileLimitsView>,
    /// The error message without the word "Fout:".
    pub error: Option<String>,
    /// Text of an information block or a stop screen, safe HTML.
    pub text_html: Option<String>,
}

/// An option of a choice.
#[derive(Clone, Debug, Serialize)]
pub struct OptionView {
    /// Value in the form data.
    pub value: String,
    /// Id of the input.
    pub id: String,
    /// The text of the option.
    pub label: String,
    /// Examples or explanation.
    pub hint: Option<String>,
    /// Whether it is chosen.
    pub checked: bool,
    /// Whether the option stands apart below a line "of" (such as "weet ik niet").
    pub apart: bool,
    /// The text that goes with it: "anders, namelijk".
    pub other: Option<OtherView>,
}

/// The text that goes with an option.
#[derive(Clone, Debug, Serialize)]
pub struct OtherView {
    /// Name in the form data: `<name>.other`.
    pub name: String,
    /// Id of the input.
    pub id: String,
    /// The question: `Namelijk`.
    pub label: String,
    /// What was typed, kept as it was.
    pub value: String,
    /// Whether it is wrong; the message is that of the question.
    pub wrong: bool,
}

/// An item of a group of questions that may be answered more than once.
#[derive(Clone, Debug, Serialize)]
pub struct GroupItemView {
    /// Its number, from 1.
    pub number: usize,
    /// Which one: `Schade 2`.
    pub title: String,
    /// Its questions, with names and ids of their own: `damage.2.what` and `damage-2-what`.
    pub fields: Vec<FieldView>,
    /// Value of the button that takes it away, `remove:<group>.<n>`; absent where one must stay.
    pub remove: Option<String>,
    /// Whether it was just added: it takes the focus.
    pub added: bool,
}

/// A part of a question, with an input of its own.
#[derive(Clone, Debug, Serialize)]
pub struct PartView {
    /// `day`, `month`, `year`, `time`, `part_of_day` or `about`.
    pub part: &'static str,
    /// Name in the form data.
    pub name: String,
    /// Id of the input.
    pub id: String,
    /// Label of the part.
    pub label: String,
    /// What was typed.
    pub value: String,
    /// Whether this part is wrong.
    pub wrong: bool,
    /// Width in characters.
    pub width: usize,
    /// Value for `inputmode`.
    pub inputmode: &'static str,
    /// The choices of a part that is chosen; empty where it is typed. The first may have an empty value.
    pub options: Vec<OptionView>,
}

/// The page on which the reporter checks the answers before sending.
#[derive(Clone, Debug, Serialize)]
pub struct CheckView {
    /// For the shell.
    pub shell: ShellView,
    /// Title of the form.
    pub form_title: String,
    /// As in [`FormPageView`].
    pub sends: &'static str,
    /// Whether a submission gets a code with which it can be taken back.
    pub withdrawable: bool,
    /// As in [`FormPageView`].
    pub practice: bool,
    /// As in [`FormPageView`].
    pub part_title: Option<String>,
    /// As in [`FormPageView`].
    pub draft: Option<DraftView>,
    /// Address that the form is sent to.
    pub action: String,
    /// Number of this page, counted from 1.
    pub step: usize,
    /// How many pages there are now.
    pub steps: usize,
    /// All answers and everything else that travels along.
    pub hidden: Vec<HiddenView>,
    /// The answers.
    pub rows: Vec<CheckRowView>,
    /// Whether the form has changed since the page before this one was opened.
    pub changed: bool,
    /// A problem with storing the report (key of the theme's catalogue; `<key>.title` is its title),
    /// told above the answers, which are all still there.
    pub problem: Option<String>,
}

/// An answer on the check page.
#[derive(Clone, Debug, Serialize)]
pub struct CheckRowView {
    /// The question, short.
    pub label: String,
    /// The answer, one line each; empty where it was skipped.
    pub lines: Vec<String>,
    /// Value of the button `name="go"` that leads back to the question: `change:<page id>`.
    pub change: String,
}

/// The page that says that the report is safely stored, and gives the receipt once.
///
/// Its forms post to `action`: `go=save_code` with `case` and `code`, which answers with the receipt
/// as a text file, `go=kept` with `code`, which answers with a [`KeptView`], and `go=details` with
/// `code`, which opens the second part.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmationView {
    /// For the shell.
    pub shell: ShellView,
    /// What the reporter keeps.
    pub receipt: ReceiptView,
    /// Address of My report.
    pub action: String,
    /// Whether this submit had been received before: the receipt is that of the first time.
    pub repeated: bool,
    /// Whether answers that were changed after the first submit were added to the report.
    pub amended: bool,
    /// Whether the reporter may be contacted; else nothing is said that needs it.
    pub contact: bool,
    /// Whether the code is for a colleague: reported on behalf, together, or by a coach. The form with
    /// `go=save_code` then has `for=colleague`.
    pub for_colleague: bool,
    /// Whether the second part can be done now.
    pub details: bool,
    /// The draft that the browser lets go of now.
    pub draft: Option<DraftView>,
    /// Steps of the protocol that follow.
    pub next_steps: Vec<NextStepView>,
}

/// What a reporter keeps of a report.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ReceiptView {
    /// Case number for talking; opens nothing.
    pub case_number: String,
    /// The receipt code that opens the report: five groups of four characters.
    pub code: Vec<String>,
    /// Where the code is used, as one types it: `portaal.voorbeeldstad.nl/melden/volgen/`.
    pub address: String,
    /// When the report was received.
    pub received: DateView,
}

/// A promise: something that happens, and by when.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct NextStepView {
    /// By when, in words: `Binnen 1 werkdag (uiterlijk maandag 23 november)`.
    pub when: String,
    /// What happens.
    pub what: String,
}

/// The second part of a report, as My report offers it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DetailsOfferView {
    /// Title of the part, from the form: `Vertel meer`.
    pub title: String,
    /// When it was given last; absent where it was not.
    pub given: Option<DateView>,
}

/// The page that says that a submission is stored.
#[derive(Clone, Debug, Serialize)]
pub struct SentView {
    /// For the shell.
    pub shell: ShellView,
    /// What the form says, the h1: `We bellen je`.
    pub title: String,
    /// More of it, safe HTML.
    pub text_html: String,
    /// Whether this had been received before.
    pub repeated: bool,
    /// With which it can be taken back.
    pub code: Option<WithdrawCodeView>,
    /// The draft that the browser lets go of now.
    pub draft: Option<DraftView>,
}

/// The code with which a submission can be taken back.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct WithdrawCodeView {
    /// Its groups of characters.
    pub code: Vec<String>,
    /// Where the code is used.
    pub href: String,
    /// The same as one types it: `portaal.voorbeeldstad.nl/verhaal/terugnemen/`.
    pub address: String,
    /// The last day on which the submission is kept.
    pub until: DateView,
}

/// The page with which a submission is taken back. Its form posts to `action`: `code` with
/// `go=take_back`.
#[derive(Clone, Debug, Serialize)]
pub struct TakeBackView {
    /// For the shell.
    pub shell: ShellView,
    /// Title of the form.
    pub form_title: String,
    /// Address that the code is sent to.
    pub action: String,
    /// What travels along.
    pub hidden: Vec<HiddenView>,
    /// The code as it was typed.
    pub typed: String,
    /// What is wrong with the code, for `take_back.<error>`: `empty` or `wrong`.
    pub error: Option<&'static str>,
    /// Seconds to wait before the next code, after too many wrong ones. Then `error` is not said.
    pub wait: Option<u64>,
    /// Why it could not be done, for `take_back.problem.<reason>` and `.title`: `not_stored`.
    pub problem: Option<&'static str>,
    /// Whether it was taken back: the page then says so and asks nothing.
    pub done: bool,
}

/// The page in place of a form of which nobody could read what is sent.
#[derive(Clone, Debug, Serialize)]
pub struct UnreadView {
    /// For the shell.
    pub shell: ShellView,
    /// Title of the form; the h1.
    pub form_title: String,
}

/// The end of practice: what would happen now. Nothing was stored.
#[derive(Clone, Debug, Serialize)]
pub struct PractisedView {
    /// For the shell.
    pub shell: ShellView,
    /// Address of the practice form.
    pub again: String,
    /// What would follow.
    pub next_steps: Vec<NextStepView>,
}

/// A form on paper: every question, with room to write.
#[derive(Clone, Debug, Serialize)]
pub struct SheetView {
    /// For the shell.
    pub shell: ShellView,
    /// Title of the form; the h1.
    pub title: String,
    /// What the form says of itself, safe HTML.
    pub intro_html: Option<String>,
    /// What the form sends: `report` or `submission`.
    pub sends: &'static str,
    /// The form itself.
    pub form: Link,
    /// The parts: one, or two where the form has a second part.
    pub parts: Vec<SheetPartView>,
}

/// A part of a form on paper.
#[derive(Clone, Debug, Serialize)]
pub struct SheetPartView {
    /// Title of the part; absent where there is only one.
    pub title: Option<String>,
    /// Text under it, safe HTML.
    pub intro_html: Option<String>,
    /// Who sees the answers to all questions that say nothing else.
    pub who_sees: Option<String>,
    /// Its pages.
    pub pages: Vec<SheetPageView>,
}

/// A page of a form, on paper.
#[derive(Clone, Debug, Serialize)]
pub struct SheetPageView {
    /// Title of the page.
    pub title: String,
    /// Text above the questions, safe HTML.
    pub intro_html: Option<String>,
    /// The questions.
    pub fields: Vec<SheetFieldView>,
}

/// A question on paper.
#[derive(Clone, Debug, Serialize)]
pub struct SheetFieldView {
    /// As in [`FieldView`].
    pub kind: &'static str,
    /// The question.
    pub label: String,
    /// How to answer it.
    pub hint: Option<String>,
    /// Who sees the answer, where it is not as in the rest of the part.
    pub who_sees: Option<String>,
    /// Whether an answer is needed.
    pub required: bool,
    /// What it depends on, in words: `Alleen als je bij "Wie vult dit in?" koos: een collega`.
    pub when: Option<String>,
    /// Options, each with a square. Also those of `yes_no`, `approximate_date` and `person`.
    pub options: Vec<SheetOptionView>,
    /// What stands before the line: `€`.
    pub prefix: Option<&'static str>,
    /// Text of an information block or a stop screen, safe HTML.
    pub text_html: Option<String>,
    /// Titles of the items that there is room for, in a group: `Schade 1`, `Schade 2`.
    pub items: Vec<String>,
    /// The questions of each item.
    pub fields: Vec<SheetFieldView>,
}

/// An option on paper.
#[derive(Clone, Debug, Serialize)]
pub struct SheetOptionView {
    /// The text of the option.
    pub label: String,
    /// Examples or explanation.
    pub hint: Option<String>,
    /// Whether a line to write on goes with it: "anders, namelijk".
    pub other: bool,
}

/// The page after the reporter said that the receipt is kept. It holds nothing of the report.
#[derive(Clone, Debug, Serialize)]
pub struct KeptView {
    /// For the shell.
    pub shell: ShellView,
    /// The draft that has become the report, where the form was sent once more; it must go from the device.
    pub draft: Option<DraftView>,
}

/// The page that asks for the receipt code. Its form posts to `action`: `code` with `go=open`.
#[derive(Clone, Debug, Serialize)]
pub struct FollowEntryView {
    /// For the shell.
    pub shell: ShellView,
    /// Address of My report.
    pub action: String,
    /// The number of the visit, and what was typed before the code was asked for again.
    pub hidden: Vec<HiddenView>,
    /// The code as it was typed.
    pub typed: String,
    /// What is wrong with the code, for `code.<error>`: `empty`, or `wrong` where no report opens with it;
    /// nothing tells why.
    pub error: Option<&'static str>,
    /// Seconds to wait before the next code, after too many wrong ones. Then `error` is not said.
    pub wait: Option<u64>,
    /// How the visit ended that the page belongs to, for `entry.ended.<ended>`: `closed` or `left`.
    pub ended: Option<&'static str>,
}

/// My report: what a reporter sees and may do with the receipt code.
///
/// Every act is a form of its own that posts to `action`, with all of `hidden` and a button
/// `name="go"`. What may not be done now is absent from the view. The acts, with their fields:
///
/// | `go` | fields | encoding |
/// | --- | --- | --- |
/// | `message` | `message`, `files` | multipart |
/// | `add` | `addition`, `files` | multipart |
/// | `decide` | `decision`: `register_named`, `register_unnamed`, `count_only`, `not_register`, `later` | |
/// | `react` | `proposal`, `reaction`: `agree`, `disagree`, `no_opinion`; `reaction_text` | |
/// | `helped` | `helped`: `yes`, `no`; `helped_text` | |
/// | `reopen` | `reopen_text` | |
/// | `withdraw` | none; answers with a [`WithdrawView`] | |
/// | `withdraw_confirmed` | `withdraw_text` | |
/// | `file:<id>` | none; answers with the file | |
/// | `open` | none; back to My report | |
/// | `details` | none; opens the second part | |
/// | `close` | none, and only `visit` of `hidden`; ends the visit and goes to the home page | |
#[derive(Clone, Debug, Serialize)]
pub struct FollowView {
    /// For the shell.
    pub shell: ShellView,
    /// Address of My report.
    pub action: String,
    /// `code`, `visit`, and `key`, which makes one act of all that is sent with it.
    pub hidden: Vec<HiddenView>,
    /// Case number for talking.
    pub case_number: String,
    /// When the report was received.
    pub received: DateView,
    /// The act that was just done, for `follow.done.<act>` of the catalogue: `message`, `add`,
    /// `remove_file`, `decide`, `decide_details` (the second part comes next), `decide_request`, `details`,
    /// `details_undecided` (the choice about registering is still to be made), `react`, `helped`,
    /// `reopen` or `withdraw`.
    pub done: Option<&'static str>,
    /// Why an act could not be done, for `follow.problem.<reason>` and `.title`: `not_stored`, `unsure`,
    /// `no_space`, `busy`, `answered`, `not_now`, `not_possible`, `choice` or `incomplete`. What was typed is still in
    /// its field, or in that of the message where its own is gone.
    pub problem: Option<&'static str>,
    /// The error summary; empty where nothing is wrong. A field has its own id; the choices of
    /// `decision` and `helped` start at `decision` and `helped`, those of a reaction at
    /// `reaction-<proposal>`.
    pub errors: Vec<ErrorLinkView>,
    /// Files that were sent and not taken.
    pub refused: Vec<RefusedFileView>,
    /// Names of files that came with them and were taken.
    pub kept: Vec<String>,
    /// Where the report stands.
    pub state: StateView,
    /// What has happened besides messages, and what comes, oldest first.
    pub timeline: Vec<TimelineEntryView>,
    /// Who has opened the report, most recent first.
    pub access: Vec<AccessView>,
    /// Messages both ways, oldest first.
    pub messages: Vec<MessageView>,
    /// A new message.
    pub message: Option<TypedView>,
    /// The answers of the report.
    pub answers: Vec<AnswerView>,
    /// Files of the report that did not come with a message.
    pub files: Vec<FileView>,
    /// More about what happened.
    pub addition: Option<TypedView>,
    /// What files may be; absent where none can be taken.
    pub file_limits: Option<FileLimitsView>,
    /// Whether no more files fit.
    pub files_full: bool,
    /// The choice about registering.
    pub decision: Option<DecisionView>,
    /// The second part of the report: to give now, or to change.
    pub details: Option<DetailsOfferView>,
    /// Measures that are proposed, newest first.
    pub proposals: Vec<ProposalView>,
    /// The question at the end: "Ben je geholpen?"
    pub helped: Option<HelpedView>,
    /// Asking to reopen a closed report; absent while `helped` is there, whose "no" does the same.
    pub reopen: Option<TypedView>,
    /// Whether the report may be withdrawn.
    pub may_withdraw: bool,
}

/// A text that the reporter may type.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TypedView {
    /// What was typed, kept as it was.
    pub value: String,
    /// Largest number of characters, said in the hint.
    pub max_length: usize,
    /// The error message without the word "Fout:".
    pub error: Option<String>,
}

/// Where a report stands.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct StateView {
    /// In a word or two: `In behandeling`.
    pub title: String,
    /// In one sentence.
    pub text: String,
    /// Who has it: `Kim de Boer, coördinator agressie en geweld`. Absent where nobody has yet.
    pub handler: Option<String>,
    /// What comes next and by when; empty where nothing does.
    pub next: Vec<NextStepView>,
    /// Whether nobody works on it any more: it is closed or withdrawn.
    pub ended: bool,
}

/// Something that happened to a report, or that comes.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TimelineEntryView {
    /// What: `Geopend door coördinator Kim de Boer`.
    pub title: String,
    /// More about it, one line each.
    pub lines: Vec<String>,
    /// When, or by when where it comes.
    pub date: DateView,
    /// `done`, `current` (the last step so far, at most one) or `coming`.
    pub progress: &'static str,
}

/// Who has opened a report.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct AccessView {
    /// Role and name: `Coördinator Kim de Boer`.
    pub who: String,
    /// When, most recent first; one for each day, with how often.
    pub times: Vec<DateView>,
}

/// A message of a report.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct MessageView {
    /// Whether the reporter wrote it.
    pub own: bool,
    /// Who wrote it: role and name; not shown with the reporter's own.
    pub from: String,
    /// When.
    pub date: DateView,
    /// The text, one paragraph or line each.
    pub lines: Vec<String>,
    /// Files that came with it.
    pub files: Vec<FileView>,
}

/// A file of a report.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct FileView {
    /// Its id: the button that downloads it is `go=file:<id>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind in words: `Foto (JPEG)`.
    pub kind: String,
    /// Its size in words: `1,2 MB`.
    pub size: String,
    /// Whether the reporter can take it away, with the button `go=remove_file:<id>`.
    pub removable: bool,
}

/// A file that was not taken.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct RefusedFileView {
    /// Its name.
    pub name: String,
    /// Why, and what to do.
    pub reason: String,
}

/// What files may be.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct FileLimitsView {
    /// The kinds in words: `foto (JPEG, PNG of WebP), pdf, tekst, e-mail (.eml) of geluid`.
    pub kinds: String,
    /// The size of one in words: `10 MB`.
    pub largest: String,
    /// How many.
    pub most: usize,
    /// Whether others were sent before, so that fewer fit.
    pub fewer: bool,
    /// Value for `accept`: `.jpg,.jpeg,.png`.
    pub accept: String,
}

/// An answer of a report, to read.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct AnswerView {
    /// The question, short.
    pub label: String,
    /// The answer, one line each; empty where it was skipped.
    pub lines: Vec<String>,
}

/// The choice about registering.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DecisionView {
    /// The choice that holds now; absent where none was made.
    pub current: Option<&'static str>,
    /// The choice in the form: the current one, or what was sent and could not be stored.
    pub chosen: Option<&'static str>,
    /// Whether the report stands in the register: then a change is a request to the coordinator.
    pub handed_over: bool,
    /// The error message without the word "Fout:".
    pub error: Option<String>,
}

/// A proposed measure, and what the reporter says of it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ProposalView {
    /// Its id, which the form sends as `proposal`.
    pub id: String,
    /// The kind of measure: `Waarschuwingsbrief`.
    pub title: String,
    /// The behaviour that it answers.
    pub behaviour: String,
    /// Whether the citizen was heard.
    pub hearing: String,
    /// How the citizen is told.
    pub told: String,
    /// When it ends.
    pub ends: DateView,
    /// When it is looked at again.
    pub review: DateView,
    /// `agree`, `disagree` or `no_opinion`; what was sent last.
    pub chosen: Option<&'static str>,
    /// The reporter's words.
    pub text: TypedView,
    /// What is wrong with the choice, without the word "Fout:".
    pub error: Option<String>,
    /// When the reporter reacted; the form then changes the reaction.
    pub reacted: Option<DateView>,
    /// Whether a reaction still counts; else there is no form.
    pub open: bool,
}

/// The question at the end: "Ben je geholpen?"
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct HelpedView {
    /// `yes` or `no`; what was sent last.
    pub chosen: Option<&'static str>,
    /// The reporter's words; with a no they ask to reopen.
    pub text: TypedView,
    /// What is wrong with the choice, without the word "Fout:".
    pub error: Option<String>,
    /// When the reporter answered, and the answer that counts: `yes` or `no`.
    pub answered: Option<DateView>,
    /// See `answered`.
    pub counts: Option<&'static str>,
    /// Number of that answer, sent as `helped_after`: an answer from a page that did not know it is asked
    /// again.
    pub after: u32,
}

/// The page that asks whether the reporter is sure about withdrawing. It posts to `action`, with all
/// of `hidden`: `go=withdraw_confirmed` with `withdraw_text`, or `go=open` to go back.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawView {
    /// For the shell.
    pub shell: ShellView,
    /// Address of My report.
    pub action: String,
    /// `code`, `key` and `visit`.
    pub hidden: Vec<HiddenView>,
    /// Case number for talking.
    pub case_number: String,
    /// Why; may be empty.
    pub text: TypedView,
    /// As in [`FollowView`].
    pub problem: Option<&'static str>,
    /// The error summary; empty where nothing is wrong.
    pub errors: Vec<ErrorLinkView>,
}

/// A report that the code belongs to, and that cannot be shown.
#[derive(Clone, Debug, Serialize)]
pub struct FollowClosedView {
    /// For the shell.
    pub shell: ShellView,
    /// Why, for `follow.closed.<reason>.title`, `.text` and `.advice`: `damaged` or `erased`.
    pub reason: &'static str,
    /// Case number for talking.
    pub case_number: String,
}
