//! dunlint judges Chinese debt-collection text.

pub mod decode;
pub mod error;
pub mod eval;
pub mod examples;
pub mod finding;
mod judge;
pub mod lexicon;
pub mod linter;
pub mod message;
pub mod normalize;
pub mod read;
pub mod report;
pub mod rule;
mod score;
pub mod screen;
mod search;
mod segment;
pub mod span;
mod stages;
pub mod trace;

pub use error::{Error, ErrorKind, Result};
pub use finding::Verdict;
pub use lexicon::Lexicon;
pub use linter::Linter;
pub use message::Message;
