//! A sample of a dump for people to judge, and what their judgements say of the rules.
//!
//! In: inputs and a seed. Out: a [`Sample`] drawn from all their records ([`draw()`]), a workbook to fill in
//! ([`workbook`]), the judgements read back from it ([`filled`]), and [`Figures`] with intervals. Promise: the same
//! inputs and seed draw the same sample, whatever the threads and batches; estimates are weighted by what each part of
//! the sample stands for. It changes no rule: what reviewers call false is written as a candidate for a person to read.

pub mod candidates;
pub mod draw;
pub mod figures;
pub mod filled;
mod item;
mod reservoir;
pub mod sample;
mod sheet;
pub mod workbook;

pub use draw::{Drawn, draw};
pub use figures::Figures;
pub use filled::{Filled, Judgement};
pub use item::{Hit, Item};
pub use sample::{Plan, Sample, Stratum, StratumOf};
