use std::path::Path;
use std::sync::LazyLock;

use super::reading::{Finder, Reading};
use super::sms::{is_han_or_alphanumeric, parts};
use super::*;
use crate::Lexicon;
use crate::lint::config::{Config, ConfigFile};
use crate::lint::template::Declarations;
use crate::lint::{LintOptions, lint_text};
use crate::report::Settings;
use crate::rule::{Lang, Tier};

static LINTER: LazyLock<Linter<'static>> = LazyLock::new(|| Linter::new(Lexicon::bundled()).unwrap());

static CHECKER: LazyLock<Checker> = LazyLock::new(|| Checker::new(Lexicon::bundled()));

fn form_of(template: &Template, message: &Message, facts: &FormFacts) -> Vec<FormFinding> {
    CHECKER.check(&LINTER, template, &template.first(), message, facts)
}

/// Rule and words of all findings of form.
fn found(message: &Message, facts: &FormFacts) -> Vec<(&'static str, String)> {
    let text = message.stretch(None);
    let template = Template::parse(text, &[], &Declarations::default());
    let found = form_of(&template, message, facts).into_iter();
    found
        .map(|finding| (finding.rule, finding.span.of(text).to_owned()))
        .collect()
}

/// The rules that ask for a change of a text of which nothing is said.
fn found_in(text: &str) -> Vec<&'static str> {
    let found = found(&Message::text(text), &FormFacts::default());
    let asks = |id: &&str| rule(id).unwrap().confidence != crate::rule::Confidence::Low;
    found.into_iter().map(|(rule, _)| rule).filter(asks).collect()
}

/// The rules that are found in texts.
fn of_texts() -> impl Iterator<Item = &'static FormRule> {
    rules().iter().filter(|rule| !is_about_suppressions(&rule.id))
}

fn facts(record: &FormRecord) -> FormFacts {
    FormFacts {
        creditors: record.creditors.clone(),
        contacts: record.contacts.clone(),
        signatures: record.signatures.clone(),
        gateway: record.gateway.clone(),
    }
}

#[test]
fn rules_find_their_hits_and_leave_their_misses() {
    let mut problems = Vec::new();
    for rule in of_texts() {
        for hit in &rule.hits {
            let (message, record) = hit.message();
            let found = found(&message, &facts(&record));
            let marked = hit.marked_text();
            let start = marked.find('⟦').map(|at| at + '⟦'.len_utf8());
            let expected = start.and_then(|start| Some(&marked[start..start + marked[start..].find('⟧')?]));
            let is_found = found
                .iter()
                .any(|(id, words)| *id == rule.id && expected.is_none_or(|expected| expected == words));
            if !is_found {
                problems.push(format!("missing {}: {marked} {found:?}", rule.id));
            }
        }
        for miss in &rule.misses {
            let (message, record) = miss.message();
            if found(&message, &facts(&record))
                .iter()
                .any(|(id, _)| *id == rule.id)
            {
                problems.push(format!("noisy {}: {}", rule.id, miss.marked_text()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn rules_cite_what_the_laws_have() {
    let laws = Lexicon::bundled().laws();
    for rule in rules() {
        let is_of_text = rule.id.starts_with("form-");
        assert!(is_of_text || is_about_suppressions(&rule.id), "{}", rule.id);
        assert!(rule.misses.len() + rule.hits.len() > 0, "{}", rule.id);
        for key in &rule.basis {
            assert!(
                laws.clauses.iter().any(|clause| clause.key == *key),
                "{}: {key}",
                rule.id
            );
        }
    }
    let cited = |key: &str| rules().iter().any(|rule| rule.basis.iter().any(|own| own == key));
    for clause in &laws.clauses {
        let is_of_form = clause.shown_by == Some(crate::lexicon::laws::ShownBy::Form);
        assert!(
            !is_of_form || cited(&clause.key),
            "no rule of form cites {}",
            clause.key
        );
    }
}

#[test]
fn the_code_knows_the_rules_of_the_data() {
    let code = [
        include_str!("elements.rs"),
        include_str!("sms.rs"),
        include_str!("holes.rs"),
    ]
    .concat();
    let mut named: Vec<&str> = code.split('"').filter(|part| part.starts_with("form-")).collect();
    named.sort_unstable();
    named.dedup();
    let mut known: Vec<&str> = of_texts().map(|rule| rule.id.as_str()).collect();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn gateways_have_terms() {
    for (id, gateway) in gateways() {
        assert!(gateway.signature.0 < gateway.signature.1, "{id}");
        assert!(gateway.forbidden().count() > 0, "{id}");
        let is_passed_over = |sign: &str| sign.starts_with(is_han_or_alphanumeric);
        assert!(!gateway.forbidden().any(is_passed_over), "{id}");
    }
    assert_eq!(gateway(None).title.en, gateway(Some(USUAL_GATEWAY)).title.en);
    assert!(rule("form-creditor-missing").is_some() && rule("form").is_none());
}

#[test]
fn messages_are_split_as_carriers_do() {
    for (units, expected) in [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3), (500, 8)] {
        assert_eq!(parts(units), expected, "{units}");
    }
}

#[test]
fn too_long_a_message_says_by_how_much() {
    let body = "请您尽快还款。".repeat(72);
    let text = format!("【安信银行】尊敬的{{姓名}}，您的借款已逾期，详询95000，{body}");
    let template = Template::parse(&text, &[], &Declarations::default());
    let message = Message::text(text.as_str());
    let found = form_of(&template, &message, &FormFacts::default());
    let found = found
        .iter()
        .find(|finding| finding.rule == "form-too-long")
        .unwrap();
    let detail = found.detail.clone().unwrap();
    assert!(
        detail.zh.contains("8 条") || detail.zh.contains("9 条"),
        "{}",
        detail.zh
    );
    assert!(detail.zh.contains("上限 500 字"), "{}", detail.zh);
}

#[test]
fn a_declared_length_decides_parts() {
    let text = "【安信银行】尊敬的{甲}，您尾号{尾号}的借款本期应还{金额}元，请于{日期}前还款，详询95000。";
    let declared = |longest| {
        let declaration = crate::lint::template::Declaration {
            longest: Some(longest),
            ..Default::default()
        };
        let declarations = Declarations {
            variables: [("甲".to_owned(), declaration)].into(),
            ..Declarations::default()
        };
        let template = Template::parse(text, &[], &declarations);
        let found = form_of(&template, &Message::text(text), &FormFacts::default());
        found.iter().any(|finding| finding.rule == "form-more-parts")
    };
    assert!(!declared(2) && declared(40));
}

#[test]
fn what_is_no_collection_message_has_no_findings() {
    for text in [
        "还款",
        "立即还款",
        "逾期账单",
        "您有1笔账单已逾期",
        "请输入还款金额",
        "请选择还款银行卡，支持12家银行",
        "还款失败，请稍后重试",
        "还款成功！您本期账单已还清，感谢您的支持。",
        "【安信银行】您的还款3260.50元已到账，感谢您的支持。",
        "【安信银行】您尾号1234的借款已结清，结清证明可在APP下载。",
        "客户{}逾期{}天，短信发送失败，请检查模板配置",
        "查询逾期客户列表失败，参数不能为空",
        "严禁辱骂、恐吓债务人；不得向联系人透露欠款信息。催收人员应当使用文明用语，违者停岗处理。",
        "某银行催收员被指暴力催收，监管部门介入调查，逾期客户已报案。记者了解到，此前多人遭到骚扰。",
        "我的贷款逾期了，该怎么办？有没有人遇到过，请教各位。",
        "【顺丰速运】您的快递已到，请于今天18:00前领取。",
        "【安信银行】您的验证码是123456，请勿泄露。",
        "【安信银行】★尊敬的客户，新春大礼¥88红包等您领取！",
        "请按时缴纳水费，谢谢配合",
        "逾期还款的罚息按日计收，自逾期之日起至清偿之日止。",
    ] {
        let found = found_in(text);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn complete_reminders_have_no_findings() {
    for text in [
        "【安信银行】尊敬的{姓名}，您尾号{尾号}的信用卡本期账单{金额}元，还款日{还款日}，请按时还款。详询95000。",
        "【安信消金】{姓名}您好，您的借款已逾期{天数}天，请尽快还款，如已还请忽略。客服400-820-8888",
        "【{机构}】{姓名}，您的借款{金额}元将于{日期}到期，请保证扣款账户余额充足。客服{电话}",
        "【${sign}】尊敬的${name}，您有一笔${amount}元的账单已逾期，请登录APP处理，如有疑问请致电${tel}。",
        "尊敬的{0}，您在安信银行的借款{1}元已逾期{2}天，请尽快还款，详询95000。【安信银行】",
        "【安信银行】您的借款已逾期，如因疾病、失业等原因暂时困难，可致电95000申请延期或者分期还款。",
    ] {
        let found = found_in(text);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

/// Reminders as they may be sent. None has a finding of tone, whatever values stand in it, and none of form but the length.
const LAWFUL: &[&str] = &[
    "【安信银行】尊敬的{姓名}，您尾号{尾号}的信用卡本期应还{金额}元，还款日{还款日}，请按时还款。详询95000。",
    "【安信银行】尊敬的{姓名}{先生/女士}，您的贷款将于{日期}到期，请备足{金额}元。详询{客服电话}。",
    "【安信消金】{name}您好，您的借款已逾期{days}天，应还{amount}元，请尽快还款，如已还请忽略。客服{tel}",
    "【{机构}】{姓名}，您的借款{金额}元将于{日期}自动扣款，请保证余额充足。客服{电话}",
    "【${sign}】尊敬的${name}，您有一笔${amount}元的账单已逾期，请登录APP处理，疑问请致电${tel}。",
    "【安信银行】#姓名#，您的第#期数#期账单#金额#元今日到期，请及时存入扣款账户。客服95000",
    "【安信银行】尊敬的[姓名]，您合同[合同编号]项下本期[金额]元已逾期[天数]天，请于[日期]前归还。详询95000。",
    "【安信银行】尊敬的%s，您的借款%s元已逾期%d天，请尽快还款，详询95000。",
    "【安信银行】@custName@，您的账单@amt@元已出，还款日@dueDate@，请按时还款。热线95000",
    "【安信银行】尊敬的<%= name %>，您的欠款<%= amount %>元请于<%= dueDate %>前归还，详询95000。",
    "【安信银行】尊敬的{{name}}，您的分期第{{periodNo}}期{{amount}}元已逾期，请尽快还款，点击{{url}}查看。",
    "【安信银行】XXX先生，您尾号××××的信用卡账单已逾期，请尽快还款，详询95000。",
    "【安信银行】尊敬的{客户姓名}，您的借款已逾期{逾期天数}天，逾期记录可能报送征信系统，请尽快还款。详询95000。",
    "【安信银行】尊敬的{姓名}，我行可能依法向{法院名称}提起诉讼，请您尽快还款或者致电95000协商。",
    "【安信银行】尊敬的{姓名}，您的借款已逾期，如暂时困难可致电{客服电话}申请延期。",
    "【安信银行】尊敬的{担保人姓名}，您为{借款人姓名}担保的贷款已逾期{天数}天，请依约履行担保责任，详询95000。",
    "【安信银行】{姓名}您好，请将本期{金额}元汇入我行账户{收款账号}，如已还款请忽略。详询95000。",
    "【安信银行】{姓名}您好，您的贷款由客户经理{客户经理}负责，本期{金额}元请于{日期}前归还，电话{联系电话}。",
    "【安信银行】尊敬的{xm}，您的借款{je}元已逾期{ts}天，请尽快还款，详询{kfdh}。",
    "【安信银行】尊敬的${khxm}，您尾号${wh}的账单${zdhk}元请于${hkrq}前还款，详询95000。",
    "尊敬的{姓名}：您的借款{金额}元已逾期{天数}天，请尽快还款。详询95000。【安信银行】",
    "【安信银行】尊敬的{0}，您的借款{1}元已逾期{2}天，请尽快还款，详询{3}。",
    "【安信银行】尊敬的客户{姓名}，您{城市}网点办理的贷款本期{金额}元请于{日期}前还款，详询95000。",
    "【安信银行】尊敬的{姓名}，您于{日期}申请的还款方案已生效，首期{金额}元请于{还款日}前支付，详询95000。",
    "【安信银行】{昵称}您好，今天是您的还款日，应还{金额}元，请于{截止时间}前完成还款，客服95000。",
    "【安信银行】尊敬的{姓名}，您的车贷（车牌{车牌}）本期{金额}元已逾期，请尽快还款，详询95000。",
    "【安信租赁】{租客}您好，{月份}租金{金额}元请于{日期}前支付，如有疑问请联系管家{管家}，电话{电话}。",
    "【安信银行】尊敬的{姓名}，如有疑问请联系{联系人}，电话{联系电话}。您的借款已逾期，请尽快还款。",
    "【安信银行】尊敬的{姓名}，您本期最低还款额{最低还款额}元，请于{最后还款日}前还款，全额还款{应还总额}元。详询95000。",
    "【安信银行】{姓名}您好，您尾号{card_no}的信用卡已逾期{dpd}天，请尽快还款。详询95000。",
    "【安信银行】尊敬的{姓名}，扣款失败：余额不足。请于{time}前存入{amount}元，详询{hotline}。",
    "【安信银行】尊敬的{姓名}，截至{日期}您尚欠本金{本金}元、利息{利息}元、罚息{罚息}元，请尽快归还。详询95000。",
    "【安信银行】尊敬的{姓名}，您的债权已由{原债权人}转让给{受让人}，请向受让人归还欠款{金额}元，详询{电话}。",
    "【安信银行】尊敬的{姓名}，受{委托机构}委托提醒您，借款{金额}元已逾期{天数}天，请尽快还款，核实请致电{官方电话}。",
    "【安信银行】尊敬的{姓名}，工号{工号}为您服务。您的账单{金额}元已逾期，请尽快还款。投诉电话{投诉电话}。",
    "【安信银行】尊敬的{姓名}，您的学费分期第{qs}期{je}元请于{rq}前支付，详询{dh}。",
    "【安信银行】尊敬的{姓氏}{称谓}，您的账单已逾期{n}天，请尽快还款，详询95000。",
    "【安信银行】尊敬的{姓名}，您的户号{户号}欠费{欠费}元，请于{日期}前缴纳，可通过公众号查询。",
    "【安信银行】{user.name}您好，账单{bill.amount}元已逾期{bill.dpd}天，请及时还款。客服95000",
    "【安信银行】尊敬的$!{name}，您的还款日为$!{dueDate}，应还#{amount}元，请及时还款。客服95000",
    "【安信银行】尊敬的{姓名}，请点击https://pay.example.cn/r/{token}还款，本期应还{金额}元。",
    "【安信银行】您好，{姓名}{性别称呼}，您{月}月账单{金额}元未还，请尽快还款，详询95000。",
    "【安信银行】尊敬的{借款人姓名}，共同借款人{共同借款人姓名}，你们的房贷本期{金额}元已逾期，请尽快还款，详询95000。",
    "【安信银行】尊敬的{姓名}，您的借款剩余{剩余期数}期，本期{金额}元请于{到期日}前归还，详询95000。",
    "【安信银行】尊敬的{姓名}，您有{笔数}笔借款到期，共计{合计}元，请及时还款，可登录手机银行查看。",
    "【安信银行】尊敬的{姓名}，为避免产生违约金，请于{deadline}前归还{amount1}元或者{amount2}元，详询95000。",
    "【安信银行】尊敬的{姓名}，您的还款期限为{期限}，请按时还款，还款链接{还款链接}。",
    "【安信银行】尊敬的{姓名}，您预留的手机尾号{手机尾号}，贷款账户尾号{账户尾号}，本期{金额}元请按时还款，详询95000。",
    "【安信银行】尊敬的{姓名}，您的订单{订单号}尚有{金额}元未还，请于{小时}小时内还款，客服在线时间{时段}，详询95000。",
    "【安信银行】尊敬的{姓名}，{支行名称}提醒您，贷款利息{利息}元已于{日期}到期，请尽快存入，详询{网点电话}。",
    "【安信银行】{LAST_NAME}先生，账单{TOTAL_AMT}元，还款日{DUE_DATE}，请按时还款，热线{HOTLINE}。",
    "【安信银行】尊敬的【姓名】，您的借款【金额】元已逾期【天数】天，请尽快还款，详询95000。",
    "【安信银行】尊敬的<姓名>，您的借款<金额>元已逾期<天数>天，请尽快还款，详询95000。",
    "【安信银行】尊敬的%姓名%，您的借款%金额%元已逾期%天数%天，请尽快还款，详询95000。",
    "【安信银行】尊敬的##姓名##，您的借款##金额##元已逾期##天数##天，请尽快还款，详询95000。",
    "【安信银行】尊敬的{姓名}，您的借款已逾期____天，应还____元，请尽快还款，详询95000。",
    "【安信银行】尊敬的{学生姓名}，您的助学贷款利息{利息}元将于{日期}扣收，请存入代扣账户，详询95000。",
    "【安信银行】尊敬的{会员名}，您的白条本期{amt}元可全额还，也可只还最低{min_pay}元，请于{due_date}前还款，客服95000。",
    "【安信银行】尊敬的{被告}，您与我行的借款纠纷已由{法院}判决，请于{日期}前履行{金额}元，详询{电话}。",
    "【安信银行】尊敬的{姓名}，我行于{日期}向您寄送对账单，案件编号{案件编号}，如有异议请致电{电话}，无异议请归还欠款{金额}元。",
];

#[test]
fn lawful_templates_have_no_findings_whatever_is_filled_in() {
    assert!(LAWFUL.len() >= 60, "{}", LAWFUL.len());
    let mut problems = Vec::new();
    for text in LAWFUL {
        let template = Template::parse(text, &[], &Declarations::default());
        for rendering in [template.first()].into_iter().chain(template.others()) {
            let verdict = LINTER.check(&Message::text(rendering.text()));
            for finding in &verdict.findings {
                let id = &LINTER.lexicon.rules()[finding.rule].id;
                problems.push(format!("{id} “{}”: {}", finding.text, rendering.text()));
            }
        }
        let form = found_in(text);
        if !form.is_empty() {
            problems.push(format!("{form:?}: {text}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn media_are_told_by_their_words() {
    use super::reading::Medium;
    let finder = Finder::new(Lexicon::bundled());
    for (text, expected) in [
        ("【安信银行】您的借款已逾期，请还款。", Medium::Sms),
        ("尊敬的张伟，您的借款已逾期，请还款。", Medium::Sms),
        ("哥，今天能还吗，方便的话回我一下", Medium::Unknown),
        ("催收函：您的借款已逾期，请尽快还款。特此函告。", Medium::Letter),
        ("您好，请问是张伟本人吗？您的借款已逾期。", Medium::Unknown),
    ] {
        let template = Template::parse(text, &[], &Declarations::default());
        let rendering = template.first();
        let reading = Reading::new(&template, &rendering, &finder, Lexicon::bundled(), None);
        assert_eq!(reading.medium, expected, "{text}");
    }
}

fn config(text: &str) -> crate::Result<Config> {
    let file: ConfigFile = toml::from_str(text).unwrap();
    Config::new(file, ".".into(), None, LINTER.lexicon)
}

#[test]
fn an_unknown_gateway_is_an_error_with_the_one_that_was_meant() {
    for (text, expected) in [
        ("[form]\ngateway = \"tencet\"", Some("did you mean tencent")),
        (
            "[[overrides]]\npaths = [\"a\"]\nform.gateway = \"aliyum\"",
            Some("did you mean aliyun"),
        ),
        ("[form]\ngateway = \"zzz\"", Some("there are aliyun, generic")),
        ("[form]\ngateway = \"huawei\"", None),
        ("", None),
    ] {
        let error = config(text).err().map(|error| error.shown(Lang::En));
        match expected {
            Some(expected) => assert!(
                error.clone().is_some_and(|error| error.contains(expected)),
                "{text}: {error:?}"
            ),
            None => assert_eq!(error, None, "{text}"),
        }
    }
}

#[test]
fn findings_of_form_are_notices_of_their_own() {
    let text = "【温馨提示】尊敬的{姓名}，您在安信银行的借款已逾期，请尽快还款，详询95000。";
    let lint = |text: String, lang: Lang, settings: &str, ignore: &[String]| {
        let options = LintOptions {
            settings: Settings::new(LINTER.lexicon, lang),
            select: &[],
            ignore,
        };
        let config = config(settings).unwrap();
        let report = lint_text(Path::new("a.json"), "a.json", text, &config, &LINTER, options);
        report.unwrap().texts
    };
    let plain = lint(format!("{{\"a\": \"{text}\"}}"), Lang::Zh, "", &[]);
    let [found] = &plain[0].form[..] else {
        panic!("{:?}", plain[0].form);
    };
    assert_eq!(
        (found.rule.as_str(), found.tier, found.category),
        ("form-signature-neutral", Tier::Notice, None)
    );
    assert_eq!((plain[0].tier, plain[0].score), (Tier::Clean, 0));
    assert!(found.message.contains("签名“温馨提示”"), "{}", found.message);
    assert_eq!(
        (found.text.as_str(), found.location.line, found.excerpt.len()),
        ("【温馨提示】", 1, 1)
    );
    assert_eq!(found.basis[0].id, "SIGN2023");
    // Further down it is the same finding.
    let moved = lint(format!("{{\n\n  \"a\": \"{text}\"}}"), Lang::En, "", &[]);
    let moved = moved.iter().find_map(|text| text.form.first()).unwrap();
    assert_eq!((&moved.fingerprint, moved.location.line), (&found.fingerprint, 3));
    assert!(
        moved.message.contains("signature “温馨提示”"),
        "{}",
        moved.message
    );
    for (settings, ignore) in [
        ("ignore = [\"form\"]", vec![]),
        ("", vec!["form-signature-*".to_owned()]),
        ("[form]\nsignatures = [\"温馨提示\"]", vec![]),
        ("message.channel = \"letter\"", vec![]),
    ] {
        let texts = lint(format!("[\"{text}\"]"), Lang::Zh, settings, &ignore);
        assert!(texts[0].form.is_empty(), "{settings}: {:?}", texts[0].form);
    }
}
