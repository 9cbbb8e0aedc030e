//! Judges of the words around a match: denial, prohibition, report, victim, question, quotation.
//!
//! In: a match and its context. Out: the reason for which it is innocent and the cue, or nothing. Scope is all
//! that they know: a cue works on its side, as far as it reaches, until a turn word (但是, 否则) ends it.

use super::context::{Context, CueFound, Voice};
use crate::finding::Reason;
use crate::lexicon::cue::{Cue, Effect, Reach, Side};
use crate::lexicon::pattern::Window;
use crate::rule::Judge;
use crate::search::PatternMatch;
use crate::search::patterns::QUOTATION_MARKS;
use crate::span::Span;

/// The innocent reading of a match by the words around it.
pub(super) fn judge(
    context: &Context,
    found: &PatternMatch,
    voice: Voice,
    ignores: &[Judge],
) -> Option<(Reason, Option<CueFound>)> {
    let effects = [
        (Effect::Denial, Judge::Denial, Reason::Denied),
        (Effect::Prohibition, Judge::Prohibition, Reason::Prohibited),
        (Effect::Report, Judge::Report, Reason::Reported),
        (Effect::Victim, Judge::Report, Reason::Reported),
        (Effect::Question, Judge::Question, Reason::Asked),
    ];
    for (effect, judge, reason) in effects {
        if ignores.contains(&judge) {
            continue;
        }
        let cue = context
            .with_effect(effect)
            .find(|cue| governs(context, cue, found));
        let Some(cue) = cue else { continue };
        let is_innocent = match effect {
            // A denial that hangs on payment is a lever: "只要你还款，我们就不会找你家人".
            Effect::Denial => !is_lever(context, cue) && !is_choice(context, cue),
            // A collector asks to frighten; who asks without collecting fears it.
            Effect::Question => voice.mention >= ASKING_VOICE && voice.collector <= voice.mention,
            _ => true,
        };
        if is_innocent {
            return Some((reason, Some(*cue)));
        }
    }
    if is_quoted(context, found) {
        return Some((Reason::Quoted, None));
    }
    None
}

/// Mention this strong makes a question somebody's own worry and not a collector's rhetoric.
const ASKING_VOICE: f32 = 1.0;

/// Whether a denial is the second half of a question: 是不是, 会不会, 有没有 deny nothing.
fn is_choice(context: &Context, denial: &CueFound) -> bool {
    let source = context.source(denial.stretch);
    let before = source[..denial.span.start].chars().next_back();
    let asked = denial.span.of(source).chars().nth(1);
    before.is_some() && before == asked
}

/// Whether a cue's scope holds the match.
fn governs(context: &Context, cue: &CueFound, found: &PatternMatch) -> bool {
    if cue.stretch != found.stretch {
        return false;
    }
    let entry = context.entry(cue);
    // Only the parts that carry the evidence: what stands between it and a distant condition denies nothing.
    let hits = || found.parts.iter().map(|&(_, hit)| &context.scan.hits[hit]);
    let spans = || {
        let inside = hits().filter(|hit| hit.stretch == found.stretch && found.span.contains(hit.span));
        inside.map(|hit| hit.span)
    };
    let is_own_word = spans().any(|span| span.overlaps(cue.span));
    if entry.reach == Reach::Overlap {
        return spans().any(|span| touches(span, cue.span)) || found.span.overlaps(cue.span);
    }
    if is_own_word {
        return false;
    }
    let last = spans().map(|span| span.start).max().unwrap_or(found.span.start);
    let first = spans().map(|span| span.end).min().unwrap_or(found.span.end);
    let is_on_side = match entry.side {
        Side::After => cue.span.start < last,
        Side::Before => cue.span.end > first,
        Side::Both => true,
    };
    is_on_side && is_reached(context, cue, entry, found) && !is_ended(context, cue, found)
}

fn touches(left: Span, right: Span) -> bool {
    left.start <= right.end && right.start <= left.end
}

fn is_reached(context: &Context, cue: &CueFound, entry: &Cue, found: &PatternMatch) -> bool {
    let length = context.source(cue.stretch).len();
    let layout = &context.layouts[cue.stretch as usize];
    let window = match entry.reach {
        Reach::Clause => layout.window(Window::Clause, cue.span.start, length),
        Reach::Sentence => layout.window(Window::Sentence, cue.span.start, length),
        Reach::Paragraph => layout.paragraph(cue.span.start, length),
        Reach::Overlap => found.span,
    };
    window.overlaps(found.span)
}

/// Whether a turn word stands between a cue and the match.
fn is_ended(context: &Context, cue: &CueFound, found: &PatternMatch) -> bool {
    let between = if cue.span.end <= found.span.start {
        Span::new(cue.span.end, found.span.start)
    } else if found.span.end <= cue.span.start {
        Span::new(found.span.end, cue.span.start)
    } else {
        return false;
    };
    context
        .with_effect(Effect::Turn)
        .any(|turn| turn.stretch == cue.stretch && between.contains(turn.span))
}

/// Whether a condition of paying stands before a denial in its sentence.
fn is_lever(context: &Context, denial: &CueFound) -> bool {
    let length = context.source(denial.stretch).len();
    let layout = &context.layouts[denial.stretch as usize];
    let sentence = layout.window(Window::Sentence, denial.span.start, length);
    context.with_effect(Effect::Condition).any(|condition| {
        condition.stretch == denial.stretch
            && sentence.contains(condition.span)
            && condition.span.start < denial.span.end
    })
}

/// Whether the match stands in quotation marks in a text that tells of it: somebody is reported to have said
/// it, or nothing outside the marks is a collector's own voice.
fn is_quoted(context: &Context, found: &PatternMatch) -> bool {
    let marks = context.layouts[found.stretch as usize].quotation_marks();
    let Some(quote) = enclosing_quote(marks, found.span) else {
        return false;
    };
    let before = Span::new(quote.start.saturating_sub(REPORT_REACH_BYTES), quote.start + 3);
    let is_told = context
        .with_effect(Effect::Report)
        .any(|cue| cue.stretch == found.stretch && before.contains(cue.span));
    let (outside, _) = context.voice(found.stretch, found.span, &quotations(marks));
    is_told || !context.is_call() && outside.collector <= outside.mention.max(QUIET_COLLECTOR)
}

/// How far before a quotation, in bytes, its reporting verb is looked for.
const REPORT_REACH_BYTES: usize = 90;

/// A collector's voice no louder than this outside a quotation is no voice.
const QUIET_COLLECTOR: f32 = 0.7;

/// All quotations of a text, marks left out, from where its marks stand.
fn quotations(marks: &[(usize, char)]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for &(at, mark) in marks {
        match open {
            Some((start, close)) if close == mark => {
                found.push(Span::new(start, at));
                open = None;
            }
            Some(_) => {}
            None => open = closing(mark).map(|close| (at + mark.len_utf8(), close)),
        }
    }
    found
}

/// How far back, in bytes, an opening quotation mark is looked for.
const LONGEST_QUOTE_BYTES: usize = 600;

/// The quotation marks around a span, if it stands in any.
fn enclosing_quote(marks: &[(usize, char)], span: Span) -> Option<Span> {
    let before = marks.partition_point(|&(at, _)| at < span.start);
    let (opening, mark) = *marks[..before].last()?;
    let close = closing(mark).filter(|_| span.start - opening <= LONGEST_QUOTE_BYTES)?;
    let mut after = marks[before..].iter();
    let (closing, _) = *after.find(|&&(at, mark)| at >= span.end && mark == close)?;
    Some(Span::new(opening, closing))
}

/// The mark that closes what this one opens.
fn closing(mark: char) -> Option<char> {
    let pair = QUOTATION_MARKS.iter().find(|(opening, _)| *opening == mark);
    pair.map(|(_, closing)| *closing)
}
