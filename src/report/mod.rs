//! Reports: what is stored of them and what it means.
//!
//! A case is a folder of events; each event is one JSON file, written once. The state of a case is
//! computed from its events and never stored beside them. This room knows no form, no page and no
//! request.

pub mod archive;
pub mod case;
pub mod due;
pub mod event;
pub mod ids;
pub mod lifecycle;
pub mod store;
pub mod verify;
