//! The generator: from settings, Markdown and a theme to the files of the portal.
//!
//! A pipeline of values, each made by a function from the one before:
//! [`config::Config`] → [`source::Sources`] → [`pages::Site`] → `Vec<Output>`. Nothing is half
//! filled, nothing must be called first, and nothing here writes but [`outputs`]. Problems are
//! collected as diagnostics; a later step runs on whatever the earlier one could make of its input,
//! so that an editor sees all problems at once.

pub mod accessibility;
pub mod addresses;
mod archive;
pub mod assembly;
mod blocks;
pub mod calendar;
pub mod config;
mod files;
pub mod front_matter;
pub mod generator;
pub mod glossary;
mod history;
pub mod inputs;
mod links;
pub mod links_elsewhere;
mod loose_ends;
pub mod markdown;
mod mending;
pub mod outputs;
pub mod pages;
pub mod paths;
pub mod plain_language;
mod portraits;
pub mod production;
pub mod render;
pub mod requirements;
pub mod schema;
mod search;
pub mod seen;
pub mod slug;
pub mod source;
pub mod starter;
mod web_app;
