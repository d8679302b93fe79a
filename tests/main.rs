//! All integration tests in one program, so that there is one to link.

// A test that cannot go on should stop where it stands.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    missing_docs
)]

mod architecture;
mod attack;
mod cli;
mod forms;
mod portal_on_a_socket;
mod preview;
mod receiver;
mod sealed;
mod sent;
mod site;
