//! The inspection of a company's pack → lines for people.
//!
//! In: an [`Inspection`]. Out: a line a problem, what fails first; each begins with file and line, so that editors jump
//! there. Programs get the inspection itself as JSON. It checks nothing.

use std::io::{self, Write};

use crate::error::{Sentence, say};
use crate::examples::{Failure, Problem};
use crate::pack::{Alarms, DataPlace, Inspection, Remark, RemarkKind, RuleAlarms};
use crate::report::visible::visible;
use crate::report::words::{self, colon, list_separator, pick};
use crate::rule::Lang;

/// Remarks of one kind that are listed; the rest is counted, JSON has all.
const MOST_REMARKS: usize = 50;

/// Writes all of an inspection.
///
/// # Errors
/// Whatever `out` returns.
pub fn write(inspection: &Inspection, lang: Lang, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut page = Page {
        inspection,
        lang,
        out,
    };
    page.write_examples()?;
    page.write_remarks()?;
    page.write_rules()?;
    page.write_alarms()?;
    page.write_counts()
}

struct Page<'p, W: ?Sized> {
    inspection: &'p Inspection,
    lang: Lang,
    out: &'p mut W,
}

impl<W: Write + ?Sized> Page<'_, W> {
    fn write_examples(&mut self) -> io::Result<()> {
        for failure in &self.inspection.audit.failures {
            let problem = problem(failure, self.lang);
            let text = failure.text.clone();
            let found = failure.found.as_deref();
            let found = found.map(|found| format!(" → {found}")).unwrap_or_default();
            self.line(
                failure.place.as_ref(),
                &failure.rule,
                &format!("{problem}  {text}{found}"),
            )?;
        }
        for rule in &self.inspection.audit.dead {
            let note = pick(
                self.lang,
                "自己的例句一条也发现不了",
                "finds none of its own hits",
            );
            self.line(self.inspection.place(rule), rule, note)?;
        }
        Ok(())
    }

    fn write_remarks(&mut self) -> io::Result<()> {
        let inspection = self.inspection;
        let mut kinds: Vec<RemarkKind> = inspection.remarks.iter().map(|remark| remark.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let of_kind = || inspection.remarks.iter().filter(|remark| remark.kind == kind);
            for remark in of_kind().take(MOST_REMARKS) {
                self.line(
                    Some(&remark.place),
                    &remark.owner,
                    sentence(remark).get(self.lang),
                )?;
            }
            let rest = of_kind().count().saturating_sub(MOST_REMARKS);
            if rest > 0 {
                let note = say!(
                    "  同类提示另有 {rest} 处；--format json 列出全部",
                    "  {rest} more of this kind; --format json lists all"
                );
                writeln!(self.out, "{}", note.get(self.lang))?;
            }
        }
        Ok(())
    }

    fn write_rules(&mut self) -> io::Result<()> {
        let audit = &self.inspection.audit;
        for (rule, other) in &audit.shadowed {
            let note = say!(
                "的例句全部已被另一条规则同样严重地发现：{other}",
                "is shadowed: all its hits are found as gravely by {other}"
            );
            self.line(self.inspection.place(rule), rule, note.get(self.lang))?;
        }
        for (rule, other) in &audit.overlapping {
            let note = say!(
                "与 {other} 在大多数例句中发现的是同一处",
                "finds the same words as {other} in most of their hits"
            );
            self.line(self.inspection.place(rule), rule, note.get(self.lang))?;
        }
        Ok(())
    }

    fn write_alarms(&mut self) -> io::Result<()> {
        let clean = &self.inspection.clean;
        let (quiet, loud): (Vec<&RuleAlarms>, Vec<_>) =
            clean.rules.iter().partition(|rule| rule.flagged == 0);
        for rule in loud {
            let (flagged, texts, share) = (rule.flagged, clean.texts, percent(rule.flagged, clean.texts));
            let words: Vec<String> = rule
                .words
                .iter()
                .map(|(word, texts)| format!("{word}×{texts}"))
                .collect();
            let words = words.join(list_separator(self.lang));
            let over = match rule.is_over {
                true => over(clean.budgets.rule),
                false => say!("", ""),
            };
            let Sentence { zh, en } = over;
            let note = say!(
                "误报 {texts} 条正常文本中的 {flagged} 条（{share}）{zh}：{words}",
                "flags {flagged} of {texts} clean texts ({share}){en}: {words}"
            );
            self.line(rule.place.as_ref(), &rule.rule, note.get(self.lang))?;
            for alarm in rule.worst.iter().filter(|_| rule.is_over) {
                let (id, excerpt) = (visible(&alarm.id), visible(&alarm.excerpt));
                writeln!(self.out, "    {id}  {}  {excerpt}", alarm.tier.title(self.lang))?;
            }
        }
        if !quiet.is_empty() {
            let (count, texts) = (quiet.len(), clean.texts);
            let note = say!(
                "{count} 条规则在 {texts} 条正常文本中没有误报",
                "{count} rules flag none of {texts} clean texts"
            );
            writeln!(self.out, "{}", note.get(self.lang))?;
        }
        self.write_pack(clean)
    }

    fn write_pack(&mut self, clean: &Alarms) -> io::Result<()> {
        let Alarms {
            texts,
            flagged,
            bundled_before,
            bundled_after,
            ..
        } = clean;
        let share = percent(*flagged, *texts);
        let Sentence { zh, en } = match clean.is_over {
            true => over(clean.budgets.pack),
            false => say!("", ""),
        };
        let note = say!(
            "合计误报 {texts} 条正常文本中的 {flagged} 条（{share}）{zh}",
            "together they flag {flagged} of {texts} clean texts ({share}){en}"
        );
        writeln!(self.out, "{}", note.get(self.lang))?;
        if bundled_before != bundled_after {
            let note = say!(
                "自带规则的误报由 {bundled_before} 条变为 {bundled_after} 条：有了自己的规则，每条消息都要逐条查找，第二意见不再先行放过",
                "what bundled rules flag goes from {bundled_before} to {bundled_after}: beside own rules every message is searched, and the second opinion lets none pass beforehand"
            );
            writeln!(self.out, "{}", note.get(self.lang))?;
        }
        Ok(())
    }

    fn write_counts(&mut self) -> io::Result<()> {
        let inspection = self.inspection;
        let (passed, failed) = (inspection.audit.passed, inspection.audit.failures.len());
        let fails = inspection
            .remarks
            .iter()
            .filter(|remark| remark.is_failure)
            .count();
        let advice = inspection.remarks.len() - fails;
        let note = say!(
            "例句 {passed} 项通过，{failed} 项未通过；不可能匹配的 {fails} 处，提示 {advice} 处",
            "examples: {passed} passed, {failed} failed; {fails} that can never match, {advice} remarks"
        );
        writeln!(self.out, "{}", note.get(self.lang))
    }

    /// `file:line: rule  text`; where the data stands in no file, without a place.
    fn line(&mut self, place: Option<&DataPlace>, owner: &str, text: &str) -> io::Result<()> {
        if let Some(DataPlace { file, line }) = place {
            write!(self.out, "{}:{line}: ", visible(file))?;
        }
        writeln!(self.out, "{}  {}", visible(owner), visible(text))
    }
}

fn over(budget: f64) -> Sentence {
    let most = percent_of(budget);
    say!("，超过上限 {most}", ", more than {most}")
}

fn percent(part: usize, whole: usize) -> String {
    percent_of(part as f64 / whole.max(1) as f64)
}

fn percent_of(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

/// What is wrong with an example.
fn problem(failure: &Failure, lang: Lang) -> String {
    let name = |disguise| words::disguise(disguise, lang);
    match failure.problem {
        Problem::Missing => pick(lang, "漏报", "missing").to_owned(),
        Problem::Noisy => pick(lang, "误报", "noisy").to_owned(),
        Problem::BesideMarks => pick(lang, "证据与标记不符", "evidence beside the marks").to_owned(),
        Problem::Hidden(disguise) => {
            let text = pick(lang, "伪装后漏报", "missing in disguise");
            format!("{text}{}{}", colon(lang), name(disguise))
        }
        Problem::BesideDisguise(disguise) => {
            let text = pick(lang, "伪装后证据不全", "evidence doesn't cover the disguise");
            format!("{text}{}{}", colon(lang), name(disguise))
        }
    }
}

fn sentence(remark: &Remark) -> Sentence {
    let Remark { words, cause, .. } = remark;
    match (remark.kind, &remark.other) {
        (RemarkKind::EmptyStep, _) => say!(
            "句式 {words} 永远匹配不到：{cause} 没有词语",
            "pattern {words} never matches: {cause} has no terms"
        ),
        (RemarkKind::AllowedAway, _) => say!(
            "{words} 永远匹配不到：本规则的 allow 放行了 {cause}",
            "{words} never matches: the rule's own allow-list has {cause}"
        ),
        (RemarkKind::UnusedClass, _) => {
            say!("没有句式用到这个词类", "no pattern uses this class")
        }
        (RemarkKind::ShadowedTerm, Some(other)) => say!(
            "词语 {words} 多余：规则 {other} 总会以 {cause} 同样严重地发现它",
            "term {words} is shadowed: {other} always finds {cause} in it as gravely"
        ),
        (RemarkKind::ShadowedTerm, None) => say!(
            "词语 {words} 多余：其中的 {cause} 也在这里",
            "term {words} is shadowed: {cause}, which stands in it, is here too"
        ),
        (RemarkKind::ShadowedPattern, other) => {
            let other = other.as_deref().unwrap_or_default();
            say!(
                "句式 {words} 多余：规则 {other} 总会以 {cause} 同样严重地发现它",
                "pattern {words} is shadowed: {other} always finds {cause} in it as gravely"
            )
        }
        (RemarkKind::ShortTerm, _) => {
            let texts = remark.texts.unwrap_or_default();
            say!(
                "词语 {words} 太短，在 {texts} 条正常文本中也有；请写长些，或以 ^ 要求词语边界",
                "term {words} is short and stands in {texts} clean texts; make it longer, or ask for word boundaries with ^"
            )
        }
    }
}
