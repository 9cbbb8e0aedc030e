//! The extractors of data formats against tables of files.

mod any;

use super::*;
use crate::decode::{Encoding, encode};

/// A file and what is expected of it.
struct Case {
    kind: Kind,
    file: &'static str,
    /// Keys and texts.
    passages: &'static [(&'static str, &'static str)],
    /// Words of the texts and how the file writes them.
    written: &'static [(&'static str, &'static str)],
    /// Words of comments.
    comments: &'static [&'static str],
}

/// All tables hold in every encoding, with either line end.
fn check(cases: &[Case]) {
    for case in cases {
        let extracted = check_file(case, case.file.to_owned());
        assert_eq!(extracted.problems, [], "{}", case.file);
        for (words, written) in case.written {
            let source = case.file;
            let found = extracted.passages.iter().find_map(|passage| {
                let start = passage.text.find(words)?;
                Some(
                    passage
                        .source_span(Span::new(start, start + words.len()))
                        .of(source),
                )
            });
            assert_eq!(found, Some(*written), "{words:?} in {}", case.file);
        }
        check_file(case, case.file.replace('\n', "\r\n"));
    }
}

fn check_file(case: &Case, file: String) -> Extracted {
    for encoding in [Encoding::Gb18030, Encoding::Utf16Le, Encoding::Utf16Be] {
        let bytes = encode(encoding, &file);
        let source = Source::decode(&bytes, Some(encoding)).unwrap();
        let extracted = check_source(case, &source);
        for passage in &extracted.passages {
            let all = passage.source_span(Span::new(0, passage.text.len()));
            let range = source.file_range(all);
            assert_eq!(encoding.decode(&bytes[range]).unwrap(), all.of(source.text()));
        }
    }
    let marked = Source::decode(format!("\u{feff}{file}").as_bytes(), None).unwrap();
    check_source(case, &marked);
    check_source(case, &Source::of_text(file))
}

fn check_source(case: &Case, source: &Source) -> Extracted {
    let extracted = extract(source, case.kind);
    let text = source.text();
    let found = extracted
        .passages
        .iter()
        .map(|passage| (passage.key.clone(), passage.text.replace("\r\n", "\n")));
    let expected = case
        .passages
        .iter()
        .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{text}");
    let comments = extracted.comments.iter().map(|comment| {
        assert!(comment.whole.contains(comment.words));
        comment.words.of(text).trim()
    });
    assert_eq!(comments.collect::<Vec<_>>(), case.comments, "{text}");
    for passage in &extracted.passages {
        check_characters(passage, text);
    }
    extracted
}

/// Every character leads to itself, or to an escape or a fold of its own.
fn check_characters(passage: &Passage, text: &str) {
    for (start, character) in passage.text.char_indices() {
        let span = Span::new(start, start + character.len_utf8());
        let own = passage.source_span(span);
        let written = own.of(text);
        let is_escape = ["\\", "\"\"", "''"].iter().any(|sign| written.starts_with(sign));
        let is_fold = character.is_whitespace() && written.trim().is_empty();
        assert!(
            written.starts_with(character) && written.chars().count() == 1 || is_escape || is_fold,
            "{character:?} is written {written:?} in {text}"
        );
        assert!(
            passage.frame.contains(own) || is_fold,
            "{own:?} in {:?}",
            passage.frame
        );
    }
}

fn ids(kind: Kind, file: &str) -> Vec<Option<String>> {
    let extracted = extract(&Source::of_text(file.to_owned()), kind);
    extracted.passages.into_iter().map(|passage| passage.id).collect()
}

#[test]
fn plain_text() {
    check(&[
        Case {
            kind: Kind::Text,
            file: "【某某金融】您的借款已逾期😀。\n\n【某某金融】请于今日𠮷还款。\n",
            passages: &[
                ("", "【某某金融】您的借款已逾期😀。"),
                ("", "【某某金融】请于今日𠮷还款。"),
            ],
            written: &[("今日𠮷还款", "今日𠮷还款")],
            comments: &[],
        },
        Case {
            kind: Kind::Text,
            file: "催款函\n张三先生：\n您的借款已逾期。\n某某银行\n2026年3月2日\n",
            passages: &[("", "催款函\n张三先生：\n您的借款已逾期。\n某某银行\n2026年3月2日")],
            written: &[("先生：\n您", "先生：\n您")],
            comments: &[],
        },
        Case {
            kind: Kind::Text,
            file: "only Latin\n第二行\n",
            passages: &[("", "第二行")],
            written: &[],
            comments: &[],
        },
    ]);
}

#[test]
fn tables() {
    check(&[
        Case {
            kind: Kind::Csv,
            file: "编号,渠道,内容\nT1,短信,\"再不还钱,\"\"打断\"\"你的腿\n𠮷😀\"\nT2,sms,请还款\n",
            passages: &[
                ("rows[0].渠道", "短信"),
                ("rows[0].内容", "再不还钱,\"打断\"你的腿\n𠮷😀"),
                ("rows[1].内容", "请还款"),
            ],
            written: &[("\"打断\"你", "\"\"打断\"\"你"), ("钱,", "钱,"), ("𠮷😀", "𠮷😀")],
            comments: &[],
        },
        Case {
            kind: Kind::Csv,
            file: "id\ttext\ta.b\n1\t请还款, 谢谢\t备注\n2\t\"您好\"吗\t\n",
            passages: &[
                ("rows[0].text", "请还款, 谢谢"),
                ("rows[0][\"a.b\"]", "备注"),
                ("rows[1].text", "您好吗"),
            ],
            written: &[("您好吗", "您好\"吗")],
            comments: &[],
        },
        Case {
            kind: Kind::Csv,
            file: "1,短信,尊敬的客户您的账单已经逾期请尽快还款\n2,短信,请于今日十八点前处理您的欠款谢谢\n",
            passages: &[
                ("rows[0][1]", "短信"),
                ("rows[0][2]", "尊敬的客户您的账单已经逾期请尽快还款"),
                ("rows[1][1]", "短信"),
                ("rows[1][2]", "请于今日十八点前处理您的欠款谢谢"),
            ],
            written: &[],
            comments: &[],
        },
    ]);
    let ids = ids(Kind::Csv, "编号,渠道,内容\nT1,短信,请还款\n,短信,请还款\n");
    let first = Some("T1".to_owned());
    assert_eq!(ids, [first.clone(), first, None, None]);
}

#[test]
fn json() {
    check(&[
        Case {
            kind: Kind::Json,
            file: r#"{"templates": [{"content": "逾期\u5929\n\"数\""}, "b"], "x": "𠮷😀\ud83d\ude00\ud842\udfb7年",
  "a.b": {"": "空", "带\"引号": "引"}, "n": [1, null, ["深"]], "名": true}"#,
            passages: &[
                ("templates[0].content", "逾期天\n\"数\""),
                ("x", "𠮷😀😀𠮷年"),
                ("[\"a.b\"][\"\"]", "空"),
                ("[\"a.b\"][\"带\\\"引号\"]", "引"),
                ("n[2][0]", "深"),
            ],
            written: &[
                ("期天", "期\\u5929"),
                ("\n\"数", "\\n\\\"数"),
                ("😀𠮷年", "\\ud83d\\ude00\\ud842\\udfb7年"),
            ],
            comments: &[],
        },
        Case {
            kind: Kind::Json,
            file: "// 一 \n{\n  /* 二 */ key: '单\\'引\\x41号\\\n续', // 三\n  b: \"// 不是注释\", c: [\"甲\" \"乙\",],\n}\n",
            passages: &[
                ("key", "单'引A号续"),
                ("b", "// 不是注释"),
                ("c[0]", "甲"),
                ("c[1]", "乙"),
            ],
            written: &[("单'引A", "单\\'引\\x41"), ("号续", "号\\\n续")],
            comments: &["一", "二", "三"],
        },
        Case {
            kind: Kind::JsonLines,
            file: "{\"text\": \"第一\"}\n\n{\"turns\": [{\"text\": \"第\\u4e8c\"}]}\n\"第三\"\n",
            passages: &[("text", "第一"), ("turns[0].text", "第二"), ("", "第三")],
            written: &[("第二", "第\\u4e8c")],
            comments: &[],
        },
    ]);
}

#[test]
fn records_have_their_ids() {
    let id = |id: &str| Some(id.to_owned());
    for (kind, file, expected) in [
        (
            Kind::JsonLines,
            r#"{"id": 7, "text": "一", "more": {"x": "二"}}"#,
            vec![id("7"), id("7")],
        ),
        (
            Kind::Json,
            r#"[{"text": "一", "id": "T1"}, {"text": "二"}]"#,
            vec![id("T1"), None],
        ),
        (
            Kind::Json,
            r#"{"id": "all", "list": [{"key": "k", "text": "一", "编号": 3}]}"#,
            vec![id("3")],
        ),
        (
            Kind::Json,
            r#"[{"id": 1, "list": [{"id": 2, "text": "一"}], "text": "二"}]"#,
            vec![id("2"), id("1")],
        ),
        (
            Kind::Yaml,
            "list:\n- text: 一\n  id: T1\n- {text: 二}\n",
            vec![id("T1"), None],
        ),
        (
            Kind::Toml,
            "id = 'all'\nx = '一'\n[[list]]\nid = 4\ntext = '二'\n",
            vec![None, id("4")],
        ),
        (
            Kind::Sql,
            "INSERT INTO t (content, id) VALUES ('一', 5), ('二', 'x');",
            vec![id("5"), id("x")],
        ),
    ] {
        assert_eq!(ids(kind, file), expected, "{file}");
    }
}

#[test]
fn yaml() {
    check(&[
        Case {
            kind: Kind::Yaml,
            file: "# 一\nsms:\n  plain: 您的账单 已逾期   # 二\n  'single': '您''好 # 不是注释' # 三\n  \"double\": \"逾\\u671f\\n\\U00020bb7😀\\\n    续\"\n  list: [甲, \"乙\", {丙: 丁}]\n",
            passages: &[
                ("sms.plain", "您的账单 已逾期"),
                ("sms.single", "您'好 # 不是注释"),
                ("sms.double", "逾期\n𠮷😀续"),
                ("sms.list[0]", "甲"),
                ("sms.list[1]", "乙"),
                ("sms.list[2].丙", "丁"),
            ],
            written: &[
                ("您'好", "您''好"),
                ("逾期\n𠮷", "逾\\u671f\\n\\U00020bb7"),
                ("😀续", "😀\\\n    续"),
            ],
            comments: &["一", "二", "三"],
        },
        Case {
            kind: Kind::Yaml,
            file: "literal: |  # 头\n  第一行\n    缩进\n\n  # 不是注释\n  末行\n\n# 后\nfolded: >-\n  第一\n  第二\n\n  第三\n    更深\n  第四\nkeep: |+\n  甲\n\nnext: 乙\n",
            passages: &[
                ("literal", "第一行\n  缩进\n\n# 不是注释\n末行\n"),
                ("folded", "第一 第二\n第三\n  更深\n第四"),
                ("keep", "甲\n\n"),
                ("next", "乙"),
            ],
            written: &[
                ("行\n  缩", "行\n    缩"),
                ("第一 第二", "第一\n  第二"),
                ("第二\n第三", "第二\n\n  第三"),
                ("深\n第四", "深\n  第四"),
            ],
            comments: &["头", "后"],
        },
        Case {
            kind: Kind::Yaml,
            file: "a: 您好\n  请还款\n\n  谢谢\nb: \"您好\n  请\n\n  还款 \"\nc: '一\n  二'\n---\nd: &x 三\ne: *x\n? [键, k]\n: 值\n...\n---\n- - 四\n  - |\n   五\n- >2\n\n    六\n  七\n",
            passages: &[
                ("a", "您好 请还款\n谢谢"),
                ("b", "您好 请\n还款 "),
                ("c", "一 二"),
                ("d", "三"),
                ("?", "值"),
                ("[0][0]", "四"),
                ("[0][1]", "五\n"),
                ("[1]", "\n  六\n七\n"),
            ],
            written: &[
                ("好 请还", "好\n  请还"),
                ("款\n谢", "款\n\n  谢"),
                ("您好 请\n", "您好\n  请\n\n  "),
                ("一 二", "一\n  二"),
            ],
            comments: &[],
        },
        Case {
            kind: Kind::Yaml,
            file: "sms:\n  list: [\n    甲, # 一\n    [ '乙'\n  ],\n  ]\n  map: {\n    丙: \"丁\",\n  } # 二\ntop: [\n  戊 # 三\n]\nb: 己\n",
            passages: &[
                ("sms.list[0]", "甲"),
                ("sms.list[1][0]", "乙"),
                ("sms.map.丙", "丁"),
                ("top[0]", "戊"),
                ("b", "己"),
            ],
            written: &[("甲", "甲"), ("己", "己")],
            comments: &["一", "二", "三"],
        },
        Case {
            kind: Kind::Yaml,
            file: "k|e>y: &a !!str |-\n  一\n\n\nt: !<tag:x> > # 头\n\n  二\n",
            passages: &[("k|e>y", "一"), ("t", "\n二\n")],
            written: &[],
            comments: &["头"],
        },
    ]);
}

#[test]
fn toml_documents() {
    check(&[Case {
        kind: Kind::Toml,
        file: "# 一\ntitle = \"逾\\u671f\\t\\U00020bb7\" # 二\n'a.b'.c = 'C:\\路径 # 不是'\n[sms]\nlong = \"\"\"\n第一行\n第二行\\\n   续\\\"\"\"\"\nraw = '''\n甲\n\\n乙'''\nlist = [\n  \"丙\", # 三\n  { k = \"丁\" },\n]\n[[t]]\nx = \"戊😀\"\n[[t]]\nx = \"己\"\n",
        passages: &[
            ("title", "逾期\t𠮷"),
            ("[\"a.b\"].c", "C:\\路径 # 不是"),
            ("sms.long", "第一行\n第二行续\""),
            ("sms.raw", "甲\n\\n乙"),
            ("sms.list[0]", "丙"),
            ("sms.list[1].k", "丁"),
            ("t[0].x", "戊😀"),
            ("t[1].x", "己"),
        ],
        written: &[
            ("逾期\t𠮷", "逾\\u671f\\t\\U00020bb7"),
            ("行续\"", "行\\\n   续\\\""),
        ],
        comments: &["一", "二", "三"],
    }]);
}

#[test]
fn properties_files() {
    check(&[Case {
        kind: Kind::Properties,
        file: "# 一\n! 二\nsms.overdue=您\\u5df2逾期\\ud83d\\ude00 # 是文字\n  sms.b : 第一\\\n    第二\\n第三\nk\\:e\\ y  值\\=\\\\\n\nempty=\nlatin=x\nc 四𠮷",
        passages: &[
            ("sms.overdue", "您已逾期😀 # 是文字"),
            ("sms.b", "第一第二\n第三"),
            ("k:e y", "值=\\"),
            ("c", "四𠮷"),
        ],
        written: &[
            ("您已逾", "您\\u5df2逾"),
            ("期😀", "期\\ud83d\\ude00"),
            ("一第二\n", "一\\\n    第二\\n"),
            ("值=\\", "值\\=\\\\"),
        ],
        comments: &["一", "二"],
    }]);
}

#[test]
fn po_catalogues() {
    check(&[Case {
        kind: Kind::Po,
        file: "# 译者\nmsgid \"\"\nmsgstr \"\"\n\"Language-Team: 中文\\n\"\n\n#. 说明\nmsgctxt \"sms\"\nmsgid \"overdue.title\"\nmsgstr \"\"\n\"您\\\"已\\\"逾期\\n\"\n\"请还款\"\n\n#, fuzzy\nmsgid \"请联系我们\"\nmsgstr \"\"\nmsgid \"%d day\"\nmsgid_plural \"%d days\"\nmsgstr[0] \"%d 天\"\nmsgstr[1] \"%d 天𠮷\"\n#~ msgid \"old\"\n#~ msgstr \"旧\"\n",
        passages: &[
            ("sms.overdue.title", "您\"已\"逾期\n请还款"),
            ("", "请联系我们"),
            ("%d day[0]", "%d 天"),
            ("%d day[1]", "%d 天𠮷"),
        ],
        written: &[("您\"已", "您\\\"已"), ("期\n", "期\\n")],
        comments: &["译者", ". 说明", ", fuzzy"],
    }]);
}

#[test]
fn sql_scripts() {
    check(&[
        Case {
            kind: Kind::Sql,
            file: "-- 一\n# 二\n/* 三 */\nCREATE TABLE `tpl` (`id` int, `content` varchar(20) COMMENT '内容', PRIMARY KEY (`id`)) COMMENT='模板';\nINSERT INTO `db`.`tpl` VALUES (1,'您\\'已\\'逾期\\n''请''还款 -- 不是'),(2,\"第\"\"二\");\nINSERT IGNORE INTO tpl (content, id) VALUES (CONCAT('甲', '乙'), 3) ON DUPLICATE KEY UPDATE content = '丙';\nUPDATE tpl SET content = '𠮷😀\\\\', name='名' WHERE city = '上海';\nREPLACE INTO s SET body='丁';\nSELECT '戊';\n/*!40101 SET x = 'a' */;\n",
            passages: &[
                ("tpl.rows[0].content", "您'已'逾期\n'请'还款 -- 不是"),
                ("tpl.rows[1].content", "第\"二"),
                ("tpl.rows[2].content", "甲"),
                ("tpl.rows[2].content", "乙"),
                ("tpl.content", "丙"),
                ("tpl.content", "𠮷😀\\"),
                ("tpl.name", "名"),
                ("s.body", "丁"),
                ("", "戊"),
            ],
            written: &[
                ("您'已", "您\\'已"),
                ("\n'请", "\\n''请"),
                ("第\"二", "第\"\"二"),
                ("😀\\", "😀\\\\"),
            ],
            comments: &["一", "二", "三", "!40101 SET x = 'a'"],
        },
        Case {
            kind: Kind::Sql,
            file: "SET search_path = public;\nINSERT INTO \"表\" (\"内容\", path) VALUES (E'逾\\u671f\\n', 'C:\\'), ($$甲'$乙$$, U&'\\9010\\+020bb7天');\nCOMMENT ON TABLE x IS '说明';\n",
            passages: &[
                ("表.rows[0].内容", "逾期\n"),
                ("表.rows[1].内容", "甲'$乙"),
                ("表.rows[1].path", "逐𠮷天"),
            ],
            written: &[("逾期", "逾\\u671f"), ("逐𠮷", "\\9010\\+020bb7")],
            comments: &[],
        },
        Case {
            kind: Kind::Sql,
            file: "INSERT INTO [dbo].[tpl] ([path],[内容]) VALUES (N'C:\\', N'请''还款');\nGO\n",
            passages: &[("tpl.rows[0].内容", "请'还款")],
            written: &[("请'还", "请''还")],
            comments: &[],
        },
    ]);
}

/// A dump is given to the tokenizer in parts, which end at a `;` that may stand in a text.
#[test]
fn dumps_are_read_in_parts() {
    let long = "逾期;\n".repeat(140_000);
    let rows: String = (0..2)
        .map(|_| format!("INSERT INTO t (x) VALUES ('{long}');\n/* 注 */\n"))
        .collect();
    let source = Source::of_text(rows + "UPDATE t SET x = '末");
    let extracted = extract(&source, Kind::Sql);
    let keys = extracted.passages.iter().map(|passage| &*passage.key);
    assert_eq!(keys.collect::<Vec<_>>(), ["t.rows[0].x", "t.rows[1].x"]);
    for passage in &extracted.passages {
        let all = passage.source_span(Span::new(0, passage.text.len()));
        assert_eq!(
            (all.of(source.text()), passage.frame.len()),
            (&*long, long.len() + 2)
        );
    }
    let notes = extracted
        .comments
        .iter()
        .map(|comment| comment.words.of(source.text()));
    assert_eq!(notes.collect::<Vec<_>>(), [" 注 "; 2]);
    let fault = extracted.problems[0].at;
    assert_eq!(&source.text()[fault..], "'末");
}

#[test]
fn what_stands_before_a_fault_is_read() {
    for (kind, file, texts, line) in [
        (
            Kind::Json,
            "{\"a\": \"一\",\n \"b\": \"二\", !\n \"c\": \"三\"}",
            vec!["一", "二"],
            2,
        ),
        (Kind::Json, "[{\"a\": \"一\"", vec!["一"], 1),
        (
            Kind::JsonLines,
            "{\"a\": \"一\"}\n{\"a\": \"二\n{\"a\": \"三\"}\n",
            vec!["一", "三"],
            2,
        ),
        (Kind::Yaml, "a: 一\nb: 二\nc: \"三\n", vec!["一", "二"], 3),
        (Kind::Toml, "a = \"一\"\nb = \nc = \"三\"\n", vec!["一", "三"], 2),
        (
            Kind::Po,
            "msgid \"a\"\nmsgstr \"一\"\nwrong\n\nmsgid \"b\"\nmsgstr \"二\"\n",
            vec!["一", "二"],
            3,
        ),
        (
            Kind::Sql,
            "INSERT INTO t VALUES ('一');\nINSERT INTO t VALUES ('二",
            vec!["一"],
            2,
        ),
        (
            Kind::Csv,
            "编号,内容\n1,请还款\n2,\"请\n3,谢谢\n",
            vec!["请还款", "请", "谢谢"],
            3,
        ),
    ] {
        let source = Source::of_text(file.to_owned());
        let extracted = extract(&source, kind);
        let found: Vec<_> = extracted.passages.iter().map(|passage| &*passage.text).collect();
        assert_eq!(found, texts, "{file}");
        let lines = extracted
            .problems
            .iter()
            .map(|problem| source.position(problem.at).line);
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [line],
            "{file}: {:?}",
            extracted.problems
        );
    }
}
