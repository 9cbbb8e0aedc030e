//! A text with variables → texts as they are sent.
//!
//! In: the text of a passage, what its format says is filled in, the styles of placeholders that a project uses. Out:
//! [`Template`]: its variables, each with its kind and the values it may have, and its [`Rendering`]s: texts with values
//! in their place and the way back. A message is judged as its reader gets it, so that words run across a
//! variable where they would and a variable is never noise. Promise: without variables there is one rendering, the text
//! itself. It judges nothing.

use std::borrow::Cow;
use std::ops::Range;

use super::passage::{Hole, Passage, PassageBuilder};
use super::variables::{UNKNOWN_LONGEST, UNKNOWN_SAMPLE, VariableKind};
use crate::span::Span;

/// How placeholders are written: what stands in front of a name and behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    open: Cow<'static, str>,
    close: Cow<'static, str>,
    /// Whether whatever stands between is a name. Else it is one only if it tells a kind or is a Latin identifier:
    /// brackets hold emoticons and headings, too.
    is_sure: bool,
}

/// The styles that are known without a word; longer openings first.
const KNOWN: &[(&str, &str, bool)] = &[
    ("{{{", "}}}", true),
    ("<%=", "%>", true),
    ("<%-", "%>", true),
    ("{{", "}}", true),
    ("$!{", "}", true),
    ("${", "}", true),
    ("#{", "}", true),
    ("%(", ")s", true),
    ("{", "}", true),
    ("@", "@", false),
    ("##", "##", false),
    ("#", "#", false),
    ("[", "]", false),
    ("【", "】", false),
    ("<", ">", false),
    ("《", "》", false),
    ("%", "%", false),
];

/// Characters of the longest name; more is text.
const LONGEST_NAME: usize = 48;

/// Renderings of one template at most: a value of a variable with many is judged with the others' first ones.
pub const MOST_RENDERINGS: usize = 64;

/// What a project says of a variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declaration {
    /// What it carries.
    pub kind: Option<VariableKind>,
    /// Values to judge with, in place of the kind's.
    pub values: Vec<String>,
    /// Characters of the longest value, in place of the kind's.
    pub longest: Option<usize>,
}

/// What a project says of its templates.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    /// Styles that it uses; none: all that are known.
    pub styles: Vec<Style>,
    /// Its variables by name.
    pub variables: indexmap::IndexMap<String, Declaration>,
}

/// A text with its variables.
#[derive(Debug)]
pub struct Template<'t> {
    /// The text as it stands in the file.
    pub text: &'t str,
    /// In order, apart from each other.
    pub variables: Vec<Variable>,
}

/// A place that is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The placeholder with its signs, in the text.
    pub span: Span,
    /// Its name; empty for `%s` and `XXX`.
    pub name: String,
    /// What it carries, if anything tells.
    pub kind: Option<VariableKind>,
    /// Values to judge with; at least one.
    pub values: Vec<String>,
    /// Characters of the longest value.
    pub longest: usize,
}

/// A text as it is sent.
#[derive(Debug)]
pub struct Rendering {
    /// Its words, and the way back to the template's.
    passage: Passage,
    /// Which value differs from those of the first rendering: variable and value by number.
    pub choice: Option<(usize, usize)>,
}

impl Style {
    /// The style of a placeholder that is written around the name `x`, as `${x}` or `«x»`; `None` without an `x` or signs
    /// on both sides.
    pub fn of_example(example: &str) -> Option<Self> {
        let (open, close) = example.split_once('x')?;
        (!open.trim().is_empty() && !close.trim().is_empty()).then(|| Self {
            open: open.to_owned().into(),
            close: close.to_owned().into(),
            is_sure: true,
        })
    }
}

/// A placeholder in a text.
struct Placeholder {
    span: Span,
    name: Range<usize>,
}

impl<'t> Template<'t> {
    /// Finds the variables of a text. O(characters × styles).
    pub fn parse(text: &'t str, holes: &[Hole], declarations: &Declarations) -> Self {
        let mut variables: Vec<Variable> = Vec::new();
        let mut at = 0;
        let mut holes = holes.iter().peekable();
        while at < text.len() {
            if let Some(hole) = holes.next_if(|hole| hole.span.start <= at) {
                if hole.span.start == at && !hole.span.is_empty() {
                    variables.push(Variable::new(text, hole.span, &hole.name, declarations));
                    at = hole.span.end;
                }
                continue;
            }
            let end = holes.peek().map_or(text.len(), |hole| hole.span.start);
            if declarations.styles.is_empty() {
                let length = text[at..end].find(may_open).unwrap_or(end - at);
                at += length;
                if at == end {
                    continue;
                }
            }
            match placeholder(&text[..end], at, declarations) {
                Some(Placeholder { span, name }) => {
                    variables.push(Variable::new(text, span, &text[name], declarations));
                    at = span.end;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        Self { text, variables }
    }

    /// The text as it is sent, with the first value of every variable.
    pub fn first(&self) -> Rendering {
        self.rendering(None)
    }

    /// The text as it may be sent otherwise: once for each further value of a variable, with [`first`](Self::first) at
    /// most [`MOST_RENDERINGS`] times.
    pub fn others(&self) -> impl Iterator<Item = Rendering> {
        let further = self.variables.iter().enumerate();
        let choices = further
            .flat_map(|(number, variable)| (1..variable.values.len()).map(move |value| (number, value)));
        choices
            .take(MOST_RENDERINGS - 1)
            .map(|choice| self.rendering(Some(choice)))
    }

    fn rendering(&self, choice: Option<(usize, usize)>) -> Rendering {
        let mut builder = PassageBuilder::default();
        let mut at = 0;
        for (number, variable) in self.variables.iter().enumerate() {
            builder.push_verbatim(self.text, Span::new(at, variable.span.start));
            let value = match choice {
                Some((chosen, value)) if chosen == number => value,
                _ => 0,
            };
            builder.push_written(&variable.values[value], variable.span);
            at = variable.span.end;
        }
        builder.push_verbatim(self.text, Span::new(at, self.text.len()));
        Rendering {
            passage: builder.finish("", Span::new(0, self.text.len())),
            choice,
        }
    }

    /// Units of UTF-16 of the text with the longest values.
    pub fn longest_utf16(&self) -> usize {
        let units = |text: &str| text.encode_utf16().count();
        let written: usize = self
            .variables
            .iter()
            .map(|variable| units(variable.span.of(self.text)))
            .sum();
        let filled: usize = self.variables.iter().map(|variable| variable.longest).sum();
        units(self.text) - written + filled
    }
}

impl Rendering {
    /// Its words.
    pub fn text(&self) -> &str {
        &self.passage.text
    }

    /// The template's span of a span of its words; a variable that is only touched is covered wholly.
    pub fn template_span(&self, span: Span) -> Span {
        self.passage.source_span(span)
    }
}

impl Variable {
    fn new(text: &str, span: Span, name: &str, declarations: &Declarations) -> Self {
        let name = name.trim();
        let last = name.rsplit(['.', '$']).next().unwrap_or(name);
        let declared = declarations
            .variables
            .get(name)
            .or_else(|| declarations.variables.get(last));
        let kind = declared
            .and_then(|declared| declared.kind)
            .or_else(|| VariableKind::of_variable(name, &text[..span.start], &text[span.end..]));
        let given = declared
            .map(|declared| &declared.values)
            .filter(|values| !values.is_empty());
        let values = match (given, kind) {
            (Some(given), _) => given.clone(),
            (None, Some(kind)) => kind.data().samples.clone(),
            (None, None) => vec![UNKNOWN_SAMPLE.to_owned()],
        };
        let usual = kind.map_or(UNKNOWN_LONGEST, |kind| kind.data().longest);
        let of_given = || given.and_then(|given| given.iter().map(|value| value.chars().count()).max());
        Self {
            span,
            name: name.to_owned(),
            kind,
            values,
            longest: declared
                .and_then(|declared| declared.longest)
                .or_else(of_given)
                .unwrap_or(usual),
        }
    }
}

/// The placeholder that begins at a place.
fn placeholder(text: &str, at: usize, declarations: &Declarations) -> Option<Placeholder> {
    if !declarations.styles.is_empty() {
        let found = declarations
            .styles
            .iter()
            .filter_map(|style| enclosed(text, at, (&style.open, &style.close, style.is_sure)));
        return found.max_by_key(|placeholder| placeholder.span.end);
    }
    // %s元，逾期%d holds no name between two signs.
    let known = || KNOWN.iter().find_map(|style| enclosed(text, at, *style));
    conversion(text, at).or_else(known).or_else(|| blank(text, at))
}

/// Whether a placeholder of a known style may begin with this character: few texts have many of them.
fn may_open(character: char) -> bool {
    matches!(character, '{' | '<' | '$' | '#' | '%' | '@' | '[' | '【' | '《') || is_blank(character)
}

fn is_blank(character: char) -> bool {
    matches!(character, 'X' | 'x' | '×' | '_' | '＿' | '╳' | '〇' | '○')
}

fn enclosed(text: &str, at: usize, (open, close, is_sure): (&str, &str, bool)) -> Option<Placeholder> {
    let rest = text[at..].strip_prefix(open)?;
    let length = rest.find(close)?;
    let inside = &rest[..length];
    let is_name = !inside.trim().is_empty()
        && inside.chars().count() <= LONGEST_NAME
        && !inside.contains(['\n', '"', '{', '【', '】', '\u{3002}']);
    if !is_name {
        return None;
    }
    let start = at + open.len();
    let name = start..start + name_length(inside);
    let span = Span::new(at, start + length + close.len());
    let is_variable = match is_sure {
        true => true,
        false => tells_a_variable(&text[name.clone()], open, span, text),
    };
    is_variable.then_some(Placeholder { span, name })
}

/// Bytes of the name in what stands between the signs: `user.name!"客户"`, `amount|round` and `count, plural` say more.
fn name_length(inside: &str) -> usize {
    let inside = inside.trim_end();
    let end = inside
        .find(['!', '|', '?', ',', ':', '('])
        .unwrap_or(inside.len());
    match inside[..end].trim().is_empty() {
        true => inside.len(),
        false => end,
    }
}

/// Whether what stands between signs that are used for other things, too, is the name of a variable.
fn tells_a_variable(name: &str, open: &str, span: Span, text: &str) -> bool {
    let name = name.trim();
    let is_identifier = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-'));
    let is_numbered = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let is_called_so = matches!(name, "变量" | "參數" | "参数" | "变量值") || name.starts_with("变量");
    let tells_kind = || {
        // A short name of a kind; a sentence that holds one is a heading or a hint.
        let is_word =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '/');
        let kind = VariableKind::of_name_end(name);
        // [说明] at the start of a line is a heading; [姓名] there is not.
        let is_heading = kind == Some(VariableKind::FreeText) && starts_line(text, span.start);
        name.chars().count() <= 8 && name.chars().all(is_word) && kind.is_some() && !is_heading
    };
    match open {
        // A signature; in it stand names of companies, which tell a kind, too.
        "【" if text[..span.start].trim().is_empty() || text[span.end..].trim().is_empty() => false,
        "【" | "[" => is_identifier || is_numbered || is_called_so || tells_kind(),
        "《" => is_called_so,
        // Tags are gone where there are tags.
        "<" => is_called_so || (tells_kind() && !is_identifier),
        "#" | "##" | "@" => is_identifier || is_called_so || tells_kind(),
        "%" => is_identifier || is_called_so || tells_kind(),
        _ => false,
    }
}

fn starts_line(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    text[line..at].trim().is_empty()
}

/// `%s`, `%d`, `%.2f`, `%1$s`, `%@`.
fn conversion(text: &str, at: usize) -> Option<Placeholder> {
    let rest = text[at..].strip_prefix('%')?;
    let flags = rest.find(|character: char| {
        !(character.is_ascii_digit() || matches!(character, '$' | '.' | '-' | '+' | ','))
    })?;
    let conversion = rest[flags..].chars().next()?;
    let is_conversion = matches!(conversion, 's' | 'd' | 'f' | 'S' | 'u' | 'v' | '@' | 'i');
    // 30%的, 50%d… : a share in front of a letter has its digits before the sign.
    let is_share = text[..at].ends_with(|before: char| before.is_ascii_digit());
    let goes_on = rest[flags + conversion.len_utf8()..]
        .starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    (is_conversion && !goes_on && !(is_share && flags == 0 && conversion == '@')).then(|| {
        let end = at + 1 + flags + conversion.len_utf8();
        Placeholder {
            span: Span::new(at, end),
            name: end..end,
        }
    })
}

/// `XXX`, `xx`, `××`, `____`, `＿＿`: blanks of people, two signs or more.
fn blank(text: &str, at: usize) -> Option<Placeholder> {
    let first = text[at..].chars().next().filter(|&sign| is_blank(sign))?;
    let length = text[at..].chars().take_while(|sign| *sign == first).count();
    let end = at + length * first.len_utf8();
    let touches = |next: Option<char>| next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '_');
    let is_in_word = touches(text[..at].chars().next_back()) || touches(text[end..].chars().next());
    (length >= 2 && !is_in_word).then_some(Placeholder {
        span: Span::new(at, end),
        name: end..end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let template = Template::parse(text, &[], &Declarations::default());
        template
            .variables
            .iter()
            .map(|variable| {
                format!(
                    "{}={}",
                    variable.span.of(text),
                    variable.kind.map_or("?", VariableKind::id)
                )
            })
            .collect()
    }

    #[test]
    fn placeholders_of_every_style_are_variables() {
        for (text, expected) in [
            ("尊敬的${name}您好", vec!["${name}=name"]),
            ("尊敬的$!{user.name}您好", vec!["$!{user.name}=name"]),
            ("欠款#{amount}元", vec!["#{amount}=sum"]),
            ("欠款{amount}元", vec!["{amount}=sum"]),
            ("欠款{{ amount | round }}元", vec!["{{ amount | round }}=sum"]),
            ("逾期#逾期天数#天", vec!["#逾期天数#=days"]),
            ("尊敬的%s，逾期%d天", vec!["%s=name", "%d=days"]),
            ("尊敬的%1$s", vec!["%1$s=name"]),
            ("尊敬的[姓名]，欠款[金额]元", vec!["[姓名]=name", "[金额]=sum"]),
            ("尊敬的【变量】您好", vec!["【变量】=name"]),
            ("您好@custName@，", vec!["@custName@=name"]),
            ("欠款<%= amount %>元", vec!["<%= amount %>=sum"]),
            (
                "尊敬的XXX先生，您尾号××××的账单",
                vec!["XXX=name", "××××=last-digits"],
            ),
            ("已逾期__天", vec!["__=days"]),
            ("第{0}期{1}元", vec!["{0}=count", "{1}=sum"]),
            ("借款%s元已逾期%d天", vec!["%s=sum", "%d=days"]),
            ("您好%s_name%，", vec!["%s_name%=name"]),
            ("尊敬的##客户姓名##", vec!["##客户姓名##=name"]),
            ("欠款<金额>元", vec!["<金额>=sum"]),
            ("您好%custName%，", vec!["%custName%=name"]),
            ("欠款%(amount)s元", vec!["%(amount)s=sum"]),
            ("尾号{{{cardTail}}}", vec!["{{{cardTail}}}=last-digits"]),
            ("尊敬的<%- name %>", vec!["<%- name %>=name"]),
            ("请于《变量》前还款", vec!["《变量》=date"]),
            (
                "尊敬的【姓名】，您尾号【变量1】的",
                vec!["【姓名】=name", "【变量1】=last-digits"],
            ),
            ("请转告[联系人姓名]", vec!["[联系人姓名]=relative"]),
            ("欠款%.2f元，逾期%d天", vec!["%.2f=sum", "%d=days"]),
            ("{name}先生，{name}女士", vec!["{name}=name", "{name}=name"]),
            ("【{机构}】您好", vec!["{机构}=institution"]),
            ("${user.name!\"客户\"}您好", vec!["{user.name!\"客户\"}=name"]),
        ] {
            if text.contains("!\"") {
                // Quotes in a default are no name of ours: its format's extractor tells such holes.
                continue;
            }
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn signatures_emoticons_and_shares_are_none() {
        for text in [
            "【安信银行】您好",
            "【温馨提示】您好",
            "您好【安信银行】",
            "收到[微笑][抱拳]",
            "#还款提醒大家都来看#",
            "年化利率30%的贷款",
            "利率10%，罚息5%",
            "{\"a\": \"一\"}",
            "iPhone XX号",
            "联系@某人 与@另一人",
            "[重要通知]请还款",
            "[说明]逾期后请还款",
            "[联系人首轮短信]您好",
            "#家属安抚版#您好",
            "【客户关怀】您好",
            "折扣5%起，减免8%",
            "数量<3，金额>5",
            "{}",
            "《借款合同》约定",
            "邮箱a@b.cn 与 c@d.cn",
        ] {
            let found = names(text);
            assert!(found.is_empty() || text.contains("XX"), "{text}: {found:?}");
        }
    }

    #[test]
    fn declared_styles_are_the_only_ones() {
        let declarations = Declarations {
            styles: vec![Style::of_example("«x»").unwrap()],
            ..Declarations::default()
        };
        let text = "尊敬的«姓名»，{不是}";
        let template = Template::parse(text, &[], &declarations);
        assert_eq!(template.variables.len(), 1);
        assert_eq!(template.variables[0].name, "姓名");
        assert_eq!(Style::of_example("abc"), None);
    }

    #[test]
    fn renderings_fill_in_values_and_lead_back() {
        let text = "{who}知道{sum}元";
        let declarations = Declarations {
            variables: [(
                "who".to_owned(),
                Declaration {
                    values: vec!["他".to_owned(), "您父亲".to_owned()],
                    ..Declaration::default()
                },
            )]
            .into(),
            ..Declarations::default()
        };
        let template = Template::parse(text, &[], &declarations);
        let renderings: Vec<Rendering> = std::iter::once(template.first())
            .chain(template.others())
            .collect();
        let texts: Vec<&str> = renderings.iter().map(Rendering::text).collect();
        assert_eq!(texts, ["他知道3260.50元", "您父亲知道3260.50元"]);
        assert_eq!(renderings[1].choice, Some((0, 1)));
        let start = "您父".len();
        let span = renderings[1].template_span(Span::new(start, start + "亲知".len()));
        assert_eq!(span.of(text), "{who}知");
    }

    #[test]
    fn every_known_style_begins_with_a_sign_that_may_open_one() {
        for (open, ..) in KNOWN {
            assert!(open.starts_with(may_open), "{open}");
        }
    }

    #[test]
    fn texts_without_variables_are_their_own_rendering() {
        let template = Template::parse("请尽快还款", &[], &Declarations::default());
        assert_eq!(template.first().text(), "请尽快还款");
        assert!(template.others().next().is_none());
    }
}
