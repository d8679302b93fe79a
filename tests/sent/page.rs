//! A page of a form as a browser reads it: what it would send, what it tells, and where.

/// A page that was served.
pub struct Page {
    pub html: String,
    tags: Vec<Tag>,
}

/// A start tag, with the text up to the next tag.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

/// A question on the check page.
#[derive(Debug, PartialEq)]
pub struct Row {
    pub label: String,
    pub lines: Vec<String>,
    /// Value of the button that changes it.
    pub change: String,
}

impl Page {
    pub fn read(html: String) -> Page {
        let tags = tags(&html);
        Page { html, tags }
    }

    /// Returns what the form of the page sends, buttons apart.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut select: Option<(String, bool)> = None;
        for tag in self.in_form() {
            let of = |name| tag.attribute(name).unwrap_or_default().to_owned();
            match tag.name.as_str() {
                "input" => {
                    let sends = match tag.attribute("type") {
                        Some("radio" | "checkbox") => tag.attribute("checked").is_some(),
                        kind => kind != Some("file"),
                    };
                    if sends {
                        pairs.push((of("name"), of("value")));
                    }
                }
                "textarea" => {
                    // The line break after the tag is none of the text.
                    let text = tag.text.strip_prefix('\n').unwrap_or(&tag.text);
                    pairs.push((of("name"), text.to_owned()));
                }
                "select" => select = Some((of("name"), false)),
                "option" => {
                    let (name, chosen) = select.as_mut().unwrap();
                    if tag.attribute("selected").is_some() && !*chosen {
                        *chosen = true;
                        pairs.push((name.clone(), of("value")));
                    }
                }
                _ => {}
            }
        }
        pairs
    }

    /// Returns the values of the buttons of the form.
    pub fn buttons(&self) -> Vec<&str> {
        self.in_form()
            .filter(|tag| tag.name == "button" && tag.attribute("name") == Some("go"))
            .filter_map(|tag| tag.attribute("value"))
            .collect()
    }

    /// Returns the value of a hidden field, in whichever form of the page.
    pub fn hidden(&self, name: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|tag| {
                tag.attribute("type") == Some("hidden") && tag.attribute("name") == Some(name)
            })
            .and_then(|tag| tag.attribute("value"))
    }

    /// Returns the links of the summary of what is wrong: the id they lead to, and their text.
    pub fn mistakes(&self) -> Vec<(String, String)> {
        let start = self.tags.iter().position(|tag| tag.is("error-summary"));
        let tags = start.map(|start| &self.tags[start..]).unwrap_or_default();
        let end = tags.iter().position(|tag| tag.name == "/ul");
        tags[..end.unwrap_or_default()]
            .iter()
            .filter_map(|tag| {
                let id = tag.attribute("href")?.strip_prefix('#')?;
                Some((id.to_owned(), tag.text.clone()))
            })
            .collect()
    }

    /// Returns what is told at the field with this id.
    pub fn told_at(&self, field: &str) -> Option<String> {
        let id = format!("{field}--error");
        let at = self.tags.iter().position(|tag| tag.has_id(&id))?;
        let end = self.tags[at..].iter().position(|tag| tag.name == "/p")?;
        let texts = self.tags[at..at + end].iter();
        Some(texts.map(|tag| tag.text.as_str()).collect())
    }

    /// Returns how many elements have an id.
    pub fn count(&self, id: &str) -> usize {
        self.tags.iter().filter(|tag| tag.has_id(id)).count()
    }

    /// Returns whether the input with this id is one in which something is typed or picked from a list.
    pub fn is_typed(&self, id: &str) -> bool {
        self.with_id(id).is_some_and(|tag| {
            let kind = tag.attribute("type").unwrap_or("text");
            ["input", "textarea", "select"].contains(&tag.name.as_str())
                && !["radio", "checkbox", "hidden"].contains(&kind)
        })
    }

    /// Returns whether the input with this id is marked as wrong.
    pub fn is_invalid(&self, id: &str) -> bool {
        self.with_id(id)
            .is_some_and(|tag| tag.attribute("aria-invalid") == Some("true"))
    }

    /// Returns whether the page asks a question: whether it shows an input, a list of choices or a group
    /// for it.
    pub fn asks(&self, field: &str) -> bool {
        let below = format!("{field}.");
        self.in_form().any(|tag| {
            let name = tag.attribute("name").unwrap_or_default();
            tag.attribute("type") != Some("hidden") && (name == field || name.starts_with(&below))
        })
    }

    /// Returns the questions of the check page.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut in_lines = false;
        for tag in self.in_form() {
            match tag.name.as_str() {
                "dt" => rows.push(Row {
                    label: tag.text.clone(),
                    lines: Vec::new(),
                    change: String::new(),
                }),
                "dd" => in_lines = tag.is("answer-lines"),
                "span" if in_lines && !tag.is("not-answered") => {
                    rows.last_mut().unwrap().lines.push(tag.text.clone());
                }
                "button" => {
                    if let (Some(row), Some(value)) = (rows.last_mut(), tag.attribute("value"))
                        && row.change.is_empty()
                    {
                        row.change = value.to_owned();
                    }
                }
                _ => {}
            }
        }
        rows
    }

    /// Returns the text of the first element with a class.
    pub fn text_of(&self, class: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.is(class));
        tag.map(|tag| tag.text.as_str())
    }

    pub fn heading(&self) -> &str {
        let heading = self.tags.iter().find(|tag| tag.name == "h1");
        heading.map(|tag| tag.text.as_str()).unwrap_or_default()
    }

    fn with_id(&self, id: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.has_id(id))
    }

    fn in_form(&self) -> impl Iterator<Item = &Tag> {
        let is_form = |tag: &&Tag| tag.name == "form" && tag.is("form");
        self.tags
            .iter()
            .skip_while(move |tag| !is_form(tag))
            .take_while(|tag| tag.name != "/form")
    }
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn is(&self, class: &str) -> bool {
        let classes = self.attribute("class").unwrap_or_default();
        classes.split(' ').any(|known| known == class)
    }

    fn has_id(&self, id: &str) -> bool {
        self.attribute("id") == Some(id)
    }
}

/// Takes the tags of a page that the program made. What people typed is escaped there, so every `<`
/// begins a tag; a test of its own sees to that.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (tag, after) = rest[start + 1..].split_once('>').unwrap();
        let end = after.find('<').unwrap_or(after.len());
        let name = tag.split([' ', '\n', '/']).find(|part| !part.is_empty());
        let name = name.unwrap_or_default().to_lowercase();
        let closing = if tag.starts_with('/') { "/" } else { "" };
        tags.push(Tag {
            attributes: attributes(tag.get(name.len()..).unwrap_or_default()),
            text: unescaped(&after[..end]),
            name: format!("{closing}{name}"),
        });
        rest = &after[end..];
    }
    tags
}

fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = tag.trim_start();
    while !rest.is_empty() && rest != "/" {
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').unwrap(),
            None => ("", after),
        };
        attributes.push((name.to_owned(), unescaped(value)));
        rest = after.trim_start();
    }
    attributes
}

fn unescaped(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut read = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, after) = piece.split_once(';').unwrap();
        let number = name
            .strip_prefix('#')
            .map(|number| match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            });
        read.push(match (name, number) {
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("quot", _) => '"',
            ("amp", _) => '&',
            (_, Some(Ok(number))) => char::from_u32(number).unwrap(),
            _ => panic!("&{name};"),
        });
        read.push_str(after);
    }
    read
}
