//! Rows of tables, packed for the threads that write them.
//!
//! In: cells row by row, of several tables in the order in which they are to be written. Out: a [`Portion`] that every
//! writer reads for itself. All words of its part stand in one string, so that handing over a row costs no allocation. It
//! knows nothing of files.

use std::io;

use crate::report::table::{Cell, TableWriter};
use crate::screen::tables::Which;

/// What was made of a batch of the journal.
#[derive(Debug, Default)]
pub(super) struct Portion {
    /// In their order.
    pub(super) parts: Vec<Part>,
    /// Rejected records, a line each.
    pub(super) rejects: Vec<u8>,
}

/// What was made of some rows of it.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) rows: Packed,
    /// Result records, a line each.
    pub(super) results: Vec<u8>,
}

/// Rows of tables in one piece.
#[derive(Debug, Default)]
pub(super) struct Packed {
    text: String,
    cells: Vec<PackedCell>,
    rows: Vec<PackedRow>,
}

#[derive(Debug, Clone, Copy)]
enum PackedCell {
    Empty,
    /// Words that begin where those of the cell before end.
    Text {
        end: usize,
    },
    Whole(i64),
}

#[derive(Debug, Clone, Copy)]
struct PackedRow {
    table: Which,
    cells_end: usize,
    text_end: usize,
}

impl Packed {
    pub(super) fn push(&mut self, table: Which, cells: &[Cell]) {
        for cell in cells {
            self.cells.push(match cell {
                Cell::Empty => PackedCell::Empty,
                Cell::Whole(number) => PackedCell::Whole(*number),
                Cell::Text(text) => {
                    self.text.push_str(text);
                    PackedCell::Text { end: self.text.len() }
                }
            });
        }
        self.rows.push(PackedRow {
            table,
            cells_end: self.cells.len(),
            text_end: self.text.len(),
        });
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Writes the rows of these tables to a writer that holds them under their numbers.
    pub(super) fn write(&self, tables: &[Which], writer: &mut dyn TableWriter) -> io::Result<()> {
        let mut cells = Vec::new();
        let (mut first, mut at) = (0, 0);
        for row in &self.rows {
            if let Some(number) = tables.iter().position(|table| *table == row.table) {
                cells.clear();
                cells.extend(self.cells[first..row.cells_end].iter().map(|cell| match *cell {
                    PackedCell::Empty => Cell::Empty,
                    PackedCell::Whole(number) => Cell::Whole(number),
                    PackedCell::Text { end } => {
                        let text = &self.text[at..end];
                        at = end;
                        Cell::Text(text.into())
                    }
                }));
                writer.write_row(number, &cells)?;
            }
            (first, at) = (row.cells_end, row.text_end);
        }
        Ok(())
    }
}

impl From<Part> for Portion {
    fn from(part: Part) -> Self {
        Self {
            parts: vec![part],
            rejects: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what it is given.
    #[derive(Default)]
    struct Witness(Vec<(usize, Vec<String>)>);

    impl TableWriter for Witness {
        fn write_row(&mut self, table: usize, cells: &[Cell]) -> io::Result<()> {
            let cells = cells.iter().map(|cell| format!("{cell:?}")).collect();
            self.0.push((table, cells));
            Ok(())
        }

        fn finish(self: Box<Self>) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_writer_gets_the_rows_of_its_tables_in_their_order() {
        let rows: [(Which, Vec<Cell>); 5] = [
            (Which::Results, vec!["甲".into(), Cell::Whole(1), Cell::Empty]),
            (Which::Findings, vec!["词".into(), "".into(), "句".into()]),
            (Which::Contacts, vec![]),
            (Which::Findings, vec![Cell::Empty, Cell::Whole(-2), "尾".into()]),
            (Which::Results, vec!["乙".into(), "丙".into(), Cell::Empty]),
        ];
        let mut packed = Packed::default();
        for (table, cells) in &rows {
            packed.push(*table, cells);
        }
        assert_eq!(packed.len(), rows.len());
        for tables in [
            &[Which::Results][..],
            &[Which::Findings],
            &[Which::Contacts, Which::Results],
        ] {
            let mut witness = Witness::default();
            packed.write(tables, &mut witness).unwrap();
            let expected = rows.iter().filter_map(|(table, cells)| {
                let number = tables.iter().position(|own| own == table)?;
                Some((number, cells.iter().map(|cell| format!("{cell:?}")).collect()))
            });
            assert_eq!(witness.0, expected.collect::<Vec<_>>(), "{tables:?}");
        }
    }
}
