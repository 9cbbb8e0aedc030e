use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::Linter;
use crate::lint::config::ConfigFile;
use crate::lint::extract::Kind;
use crate::lint::lint_text;
use crate::lint::source::Source;
use crate::report::Settings;
use crate::rule::{Lang, Tier};

static LINTER: LazyLock<Linter<'static>> = LazyLock::new(|| Linter::new(Lexicon::bundled()).unwrap());

/// A text with a finding of one rule, `threat-maim`, and nothing of form: it doesn't say who collects what.
const THREAT: &str = "再不还钱打断你的腿";

const DAY: Date = jiff::civil::date(2026, 3, 2);

fn config(text: &str, root: &Path) -> Config {
    let file: ConfigFile = toml::from_str(text).unwrap();
    Config::new(file, root.to_owned(), None, LINTER.lexicon).unwrap()
}

fn options<'o>(select: &'o [String], ignore: &'o [String]) -> LintOptions<'o> {
    LintOptions {
        settings: Settings::new(LINTER.lexicon, Lang::En),
        select,
        ignore,
    }
}

fn judged(name: &str, text: &str, config: &Config, options: LintOptions) -> FileReport {
    lint_text(Path::new(name), name, text.to_owned(), config, &LINTER, options).unwrap()
}

fn applied(name: &str, text: &str, config: &Config, options: LintOptions) -> FileReport {
    let mut report = judged(name, text, config, options);
    let suppressions = Suppressions::find(config, LINTER.lexicon, options, DAY).unwrap();
    suppressions.apply(&mut report);
    assert!(report.directives.is_empty(), "they were applied");
    report
}

/// What a file still has, what is suppressed, what is noted: `id text`, in order.
/// Proposals of the second opinion are left out: they move with its weights.
fn shown(report: &FileReport) -> String {
    let texts = || report.texts.iter();
    let left = texts()
        .flat_map(|text| &text.findings)
        .filter(|found| !found.rule.ends_with("-wording"))
        .map(|found| found.rule.clone());
    let suppressed = texts().flat_map(|text| &text.suppressed);
    let suppressed = suppressed.filter(|own| !own.diagnostic.rule.ends_with("-wording"));
    let suppressed = suppressed.map(|own| format!("-{}", own.diagnostic.rule));
    let notes = report
        .notes
        .iter()
        .map(|note| format!("{} “{}”", note.rule, note.text));
    left.chain(suppressed).chain(notes).collect::<Vec<_>>().join(" ")
}

fn shown_of(name: &str, text: &str) -> String {
    shown(&applied(
        name,
        text,
        &config("", Path::new(".")),
        options(&[], &[]),
    ))
}

#[test]
fn rules_about_suppressions_find_their_hits_and_leave_their_misses() {
    let rules: Vec<_> = form::rules()
        .iter()
        .filter(|rule| form::is_about_suppressions(&rule.id))
        .collect();
    assert_eq!(rules.len(), 3);
    for rule in rules {
        for hit in &rule.hits {
            let marked = hit.marked_text();
            let plain: String = marked.chars().filter(|sign| !matches!(sign, '⟦' | '⟧')).collect();
            let words = marked.split_once('⟦').unwrap().1.split_once('⟧').unwrap().0;
            let shown = shown_of("a.yaml", &plain);
            assert!(
                shown.ends_with(&format!("{} “{words}”", rule.id)),
                "{plain}: {shown}"
            );
        }
        for miss in &rule.misses {
            let shown = shown_of("a.yaml", miss.marked_text());
            assert!(!shown.contains("suppression-"), "{}: {shown}", miss.marked_text());
        }
    }
    let code = include_str!("notes.rs");
    for id in form::ids().filter(|id| form::is_about_suppressions(id)) {
        assert!(code.contains(&format!("\"{id}\"")), "{id} is made by nothing");
    }
}

/// A comment of each format in front of a text, and the same words where they are no comment.
const FORMATS: &[(&str, &str, &str)] = &[
    ("a.md", "<!-- D -->\n\nT\n", "`D`\n\nT\n"),
    (
        "a.json",
        "{\n  // D\n  \"a\": \"T\"\n}",
        "{\"b\": \"<!-- D -->\",\n \"c\": \"// D\",\n \"a\": \"T\"}",
    ),
    ("a.yaml", "# D\na: T\n", "b: |\n  # D\n  请看\na: T\n"),
    ("a.yml", "a:\n  - T # D\n", "a:\n  - \"# D\"\n  - \"T # D\"\n"),
    ("a.toml", "a = \"T\" # D\n", "a = \"\"\"\n# D\nT\"\"\"\n"),
    ("a.properties", "# D\na=T\n", "b=# D\na=T\n"),
    (
        "a.po",
        "# D\nmsgid \"a\"\nmsgstr \"T\"\n",
        "msgid \"b\"\nmsgstr \"# D\"\n\nmsgid \"a\"\nmsgstr \"T\"\n",
    ),
    (
        "a.xml",
        "<r><!-- D --><s>T</s></r>",
        "<r><s>&lt;!-- D --&gt;</s>\n<s>T</s></r>",
    ),
    ("a.html", "<p>T</p> <!-- D -->", "<p>&lt;!-- D --&gt;</p><p>T</p>"),
    ("a.ftl", "<#-- D -->\n<p>T</p>", "<p>D</p>\n<p>T</p>"),
    ("a.j2", "{# D #}\n<p>T</p>", "<p>{{ \"# D\" }}</p>\n<p>T</p>"),
    (
        "a.hbs",
        "{{!-- D --}}\n<p>T</p>",
        "<p>{{ \"!-- D\" }}</p>\n<p>T</p>",
    ),
    (
        "a.liquid",
        "{% comment %} D {% endcomment %}\n<p>T</p>",
        "<p>D</p>\n<p>T</p>",
    ),
    ("a.vm", "## D\n<p>T</p>", "<p>D</p>\n<p>T</p>"),
    (
        "a.sql",
        "-- D\ninsert into t (a) values ('T');",
        "insert into t (a, b) values ('-- D', 'T');",
    ),
    (
        "a.java",
        "class A {\n  // D\n  String a = \"T\";\n}",
        "class A { String b = \"// D\"; String a = \"T\"; }",
    ),
    (
        "a.kt",
        "val a = \"T\" // D\n",
        "val b = \"// D\"\nval a = \"T\"\n",
    ),
    (
        "a.py",
        "# D\na = \"T\"\n",
        "\"\"\"\n# D\n请看\n\"\"\"\na = \"T\"\n",
    ),
    (
        "a.js",
        "/* D */ const a = 'T';",
        "const b = `\n// D\n请看`; const a = 'T';",
    ),
    (
        "a.ts",
        "/**\n * D\n */\nconst a = 'T';",
        "const b = '/* D */'; const a = 'T';",
    ),
    (
        "a.tsx",
        "const a = <p>{/* D */}T</p>;",
        "const b = '{/* D */}'; const a = <b>T</b>;",
    ),
    (
        "a.go",
        "package a\n\n// D\nvar a = \"T\"\n",
        "package a\n\nvar b = `// D`\nvar a = \"T\"\n",
    ),
    (
        "a.php",
        "<?php\n# D\n$a = 'T';\n",
        "<?php\n$b = '# D'; $a = 'T';\n",
    ),
];

#[test]
fn comments_of_every_format_suppress_and_words_never_do() {
    const DIRECTIVE: &str = "dunlint: allow(threat-maim) reason=培训材料";
    let mut problems = Vec::new();
    for (name, comment, words) in FORMATS {
        for (template, expected) in [(comment, "-threat-maim"), (words, "threat-maim")] {
            let text = template.replace('D', DIRECTIVE).replace('T', THREAT);
            let shown = shown_of(name, &text);
            if shown != expected {
                problems.push(format!("{name}: {shown}, not {expected}:\n{text}"));
            }
        }
    }
    for (name, text) in [
        ("a.txt", "# D\nT\n"),
        ("a.csv", "id,内容\n# D,x\n1,T\n"),
        ("a.jsonl", "{\"a\": \"// D\"}\n{\"a\": \"T\"}\n"),
        ("a.md", "```\n# D\n```\n\nT\n"),
    ] {
        let shown = shown_of(name, &text.replace('D', DIRECTIVE).replace('T', THREAT));
        if shown != "threat-maim" {
            problems.push(format!("{name}: {shown}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn a_comment_covers_the_texts_beside_it_or_else_the_next() {
    for (text, expected) in [
        // Several in front of a text, and what stands between.
        ("# D\n# 说明\n# E\na: T\n", "-threat-maim suppression-unused “E”"),
        ("# D\n\nb: x\na: T\n", "-threat-maim"),
        // The next only.
        ("# D\na: T\nb: T\n", "threat-maim -threat-maim"),
        ("# D\n[T,\n T]\n", "threat-maim -threat-maim"),
        ("# D\n[T, T]\n", "-threat-maim -threat-maim"),
        // Behind a text it is for that one.
        ("a: T # D\nb: T\n", "threat-maim -threat-maim"),
        // Beside the opening and the closing line of a long one.
        ("a: | # D\n  T\n  好\nb: 好\n", "-threat-maim"),
        ("a: \"T\n  好\" # D\n", "-threat-maim"),
        ("a: # D\n  T\n", "-threat-maim"),
        // Nothing follows.
        ("a: T\n# D\n", "threat-maim suppression-unused “D”"),
        ("a: [T, T] # D\n", "-threat-maim -threat-maim"),
        // A file.
        ("# F\na: T\nb: T\n", "-threat-maim -threat-maim"),
        ("a: T\n# F\n", "threat-maim suppression-malformed “F”"),
        // The nearest takes it.
        ("# F\n# D\na: T\n", "-threat-maim suppression-unused “F”"),
    ] {
        let written = |words: &str| {
            words
                .replace('D', "dunlint: allow(threat-maim) reason=培训材料")
                .replace('E', "dunlint: allow(insult) reason=培训材料")
                .replace('F', "dunlint: allow-file(threat) reason=培训材料")
        };
        let shown = shown_of("a.yaml", &written(&text.replace('T', THREAT)));
        assert_eq!(shown, written(expected), "{text}");
    }
}

#[test]
fn a_text_that_is_not_judged_still_has_its_own_comment() {
    let text = format!("# dunlint: allow(threat) reason=培训材料\nb: {THREAT}\na: {THREAT}\n");
    let config = config("keys = [\"a\"]", Path::new("."));
    let report = applied("a.yaml", &text, &config, options(&[], &[]));
    assert_eq!(report.texts[0].findings.len(), 1);
}

#[test]
fn expiry_and_places_are_exact_in_any_encoding() {
    let text = format!(
        "# 😀\na: 好 # dunlint: allow(threat-maim, insult) reason=培训 until=2026-03-01\nb: {THREAT}\n"
    );
    let report = applied("a.yaml", &text, &config("", Path::new(".")), options(&[], &[]));
    let note = &report.notes[0];
    let place = &note.location;
    assert_eq!((place.line, place.column, place.path.as_str()), (2, 8, "a.yaml"));
    assert_eq!(&text[place.byte_start..place.byte_end], note.text);
    assert_eq!(&note.excerpt[0][place.span.0..place.span.1], note.text);
    assert_eq!((note.tier, note.group()), (Tier::Notice, "form"));
    assert!(note.message.contains("2026-03-01"), "{}", note.message);
}

#[test]
fn only_rules_that_are_in_use_are_called_unused() {
    let text = "# dunlint: allow(threat-maim, insult) reason=培训材料\na: 您好\n";
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (select, ignore, expected) in [
        (
            words(&[]),
            words(&[]),
            "suppression-unused “dunlint: allow(threat-maim, insult) reason=培训材料”",
        ),
        (
            words(&["threat", "form"]),
            words(&[]),
            "suppression-unused “threat-maim”",
        ),
        (words(&["threat"]), words(&[]), ""),
        (
            words(&[]),
            words(&["insult-profanity"]),
            "suppression-unused “threat-maim”",
        ),
        (words(&[]), words(&["suppression-*"]), ""),
        (words(&[]), words(&["form"]), ""),
    ] {
        let report = applied(
            "a.yaml",
            text,
            &config("", Path::new(".")),
            options(&select, &ignore),
        );
        assert_eq!(shown(&report), expected, "{select:?} {ignore:?}");
    }
}

#[test]
fn what_could_not_be_read_may_hold_what_it_is_for() {
    let text = "# dunlint: allow(threat-maim) reason=培训材料\na: 您好\nb: [\n";
    let report = applied("a.yaml", text, &config("", Path::new(".")), options(&[], &[]));
    assert!(!report.unread.is_empty() && report.notes.is_empty(), "{report:?}");
}

#[test]
fn what_is_left_makes_the_tier() {
    let text = format!("{{\"a\": \"{THREAT}，你这个畜生\"}}");
    let config = config("", Path::new("."));
    let judged = judged("a.json", &text, &config, options(&[], &[]));
    let before = &judged.texts[0];
    let mut same = before.clone();
    same.rescore();
    assert_eq!(same, *before);
    assert!(
        before.findings.len() > 1 && before.tier == Tier::Severe,
        "{before:?}"
    );
    let text = format!("// dunlint: allow(threat) reason=引用\n{text}");
    let after = &applied("a.json", &text, &config, options(&[], &[])).texts[0];
    assert_eq!(after.suppressed.len(), 1);
    assert_eq!(after.suppressed[0].reason, "引用");
    assert!(
        after.tier < Tier::Severe && after.score < before.score,
        "{after:?}"
    );
    assert!(after.categories.len() < before.categories.len());
    let prints = |text: &TextReport| {
        let left = text
            .findings
            .iter()
            .chain(text.suppressed.iter().map(|own| &own.diagnostic));
        let mut prints: Vec<String> = left.map(|found| found.fingerprint.clone()).collect();
        prints.sort();
        prints
    };
    assert_eq!(prints(after), prints(before));
}

#[test]
fn a_rule_is_suppressed_with_every_value_of_a_variable() {
    let text = "# dunlint: allow(third_party) reason=培训材料\na: 不还就打给${relation}，让他知道你欠钱\n";
    let config = config(
        "[variables.relation]\nvalues = [\"你爸\", \"你妈\", \"你领导\"]",
        Path::new("."),
    );
    let plain = applied(
        "a.yaml",
        &text.replace("dunlint", "x"),
        &config,
        options(&[], &[]),
    );
    assert!(!plain.texts[0].findings.is_empty());
    let report = applied("a.yaml", text, &config, options(&[], &[]));
    let left = report.texts[0]
        .findings
        .iter()
        .any(|found| found.group() == "third_party");
    assert!(
        !left && !report.texts[0].suppressed.is_empty(),
        "{}",
        shown(&report)
    );
}

/// The text with the comment that an editor would write in front of its only finding.
fn with_comment(name: &str, text: &str, reason: &str) -> Option<String> {
    let report = judged(name, text, &config("", Path::new(".")), options(&[], &[]));
    let found = report
        .diagnostics()
        .find(|found| found.rule == "threat-maim")
        .unwrap();
    let kind = Kind::of_path(Path::new(name)).unwrap();
    let source = Source::of_text(text.to_owned());
    let (at, line) = insertion(&source, kind, found.location.byte_start, &found.rule, reason)?;
    let mut with = text.to_owned();
    with.insert_str(at, &line);
    Some(with)
}

#[test]
fn written_comments_suppress_what_they_are_written_for() {
    for (name, _, words) in FORMATS {
        let text = words.replace('D', "好").replace('T', THREAT);
        for reason in ["培训材料", "  a=b -- 见 #} */ “甲” --> \n 乙", "\"甲"] {
            match with_comment(name, &text, reason) {
                Some(with) => assert_eq!(shown_of(name, &with), "-threat-maim", "{with}"),
                // The line of the text begins inside of another.
                None => assert!(matches!(*name, "a.json" | "a.js"), "{name}"),
            }
        }
    }
    for (name, text) in [("a.txt", "T"), ("a.csv", "a\nT"), ("a.jsonl", "\"T\"")] {
        assert_eq!(with_comment(name, &text.replace('T', THREAT), "培训材料"), None);
    }
    for placeholder in ["写明理由", "say why"] {
        let with = with_comment("a.yaml", &format!("a: {THREAT}\n"), placeholder).unwrap();
        assert!(
            shown_of("a.yaml", &with).contains("suppression-malformed"),
            "{with}"
        );
    }
}

#[test]
fn a_comment_is_written_where_the_format_has_one() {
    for (name, text, expected) in [
        (
            "a.yaml",
            "a:\n  b: |\n    好\n    T\n",
            Some("a:\n  # D\n  b: |\n    好\n    T\n"),
        ),
        (
            "a.po",
            "msgid \"a\"\nmsgstr \"T\"\n",
            Some("# D\nmsgid \"a\"\nmsgstr \"T\"\n"),
        ),
        (
            "a.java",
            "class A {\r\n\tString a =\r\n\t\t\"T\";\r\n}",
            Some("class A {\r\n\tString a =\r\n\t\t// D\r\n\t\t\"T\";\r\n}"),
        ),
        (
            "a.xml",
            "<r>\n<s\n a='1'>T</s></r>",
            Some("<r>\n<!-- D -->\n<s\n a='1'>T</s></r>"),
        ),
        // The words of a page have no comments of the program.
        (
            "a.tsx",
            "const a = <p>\n  <b>\n    T\n  </b>\n</p>;",
            Some("// D\nconst a = <p>\n  <b>\n    T\n  </b>\n</p>;"),
        ),
        ("a.php", "<p>T</p>\n<?php\n$a = '好';\n", None),
    ] {
        let written = |text: &str| {
            text.replace('D', "dunlint: allow(threat-maim) reason=培训")
                .replace('T', THREAT)
        };
        let with = with_comment(name, &written(text), "培训");
        assert_eq!(with, expected.map(written), "{name}");
    }
}

/// A folder with a file of suppressions, and what a run over these files makes of it.
fn with_sidecar(
    sidecar: &str,
    files: &[(&str, &str)],
    is_whole: bool,
) -> std::result::Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(SIDECAR), sidecar).unwrap();
    let config = config("", folder.path());
    let options = options(&[], &[]);
    let suppressions = Suppressions::find(&config, LINTER.lexicon, options, DAY);
    let suppressions = suppressions.map_err(|error| {
        let shown = error.shown(Lang::En);
        shown.replace(&format!("{}/", folder.path().display()), "")
    })?;
    let mut reports: Vec<FileReport> = files
        .iter()
        .map(|(name, text)| judged(name, &text.replace('T', THREAT), &config, options))
        .collect();
    let folders = if is_whole {
        vec![folder.path().to_owned()]
    } else {
        Vec::new()
    };
    suppressions.apply_all(&mut reports, &folders);
    let lines = reports.iter().map(|report| {
        let name = report.path.rsplit('/').next().unwrap();
        let lines: Vec<String> = report
            .notes
            .iter()
            .map(|note| note.location.line.to_string())
            .collect();
        format!("{name}: {} {}", shown(report), lines.join(","))
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

const FILES: &[(&str, &str)] = &[
    (
        "a/x.json",
        "{\"t\": [{\"id\": \"m1\", \"c\": \"T\"}], \"u\": \"T\"}",
    ),
    ("y.csv", "id,内容\nm2,T\n"),
];

#[test]
fn entries_cover_what_they_name() {
    let entry =
        |conditions: &str| format!("[[suppress]]\n{conditions}\nrules = [\"threat\"]\nreason = \"培训\"\n");
    for (conditions, expected) in [
        (
            "path = \"a/*.json\"",
            "x.json: -threat-maim -threat-maim \ny.csv: threat-maim ",
        ),
        (
            "path = \"*.csv\"",
            "x.json: threat-maim threat-maim \ny.csv: -threat-maim ",
        ),
        (
            "path = \"**\"\nkey = \"t.*.c\"",
            "x.json: threat-maim -threat-maim \ny.csv: threat-maim ",
        ),
        (
            "path = \"**\"\nkey = \"rows.0.内容\"",
            "x.json: threat-maim threat-maim \ny.csv: -threat-maim ",
        ),
        (
            "path = \"**\"\nid = \"m1\"",
            "x.json: threat-maim -threat-maim \ny.csv: threat-maim ",
        ),
        (
            "path = \"**\"\nuntil = 2026-03-02",
            "x.json: -threat-maim -threat-maim \ny.csv: -threat-maim ",
        ),
    ] {
        assert_eq!(
            with_sidecar(&entry(conditions), FILES, true).unwrap(),
            expected,
            "{conditions}"
        );
    }
}

#[test]
fn what_is_wrong_with_entries_is_told_in_their_file() {
    let sidecar = "\
[[suppress]]
path = \"a/x.json\"
rules = [\"threat\", \"insult\"]
reason = \"培训\"

[[suppress]]
path = \"y.csv\"
rules = [\"threat\"]
reason = \"培训\"
until = \"2026-03-01\"

[[suppress]]
path = \"b/*.json\"
rules = [\"insult\"]
reason = \"培训\"

[[suppress]]
path = \"b/c.json\"
rules = [\"threat-mame\"]
reason = \"写明理由\"
";
    let whole = with_sidecar(sidecar, FILES, true).unwrap();
    assert_eq!(
        whole,
        "dunlint-suppressions.toml: suppression-unused “insult” suppression-expired “[[suppress]]” suppression-unused \
         “[[suppress]]” suppression-malformed “threat-mame” suppression-malformed “[[suppress]]” 3,6,12,19,17\n\
         x.json: -threat-maim -threat-maim \n\
         y.csv: threat-maim "
    );
    // One file shows nothing of entries for others.
    let one = with_sidecar(sidecar, &FILES[..1], false).unwrap();
    assert!(
        one.contains("suppression-unused “insult”") && one.contains("3,19,17"),
        "{one}"
    );
}

#[test]
fn a_file_that_is_not_understood_ends_the_run_with_all_its_faults() {
    let sidecar = "\
[[supress]]
path = \"a\"

[[suppress]]
paths = \"a\"
rules = \"threat\"
reason = 3
until = \"明天\"

[[suppress]]
path = \"a[\"
rules = [\"threat\", 1]
reason = \"培训\"
";
    let problems = with_sidecar(sidecar, &[], true).unwrap_err();
    let lines: Vec<&str> = problems.lines().collect();
    for (line, expected) in [
        (1, "there is no key supress; did you mean suppress?"),
        (5, "there is no key paths; did you mean path?"),
        (4, "path or fingerprint is missing"),
        (7, "reason has to be a string"),
        (6, "rules has to be a list of strings"),
        (8, "until has to be a date such as 2027-03-31"),
        (11, "bad glob a["),
        (12, "rules has to be a list of strings"),
    ] {
        let place = format!("{SIDECAR}:{line}: ");
        let is_told = lines
            .iter()
            .any(|own| own.starts_with(&place) && own.contains(expected));
        assert!(is_told, "{line} {expected}: {problems}");
    }
    assert_eq!(lines.len(), 8, "{problems}");
}
