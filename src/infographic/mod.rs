//! Infographics: what one holds, reading it from YAML, and the poster that it makes.
//!
//! It knows neither Markdown nor HTML: a [`Line`] is text with the place where an editor wrote it, and whoever
//! shows an infographic says what becomes of its lines with [`Infographic::with_lines`]. Invariant: what comes out
//! of [`read`] has a kind, and as many items as that kind can show.

mod poster;
mod reading;
#[cfg(test)]
mod tests;

pub use poster::{Frame, Paper, Poster, Refused, Why, poster};
pub use reading::read;

use crate::source_text::Place;

/// A line of text, with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub text: String,
    /// Where an editor wrote it.
    pub place: Place,
}

/// What an infographic looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What to do, one after the other.
    Steps,
    /// What happens when.
    Timeline,
    /// Columns side by side.
    Comparison,
    /// Rungs, each heavier than the one below it.
    Ladder,
    /// Stages that start again after the last.
    Cycle,
    /// Who does what.
    Roles,
    /// What plays a part, each with a letter.
    Factors,
}

/// What a column of a comparison says of what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is fine.
    Ok,
    /// It asks for care.
    Careful,
    /// It is not allowed.
    No,
}

/// Which act a factor plays a part in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// Telling what happened.
    Reporting,
    /// Putting it in the register.
    Registering,
    /// Both.
    Both,
}

/// An infographic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infographic {
    /// A word, the name of its files; there is one such infographic in a language of a portal.
    pub id: Line,
    /// What it looks like.
    pub kind: Kind,
    /// Its title.
    pub title: Line,
    /// What it shows, in one or two sentences.
    pub description: Line,
    /// Steps, moments, columns, rungs (lowest first), stages, roles or factors.
    pub items: Vec<Item>,
    /// Of a ladder: what holds at every rung.
    pub beside: Vec<Line>,
    /// Where it comes from.
    pub source: Option<Line>,
}

/// One part of an infographic. Which fields it has follows from the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// When (timeline), or a letter (factors).
    pub label: Option<Line>,
    /// Its title.
    pub title: Line,
    /// What happens, or what to do.
    pub text: Option<Line>,
    /// Who does it.
    pub who: Option<Line>,
    /// Examples, tasks or points.
    pub points: Vec<Line>,
    /// What a column says of its points.
    pub mark: Option<Mark>,
    /// What happens at what stands in a column.
    pub reaction: Option<Line>,
    /// Which act a factor plays a part in.
    pub serves: Option<Serves>,
}

impl Kind {
    /// Every kind with the word that editors write.
    pub const ALL: [(&'static str, Kind); 7] = [
        ("steps", Kind::Steps),
        ("timeline", Kind::Timeline),
        ("comparison", Kind::Comparison),
        ("ladder", Kind::Ladder),
        ("cycle", Kind::Cycle),
        ("roles", Kind::Roles),
        ("factors", Kind::Factors),
    ];

    /// Returns the word that editors write.
    pub fn name(self) -> &'static str {
        let mut all = Kind::ALL.into_iter();
        all.find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }

    /// Returns whether the order of the items says something.
    pub fn is_ordered(self) -> bool {
        matches!(
            self,
            Kind::Steps | Kind::Timeline | Kind::Ladder | Kind::Cycle
        )
    }
}

impl Mark {
    /// Every mark with the word that editors write.
    pub const ALL: [(&'static str, Mark); 3] = [
        ("ok", Mark::Ok),
        ("careful", Mark::Careful),
        ("no", Mark::No),
    ];

    /// Returns the word that editors write.
    pub fn name(self) -> &'static str {
        let mut all = Mark::ALL.into_iter();
        all.find(|(_, mark)| *mark == self)
            .map_or("", |(name, _)| name)
    }
}

impl Serves {
    /// Returns the key, in the catalogue of a theme, of the words for it.
    pub fn key(self) -> &'static str {
        match self {
            Serves::Reporting => "infographic.for.reporting",
            Serves::Registering => "infographic.for.registering",
            Serves::Both => "infographic.for.both",
        }
    }
}

impl Infographic {
    /// Returns the number or letter in front of an item, where its kind has one; `at` counts from 0.
    pub fn marker(&self, at: usize) -> Option<String> {
        match self.kind {
            Kind::Steps | Kind::Ladder | Kind::Cycle => Some((at + 1).to_string()),
            Kind::Factors => {
                let label = self.items.get(at)?.label.as_ref()?;
                Some(label.text.clone())
            }
            Kind::Timeline | Kind::Comparison | Kind::Roles => None,
        }
    }

    /// Returns every line of text, in the order in which they are read.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        [&self.title, &self.description]
            .into_iter()
            .chain(self.items.iter().flat_map(Item::lines))
            .chain(&self.beside)
            .chain(&self.source)
    }

    /// Makes the same infographic with other lines, such as lines of HTML for lines of Markdown. Its id stays.
    #[must_use]
    pub fn with_lines(&self, mut line: impl FnMut(&Line) -> String) -> Infographic {
        let mut made = |from: &Line| Line {
            text: line(from),
            place: from.place.clone(),
        };
        Infographic {
            id: self.id.clone(),
            kind: self.kind,
            title: made(&self.title),
            description: made(&self.description),
            items: self
                .items
                .iter()
                .map(|item| item.with_lines(&mut made))
                .collect(),
            beside: self.beside.iter().map(&mut made).collect(),
            source: self.source.as_ref().map(made),
        }
    }
}

impl Item {
    fn with_lines(&self, line: &mut impl FnMut(&Line) -> Line) -> Item {
        Item {
            label: self.label.as_ref().map(&mut *line),
            title: line(&self.title),
            text: self.text.as_ref().map(&mut *line),
            who: self.who.as_ref().map(&mut *line),
            points: self.points.iter().map(&mut *line).collect(),
            mark: self.mark,
            reaction: self.reaction.as_ref().map(&mut *line),
            serves: self.serves,
        }
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        let first = self.label.iter().chain([&self.title]).chain(&self.text);
        let rest = self.points.iter().chain(&self.reaction).chain(&self.who);
        first.chain(rest)
    }

    /// Returns the longest of its lines, which is the one to make shorter.
    fn longest(&self) -> &Line {
        [&self.text, &self.reaction, &self.who]
            .into_iter()
            .flatten()
            .chain(&self.points)
            .fold(&self.title, |longest, line| {
                match line.text.len() > longest.text.len() {
                    true => line,
                    false => longest,
                }
            })
    }
}
