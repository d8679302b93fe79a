//! All integration tests are modules of one binary: one link step.
#![allow(missing_docs)]

mod attack;
mod portal_on_a_socket;
mod receiver;
