//! The plan of the house, held by reading the sources: `ARCHITECTURE.md` says why.

mod catalogues;
mod rooms;
mod rust_source;
mod tree;
