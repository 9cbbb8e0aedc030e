//! Inputs → messages.
pub mod transcript {
    //! Placeholder until the readers are merged.
    use crate::message::Turn;
    /// Parses a transcript.
    pub fn parse(_text: &str) -> Option<Vec<Turn<'_>>> {
        None
    }
}
