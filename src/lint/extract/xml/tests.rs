use super::extract;
use crate::lint::extract::Kind;
use crate::lint::extract::round_trip::{assert_table, comments, shown, written};
use crate::lint::source::Source;

#[test]
fn elements_and_attributes_are_passages_by_their_path() {
    assert_table(
        Kind::Xml,
        &[
            (
                "<resources><string name=\"sms\">尊敬的<b>客户</b>，\\n<xliff:g id=\"name\">%1$s</xliff:g>\\u4F60\\'好</string></resources>",
                &["resources.string[sms]: 尊敬的客户，\n⟦name⟧你'好"],
            ),
            (
                "<resources><string name=\"a\">\n  \"您 \"\n  好</string></resources>",
                &["resources.string[a]: 您  好"],
            ),
            (
                "<a><b id=\"1\" 标题=\"您好\">一</b><b id=\"2\">&#x4F60;&lt;好</b></a>",
                &["a.b[1]@标题: 您好", "a.b[1]: 一", "a.b[2]: 你<好"],
            ),
            ("<a><![CDATA[您<好]]></a>", &["a: 您<好"]),
            (
                "<a k=\"1\"><t><![CDATA[<p>您<b>好</b></p><p>请还款</p>]]></t></a>",
                &["a.t: 您好", "a.t: 请还款"],
            ),
            (
                "<xliff><file><body><trans-unit id=\"g\"><source>原文</source><target>译文<x id=\"n\" equiv-text=\"{{user.name}}\"/>好</target></trans-unit>\
             <trans-unit id=\"h\"><source>只有原文</source><target></target></trans-unit></body></file></xliff>",
                &[
                    "xliff.file.body.trans-unit[g].target: 译文⟦user.name⟧好",
                    "xliff.file.body.trans-unit[h].source: 只有原文",
                ],
            ),
            (
                "<mapper><insert id=\"add\">INSERT INTO t VALUES ('请还款', #{name}) <if test=\"x\">, '二'</if><![CDATA[ < '三']]></insert></mapper>",
                &[
                    "mapper.insert[add]: 请还款",
                    "mapper.insert[add]: 二",
                    "mapper.insert[add]: 三",
                ],
            ),
            (
                "<plist><dict><key>逾期</key><string>请还款</string></dict></plist>",
                &["plist.dict.string[逾期]: 请还款"],
            ),
            ("<a>一\n二</a>", &["a: 一\n二"]),
            ("<a t=\"&#x4F60;好\"/>", &["a@t: 你好"]),
            ("<a>A & B 您</a>", &["a: A & B 您"]),
        ],
    );
}

#[test]
fn words_lead_back_through_references_and_tags() {
    let text = "<r><s>😀𠮷打&#x65AD;<b>你</b>的<![CDATA[腿]]></s></r>";
    assert_eq!(
        written(text, Kind::Xml, "打断你的腿"),
        "打&#x65AD;<b>你</b>的<![CDATA[腿"
    );
    assert_eq!(written(text, Kind::Xml, "断"), "&#x65AD;");
}

#[test]
fn faults_are_told_and_what_stands_before_them_is_read() {
    for (text, passages, at) in [
        ("<a><b>您好</b><c>", vec!["a.b: 您好"], 19),
        ("<a><b>您好</b></c>", vec!["a.b: 您好"], 16),
        ("<a>您好", vec!["a: 您好"], 9),
    ] {
        let extracted = extract(&Source::of_text(text.to_owned()));
        assert_eq!(shown(text, Kind::Xml), passages, "{text}");
        assert_eq!(extracted.problems.len(), 1, "{text}");
        assert_eq!(extracted.problems[0].at, at, "{:?}", extracted.problems);
    }
}

#[test]
fn entities_of_a_document_are_never_expanded() {
    let text = "<!DOCTYPE a [<!ENTITY b \"您您\"><!ENTITY c \"&b;&b;&b;\">]><a>好&c;</a>";
    assert_eq!(shown(text, Kind::Xml), ["a: 好&c;"]);
}

#[test]
fn comments_are_found() {
    assert_eq!(
        comments(
            "<!-- 一 --><a x='<!-- -->'><![CDATA[<!-- 没有]]><!--二--></a>",
            Kind::Xml
        ),
        ["一", "二"]
    );
}
