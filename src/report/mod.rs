//! Reports: what is stored of them and what it means.
//!
//! A case is a folder of events; each event is one JSON file, written once. The state of a case is
//! computed from its events and never stored beside them. What people send that is no report is a
//! submission: one file, kept for a time. This room knows no form, no page and no request.

pub mod acts;
pub mod archive;
pub mod audit;
pub mod case;
mod case_keys;
pub mod details;
pub mod event;
#[cfg(test)]
pub(crate) mod fixture;
pub mod ids;
pub mod lifecycle;
pub mod owed;
pub mod people;
pub mod receipt;
mod receipts;
mod removal;
pub mod retention;
pub mod schema;
pub mod seal;
pub mod statistics;
pub mod store;
pub mod submissions;
pub mod verify;

#[cfg(test)]
mod tests;
