//! Meldwijzer: a portal about aggression against public servants.
//!
//! `ARCHITECTURE.md` says what the rooms are and what flows through them. From the foundation up:

// Foundation: what every room may use.
pub mod clock;
pub mod diagnostic;
pub mod digest;
pub mod json_schema;
pub mod language;
pub mod message;
pub mod nearest;
pub mod output;
pub mod palette;
pub mod quoting;
pub mod randomness;
pub mod source_text;
pub mod yaml;

// Rooms, lower ones first; imports only go down, and rooms on one line do not see each other.
pub mod durable;
pub mod external_links;
pub mod watch;

pub mod attachment;
pub mod form;
pub mod infographic;
pub mod report;
pub mod theme;

pub mod site;

pub mod preview;
pub mod receiver;

pub mod cli;
