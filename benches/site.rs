//! What building a portal costs, beside the cost of its files alone and beside other generators, in the same run.
//!
//! `cargo bench --bench site` measures 1,000 and 10,000 pages; `cargo bench --bench site -- 100000` measures that
//! many. Zola and Hugo get the same content with an equally plain theme, where they are installed. `cargo test` does
//! a little of everything, so that it keeps working. Figures are medians over rounds that alternate between what is
//! compared; times are of the whole process.

// A measurement that cannot go on should stop where it stands.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use meldwijzer::output::Output;
use meldwijzer::site::outputs::Folder;
use tempfile::TempDir;

/// Sections of a site.
const SECTIONS: usize = 20;

/// How often the memory of a process is asked. It only grows, so the last answer is nearly the most.
const LOOK_AT_MEMORY: Duration = Duration::from_millis(2);

/// How long an edit may take to be served before the measurement stops.
const LONGEST_EDIT: Duration = Duration::from_secs(30);

/// How long files are left alone before they are built: younger ones may change without a trace, so the build after
/// would read them again.
const UNTIL_OLD: Duration = Duration::from_millis(2_500);

/// What the program says where it had nothing to do.
const NOTHING_CHANGED: &str = "Nothing has changed";

/// Words of pages: enough that a vocabulary is not trivial.
const WORDS: [&str; 48] = [
    "de",
    "het",
    "een",
    "van",
    "in",
    "op",
    "met",
    "voor",
    "aan",
    "bij",
    "als",
    "dan",
    "maar",
    "ook",
    "niet",
    "medewerker",
    "melding",
    "agressie",
    "balie",
    "gesprek",
    "leidinggevende",
    "nazorg",
    "incident",
    "protocol",
    "veiligheid",
    "gemeente",
    "burger",
    "brief",
    "bellen",
    "noteren",
    "afspraak",
    "rustig",
    "stem",
    "afstand",
    "hulp",
    "vraag",
    "antwoord",
    "team",
    "overleg",
    "besluit",
    "maatregel",
    "registratie",
    "formulier",
    "gegevens",
    "huisregel",
    "dreiging",
    "aangifte",
    "steun",
];

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("below a usize")
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join(" ")
    }

    fn sentence(&mut self) -> String {
        let count = 6 + self.below(9);
        let words = self.words(count);
        let (first, rest) = words.split_at(1);
        format!("{}{rest}.", first.to_uppercase())
    }

    fn paragraph(&mut self, words: usize) -> String {
        let mut text = String::new();
        while text.split_whitespace().count() < words {
            let sentence = self.sentence();
            let _ = write!(text, "{sentence} ");
        }
        text.trim_end().to_owned()
    }
}

/// A generator of sites.
#[derive(Clone, Copy, PartialEq)]
enum Tool {
    Meldwijzer,
    Zola,
    Hugo,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Tool::Meldwijzer => "meldwijzer",
            Tool::Zola => "zola",
            Tool::Hugo => "hugo",
        }
    }

    fn program(self) -> PathBuf {
        match self {
            Tool::Meldwijzer => env!("CARGO_BIN_EXE_meldwijzer").into(),
            other => other.name().into(),
        }
    }

    fn is_there(self) -> bool {
        let asked = Command::new(self.program())
            .arg(if self == Tool::Hugo {
                "version"
            } else {
                "--version"
            })
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    }

    fn build(self, site: &Path, to: &Path) -> Command {
        let mut command = Command::new(self.program());
        match self {
            Tool::Meldwijzer => command.args(["build", "--root"]).arg(site).arg("--output"),
            Tool::Zola => {
                command
                    .arg("--root")
                    .arg(site)
                    .args(["build", "--force", "--output-dir"])
            }
            Tool::Hugo => command
                .args(["--quiet", "--source"])
                .arg(site)
                .arg("--destination"),
        };
        command
            .arg(to)
            .env("MELDWIJZER_LANGUAGE", "en")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Writes how a link to another page is written; `path` is below the folder of pages.
    fn link(self, path: &str) -> String {
        match self {
            Tool::Meldwijzer => format!("../{path}"),
            Tool::Zola => format!("@/{path}"),
            Tool::Hugo => format!(
                "/{}/",
                path.trim_end_matches(".md").trim_end_matches("_index")
            ),
        }
    }

    fn index(self) -> &'static str {
        match self {
            Tool::Meldwijzer => "index.md",
            Tool::Zola | Tool::Hugo => "_index.md",
        }
    }

    fn head(self, title: &str, summary: &str) -> String {
        match self {
            Tool::Meldwijzer => format!("---\ntitle: {title}\nsummary: {summary}\n---\n"),
            Tool::Zola => format!("+++\ntitle = \"{title}\"\ndescription = \"{summary}\"\n+++\n"),
            Tool::Hugo => format!("---\ntitle: {title}\ndescription: {summary}\n---\n"),
        }
    }
}

/// Writes a site of this many pages for a tool. What readers see of it is the same for each tool.
fn make(tool: Tool, pages: usize, root: &Path) {
    let write = |path: &str, text: &str| {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("has a folder")).expect("a folder");
        #[allow(
            clippy::disallowed_methods,
            reason = "a measurement writes its own input"
        )]
        fs::write(file, text).expect("a file");
    };
    surroundings(tool, &write);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    write(
        &format!("content/{}", tool.index()),
        &format!("{}\nWelkom.\n", tool.head("Thuis", "Het begin.")),
    );
    let per_section = pages.div_ceil(SECTIONS);
    for section in 0..SECTIONS {
        let summary = numbers.sentence();
        let text = numbers.paragraph(40);
        let head = tool.head(&format!("Afdeling {section}"), &summary);
        let index = format!("content/afdeling-{section}/{}", tool.index());
        write(&index, &format!("{head}\n{text}\n"));
        for page in 0..per_section {
            let text = page_text(tool, section, page, per_section, &mut numbers);
            write(
                &format!("content/afdeling-{section}/pagina-{page}.md"),
                &text,
            );
        }
    }
}

fn page_text(
    tool: Tool,
    section: usize,
    page: usize,
    per_section: usize,
    numbers: &mut Numbers,
) -> String {
    let summary = numbers.sentence();
    let mut text = tool.head(&format!("Pagina {page} van afdeling {section}"), &summary);
    for heading in 0..5 {
        let title = numbers.words(3);
        let first = numbers.paragraph(55);
        let _ = write!(text, "\n## Over {title} {heading}\n\n{first}\n\n");
        match heading {
            1 => {
                for _ in 0..5 {
                    let _ = writeln!(text, "- {}", numbers.sentence());
                }
                text.push('\n');
            }
            2 => {
                text.push_str("| Wat | Wie | Wanneer |\n| --- | --- | --- |\n");
                for _ in 0..4 {
                    let cells = [numbers.words(2), numbers.words(1), numbers.words(2)];
                    let _ = writeln!(text, "| {} |", cells.join(" | "));
                }
                text.push('\n');
            }
            3 => {
                let next = (page + 1) % per_section;
                let other = (section + 1) % SECTIONS;
                let links = [
                    (
                        "de volgende pagina",
                        format!("afdeling-{section}/pagina-{next}.md"),
                    ),
                    (
                        "dezelfde vraag elders",
                        format!("afdeling-{other}/pagina-{page}.md"),
                    ),
                    (
                        "de hele afdeling",
                        format!("afdeling-{section}/{}", tool.index()),
                    ),
                ];
                for (words, path) in links {
                    let _ = writeln!(text, "Zie [{words}]({}) **ook**.", tool.link(&path));
                }
                text.push('\n');
            }
            _ => {}
        }
        let words = 20 + numbers.below(80);
        let last = numbers.paragraph(words);
        let _ = writeln!(text, "{last}");
    }
    text
}

/// Writes settings and, for other tools, a theme as plain as can be.
fn surroundings(tool: Tool, write: &dyn Fn(&str, &str)) {
    const HEAD: &str = "<!doctype html><html lang=nl><head><meta charset=utf-8><title>";
    match tool {
        Tool::Meldwijzer => write("site.yaml", "title: Proef\norganisation: Gemeente Proef\n"),
        Tool::Zola => {
            write(
                "config.toml",
                "base_url = \"http://localhost\"\ntitle = \"Proef\"\ncompile_sass = false\n\
                 build_search_index = false\n",
            );
            let page = format!(
                "{HEAD}{{{{ page.title }}}}</title></head><body><nav><a href=\"/\">Thuis</a></nav>\
                 <main><h1>{{{{ page.title }}}}</h1>{{{{ page.content | safe }}}}</main></body></html>"
            );
            let section = format!(
                "{HEAD}{{{{ section.title }}}}</title></head><body><main><h1>{{{{ section.title }}}}</h1>\
                 {{{{ section.content | safe }}}}<ul>{{% for page in section.pages %}}<li>\
                 <a href=\"{{{{ page.permalink }}}}\">{{{{ page.title }}}}</a></li>{{% endfor %}}</ul>\
                 </main></body></html>"
            );
            write("templates/page.html", &page);
            write("templates/section.html", &section);
            write("templates/index.html", &section);
        }
        Tool::Hugo => {
            write(
                "hugo.toml",
                "baseURL = \"http://localhost/\"\ntitle = \"Proef\"\n",
            );
            let single = format!(
                "{HEAD}{{{{ .Title }}}}</title></head><body><nav><a href=\"/\">Thuis</a></nav>\
                 <main><h1>{{{{ .Title }}}}</h1>{{{{ .Content }}}}</main></body></html>"
            );
            let list = format!(
                "{HEAD}{{{{ .Title }}}}</title></head><body><main><h1>{{{{ .Title }}}}</h1>\
                 {{{{ .Content }}}}<ul>{{{{ range .Pages }}}}<li><a href=\"{{{{ .RelPermalink }}}}\">\
                 {{{{ .Title }}}}</a></li>{{{{ end }}}}</ul></main></body></html>"
            );
            write("layouts/_default/single.html", &single);
            write("layouts/_default/list.html", &list);
            write("layouts/index.html", &list);
        }
    }
}

/// What a process cost.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    wall: f64,
    /// Seconds of all cores together, its own and those of the system for it.
    cpu: f64,
    mebibytes: f64,
}

/// Runs a command to its end.
fn run(command: Command) -> Cost {
    run_and_listen(command).0
}

/// Runs a build where nothing changed.
fn run_again(mut command: Command) -> Cost {
    command.stdout(Stdio::piped());
    let (cost, said) = run_and_listen(command);
    assert!(said.starts_with(NOTHING_CHANGED), "{said}");
    cost
}

/// Runs a command to its end, and returns what it said where somebody listens.
fn run_and_listen(mut command: Command) -> (Cost, String) {
    let before = children_cpu();
    let begun = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut most = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        most = most.max(mebibytes_of(&child).unwrap_or_default());
        thread::sleep(LOOK_AT_MEMORY);
    };
    assert!(status.success(), "{command:?}");
    let cost = Cost {
        wall: begun.elapsed().as_secs_f64(),
        cpu: children_cpu() - before,
        mebibytes: most,
    };
    let mut said = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut said).expect("text");
    }
    (cost, said)
}

/// Returns the seconds of processor time of all children that ended, as Linux counts them: fields 16 and 17, in
/// hundredths of a second.
fn children_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(13).take(2);
    ticks
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn mebibytes_of(child: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes / 1024.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn median_cost(costs: &[Cost]) -> Cost {
    let of = |part: fn(&Cost) -> f64| median(costs.iter().map(part).collect());
    Cost {
        wall: of(|cost| cost.wall),
        cpu: of(|cost| cost.cpu),
        mebibytes: of(|cost| cost.mebibytes),
    }
}

/// Reads what a portal is made from and writes what it becomes, and does nothing in between.
fn files_alone(site: &Path, built: &Path, to: &Path) -> f64 {
    let outputs = files_in(built);
    let begun = Instant::now();
    let read: usize = files_in(&site.join("content"))
        .iter()
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert!(read > 0);
    let folder = Folder::begin(to).expect("a folder");
    thread::scope(|scope| {
        for half in outputs.chunks(outputs.len().div_ceil(2)) {
            let folder = &folder;
            scope.spawn(move || {
                for (path, bytes) in half {
                    folder.put(&[Output {
                        path: path.clone(),
                        bytes: bytes.as_slice().into(),
                        caching: meldwijzer::output::Caching::Revalidate,
                    }]);
                }
            });
        }
    });
    folder.finish().expect("written");
    begun.elapsed().as_secs_f64()
}

fn files_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(folder).expect("below").to_string_lossy();
                files.push((below.into_owned(), fs::read(&path).expect("a file")));
            }
        }
    }
    files
}

/// A preview that runs, and what it says first.
struct Preview {
    child: Child,
    address: String,
}

impl Preview {
    fn start(site: &Path) -> Preview {
        let mut child = Command::new(Tool::Meldwijzer.program())
            .args(["preview", "--listen", "127.0.0.1:0", "--root"])
            .arg(site)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.read_line(&mut line).expect("a line");
        let (_, rest) = line.split_once("http://").expect("an address");
        let address = rest.split('/').next().expect("an address").to_owned();
        Preview { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures how long it takes until a page that was saved is served, in milliseconds; each other edit changes the
/// title, which other pages show.
fn edits(site: &Path, count: usize) -> (f64, f64) {
    let preview = Preview::start(site);
    let (mut texts, mut titles) = (Vec::new(), Vec::new());
    for edit in 0..count {
        let (section, page) = (edit % SECTIONS, edit % 2);
        let file = site.join(format!("content/afdeling-{section}/pagina-{page}.md"));
        let path = format!("/afdeling-{section}/pagina-{page}/");
        let mark = format!("Bewerking {edit}");
        let text = fs::read_to_string(&file).expect("a page");
        let changes_title = edit % 2 == 1;
        let text = match changes_title {
            true => text.replacen("title: ", &format!("title: {mark} "), 1),
            false => format!("{text}\n{mark}.\n"),
        };
        // What was made of the edit before is finished, as when a person writes.
        thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        #[allow(
            clippy::disallowed_methods,
            reason = "a measurement writes its own input"
        )]
        fs::write(&file, text).expect("saved");
        while !preview.get(&path).contains(&mark) {
            assert!(begun.elapsed() < LONGEST_EDIT, "edit {edit} was missed");
            thread::sleep(Duration::from_millis(1));
        }
        let taken = begun.elapsed().as_secs_f64() * 1000.0;
        if changes_title {
            &mut titles
        } else {
            &mut texts
        }
        .push(taken);
    }
    (median(texts), median(titles))
}

fn measure(pages: usize, rounds: usize, edit_count: usize) -> f64 {
    let folder = TempDir::new().expect("a folder");
    let tools = [Tool::Meldwijzer, Tool::Zola, Tool::Hugo];
    let tools: Vec<Tool> = tools.into_iter().filter(|tool| tool.is_there()).collect();
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); tools.len()];
    for tool in &tools {
        make(*tool, pages, &folder.path().join(tool.name()));
    }
    thread::sleep(UNTIL_OLD);
    let site = folder.path().join(Tool::Meldwijzer.name());
    let (mut again, mut alone) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        for (tool, costs) in tools.iter().zip(&mut costs) {
            let to = folder.path().join(format!("{}-{round}", tool.name()));
            let site = folder.path().join(tool.name());
            costs.push(run(tool.build(&site, &to)));
            if *tool == Tool::Meldwijzer {
                again.push(run_again(tool.build(&site, &to)));
                let to = folder.path().join(format!("files-{round}"));
                alone.push(files_alone(
                    &site,
                    &folder.path().join(format!("meldwijzer-{round}")),
                    &to,
                ));
            }
        }
    }
    println!("{pages} pages");
    let own = median_cost(&costs[0]);
    for (tool, costs) in tools.iter().zip(&costs) {
        let Cost {
            wall,
            cpu,
            mebibytes,
        } = median_cost(costs);
        println!(
            "  {:<12} {wall:>7.2} s  {cpu:>7.2} s of processor  {mebibytes:>6.0} MiB   ours is {:.2}, {:.2} and {:.2} of it",
            tool.name(),
            own.wall / wall,
            own.cpu / cpu,
            own.mebibytes / mebibytes
        );
    }
    let (again, alone) = (median_cost(&again), median(alone));
    println!(
        "  nothing changed  {:.3} s, {:.3} of a full build",
        again.wall,
        again.wall / own.wall
    );
    println!(
        "  files alone      {alone:.2} s, {:.2} of a full build",
        alone / own.wall
    );
    if edit_count > 0 {
        let (texts, titles) = edits(&site, edit_count);
        println!(
            "  an edit of text is served after {texts:.1} ms, one of a title after {titles:.1} ms"
        );
    }
    own.cpu / pages as f64
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test` gives no argument, `cargo bench` gives `--bench`.
    if !arguments.iter().any(|argument| argument == "--bench") {
        measure(40, 1, 4);
        return;
    }
    match arguments.iter().find_map(|argument| argument.parse().ok()) {
        Some(pages) => {
            measure(pages, 1, 0);
        }
        None => {
            let few = measure(1_000, 5, 24);
            let many = measure(10_000, 3, 24);
            println!(
                "a page costs {:.2} times as much among ten times as many",
                many / few
            );
        }
    }
}
