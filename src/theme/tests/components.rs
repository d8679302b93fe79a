//! Every component is what its `params.yaml` says, and every example there renders sound HTML.

use std::collections::BTreeSet;

use serde_json::Value;

use super::html::check_fragment;
use super::theme;
use crate::language::Language;
use crate::source_text::SourceText;
use crate::theme::ThemeFiles;
use crate::yaml::{self, Mapping, Node};

struct Params {
    component: String,
    params: Vec<Value>,
    examples: Vec<Value>,
}

fn all_params() -> Vec<Params> {
    let files = ThemeFiles::shipped();
    let folders: BTreeSet<&str> = files
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("components/")?.split('/').next())
        .collect();
    folders
        .into_iter()
        .map(|folder| {
            let path = format!("components/{folder}/params.yaml");
            let bytes = files
                .get(&path)
                .unwrap_or_else(|| panic!("{path} is missing"));
            let source = SourceText::decode(path.as_str(), bytes).unwrap();
            let (document, diagnostics) = yaml::parse(&source);
            assert_eq!(diagnostics, []);
            let value = value(&document.unwrap());
            let component = folder.replace('-', "_");
            assert_eq!(value["name"], component.as_str());
            assert!(value["meaning"].is_string(), "{path}");
            let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
            Params {
                component,
                params: list("params"),
                examples: list("examples"),
            }
        })
        .collect()
}

/// Reads YAML as JSON would: what looks like a number or a flag is one, unless it is quoted.
fn value(node: &Node) -> Value {
    if node.is_null() {
        return Value::Null;
    }
    if let Some(items) = node.as_sequence() {
        return items.iter().map(value).collect();
    }
    if node.is_mapping() {
        return Mapping::read(node, &mut Vec::new())
            .entries()
            .map(|(key, node)| (key.to_owned(), value(node)))
            .collect();
    }
    let quoted = node.place().width != node.as_text().unwrap_or_default().chars().count();
    let text = node.text(&mut Vec::new()).unwrap();
    match text.parse::<i64>() {
        Ok(number) if !quoted => number.into(),
        _ if text == "true" => true.into(),
        _ if text == "false" => false.into(),
        _ => text.into(),
    }
}

#[test]
fn every_parameter_is_documented_as_it_is() {
    let theme = theme();
    let tera = theme.environment(Language::Nl).tera();
    for Params {
        component, params, ..
    } in all_params()
    {
        let definition = tera.get_component_definition(&component).unwrap();
        let known: BTreeSet<&str> = definition.args().iter().map(|arg| arg.name()).collect();
        let told: BTreeSet<&str> = params.iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(known, told, "{component}");
        for arg in definition.args() {
            let param = params.iter().find(|p| p["name"] == arg.name()).unwrap();
            assert_eq!(
                param["required"],
                arg.is_required(),
                "{component}: {}",
                arg.name()
            );
            assert!(param["meaning"].is_string());
            if let Some(kind) = arg.arg_type() {
                assert_eq!(param["type"], kind.as_str(), "{component}: {}", arg.name());
            }
        }
    }
}

#[test]
fn every_example_renders_sound_html() {
    let theme = theme();
    for language in Language::ALL {
        let tera = theme.environment(language).tera();
        for Params {
            component,
            examples,
            ..
        } in all_params()
        {
            assert!(!examples.is_empty(), "{component} has no examples");
            for example in examples {
                let mut context = tera::Context::new();
                for (name, value) in example["values"].as_object().into_iter().flatten() {
                    context.insert(name.clone(), value);
                }
                let body = example["body"].as_str();
                let html = tera
                    .render_component(&component, &context, body, true)
                    .unwrap_or_else(|error| panic!("{component}, {}: {error}", example["name"]));
                // An attribute is only a part of a tag.
                if !html.starts_with(" aria-") {
                    check_fragment(&html);
                }
            }
        }
    }
}

#[test]
fn scripts_write_no_html_and_send_nothing_of_their_own() {
    let files = ThemeFiles::shipped();
    let scripts: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.ends_with("/script.js"))
        .collect();
    assert!(!scripts.is_empty());
    for (path, bytes) in scripts {
        let text = str::from_utf8(bytes).unwrap();
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "document.cookie",
            "fetch(",
            "XMLHttpRequest",
            "sendBeacon",
        ] {
            assert!(!text.contains(forbidden), "{path}: {forbidden}");
        }
    }
}
