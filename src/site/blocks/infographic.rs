//! `infographic`: a figure of boxes and lines in the page, and posters made of the same source.

use super::BlockWriter;
use crate::diagnostic::{Diagnostic, Severity};
use crate::infographic::{
    self, Frame, Infographic, Item, Line, Paper, Poster, Refused, Why, poster,
};
use crate::language::Language;
use crate::output::{Caching, Output};
use crate::site::config::Config;
use crate::site::markdown;
use crate::site::render::{Input, date_view};
use crate::theme::view::infographic::{InfographicItemView, InfographicView, PosterView};
use crate::yaml::Mapping;

/// Folder of the posters, below that of the language.
const FOLDER: &str = "posters";

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let Some(infographic) = infographic::read(map, &mut writer.block.diagnostics) else {
        return;
    };
    let plain = infographic.with_lines(|line| markdown::plain(&line.text, writer.page));
    // First the page, which tells what is wrong with the Markdown of a line.
    let html = infographic.with_lines(|line| {
        writer.advise(&line.text, |_| line.place.clone());
        writer.line(&line.text, &line.place)
    });
    let posters = posters(writer, &plain);
    let view = InfographicView {
        id: format!("infographic--{}", infographic.id.text),
        kind: infographic.kind.name(),
        ordered: infographic.kind.is_ordered(),
        title: plain.title.text,
        items: html
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| item_view(writer, item, infographic.marker(at)))
            .collect(),
        level: writer.level,
        title_html: html.title.text,
        description_html: html.description.text,
        beside_html: texts(html.beside),
        source_html: html.source.map(|line| line.text).unwrap_or_default(),
        posters,
    };
    writer.render("infographic", &view);
}

fn texts(lines: Vec<Line>) -> Vec<String> {
    lines.into_iter().map(|line| line.text).collect()
}

fn item_view(
    writer: &BlockWriter<'_, '_>,
    item: &Item,
    marker: Option<String>,
) -> InfographicItemView {
    let text = |line: &Option<Line>| line.as_ref().map(|line| line.text.clone());
    let words = writer.theme_texts();
    InfographicItemView {
        // The letter of a factor is its marker.
        when_html: text(&item.label).filter(|_| marker.is_none()),
        marker,
        title_html: item.title.text.clone(),
        text_html: text(&item.text),
        points_html: texts(item.points.clone()),
        mark: item.mark.map(infographic::Mark::name),
        reaction_html: text(&item.reaction),
        who_html: text(&item.who),
        serves: item.serves.map(|serves| words.text(serves.key(), &[])),
    }
}

/// Makes the posters as outputs; returns where they are. Nobody hangs up what held before.
fn posters(writer: &mut BlockWriter<'_, '_>, infographic: &Infographic) -> Vec<PosterView> {
    let (page, input) = (writer.page.page, writer.page.input);
    if page.is_earlier_version() {
        return Vec::new();
    }
    let config = input.config;
    let address = config.absolute(&page.short_href);
    let address = address
        .split_once("://")
        .map_or(&*address, |(_, rest)| rest);
    let frame = Frame {
        language: page.language.tag(),
        words: writer.theme_texts(),
        organisation: &config.organisation,
        address,
        version: version(writer),
    };
    match poster(infographic, input.theme.poster_palette(), &frame) {
        Ok(poster) => {
            let id = &infographic.id;
            let claim = (format!("{}/{}", folder(writer), id.text), id.place.clone());
            writer.block.claims.push(claim);
            Paper::ALL
                .map(|paper| write(writer, infographic, &poster, paper))
                .into()
        }
        Err(refused) => {
            for line in refused {
                tell(writer, line);
            }
            Vec::new()
        }
    }
}

/// Tells a line that cannot stand on a poster. One whose words are gone because of a mistake in it was told.
fn tell(writer: &mut BlockWriter<'_, '_>, line: Refused) {
    let diagnostic = match line.why {
        Why::NoRoom => Diagnostic::error("poster-text-does-not-fit").with("text", line.text),
        Why::Character(character) => Diagnostic::error("poster-unknown-character")
            .with("character", character)
            .with("text", line.text),
        Why::NoWords => {
            let mut told = writer.block.diagnostics.iter();
            let is_told = |told: &Diagnostic| {
                let is_here = told
                    .place
                    .as_ref()
                    .is_some_and(|told| line.place.holds(told));
                told.severity == Severity::Error && is_here
            };
            if told.any(is_told) {
                return;
            }
            Diagnostic::error("poster-line-empty")
        }
    };
    writer.problem(diagnostic.at(line.place));
}

fn write(
    writer: &mut BlockWriter<'_, '_>,
    infographic: &Infographic,
    poster: &Poster<'_>,
    paper: Paper,
) -> PosterView {
    let name = paper.name().to_lowercase();
    let path = format!("{}/{}-{name}.svg", folder(writer), infographic.id.text);
    let href = format!("{}/{path}", writer.page.input.config.base_path());
    writer.block.outputs.push(Output {
        path,
        bytes: poster.svg(paper).into_bytes().into(),
        caching: Caching::Revalidate,
    });
    PosterView {
        paper: paper.name(),
        href,
    }
}

/// Returns the folder of the posters in the language of the page.
fn folder(writer: &BlockWriter<'_, '_>) -> String {
    folder_of(writer.page.page.language, writer.page.input.config)
}

fn folder_of(language: Language, config: &Config) -> String {
    match language == config.default_language() {
        true => FOLDER.to_owned(),
        false => format!("{language}/{FOLDER}"),
    }
}

/// Returns whether an address of this portal, from its first slash, is that of a poster.
pub(in crate::site) fn is_poster(input: &Input<'_>, address: &str) -> bool {
    input.site.texts().any(|page| {
        let folder = folder_of(page.language, input.config);
        let file = address
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(&folder));
        let name = file.and_then(|file| file.strip_prefix('/')?.strip_suffix(".svg"));
        let id = name.and_then(|name| {
            let mut papers = Paper::ALL.iter().map(|paper| paper.name().to_lowercase());
            papers.find_map(|paper| name.strip_suffix(&paper)?.strip_suffix('-'))
        });
        id.is_some_and(|id| ids_in(page.source.text()).any(|known| known == id))
    })
}

/// Finds the ids of the infographics in the text of a page, as they are written.
fn ids_in(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("\n```infographic\n").skip(1);
    blocks.filter_map(|block| {
        let mut lines = block.lines().take_while(|line| !line.starts_with("```"));
        let id = lines.find_map(|line| line.strip_prefix("id:"))?;
        Some(id.trim().trim_matches(['"', '\'']))
    })
}

/// Returns which version of the page a poster is made of, in words; empty where the page does not say.
fn version(writer: &BlockWriter<'_, '_>) -> String {
    let words = writer.theme_texts();
    let front = &writer.page.page.front_matter;
    let version = front.version.as_ref();
    let version = version.map(|version| words.text("infographic.version", &[("version", version)]));
    let date = front.updated.map(|date| date_view(date, words).text);
    let parts: Vec<String> = [version, date].into_iter().flatten().collect();
    parts.join(", ")
}
