//! cli
pub mod portal;
