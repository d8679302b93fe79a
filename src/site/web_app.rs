//! The web app manifest, with which a phone or a computer puts the portal among its apps.
//!
//! It makes nothing work without a connection and stores nothing; it is a way in. Source: W3C, Web Application
//! Manifest.

use serde_json::{Value, json};

use crate::output::{Caching, Output};
use crate::theme::view::{Link, SiteView};

/// File of the manifest, beside the home page of its language.
pub(super) const FILE: &str = "app.webmanifest";

/// Makes the manifest of the portal in a language. `path` is where it goes, `scope` the address below which
/// everything belongs to the app.
pub(super) fn manifest(site: &SiteView, path: String, scope: &str) -> Output {
    let icons: Vec<Value> = site
        .icon
        .iter()
        .map(|icon| json!({"src": icon, "sizes": "any", "type": "image/svg+xml"}))
        .collect();
    let ways_in = [&site.report, &site.follow, &site.after_care];
    let shortcut = |link: &Link| json!({"name": link.label, "url": link.href});
    let shortcuts: Vec<Value> = ways_in.into_iter().flatten().map(shortcut).collect();
    let manifest = json!({
        "id": site.home,
        "name": site.title,
        "lang": site.lang.tag(),
        "start_url": site.home,
        "scope": scope,
        "display": "standalone",
        "icons": icons,
        "shortcuts": shortcuts,
    });
    Output {
        path,
        bytes: format!("{manifest:#}\n").into_bytes().into(),
        caching: Caching::Revalidate,
    }
}
