//! `qr`: a QR code of the address of a page or a form, to scan from paper or a screen.
//!
//! The code of a page holds its short address, which never changes: what hangs on a wall stays right.

use qrcodegen::{QrCode, QrCodeEcc};

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::site::links::dead_path;
use crate::theme::view::medium::QrView;
use crate::yaml::{Mapping, Node};

/// A quarter of the code may be damaged or covered and it still scans (ISO/IEC 18004, level Q): posters get
/// dirty and cards are folded.
const CORRECTION: QrCodeEcc = QrCodeEcc::Quartile;

/// Width of the white edge around the code, in modules (ISO/IEC 18004: at least 4).
const QUIET_ZONE: i32 = 4;

/// Where a code leads.
struct Destination {
    title: String,
    /// The address in the code.
    address: String,
    /// The address that the page itself leads to.
    href: String,
}

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let place = map.place();
    let destination = match (map.get("page"), map.get("form")) {
        (Some(node), None) => page(writer, node),
        (None, Some(node)) => form(writer, node),
        _ => {
            writer.problem(Diagnostic::error("qr-page-or-form").at(place.clone()));
            None
        }
    };
    let label = map.get("label").and_then(|node| writer.plain(node));
    if writer.page.input.config.base_url.is_none() {
        writer.problem(Diagnostic::error("qr-without-base-url").at(place));
        return;
    }
    let Some(destination) = destination else {
        return;
    };
    let Ok(code) = QrCode::encode_text(&destination.address, CORRECTION) else {
        let diagnostic = Diagnostic::error("qr-too-long").with("address", destination.address);
        writer.problem(diagnostic.at(place));
        return;
    };
    let view = QrView {
        id: writer.id(),
        label: label.unwrap_or(destination.title),
        address: destination.address,
        href: destination.href,
        size: code.size() + 2 * QUIET_ZONE,
        path: path(&code),
    };
    writer.render("qr", &view);
}

fn page(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<Destination> {
    let input = writer.page.input;
    let written = node.text(&mut writer.block.diagnostics)?;
    let path = format!("content/{written}");
    if let Some(page) = input.site.by_source(&path) {
        return Some(Destination {
            title: page.title.clone(),
            address: input.config.absolute(&page.short_href),
            href: page.href.clone(),
        });
    }
    if input.site.is_unpublished(&path) {
        let diagnostic = Diagnostic::warning("link-unpublished").with("target", path);
        writer.problem(diagnostic.at(node.place()));
    } else if !input.sources.unreadable.contains(&path) {
        writer.problem(dead_path(input, &written).at(node.place()));
    }
    None
}

fn form(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<Destination> {
    let input = writer.page.input;
    let config = input.config;
    let id = node.text(&mut writer.block.diagnostics)?;
    let Some(form) = input.forms.iter().find(|form| form.id == id) else {
        let known = input.forms.iter().map(|form| form.id.as_str());
        let near = nearest(&id, known.clone()).or(known.clone().next());
        let diagnostic = Diagnostic::error("qr-unknown-form")
            .with("form", &id)
            .with("nearest", near.unwrap_or_default());
        writer.problem(diagnostic.at(node.place()));
        return None;
    };
    let language = writer.page.page.language;
    let path = form.path(language, config.default_language());
    let here = format!("{}/{path}", config.base_path());
    let (address, href) = match config.receiver_elsewhere() {
        Some(_) => {
            let address = format!("{}/{path}", config.receiver_address());
            (address.clone(), address)
        }
        None => (config.absolute(&here), here),
    };
    Some(Destination {
        title: form.title.get(language).to_owned(),
        address,
        href,
    })
}

/// Draws the dark modules as strokes of one module high, a run of them each.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y));
            let width = run.count() as i32;
            if width > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                path.push_str(&format!("M{left} {top}h{width}v1h-{width}z"));
            }
            x += width + 1;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads back which modules a path makes dark, as a picture of `size` modules wide.
    fn drawn(path: &str, size: i32) -> Vec<Vec<bool>> {
        let mut picture = vec![vec![false; size as usize]; size as usize];
        for stroke in path.split('M').skip(1) {
            let (at, rest) = stroke.split_once('h').unwrap();
            let (left, top) = at.split_once(' ').unwrap();
            let width: usize = rest.split('v').next().unwrap().parse().unwrap();
            let (left, top): (usize, usize) = (left.parse().unwrap(), top.parse().unwrap());
            picture[top][left..left + width].fill(true);
        }
        picture
    }

    #[test]
    fn what_is_drawn_is_the_code_with_a_white_edge() {
        for address in [
            "https://a.example/p/x/",
            "https://intranet.voorbeeld.example/veilig-werken/p/melden-en-registreren-wat-meld-ik/",
        ] {
            let code = QrCode::encode_text(address, CORRECTION).unwrap();
            let size = code.size() + 2 * QUIET_ZONE;
            let picture = drawn(&path(&code), size);
            for y in 0..size {
                for x in 0..size {
                    // Outside its bounds the code has light modules only.
                    let expected = code.get_module(x - QUIET_ZONE, y - QUIET_ZONE);
                    assert_eq!(picture[y as usize][x as usize], expected, "{x} {y}");
                }
            }
        }
    }
}
