use std::collections::HashSet;
use std::path::Path;

use super::*;
use crate::lint::{Config, LintOptions, config::ConfigFile, lint_text};
use crate::report::Settings;
use crate::rule::Lang;
use crate::{Lexicon, Linter};

const WRONG: &str = "一切后果自负";
const RIGHT: &str = "可能依法承担违约责任";

/// Judges files of any kind with the bundled lexicon.
struct Desk {
    linter: Linter<'static>,
    config: Config,
}

impl Desk {
    fn new() -> Self {
        let lexicon = Lexicon::bundled();
        Self {
            linter: Linter::new(lexicon).unwrap(),
            config: Config::new(ConfigFile::default(), ".".into(), None, lexicon).unwrap(),
        }
    }

    fn options(&self) -> LintOptions<'static> {
        LintOptions {
            settings: Settings::new(Lexicon::bundled(), Lang::Zh),
            select: &[],
            ignore: &[],
        }
    }

    fn lint(&self, path: &str, text: &str) -> FileReport {
        let options = self.options();
        lint_text(
            Path::new(path),
            path,
            text.to_owned(),
            &self.config,
            &self.linter,
            options,
        )
        .unwrap()
    }

    /// The file with its fixes.
    fn fixed(&self, path: &str, bytes: &[u8]) -> Fixed {
        let judges = Judges::new(&self.config, &self.linter, self.options());
        let candidate = Candidate {
            path: path.into(),
            shown: path.to_owned(),
            kind: self.config.kind_of(Path::new(path)).unwrap(),
        };
        let encoding = judges.source(&candidate, bytes).unwrap().encoding();
        let judge = |bytes: &[u8]| judges.bytes(&candidate, bytes);
        fix_bytes(bytes.to_vec(), judge(bytes), encoding, judge)
    }
}

fn offered(report: &FileReport) -> Vec<&Fix> {
    report
        .texts
        .iter()
        .flat_map(|text| fixes(text).map(|(_, fix)| fix))
        .collect()
}

#[test]
fn entries_do_what_their_examples_say() {
    let desk = Desk::new();
    let rules: HashSet<&str> = Lexicon::bundled().rules().iter().map(|rule| &*rule.id).collect();
    let mut wrong = Vec::new();
    for entry in data::entries() {
        for rule in &entry.rules {
            assert!(rules.contains(&**rule), "no rule {rule}");
        }
        let is_han = |sign: char| matches!(sign, '\u{4E00}'..='\u{9FFF}' | '，' | '。' | '、');
        assert!(entry.write.chars().all(is_han), "{}", entry.write);
        let bytes = Encoding::Gb18030.encode(&entry.write).unwrap();
        assert_eq!(bytes.len(), entry.write.chars().count() * 2, "{}", entry.write);
        assert!(!entry.examples.is_empty(), "{}", entry.write);
        for (before, after) in &entry.examples {
            let report = desk.lint("a.md", before);
            let own = offered(&report).into_iter().find(|fix| {
                let mut fixed = before.clone();
                fixed.replace_range(fix.byte_start..fix.byte_end, &fix.replacement);
                fixed == *after && fix.words == entry.write
            });
            if own.is_none() {
                let found: Vec<_> = report
                    .diagnostics()
                    .map(|found| (&found.rule, &found.text))
                    .collect();
                let is_placed = entry.places(before).next().is_some();
                let left: Vec<_> = desk
                    .lint("a.md", after)
                    .diagnostics()
                    .map(|found| format!("{} {}", found.rule, found.text))
                    .collect();
                wrong.push(format!(
                    "{before}\n   → {after}\n   finds {found:?}, words stand there: {is_placed}, offered {:?}, left {left:?}",
                    offered(&report).iter().map(|fix| (&fix.text, &fix.words)).collect::<Vec<_>>(),
                ));
            }
        }
        for miss in &entry.misses {
            let report = desk.lint("a.md", miss);
            if offered(&report).iter().any(|fix| fix.words == entry.write) {
                wrong.push(format!("noisy: {miss} → {}", entry.write));
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

/// A message in a file: `@` stands for the words, written in a style.
const MESSAGE: &str = "您的欠款逾期不还，@！";

#[test]
fn every_format_is_written_in_its_own_way() {
    type Style = fn(&str) -> String;
    let plain: Style = str::to_owned;
    let units: Style = |words| {
        words
            .chars()
            .map(|sign| format!("\\u{:04x}", u32::from(sign)))
            .collect()
    };
    let upper: Style = |words| {
        words
            .chars()
            .map(|sign| format!("\\u{:04X}", u32::from(sign)))
            .collect()
    };
    let braces: Style = |words| {
        words
            .chars()
            .map(|sign| format!("\\u{{{:x}}}", u32::from(sign)))
            .collect()
    };
    let long: Style = |words| {
        words
            .chars()
            .map(|sign| format!("\\U{:08x}", u32::from(sign)))
            .collect()
    };
    let bytes: Style = |words| words.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    let hex: Style = |words| {
        words
            .chars()
            .map(|sign| format!("&#x{:X};", u32::from(sign)))
            .collect()
    };
    let decimal: Style = |words| {
        words
            .chars()
            .map(|sign| format!("&#{};", u32::from(sign)))
            .collect()
    };
    let table: &[(&str, &str, Style)] = &[
        ("a.txt", "【安信银行】$\n", plain),
        (
            "a.txt",
            "【安信银行】$\r\n【安信银行】您好，请按时还款。\r\n",
            plain,
        ),
        ("a.md", "# 模板\n\n> 【安信银行】$\n", plain),
        ("a.csv", "编号,内容\n1,\"他说\"\"好\"\"，$\"\n2,谢谢\n", plain),
        ("a.csv", "id,content\r\n1,$\r\n", plain),
        ("a.json", "{\"a\": \"一\\\"二\\n$\", \"b\": \"您好\"}", plain),
        ("a.json", "{\"a\": \"$\"}", units),
        ("a.json", "{\"a\": \"$\"}", upper),
        ("a.jsonl", "{\"text\": \"$\"}\n{\"text\": \"您好\"}\n", plain),
        ("a.yaml", "a: $\nb: 您好\n", plain),
        ("a.yaml", "a: \"$\"\n", units),
        ("a.yaml", "a: |\n  【安信银行】\n  $\n", plain),
        ("a.yaml", "a: >\n  【安信银行】\n  $\n", plain),
        ("a.toml", "a = \"$\"\nb = '$'\n", plain),
        ("a.toml", "a = \"$\"\n", units),
        ("a.properties", "sms.a=$\n", plain),
        ("a.properties", "sms.a=$\n", units),
        ("a.po", "msgid \"a\"\nmsgstr \"$\"\n", plain),
        ("a.xml", "<r><a>一&lt;二&amp;三 $</a></r>", plain),
        ("a.xml", "<r><a>$</a></r>", decimal),
        ("a.xml", "<r><a><![CDATA[<b>$]]></a></r>", plain),
        ("a.html", "<p title=\"$\">您好</p>", plain),
        ("a.html", "<p>$</p>", hex),
        ("a.ftl", "<#if x>$</#if>", plain),
        ("a.j2", "{% if x %}$${{ name }}{% endif %}", plain),
        ("a.vm", "#if($x)\n$\n#end\n", plain),
        ("a.sql", "INSERT INTO t (content) VALUES ('一''二，$');\n", plain),
        ("a.java", "class A { String a = \"一\\t二$\"; }", plain),
        ("a.java", "class A { String a = \"$\"; }", units),
        ("a.kt", "val a = \"\"\"$\"\"\"\n", plain),
        ("a.py", "a = '一\\'二$'\n", plain),
        ("a.py", "a = '$'\n", long),
        ("a.js", "const a = `$`;\n", plain),
        ("a.js", "const a = '$';\n", braces),
        ("a.ts", "const a: string = '$';\n", units),
        ("a.tsx", "const a = <p>$</p>;\n", plain),
        ("a.go", "package a\n\nvar a = `$`\n", plain),
        ("a.go", "package a\n\nvar a = \"$\"\n", bytes),
        ("a.php", "<?php $a = \"$\"; ?>\n", braces),
    ];
    let desk = Desk::new();
    let mut wrong = Vec::new();
    for (path, file, style) in table {
        // The message stands where `$` is alone.
        let with = |words: &str| {
            let message: String = MESSAGE
                .split('@')
                .map(style)
                .collect::<Vec<_>>()
                .join(&style(words));
            fill(file, &message)
        };
        let (before, after) = (with(WRONG), with(RIGHT));
        let fixed = desk.fixed(path, before.as_bytes());
        let is = String::from_utf8(fixed.bytes).unwrap();
        if is != after {
            wrong.push(format!("{path}:\n{before}\n   is {is}\n   not {after}"));
        } else if !offered(&fixed.report).is_empty() || desk.fixed(path, is.as_bytes()).count > 0 {
            wrong.push(format!("{path}: fixed twice"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file with a message in the place of each `$` that no sign of a program follows.
fn fill(file: &str, message: &str) -> String {
    let mut filled = String::new();
    let mut rest = file;
    while let Some(at) = rest.find('$') {
        filled += &rest[..at];
        let behind = &rest[at + 1..];
        let is_code = behind.starts_with(['a', 'x', '$', '{']);
        filled += if is_code { "$" } else { message };
        rest = behind;
    }
    filled + rest
}

#[test]
fn what_is_not_written_in_one_stretch_stays() {
    let desk = Desk::new();
    for (path, file) in [
        (
            "a.java",
            "class A { String a = \"您的欠款逾期不还，一切后果\" + \"自负。\"; }",
        ),
        ("a.js", "const a = `您的欠款逾期不还，一切后果${how}自负。`;\n"),
        ("a.html", "<p>您的欠款逾期不还，一切后果<b>自负</b>。</p>"),
        ("a.yaml", "a: >\n  您的欠款逾期不还，一切后果\n  自负。\n"),
        ("a.py", "a = '您的欠款逾期不还，一切后果\\\n自负。'\n"),
        (
            "a.php",
            "<?php $a = \"您的欠款逾期不还，一切\\345\\220\\216\\346\\236\\234自负\";",
        ),
        ("a.txt", "您的欠款逾期不还，一切后.果.自.负。"),
        ("a.txt", "您的欠款逾期不还，{name}一切后果{x}自负。"),
    ] {
        let fixed = desk.fixed(path, file.as_bytes());
        let is = String::from_utf8(fixed.bytes).unwrap();
        assert_eq!((is.as_str(), fixed.count), (file, 0));
    }
}

#[test]
fn bytes_apart_from_fixes_stay() {
    let desk = Desk::new();
    let text = format!("编号,内容\r\n1,\"{}\"\r\n2,亅东\r\n", MESSAGE.replace('@', WRONG));
    let expected = text.replace(WRONG, RIGHT);
    let mark = "\u{feff}";
    for (encoding, mark) in [
        (Encoding::Utf8, ""),
        (Encoding::Utf8, mark),
        (Encoding::Gb18030, ""),
        (Encoding::Utf16Le, mark),
        (Encoding::Utf16Be, mark),
    ] {
        let bytes = |text: &str| encoding.encode(&format!("{mark}{text}")).unwrap();
        let fixed = desk.fixed("a.csv", &bytes(&text));
        assert_eq!(fixed.bytes, bytes(&expected), "{encoding:?}");
        assert_eq!(fixed.count, 1);
    }
}

#[test]
fn several_fixes_go_one_after_another() {
    let desk = Desk::new();
    let text = "最后通牒：您的欠款逾期不还，一切后果自负！\n您的欠款逾期不还，一切后果自负！\n";
    let fixed = desk.fixed("a.txt", text.as_bytes());
    assert_eq!(
        String::from_utf8(fixed.bytes).unwrap(),
        "还款提醒：您的欠款逾期不还，可能依法承担违约责任！\n您的欠款逾期不还，可能依法承担违约责任！\n"
    );
    assert_eq!(fixed.count, 3);
}

#[test]
fn what_the_run_does_not_show_is_not_fixed() {
    let desk = Desk::new();
    let text = MESSAGE.replace('@', WRONG);
    let judge = |bytes: &[u8]| {
        let mut report = desk.lint("a.txt", std::str::from_utf8(bytes).unwrap());
        report.texts.iter_mut().for_each(|text| text.findings.clear());
        report
    };
    let bytes = text.as_bytes();
    let fixed = fix_bytes(bytes.to_vec(), judge(bytes), Encoding::Utf8, judge);
    assert_eq!((fixed.bytes.as_slice(), fixed.count), (bytes, 0));
}

#[test]
fn only_a_better_text_is_offered() {
    let appraisal = |tier, rules: &[&str], parts| Appraisal {
        tier,
        rules: rules.iter().map(|&rule| rule.to_owned()).collect(),
        parts,
    };
    let before = appraisal(Tier::Notice, &["a", "b", "form-too-long"], 8);
    for (then, is_better) in [
        (appraisal(Tier::Notice, &["b", "form-too-long"], 8), true),
        (appraisal(Tier::Clean, &[], 1), true),
        (appraisal(Tier::Notice, &["a", "b", "form-too-long"], 8), false),
        (appraisal(Tier::Warning, &["b"], 1), false),
        (appraisal(Tier::Notice, &["b", "c"], 1), false),
        (appraisal(Tier::Notice, &["b", "b"], 1), false),
        (appraisal(Tier::Notice, &["form-symbols"], 1), false),
        (appraisal(Tier::Notice, &["b", "form-too-long"], 9), false),
    ] {
        assert_eq!(then.is_better_than(&before, "a"), is_better, "{then:?}");
    }
}

#[test]
fn fixes_stand_where_they_say() {
    let desk = Desk::new();
    let text = "{\n  \"a\": \"😀您的欠款逾期不还，一切后果自负！\"}";
    let report = desk.lint("a.json", text);
    let fixes = offered(&report);
    let fix = fixes[0];
    assert_eq!(&text[fix.byte_start..fix.byte_end], WRONG);
    assert_eq!((fix.line, fix.end_line), (2, 2));
    let line = text.lines().nth(1).unwrap();
    let before = &line[..line.find(WRONG).unwrap()];
    assert_eq!(fix.column, before.chars().count() + 1);
    assert_eq!(fix.column_utf16, before.encode_utf16().count() + 1);
    assert_eq!(fix.end_column_utf16, fix.column_utf16 + 6);
    assert_eq!((fix.text.as_str(), fix.words.as_str()), (WRONG, RIGHT));
}
