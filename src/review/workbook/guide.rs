//! The sheet that tells reviewers what to do.
//!
//! In: a sample. Out: a sheet: how to fill in, what each category is and isn't, what decides, which rules are reviewed and
//! why they exist, what the sample was drawn from. It repeats no wording of a law: `dunlint explain` has that.

use std::io;

use rust_xlsxwriter::{Format, FormatAlign, Worksheet};

use super::{failed, height};
use crate::report::words::pick;
use crate::review::sample::{Sample, StratumOf};
use crate::review::sheet::{agency_title, channel_name, guide_sheet};
use crate::rule::{Category, Lang, Tier};

/// Characters that the column of explanations is wide.
const TEXT_WIDTH: f64 = 100.0;

pub(super) fn write(sample: &Sample, page: &mut Worksheet, lang: Lang) -> io::Result<()> {
    let mut guide = Guide {
        page,
        row: 0,
        heading: Format::new().set_bold().set_font_size(13),
        term: Format::new().set_bold().set_align(FormatAlign::Top),
        text: Format::new().set_text_wrap().set_align(FormatAlign::Top),
    };
    guide.page.set_name(guide_sheet(lang)).map_err(failed)?;
    // Term, text, figures.
    for (column, width) in [(0, 30.0), (1, TEXT_WIDTH), (2, 14.0), (3, 14.0)] {
        guide.page.set_column_width(column, width).map_err(failed)?;
    }
    guide.heading(pick(lang, "怎样审阅", "What to do"))?;
    for (zh, en) in STEPS {
        guide.line("", pick(lang, zh, en))?;
    }
    guide.heading(pick(lang, "类别", "Categories"))?;
    for (category, zh, en) in CATEGORIES {
        guide.line(category.title(lang), pick(lang, zh, en))?;
    }
    guide.heading(pick(lang, "级别（漏报时填写）", "Tiers (of what was missed)"))?;
    for (tier, zh, en) in TIERS {
        guide.line(tier.title(lang), pick(lang, zh, en))?;
    }
    guide.heading(pick(lang, "判断时注意", "What decides"))?;
    for (zh, en) in PRINCIPLES {
        guide.line("", pick(lang, zh, en))?;
    }
    guide.heading(pick(
        lang,
        "本样本中的规则（命中消息数、抽取数）",
        "The rules of this sample (messages found, drawn)",
    ))?;
    for stratum in &sample.strata {
        if let StratumOf::Rule { rule, title, why, .. } = &stratum.of {
            let text = format!(
                "{}  {}",
                pick(lang, &title.0, &title.1),
                pick(lang, &why.0, &why.1)
            );
            guide.counts(rule, &text, stratum.population, stratum.drawn)?;
        }
    }
    guide.heading(pick(
        lang,
        "未命中的消息（消息数、抽取数）",
        "Messages without findings (messages, drawn)",
    ))?;
    for stratum in &sample.strata {
        if let StratumOf::Clean { channel, agency } = &stratum.of {
            let agency = agency_title(agency, lang);
            guide.counts(
                channel_name(*channel, lang),
                agency,
                stratum.population,
                stratum.drawn,
            )?;
        }
    }
    let Sample { judged, plan, .. } = sample;
    let (seed, id) = (plan.seed, sample.fingerprint());
    let drawn = match lang {
        Lang::Zh => format!(
            "从已判定的 {judged} 条消息中随机抽取，随机种子 {seed}，样本编号 {id}。统计时按各层的消息数加权。"
        ),
        Lang::En => format!(
            "Drawn at random from {judged} judged messages with seed {seed}; this is sample {id}. Estimates are weighted by the messages of each group."
        ),
    };
    guide.heading(pick(lang, "样本", "The sample"))?;
    guide.line("", &drawn)
}

struct Guide<'p> {
    page: &'p mut Worksheet,
    row: u32,
    heading: Format,
    term: Format,
    text: Format,
}

impl Guide<'_> {
    fn heading(&mut self, text: &str) -> io::Result<()> {
        if self.row > 0 {
            self.row += 1;
        }
        self.page
            .write_string_with_format(self.row, 0, text, &self.heading)
            .map_err(failed)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, term: &str, text: &str) -> io::Result<()> {
        let texts = [(text.to_owned(), TEXT_WIDTH)].into_iter();
        self.page
            .set_row_height(self.row, height(texts))
            .map_err(failed)?;
        if !term.is_empty() {
            self.page
                .write_string_with_format(self.row, 0, term, &self.term)
                .map_err(failed)?;
        }
        self.page
            .write_string_with_format(self.row, 1, text, &self.text)
            .map_err(failed)?;
        self.row += 1;
        Ok(())
    }

    fn counts(&mut self, term: &str, text: &str, population: u64, drawn: u64) -> io::Result<()> {
        let row = self.row;
        self.line(term, &super::shortened(text))?;
        for (column, count) in [(2, population), (3, drawn)] {
            // A float holds these exactly.
            self.page
                .write_number_with_format(row, column, count as f64, &self.text)
                .map_err(failed)?;
        }
        Ok(())
    }
}

const STEPS: [(&str, &str); 6] = [
    (
        "“审阅命中”表：每行是一条规则在一条消息里的命中，证据用 ⟦⟧ 标出。只判断这条规则说的行为是否真的存在：存在选“属实”，不存在选“误报”，看不出来选“不确定”。同一条消息还有别的问题时，不影响这一行。",
        "Sheet “review”: each row is what one rule found in one message, its evidence marked ⟦⟧. Judge only whether the conduct that the rule names is there: real, false hit, or unclear if the text doesn't tell. What else may be wrong with the message doesn't matter for the row.",
    ),
    (
        "“审阅未命中”表：每行是一条没有发现问题的消息。确实没有问题选“无问题”；有问题选“漏报”，并填类别（有几类的用顿号隔开），能定级别的也填级别；看不出来选“不确定”。",
        "Sheet “review clean”: each row is a message in which nothing was found. Choose fine if nothing is wrong; missed if something is, with its category (several: separated by commas) and, if you can tell, its tier; or unclear.",
    ),
    (
        "只填浅黄色的单元格。可以排序、筛选、调整列宽，不要改“序号”和标题行，也不要删除隐藏的工作表。没有填的行不计入，并会在汇总时说明。",
        "Fill in the pale yellow cells only. Sort, filter and resize as you like, but leave the column no, the header and the hidden sheet alone. Rows left empty aren't counted, and the report says how many there are.",
    ),
    (
        "各层内的行已随机排列：时间不够时，每条规则从上往下看几行即可，不要挑着看。",
        "Rows of a rule stand in random order: if there is little time, take some of each from the top; don't pick.",
    ),
    (
        "两人审阅时各填一份，互不商量；汇总时会比较两份是否一致，并列出不一致的行。",
        "Two reviewers fill in a copy each, without talking it over; the report compares them and lists the rows where they differ.",
    ),
    (
        "有疑问、有道理的话写在“备注”里，将来改规则的人会看。",
        "Write doubts and reasons into the comment: whoever changes the rules reads them.",
    ),
];

const CATEGORIES: [(Category, &str, &str); 7] = [
    (
        Category::Threat,
        "不还钱就会有坏事发生：对人、家人、财产、工作、名声、安宁造成损害，手段强迫或不合法，含糊的“后果自负”也算；拿曝光或亲属作要挟也算。如实、克制地说明合法的下一步（“可能依法起诉”）不算。",
        "Something bad will happen unless they pay: to body, family, property, work, name or peace, by force or unlawfully, vague hints of consequences included; exposure or relatives held over the debtor too. Not: a true and measured word on a lawful next step.",
    ),
    (
        Category::Insult,
        "贬低、谩骂、嘲弄、诅咒债务人或任何人，贬损人格的反话也算。通话中客户自己骂人不算；法院公布的“失信被执行人”这一法律用语不算。",
        "Demeans, swears at, mocks or curses the debtor or anybody else, degrading sarcasm included. Not: the customer's own swearing in a call, nor the law's own term for people on a court's list.",
    ),
    (
        Category::Privacy,
        "把欠款或个人信息告诉债务人以外的人，或者声称要告诉；消息里带了不该出现的信息（完整身份证号、住址、亲属姓名、照片）。对债务人本人说其尾号等不算。",
        "Tells somebody other than the debtor of the debt or of personal data, or says that it will be told; or carries data that has no place in a message (a whole identity number, home address, relatives' names, pictures). Not: masked data told to the debtor.",
    ),
    (
        Category::ThirdParty,
        "向不欠钱的具体的人（亲友、同事、单位、村委会）施压、要求代还或转告，或者声称要去找他们。担保人、共同借款人不算；只问一次号码是否本人、没有透露欠款的不算；向不特定公众曝光归“泄露隐私”。",
        "Turns to particular people who don't owe (relatives, friends, colleagues, employer, village committee) to press them, have them pay or pass on, or says that it will. Not: guarantors and joint borrowers; asking once, disclosing nothing, whose number it is; posting to the public, which is disclosure.",
    ),
    (
        Category::Impersonation,
        "冒充法院、公安、检察院、律师、公证、调解或政府机关，或假称持有其文书，编造案号。真实债权人如实说明已在某法院起诉的不算；自称有亲戚在公安的归“威胁恐吓”。",
        "Pretends to be a court, police, prosecutor, lawyer, notary, mediator or office, or to hold their papers, or makes up case numbers. Not: a creditor who truly says where it has sued. A claim of relatives in the police is a threat.",
    ),
    (
        Category::Deception,
        "把虚假、夸大或未定的后果说成必然（坐牢、子女不能政审、今天冻结全部账户），金额不实，虚假减免承诺，还款优惠中的促销压力，诱导新借款，要求转入私人账户。“可能影响征信”“可能产生违约金”不算。",
        "Tells false, exaggerated or undecided consequences as certain (prison, children barred from offices, all accounts frozen today), wrong sums, false waivers, sales pressure on an offer, lures to borrow anew, payment to a private account. Not: may affect your credit record, may incur a penalty.",
    ),
    (
        Category::Harassment,
        "声称或表现出以次数或夜间联系施压：每天打很多电话、轮流打、对方要求停止仍继续；有时间的，在规定时段外联系。债务人自己约定的回电不算。",
        "Announces or shows pressure by number of contacts or by night: many calls a day, in turns, going on after being asked to stop; outside the permitted hours, if times are given. Not: a callback at the debtor's own time.",
    ),
];

const TIERS: [(Tier, &str, &str); 3] = [
    (
        Tier::Notice,
        "合规人员会要求改写：施压、含糊的后果、最后通牒式的期限。",
        "A compliance reviewer would have it reworded: pressure, vague consequences, an ultimatum.",
    ),
    (
        Tier::Warning,
        "违反规定：侮辱、泄露或暗示要泄露、夸大法律或征信后果、以亲属施压。",
        "Breaks a rule: an insult, a disclosure or the hint of one, exaggerated consequences, relatives as leverage.",
    ),
    (
        Tier::Severe,
        "严重：暴力、以抓捕或坐牢相威胁、冒充机关或伪造文书、公开个人信息、咒人死、轰炸式拨打。",
        "Grave: violence, arrest or prison threatened, pretended officials or forged papers, data published, death wished on people, call bombing.",
    ),
];

const PRINCIPLES: [(&str, &str); 5] = [
    (
        "看是谁说的：通话里只判断催收方的话；客户的话只是背景，可以使催收方的话变成违规，本身不算违规。",
        "Whose words: in a call only the collector's are judged. The customer's are context; they can make the collector's an offence and never are one.",
    ),
    (
        "用而不是提：新闻、培训、制度、投诉里说到这些行为（“严禁辱骂债务人”），或者否认会这样做，都不算。",
        "Use, not mention: news, training, policies and complaints that name the conduct, and collectors who deny it, are fine.",
    ),
    (
        "看意思不看字形：繁体、全角、谐音、拼音、拆字、表情代字，与原形同样判断。",
        "Meaning, not letters: traditional forms, homophones, pinyin, split characters and emoji count as their plain form.",
    ),
    (
        "是词不是字：跨词连在一起的字（“体操你好”）不算。",
        "Words, not letters that happen to stand together across words.",
    ),
    (
        "假设和含糊的说法降低级别，但不免责：“如再不还款，后果自负”仍是威胁，级别为提示。",
        "Conditions and vagueness soften and don't excuse: a vague warning of consequences is a threat still, at notice.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::sheet::Kind;

    #[test]
    fn sheets_are_called_by_their_names() {
        for (kind, (zh, en)) in Kind::ALL.into_iter().zip(STEPS) {
            assert!(zh.contains(&format!("“{}”", kind.sheet(Lang::Zh))), "{zh}");
            assert!(en.contains(&format!("“{}”", kind.sheet(Lang::En))), "{en}");
        }
    }
}
