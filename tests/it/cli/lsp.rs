//! `dunlint lsp`, driven as an editor drives it: frames on standard input and output.

mod client;

use client::{Client, Range, text_of, units};

use super::*;

/// A document that a test opens.
fn uri(place: &Place, name: &str) -> String {
    let path = place.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    client::uri_of(&path)
}

/// The evidence between ⟦ and ⟧: the text without the marks, and its range in units of this encoding.
fn marked(text: &str, encoding: &str) -> (String, Range) {
    let (before, rest) = text.split_once('⟦').unwrap();
    let (evidence, after) = rest.split_once('⟧').unwrap();
    let at = |before: &str| {
        let lines: Vec<&str> = before.split('\n').collect();
        (lines.len() as u64 - 1, units(lines[lines.len() - 1], encoding))
    };
    let plain = format!("{before}{evidence}{after}");
    (plain, (at(before), at(&format!("{before}{evidence}"))))
}

fn codes_of(found: &[Value]) -> Vec<String> {
    found.iter().map(|found| text_of(&found["code"])).collect()
}

#[test]
fn findings_come_and_go_with_the_words() {
    let place = Place::new();
    let mut client = Client::start(&place, &json!({}));
    let uri = uri(&place, "a.yaml");
    let (text, range) = marked("sms:\n  a: 您好\n  b: 再不还钱⟦锤扁你的蓝西瓜⟧\n", "utf-16");
    client.open(&uri, "yaml", &text);
    let found = client.published(&uri, 1);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(client::range_of(&found[0]), range);
    assert_eq!(found[0]["code"], "threat-melon");
    assert_eq!(found[0]["source"], "dunlint");
    assert_eq!(found[0]["severity"], 1);
    assert_eq!(found[0]["message"], "锤瓜");
    assert!(found[0].get("codeDescription").is_none());
    assert_eq!(found[0]["data"]["fingerprint"].as_str().unwrap().len(), 16);

    // Two changes, the second in the text that the first has made.
    client.change(
        &uri,
        2,
        &json!([
            { "range": client::range(((1, 5), (1, 7))), "text": "😀\n  c: 好" },
            { "range": client::range(((3, 9), (3, 16))), "text": "可协商" },
        ]),
    );
    assert_eq!(client.published(&uri, 2), [""; 0]);
    client.change(
        &uri,
        3,
        &json!([{ "range": client::range(((2, 5), (2, 6))), "text": "锤扁你的蓝西瓜" }]),
    );
    let found = client.published(&uri, 3);
    assert_eq!(client::range_of(&found[0]), ((2, 5), (2, 12)));
    client.change(&uri, 4, &json!([{ "text": "sms: 逾期不还，紫南瓜自负" }]));
    let found = client.published(&uri, 4);
    assert_eq!(
        (&found[0]["severity"], &found[0]["code"]),
        (&json!(3), &json!("threat-pumpkin"))
    );

    client.notify(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": uri } }),
    );
    assert_eq!(client.published_at_all(&uri), [""; 0]);
    client.finish(0);
}

#[test]
fn hover_tells_the_law_and_the_lawful_wording() {
    let place = Place::new();
    let document = |client: &mut Client| {
        let uri = uri(&place, "a_b.txt");
        client.open(&uri, "plaintext", SEVERE);
        let at = |client: &mut Client, character: u64| {
            client.ask(
                "textDocument/hover",
                &json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": character } }),
            )
        };
        assert_eq!(at(client, 0), Value::Null);
        at(client, 6)
    };
    let mut client = Client::start(
        &place,
        &json!({ "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } } }),
    );
    let hover = document(&mut client);
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert_eq!(client::range_of(&hover), ((0, 4), (0, 11)));
    let page = hover["contents"]["value"].as_str().unwrap();
    for part in [
        "**锤瓜** `threat-melon` 严重，把握高",
        "使人害怕。",
        "- 依据：违反",
        "- 改为：请您还款。",
        "- 违规例句：再不还钱“锤扁你的蓝西瓜”",
        "- 不违规例句：蓝西瓜很甜",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    client.finish(0);

    let mut client = Client::start_with(&place, &[], &json!({ "locale": "en", "capabilities": {} }));
    let hover = document(&mut client);
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let page = hover["contents"]["value"].as_str().unwrap();
    assert!(
        page.contains("Law: breaches") && page.contains("Instead: Please pay."),
        "{page}"
    );
    client.finish(0);
}

#[test]
fn columns_are_exact_in_every_encoding_and_format() {
    let place = Place::new();
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let general = json!({ "general": { "positionEncodings": [encoding] } });
        let mut client = Client::start(&place, &general);
        assert_eq!(client.offer["positionEncoding"], encoding);
        for (name, text) in [
            (
                "a.json",
                r#"{"甲": "😀", "乙": "😀𠮷再不还钱⟦锤扁你的蓝西瓜⟧𠮷"}"#,
            ),
            (
                "b.json",
                "{\r\n  \"a\": \"\\ud83d\\ude00𠮷\\n再不还钱⟦锤扁\\u4f60的蓝西瓜⟧\"\r\n}\r\n",
            ),
            ("c.yaml", "a: |\r\n  😀𠮷\r\n  再不还钱⟦锤扁你的蓝西瓜⟧\r\n"),
            ("d.yaml", "甲: {𠮷: '😀再不还钱⟦锤扁你的蓝西瓜⟧'}"),
            (
                "e.properties",
                "# 😀\na.b=\\uD83D\\uDE00\\u518d\\u4e0d\\u8fd8\\u94b1⟦\\u9524\\u6241\\u4f60\\u7684\\u84dd\\u897f\\u74dc⟧\n",
            ),
            ("f.txt", "😀\n😀𠮷再不还钱⟦锤扁你的蓝西瓜⟧😀"),
            (
                "g.java",
                "class A { /* 😀 */ String 甲 = \"\\ud842\\udfb7再不还钱⟦锤扁你的蓝西瓜⟧\"; }",
            ),
            (
                "h.csv",
                "编号,内容\r\n1,\"😀\"\"𠮷\"\"再不还钱⟦锤扁你的蓝西瓜⟧\"\r\n",
            ),
            ("i.html", "<p>😀&amp;𠮷再不还钱⟦锤扁你的蓝西瓜⟧</p>"),
        ] {
            let (plain, range) = marked(text, encoding);
            let uri = uri(&place, &format!("模 板/{name}"));
            client.open(&uri, "x", &plain);
            let found = client.published(&uri, 1);
            let own: Vec<_> = found
                .iter()
                .filter(|found| found["code"] == "threat-melon")
                .collect();
            assert_eq!(own.len(), 1, "{name}: {found:?}");
            assert_eq!(client::range_of(own[0]), range, "{encoding} {name}");
        }
        client.finish(0);
    }
}

#[test]
fn documents_without_a_file_are_read_as_their_language_says() {
    let place = Place::new();
    let mut client = Client::start(&place, &json!({}));
    for (uri, language, count) in [
        ("untitled:Untitled-1", "plaintext", 1),
        ("untitled:Untitled-2", "java", 0),
        ("untitled:Untitled-3", "rust", 0),
    ] {
        client.open(uri, language, SEVERE);
        assert_eq!(client.published(uri, 1).len(), count, "{language}");
    }
    client.open(
        "untitled:Untitled-4",
        "java",
        &format!("String a = \"{SEVERE}\";"),
    );
    assert_eq!(client.published("untitled:Untitled-4", 1).len(), 1);
    // What can't be read isn't clean.
    client.open("untitled:Untitled-5", "json", &format!("{{\"a\": \"{SEVERE}"));
    let found = client.published("untitled:Untitled-5", 1);
    assert!(
        found
            .iter()
            .any(|found| text_of(&found["message"]).contains("未能读取")),
        "{found:?}"
    );
    client.finish(0);
}

#[test]
fn the_nearest_configuration_holds_and_is_read_again() {
    let place = Place::new();
    place.write("dunlint.toml", "[kinds]\n\"*.msg\" = \"text\"\n");
    place.write("im/dunlint.toml", "ignore = ['threat-melon']\n");
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::start(&place, &watching);
    let asked = client.asked("client/registerCapability");
    assert!(asked.to_string().contains("**/dunlint.toml"), "{asked}");
    let (one, other) = (uri(&place, "sms/a.msg"), uri(&place, "im/a.txt"));
    client.open(&one, "x", SEVERE);
    client.open(&other, "plaintext", SEVERE);
    assert_eq!(client.published(&one, 1).len(), 1);
    assert_eq!(client.published(&other, 1), [""; 0]);

    let told = |client: &mut Client, text: &str| {
        let path = place.write("im/dunlint.toml", text);
        client.notify(
            "workspace/didChangeWatchedFiles",
            &json!({ "changes": [{ "uri": client::uri_of(&path), "type": 2 }] }),
        );
    };
    told(&mut client, "ignore = ['threat-pumpkin']\n");
    assert_eq!(client.published(&other, 1).len(), 1);

    let config = uri(&place, "im/dunlint.toml");
    client.forget();
    told(&mut client, "# mine\nignore = ['threat-melons']\n");
    // That the former configuration is in order may be told meanwhile.
    let faults = loop {
        let faults = client.published_at_all(&config);
        if !faults.is_empty() {
            break faults;
        }
    };
    assert_eq!(client::range_of(&faults[0]), ((1, 0), (1, 26)));
    assert_eq!(faults[0]["severity"], 1);
    assert!(
        text_of(&faults[0]["message"]).contains("是否想写 threat-melon？"),
        "{faults:?}"
    );
    // The last good one goes on.
    assert_eq!(client.published(&other, 1).len(), 1);
    client.change(&other, 2, &json!([{ "text": NOTICE }]));
    assert_eq!(client.published(&other, 2), [""; 0]);
    let shown = client.said("window/showMessage");
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("dunlint.toml:2"), "{shown:?}");

    // What stands beside the configuration holds here, too.
    client.change(&other, 3, &json!([{ "text": SEVERE }]));
    assert_eq!(client.published(&other, 3).len(), 1);
    let beside = place.write(
        "im/dunlint-suppressions.toml",
        "[[suppress]]\npath = 'a.txt'\nrules = ['threat-melon']\nreason = '仅用于培训'\n",
    );
    client.forget();
    let changed = json!({ "changes": [{ "uri": client::uri_of(&beside), "type": 1 }] });
    client.notify("workspace/didChangeWatchedFiles", &changed);
    assert_eq!(client.published(&other, 3), [""; 0]);
    // A wrong one suppresses nothing, hides nothing and is told of.
    place.write("im/dunlint-suppressions.toml", "[[supress]]\n");
    client.notify("workspace/didChangeWatchedFiles", &changed);
    let found = client.published(&other, 3);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(text_of(&found[0]["message"]).contains("suppress"), "{found:?}");
    std::fs::remove_file(beside).unwrap();

    // In an editor its problems are seen as they are written.
    client.open(&config, "toml", "ignore = ['threat-melon']\nselct = []\n");
    let faults = client.published(&config, 1);
    assert!(
        text_of(&faults[0]["message"]).contains("是否想写 select？"),
        "{faults:?}"
    );
    assert_eq!(faults[0]["range"]["start"]["line"], 1);
    client.change(&config, 2, &json!([{ "text": "" }]));
    assert_eq!(client.published(&config, 2), [""; 0]);
    place.write("im/dunlint.toml", "");
    client.notify(
        "textDocument/didSave",
        &json!({ "textDocument": { "uri": config } }),
    );
    client.change(&other, 4, &json!([{ "text": NOTICE }]));
    assert_eq!(client.published(&other, 4).len(), 1);
    client.finish(0);
}

#[test]
fn clients_that_ask_are_never_told_unasked() {
    let place = Place::new();
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut client = Client::start(&place, &capabilities);
    assert!(client.offer["diagnosticProvider"].is_object());
    let uri = uri(&place, "a.txt");
    client.open(&uri, "plaintext", SEVERE);
    let asked = json!({ "textDocument": { "uri": uri } });
    let report = client.ask("textDocument/diagnostic", &asked);
    assert_eq!(report["items"][0]["code"], "threat-melon");
    let again = json!({ "textDocument": { "uri": uri }, "previousResultId": report["resultId"] });
    assert_eq!(client.ask("textDocument/diagnostic", &again)["kind"], "unchanged");
    client.change(&uri, 2, &json!([{ "text": "您好" }]));
    let report = client.ask("textDocument/diagnostic", &again);
    assert_eq!((&report["kind"], &report["items"]), (&json!("full"), &json!([])));
    client.notify("workspace/didChangeWatchedFiles", &json!({ "changes": [] }));
    client.asked("workspace/diagnostic/refresh");
    client.notify("textDocument/didClose", &asked);
    client.finish(0);
    assert_eq!(client.said_methods("textDocument/publishDiagnostics"), 0);
}

#[test]
fn a_comment_with_a_reason_to_write_is_offered_where_formats_have_comments() {
    let place = Place::new();
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut client = Client::start(&place, &capabilities);
    for (name, text, comment) in [
        (
            "a.yaml",
            "sms:\r\n  b: ⟦锤扁你的蓝西瓜⟧\r\n",
            Some("  # dunlint: allow(threat-melon)"),
        ),
        (
            "b.html",
            "<div>\n\t<p>⟦锤扁你的蓝西瓜⟧</p>\n</div>\n",
            Some("\t<!-- dunlint: allow(threat-melon)"),
        ),
        (
            "c.py",
            "if x:\n    a = '⟦锤扁你的蓝西瓜⟧'\n",
            Some("    # dunlint: allow(threat-melon)"),
        ),
        ("d.json", "{\"a\": \"⟦锤扁你的蓝西瓜⟧\"}", None),
        ("e.txt", "⟦锤扁你的蓝西瓜⟧", None),
        (
            "f.sql",
            "insert into a values ('甲',\n'⟦锤扁你的蓝西瓜⟧');\n",
            Some("-- dunlint: allow(threat-melon)"),
        ),
    ] {
        let (plain, range) = marked(text, "utf-16");
        let uri = uri(&place, name);
        client.open(&uri, "x", &plain);
        let actions = client.actions(&uri, range, &["quickfix"]);
        let Some(comment) = comment else {
            assert_eq!(actions, [""; 0], "{name}");
            continue;
        };
        assert_eq!(actions.len(), 1, "{name}: {actions:?}");
        assert_eq!(actions[0]["kind"], "quickfix");
        assert_eq!(actions[0]["title"], "忽略 threat-melon 并写明理由");
        assert_eq!(actions[0]["diagnostics"][0]["code"], "threat-melon");
        assert_eq!(
            actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"],
            1
        );
        let edited = client::edited(&plain, &actions[0]);
        let line = range.0.0 as usize;
        let lines: Vec<&str> = edited.split_inclusive('\n').collect();
        assert!(
            lines[line].starts_with(comment) && lines[line].contains("写明理由"),
            "{name}: {edited}"
        );
        assert_eq!(lines[line].ends_with("\r\n"), plain.contains('\r'), "{name}");
        assert_eq!(edited.replace(lines[line], ""), plain);
        // Until somebody has said why nothing is suppressed.
        client.change(&uri, 2, &json!([{ "text": edited }]));
        let codes = codes_of(&client.published(&uri, 2));
        let expected = ["threat-melon", "suppression-malformed"];
        assert_eq!(codes, expected, "{name}: {edited}");
        let reasoned = edited.replace("写明理由", "仅用于培训");
        client.change(&uri, 3, &json!([{ "text": reasoned }]));
        assert_eq!(client.published(&uri, 3), [""; 0], "{name}: {reasoned}");
        assert_eq!(client.actions(&uri, range, &["refactor"]), [""; 0]);
    }
    client.finish(0);

    let capabilities =
        json!({ "workspace": { "workspaceEdit": { "documentChanges": true, "snippetEditSupport": true } } });
    let mut client = Client::start(&place, &capabilities);
    let uri = uri(&place, "g.yaml");
    client.open(&uri, "yaml", "a: 锤扁你的蓝西瓜");
    let actions = client.actions(&uri, ((0, 3), (0, 3)), &[]);
    let edit = &actions[0]["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!(edit["snippet"]["kind"], "snippet");
    assert!(
        text_of(&edit["snippet"]["value"]).contains("${1:写明理由}"),
        "{edit}"
    );
    client.finish(0);
}

#[test]
fn requests_are_answered_whatever_they_are() {
    let place = Place::new();
    let mut client = Client::spawn(&place, &[]);
    let early = client.error_of("textDocument/hover", &json!({}));
    assert_eq!(early["code"], -32002);
    client.initialize(&json!({ "capabilities": {}, "initializationOptions": { "colour": 1 } }));
    assert_eq!(client.error_of("initialize", &json!({}))["code"], -32600);
    assert_eq!(client.error_of("textDocument/rename", &json!({}))["code"], -32601);
    assert_eq!(
        client.error_of("textDocument/hover", &json!({ "position": 3 }))["code"],
        -32602
    );
    let gone =
        json!({ "textDocument": { "uri": "file:///gone" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.ask("textDocument/hover", &gone), Value::Null);
    client.notify(
        "textDocument/didChange",
        &json!({ "textDocument": { "uri": "file:///gone" } }),
    );
    client.notify("$/setTrace", &json!({ "value": "off" }));
    client.write("{ this is no message");
    let logged = client.said_until("window/logMessage", 3);
    assert!(
        logged[0].contains("colour") && logged[0].contains("lang, config"),
        "{logged:?}"
    );
    assert!(logged[1].contains("textDocument/didChange"), "{logged:?}");
    assert!(logged[2].contains("无法读懂"), "{logged:?}");
    assert_eq!(client.ask("shutdown", &Value::Null), Value::Null);
    assert_eq!(client.error_of("textDocument/hover", &gone)["code"], -32600);
    client.leave(0);
}

#[test]
fn half_a_character_ends_nothing() {
    let place = Place::new();
    let mut client = Client::start(&place, &json!({}));
    let uri = uri(&place, "a.txt");
    let text = r"\ud83d再不还钱锤扁你的蓝西瓜\udc00";
    client.write(&format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{uri}","languageId":"plaintext","version":1,"text":"{text}"}}}}}}"#
    ));
    let found = client.published(&uri, 1);
    assert_eq!(client::range_of(&found[0]), ((0, 5), (0, 12)));
    client.finish(0);
}

#[test]
fn cancelled_requests_are_answered_as_cancelled() {
    let place = Place::new();
    let mut client = Client::start(&place, &json!({}));
    let uri = uri(&place, "a.txt");
    let lines: String = (0..2000)
        .map(|line| format!("第{line}条：{SEVERE}，{NOTICE}\n\n"))
        .collect();
    client.open(&uri, "plaintext", &lines);
    let hover = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 9 } });
    // While the first is worked on the second is taken back.
    let first = client.send("textDocument/hover", &hover);
    let second = client.send("textDocument/hover", &hover);
    client.notify("$/cancelRequest", &json!({ "id": second }));
    assert!(client.response(first)["result"].is_object());
    assert_eq!(client.response(second)["error"]["code"], -32800);
    client.finish(0);
}

#[test]
fn exit_codes_tell_how_a_client_left() {
    let place = Place::new();
    let mut client = Client::start(&place, &json!({}));
    client.leave(1);
    let mut client = Client::start(&place, &json!({}));
    client.hang_up(1);
    let mut client = Client::start(&place, &json!({}));
    client.ask("shutdown", &Value::Null);
    client.hang_up(0);
    let mut client = Client::spawn(&place, &["--stdio"]);
    client.leave(1);
    let wrong = place.run(&["lsp", "--config"]);
    assert_eq!(code(&wrong), 2);
}
