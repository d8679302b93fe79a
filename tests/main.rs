//! All integration tests are modules of one binary: one link step.
#![allow(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod attack;
mod portal_on_a_socket;
mod receiver;
