//! Meldwijzer: a portal about aggression against public servants.
//!
//! `ARCHITECTURE.md` says what the rooms are and what flows through them. In reading order:

pub mod clock;
pub mod diagnostic;
pub mod durable;
pub mod form;
pub mod language;
pub mod message;
pub mod nearest;
pub mod output;
pub mod randomness;
pub mod receiver;
pub mod report;
pub mod source_text;
pub mod theme;
pub mod yaml;
