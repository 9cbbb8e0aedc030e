//! What the stages saw, written down for `why`.
//!
//! In: the judges and what they decided. Out: [`Trace`]. Nothing here decides anything.

use super::{Judged, Judges, Outcome as Decision};
use crate::finding::Finding;
use crate::lexicon::cue::{Effect, State};
use crate::message::Role;
use crate::span::Span;
use crate::trace::{
    Outcome, Signal, Statement, Trace, TracedHit, TracedMatch, TracedReading, TracedStatement,
};

impl Judges<'_, '_> {
    /// The notes of all stages.
    pub(crate) fn trace(&self, gated: Vec<usize>, judged: &[Judged], findings: &[Finding]) -> Trace {
        Trace {
            opinion: None,
            readings: self.readings(),
            hits: self.hits(),
            signals: self.signals(),
            statements: self.statements(),
            gated: self.gated(gated),
            matches: self.matches(judged, findings),
        }
    }

    fn readings(&self) -> Vec<TracedReading> {
        let mut readings = Vec::new();
        for (stretch, own) in (0..).zip(&self.context.scan.readings) {
            let turn = self.context.place(stretch, Span::new(0, 0)).turn;
            let mut add = |name: &str, text: &str| {
                if text != own.source {
                    let (name, text) = (name.to_owned(), text.to_owned());
                    readings.push(TracedReading { name, turn, text });
                }
            };
            add("plain", &own.plain.text);
            for (index, restored) in own.restored.iter().enumerate() {
                add(
                    if index + 1 < own.restored.len() {
                        "joined"
                    } else {
                        "restored"
                    },
                    &restored.text,
                );
            }
        }
        readings
    }

    fn hits(&self) -> Vec<TracedHit> {
        let context = &self.context;
        let hits = context.scan.hits.iter().map(|hit| {
            let place = context.place(hit.stretch, hit.span);
            let term = context.lexicon.term_text(hit.term);
            TracedHit {
                of: context.lexicon.classes[hit.class.0 as usize].name.clone(),
                turn: place.turn,
                span: place.span,
                text: term
                    .unwrap_or_else(|| hit.span.of(context.source(hit.stretch)))
                    .to_owned(),
                disguises: hit.disguises.iter().collect(),
            }
        });
        let mut hits: Vec<TracedHit> = hits.collect();
        hits.sort_by(|left, right| {
            (left.turn, left.span, &left.of).cmp(&(right.turn, right.span, &right.of))
        });
        hits
    }

    fn signals(&self) -> Vec<Signal> {
        let context = &self.context;
        let cues = context.cues.iter().map(|found| {
            let cue = context.entry(found);
            Signal {
                cue: cue.id.clone(),
                effect: cue.effect.to_string(),
                weight: f64::from(cue.weight),
                text: found.span.of(context.source(found.stretch)).to_owned(),
            }
        });
        let role = context
            .message
            .recipient_role
            .filter(|role| *role != Role::Unknown);
        let field = role.map(|role| Signal {
            cue: "recipient_role".to_owned(),
            effect: "addressee".to_owned(),
            weight: 1.0,
            text: format!("{role:?}"),
        });
        let (voice, _) = context.voice(0, Span::new(0, 0), &[]);
        let sums =
            [("mention", voice.mention), ("collector", voice.collector)].map(|(effect, weight)| Signal {
                cue: "voice".to_owned(),
                effect: effect.to_owned(),
                weight: f64::from(weight),
                text: String::new(),
            });
        field.into_iter().chain(cues).chain(sums).collect()
    }

    fn statements(&self) -> Vec<TracedStatement> {
        let context = &self.context;
        let first = |state: State| context.with_effect(Effect::State(state)).next();
        if !context.is_call() || first(State::Collecting).is_none() {
            return Vec::new();
        }
        let expected = [
            (Statement::InstitutionNamed, State::InstitutionNamed),
            (Statement::RecordingTold, State::RecordingTold),
        ];
        let statements = expected.map(|(statement, state)| TracedStatement {
            statement,
            turn: first(state).and_then(|found| context.place(found.stretch, found.span).turn),
        });
        statements.into()
    }

    fn gated(&self, mut rules: Vec<usize>) -> Vec<String> {
        let lexicon = self.context.lexicon;
        rules.sort_unstable();
        rules.dedup();
        rules
            .into_iter()
            .map(|rule| lexicon.rules[rule].id.clone())
            .collect()
    }

    fn matches(&self, judged: &[Judged], findings: &[Finding]) -> Vec<TracedMatch> {
        let mut matches: Vec<TracedMatch> = judged
            .iter()
            .map(|Judged { rule, found, outcome }| {
                let place = self.context.place(found.stretch, found.span);
                let is_kept = || {
                    findings
                        .iter()
                        .any(|finding| finding.rule == *rule && finding.place == place)
                };
                TracedMatch {
                    rule: self.context.lexicon.rules[*rule].id.clone(),
                    pattern: self.context.lexicon.patterns[found.pattern].text.clone(),
                    turn: place.turn,
                    span: place.span,
                    outcome: match outcome {
                        Decision::NotApplicable => Outcome::Inapplicable,
                        Decision::Dismissed(reason, _) => Outcome::Dismissed(*reason),
                        Decision::Upheld(..) if is_kept() => Outcome::Upheld,
                        Decision::Upheld(..) => Outcome::Covered,
                    },
                }
            })
            .collect();
        matches.sort_by(|left, right| {
            (left.turn, left.span, &left.rule).cmp(&(right.turn, right.span, &right.rule))
        });
        matches
    }
}
