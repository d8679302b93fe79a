//! The look of the portal: templates, components, messages and assets.
//!
//! A theme turns views into HTML and knows nothing of where they come from. Its templates see only
//! what stands in [`view`].

pub mod view;
