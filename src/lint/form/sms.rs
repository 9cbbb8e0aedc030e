//! The form of a short message: signature, opt-out, length, symbols, brackets.
//!
//! In: a [`Reading`] of a short message that collects, what its project says of signatures and gateway. Out: findings on the
//! words that show them. Letters, calls and chats have none. Gateways' terms are contracts, and their rules say so.

use unicode_general_category::{GeneralCategory, get_general_category};

use super::FormFinding;
use super::data::{self, Gateway, Word};
use super::reading::{Medium, Reading};
use crate::lint::config::FormFacts;
use crate::lint::variables::VariableKind;
use crate::span::Span;

/// Units of UTF-16 of a message that is sent as one, and of a part of a longer one: 140 bytes of UCS-2, less the six of the
/// header that joins parts (3GPP TS 23.040).
const SINGLE_UNITS: usize = 70;
const PART_UNITS: usize = 67;

/// What stands in front and behind a signature: 【】.
const BRACKETS: usize = 2;

pub(super) fn check(reading: &Reading, facts: &FormFacts, found: &mut Vec<FormFinding>) {
    if reading.medium != Medium::Sms {
        return;
    }
    let gateway = data::gateway(facts.gateway.as_deref());
    check_signature(reading, facts, gateway, found);
    check_offer(reading, found);
    check_length(reading, facts, gateway, found);
    check_symbols(reading, gateway, found);
    check_brackets(reading, gateway, found);
}

/// Whether a signature names an institution, as far as its words tell: it is neither neutral nor a person's.
pub(super) fn names_institution(reading: &Reading, signature: Span) -> bool {
    let inside = inside(signature);
    !is_neutral(reading, inside) && !is_person(reading, inside)
}

/// What stands between the brackets of a signature.
fn inside(signature: Span) -> Span {
    let bracket = '【'.len_utf8();
    Span::new(signature.start + bracket, signature.end - bracket)
}

fn check_signature(reading: &Reading, facts: &FormFacts, gateway: &Gateway, found: &mut Vec<FormFinding>) {
    let Some(signature) = reading.signature else {
        if !gateway.signs {
            let whole = Span::new(0, reading.template.text.len());
            found.push(FormFinding::new("form-signature-missing", whole));
        }
        return;
    };
    let span = reading.template_span(signature);
    let inside = inside(signature);
    let words = inside.of(reading.text()).trim();
    let is_filled_in = reading.variables_in(signature).next().is_some();
    let unsigned = |name: &str| name.trim().trim_matches(['【', '】']).trim().to_owned();
    let registered: Vec<String> = facts.signatures.iter().map(|name| unsigned(name)).collect();
    let is_registered = registered.iter().any(|name| name == words);
    if is_registered {
        return;
    }
    let (zh, en) = (format!("签名“{words}”"), format!("signature “{words}”"));
    match () {
        () if is_neutral(reading, inside) => {
            found.push(FormFinding::new("form-signature-neutral", span).with(zh, en));
        }
        () if is_person(reading, inside) => {
            found.push(FormFinding::new("form-signature-person", span));
        }
        () if !registered.is_empty() && !is_filled_in => {
            let known = registered.join("、");
            found.push(FormFinding::new("form-signature-unregistered", span).with(
                format!("{zh}不在清单中：{known}"),
                format!("{en} is none of {}", registered.join(", ")),
            ));
        }
        () => {}
    }
    let (shortest, longest) = gateway.signature;
    let characters = words.chars().count();
    if !is_filled_in && !(shortest..=longest).contains(&characters) {
        let (name_zh, name_en) = (&gateway.title.zh, &gateway.title.en);
        found.push(FormFinding::new("form-signature-length", span).with(
            format!("{characters} 字；网关（{name_zh}）要求 {shortest} 至 {longest} 字"),
            format!("{characters} characters; the gateway ({name_en}) takes {shortest} to {longest}"),
        ));
    }
}

/// Whether nothing is left of a signature without words that anybody uses.
fn is_neutral(reading: &Reading, inside: Span) -> bool {
    if reading.variables_in(inside).next().is_some() {
        return false;
    }
    let mut end = inside.start;
    let text = reading.text();
    // Longest words first from the left: every way of cutting neutral words is neutral.
    while end < inside.end {
        let rest = &text[end..inside.end];
        let gap = rest
            .chars()
            .next()
            .filter(|character| !character.is_alphanumeric());
        if let Some(gap) = gap {
            end += gap.len_utf8();
            continue;
        }
        let next = reading
            .places(Word::Neutral)
            .filter(|place| place.start == end && place.end <= inside.end);
        match next.map(|place| place.end).max() {
            Some(next) => end = next,
            None => return false,
        }
    }
    true
}

/// Whether a signature is a person: a name is filled in, or a surname stands in front of a title or of one or two
/// characters that no firm has in its name.
fn is_person(reading: &Reading, inside: Span) -> bool {
    use VariableKind::{Name, Relative, Staff};
    let filled_in = reading.variables_in(inside).next();
    if let Some(variable) = filled_in {
        let is_alone = reading.template_span(inside) == variable.span;
        return is_alone && matches!(variable.kind, Some(Name | Relative | Staff));
    }
    let text = inside.of(reading.text()).trim();
    let characters = text.chars().count();
    let Some(first) = text.chars().next() else {
        return false;
    };
    let start =
        inside.start + (inside.of(reading.text()).len() - inside.of(reading.text()).trim_start().len());
    let name = Span::new(start, start + first.len_utf8());
    if !reading.places(Word::Surname).any(|place| place == name) {
        return false;
    }
    let rest = Span::new(name.end, start + text.len());
    let mut titles = reading.places(Word::Title);
    let has_title = titles.any(|place| place.end == rest.end && place.start >= rest.start);
    let is_like_a_firm = reading.has_in(Word::Firm, rest) || reading.has_in(Word::Institution, rest);
    let is_han = text
        .chars()
        .all(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character));
    is_han && ((has_title && characters <= 5) || (matches!(characters, 2 | 3) && !is_like_a_firm))
}

/// An offer and the word that sells it, in one clause, without a word of help with the debt.
fn check_offer(reading: &Reading, found: &mut Vec<FormFinding>) {
    if !reading.has(Word::Offer) || !reading.has(Word::Sell) || reading.has(Word::OptOut) {
        return;
    }
    let text = reading.text();
    let body = reading.body();
    for clauses in sentences(text, body) {
        for clause in pairs(text, clauses) {
            let sells = reading.has_in(Word::Offer, clause)
                && reading.has_in(Word::Sell, clause)
                && !reading.has_in(Word::Help, clause);
            if sells {
                let span = reading.template_span(clause);
                found.push(FormFinding::new("form-opt-out-missing", span));
                return;
            }
        }
    }
}

/// The sentences of a stretch, without their end.
fn sentences(text: &str, stretch: Span) -> Vec<Span> {
    cut(text, stretch, &['。', '！', '!', '；', ';', '\n'])
}

/// The clauses of a sentence, then any two neighbours: 新客额度20万，点击申请 sells with both.
fn pairs(text: &str, sentence: Span) -> Vec<Span> {
    let clauses = cut(text, sentence, &['，', ',', '：', '、']);
    let both = clauses.windows(2).map(|pair| pair[0].cover(pair[1]));
    clauses.iter().copied().chain(both).collect()
}

fn cut(text: &str, stretch: Span, ends: &[char]) -> Vec<Span> {
    let mut cuts = Vec::new();
    let mut start = stretch.start;
    for (at, sign) in stretch.of(text).match_indices(ends) {
        let at = stretch.start + at;
        cuts.push(Span::new(start, at));
        start = at + sign.len();
    }
    cuts.push(Span::new(start, stretch.end));
    cuts.retain(|cut| !cut.of(text).trim().is_empty());
    cuts
}

fn check_length(reading: &Reading, facts: &FormFacts, gateway: &Gateway, found: &mut Vec<FormFinding>) {
    let units = |text: &str| text.encode_utf16().count();
    // Where the gateway signs, the longest registered signature counts; of an unknown one nothing is known.
    let signs = gateway.signs && reading.signature.is_none();
    let signature = facts
        .signatures
        .iter()
        .map(|name| units(name.trim_matches(['【', '】'])));
    let added = match (signs, signature.max()) {
        (true, Some(longest)) => longest + BRACKETS,
        _ => 0,
    };
    let longest = reading.template.longest_utf16() + added;
    let sample = units(reading.text()) + added;
    let whole = Span::new(0, reading.template.text.len());
    let (most_parts, parts) = (parts(longest), parts(sample));
    if let Some(most) = gateway.most.filter(|&most| longest > most) {
        let (name_zh, name_en) = (&gateway.title.zh, &gateway.title.en);
        found.push(FormFinding::new("form-too-long", whole).with(
            format!("变量取最长值时 {longest} 字，拆 {most_parts} 条；网关（{name_zh}）上限 {most} 字"),
            format!("{longest} characters with the longest values, {most_parts} parts; the gateway ({name_en}) takes {most}"),
        ));
    } else if most_parts > parts {
        found.push(FormFinding::new("form-more-parts", whole).with(
            format!("样例 {sample} 字拆 {parts} 条，变量取最长值时 {longest} 字拆 {most_parts} 条"),
            format!("{sample} characters in {parts} with samples, {longest} characters in {most_parts} with the longest values"),
        ));
    }
}

/// Into how many parts a message of so many units of UTF-16 is split.
pub(in crate::lint) fn parts(units: usize) -> usize {
    match units <= SINGLE_UNITS {
        true => 1,
        false => units.div_ceil(PART_UNITS),
    }
}

/// One finding for each sign that is refused, where it first stands.
fn check_symbols(reading: &Reading, gateway: &Gateway, found: &mut Vec<FormFinding>) {
    let text = reading.template.text;
    let mut refused: indexmap::IndexMap<&str, (Span, usize)> = indexmap::IndexMap::new();
    for stretch in fixed_stretches(reading) {
        let mut at = stretch.start;
        while let Some(character) = text[at..stretch.end].chars().next() {
            if is_han_or_alphanumeric(character) {
                at += character.len_utf8();
                continue;
            }
            let rest = &text[at..stretch.end];
            let length = match gateway.forbidden().find(|sign| rest.starts_with(sign)) {
                Some(sign) => sign.len(),
                None if is_garbled(character) => garbled_length(rest),
                None => {
                    at += character.len_utf8();
                    continue;
                }
            };
            let span = Span::new(at, at + length);
            refused.entry(span.of(text)).or_insert((span, 0)).1 += 1;
            at = span.end;
        }
    }
    let (name_zh, name_en) = (&gateway.title.zh, &gateway.title.en);
    found.extend(refused.into_iter().map(|(sign, (span, times))| {
        let shown = shown_sign(sign);
        FormFinding::new("form-symbols", span).with(
            format!("{shown}，{times} 处（网关：{name_zh}）"),
            format!("{shown}, {times} times (gateway: {name_en})"),
        )
    }));
}

/// Whether a character is one of those that messages are made of: no sign that a gateway refuses begins with one.
pub(super) fn is_han_or_alphanumeric(character: char) -> bool {
    character.is_ascii_alphanumeric() || ('\u{4E00}'..='\u{9FFF}').contains(&character)
}

/// The stretches of the template between its variables.
fn fixed_stretches(reading: &Reading) -> Vec<Span> {
    let mut stretches = Vec::new();
    let mut start = 0;
    for variable in &reading.template.variables {
        stretches.push(Span::new(start, variable.span.start));
        start = variable.span.end;
    }
    stretches.push(Span::new(start, reading.template.text.len()));
    stretches
}

/// Characters that no carrier shows: emoji, control and format characters, private ones. Line breaks and Han beyond the
/// first plane are none.
fn is_garbled(character: char) -> bool {
    use GeneralCategory::{Control, Format, OtherSymbol, PrivateUse, Unassigned};
    let is_emoji = matches!(character, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{FE0F}' | '\u{20E3}' | '\u{2B50}');
    match get_general_category(character) {
        Control => !matches!(character, '\n' | '\r' | '\t'),
        Format | PrivateUse | Unassigned => true,
        OtherSymbol => is_emoji,
        _ => is_emoji || character == '\u{FFFD}',
    }
}

/// Bytes of the characters of this sort that follow each other: an emoji may be several.
fn garbled_length(text: &str) -> usize {
    let garbled = text.chars().take_while(|&character| is_garbled(character));
    garbled.map(char::len_utf8).sum()
}

/// The sign as a reader can see it: by number where it has no shape.
fn shown_sign(sign: &str) -> String {
    use GeneralCategory::{Control, Format, PrivateUse, Unassigned};
    let shown = sign
        .chars()
        .map(|character| match get_general_category(character) {
            Control | Format | PrivateUse | Unassigned => format!("U+{:04X}", u32::from(character)),
            _ => character.to_string(),
        });
    shown.collect()
}

fn check_brackets(reading: &Reading, gateway: &Gateway, found: &mut Vec<FormFinding>) {
    let text = reading.template.text;
    let own = reading
        .signature
        .map(|signature| reading.template_span(signature));
    if let Some(span) = own.filter(|_| gateway.signs) {
        found.push(FormFinding::new("form-brackets", span).with(
            format!("网关（{}）会自动加签名", gateway.title.zh),
            format!("the gateway ({}) adds the signature itself", gateway.title.en),
        ));
    }
    // A variable inside brackets belongs to them; brackets inside a placeholder are its own signs.
    let is_of_variable = |at: usize| {
        let mut variables = reading.template.variables.iter();
        variables.any(|variable| (variable.span.start..variable.span.end).contains(&at))
    };
    let mut brackets = text
        .match_indices(['【', '】'])
        .filter(|(at, _)| !is_of_variable(*at))
        .peekable();
    while let Some((start, bracket)) = brackets.next() {
        let closing = match bracket {
            "【" => brackets.next_if(|(_, next)| *next == "】"),
            _ => None,
        };
        let end = closing.map_or(start, |(at, _)| at) + bracket.len();
        let span = Span::new(start, end);
        if own.is_none_or(|own| !own.overlaps(span)) {
            found.push(FormFinding::new("form-brackets", span));
        }
    }
}
