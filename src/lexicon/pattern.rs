//! The pattern language of rules and cues.
//!
//! In: one pattern text (grammar in `lexicons/README.md`). Out: [`Pattern`], steps over term classes with
//! order, distance, window, exclusions and the steps that carry the evidence. Parsing interns class names
//! and literals through [`Intern`]; finding patterns in a message is `search`'s business.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::class_set::{Mask, masks};
use super::flat::{self, flat_struct};
use crate::error::{Sentence, say};

/// Index of a term class in the lexicon; literals and rules' own terms are classes without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ClassId(pub(crate) u16);

flat_struct!(ClassId(u16));

/// What a found pattern stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Target {
    /// A match of the rule with this index.
    Rule(usize),
    /// An exclusion of the rule with this index.
    Unless(usize),
    /// A signal of the cue with this index.
    Cue(usize),
}

/// How far a pattern may stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Window {
    Clause,
    Sentence,
    Turn,
    Message,
}

/// Steps over classes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    pub(crate) target: Target,
    pub(crate) window: Window,
    pub(crate) steps: Vec<Step>,
    /// Stretches of steps that stand in order; the stretches themselves (`&`) stand anywhere in the window.
    pub(crate) groups: Vec<Range<usize>>,
    /// Classes that must not stand in the window, near the match.
    pub(crate) forbidden: Vec<ClassId>,
    /// The steps that carry the evidence.
    pub(crate) primary: Range<usize>,
    /// The obligatory step that is rarest in ordinary text.
    pub(crate) anchor: usize,
}

/// One place to fill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    /// Any one of these, in order.
    #[serde(with = "flat")]
    pub(crate) classes: Vec<ClassId>,
    /// The same as bits: a step may name hundreds, of which a message shows few.
    #[serde(with = "flat")]
    pub(crate) masks: Vec<Mask>,
    /// Most characters between the step before and this one.
    pub(crate) max_gap: usize,
    pub(crate) is_optional: bool,
    /// How many occurrences, one after the other.
    pub(crate) at_least: usize,
    /// Must begin and end at word boundaries.
    pub(crate) at_words: bool,
}

/// Turns names and literals into classes.
pub(crate) trait Intern {
    /// The class `<name>`, if there is one.
    fn class(&mut self, name: &str) -> Option<ClassId>;
    /// The anonymous class of one literal.
    fn literal(&mut self, text: &str) -> ClassId;
    /// How common its terms are in ordinary text; the least common obligatory step becomes the anchor.
    fn commonness(&self, class: ClassId) -> u32;
}

/// Distance allowed by `…` where no number is given, in characters.
pub(crate) const DEFAULT_GAP: usize = 40;

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where in the pattern.
    pub(crate) fn parse(text: &str, target: Target, intern: &mut impl Intern) -> Result<Self, Sentence> {
        let (window, body) = split_window(text)?;
        let mut steps: Vec<Step> = Vec::new();
        let mut forbidden = Vec::new();
        let mut gap = 0;
        let mut group_starts = vec![0];
        let mut open = None;
        let mut primary = None;
        for token in body.split_whitespace() {
            match token {
                "…" | "..." => gap = DEFAULT_GAP,
                "&" => {
                    group_starts.push(steps.len());
                    gap = 0;
                }
                "(" => open = Some(steps.len()),
                ")" => {
                    let unopened = || say!("有 `)` 而没有 `(`", "`)` without `(`");
                    let start = open.take().ok_or_else(unopened)?;
                    primary = Some(start..steps.len());
                }
                _ if token.starts_with("..") => {
                    gap = token[2..].parse().map_err(|_| {
                        say!(
                            "`{token}` 不是距离；请写作 ..数字",
                            "`{token}` is no distance; write ..N"
                        )
                    })?;
                }
                _ if token.starts_with('!') => forbidden.extend(parse_classes(&token[1..], intern)?),
                _ => {
                    let mut step = parse_step(token, intern)?;
                    step.max_gap = gap;
                    gap = 0;
                    steps.push(step);
                }
            }
        }
        if open.is_some() {
            return Err(say!("有 `(` 而没有 `)`", "`(` without `)`"));
        }
        let group_ends = group_starts.iter().skip(1).copied().chain([steps.len()]);
        let groups: Vec<Range<usize>> = group_starts
            .iter()
            .copied()
            .zip(group_ends)
            .map(|(a, b)| a..b)
            .collect();
        let has_obligatory = |group: &Range<usize>| steps[group.clone()].iter().any(|step| !step.is_optional);
        if groups.len() > 1 && !groups.iter().all(has_obligatory) {
            return Err(say!(
                "`&` 两边都要有不带 `?` 的一步",
                "`&` needs an obligatory step on both sides"
            ));
        }
        let obligatory = steps.iter().enumerate().filter(|(_, step)| !step.is_optional);
        let commonness = |step: &Step| {
            step.classes
                .iter()
                .map(|&class| intern.commonness(class))
                .sum::<u32>()
        };
        let anchor = obligatory
            .min_by_key(|(_, step)| commonness(step))
            .map(|(index, _)| index);
        let primary = primary.unwrap_or(0..steps.len());
        if primary.is_empty() {
            return Err(say!("`( )` 里没有内容", "`( )` holds no step"));
        }
        Ok(Self {
            text: text.to_owned(),
            target,
            window,
            anchor: anchor.ok_or_else(|| say!("至少要有不带 `?` 的一步", "no obligatory step"))?,
            steps,
            groups,
            forbidden,
            primary,
        })
    }
}

fn split_window(text: &str) -> Result<(Window, &str), Sentence> {
    let Some((name, rest)) = text.split_once(": ") else {
        return Ok((Window::Sentence, text));
    };
    let window = match name.trim() {
        "clause" => Window::Clause,
        "sentence" => Window::Sentence,
        "turn" => Window::Turn,
        "message" => Window::Message,
        _ => {
            return Err(say!(
                "`{name}:` 不是范围；请写 `clause:`、`sentence:`、`turn:` 或 `message:`",
                "`{name}:` is no window; write clause:, sentence:, turn: or message:"
            ));
        }
    };
    Ok((window, rest))
}

fn parse_step(token: &str, intern: &mut impl Intern) -> Result<Step, Sentence> {
    let mut core = token;
    let mut is_optional = false;
    let mut at_words = false;
    let mut at_least = 1;
    loop {
        if let Some(rest) = core.strip_suffix('?') {
            is_optional = true;
            core = rest;
        } else if let Some(rest) = core.strip_suffix('^') {
            at_words = true;
            core = rest;
        } else if let Some((rest, count)) = core.strip_suffix('}').and_then(|rest| rest.rsplit_once('{')) {
            at_least = count
                .parse()
                .map_err(|_| say!("`{token}`：{{ }} 里要写数字", "`{token}`: {{N}} needs a number"))?;
            core = rest;
        } else {
            break;
        }
    }
    if at_least == 0 {
        return Err(say!(
            "`{token}`：{{0}} 等于没有要求；请写 1 以上的数字",
            "`{token}`: {{0}} asks for nothing"
        ));
    }
    let classes = parse_classes(core, intern)?;
    Ok(Step {
        masks: masks(&classes),
        classes,
        max_gap: 0,
        is_optional,
        at_least,
        at_words,
    })
}

fn parse_classes(text: &str, intern: &mut impl Intern) -> Result<Vec<ClassId>, Sentence> {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let alternatives = inner.unwrap_or(text).split('|');
    let mut classes = Vec::new();
    for alternative in alternatives {
        let name = alternative
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'));
        let class = match name {
            Some(name) => {
                let unknown = || say!("没有词类 <{name}>；请先在 classes 下定义", "no class <{name}>");
                intern.class(name).ok_or_else(unknown)?
            }
            None if alternative.is_empty() => {
                return Err(say!(
                    "`{text}` 里有一个选项是空的",
                    "`{text}` has an empty alternative"
                ));
            }
            None if alternative.contains(['<', '>', '[', ']', '(', ')']) => {
                return Err(say!(
                    "`{alternative}` 把词语和括号混在一起；括号前后请留空格",
                    "`{alternative}` mixes a literal and brackets"
                ));
            }
            None => intern.literal(alternative),
        };
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    classes.sort_unstable();
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Names(Vec<String>);

    impl Intern for Names {
        fn class(&mut self, name: &str) -> Option<ClassId> {
            (name != "unknown").then(|| self.literal(name))
        }
        fn literal(&mut self, text: &str) -> ClassId {
            if !self.0.iter().any(|name| name == text) {
                self.0.push(text.to_owned());
            }
            ClassId(self.0.iter().position(|name| name == text).unwrap() as u16)
        }
        fn commonness(&self, class: ClassId) -> u32 {
            u32::from(self.0[class.0 as usize] == "你") * 9
        }
    }

    fn parse(text: &str) -> Result<Pattern, Sentence> {
        Pattern::parse(text, Target::Rule(0), &mut Names::default())
    }

    #[test]
    fn reads_steps_distances_windows_and_evidence() {
        let pattern = parse("clause: 你 ..3 ( <violence> … [腿|<body>]? ) !<deny>").unwrap();
        assert_eq!(pattern.window, Window::Clause);
        assert_eq!(pattern.primary, 1..3);
        assert_eq!(pattern.anchor, 1);
        assert_eq!(pattern.steps[1].max_gap, 3);
        assert_eq!(pattern.steps[2].max_gap, DEFAULT_GAP);
        assert!(pattern.steps[2].is_optional);
        assert_eq!(pattern.steps[2].classes.len(), 2);
        assert_eq!(pattern.forbidden.len(), 1);
        let pattern = parse("<kin> & <school>{2}").unwrap();
        assert_eq!(pattern.groups, [0..1, 1..2]);
        assert_eq!(pattern.steps[1].at_least, 2);
        let pattern = parse("a ..3 b & c").unwrap();
        assert_eq!(pattern.groups, [0..2, 2..3]);
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, expected) in [
            ("<unknown>", "no class"),
            ("a & ", "both sides"),
            ("( a", "without"),
            ("day: a", "window"),
            ("a? b?", "obligatory"),
            ("..x a", "distance"),
            ("[a|]", "empty"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.en.contains(expected), "{text}: {error:?}");
        }
    }
}
