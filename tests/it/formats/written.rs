//! Each format as its users write it, and the way back from its written form.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16LE};

/// A format with what it needs.
pub(super) struct Format {
    /// The file; `{}` in it stands for the number of a template, one a file.
    pub(super) file: &'static str,
    pub(super) encoding: &'static Encoding,
    /// How a variable stands in the text as the format writes it.
    hole: fn(&str) -> String,
    /// How it stands in the text as it is read; as `hole` if nothing is joined.
    read_hole: fn(&str) -> String,
    /// Escapes words that are no variable.
    escape: fn(&str) -> String,
    /// The escaped text of a template in its entry.
    entry: fn(usize, &str) -> String,
    /// What stands around all entries.
    around: (&'static str, &'static str),
    /// What stands between entries.
    between: &'static str,
    /// A stretch of the file as its reader gets it.
    pub(super) unescape: fn(&str) -> String,
}

/// A name in the texts: what stands between the signs.
const NAMES: &[&str] = &[
    "name", "cardTail", "amount", "dueDate", "product", "days", "policyNo", "code", "count", "caseNo",
    "link", "company",
];

pub(super) const FORMATS: &[Format] = &[
    Format {
        file: "a.json",
        escape: json,
        entry: |number, text| format!("  \"t{number}\": \"{text}\""),
        around: ("{\n", "\n}\n"),
        between: ",\n",
        unescape: from_json,
        ..PLAIN
    },
    Format {
        file: "ascii.json",
        escape: json_ascii,
        ..FORMATS_JSON
    },
    Format {
        file: "utf16.json",
        encoding: UTF_16LE,
        ..FORMATS_JSON
    },
    Format {
        file: "a.jsonl",
        entry: |number, text| format!("{{\"id\": \"t{number}\", \"text\": \"{text}\"}}"),
        around: ("", "\n"),
        between: "\n",
        ..FORMATS_JSON
    },
    Format {
        file: "plain-{}.txt",
        ..PLAIN
    },
    Format {
        file: "gbk-{}.txt",
        encoding: GB18030,
        ..PLAIN
    },
    Format {
        file: "a.md",
        escape: |text| {
            let text = text.replace('\\', "\\\\").replace('&', "&amp;");
            text.replace('<', "\\<")
        },
        // Lines of a paragraph are one: those of a letter stand in a block of code.
        entry: |number, text| format!("## Template {number}\n\n{text}"),
        between: "\n\n",
        unescape: |written| {
            let text = written.replace("\\<", "<").replace("\\\\", "\\");
            from_xml(&text)
        },
        ..PLAIN
    },
    Format {
        file: "a.csv",
        escape: |text| text.replace('"', "\"\""),
        entry: |number, text| format!("t{number},\"{text}\""),
        around: ("编号,内容\n", "\n"),
        between: "\n",
        unescape: |written| written.replace("\"\"", "\""),
        ..PLAIN
    },
    Format {
        file: "gbk.csv",
        encoding: GB18030,
        ..FORMATS_CSV
    },
    Format {
        file: "quoted.yaml",
        entry: |number, text| format!("t{number}: \"{text}\""),
        around: ("templates:\n", "\n"),
        between: "\n",
        ..FORMATS_YAML
    },
    Format {
        file: "single.yaml",
        escape: |text| text.replace('\'', "''").replace('\n', "\n\n    "),
        entry: |number, text| format!("  t{number}: '{text}'"),
        around: ("templates:\n", "\n"),
        between: "\n",
        unescape: |written| written.replace("''", "'"),
        ..PLAIN
    },
    Format {
        file: "block.yaml",
        escape: |text| text.replace('\n', "\n      "),
        entry: |number, text| format!("  t{number}: |-\n      {text}"),
        around: ("templates:\n", "\n"),
        between: "\n",
        ..PLAIN
    },
    Format {
        file: "folded.yaml",
        escape: |text| text.replace('\n', "\n\n      "),
        entry: |number, text| format!("  t{number}: >-\n      {text}"),
        around: ("templates:\n", "\n"),
        between: "\n",
        ..PLAIN
    },
    Format {
        file: "a.toml",
        escape: json,
        entry: |number, text| format!("t{number} = \"{text}\""),
        around: ("[templates]\n", "\n"),
        between: "\n",
        unescape: from_json,
        ..PLAIN
    },
    Format {
        file: "multi.toml",
        escape: |text| text.replace('\\', "\\\\").replace('"', "\\\""),
        entry: |number, text| format!("t{number} = \"\"\"\n{text}\"\"\""),
        around: ("[templates]\n", "\n"),
        between: "\n",
        unescape: |written| written.replace("\\\"", "\"").replace("\\\\", "\\"),
        ..PLAIN
    },
    Format {
        file: "a.properties",
        escape: |text| text.replace('\\', "\\\\").replace('\n', "\\n\\\n    "),
        entry: |number, text| format!("t.{number} = {text}"),
        around: ("# Templates\n", "\n"),
        between: "\n",
        unescape: |written| written.replace("\\n\\\n", "\n").replace("\\\\", "\\"),
        ..PLAIN
    },
    Format {
        file: "ascii.properties",
        escape: |text| ascii(&text.replace('\\', "\\\\").replace('\n', "\\n")),
        entry: |number, text| format!("t.{number}={text}"),
        around: ("", "\n"),
        between: "\n",
        unescape: |written| from_json(&written.replace('"', "\\\"")),
        ..PLAIN
    },
    Format {
        file: "a.po",
        hole: |name| format!("%({name})s"),
        read_hole: |name| format!("%({name})s"),
        escape: |text| json(text).replace("\\n", "\\n\"\n\""),
        entry: |number, text| format!("msgid \"t{number}\"\nmsgstr \"\"\n\"{text}\""),
        around: ("", "\n"),
        between: "\n\n",
        unescape: |written| from_json(&written.replace("\"\n\"", "")),
        ..PLAIN
    },
    Format {
        file: "a.xlf",
        escape: xml,
        entry: |number, text| {
            format!(
                "<trans-unit id=\"t{number}\"><source>Text {number}</source><target>{text}</target></trans-unit>"
            )
        },
        around: (
            "<?xml version=\"1.0\"?>\n<xliff version=\"1.2\"><file source-language=\"en\" target-language=\"zh\"><body>\n",
            "\n</body></file></xliff>\n",
        ),
        between: "\n",
        unescape: from_xml,
        ..PLAIN
    },
    Format {
        file: "cdata.xml",
        entry: |number, text| format!("  <sms id=\"t{number}\"><![CDATA[{text}]]></sms>"),
        around: ("<?xml version=\"1.0\"?>\n<templates>\n", "\n</templates>\n"),
        between: "\n",
        ..PLAIN
    },
    Format {
        file: "a.html",
        hole: |name| format!("{{{{ {name} }}}}"),
        read_hole: |name| format!("{{{{ {name} }}}}"),
        escape: xml,
        entry: |_, text| format!("<pre>{text}</pre>"),
        around: ("<!doctype html>\n<title>Templates</title>\n", "\n"),
        between: "\n",
        unescape: from_xml,
        ..PLAIN
    },
    Format {
        file: "thymeleaf.html",
        hole: |name| format!("[[${{{name}}}]]"),
        read_hole: |name| format!("[[${{{name}}}]]"),
        escape: xml,
        entry: |_, text| format!("<pre>{text}</pre>"),
        around: (
            "<html xmlns:th=\"http://www.thymeleaf.org\"><body>\n",
            "\n</body></html>\n",
        ),
        between: "\n",
        unescape: from_xml,
        ..PLAIN
    },
    Format {
        file: "page.ftl",
        escape: xml,
        entry: |number, text| format!("<#-- Template {number} -->\n<pre>{text}</pre>"),
        around: ("<html><body>\n", "\n</body></html>\n"),
        between: "\n",
        unescape: from_xml,
        ..PLAIN
    },
    Format {
        file: "page.j2",
        hole: |name| format!("{{{{ {name} }}}}"),
        read_hole: |name| format!("{{{{ {name} }}}}"),
        escape: xml,
        entry: |number, text| format!("{{# Template {number} #}}\n<pre>{text}</pre>"),
        around: ("{% block body %}<div>\n", "\n</div>{% endblock %}\n"),
        between: "\n",
        unescape: from_xml,
        ..PLAIN
    },
    Format {
        file: "page.vm",
        hole: |name| format!("$!{{{name}}}"),
        read_hole: |name| format!("$!{{{name}}}"),
        escape: xml,
        entry: |number, text| format!("## Template {number}\n<pre>{text}</pre>"),
        around: ("<html><body>\n", "\n</body></html>\n"),
        between: "\n",
        unescape: from_xml,
        ..PLAIN
    },
    Format {
        file: "mysql.sql",
        escape: |text| {
            let text = text.replace('\\', "\\\\").replace('\'', "''");
            text.replace('\n', "\\n")
        },
        entry: |number, text| format!("({number}, '{text}')"),
        around: ("INSERT INTO `sms_template` (`id`, `content`) VALUES\n", ";\n"),
        between: ",\n",
        unescape: |written| {
            from_json(
                &written
                    .replace("''", "'")
                    .replace('"', "\\\"")
                    .replace('\t', "\\t"),
            )
        },
        ..PLAIN
    },
    Format {
        file: "A.java",
        entry: |number, text| format!("    static final String T{number} = \"{text}\";"),
        around: ("class A {\n", "\n}\n"),
        ..JOINED
    },
    Format {
        file: "a.kt",
        escape: |text| json(text).replace('$', "\\$"),
        entry: |number, text| format!("val t{number} = \"{text}\""),
        around: ("", "\n"),
        between: "\n",
        unescape: from_json,
        ..PLAIN
    },
    Format {
        file: "a.py",
        hole: |name| format!("{{{name}}}"),
        read_hole: |name| format!("{{{name}}}"),
        escape: json,
        entry: |number, text| format!("t{number} = f\"{text}\""),
        around: ("", "\n"),
        between: "\n",
        unescape: from_json,
        ..PLAIN
    },
    Format {
        file: "a.js",
        escape: |text| text.replace('\\', "\\\\").replace('`', "\\`"),
        entry: |number, text| format!("const t{number} = `{text}`;"),
        around: ("", "\n"),
        between: "\n",
        unescape: |written| written.replace("\\`", "`").replace("\\\\", "\\"),
        ..PLAIN
    },
    Format {
        file: "a.ts",
        entry: |number, text| format!("export const t{number}: string = \"{text}\";"),
        around: ("", "\n"),
        ..JOINED
    },
    Format {
        file: "a.go",
        entry: |number, text| format!("var t{number} = \"{text}\""),
        around: ("package a\n\n", "\n"),
        ..JOINED
    },
    Format {
        file: "a.php",
        hole: |name| format!("{{${name}}}"),
        read_hole: |name| format!("{{${name}}}"),
        escape: json,
        entry: |number, text| format!("$t{number} = \"{text}\";"),
        around: ("<?php\n", "\n"),
        between: "\n",
        unescape: from_json,
        ..PLAIN
    },
];

/// A text as it is.
const PLAIN: Format = Format {
    file: "",
    encoding: UTF_8,
    hole: dollar,
    read_hole: dollar,
    escape: str::to_owned,
    entry: |_, text| text.to_owned(),
    around: ("", "\n"),
    between: "\n",
    unescape: str::to_owned,
};

const FORMATS_JSON: Format = Format {
    escape: json,
    entry: |number, text| format!("  \"t{number}\": \"{text}\""),
    around: ("{\n", "\n}\n"),
    between: ",\n",
    unescape: from_json,
    ..PLAIN
};

const FORMATS_CSV: Format = Format {
    escape: |text| text.replace('"', "\"\""),
    entry: |number, text| format!("t{number},\"{text}\""),
    around: ("编号,内容\n", "\n"),
    between: "\n",
    unescape: |written| written.replace("\"\"", "\""),
    ..PLAIN
};

const FORMATS_YAML: Format = Format {
    escape: json,
    unescape: from_json,
    ..PLAIN
};

/// Program text that joins literals and variables by a sign.
const JOINED: Format = Format {
    hole: |name| format!("\" + {name} + \""),
    read_hole: str::to_owned,
    escape: json,
    between: "\n",
    unescape: |written| from_json(&written.replace("\" + ", "").replace(" + \"", "")),
    ..PLAIN
};

impl Format {
    /// The files with their names, in the order of the templates.
    pub(super) fn files(&self, texts: &[String]) -> Vec<(String, Vec<u8>)> {
        let entries = texts
            .iter()
            .enumerate()
            .map(|(number, text)| (self.entry)(number, &self.written(text)));
        let (before, behind) = self.around;
        let file = |entries: &str| self.encoded(&format!("{before}{entries}{behind}"));
        match self.file.contains("{}") {
            true => entries
                .enumerate()
                .map(|(number, entry)| (self.file.replace("{}", &format!("{number:02}")), file(&entry)))
                .collect(),
            false => {
                let entries: Vec<String> = entries.collect();
                vec![(self.file.to_owned(), file(&entries.join(self.between)))]
            }
        }
    }

    /// Words that were read, with variables as the templates write them.
    pub(super) fn plain(&self, words: &str, template: &str) -> String {
        let mut words = super::spaced(words);
        for name in NAMES
            .iter()
            .filter(|name| template.contains(&format!("«{name}»")))
        {
            words = words.replace(&(self.read_hole)(name), &format!("«{name}»"));
        }
        words
    }

    fn written(&self, text: &str) -> String {
        let mut written = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('«') {
            let (name, behind) = behind.split_once('»').unwrap();
            assert!(NAMES.contains(&name), "{name}");
            written += &(self.escape)(before);
            written += &(self.hole)(name);
            rest = behind;
        }
        written + &(self.escape)(rest)
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        if self.encoding == UTF_16LE {
            let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
            return units.flat_map(u16::to_le_bytes).collect();
        }
        let (bytes, _, had_errors) = self.encoding.encode(text);
        assert!(!had_errors);
        bytes.into_owned()
    }
}

fn dollar(name: &str) -> String {
    format!("${{{name}}}")
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

fn json_ascii(text: &str) -> String {
    ascii(&json(text))
}

/// All that isn't ASCII as `\u` with units of UTF-16.
fn ascii(text: &str) -> String {
    let mut written = String::new();
    for character in text.chars() {
        match character.is_ascii() {
            true => written.push(character),
            false => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    written += &format!("\\u{unit:04X}");
                }
            }
        }
    }
    written
}

fn from_json(written: &str) -> String {
    serde_json::from_str(&format!("\"{written}\"")).unwrap_or_else(|error| panic!("{written}: {error}"))
}

fn xml(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

fn from_xml(written: &str) -> String {
    quick_xml::escape::unescape(written).unwrap().into_owned()
}
