use crate::lint::extract::Kind;
use crate::lint::extract::round_trip::{assert_table, comments, written};

#[test]
fn freemarker() {
    assert_table(
        Kind::FreeMarker,
        &[
            (
                "<#if vip>尊敬的</#if>客户${user.name!\"先生>\"}，欠${amount?string(\"0.00\")}元",
                &[": 尊敬的客户⟦user.name⟧，欠⟦amount⟧元", "user.name: 先生>"],
            ),
            (
                "一\n<#if x == 1>\n二\n<#else>\n三\n</#if>\n四",
                &[": 一\n二\n 三\n四"],
            ),
            (
                "<#macro sms name>请还款</#macro>\n<@sms name=\"x\"/>\n另外",
                &["sms: 请还款", ": 另外"],
            ),
            (
                "<#assign msg = \"打断\" + name + \"的腿\">",
                &["msg: 打断⟦name⟧的腿"],
            ),
            ("<#assign msg>请还款</#assign>", &["msg: 请还款"]),
            ("[#ftl]\n[#if x]您[/#if]好[=name]", &[": 您好⟦name⟧"]),
            ("<p>您<#if x>好</#if></p><p>${x}二</p>", &[": 您好", ": ⟦x⟧二"]),
            ("没有${完", &[": 没有${完"]),
            ("a < b 您<姓名>", &[": a < b 您<姓名>"]),
            ("<#list a as b>${b.name}您</#list>", &[": ⟦b.name⟧您"]),
        ],
    );
}

#[test]
fn jinja_and_its_kin() {
    assert_table(
        Kind::Jinja,
        &[
            (
                "尊敬的{{ name|default('客户') }}，{% if x > 1 %}逾期{{ days }}天{% endif %}",
                &[": 尊敬的⟦name⟧，逾期⟦days⟧天", "name: 客户"],
            ),
            (
                "{% block sms %}请还款{% endblock %}另外",
                &["sms: 请还款", ": 另外"],
            ),
            (
                "{% set msg = '您' ~ x %}{%- set b = \"好\" -%}",
                &["msg: 您", "b: 好"],
            ),
            (
                "{{#if vip}}尊敬的{{else}}你{{/if}}{{{name}}}",
                &[": 尊敬的 你⟦name⟧"],
            ),
            ("<td>{{ x }}元</td><td>二</td>", &[": ⟦x⟧元", ": 二"]),
            ("{{ '没完", &[": {{ '没完"]),
            ("{% for a in b %}\n您\n{% endfor %}\n", &[": 您"]),
        ],
    );
}

#[test]
fn velocity() {
    assert_table(
        Kind::Velocity,
        &[
            (
                "#if($vip)尊敬的#{else}你#end$!{user.name}，欠$amount元，$order.getDays()天",
                &[": 尊敬的 你⟦user.name⟧，欠⟦amount⟧元，⟦order.getDays⟧天"],
            ),
            (
                "#set($msg = \"请 ${name} 还款\")\n#set($b = 'x')\n您",
                &["msg: 请 ⟦name⟧ 还款", ": 您"],
            ),
            (
                "#macro(sms $a)\n请还款$a\n#end\n#foreach($x in $y)二#end",
                &["sms: 请还款⟦a⟧", ": 二"],
            ),
            ("您 ## 注释\n好#* 注释 *#", &[": 您 \n好"]),
            ("花费$100，#1号，#话题#", &[": 花费$100，#1号，#话题#"]),
            ("<p>您$name</p><p>好</p>", &[": 您⟦name⟧", ": 好"]),
        ],
    );
}

#[test]
fn words_lead_back_through_directives() {
    let text = "😀𠮷<#if x>打断</#if>\r\n<#if y>\r\n你的腿</#if>";
    assert_eq!(
        written(text, Kind::FreeMarker, "打断\r\n你的腿"),
        "打断</#if>\r\n<#if y>\r\n你的腿"
    );
}

#[test]
fn comments_are_found() {
    for (kind, text, expected) in [
        (Kind::FreeMarker, "您<#-- 一 -->${x}<#--二-->", vec!["一", "二"]),
        (
            Kind::FreeMarker,
            "<p>您<#-- 一 --></p><!-- 二 -->",
            vec!["一", "二"],
        ),
        (
            Kind::Jinja,
            "{# 一 #}您{{!-- 二 --}}{{! 三 }}{% comment %}四{% endcomment %}",
            vec!["一", "二", "三", "四"],
        ),
        (Kind::Velocity, "您 ## 一\n#* 二 *#", vec!["一", "二"]),
    ] {
        assert_eq!(comments(text, kind), expected, "{text}");
    }
}
