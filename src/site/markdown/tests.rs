//! Markdown in, HTML and diagnostics out.

use super::*;

struct Fixed;

impl Resolver for Fixed {
    fn link(&self, destination: &str) -> (Target, Option<Diagnostic>) {
        match destination {
            "weg.md" => (Target::Nowhere, Some(Diagnostic::error("link-dead"))),
            "en.md" => {
                let href = "/en/".to_owned();
                (
                    Target::Address {
                        href,
                        language: Some("en"),
                    },
                    None,
                )
            }
            other => {
                let href = other.to_owned();
                (
                    Target::Address {
                        href,
                        language: None,
                    },
                    None,
                )
            }
        }
    }

    fn image(&self, destination: &str) -> Result<Image, Diagnostic> {
        let href = format!("/assets/{destination}");
        Ok(Image {
            href,
            width: 4,
            height: 3,
        })
    }

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "organisation" => Some("A & B".to_owned()),
            "phone" => Some("12 3".to_owned()),
            _ => None,
        }
    }

    fn dial(&self, name: &str) -> Option<String> {
        (name == "phone").then(|| "123".to_owned())
    }

    fn value_names(&self) -> &[&'static str] {
        &["organisation", "register.name"]
    }

    fn term(&self, id: &str, text_html: &str) -> Result<(String, Vec<Diagnostic>), Diagnostic> {
        match id {
            "weg" => Err(Diagnostic::error("term-unknown")),
            id => Ok((format!("<button>{text_html}</button>({id})"), Vec::new())),
        }
    }

    fn text(&self, key: &str) -> String {
        format!("‹{key}›")
    }

    fn raw_html(&self) -> bool {
        false
    }

    fn block(&self, fence: &Fence<'_>) -> Option<Block> {
        let shown = |place: Place| format!("{}:{}", place.line, place.column);
        let text = fence.text.text();
        let starts = text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(shown(fence.text.place(start..start + 1)))
        });
        let starts: Vec<String> = starts.collect();
        let (number, level, at) = (fence.number, fence.level, shown(fence.place.clone()));
        (fence.word == "blok").then(|| Block {
            html: format!(
                "<blok {number} h{level} {at} {text:?} {}>",
                starts.join(" ")
            ),
            ..Block::default()
        })
    }
}

fn rendered(text: &str) -> (String, Vec<Diagnostic>) {
    let source = SourceText::new("content/a.md", text);
    let (outline, mut diagnostics) = outline(&source, 0..text.len(), Some("Titel"), Language::Nl);
    let (rendered, problems) = render(&source, 0..text.len(), &outline, &Fixed);
    diagnostics.extend(problems);
    (rendered.html, diagnostics)
}

fn check(text: &str, html: &str) {
    let (found, diagnostics) = rendered(text);
    assert_eq!(found, html, "{text:?}");
    assert_eq!(diagnostics, [], "{text:?}");
}

fn check_problem(text: &str, code: &str, line: usize, column: usize) {
    let (_, diagnostics) = rendered(text);
    let found: Vec<_> = diagnostics
        .iter()
        .map(|d| {
            let place = d.place.as_ref().unwrap();
            (d.code, place.line, place.column)
        })
        .collect();
    assert_eq!(found, [(code, line, column)], "{text:?}");
}

fn ids(text: &str) -> Vec<String> {
    let source = SourceText::new("content/a.md", text);
    let (outline, _) = outline(&source, 0..text.len(), None, Language::Nl);
    outline
        .headings
        .into_iter()
        .map(|heading| heading.id)
        .collect()
}

#[test]
fn headings_have_anchors_of_their_own_text() {
    check(
        "## Wat doe je?\n",
        "<h2 id=\"wat-doe-je\">Wat doe je?</h2>\n",
    );
    check(
        "## Wat doe je? {#doen}\n",
        "<h2 id=\"doen\">Wat doe je?</h2>\n",
    );
    assert_eq!(ids("## Inhoud\n"), ["kop-inhoud"]);
    let before = ids("## Een\n\n### Tips\n\n## Twee\n\n### Tips\n");
    let after = ids("## Nul\n\ntekst\n\n## Een\n\nmeer\n\n### Tips\n\n## Twee\n\n### Tips\n");
    assert_eq!(before, ["een", "tips", "twee", "twee-tips"]);
    assert_eq!(&after[1..], before);
}

#[test]
fn the_title_of_the_page_is_not_shown_twice() {
    check("# Titel\n\ntekst\n", "<p>tekst</p>\n");
    let (html, diagnostics) = rendered("# Anders\n\n## Kop\n");
    assert_eq!(
        html,
        "<h2 id=\"anders\">Anders</h2>\n<h3 id=\"kop\">Kop</h3>\n"
    );
    assert_eq!(diagnostics[0].code, "heading-second-title");
}

#[test]
fn ordered_lists_know_their_last_number() {
    fn check(text: &str, expected: &[u64]) {
        let source = SourceText::new("content/a.md", text);
        let (outline, _) = outline(&source, 0..text.len(), None, Language::Nl);
        let lists = outline.ordered_lists.iter();
        let found: Vec<u64> = lists.map(|list| list.last_number).collect();
        assert_eq!(found, expected, "{text:?}");
    }
    check("- a\n- b\n", &[]);
    check(
        "1. a\n   1. c\n   2. d\n2. b\n\ntekst\n\n3. e\n4. f\n",
        &[2, 4],
    );
    check("> 1. a\n\n- b\n  1. c\n", &[]);
}

#[test]
fn headings_that_skip_or_repeat_are_told() {
    check_problem("## A\n\n#### B\n", "heading-skipped", 3, 1);
    check_problem("## A\n\n## A\n", "heading-same-text", 3, 1);
    check_problem("## \n", "heading-empty", 1, 1);
}

#[test]
fn callouts_are_notes_with_a_title() {
    check(
        "> [!let op] Kijk *uit*\n> tekst\n",
        "<div class=\"callout callout-warning\" role=\"note\">\n\
         <p class=\"callout-title\">Kijk <em>uit</em></p>\n\
         <p>tekst</p>\n</div>\n",
    );
    check(
        "> [!in het kort]\n>\n> - a\n",
        "<div class=\"callout callout-short\" role=\"note\">\n\
         <p class=\"callout-title\">‹callout.short›</p>\n\
         <ul>\n<li>a</li>\n</ul>\n</div>\n",
    );
    check("> gewoon\n", "<blockquote>\n<p>gewoon</p>\n</blockquote>\n");
    check_problem("> [!letop]\n> tekst\n", "callout-unknown", 1, 3);
}

#[test]
fn tables_have_a_caption_header_cells_and_no_inline_style() {
    check(
        "Tabel: Wie doet wat\n\n| Wie | Wat |\n| --- | --: |\n| jij | meldt |\n",
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"‹table.label› 1\">\n\
         <table>\n<caption>Wie doet wat</caption>\n\
         <thead>\n<tr>\n<th scope=\"col\">Wie</th>\n<th scope=\"col\" class=\"right\">Wat</th>\n\
         </tr>\n</thead>\n<tbody>\n\
         <tr>\n<td>jij</td>\n<td class=\"right\">meldt</td>\n</tr>\n</tbody>\n</table>\n</div>\n",
    );
    let (html, _) = rendered("## Kop\n\n| a | |\n|---|---|\n| b | c |\n");
    assert!(
        html.contains("aria-label=\"‹table.label› 1: Kop\""),
        "{html}"
    );
    assert!(html.contains("<td></td>"), "{html}");
}

#[test]
fn what_is_to_be_done_is_a_box_to_tick_and_what_is_done_says_so() {
    check(
        "- [ ] doen\n- [x] gedaan\n",
        "<ul>\n\
         <li class=\"task\"><label><input type=\"checkbox\"> doen</label></li>\n\
         <li class=\"task\"><span class=\"task-done\"><span class=\"visually-hidden\">‹task.done›: </span></span>\
         gedaan</li>\n</ul>\n",
    );
}

#[test]
fn only_the_first_run_of_text_is_the_label_of_a_box() {
    check(
        "- [ ] **Bel** [iemand](b.md)\n  nu\n  - thuis\n",
        "<ul>\n\
         <li class=\"task\"><label><input type=\"checkbox\"> \
         <strong>Bel</strong> <a href=\"b.md\">iemand</a>\nnu</label>\n\
         <ul>\n<li>thuis</li>\n</ul>\n</li>\n</ul>\n",
    );
    check(
        "1. [ ] bellen\n\n   Neem de tijd.\n\n2. [x] mailen\n\n   ```text\n   a\n   ```\n",
        "<ol>\n\
         <li class=\"task\"><label><input type=\"checkbox\"> bellen</label>\n\
         <p>Neem de tijd.</p>\n</li>\n\
         <li class=\"task\"><span class=\"task-done\"><span class=\"visually-hidden\">‹task.done›: </span></span>\
         mailen\n<pre><code class=\"language-text\">a\n</code></pre>\n</li>\n</ol>\n",
    );
}

#[test]
fn a_box_without_text_is_told() {
    check_problem("- [ ] a\n- [ ] &nbsp;\n", "task-without-text", 2, 1);
    check_problem("- [ ]\n  - b\n", "task-without-text", 1, 1);
}

#[test]
fn footnotes_stand_at_the_end_with_a_way_back() {
    let (html, diagnostics) = rendered("Eén[^b] en twee[^a].\n\n[^a]: A\n\n[^b]: B\n");
    assert_eq!(diagnostics, []);
    assert!(html.find("<p>B</p>").unwrap() < html.find("<p>A</p>").unwrap());
    assert!(html.contains("href=\"#voetnoot--1\" id=\"voetnoot--1-terug\""));
    assert!(html.contains("href=\"#voetnoot--2-terug\""));
    check_problem("Tekst[^x]\n", "footnote-undefined", 1, 1);
    check_problem("Tekst\n\n[^x]: X\n", "footnote-unused", 3, 1);
}

#[test]
fn definition_lists_are_read() {
    check(
        "Norm\n: Wat wij willen\n",
        "<dl>\n<dt>Norm</dt>\n<dd>Wat wij willen</dd>\n</dl>\n",
    );
}

#[test]
fn quotes_are_typographic_and_dutch() {
    check(
        "'s Avonds zei hij: \"Foto's van 't huis\" en 'nee'.\n",
        "<p>’s Avonds zei hij: “Foto’s van ’t huis” en ‘nee’.</p>\n",
    );
}

#[test]
fn titles_get_the_same_quotes() {
    for (text, expected) in [
        (
            "'s Avonds 'alleen maar' schelden",
            "’s Avonds ‘alleen maar’ schelden",
        ),
        ("1. Wat is <b>?", "1. Wat is <b>?"),
        ("Veilig - en \"snel\"", "Veilig - en “snel”"),
    ] {
        assert_eq!(typographic(text), expected);
    }
}

#[test]
fn links_and_images_say_where_they_go_wrong() {
    check(
        "[Home](en.md) en [norm](norm.md \"titel\")\n",
        "<p><a href=\"/en/\" hreflang=\"en\">Home</a> en <a href=\"norm.md\">norm</a></p>\n",
    );
    check(
        "<info@voorbeeld.nl>\n",
        "<p><a href=\"mailto:info@voorbeeld.nl\">info@voorbeeld.nl</a></p>\n",
    );
    check_problem("een\n[twee](weg.md)\n", "link-dead", 2, 8);
    check_problem("[](norm.md)\n", "link-without-text", 1, 1);
    check(
        "![Een \"balie\"](b.png)\n",
        "<p><img src=\"/assets/b.png\" alt=\"Een “balie”\" width=\"4\" height=\"3\" loading=\"lazy\"></p>\n",
    );
    check(
        "![](lijn.svg \"decoratief\")\n",
        "<p><img src=\"/assets/lijn.svg\" alt=\"\" width=\"4\" height=\"3\" loading=\"lazy\"></p>\n",
    );
    check_problem("tekst ![](b.png)\n", "image-without-text", 1, 7);
    check_problem("![b.png](b.png)\n", "image-text-is-file-name", 1, 1);
}

#[test]
fn values_and_places_to_fill_in_are_shown() {
    check(
        "Bel [[phone]] of [[[phone]]](tel:9)\n",
        "<p>Bel <a href=\"tel:123\">12 3</a> of <a href=\"tel:9\">12 3</a></p>\n",
    );
    check("Bij [[organisation]].\n", "<p>Bij A &amp; B.</p>\n");
    let (html, _) = rendered("Datum: [[vul in: dag & maand]]\n");
    assert!(
        html.contains("<mark class=\"fill-in\">‹fill-in.label› dag &amp; maand</mark>"),
        "{html}"
    );
    check_problem("Bij [[organisatie]].\n", "value-unknown", 1, 5);
    check_problem("Het [[register.name]].\n", "value-not-set", 1, 5);
}

#[test]
fn code_and_escaped_brackets_are_shown_as_they_were_written() {
    check(
        "```\n[[organisation]] 's [^a] ${a[[0]]}\n```\n",
        "<pre><code>[[organisation]] 's [^a] ${a[[0]]}\n</code></pre>\n",
    );
    check(
        "`[[organisation]]` \\[[x]] \\[^a]\n",
        "<p><code>[[organisation]]</code> [[x]] [^a]</p>\n",
    );
}

#[test]
fn many_headings_with_one_text_cost_little() {
    let source = SourceText::new("content/a.md", "## a\n\n".repeat(50_000));
    let (outline, diagnostics) = outline(&source, 0..source.text().len(), None, Language::Nl);
    assert_eq!(outline.headings.last().unwrap().id, "a-50000");
    assert_eq!(diagnostics.len(), 49_999);
}

#[test]
fn raw_html_never_passes_but_notes_of_editors_may_be_written() {
    check_problem("<div onclick=x>\n", "raw-html", 1, 1);
    check_problem("tekst <br> tekst\n", "raw-html", 1, 7);
    check("een <!-- let op --> twee\n", "<p>een  twee</p>\n");
    let (html, _) = rendered("<script>alert(1)</script>\n\n`<b>`\n");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("<code>&lt;b&gt;</code>"), "{html}");
}

#[test]
fn deep_nesting_is_told_and_costs_little() {
    let deep = format!("{}tekst\n", "> ".repeat(20_000));
    let (html, diagnostics) = rendered(&deep);
    assert_eq!(html, "");
    assert_eq!(
        diagnostics.first().map(|d| d.code),
        Some("markdown-too-deep")
    );
    for odd in [
        "[".repeat(50_000),
        "*a ".repeat(50_000),
        "![".repeat(20_000),
        "`".repeat(50_000),
    ] {
        rendered(&odd);
    }
}

#[test]
fn a_fenced_block_that_the_resolver_knows_is_no_code() {
    check(
        "```blok\na: 1\n```\n\n```text\na\n```\n\n```blok met meer\n```\n",
        "<blok 1 h2 1:4 \"a: 1\\n\" 2:1>\n<pre><code class=\"language-text\">a\n</code></pre>\n<blok 2 h2 9:4 \"\" >\n",
    );
}

#[test]
fn a_block_in_a_list_or_a_callout_is_read_without_its_margin() {
    check(
        "- ```blok\n  a:\n\n    - 1\n  ```\n",
        "<ul>\n<li><blok 1 h2 1:6 \"a:\\n\\n  - 1\\n\" 2:3 3:1 4:3>\n</li>\n</ul>\n",
    );
    check(
        "> ```blok\n> a: 1\r\n>b: 2\n> ```\n",
        "<blockquote>\n<blok 1 h2 1:6 \"a: 1\\nb: 2\\n\" 2:3 3:2>\n</blockquote>\n",
    );
    check(
        "  ```blok\n  a: 1\n b: 2\n  ```\n",
        "<blok 1 h2 1:6 \"a: 1\\nb: 2\\n\" 2:3 3:2>\n",
    );
    check(
        "1.\t> ```blok\n\t> a: 1\n\t>   b: 2\n\t> ```\n",
        "<ol>\n<li>\n<blockquote>\n<blok 1 h2 1:9 \"a: 1\\n  b: 2\\n\" 2:4 3:4>\n</blockquote>\n</li>\n</ol>\n",
    );
}

#[test]
fn a_line_elsewhere_is_written_like_the_text_of_a_page() {
    let place = SourceText::new("content/a.md", "x").start();
    let check = |text: &str, html: &str| {
        let line = inline(text, &place, &Fixed);
        assert_eq!(line.html, html);
        assert_eq!(line.diagnostics, []);
    };
    check(
        "Bel **nu** [iemand](b.md)",
        "Bel <strong>nu</strong> <a href=\"b.md\">iemand</a>",
    );
    check(
        "Bij [[organisation]]: 's avonds",
        "Bij A &amp; B: ’s avonds",
    );
    let line = inline("[a](weg.md) [[vul in: b]]", &place, &Fixed);
    assert_eq!(line.to_fill_in.as_slice(), std::slice::from_ref(&place));
    assert_eq!(
        line.diagnostics,
        [Diagnostic::error("link-dead").at(place.clone())]
    );
}

#[test]
fn what_is_more_than_a_line_elsewhere_is_told_and_not_written() {
    let place = SourceText::new("content/a.md", "x").start();
    for text in [
        "",
        "# a",
        "- a",
        "a\n\nb",
        "```blok\na\n```",
        "a\n```blok\n```",
    ] {
        let line = inline(text, &place, &Fixed);
        let told = Diagnostic::error("text-not-a-line").at(place.clone());
        assert_eq!(line.html, "", "{text:?}");
        assert_eq!(line.diagnostics, [told], "{text:?}");
    }
}

#[test]
fn a_term_opens_where_it_stands_first() {
    check(
        "Over *[mel**din**gen](begrip:melding)* en [meldingen](begrip:melding).\n\n- [VPT](begrip:vpt)\n",
        "<p>Over <em><button>mel<strong>din</strong>gen</button>(melding)</em> en meldingen.</p>\n\
         <ul>\n<li><button>VPT</button>(vpt)</li>\n</ul>\n",
    );
    // A button holds no link.
    check(
        "[Bel [[phone]]](begrip:bellen) of [[phone]]\n",
        "<p><button>Bel 12 3</button>(bellen) of <a href=\"tel:123\">12 3</a></p>\n",
    );
}

#[test]
fn a_term_that_is_unknown_or_cannot_open_is_told() {
    check_problem("a [b](begrip:weg)\n", "term-unknown", 1, 7);
    check_problem("a [](begrip:melding)\n", "link-without-text", 1, 3);
    let problems = rendered("[a](begrip:weg) [b](begrip:weg)\n").1;
    assert_eq!(problems.len(), 2, "{problems:?}");
    check_problem("## Een [b](begrip:melding)\n", "term-not-here", 1, 12);
    check_problem("- [ ] een [b](begrip:melding)\n", "term-not-here", 1, 15);
    // Where the heading has no room for it, the text below has.
    check_problem(
        "## Een [b](begrip:melding)\n\n[b](begrip:melding)\n",
        "term-not-here",
        1,
        12,
    );
    let place = SourceText::new("a.yaml", "x").start();
    let line = inline("Een [b](begrip:melding)", &place, &Fixed);
    assert_eq!(line.html, "Een b");
    let codes: Vec<_> = line.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["term-not-here"]);
}

#[test]
fn a_line_is_one_paragraph() {
    for line in ["a", "a *b* [c](d.md)", "a\nb", " a ", "a `code`"] {
        assert!(is_line(line), "{line:?}");
    }
    for other in [
        "",
        "# a",
        "- a",
        "1. a",
        "a\n\nb",
        "> a",
        "    a",
        "```\na\n```",
        "---",
        "a\n- b",
    ] {
        assert!(!is_line(other), "{other:?}");
    }
}

#[test]
fn text_in_another_language_is_marked_with_that_language() {
    check(
        "Bel ons. [Ask for *help*](taal:en)\n",
        "<p>Bel ons. <span lang=\"en\">Ask for <em>help</em></span></p>\n",
    );
    check(
        "> [!taal: en]\n> Ask for [help](help.md).\n>\n> - Now.\n",
        "<div lang=\"en\">\n<p>Ask for <a href=\"help.md\">help</a>.</p>\n<ul>\n<li>Now.</li>\n</ul>\n</div>\n",
    );
    check(
        "> [!taal: ar] مرحبا\n> مرحبا\n",
        "<div lang=\"ar\" dir=\"rtl\">\n<p>مرحبا\nمرحبا</p>\n</div>\n",
    );
    check(
        "> [!language: en]\n>\n> Ask.\n",
        "<div lang=\"en\">\n<p>Ask.</p>\n</div>\n",
    );
    check_problem(
        "Tekst.\n\n> [!taal: Engels]\n> Ask.\n",
        "marked-language-unknown",
        3,
        3,
    );
    check_problem(
        "Tekst [Ask](taal:engels).\n",
        "marked-language-unknown",
        1,
        13,
    );
    check_problem("Tekst [](taal:en).\n", "link-without-text", 1, 7);
}
