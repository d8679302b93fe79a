//! All integration tests, in one binary so that they are linked once.

#[cfg(test)]
mod attack;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod portal_on_a_socket;
#[cfg(test)]
mod receiver;
