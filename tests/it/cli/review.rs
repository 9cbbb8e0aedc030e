//! `review export` and `review import`: the sample, the workbook, the way back.

use calamine::{Data, Reader};

use super::*;

/// Found by one rule, so that there is one stratum of hits.
const HIT: &str = "明天锤扁你的蓝西瓜";

/// 300 records: every tenth a severe hit with a telephone number, the rest clean; two agencies, one bad line.
fn dump() -> String {
    let mut dump = String::new();
    for number in 0..300 {
        let text = match number % 10 {
            0 => format!("{HIT}，请打13800138000，第{number}次"),
            _ => format!("请您还款，第{number}次"),
        };
        let agency = if number % 3 == 0 { "甲公司" } else { "乙公司" };
        dump.push_str(&json!({"id": number, "text": text, "agency": agency, "channel": "sms"}).to_string());
        dump.push('\n');
    }
    dump
}

/// The cells of a sheet as text.
fn cells(path: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut workbook = calamine::open_workbook_auto(path).unwrap();
    let range = workbook.worksheet_range(sheet).unwrap();
    let text = |cell: &Data| {
        if matches!(cell, Data::Empty) {
            String::new()
        } else {
            cell.to_string()
        }
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

fn column(rows: &[Vec<String>], header: &str) -> usize {
    rows[0].iter().position(|cell| cell == header).unwrap()
}

/// Writes the workbook anew as another program would, its cells changed: neither formats nor lists stay.
fn fill(from: &Path, to: &Path, change: impl Fn(&str, &mut Vec<Vec<String>>)) {
    let mut filled = rust_xlsxwriter::Workbook::new();
    for name in calamine::open_workbook_auto(from).unwrap().sheet_names() {
        let mut rows = cells(from, &name);
        change(&name, &mut rows);
        let page = filled.add_worksheet().set_name(&name).unwrap();
        for (at, row) in (0..).zip(&rows) {
            for (column, cell) in (0..).zip(row) {
                page.write_string(at, column, cell).unwrap();
            }
        }
    }
    filled.save(to).unwrap();
}

/// Sets the judgement (and, of missed messages, the category) of the rows below the header.
fn judge(rows: &mut [Vec<String>], judgement: impl Fn(usize) -> &'static str) {
    let at = column(rows, "判断");
    for (number, row) in rows.iter_mut().skip(1).enumerate() {
        row[at] = judgement(number).to_owned();
    }
}

fn exported(place: &Place, more: &[&str]) -> Output {
    place.write("d.jsonl", dump());
    let arguments = [
        "review",
        "export",
        "d.jsonl",
        "-o",
        "r.xlsx",
        "--per-rule",
        "8",
        "--clean",
        "30",
    ];
    place.run(&[&arguments, more].concat())
}

fn import(place: &Place, arguments: &[&str]) -> Output {
    let all = [&["review", "import"], arguments].concat();
    dunlint(&all).current_dir(place.path("")).output().unwrap()
}

#[test]
fn a_sample_is_exported_filled_in_and_imported() {
    let place = Place::new();
    let output = exported(&place, &["--reviewer", "李雷"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(
        out(&output).contains("读取 300 = 判定 300 + 拒收 0 + 跳过 0"),
        "{}",
        out(&output)
    );
    let workbook = place.path("r.xlsx");
    let hits = cells(&workbook, "审阅命中");
    let clean = cells(&workbook, "审阅未命中");
    assert_eq!((hits.len(), clean.len()), (9, 31));
    let text = &hits[1][column(&hits, "原文")];
    assert!(
        text.contains("⟦锤扁你的蓝西瓜⟧") && text.contains("138****8000"),
        "{text}"
    );
    assert_eq!(hits[1][column(&hits, "规则名称")], "锤瓜");
    assert_eq!(hits[1][column(&hits, "审阅人")], "李雷");

    fill(&workbook, &place.path("a.xlsx"), |sheet, rows| match sheet {
        "审阅命中" => {
            judge(rows, |number| if number < 6 { "属实" } else { "误报" });
            let (comment, last) = (column(rows, "备注"), rows.len() - 1);
            rows[last][comment] = "不是威胁\n\"]".to_owned();
            // Whoever sorts rows and moves columns changes nothing.
            rows[1..].reverse();
            for row in rows.iter_mut() {
                row.reverse();
            }
        }
        "审阅未命中" => {
            judge(rows, |number| if number == 3 { "漏报" } else { "无问题" });
            let (category, tier) = (column(rows, "漏报的类别"), column(rows, "漏报的级别"));
            rows[4][category] = "威胁恐吓、insult".to_owned();
            rows[4][tier] = "警告".to_owned();
        }
        _ => {}
    });
    let output = import(&place, &["a.xlsx", "--json", "-o", "out"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_eq!(err(&output), "");
    let figures: Value = serde_json::from_str(&out(&output)).unwrap();
    let rule = &figures["rules"][0];
    assert_eq!(
        (&rule["rule"], &rule["population"]),
        (&json!("threat-melon"), &json!(30))
    );
    assert_eq!(
        (&rule["real"], &rule["false"], &rule["unfilled"]),
        (&json!(6), &json!(2), &json!(0))
    );
    assert_eq!(rule["precision"]["value"], 0.75);
    assert_eq!(figures["precision"]["value"], 0.75);
    assert_eq!(figures["missed_categories"], json!({"threat": 1, "insult": 1}));
    assert_eq!(figures["clean_messages"], 270);
    let missed: u64 = figures["clean"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["missed"].as_u64().unwrap())
        .sum();
    assert_eq!(missed, 1);

    let misses: toml::Value = toml::from_str(&place.read("out/misses.toml")).unwrap();
    let rule = &misses["rule"][0];
    assert_eq!(rule["id"].as_str(), Some("threat-melon"));
    let texts: Vec<&str> = rule["misses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts
            .iter()
            .all(|text| text.starts_with(HIT) && text.contains("138****8000")),
        "{texts:?}"
    );
    // Candidates are what `eval` reads.
    let labelled = place.read("out/hits.jsonl");
    assert_eq!(labelled.lines().count(), 6);
    let first: Value = serde_json::from_str(labelled.lines().next().unwrap()).unwrap();
    assert_eq!(
        first["evidence"],
        json!([{"label": "threat", "quote": "锤扁你的蓝西瓜"}])
    );
    assert_eq!(code(&place.run(&["eval", "out/hits.jsonl"])), 0);
    let missed = place.read("out/missed.jsonl");
    assert!(
        missed.contains(r#""tier":"warning","labels":["threat","insult"]"#),
        "{missed}"
    );
    assert_eq!(code(&place.run(&["eval", "out/missed.jsonl"])), 0);

    std::fs::copy(place.path("a.xlsx"), place.path("r.xlsx")).unwrap();
    let output = exported(&place, &[]);
    assert!(
        code(&output) == 2 && err(&output).contains("不会覆盖"),
        "{}",
        err(&output)
    );
    for (floor, expected) in [("0.7", 0), ("0.8", 1)] {
        let output = import(&place, &["a.xlsx", "--fail-under-precision", floor]);
        assert_eq!(code(&output), expected, "{}", err(&output));
    }
}

#[test]
fn the_sample_hangs_on_the_seed_alone() {
    let place = Place::new();
    exported(&place, &["--threads", "1"]);
    let first = std::fs::read(place.path("r.xlsx")).unwrap();
    exported(&place, &["--threads", "3"]);
    assert!(
        std::fs::read(place.path("r.xlsx")).unwrap() == first,
        "same bytes"
    );
    exported(&place, &["--seed", "2"]);
    assert!(std::fs::read(place.path("r.xlsx")).unwrap() != first);
}

#[test]
fn the_workbook_has_lists_and_a_hidden_design() {
    let place = Place::new();
    exported(&place, &[]);
    let mut archive = zip::ZipArchive::new(std::fs::File::open(place.path("r.xlsx")).unwrap()).unwrap();
    let mut part = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    assert!(part("xl/workbook.xml").contains(r#"name="design" sheetId="4" state="hidden""#));
    let hits = part("xl/worksheets/sheet2.xml");
    assert!(
        hits.contains("属实,误报,不确定") && hits.contains(r#"sqref="I2:I9""#),
        "{hits}"
    );
    assert!(hits.contains("<autoFilter") && hits.contains(r#"state="frozen""#) && !hits.contains("<f>"));
    let clean = part("xl/worksheets/sheet3.xml");
    assert!(clean.contains("无问题,漏报,不确定") && clean.contains("威胁恐吓,侮辱谩骂"));
}

#[test]
fn two_reviewers_are_compared() {
    let place = Place::new();
    let output = exported(&place, &["--reviewer", "李雷", "--reviewer", "韩梅梅"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(!place.path("r.xlsx").exists());
    for (name, file, real) in [("李雷", "a.xlsx", 4), ("韩梅梅", "b.xlsx", 5)] {
        let own = place.path(&format!("r-{name}.xlsx"));
        fill(&own, &place.path(file), |sheet, rows| {
            if sheet == "审阅命中" {
                judge(rows, |number| match number {
                    n if n < real => "属实",
                    7 => "大概吧",
                    _ => "误报",
                });
            }
        });
    }
    let output = import(&place, &["a.xlsx", "b.xlsx", "--lang", "zh"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(
        err(&output).contains("a.xlsx：工作表“审阅命中”第 9 行：看不懂的判断“大概吧”"),
        "{}",
        err(&output)
    );
    let shown = out(&output);
    // By chance (4 × 5 + 3 × 2) of 49 agree: kappa is 16 of 23.
    assert!(shown.contains("一致 0.857（6/7），Cohen κ 0.696"), "{shown}");
    assert!(
        shown.contains("A 误报  B 属实") && shown.contains("李雷：已填 7 行，未填 31 行"),
        "{shown}"
    );
    for lang in ["zh", "en"] {
        let shown = out(&import(
            &place,
            &["a.xlsx", "b.xlsx", "-o", "out", "--lang", lang],
        ));
        let width = |line: &str| unicode_width::UnicodeWidthStr::width(line);
        assert!(shown.lines().all(|line| width(line) <= 80), "{shown}");
    }
    let figures: Value =
        serde_json::from_str(&out(&import(&place, &["a.xlsx", "b.xlsx", "--json"]))).unwrap();
    assert_eq!(figures["rules"][0]["disputed"], 1);
    assert_eq!(figures["rules"][0]["unfilled"], 1);
    assert_eq!(
        figures["files"][0]["problems"][0],
        json!({"sheet": "审阅命中", "row": 9, "problem": "judgement", "value": "大概吧"})
    );
    assert_eq!(
        figures["missed"]["value"],
        Value::Null,
        "nobody judged a clean message"
    );
}

#[test]
fn what_cant_be_imported_is_told() {
    let place = Place::new();
    exported(&place, &["--seed", "2"]);
    std::fs::copy(place.path("r.xlsx"), place.path("other.xlsx")).unwrap();
    exported(&place, &[]);
    let workbook = place.path("r.xlsx");
    fill(&workbook, &place.path("renamed.xlsx"), |sheet, rows| {
        if sheet == "审阅命中" {
            rows[0].fill("甲".to_owned());
        }
    });
    fill(&workbook, &place.path("changed.xlsx"), |sheet, rows| {
        if sheet == "design" {
            rows[1][0] = rows[1][0].replace("请您还款", "请您付款");
        }
    });
    place.write("d.csv", "a,b\n1,2\n");
    let mut plain = rust_xlsxwriter::Workbook::new();
    plain.add_worksheet().write_string(0, 0, "a").unwrap();
    plain.save(place.path("plain.xlsx")).unwrap();
    for (files, zh, en) in [
        (
            &["gone.xlsx"][..],
            "gone.xlsx：无法打开：没有这个文件",
            "can't be opened",
        ),
        (
            &["plain.xlsx"],
            "不是 dunlint review export 写出的工作簿",
            "not a workbook that dunlint review",
        ),
        (
            &["d.csv"],
            "不是能读取的工作簿",
            "not a workbook that can be read",
        ),
        (
            &["r.xlsx", "other.xlsx"],
            "请把不同样本的文件分开汇总",
            "files of different samples",
        ),
        (
            &["renamed.xlsx"],
            "“审阅命中”没有标题为“序号”和“判断”的列",
            "no columns “no” and “judgement”",
        ),
        (
            &["changed.xlsx"],
            "隐藏的工作表 design 被改动过",
            "hidden sheet design was changed",
        ),
    ] {
        for (lang, expected) in [("zh", zh), ("en", en)] {
            let output = import(&place, &[files, &["--lang", lang]].concat());
            let told = err(&output);
            assert!(code(&output) == 2 && told.contains(expected), "{files:?}: {told}");
        }
    }
    let output = import(&place, &["r.xlsx", "--fail-under-precision", "2"]);
    assert!(
        code(&output) == 2 && err(&output).contains("0 到 1"),
        "{}",
        err(&output)
    );
    // Nothing filled in is no precision.
    assert_eq!(code(&import(&place, &["r.xlsx"])), 0);
    assert_eq!(
        code(&import(&place, &["r.xlsx", "--fail-under-precision", "0"])),
        1
    );
}

#[test]
fn exports_tell_what_they_left_out_and_overwrite_no_input() {
    let place = Place::new();
    place.write("d.jsonl", format!("{}{{\"id\": \n", dump()));
    let output = place.run(&["review", "export", "d.jsonl", "-o", "sub/r.xlsx"]);
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(out(&output).contains("拒收 1") && place.path("sub/r.xlsx").exists());
    for arguments in [
        &["d.jsonl", "-o", "r.csv"][..],
        &["sub/r.xlsx", "-o", "sub/r.xlsx"],
        &["gone", "-o", "r.xlsx"],
        &["d.jsonl", "-o", "r.xlsx", "--reviewer", "a/", "--reviewer", "a:"],
    ] {
        let output = place.run(&[&["review", "export"], arguments].concat());
        assert_eq!(code(&output), 2, "{arguments:?}: {}", out(&output));
        assert!(!place.path("r.xlsx").exists());
    }
    // Reviewers may see everything; candidates never show it.
    exported(&place, &["--reveal"]);
    let hits = cells(&place.path("r.xlsx"), "审阅命中");
    assert!(hits[1][column(&hits, "原文")].contains("13800138000"));
    fill(&place.path("r.xlsx"), &place.path("a.xlsx"), |sheet, rows| {
        if sheet == "审阅命中" {
            judge(rows, |_| "误报");
        }
    });
    import(&place, &["a.xlsx", "-o", "out"]);
    let misses = place.read("out/misses.toml");
    assert!(
        misses.contains("138****8000") && !misses.contains("13800138000"),
        "{misses}"
    );
}
