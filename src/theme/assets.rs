//! The style sheet, the scripts and the icon of a theme.
//!
//! All styles become one file whose name changes with its bytes, so that a browser may keep it for
//! good. The order of the cascade layers is fixed here: a component can never lose from the base,
//! and print always wins.

use super::files::ThemeFiles;
use crate::digest::fingerprint;
use crate::output::{Caching, Output};

const LAYERS: &str = "@layer tokens, base, components, print;\n";

/// What pages of a theme need besides their HTML.
#[derive(Debug, Default)]
pub(super) struct Assets {
    pub(super) outputs: Vec<Output>,
    pub(super) stylesheets: Vec<String>,
    pub(super) scripts: Vec<String>,
    pub(super) icon: Option<String>,
}

impl Assets {
    /// Collects the assets of a theme.
    pub(super) fn collect(files: &ThemeFiles, base_path: &str) -> Assets {
        let mut assets = Assets::default();
        let sheet = style_sheet(files);
        let href = assets.add("style", "css", sheet.into_bytes(), base_path);
        assets.stylesheets.push(href);
        for (path, bytes) in files.iter() {
            if let Some(component) = component_file(path, "script.js") {
                let href = assets.add(component, "js", bytes.to_vec(), base_path);
                assets.scripts.push(href);
            }
        }
        assets.icon = files
            .get("assets/icon.svg")
            .map(|bytes| assets.add("icon", "svg", bytes.to_vec(), base_path));
        assets
    }

    fn add(&mut self, name: &str, extension: &str, bytes: Vec<u8>, base_path: &str) -> String {
        let path = format!("assets/{name}.{}.{extension}", fingerprint(&bytes));
        let href = format!("{}/{path}", base_path.trim_end_matches('/'));
        self.outputs.push(Output {
            path,
            bytes: bytes.into(),
            caching: Caching::Forever,
        });
        href
    }
}

fn style_sheet(files: &ThemeFiles) -> String {
    let mut sheet = String::from(LAYERS);
    let mut add = |layer: &str, bytes: Option<&[u8]>| {
        if let Some(bytes) = bytes {
            let text = String::from_utf8_lossy(bytes);
            sheet.push_str(&format!("@layer {layer} {{\n{}\n}}\n", text.trim()));
        }
    };
    add("tokens", files.get("assets/tokens.css"));
    add("base", files.get("assets/base.css"));
    for (path, bytes) in files.iter() {
        if component_file(path, "style.css").is_some() {
            add("components", Some(bytes));
        }
    }
    add("print", files.get("assets/print.css"));
    sheet
}

/// Returns the name of the component where the path is that of its file with this name.
fn component_file<'a>(path: &'a str, file: &str) -> Option<&'a str> {
    path.strip_prefix("components/")?
        .strip_suffix(file)?
        .strip_suffix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_file_is_known_by_its_place() {
        assert_eq!(
            component_file("components/a-b/style.css", "style.css"),
            Some("a-b")
        );
        assert_eq!(component_file("assets/style.css", "style.css"), None);
        assert_eq!(component_file("components/astyle.css", "style.css"), None);
    }

    #[test]
    fn assets_have_the_base_path_and_a_name_that_follows_their_bytes() {
        let assets = Assets::collect(&ThemeFiles::shipped(), "/portaal/");
        let sheet = &assets.outputs[0];
        assert_eq!(assets.stylesheets, [format!("/portaal/{}", sheet.path)]);
        assert_eq!(
            sheet.path,
            format!("assets/style.{}.css", fingerprint(&sheet.bytes))
        );
        assert!(sheet.bytes.starts_with(LAYERS.as_bytes()));
        assert_eq!(fingerprint(b"").len(), 16);
    }
}
