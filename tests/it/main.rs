//! Everything that needs more than one module, in one binary.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too
mod cli;
