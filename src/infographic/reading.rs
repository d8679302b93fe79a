//! Reading an infographic from YAML, with every mistake told at its place.

use super::{Infographic, Item, Kind, Line, Mark, Serves};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Mapping, Node};

/// What stands under the list of a kind.
struct Shape {
    /// Key of the list of items.
    items: &'static str,
    fewest: usize,
    /// More cannot be taken in at a glance, and not be read on a sheet of A4.
    most: usize,
    /// Key of the label, where an item has one.
    label: Option<&'static str>,
    /// Key of the list of points, where an item has that in place of a text.
    points: Option<&'static str>,
}

fn shape(kind: Kind) -> Shape {
    let (items, fewest, most, label, points) = match kind {
        // A page of the protocol has seven steps at most too.
        Kind::Steps => ("steps", 2, 7, None, None),
        Kind::Timeline => ("moments", 2, 8, Some("when"), None),
        Kind::Comparison => ("columns", 2, 4, None, Some("points")),
        Kind::Ladder => ("rungs", 2, 6, None, None),
        // Two do not make a ring.
        Kind::Cycle => ("stages", 3, 6, None, None),
        Kind::Roles => ("roles", 2, 8, None, Some("tasks")),
        Kind::Factors => ("factors", 2, 8, Some("letter"), Some("points")),
    };
    Shape {
        items,
        fewest,
        most,
        label,
        points,
    }
}

/// Reads an infographic. Where something that it needs is missing, there is none.
pub fn read(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Infographic> {
    let id = required(map, "id", diagnostics).filter(|id| is_word(id, diagnostics));
    let kind = map
        .require("kind", diagnostics)
        .and_then(|node| node.one_of(&Kind::ALL, diagnostics));
    let title = required(map, "title", diagnostics);
    let description = required(map, "description", diagnostics);
    let source = optional(map, "source", diagnostics);
    let Some(kind) = kind else {
        // Which list belongs here is not known; none of them is a mistake too.
        for (_, kind) in Kind::ALL {
            map.get(shape(kind).items);
        }
        map.get("beside");
        return None;
    };
    let items = read_items(map, kind, diagnostics);
    let beside = match kind {
        Kind::Ladder => map.get("beside"),
        _ => None,
    };
    let beside = beside.map(|node| lines(node, diagnostics));
    Some(Infographic {
        id: id?,
        kind,
        title: title?,
        description: description?,
        items: items?,
        beside: beside.unwrap_or_default(),
        source,
    })
}

/// Returns whether an id can be part of the name of a file and of an address.
fn is_word(id: &Line, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut parts = id.text.split('-');
    let is_word = parts.all(|part| !part.is_empty() && part.bytes().all(is_letter));
    if !is_word {
        diagnostics.push(
            Diagnostic::error("infographic-id-not-a-word")
                .with("id", &id.text)
                .at(id.place.clone()),
        );
    }
    is_word
}

fn read_items(
    map: &mut Mapping<'_>,
    kind: Kind,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Item>> {
    let shape = shape(kind);
    let node = map.require(shape.items, diagnostics)?;
    let nodes = node.list();
    if nodes.len() < shape.fewest || nodes.len() > shape.most {
        diagnostics.push(
            Diagnostic::error("infographic-number-of-items")
                .with("key", shape.items)
                .with("count", nodes.len())
                .with("fewest", shape.fewest)
                .with("most", shape.most)
                .at(node.place()),
        );
        return None;
    }
    let read: Vec<Option<Item>> = nodes
        .into_iter()
        .map(|node| read_item(node, kind, &shape, diagnostics))
        .collect();
    read.into_iter().collect()
}

fn read_item(
    node: &Node,
    kind: Kind,
    shape: &Shape,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Item> {
    let mut map = Mapping::read(node, diagnostics);
    let label = shape.label.map(|key| required(&mut map, key, diagnostics));
    let title = required(&mut map, "title", diagnostics);
    let mut text = None;
    let mut points = Some(Vec::new());
    match shape.points {
        Some(key) => {
            let node = map.require(key, diagnostics);
            points = node.map(|node| lines(node, diagnostics));
        }
        None => text = Some(required(&mut map, "text", diagnostics)),
    }
    let mut item = Item {
        label: None,
        title: Line {
            text: String::new(),
            place: node.place(),
        },
        text: None,
        who: None,
        points: Vec::new(),
        mark: None,
        reaction: None,
        serves: None,
    };
    match kind {
        Kind::Steps | Kind::Timeline => item.who = optional(&mut map, "who", diagnostics),
        Kind::Comparison => {
            item.reaction = optional(&mut map, "reaction", diagnostics);
            let mark = map.get("mark");
            item.mark = mark.and_then(|node| node.one_of(&Mark::ALL, diagnostics));
        }
        Kind::Factors => item.serves = map.get("for").and_then(|node| serves(node, diagnostics)),
        Kind::Ladder | Kind::Cycle | Kind::Roles => {}
    }
    map.finish(diagnostics);
    // Every mistake of the item is told before the first thing that is missing ends it.
    item.title = title?;
    item.points = points?;
    item.label = match label {
        Some(label) => Some(label?),
        None => None,
    };
    item.text = match text {
        Some(text) => Some(text?),
        None => None,
    };
    Some(item)
}

/// Reads which acts a factor plays a part in: `[melden, registreren]`, the words that readers know them by.
fn serves(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Serves> {
    const ACTS: [(&str, Serves); 2] = [
        ("melden", Serves::Reporting),
        ("registreren", Serves::Registering),
    ];
    let acts: Vec<Serves> = node
        .list()
        .into_iter()
        .filter_map(|act| act.one_of(&ACTS, diagnostics))
        .collect();
    match acts.contains(&Serves::Reporting) && acts.contains(&Serves::Registering) {
        true => Some(Serves::Both),
        false => acts.first().copied(),
    }
}

fn required(
    map: &mut Mapping<'_>,
    key: &'static str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line> {
    let node = map.require(key, diagnostics)?;
    line(node, diagnostics)
}

fn optional(
    map: &mut Mapping<'_>,
    key: &'static str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line> {
    map.get(key).and_then(|node| line(node, diagnostics))
}

fn lines(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Line> {
    node.list()
        .into_iter()
        .filter_map(|node| line(node, diagnostics))
        .collect()
}

fn line(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Line> {
    let text = node.text(diagnostics)?;
    if text.trim().is_empty() {
        diagnostics.push(Diagnostic::error("yaml-expected-text").at(node.place()));
        return None;
    }
    Some(Line {
        text,
        place: node.place(),
    })
}
