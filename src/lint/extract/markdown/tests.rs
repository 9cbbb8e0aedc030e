use crate::lint::extract::Kind;
use crate::lint::extract::round_trip::{assert_table, comments, written};

#[test]
fn blocks_are_passages() {
    assert_table(
        Kind::Markdown,
        &[
            (
                "# 逾期提醒\n\n您的账单\n已逾期。\n\n- 第一\n- 第二\n",
                &[": 逾期提醒", ": 您的账单已逾期。", ": 第一", ": 第二"],
            ),
            (
                "尊敬的**客户**，请[还款](http://a.b/中文)。",
                &[": 尊敬的客户，请还款。"],
            ),
            ("a **b**\nc 您", &[": a b c 您"]),
            (
                "|场景|文本|\n|-|-|\n|逾期|请还款|\n",
                &[": 场景", ": 文本", ": 逾期", ": 请还款"],
            ),
            ("> 您好\n> 请还款\n", &[": 您好请还款"]),
            (
                "```\n尊敬的客户：\n  请还款\n```\n",
                &[": 尊敬的客户：\n  请还款"],
            ),
            (
                "```java\nString a = \"您好\";\n```\n",
                &[": String a = \"您好\";"],
            ),
            ("---\ntitle: 模板\n---\n\n正文\n", &[": 正文"]),
            ("您好  \n请还款", &[": 您好\n请还款"]),
            ("您好<br>请还款<!-- dunlint: x -->。", &[": 您好\n请还款。"]),
            ("<div>\n您好<b>请</b>\n</div>\n", &[": 您好请"]),
            ("老\\*赖&amp;x`码`", &[": 老*赖&x码"]),
            (
                "欠款${amount}元，{{name}}，[姓名]",
                &[": 欠款${amount}元，{{name}}，[姓名]"],
            ),
            ("plain\n", &[]),
            ("- [ ] 您\n  1. 里面\n", &[": 您", ": 里面"]),
        ],
    );
}

#[test]
fn words_lead_back_through_marks() {
    let text = "> 😀𠮷**打断**你\n> 的腿 &amp;\n";
    assert_eq!(written(text, Kind::Markdown, "打断你的腿"), "打断**你\n> 的腿");
    assert_eq!(written(text, Kind::Markdown, "&"), "&amp;");
}

#[test]
fn comments_are_those_of_html() {
    assert_eq!(
        comments(
            "<!-- dunlint: 一 -->\n\n您<!-- 二 -->好\n\n`<!-- 没有 -->`\n",
            Kind::Markdown
        ),
        ["dunlint: 一", "二"]
    );
}
