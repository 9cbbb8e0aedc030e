//! The pipeline, written out.
//!
//! In: a lexicon, once; messages. Out: a [`Verdict`] for each. A [`Linter`] never changes after it is built,
//! so threads share it. It reads no input and writes no report.

use std::cell::LazyCell;
use std::sync::{Arc, Mutex, PoisonError};

use smallvec::SmallVec;

use crate::error::Result;
use crate::finding::{Dismissal, Finding, Place, Reason, Verdict};
use crate::judge::context::Context;
use crate::judge::{Hearing, Judges};
use crate::lexicon::Lexicon;
use crate::lexicon::cue::Effect;
use crate::message::{Message, Role};
use crate::normalize;
use crate::opinion::{CloseOpinion, Listening, Opinion};
use crate::rule::{Category, Confidence, Tier};
use crate::score::score;
use crate::search::patterns::Matcher;
use crate::search::{Glimpse, Layout, Row, Scan, Scratch, Searcher};
use crate::segment::Segmenter;
use crate::trace::Trace;

/// Judges messages; built once, shared by all threads.
#[derive(Debug)]
pub struct Linter<'l> {
    pub(crate) lexicon: &'l Lexicon,
    pub(crate) searcher: Arc<Searcher>,
    pub(crate) segmenter: Segmenter,
    /// Memory for checks one by one, one for each thread that makes some.
    scratches: Mutex<Vec<Scratch>>,
}

/// Exact work counters of one or many checks (summed with `+=`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Work {
    /// Messages judged.
    pub messages: u64,
    /// Characters read.
    pub characters: u64,
    /// Messages that the first hearing left in doubt.
    pub in_doubt: u64,
    /// Places of these where the filter of characters, pairs and syllables says that a term may stand.
    pub filter_hits: u64,
    /// Terms that do stand there, once for each class that holds them.
    pub anchors: u64,
    /// Messages in which all obligatory classes of some rule were present.
    pub candidates: u64,
    /// Blocks that jieba cut.
    pub blocks_cut: u64,
    /// Characters in these blocks.
    pub characters_cut: u64,
    /// Dictionaries loaded.
    pub dictionary_loads: u64,
}

/// What a first look makes of a message.
#[derive(Debug)]
pub(crate) enum Sifted {
    /// Nobody needs to look at it again: it is clean.
    Ordinary,
    /// The rules are asked, too.
    Doubtful(Option<Overheard>),
}

/// What the second opinion says at the first hearing, and the tokens for a closer look.
#[derive(Debug)]
pub(crate) struct Overheard {
    opinion: Opinion,
    row: Row,
}

/// What the first parts of a check leave to the last.
pub(crate) struct Glimpsed<'l> {
    glimpse: Glimpse,
    heard: Heard<'l>,
}

/// What the second opinion says of a message before any rule is asked.
pub(crate) struct Heard<'l> {
    first: Option<Opinion>,
    close: Option<CloseOpinion<'l>>,
    asked: Asked,
}

/// Which rules may say anything of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    All,
    /// It reads like an ordinary one, but not beyond doubt.
    Severe,
    Nobody,
}

impl Asked {
    fn includes(self, tier: Tier) -> bool {
        match self {
            Asked::All => true,
            Asked::Severe => tier == Tier::Severe,
            Asked::Nobody => false,
        }
    }
}

impl Heard<'_> {
    /// Whether the message is read in its context whatever rules find.
    fn proposes(&self) -> bool {
        let may_decide = |opinion: Opinion| opinion.is_heard_again() || opinion.may_be_ordinary();
        self.first.is_some_and(may_decide) && self.close.as_ref().is_some_and(CloseOpinion::is_likely)
    }
}

impl std::ops::AddAssign for Work {
    fn add_assign(&mut self, other: Work) {
        self.messages += other.messages;
        self.characters += other.characters;
        self.in_doubt += other.in_doubt;
        self.filter_hits += other.filter_hits;
        self.anchors += other.anchors;
        self.candidates += other.candidates;
        self.blocks_cut += other.blocks_cut;
        self.characters_cut += other.characters_cut;
        self.dictionary_loads += other.dictionary_loads;
    }
}

impl<'l> Linter<'l> {
    /// Builds the automata of a lexicon.
    ///
    /// # Errors
    /// If an automaton cannot be built.
    pub fn new(lexicon: &'l Lexicon) -> Result<Self> {
        let searcher = match &lexicon.searcher {
            Some(made) => Arc::clone(made),
            None => Searcher::new(lexicon)?.into(),
        };
        Ok(Self {
            lexicon,
            searcher,
            segmenter: Segmenter::new(&lexicon.words),
            scratches: Mutex::default(),
        })
    }

    /// The verdict for a message. O(characters + hits · log hits); loads jieba's dictionary on first need.
    pub fn check(&self, message: &Message) -> Verdict {
        self.check_counting(message, &mut Work::default())
    }

    /// The verdict, and the work that it took added to `work`.
    pub fn check_counting(&self, message: &Message, work: &mut Work) -> Verdict {
        self.with_scratch(|scratch| self.check_with(message, work, scratch))
    }

    /// Does something with memory that an earlier check left: getting it anew takes longer than a check.
    fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let pool = || self.scratches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let done = work(&mut scratch);
        pool().push(scratch);
        done
    }

    /// The verdict of the rules alone, without the second opinion: for the rules' own examples.
    pub(crate) fn check_by_rules(&self, message: &Message) -> Verdict {
        self.check_doubtful(message, None, &mut Work::default(), &mut Scratch::default())
    }

    /// What the second opinion alone would propose: for the examples of rules without patterns.
    pub(crate) fn check_by_model(&self, message: &Message) -> Verdict {
        let mut scratch = Scratch::default();
        let first = self.overhear(message, &mut scratch);
        let heard = self.hear_closely(message, first, &mut scratch);
        self.decide(message, heard, None, Vec::new(), Vec::new())
    }

    /// The same for one message after the other: `scratch` keeps its memory and nothing else.
    pub(crate) fn check_with(&self, message: &Message, work: &mut Work, scratch: &mut Scratch) -> Verdict {
        match self.sift(message, work, scratch) {
            Sifted::Ordinary => Verdict::default(),
            Sifted::Doubtful(first) => self.check_doubtful(message, first, work, scratch),
        }
    }

    /// The first part of a check, with which nine of ten messages end. Whoever checks many does one part with all of
    /// them before the next: the parts read different tables, and each finds its own still in the cache.
    pub(crate) fn sift(&self, message: &Message, work: &mut Work, scratch: &mut Scratch) -> Sifted {
        work.messages += 1;
        let opinion = self
            .searcher
            .opine(self.lexicon, message, scratch, &mut work.characters);
        match self.is_ordinary(message, opinion) {
            true => Sifted::Ordinary,
            false => Sifted::Doubtful(overheard(opinion, scratch)),
        }
    }

    /// What the first hearing of a message leaves, whatever it says.
    fn overhear(&self, message: &Message, scratch: &mut Scratch) -> Option<Overheard> {
        let opinion = self.searcher.opine(self.lexicon, message, scratch, &mut 0);
        overheard(opinion, scratch)
    }

    /// The second part of a check: what the second opinion says at a closer look; `None` if no rule may say anything. Four
    /// in ten of the messages in doubt end here.
    pub(crate) fn hear(
        &self,
        message: &Message,
        first: Option<Overheard>,
        work: &mut Work,
        scratch: &mut Scratch,
    ) -> Option<Heard<'l>> {
        work.in_doubt += 1;
        let heard = self.hear_closely(message, first, scratch);
        (heard.asked != Asked::Nobody).then_some(heard)
    }

    fn hear_closely(&self, message: &Message, first: Option<Overheard>, scratch: &mut Scratch) -> Heard<'l> {
        let close = self.lexicon.model.as_ref().zip(first.as_ref());
        let close = close.map(|(model, Overheard { opinion, row })| {
            CloseOpinion::new(model, *opinion, self.searcher.look_closer(row, scratch))
        });
        let first = first.map(|first| first.opinion);
        Heard {
            first,
            asked: self.asked(message, first, close.as_ref()),
            close,
        }
    }

    /// The third part of a check: what the message may break; `None` if nothing.
    pub(crate) fn glimpse(
        &self,
        message: &Message,
        heard: Heard<'l>,
        work: &mut Work,
        scratch: &mut Scratch,
    ) -> Option<Glimpsed<'l>> {
        let is_asked = |rule: usize| heard.asked.includes(self.lexicon.rules[rule].tier);
        let proposes = heard.proposes();
        let glimpse = self
            .searcher
            .glance(self.lexicon, message, &is_asked, proposes, work, scratch)?;
        Some(Glimpsed { glimpse, heard })
    }

    /// Which rules may say anything of a message: what the others find is doubted.
    fn asked(&self, message: &Message, opinion: Option<Opinion>, close: Option<&CloseOpinion>) -> Asked {
        match close {
            Some(close)
                if opinion.is_some_and(|opinion| !opinion.is_grave)
                    && self.tone_decides(message)
                    && close.is_quiet() =>
            {
                match close.is_ordinary_beyond_doubt() {
                    true => Asked::Nobody,
                    false => Asked::Severe,
                }
            }
            _ => Asked::All,
        }
    }

    /// The last part of a check.
    pub(crate) fn check_glimpsed(
        &self,
        message: &Message,
        Glimpsed { glimpse, heard }: Glimpsed<'l>,
        work: &mut Work,
        scratch: &mut Scratch,
    ) -> Verdict {
        let (open, scan) = self
            .searcher
            .scan_glimpsed(self.lexicon, glimpse, message, scratch);
        let verdict = self.examine(message, heard, &open, &scan, work, None);
        let kept = scan.into_kept();
        scratch.keep(kept);
        verdict
    }

    fn check_doubtful(
        &self,
        message: &Message,
        first: Option<Overheard>,
        work: &mut Work,
        scratch: &mut Scratch,
    ) -> Verdict {
        let heard = self.hear(message, first, work, scratch);
        let glimpsed = heard.and_then(|heard| self.glimpse(message, heard, work, scratch));
        match glimpsed {
            Some(glimpsed) => self.check_glimpsed(message, glimpsed, work, scratch),
            None => Verdict::default(),
        }
    }

    /// Whether the second opinion keeps a message from the rules.
    fn is_ordinary(&self, message: &Message, opinion: Option<Opinion>) -> bool {
        opinion.is_some_and(Opinion::is_ordinary) && self.tone_decides(message)
    }

    /// Whether the tone of the words may decide. A company's own rules are for the texts that only it knows, and no tone
    /// changes when a message was sent and to whom.
    fn tone_decides(&self, message: &Message) -> bool {
        self.lexicon.first_own_rule == self.lexicon.rules.len()
            && matches!(message.recipient_role, None | Some(Role::Debtor | Role::Unknown))
            && !self.lexicon.is_sent_in_quiet_hours(message)
    }

    /// Whether a text is about collection and not part of it, by its cues, whatever its rules find.
    pub(crate) fn is_mention(&self, message: &Message) -> bool {
        let is_genre = |effect| matches!(effect, Effect::Genre(_));
        let may_be = |text| {
            self.with_scratch(|scratch| self.searcher.may_have_cue(self.lexicon, text, is_genre, scratch))
        };
        if !texts(message).any(may_be) {
            return false;
        }
        let scan = self.searcher.scan(self.lexicon, texts(message));
        let open = self.searcher.gate_cues(&scan.present);
        let layouts: SmallVec<[Layout; 1]> = scan
            .readings
            .iter()
            .map(|readings| Layout::new(readings.source, self.lexicon))
            .collect();
        let matcher = Matcher::new(self.lexicon, &scan, &layouts);
        let context = Context::new(message, self.lexicon, &scan, &layouts, &matcher, &open);
        context.whole_voice().is_mention()
    }

    /// The verdict and what each stage saw on the way to it: everything, also what could never match.
    pub fn trace(&self, message: &Message) -> (Verdict, Trace) {
        let (mut trace, mut scratch) = (Trace::default(), Scratch::default());
        let first = self.overhear(message, &mut scratch);
        let scan = self.searcher.scan(self.lexicon, texts(message));
        let open = self.searcher.gate(&scan.present, true);
        let work = &mut Work::default();
        let heard = self.hear_closely(message, first, &mut scratch);
        let verdict = self.examine(message, heard, &open, &scan, work, Some(&mut trace));
        (verdict, trace)
    }

    /// Tries the open patterns on what was found, judges their matches and scores.
    fn examine(
        &self,
        message: &Message,
        heard: Heard<'l>,
        open: &[usize],
        scan: &Scan,
        work: &mut Work,
        trace: Option<&mut Trace>,
    ) -> Verdict {
        let lexicon = self.lexicon;
        let needs_context = trace.is_some() || heard.proposes();
        let (opinion, asked) = (heard.first, heard.asked);
        let mut rules: Vec<usize> = self.searcher.open_rules(lexicon, open, message).collect();
        // Whoever asks why a message is clean is told what rules would find, too.
        rules.retain(|&rule| asked == Asked::Nobody || asked.includes(lexicon.rules[rule].tier));
        rules.dedup();
        if rules.is_empty() && !needs_context {
            return Verdict::default();
        }
        work.candidates += u64::from(!rules.is_empty());
        let layouts: SmallVec<[Layout; 1]> = scan
            .readings
            .iter()
            .map(|readings| Layout::new(readings.source, lexicon))
            .collect();
        let matcher = Matcher::new(lexicon, scan, &layouts);
        let matches = matcher.find_rules(open, &rules);
        if matches.is_empty() && !needs_context {
            return Verdict::default();
        }
        let context = Context::new(message, lexicon, scan, &layouts, &matcher, open);
        let judges = Judges::new(context, matcher, &self.segmenter);
        let judged = judges.judge(matches, open, work);
        let (findings, dismissed) = judges.settle(&judged);
        if let Some(trace) = trace {
            *trace = judges.trace(rules, &judged, &findings);
            let is_ordinary = self.is_ordinary(message, opinion);
            let decided = heard.close.as_ref().filter(|_| !is_ordinary);
            trace.opinion = opinion.map(|first| decided.map_or(first.traced(), CloseOpinion::traced));
        }
        if asked == Asked::Nobody || self.is_ordinary(message, opinion) {
            return Verdict::default();
        }
        self.decide(message, heard, Some(&judges), findings, dismissed)
    }

    /// The second opinion on the findings, and the score of what is left.
    fn decide(
        &self,
        message: &Message,
        heard: Heard<'l>,
        judges: Option<&Judges>,
        mut findings: Vec<Finding>,
        mut dismissed: Vec<Dismissal>,
    ) -> Verdict {
        let lexicon = self.lexicon;
        // Only where a match was dismissed: without one, no stage before this looks for cues.
        let turns = judges.filter(|_| !dismissed.is_empty()).map(Judges::turns);
        let turns = turns.unwrap_or_default();
        let is_asked =
            |opinion: Opinion| opinion.is_heard_again() || !findings.is_empty() || !turns.is_empty();
        let close = heard.close.filter(|_| heard.first.is_some_and(is_asked));
        if let (Some(model), Some(mut close)) = (&lexicon.model, close) {
            let listen = |listening| self.searcher.listen(lexicon, model, message, listening);
            let closely = LazyCell::new(|| listen(Listening::Closely));
            for turn in turns {
                if close.is_likely() {
                    break;
                }
                close.go_by(self.searcher.listen_after(lexicon, model, message, turn));
            }
            let is_exempt = |finding: &Finding| {
                let rule = &lexicon.rules[finding.rule];
                finding.rule >= lexicon.first_own_rule || rule.is_grave() || rule.rests_on_record(message)
            };
            for finding in findings.iter_mut().filter(|finding| !is_exempt(finding)) {
                let is_severe = lexicon.rules[finding.rule].tier == Tier::Severe;
                if close.doubts(finding.place, is_severe, &|| &closely) {
                    finding.confidence = Confidence::Low;
                }
            }
            if close.is_undecided() && rules_counted(&findings) == 1 {
                // One rule, and a tone that says neither: a tier less. On the learning half, cross-validated by author, two in
                // five of such texts were clean.
                for finding in findings.iter_mut().filter(|finding| !is_exempt(finding)) {
                    finding.tier = match finding.tier {
                        Tier::Severe => Tier::Warning,
                        _ => Tier::Notice,
                    };
                }
            }
            let found: Vec<Category> = findings
                .iter()
                .filter(|finding| finding.is_counted())
                .map(|finding| finding.category)
                .collect();
            let by_category = LazyCell::new(|| listen(Listening::ByCategory));
            let proposals = close.proposals(&found, &|| &by_category);
            let is_sure = !found.is_empty() || close.is_sure();
            self.propose(message, proposals, is_sure, judges, &mut findings, &mut dismissed);
        }
        let (tier, score, categories) = score(&findings);
        Verdict {
            tier,
            score,
            categories,
            findings,
            dismissed,
        }
    }

    /// Adds what the second opinion proposes, unless a finding of the category shows the same words, or they are
    /// only mentioned; unless `is_sure`, as no more than a notice.
    fn propose(
        &self,
        message: &Message,
        proposals: Vec<(Category, Place)>,
        is_sure: bool,
        judges: Option<&Judges>,
        findings: &mut Vec<Finding>,
        dismissed: &mut Vec<Dismissal>,
    ) {
        for (category, place) in proposals {
            let Some(rule) = self.lexicon.proposals[category as usize] else {
                continue;
            };
            let is_shown = findings.iter().any(|finding| {
                finding.category == category
                    && finding.is_counted()
                    && finding.place.turn == place.turn
                    && finding.place.span.overlaps(place.span)
            });
            let is_allowed = judges.is_some_and(|judges| judges.allows_proposed(rule, place));
            if is_shown || is_allowed {
                continue;
            }
            let mut finding = self.proposed(rule, message, place);
            if !is_sure {
                finding.tier = finding.tier.min(Tier::Notice);
            }
            match judges.map_or(Hearing::Use, |judges| judges.hear_proposed(place)) {
                Hearing::Use => findings.push(finding),
                Hearing::Doubt => {
                    finding.confidence = Confidence::Low;
                    findings.push(finding);
                }
                Hearing::Mention(cue) => dismissed.push(Dismissal {
                    rule,
                    place,
                    reason: Reason::Genre,
                    cue,
                }),
            }
        }
        findings.sort_by_key(|finding| (finding.place, finding.rule));
        dismissed.sort_by_key(|dismissal| (dismissal.place, dismissal.rule));
    }

    fn proposed(&self, index: usize, message: &Message, place: Place) -> Finding {
        let rule = &self.lexicon.rules[index];
        let text = place.span.of(message.stretch(place.turn)).to_owned();
        let (plain, _) = normalize::plain(&text, &self.lexicon.folds.table);
        let plain = (*plain.text != *text).then(|| plain.text.into_owned());
        Finding {
            rule: index,
            category: rule.category,
            tier: rule.tier,
            confidence: rule.confidence,
            place,
            text,
            plain,
            disguises: Vec::new(),
            related: Vec::new(),
        }
    }
}

/// A first opinion, with the tokens of the message that was heard last.
fn overheard(opinion: Option<Opinion>, scratch: &Scratch) -> Option<Overheard> {
    let row = |opinion| Overheard {
        opinion,
        row: scratch.row(),
    };
    opinion.map(row)
}

fn texts<'m>(message: &'m Message) -> impl Iterator<Item = &'m str> {
    message.stretches().map(|(_, _, text)| text)
}

/// How many rules have findings that count.
fn rules_counted(findings: &[Finding]) -> usize {
    let counted = findings.iter().filter(|finding| finding.is_counted());
    let mut rules: SmallVec<[usize; 4]> = counted.map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.len()
}
