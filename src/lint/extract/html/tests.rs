use crate::lint::extract::Kind;
use crate::lint::extract::round_trip::{assert_table, comments, written};

#[test]
fn blocks_and_attributes_are_passages() {
    assert_table(
        Kind::Html,
        &[
            (
                "<p>尊敬的<b>客户</b>：<br/>请还款</p><p>二</p>",
                &[": 尊敬的客户：\n请还款", ": 二"],
            ),
            (
                "<div id=\"sms\">一<span>二</span><div>三</div>四</div>",
                &["sms: 一二", "sms: 三", "sms: 四"],
            ),
            ("<p>\n   您的\n   账单 a\n   b\n</p>", &[": 您的账单 a b"]),
            (
                "<p>你&#x597D;&nbsp;&ldquo;x&rdquo; &amp; y&lt;</p>",
                &[": 你好\u{a0}“x” & y<"],
            ),
            (
                "<input id=i placeholder='请还款' value=\"x\" class=\"红\"><img alt=图>",
                &["i@placeholder: 请还款", "@alt: 图"],
            ),
            (
                "<p>尊敬的{{ user.name | upper }}，欠${amount}元，[[${days}]]天<%= x.y %></p>",
                &[": 尊敬的⟦user.name⟧，欠⟦amount⟧元，⟦days⟧天⟦x.y⟧"],
            ),
            (
                "<p>尊敬的{% if vip %}贵宾{% else %}客户{% endif %}：</p>",
                &[": 尊敬的贵宾 客户："],
            ),
            (
                "<p th:text=\"'尊敬的' + ${user.name} + '，您好'\">示例</p>",
                &["@th:text: 尊敬的⟦name⟧，您好", ": 示例"],
            ),
            (
                "<p th:text=\"|尊敬的 ${name}，您好|\"></p>",
                &["@th:text: 尊敬的 ⟦name⟧，您好"],
            ),
            (
                "<el :title=\"'逾期' + days + '天'\" v-if=\"a || b\" title=\"您{{x}}\">一</el>",
                &["@:title: 逾期⟦days⟧天", "@title: 您⟦x⟧", ": 一"],
            ),
            (
                "<script>const a = '您好'; // 注释\n</script><style>a{content:'红'}</style><p>一</p>",
                &["a: 您好", ": 一"],
            ),
            (
                "<template><p>一</p></template><script lang=\"ts\">const a: string = `您${x.y}`</script>",
                &[": 一", "a: 您⟦y⟧"],
            ),
            ("<p>您 < 好 <姓名></p", &[": 您 < 好 <姓名>"]),
            ("<p title=\"未完", &[]),
            (
                "<p>{{ late ? '请还款' : '' }}好</p>",
                &[": ⟦late⟧好", "late: 请还款"],
            ),
            ("<script type=\"text/html\"><p>您</p></script>", &[": 您"]),
        ],
    );
}

#[test]
fn words_lead_back_through_tags_and_directives() {
    let text = "<p>😀𠮷打<b>断</b>{% if x %}你{% endif %}\r\n  &#x7684;腿</p>";
    assert_eq!(
        written(text, Kind::Html, "打断你的腿"),
        "打<b>断</b>{% if x %}你{% endif %}\r\n  &#x7684;腿"
    );
    assert_eq!(written(text, Kind::Html, "的"), "&#x7684;");
}

#[test]
fn comments_are_found() {
    let text = "<!-- 一 --><p>您{# 二 #}好</p><script>var a = '<!-- 没有 -->您'; // 三\n</script><!--四-->";
    assert_eq!(comments(text, Kind::Html), ["一", "二", "三", "四"]);
}
