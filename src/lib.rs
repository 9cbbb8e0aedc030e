//! dunlint judges Chinese debt-collection text: how much harassment risk a message carries, which words carry
//! it, which rule and which law it meets, and what may lawfully be written instead.
//!
//! The pipeline, in the order of the modules:
//!
//! 1. [`read`] finds records in files of any usual format, [`decode`] turns their bytes into text;
//! 2. [`normalize`] makes readings of a text (plain, symbols skipped, parts joined), each with a map back to the source;
//! 3. `search` finds the terms of all rules and cues in one pass, then patterns over their classes;
//! 4. `segment` drops what cuts through words: jieba, only around a match;
//! 5. `judge` tells use from mention: denial, report, genre, speaker, addressee, what a call has established;
//! 6. `opinion`, a linear model, doubts findings in ordinary texts and proposes what no pattern says; `score` sums up;
//! 7. [`screen`] runs all this over dumps, on all cores, in input order;
//! 8. [`report`] shows it to people and programs; what people say of a sample comes back through [`review`].
//!
//! Rules, term classes, cues, folds and laws are data: [`Lexicon`]. A [`Linter`] is built from one and shared by threads.
//!
//! ```
//! use dunlint::rule::Tier;
//! use dunlint::{Lexicon, Linter, Message};
//!
//! let lexicon = Lexicon::bundled();
//! let linter = Linter::new(lexicon)?;
//!
//! let verdict = linter.check(&Message::text("再不還錢打*斷你的腿"));
//! assert_eq!(verdict.tier, Tier::Severe);
//! let finding = &verdict.findings[0];
//! assert_eq!(finding.text, "打*斷你的腿");
//! assert_eq!(finding.plain.as_deref(), Some("打断你的腿"));
//! assert_eq!(finding.place.span.start, "再不還錢".len());
//! assert_eq!(lexicon.rules()[finding.rule].category.id(), "threat");
//!
//! for innocent in ["体操你好", "严禁以打断腿相威胁", "我们不会联系您的家人"] {
//!     assert_eq!(linter.check(&Message::text(innocent)).tier, Tier::Clean);
//! }
//! # Ok::<(), dunlint::Error>(())
//! ```

#![deny(missing_docs)]

pub mod compare;
pub mod decode;
pub mod error;
pub mod eval;
pub mod examples;
pub mod finding;
mod hex;
mod interval;
mod judge;
pub mod lexicon;
pub mod lint;
pub mod linter;
pub mod lsp;
pub mod message;
pub mod normalize;
mod opinion;
pub mod pack;
mod pair_table;
pub mod read;
pub mod report;
pub mod review;
pub mod rule;
pub mod schema;
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
