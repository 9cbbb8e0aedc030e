//! Pieces in order of time → runs of those that belong together, their ends joined; verdicts → findings.
//!
//! In: pieces, sorted. Out: the joined text of the last pieces of a run with a map back into them, and of its verdict the
//! findings that no piece shows by itself. Of a run there are no more than the last pieces and what was found in them;
//! of what several windows find in the same words the gravest is told, once. It judges nothing: the linter does.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::finding::{Finding, RelatedRole, Verdict};
use crate::message::{Body, Id, Message};
use crate::report::mask::{masked, masked_text, names_of, personal_spans};
use crate::rule::{Confidence, Tier};
use crate::score::score;
use crate::screen::join::piece::Piece;
use crate::screen::join::{BUBBLE_GAP_SECONDS, JoinedFinding, JoinedRecord, PART_GAP_SECONDS};
use crate::span::Span;

/// How many pieces at the end of a run are judged as one: each time, so that a threat is heard without the talk around it,
/// which makes it read ordinary. Of 629 offences of the learning half split at their punctuation, with seven bubbles of
/// small talk around, four in five are found so, 3 % if a whole run is judged at once.
pub(super) const WINDOWS: [usize; 4] = [2, 3, 4, 6];

/// The largest of them.
const MOST_PIECES: usize = WINDOWS[WINDOWS.len() - 1];

/// Most characters that are judged at once: nearly the longest instant message of the learning half (346), so that the
/// linter judges what it was measured on.
const MOST_CHARACTERS: usize = 320;

/// Characters of a bubble that is too short to say anything, so that every one of them may be a part: 断, 我要打.
const LONGEST_FRAGMENT: usize = 4;

/// Characters of a full SMS or a part of a long one: 70 or 67 in UCS-2, 160 or 153 in the 7-bit alphabet (3GPP TS 23.038,
/// 23.040); a few fewer where gateways put a number in front.
const FULL_PART_CHARACTERS: [std::ops::RangeInclusive<usize>; 2] = [62..=70, 148..=160];

/// Pieces that belong together.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// The last of them.
    pieces: Vec<Arc<Piece>>,
    /// When the last of them was sent, a repeated one counted.
    last_moment: i64,
    /// What may still be found better in a larger window.
    found: Vec<JoinedFinding>,
}

/// What stands between joined pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seams {
    /// What suits where each ends.
    AsWritten,
    /// Line breaks, whatever it is.
    LineBreaks,
}

/// The end of a run as one message.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) message: Message<'static>,
    stretches: Vec<Stretch>,
}

/// Where the words of a piece stand in the joined text.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Which of the run.
    piece: usize,
    joined: Span,
    /// Their first byte in the piece.
    start: usize,
}

/// Words of a finding in one of the stretches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    stretch: usize,
    joined: Span,
}

impl Run {
    /// Whether a piece belongs to it.
    pub(super) fn goes_on_with(&self, next: &Piece) -> bool {
        let Some(last) = self.pieces.last() else {
            return false;
        };
        let most = match last.is_sms() {
            true => PART_GAP_SECONDS,
            false => BUBBLE_GAP_SECONDS,
        };
        last.name == next.name
            && next.seconds_since(self.last_moment) <= most
            && (self.repeats(next) || seam(last, next).is_some())
    }

    /// Adds a piece, unless it repeats another; tells whether there is something new to join.
    pub(super) fn push(&mut self, piece: Arc<Piece>) -> bool {
        self.last_moment = piece.moment;
        let is_new = !self.repeats(&piece);
        if is_new {
            if self.pieces.len() == MOST_PIECES {
                self.pieces.remove(0);
            }
            self.pieces.push(piece);
        }
        is_new && self.pieces.len() > 1
    }

    /// Whether nothing belongs to it yet.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether it has just begun to hold several.
    pub(super) fn is_pair(&self) -> bool {
        self.pieces.len() == 2
    }

    fn repeats(&self, next: &Piece) -> bool {
        self.pieces
            .iter()
            .any(|piece| piece.content.text.trim() == next.content.text.trim())
    }

    /// The last so many pieces as one message; none if there are fewer, or they are too long.
    pub(super) fn join(&self, count: usize, seams: Seams) -> Option<Joined> {
        let from = self.pieces.len().checked_sub(count)?;
        let length: usize = self.pieces[from..].iter().map(|piece| characters(piece)).sum();
        if length > MOST_CHARACTERS {
            return None;
        }
        let order = self.order(from);
        let mut text = String::new();
        let mut stretches: Vec<Stretch> = Vec::with_capacity(count);
        for (place, &number) in order.iter().enumerate() {
            let piece = &self.pieces[number];
            if let Some(&previous) = place.checked_sub(1).and_then(|before| order.get(before)) {
                let written = seam(&self.pieces[previous], piece).filter(|_| seams == Seams::AsWritten);
                text.push_str(written.unwrap_or("\n"));
            }
            let at = text.len();
            text.push_str(piece.shown());
            stretches.push(Stretch {
                piece: number,
                joined: Span::new(at, text.len()),
                start: piece.words().start,
            });
        }
        let first = &self.pieces[order[0]];
        let (sender, recipient) = first.parties();
        let message = Message {
            id: Id::default(),
            channel: first.content.channel,
            body: Body::Text(text.into()),
            time: Some(first.time),
            sender: Some(sender.to_owned().into()),
            recipient: Some(recipient.to_owned().into()),
            agency: first.content.agency.clone(),
            creditor: first.content.creditor.clone(),
            creditor_kind: first.content.creditor_kind,
            recipient_role: first.content.role,
            debtor: first.content.debtor.clone(),
            region: first.content.region.clone(),
            is_connected: None,
            seconds: None,
            speakers_corrected: false,
        };
        Some(Joined { message, stretches })
    }

    /// The pieces from one on, numbered parts in the order of their numbers, set by set: networks deliver them in any.
    fn order(&self, from: usize) -> Vec<usize> {
        let marker = |piece: usize| self.pieces[piece].marker.as_ref();
        let total = |piece: usize| marker(piece).map(|marker| marker.total);
        let number = |piece: usize| marker(piece).map(|marker| marker.number);
        let mut order: Vec<usize> = (from..self.pieces.len()).collect();
        let mut sorted = 0;
        while sorted < order.len() {
            let set = &order[sorted..];
            let is_next = |at: usize| {
                let piece = set[at];
                let is_repeated = set[..at].iter().any(|&other| number(other) == number(piece));
                total(piece).is_some() && total(piece) == total(set[0]) && !is_repeated
            };
            let count = 1 + (1..set.len()).take_while(|&at| is_next(at)).count();
            order[sorted..sorted + count].sort_by_key(|&piece| number(piece));
            sorted += count;
        }
        order
    }

    /// Notes the findings of a verdict that it takes two pieces for, unless better ones are known.
    pub(super) fn note(&mut self, joined: &Joined, verdict: Verdict, masks: bool) {
        let mut findings: Vec<Finding> = verdict.findings;
        findings.sort_by_key(|finding| (Reverse(finding.tier), finding.place, finding.rule));
        for finding in findings.into_iter().filter(Finding::is_counted) {
            let mut shares = joined.shares(&finding);
            shares.retain(|share| !self.is_accidental(joined, *share));
            if shares.len() < 2 || self.is_shown(joined, &finding) {
                continue;
            }
            let new = self.finding(joined, finding, &shares, masks);
            let is_same = |known: &JoinedFinding| known.tells_the_same_as(&new);
            if !self
                .found
                .iter()
                .any(|known| is_same(known) && known.weight() >= new.weight())
            {
                self.found.retain(|known| !is_same(known));
                self.found.push(new);
            }
        }
    }

    /// The findings that no further piece can change; at the end of the run all.
    pub(super) fn settled(&mut self, is_at_end: bool) -> Vec<JoinedFinding> {
        let pieces = &self.pieces;
        let is_open = |record: &JoinedRecord| pieces.iter().any(|piece| piece.record == record.record);
        let is_settled = |known: &mut JoinedFinding| is_at_end || !known.records.iter().any(is_open);
        let mut settled: Vec<JoinedFinding> = self.found.extract_if(.., is_settled).collect();
        settled.sort_by_key(|found| (found.message.time, found.records[0].record, found.finding().rule));
        settled
    }

    /// Whether a piece shows it by itself.
    fn is_shown(&self, joined: &Joined, finding: &Finding) -> bool {
        joined.parts_of(finding.place.span).any(|share| {
            let (piece, span) = (self.piece(joined, share), joined.source(share));
            piece.shows(finding.rule, finding.category, finding.tier, span)
        })
    }

    /// Whether a share is a single character of a bubble that says more: 你 and 我 stand at either end of most.
    fn is_accidental(&self, joined: &Joined, share: Share) -> bool {
        let piece = self.piece(joined, share);
        let count = |text: &str| text.chars().count();
        let words = joined.source(share).of(&piece.content.text);
        !piece.is_sms() && count(words) == 1 && count(piece.shown()) > LONGEST_FRAGMENT
    }

    fn piece(&self, joined: &Joined, share: Share) -> &Piece {
        &self.pieces[joined.stretches[share.stretch].piece]
    }

    fn finding(&self, joined: &Joined, finding: Finding, shares: &[Share], masks: bool) -> JoinedFinding {
        let text = joined.message.stretch(None);
        let personal = match masks {
            true => personal_spans(text, &names_of(&joined.message)),
            false => Vec::new(),
        };
        // A number may be told in two pieces, and be seen as one only in the joined text, or only in the piece.
        let shown = |piece: &Piece, joined: &Joined, share: Share| {
            let words = piece.words();
            let text_of = |range: std::ops::Range<usize>| &piece.content.text[range];
            let stretch = joined.stretches[share.stretch].joined;
            let masked_words = masked(joined.message.stretch(None), stretch, &personal);
            let text = [
                text_of(0..words.start),
                &*masked_words,
                text_of(words.end..piece.content.text.len()),
            ]
            .concat();
            match masks {
                true => masked_text(&text, &names_of(&joined.message)).into_owned(),
                false => text,
            }
        };
        let record = |share: &Share| {
            let piece = self.piece(joined, *share);
            let span = joined.source(*share);
            let before = |byte: usize| piece.content.text[..byte].chars().count();
            JoinedRecord {
                record: piece.record,
                id: piece.content.id.clone().into_owned(),
                time: piece.time,
                text: shown(piece, joined, *share),
                words: masked(text, share.joined, &personal).into_owned(),
                span,
                characters: (before(span.start), before(span.end)),
            }
        };
        let records: Vec<JoinedRecord> = shares.iter().map(record).collect();
        let ids: Vec<&str> = records.iter().map(|record| &*record.id).collect();
        let findings = vec![finding];
        let (tier, score, categories) = score(&findings);
        JoinedFinding {
            message: Message {
                id: Id::Text(ids.join("+").into()),
                ..joined.message.clone()
            },
            verdict: Verdict {
                tier,
                score,
                categories,
                findings,
                dismissed: Vec::new(),
            },
            records,
        }
    }
}

impl JoinedFinding {
    /// What the better of two findings of the same words has more of.
    fn weight(&self) -> (Tier, Confidence, usize) {
        let finding = self.finding();
        (finding.tier, finding.confidence, self.records.len())
    }

    /// Whether both are of one category and have words in common.
    fn tells_the_same_as(&self, other: &Self) -> bool {
        let is_shared = |record: &JoinedRecord| {
            let mut others = other.records.iter();
            others.any(|other| other.record == record.record && other.span.overlaps(record.span))
        };
        self.finding().category == other.finding().category && self.records.iter().any(is_shared)
    }
}

impl Joined {
    /// The words of a finding, piece by piece; of a piece that holds none of them, its parts and conditions.
    fn shares(&self, finding: &Finding) -> Vec<Share> {
        let mut shares: Vec<Share> = self.parts_of(finding.place.span).collect();
        let own = shares.len();
        // A cue changes how words are read; it is none of what makes the finding.
        let makes = |role: RelatedRole| role != RelatedRole::Cue;
        for related in finding.related.iter().filter(|related| makes(related.role)) {
            for part in self.parts_of(related.place.span) {
                match shares.iter().position(|share| share.stretch == part.stretch) {
                    Some(known) if known < own => {}
                    Some(known) => shares[known].joined = shares[known].joined.cover(part.joined),
                    None => shares.push(part),
                }
            }
        }
        shares.sort_by_key(|share| share.stretch);
        shares
    }

    /// What lies of a span in each piece.
    fn parts_of(&self, span: Span) -> impl Iterator<Item = Share> {
        let stretches = self.stretches.iter().enumerate();
        stretches
            .filter(move |(_, stretch)| stretch.joined.overlaps(span))
            .map(move |(number, stretch)| Share {
                stretch: number,
                joined: Span::new(
                    span.start.max(stretch.joined.start),
                    span.end.min(stretch.joined.end),
                ),
            })
    }

    /// The same bytes in their piece.
    fn source(&self, share: Share) -> Span {
        let Stretch { joined, start, .. } = self.stretches[share.stretch];
        Span::new(
            start + share.joined.start - joined.start,
            start + share.joined.end - joined.start,
        )
    }
}

fn characters(piece: &Piece) -> usize {
    piece.content.text.chars().count()
}

/// What stands between two pieces in the joined text; none if the second doesn't go on where the first ends.
fn seam(previous: &Piece, next: &Piece) -> Option<&'static str> {
    if let (Some(one), Some(other)) = (&previous.marker, &next.marker)
        && one.total == other.total
    {
        return Some(if one.number + 1 == other.number { "" } else { "\n" });
    }
    let words = previous.shown();
    if !previous.is_sms() {
        return Some(if ends_sentence(words) { "\n" } else { " " });
    }
    // A signature begins a new message, a number another part of a set.
    if next.marker.is_some() || previous.marker.is_some() || next.shown().starts_with(['【', '[']) {
        return None;
    }
    let length = characters(previous);
    let is_full = FULL_PART_CHARACTERS.iter().any(|full| full.contains(&length));
    match is_full {
        true => Some(""),
        false => is_open(words).then_some(" "),
    }
}

fn ends_sentence(words: &str) -> bool {
    let words = words.trim_end_matches(['”', '」', '』', '"', ')', '）', ' ']);
    words.ends_with(['。', '！', '？', '!', '?', '｡', '~', '～'])
}

/// Whether words break off: an SMS that ends with a full stop, a signature, a link or the letter that unsubscribes is whole.
fn is_open(words: &str) -> bool {
    let is_thanks = words.ends_with("谢谢") || words.ends_with("感谢");
    let last = words.chars().next_back();
    let goes_on = |last: char| {
        matches!(
            last,
            '，' | ',' | '、' | '；' | ';' | '：' | ':' | '…' | '\u{3400}'..='\u{9FFF}'
        )
    };
    !is_thanks && last.is_some_and(goes_on)
}
