use crate::lint::extract::Kind;
use crate::lint::extract::Language::{self, Go, Java, JavaScript, Kotlin, Php, Python, Tsx, TypeScript};
use crate::lint::extract::round_trip::{assert_table, comments, written};

fn assert_program(language: Language, table: &[(&str, &[&str])]) {
    assert_table(Kind::Code(language), table);
}

#[test]
fn java() {
    assert_program(
        Java,
        &[
            (
                "class A { static final String OVERDUE_SMS = \"尊敬的\" + user.getName() + \"，\\u60A8\\n好\"; }",
                &["OVERDUE_SMS: 尊敬的⟦getName⟧，您\n好"],
            ),
            (
                "class A { String a = String.format(\"%s欠%d元\", name, order.amount); }",
                &["a: ⟦name⟧欠⟦amount⟧元"],
            ),
            (
                "class A { String a = \"%s欠%2$s元，利率5%%\".formatted(name, amount); }",
                &["a: ⟦name⟧欠⟦amount⟧元，利率5%"],
            ),
            (
                "class A { String a = MessageFormat.format(\"{0}欠{1,number}\", name, b); }",
                &["a: ⟦name⟧欠⟦b⟧"],
            ),
            (
                "class A { String a = MessageFormat.format(\"{0}您欠{1}\", name, b); }",
                &["a: ⟦name⟧您欠⟦b⟧"],
            ),
            (
                "class A { String a = \"\"\"\n      尊敬的客户：\n        请还款\n      \"\"\"; }",
                &["a: 尊敬的客户：\n  请还款"],
            ),
            (
                "class A { void f() { sb.append(\"尊敬的\").append(name).append(\"您好\"); m.put(\"overdue\", \"请还款\"); } }",
                &[": 尊敬的⟦name⟧您好", "overdue: 请还款"],
            ),
            (
                "class A { String s = new StringBuilder(\"您\").append(x).append(\"好\").toString(); }",
                &["s: 您⟦x⟧好"],
            ),
            (
                "@Sms(content = \"请还款\") class A { @Name(\"逾期\") int a; String[] b = {\"一\", \"x\", \"三\"}; }",
                &["Sms.content: 请还款", "Name: 逾期", "b[0]: 一", "b[2]: 三"],
            ),
            ("enum E { OVERDUE(\"请还款\"); }", &["OVERDUE: 请还款"]),
            (
                "class A { String a = vip ? \"贵宾\" : \"客户\"; void f() { this.msg = (\"一\" + (\"二\")); return \"三\"; } }",
                &["a: 贵宾", "a: 客户", "msg: 一二", ": 三"],
            ),
            (
                "class A { String a = \"您好\" + ; String b = \"请还款\";",
                &["a: 您好", "b: 请还款"],
            ),
            (
                "class A { Pattern p = Pattern.compile(\"老赖\\\\d+\"); }",
                &["p: 老赖\\d+"],
            ),
        ],
    );
}

#[test]
fn kotlin() {
    assert_program(
        Kotlin,
        &[
            (
                "const val OVERDUE = \"尊敬的$name，欠${order.amount}元\\n\\u60A8\"",
                &["OVERDUE: 尊敬的⟦name⟧，欠⟦amount⟧元\n您"],
            ),
            (
                "val a = \"\"\"\n    尊敬的$name\n    请还款\n\"\"\".trimIndent()",
                &["a: 尊敬的⟦name⟧\n请还款"],
            ),
            (
                "val a = \"\"\"\n    |尊敬的$name\n    |  请还款\n\"\"\".trimMargin()",
                &["a: 尊敬的⟦name⟧\n  请还款"],
            ),
            ("val a = \"%s您好\".format(name)", &["a: ⟦name⟧您好"]),
            ("val a = mapOf(\"overdue\" to \"请还款\")", &["a.overdue: 请还款"]),
            (
                "val a = \"一\" + b + \"二\"\nval c = listOf(\"三\")",
                &["a: 一⟦b⟧二", "c: 三"],
            ),
            (
                "fun f() { sb.append(\"您\").append(x).append(\"好\") }",
                &[": 您⟦x⟧好"],
            ),
            ("@Sms(content = \"请还款\") class A", &["Sms.content: 请还款"]),
            (
                "enum class E(val s: String) { OVERDUE(\"请还款\") }",
                &["OVERDUE: 请还款"],
            ),
        ],
    );
}

#[test]
fn python() {
    assert_program(
        Python,
        &[
            (
                "OVERDUE = f'尊敬的{user.name!r}，欠{amount:.2f}元{{x}}' '好' \"\\U00020BB7\"",
                &["OVERDUE: 尊敬的⟦name⟧，欠⟦amount⟧元{x}好𠮷"],
            ),
            (
                "a = '您%s，%d天' % (name, days)\nb = '您%s' % name",
                &["a: 您⟦name⟧，⟦days⟧天", "b: 您⟦name⟧"],
            ),
            ("a = '您{}，{n}'.format(name, n=1)", &["a: 您⟦name⟧，{n}"]),
            (
                "t = {'overdue': '请还款', 'b': ['一', '二']}",
                &["t.overdue: 请还款", "t.b[0]: 一", "t.b[1]: 二"],
            ),
            (
                "def f():\n    '''说明'''\n    x = '''\n    您好\n      请还款\n    '''\n    return '好'\n'说' '明'",
                &["x: 您好\n  请还款", ": 好"],
            ),
            (
                "a = r'老\\n赖'\nb = row['姓名']\nsend(content='请还款')",
                &["a: 老\\n赖", "content: 请还款"],
            ),
            ("a = '一\\\n二'", &["a: 一二"]),
            (
                "a = '您' + str(x.y) + '好'\nself.b = '二'",
                &["a: 您⟦y⟧好", "b: 二"],
            ),
        ],
    );
}

#[test]
fn scripts() {
    for language in [JavaScript, TypeScript, Tsx] {
        assert_program(
            language,
            &[
                (
                    "const a = `尊敬的${user.name}，\\u{60A8}\\u{1F600}`",
                    &["a: 尊敬的⟦name⟧，您😀"],
                ),
                (
                    "export const templates = { overdue: '请' + name + \"还款\", 'b-c': ['一'] }",
                    &["templates.overdue: 请⟦name⟧还款", "templates.b-c[0]: 一"],
                ),
                (
                    "import x from './中文'; a.b = '您\\\n好'; f('好')",
                    &["a.b: 您好", ": 好"],
                ),
                ("const a = `一${vip ? '二' : x}三`", &["a: 一⟦x⟧三", ": 二"]),
                ("class A { msg = '请还款'; }", &["msg: 请还款"]),
                ("const a = { '键': 1 }; b['键'] = '值'", &[": 值"]),
                ("const a = '您好' +; const b = '二'", &["a: 您好", "b: 二"]),
            ],
        );
    }
    for language in [JavaScript, Tsx] {
        assert_program(
            language,
            &[(
                "const a = <div title=\"标&#x9898;\">您<b>好</b>，{user.name} <br/>请<p>二</p></div>",
                &["title: 标题", ": 您好，⟦name⟧\n请", ": 二"],
            )],
        );
    }
    assert_program(
        TypeScript,
        &[("type A = '逾期'; const a: A = '逾期'", &["a: 逾期"])],
    );
}

#[test]
fn go() {
    assert_program(
        Go,
        &[
            (
                "package a\nconst Overdue = \"尊敬的\" + name + \"\\xe4\\xbd\\xa0\\u597d\"",
                &["Overdue: 尊敬的⟦name⟧你好"],
            ),
            (
                "package a\nfunc f() { s := fmt.Sprintf(\"%s您%.2f元\", u.Name, amount) }",
                &["s: ⟦Name⟧您⟦amount⟧元"],
            ),
            (
                "package a\nvar a = map[string]string{\"overdue\": \"请还款\", \"键\": `原\\n文`}",
                &["a.overdue: 请还款", "a.键: 原\\n文"],
            ),
            (
                "package a\nvar b = []string{\"一\", \"二\"}\nimport \"中/文\"",
                &["b[0]: 一", "b[1]: 二"],
            ),
            ("package a\ntype T struct { A string `json:\"键\"` }", &[]),
        ],
    );
}

#[test]
fn php() {
    assert_program(
        Php,
        &[
            (
                "<?php $a = '您\\n' . $name . \"好\\n{$user->name}，$x[days]天\"; ",
                &["a: 您\\n⟦name⟧好\n⟦name⟧，⟦days⟧天"],
            ),
            (
                "<?php $t = ['overdue' => '请还款', '键' => \"\\u{60A8}\"]; const B = '二'; define('C', '三');",
                &["t.overdue: 请还款", "t.键: 您", "B: 二", "C: 三"],
            ),
            (
                "<?php $a = <<<EOT\n  尊敬的{$name}：\n    请还款\n  EOT;\n$b = <<<'X'\n原$文\nX;\n",
                &["a: 尊敬的⟦name⟧：\n  请还款", "b: 原$文"],
            ),
            (
                "<?php $a = sprintf('%s您', $n); $this->msg = '一';",
                &["a: ⟦n⟧您", "msg: 一"],
            ),
            (
                "<p>您<b><?= $user->name ?></b>好</p><?php if ($x): ?><p title=\"标题\">二</p><?php endif; ?>",
                &[": 您⟦name⟧好", "@title: 标题", ": 二"],
            ),
        ],
    );
}

#[test]
fn words_lead_back_through_escapes_and_operands() {
    for (language, text, words, expected) in [
        (
            Java,
            "class A { String a = \"😀𠮷打\\u65AD\" + \"你的\" + /* x */ \"腿\"; }",
            "打断你的腿",
            "打\\u65AD\" + \"你的\" + /* x */ \"腿",
        ),
        (
            Java,
            "class A { String a = \"\\uD842\\uDFB7老赖\"; }",
            "𠮷",
            "\\uD842\\uDFB7",
        ),
        (Python, "a = ('打断'\r\n     '你')", "断你", "断'\r\n     '你"),
        (
            Php,
            "<?php $a = <<<X\n    打\n    断\n    X;",
            "打\n断",
            "打\n    断",
        ),
        (
            Go,
            "package a\nvar a = \"\\xe4\\xbd\\xa0好\"",
            "你",
            "\\xe4\\xbd\\xa0",
        ),
        (
            Java,
            "class A { String a = String.format(\"您%s好\", n); }",
            "您%s好",
            "您%s好",
        ),
    ] {
        assert_eq!(written(text, Kind::Code(language), words), expected, "{text}");
    }
}

#[test]
fn comments_are_never_inside_literals() {
    for (language, text) in [
        (
            Java,
            "// dunlint: 一\nclass A { String a = \"// 没有\"; /* 二 */ /** 三 */ }",
        ),
        (Kotlin, "// dunlint: 一\nval a = \"// 没有\" /* 二 */ /** 三 */"),
        (Python, "# dunlint: 一\na = '# 没有' # 二\n# 三"),
        (
            JavaScript,
            "// dunlint: 一\nconst a = '// 没有' /* 二 */ /** 三 */",
        ),
        (
            TypeScript,
            "// dunlint: 一\nconst a = '// 没有' /* 二 */ /** 三 */",
        ),
        (
            Tsx,
            "// dunlint: 一\nconst a = <p>// 没有{/* 二 */}</p> /** 三 */",
        ),
        (
            Go,
            "// dunlint: 一\npackage a\nvar a = \"// 没有\" /* 二 */ /** 三 */",
        ),
        (Php, "<?php # dunlint: 一\n$a = '# 没有'; /* 二 */ // 三\n"),
    ] {
        assert_eq!(
            comments(text, Kind::Code(language)),
            ["dunlint: 一", "二", "三"],
            "{text}"
        );
    }
}
