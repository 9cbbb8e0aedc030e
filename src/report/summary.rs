//! Many verdicts → a ranked summary.
//!
//! In: [`Judged`] messages, a batch at a time, merged in input order. Out: the worst messages with their
//! evidence, counts by tier, category, rule and agency, reading decisions, rejections, and the balance *read =
//! judged + rejected + skipped*. Promise: bounded memory whatever the number of messages, and the same summary
//! whatever the batches. It holds no message text but the worst, shortened and masked as the settings say.

use std::collections::BTreeMap;
use std::io::{self, Write};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::finding::{Finding, Verdict};
use crate::linter::Work;
use crate::message::{Channel, Message, is_blank};
use crate::read::{Field, Unread};
use crate::report::human::Terminal;
use crate::report::json::shown_evidence;
use crate::report::mask::{masked_text, names_of};
use crate::report::visible::{columns, shorten, visible};
use crate::report::words::{self, colon, pick};
use crate::report::{Judged, Settings};
use crate::rule::{Category, Lang, Tier};

/// How many of the worst messages are listed unless told otherwise, and at most: every further one is compared with all
/// that are listed.
const WORST: usize = 20;
const MOST_WORST: usize = 1_000;

/// How many rejections are shown one by one; the rejects file holds all.
const SHOWN_REJECTIONS: usize = 10;

/// Agencies that come after these are counted together, so that a column of names can't fill the memory.
const MAX_AGENCIES: usize = 10_000;

/// Columns of a counted name, so that its row fits into 80.
const LONGEST_NAME: usize = 57;

/// What a run has seen so far.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// Messages judged.
    pub judged: u64,
    /// Records that couldn't be understood.
    pub rejected: u64,
    /// Records left out on purpose: blank lines, headings.
    pub skipped: u64,
    /// Exact counters of the work.
    pub work: Work,
    tiers: [u64; 4],
    for_review: u64,
    /// Calls judged with agent and customer exchanged.
    corrected_calls: u64,
    /// Contacts without words among the judged.
    wordless: u64,
    /// Answered calls among these.
    unheard: u64,
    categories: BTreeMap<Category, u64>,
    rules: BTreeMap<usize, u64>,
    /// In the order of their first message.
    agencies: IndexMap<String, Agency, FxBuildHasher>,
    worst: Vec<Worst>,
    /// How many of them are wanted.
    limit: Option<usize>,
    /// What is less grave than this is listed nowhere: score and opening.
    #[serde(skip)]
    bar: Option<(u8, String)>,
    rejections: Vec<String>,
    /// Rejected records by the name of the reason.
    reasons: BTreeMap<String, u64>,
    /// Records by the field whose value was not understood.
    unread: BTreeMap<Field, u64>,
}

/// Messages of one agency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Agency {
    messages: u64,
    flagged: u64,
    severe: u64,
}

/// Messages that read the same as far as the summary shows them.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Worst {
    score: u8,
    tier: Tier,
    /// Of the first of them.
    id: String,
    /// Of the first of them.
    agency: Option<String>,
    /// How many there are.
    count: u64,
    categories: Vec<Category>,
    rules: Vec<usize>,
    evidence: Vec<String>,
    opening: String,
}

/// The worst messages of some batches: whoever summarises another need not look at what they leave no room for.
#[derive(Debug, Default)]
pub struct WorstKnown(Vec<Worst>);

impl Summary {
    /// A summary that lists so many of the worst messages, a thousand at most; absent: as many as a person reads.
    pub fn listing(worst: Option<usize>) -> Self {
        Self {
            limit: worst,
            ..Self::default()
        }
    }

    /// The same for what comes after the messages of these lists.
    pub fn listing_beyond(worst: Option<usize>, known: &WorstKnown) -> Self {
        let summary = Self::listing(worst);
        let last = summary.limit().checked_sub(1).and_then(|last| known.0.get(last));
        let bar = last.map(|last| (last.score, last.opening.clone()));
        Self { bar, ..summary }
    }

    fn limit(&self) -> usize {
        self.limit.map_or(WORST, |limit| limit.min(MOST_WORST))
    }

    /// Counts a message that is being judged. What is counted of its verdict comes later: [`add`](Self::add).
    pub fn meet(&mut self, message: &Message) {
        self.judged += 1;
        self.corrected_calls += u64::from(message.speakers_corrected);
        if message.is_wordless() {
            self.wordless += 1;
            let is_call = message.channel != Some(Channel::Visit);
            self.unheard += u64::from(is_call && message.is_answered() == Some(true));
            // Nobody can be blamed, nor praised, for the words of an unanswered call.
            return;
        }
        if let Some(agency) = agency_of(message) {
            self.count_agency(agency, |counts| counts.messages += 1);
        }
    }

    /// Counts the verdict of a message met before; verdicts that find something come in the order of their messages.
    pub fn add(&mut self, judged: Judged, settings: &Settings) {
        let Judged { message, verdict, .. } = judged;
        self.tiers[verdict.tier as usize] += 1;
        if verdict.findings.is_empty() {
            return;
        }
        for category in &verdict.categories {
            *self.categories.entry(*category).or_default() += 1;
        }
        let mut rules: Vec<usize> = counted(verdict).map(|finding| finding.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        for rule in &rules {
            *self.rules.entry(*rule).or_default() += 1;
        }
        if rules.is_empty() && !verdict.findings.is_empty() {
            self.for_review += 1;
        }
        if let Some(agency) = agency_of(message).filter(|_| verdict.tier > Tier::Clean) {
            self.count_agency(agency, |counts| {
                counts.flagged += 1;
                counts.severe += u64::from(verdict.tier == Tier::Severe);
            });
        }
        // Half of a dump's grave messages have the highest score: their opening tells most of them apart.
        if verdict.tier > Tier::Clean && self.may_list(verdict.score, "") {
            let opening = opening(judged, settings.masks);
            if self.may_list(verdict.score, &opening) {
                self.place(Worst::of(judged, opening, settings));
            }
        }
    }

    /// Rejected records by the name of the reason.
    pub fn reasons(&self) -> impl Iterator<Item = (&str, u64)> {
        self.reasons.iter().map(|(reason, count)| (&**reason, *count))
    }

    /// Counts a record that wasn't judged; `rejection` says where and why, without its words.
    pub fn reject(&mut self, reason: &str, rejection: impl FnOnce() -> String) {
        self.rejected += 1;
        *self.reasons.entry(reason.to_owned()).or_default() += 1;
        if self.rejections.len() < SHOWN_REJECTIONS {
            self.rejections.push(rejection());
        }
    }

    /// Counts the values of a record that were not understood.
    pub fn note(&mut self, unread: Unread) {
        for field in unread.fields() {
            *self.unread.entry(field).or_default() += 1;
        }
    }

    /// Takes over what the next batch has seen.
    pub fn merge(&mut self, next: Summary) {
        self.judged += next.judged;
        self.rejected += next.rejected;
        self.skipped += next.skipped;
        self.work += next.work;
        self.for_review += next.for_review;
        self.corrected_calls += next.corrected_calls;
        self.wordless += next.wordless;
        self.unheard += next.unheard;
        for (reason, count) in next.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        for (field, count) in next.unread {
            *self.unread.entry(field).or_default() += count;
        }
        for (own, next) in self.tiers.iter_mut().zip(next.tiers) {
            *own += next;
        }
        for (category, count) in next.categories {
            *self.categories.entry(category).or_default() += count;
        }
        for (rule, count) in next.rules {
            *self.rules.entry(rule).or_default() += count;
        }
        for (agency, counts) in &next.agencies {
            // A batch has no more of them than it has records; all batches together have a limit.
            let is_other = self.agencies.len() >= MAX_AGENCIES && !self.agencies.contains_key(agency);
            let agency = if is_other { "" } else { agency };
            self.count_agency(agency, |own| {
                own.messages += counts.messages;
                own.flagged += counts.flagged;
                own.severe += counts.severe;
            });
        }
        for worst in next.worst {
            self.place(worst);
        }
        let room = SHOWN_REJECTIONS - self.rejections.len();
        self.rejections.extend(next.rejections.into_iter().take(room));
    }

    /// Messages of this tier or a graver one.
    pub fn at_least(&self, tier: Tier) -> u64 {
        self.tiers[tier as usize..].iter().sum()
    }

    /// Contacts without words among the judged: clean, for there is nothing to find.
    pub fn wordless(&self) -> u64 {
        self.wordless
    }

    /// Answered calls among [`wordless`](Self::wordless): what was said isn't in the records.
    pub fn unheard(&self) -> u64 {
        self.unheard
    }

    /// The balance in one line: read = judged + rejected + skipped.
    pub fn balance(&self, read: u64, lang: Lang) -> String {
        let Self {
            judged,
            rejected,
            skipped,
            ..
        } = self;
        let equals = if self.balances(read) { '=' } else { '≠' };
        match lang {
            Lang::Zh => {
                format!("读取 {read} {equals} 判定 {judged} + 拒收 {rejected} + 跳过 {skipped}")
            }
            Lang::En => {
                format!("read {read} {equals} judged {judged} + rejected {rejected} + skipped {skipped}")
            }
        }
    }

    /// Whether nothing got lost between the reader and the counts.
    pub fn balances(&self, read: u64) -> bool {
        read == self.judged + self.rejected + self.skipped
    }

    /// Writes the ranked summary: worst messages, counts, reading decisions, rejections. The balance isn't in
    /// it: it closes every run.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn write(
        &self,
        out: &mut (impl Write + ?Sized),
        decisions: &[String],
        settings: &Settings,
        terminal: Terminal,
    ) -> io::Result<()> {
        let lang = settings.lang;
        self.write_worst(out, settings, terminal)?;
        writeln!(out, "{}", pick(lang, "按级别", "by tier"))?;
        for tier in Tier::ALL.into_iter().rev() {
            let name = terminal.paint(tier, tier.title(lang));
            self.write_count(out, &name, columns(tier.title(lang)), self.tiers[tier as usize])?;
        }
        if self.for_review > 0 {
            let review = pick(lang, "仅供复核（把握低）", "for review only (low confidence)");
            self.write_count(out, review, columns(review), self.for_review)?;
        }
        if !self.categories.is_empty() {
            writeln!(out, "\n{}", pick(lang, "按类别", "by category"))?;
            for (category, count) in by_count(&self.categories) {
                let name = category.title(lang);
                self.write_count(out, name, columns(name), count)?;
            }
            writeln!(out, "\n{}", pick(lang, "按规则", "by rule"))?;
            for (rule, count) in by_count(&self.rules) {
                let rule = &settings.rules[*rule];
                let name = shorten(&format!("{}  {}", rule.id, rule.title.get(lang)), LONGEST_NAME);
                self.write_count(out, &name, columns(&name), count)?;
            }
        }
        self.write_agencies(out, lang)?;
        if !decisions.is_empty() {
            writeln!(out, "\n{}", pick(lang, "读取方式", "how the inputs were read"))?;
            for decision in decisions {
                writeln!(out, "  {}", visible(decision))?;
            }
        }
        if self.corrected_calls > 0 {
            let name = pick(
                lang,
                "说话人标签与内容相反，互换坐席与客户后判定的通话",
                "calls judged with agent and customer exchanged",
            );
            writeln!(out)?;
            self.write_count(out, name, columns(name), self.corrected_calls)?;
        }
        if self.wordless > 0 {
            let name = pick(
                lang,
                "判定的记录中没有文字的联系（未接电话、外访等）",
                "contacts without words among the judged",
            );
            writeln!(out)?;
            self.write_count(out, name, columns(name), self.wordless)?;
        }
        if self.unheard > 0 {
            let name = pick(
                lang,
                "其中已接通的电话：说了什么不在数据中",
                "answered calls among them: what was said isn't there",
            );
            self.write_count(out, name, columns(name), self.unheard)?;
        }
        if !self.unread.is_empty() {
            let title = pick(
                lang,
                "未能识别的字段值（按未填处理，条数）",
                "values that were not understood and count as not given (records)",
            );
            writeln!(out, "\n{title}")?;
            for (field, count) in by_count(&self.unread) {
                self.write_count(out, field.name(), columns(field.name()), count)?;
            }
        }
        if !self.rejections.is_empty() {
            writeln!(out, "\n{}", pick(lang, "拒收的记录", "rejected records"))?;
            for rejection in &self.rejections {
                writeln!(out, "  {}", visible(rejection))?;
            }
            let more = self.rejected - self.rejections.len() as u64;
            if more > 0 {
                writeln!(
                    out,
                    "  {}",
                    pick(lang, "另有 N 条", "and N more").replace('N', &more.to_string())
                )?;
            }
        }
        Ok(())
    }

    /// Writes the exact counters of the work.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn write_work(&self, out: &mut (impl Write + ?Sized), lang: Lang) -> io::Result<()> {
        let Work {
            messages,
            characters,
            in_doubt,
            filter_hits,
            anchors,
            candidates,
            blocks_cut,
            characters_cut,
            dictionary_loads,
        } = self.work;
        writeln!(out, "{}", pick(lang, "工作量", "work"))?;
        for (id, zh, en, count) in [
            ("messages", "消息", "messages judged", messages),
            ("characters", "字符", "characters read", characters),
            (
                "in_doubt",
                "须细看的消息",
                "messages that ask for a closer look",
                in_doubt,
            ),
            (
                "filter_hits",
                "其中可能有词语的位置",
                "places in them where a term may stand",
                filter_hits,
            ),
            (
                "anchors",
                "其中的词语（按词类计）",
                "terms that stand there, by class",
                anchors,
            ),
            (
                "candidates",
                "进入规则匹配的消息",
                "messages in which rules were tried",
                candidates,
            ),
            ("blocks_cut", "分词的片段", "blocks cut into words", blocks_cut),
            (
                "characters_cut",
                "分词的字符",
                "characters in these blocks",
                characters_cut,
            ),
            (
                "dictionary_loads",
                "加载词典次数",
                "dictionary loads",
                dictionary_loads,
            ),
        ] {
            writeln!(out, "  {id} {count}  {}", pick(lang, zh, en))?;
        }
        Ok(())
    }

    fn write_worst(
        &self,
        out: &mut (impl Write + ?Sized),
        settings: &Settings,
        terminal: Terminal,
    ) -> io::Result<()> {
        let lang = settings.lang;
        if self.worst.is_empty() {
            let told = match self.judged {
                0 => pick(lang, "没有判定任何消息", "no message was judged"),
                _ => pick(lang, "没有应当处理的消息", "no message to object to"),
            };
            return writeln!(out, "{told}\n");
        }
        writeln!(out, "{}", pick(lang, "最严重的消息", "worst messages"))?;
        let mut worst: Vec<&Worst> = self.worst.iter().collect();
        worst.sort_by_key(|worst| std::cmp::Reverse((worst.score, worst.count)));
        for (rank, worst) in worst.into_iter().enumerate() {
            let width = terminal.width.clamp(40, 160).saturating_sub(5);
            let head = format!("{} {}", worst.tier.title(lang), worst.score);
            let mut facts = vec![visible(&worst.id).into_owned()];
            facts.extend(worst.agency.as_deref().map(|agency| visible(agency).into_owned()));
            facts.push(words::categories(&worst.categories, lang));
            if worst.count > 1 {
                facts.push(
                    pick(lang, "（相同的共 N 条）", "(N that read the same)")
                        .replace('N', &worst.count.to_string()),
                );
            }
            let facts = shorten(&facts.join("  "), width.saturating_sub(columns(&head) + 2));
            let head = terminal.paint(worst.tier, &head);
            writeln!(out, "{:>3}. {head}  {facts}", rank + 1)?;
            let evidence: Vec<String> = worst.evidence.iter().map(|words| format!("“{words}”")).collect();
            let evidence = evidence.join(words::list_separator(lang));
            let label = format!("{}{}", pick(lang, "证据", "evidence"), colon(lang));
            writeln!(out, "     {}", shorten(&format!("{label}{evidence}"), width))?;
            let rules = worst.rules.iter().map(|&rule| settings.rules[rule].id.as_str());
            writeln!(out, "     {}", terminal.dim(&first_of(rules, width)))?;
            writeln!(out, "     {}", shorten(&worst.opening, width))?;
        }
        writeln!(out)
    }

    fn write_agencies(&self, out: &mut (impl Write + ?Sized), lang: Lang) -> io::Result<()> {
        if self.agencies.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n{}",
            pick(
                lang,
                "按机构（消息数、有问题的、严重的）",
                "by agency (messages, flagged, severe)"
            )
        )?;
        let mut agencies: Vec<(&String, &Agency)> = self.agencies.iter().collect();
        agencies.sort_by_key(|(name, counts)| {
            let gravest_first = std::cmp::Reverse((counts.severe, counts.flagged, counts.messages));
            (gravest_first, *name)
        });
        for (name, counts) in agencies.iter().take(WORST) {
            let name = match name.is_empty() {
                true => pick(lang, "（其他机构）", "(other agencies)"),
                false => name.as_str(),
            };
            let Agency {
                messages,
                flagged,
                severe,
            } = counts;
            writeln!(
                out,
                "  {messages:>8} {flagged:>8} {severe:>8}  {}",
                shorten(name, 60)
            )?;
        }
        let more = agencies.len().saturating_sub(WORST);
        if more > 0 {
            writeln!(
                out,
                "  {}",
                pick(lang, "另有 N 家", "and N more").replace('N', &more.to_string())
            )?;
        }
        Ok(())
    }

    fn write_count(
        &self,
        out: &mut (impl Write + ?Sized),
        name: &str,
        name_columns: usize,
        count: u64,
    ) -> io::Result<()> {
        let pad = 44usize.saturating_sub(name_columns);
        let share = 100.0 * count as f64 / self.judged.max(1) as f64;
        writeln!(out, "  {name}{:pad$}{count:>10}  {share:>6.2} %", "")
    }

    /// Counts in an agency's row.
    fn count_agency(&mut self, name: &str, count: impl FnOnce(&mut Agency)) {
        // Almost all are known: one look-up, without a copy of the name.
        match self.agencies.get_mut(name) {
            Some(own) => count(own),
            None => count(self.agencies.entry(name.to_owned()).or_default()),
        }
    }

    /// Whether a message of this score and an opening not before this one may stand among the worst.
    fn may_list(&self, score: u8, opening: &str) -> bool {
        let is_before = |last: u8, own: &str| score > last || score == last && opening <= own;
        let is_beyond = self.bar.as_ref().is_none_or(|(last, own)| is_before(*last, own));
        let is_among = |last: &Worst| is_before(last.score, &last.opening);
        is_beyond && (self.worst.len() < self.limit() || self.worst.last().is_some_and(is_among))
    }

    /// Puts a message among the worst, or counts it with one that reads the same. The order is one of contents,
    /// not of arrival: what one batch leaves out, all of them would, so that no count depends on the batches.
    fn place(&mut self, worst: Worst) {
        let limit = self.limit();
        place(&mut self.worst, worst, limit);
    }
}

impl WorstKnown {
    /// Takes over what a summary lists.
    pub fn learn(&mut self, summary: &Summary) {
        for worst in &summary.worst {
            place(&mut self.0, worst.clone(), summary.limit());
        }
    }
}

fn place(list: &mut Vec<Worst>, worst: Worst, limit: usize) {
    match list.binary_search_by(|own| own.order(&worst)) {
        Ok(at) => list[at].count += worst.count,
        Err(at) if at < limit => {
            list.insert(at, worst);
            list.truncate(limit);
        }
        Err(_) => {}
    }
}

impl Worst {
    fn of(judged: Judged, opening: String, settings: &Settings) -> Self {
        let Judged { message, verdict, .. } = judged;
        let mut findings: Vec<_> = counted(verdict).collect();
        // Stable: the gravest first, then as they stand in the text.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.tier));
        let mut rules: Vec<usize> = Vec::new();
        for finding in &findings {
            if !rules.contains(&finding.rule) {
                rules.push(finding.rule);
            }
        }
        let mut evidence: Vec<String> = Vec::new();
        for finding in findings.iter().take(8) {
            let words = shorten(&shown_evidence(finding, message, settings).0, 40);
            if !evidence.contains(&words) {
                evidence.push(words);
            }
        }
        Self {
            score: verdict.score,
            tier: verdict.tier,
            id: message.id.to_string(),
            count: 1,
            agency: message.agency.as_deref().map(str::to_owned),
            categories: verdict.categories.clone(),
            rules,
            evidence,
            opening,
        }
    }

    /// The worst first; among equals by what they say.
    fn order(&self, other: &Worst) -> std::cmp::Ordering {
        let by_score = other.score.cmp(&self.score);
        by_score
            .then_with(|| self.opening.cmp(&other.opening))
            .then_with(|| self.evidence.cmp(&other.evidence))
            .then_with(|| self.rules.cmp(&other.rules))
            .then_with(|| self.categories.cmp(&other.categories))
    }
}

/// As many of these names as fit into so many columns, at least the first, and how many are left out.
fn first_of<'n>(names: impl ExactSizeIterator<Item = &'n str>, width: usize) -> String {
    let all = names.len();
    let more = |left: usize| match left {
        0 => String::new(),
        _ => format!(", +{left}"),
    };
    let mut shown = String::new();
    for (number, name) in (1..).zip(names) {
        let longer = match number {
            1 => name.to_owned(),
            _ => format!("{shown}, {name}"),
        };
        if number > 1 && columns(&longer) + more(all - number).len() > width {
            return format!("{shown}{}", more(all + 1 - number));
        }
        shown = longer;
    }
    shown
}

fn agency_of<'a>(message: &'a Message) -> Option<&'a str> {
    let agency = message.agency.as_deref();
    agency.filter(|agency| !is_blank(agency))
}

/// The findings that count.
fn counted(verdict: &Verdict) -> impl Iterator<Item = &Finding> {
    let findings = verdict.findings.iter();
    findings.filter(|finding| finding.is_counted())
}

/// The beginning of the stretch that carries the gravest finding, on one line.
fn opening(judged: Judged, masks: bool) -> String {
    const CHARACTERS: usize = 100;
    // Enough beyond the cut for a number that straddles it to be recognised and masked.
    const BEYOND: usize = 64;
    let message = judged.message;
    let gravest = counted(judged.verdict).min_by_key(|finding| std::cmp::Reverse(finding.tier));
    let text = message.stretch(gravest.and_then(|finding| finding.place.turn));
    let opening: String = text.chars().take(CHARACTERS + BEYOND).collect();
    let opening = if masks {
        masked_text(&opening, &names_of(message))
    } else {
        opening.into()
    };
    let opening = opening.chars().take(CHARACTERS);
    opening
        .map(|one| {
            if matches!(one, '\n' | '\r' | '\t') {
                ' '
            } else {
                one
            }
        })
        .collect()
}

/// The counts, largest first; equal ones in the order of their keys.
fn by_count<K: Ord>(counts: &BTreeMap<K, u64>) -> Vec<(&K, u64)> {
    let mut counts: Vec<(&K, u64)> = counts.iter().map(|(key, count)| (key, *count)).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Id;
    use crate::message::Message;
    use crate::report::json::tests::{judged_text, settings, small_lexicon};

    fn add(summary: &mut Summary, id: u64, marked: &str, score: u8, settings: &Settings) {
        let (text, mut verdict) = judged_text(marked);
        verdict.score = score;
        let message = Message {
            id: Id::Number(id.into()),
            agency: Some("甲公司".into()),
            ..Message::text(text)
        };
        let judged = Judged {
            message: &message,
            verdict: &verdict,
            has_own_id: true,
        };
        summary.meet(&message);
        summary.add(judged, settings);
    }

    #[test]
    fn names_are_told_as_far_as_they_fit() {
        for (width, expected) in [
            (80, "aaaa, bbbb, cccc"),
            (16, "aaaa, bbbb, cccc"),
            (15, "aaaa, bbbb, +1"),
            (9, "aaaa, +2"),
            (1, "aaaa, +2"),
        ] {
            assert_eq!(
                first_of(["aaaa", "bbbb", "cccc"].into_iter(), width),
                expected,
                "{width}"
            );
        }
    }

    #[test]
    fn agencies_beyond_the_limit_are_the_same_whatever_the_batches() {
        let agency = |number: usize| format!("{}号公司", number % (MAX_AGENCIES + 50));
        let in_batches_of = |size: usize| {
            let mut all = Summary::default();
            let numbers: Vec<usize> = (0..2 * MAX_AGENCIES).collect();
            for batch in numbers.chunks(size) {
                let mut part = Summary::default();
                for &number in batch {
                    let mut message = Message::text("您好");
                    message.agency = Some(agency(number).into());
                    part.meet(&message);
                }
                all.merge(part);
            }
            all
        };
        let all = in_batches_of(2 * MAX_AGENCIES);
        assert_eq!(all, in_batches_of(777));
        assert_eq!(all.agencies.len(), MAX_AGENCIES + 1);
        assert_eq!((all.agencies[""].messages, all.judged), (50, 20_000));
    }

    #[test]
    fn batches_make_no_difference() {
        let (rules, laws) = small_lexicon();
        let mut settings = settings(&rules, &laws, Lang::Zh);
        settings.masks = true;
        let score = |id: u64| 75 + (id * 7 % 25) as u8;
        let marked = |id: u64| match id % 3 {
            0 => "请打13800138000，⟦打断你的腿⟧",
            1 => "再不还钱⟦打断你的腿⟧",
            _ => "小心⟦打断你的腿⟧",
        };
        let mut whole = Summary::default();
        for id in 0..60 {
            add(&mut whole, id, marked(id), score(id), &settings);
        }
        whole.reject("json", || "a.jsonl, record 3".to_owned());
        let in_batches = |learns: bool| {
            let (mut merged, mut known) = (Summary::default(), WorstKnown::default());
            for batch in 0..6 {
                let mut part = Summary::listing_beyond(None, &known);
                for id in batch * 10..batch * 10 + 10 {
                    add(&mut part, id, marked(id), score(id), &settings);
                }
                if learns {
                    known.learn(&part);
                }
                merged.merge(part);
            }
            let mut last = Summary::default();
            last.reject("json", || "a.jsonl, record 3".to_owned());
            merged.merge(last);
            merged
        };
        let merged = in_batches(true);
        assert_eq!(whole, merged);
        assert_eq!(whole, in_batches(false));
        assert_eq!(merged.at_least(Tier::Warning), 60);
        assert!(merged.balances(61) && !merged.balances(62));
        assert_eq!(
            merged.balance(62, Lang::En),
            "read 62 ≠ judged 60 + rejected 1 + skipped 0"
        );

        let terminal = Terminal {
            width: 80,
            has_color: false,
        };
        let mut out = Vec::new();
        merged
            .write(&mut out, &["a.jsonl: UTF-8".to_owned()], &settings, terminal)
            .unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(
            shown.contains("  1. 严重 99  7  甲公司  威胁恐吓\n     证据：“打断你的腿”\n"),
            "{shown}"
        );
        assert!(shown.contains("请打138****8000"), "{shown}");
        assert!(!shown.contains("13800138000"));
        assert!(shown.contains("a.jsonl, record 3") && shown.contains("a.jsonl: UTF-8"));
    }
}
