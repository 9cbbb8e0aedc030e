//! Joined findings as rows of the table of findings.
//!
//! In: a [`JoinedFinding`]. Out: the row of its first record with this finding alone, made by the recorder as any other, so
//! that its law, its wording and its fingerprint come from where those of messages do. It is no message: no table of
//! messages and no count of them has it.

use crate::report::json::Recorder;
use crate::report::{Judged, Settings};
use crate::screen::dossier::portion::Packed;
use crate::screen::join::JoinedFinding;
use crate::screen::row::Row;
use crate::screen::tables::{self, Placed, Which};

/// A joined finding and its row.
pub(super) struct JoinedRow {
    pub(super) finding: JoinedFinding,
    pub(super) row: Row,
}

impl JoinedRow {
    pub(super) fn new(finding: JoinedFinding, recorder: &Recorder, settings: &Settings) -> Self {
        let judged = Judged {
            message: &finding.message,
            verdict: &finding.verdict,
            // Its key are the ids of all its records.
            has_own_id: true,
        };
        let mut result = Vec::new();
        recorder.append(&mut result, judged);
        let result = String::from_utf8(result).expect("the recorder writes JSON");
        let first = &finding.records[0];
        let row = Row::of(judged, first.record.record, result, Vec::new(), settings);
        let row = Row {
            id: first.id.clone(),
            ..row
        };
        Self { finding, row }
    }

    /// The input of its first record.
    pub(super) fn input(&self) -> u32 {
        self.finding.records[0].record.input
    }

    /// Adds it to the table of findings; `input` is the name of its first record's.
    pub(super) fn write(&self, input: &str, rows: &mut Packed) {
        let placed = Placed {
            input,
            row: &self.row,
            template: None,
        };
        for finding in self.row.findings() {
            let finding = tables::joined_finding(finding, &self.finding);
            rows.push(
                Which::Findings,
                &tables::joined_cells(placed, &finding, &self.finding),
            );
        }
    }
}
