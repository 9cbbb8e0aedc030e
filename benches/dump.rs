//! A seeded generator of message dumps: the same seed, the same bytes.
//!
//! 70 % of the rows come from templates with varied names, sums and dates; 30 % are put together from words
//! and don't repeat; 5 % of all rows violate, a quarter of these disguised; some rows are full-width,
//! traditional or spiced with emoji without meaning anything by it. All names and numbers are invented.

use std::io::{self, Write};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One JSON object a line.
    Jsonl,
    /// A header and one row a message.
    Csv,
}

/// What a dump is a mixture of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mixture {
    /// Everything that goes over a carrier: banks, couriers, schools, private chat.
    Carrier,
    /// A collector's own dump: 85 % collection messages, most of them lawful.
    Collector,
}

/// Writes a dump of so many rows.
///
/// # Errors
/// If `out` fails.
pub fn write(
    out: &mut impl Write,
    rows: usize,
    seed: u64,
    layout: Layout,
    mixture: Mixture,
) -> io::Result<()> {
    let mut source = Source::new(!seed);
    if layout == Layout::Csv {
        writeln!(out, "编号,时间,机构,内容")?;
    }
    for (row, text) in texts(seed, mixture).take(rows).enumerate() {
        let agency = source.pick(AGENCIES);
        let (day, hour, minute) = (1 + source.below(28), 8 + source.below(13), source.below(60));
        let time = format!("2026-03-{day:02} {hour:02}:{minute:02}");
        match layout {
            Layout::Jsonl => writeln!(
                out,
                r#"{{"id":{row},"channel":"sms","time":"{time}","agency":"{agency}","text":"{}"}}"#,
                text.replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n")
            )?,
            Layout::Csv => writeln!(out, "{row},{time},{agency},\"{}\"", text.replace('"', "\"\""))?,
        }
    }
    Ok(())
}

/// The texts alone, without end.
pub fn texts(seed: u64, mixture: Mixture) -> impl Iterator<Item = String> {
    let mut source = Source::new(seed);
    std::iter::repeat_with(move || source.text(mixture))
}

/// xorshift64*: seeded, the same on every machine.
struct Source(u64);

impl Source {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick(&mut self, list: &'static [&'static str]) -> &'static str {
        list[self.below(list.len() as u64) as usize]
    }

    fn text(&mut self, mixture: Mixture) -> String {
        let draw = self.below(100);
        let text = if draw < 5 {
            let text = self.pick(VIOLATING);
            let text = self.fill(text);
            if self.below(4) == 0 {
                self.disguise(&text)
            } else {
                text
            }
        } else {
            match mixture {
                Mixture::Carrier if draw < 75 => self.template(TEMPLATES),
                Mixture::Carrier => self.unique(),
                Mixture::Collector if draw < 85 => self.template(LAWFUL),
                Mixture::Collector => self.unique(),
            }
        };
        match self.below(100) {
            0..2 => full_width(&text),
            2..4 => text.replace('，', " "),
            4..7 => format!("{text}{}", self.pick(&["😊", "🙏", "👍", "🎉"])),
            _ => text,
        }
    }

    fn template(&mut self, list: &'static [&'static str]) -> String {
        let template = self.pick(list);
        self.fill(template)
    }

    /// Fills `{名}`, `{额}`, `{日}`, `{号}`, `{地}`.
    fn fill(&mut self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let close = open + rest[open..].find('}').unwrap_or(0);
            match &rest[open..=close] {
                "{名}" => {
                    out.push_str(self.pick(SURNAMES));
                    out.push_str(self.pick(&["先生", "女士", "**", "某"]));
                }
                "{额}" => out.push_str(&format!("{}.{:02}", 100 + self.below(80_000), self.below(100))),
                "{日}" => out.push_str(&format!("{}月{}日", 1 + self.below(12), 1 + self.below(28))),
                "{号}" => out.push_str(&format!("{:04}", self.below(10_000))),
                _ => out.push_str(self.pick(PLACES)),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// A message of words that don't come together twice.
    fn unique(&mut self) -> String {
        let mut out = String::new();
        for clause in 0..2 + self.below(5) {
            if clause > 0 {
                out.push_str(self.pick(&["，", "，", "。", "；"]));
            }
            out.push_str(self.pick(SUBJECTS));
            out.push_str(self.pick(ADVERBS));
            out.push_str(self.pick(VERBS));
            out.push_str(self.pick(OBJECTS));
            if self.below(3) == 0 {
                out.push_str(&self.below(1000).to_string());
            }
        }
        out.push('。');
        out
    }

    fn disguise(&mut self, text: &str) -> String {
        let between = ['*', ' ', '\u{200B}', '·'][self.below(4) as usize];
        let mut out = String::with_capacity(text.len() * 2);
        for character in text.chars() {
            out.push(character);
            if ('\u{4E00}'..='\u{9FFF}').contains(&character) {
                out.push(between);
            }
        }
        out
    }
}

fn full_width(text: &str) -> String {
    let wide = text.chars().map(|character| match character {
        '!'..='~' => char::from_u32(character as u32 + 0xFEE0).unwrap_or(character),
        _ => character,
    });
    wide.collect()
}

const SURNAMES: &[&str] = &[
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱",
    "秦", "尤", "许", "欧阳", "司马",
];
const AGENCIES: &[&str] = &["云杉资产", "北渡贷后", "青禾服务", "汇岭外包", "远帆催收", "自营"];
const PLACES: &[&str] = &[
    "城南",
    "东湖",
    "高新区",
    "老街口",
    "西渡镇",
    "第二实验小学",
    "中心医院",
    "金桥路",
    "石坪村",
    "大学城",
];

const LAWFUL: &[&str] = &[
    "【禾木银行】{名}，您尾号{号}的信用卡本期账单{额}元，最后还款日{日}，请按时还款。",
    "【禾木银行】尊敬的客户，您的贷款已逾期，欠款{额}元，请尽快还款以免影响征信。如已还款请忽略。",
    "【青禾消金】{名}您好，您的借款{额}元将于{日}到期，请确保还款账户余额充足。客服热线952{号}。",
    "【云杉分期】您好，您有一笔账单已逾期，可能产生违约金，请登录APP处理，详询客服。",
    "【远帆】{名}，受禾木银行委托，就您名下逾期欠款与您协商还款方案，请于工作时间来电。",
    "{名}您好，我是青禾消金工作人员，关于您{日}到期的借款，请问今天是否方便处理？",
    "【禾木银行】您的分期付款{额}元已入账，感谢您的使用。",
    "【北渡】尊敬的{名}，您与我司协商的还款计划第2期{额}元将于{日}扣款，请提前存入。",
    "【青禾消金】您的逾期记录可能依法报送征信系统，请于{日}前结清，如有困难可申请延期。",
    "【汇岭】{名}您好，债权已依法转让至我司，具体金额{额}元，可致电核对，还款账户为对公账户。",
    "【云杉分期】提醒：还款日{日}，应还{额}元，请注意账户余额。我司不会以任何理由要求您向私人账户转账。",
    "【禾木银行】如您对账单有异议，可拨打客服热线或到就近网点咨询，我们将在15日内答复。",
    "{名}先前登记的手机号已变更，请本人登录官网更新联系方式。",
    "【青禾消金】您的延期申请已通过，新的还款日为{日}，请知悉。",
    "【北渡】{名}，若您持续未还款，债权人可能依法提起诉讼，由法院裁判。建议尽快与我们协商。",
    "【禾木银行】{名}，您担保的贷款已逾期，作为保证人，请关注并协助履行还款义务。",
];

const TEMPLATES: &[&str] = &[
    "【禾木银行】{名}，您尾号{号}的信用卡本期账单{额}元，最后还款日{日}，请按时还款。",
    "【禾木银行】您尾号{号}的账户{日}支出人民币{额}元，余额{额}元。",
    "【青禾消金】{名}您好，您的借款{额}元将于{日}到期，请确保余额充足。",
    "【云杉分期】您的账单已逾期，请尽快还款以免影响征信。",
    "【飞鸟快递】您的包裹已到{地}驿站，取件码{号}，请及时领取。",
    "【飞鸟快递】快递员正在派送，请保持电话畅通，到付{额}元。",
    "【验证码】您的验证码是{号}，5分钟内有效，请勿告诉他人。",
    "【{地}】各位家长，{日}下午开家长会，请准时参加。",
    "【{地}】放学路上请注意交通安全，不在马路上追逐打闹。",
    "【{地}】您预约的{日}门诊已确认，请携带身份证提前半小时到达。",
    "【{地}】检查结果已出，请到一楼自助机打印。",
    "【江海电力】您户号{号}的电费{额}元已出账，请及时缴费以免停电。",
    "【城市燃气】用气安全提醒：外出请关闭阀门，发现漏气请拨打抢修电话。",
    "【蓝天航空】您预订的{日}航班已出票，请提前90分钟到机场。",
    "【铁路】{名}，您{日}的车票已改签成功，票价{额}元。",
    "【甜橙外卖】骑手已取餐，预计30分钟送达{地}。",
    "【甜橙外卖】您有一张{号}元优惠券即将过期，快来使用吧。",
    "【安心保险】{名}，您的意外险保单将于{日}到期，身故伤残保额50万元。",
    "【安心保险】理赔款{额}元已转入您的账户。",
    "【北极星游戏】战斗开始！击杀BOSS可得大招碎片，{日}限时开启。",
    "【北极星游戏】本赛季对手太强，组队爆破副本更容易。",
    "【反诈中心】凡自称公检法要求转账的都是诈骗，请勿轻信，96110来电请接听。",
    "【消费者协会】催收人员不得以暴力、恐吓、侮辱等方式催收，如遇违规可投诉。",
    "【人民法院】{名}，您有一份电子送达文书，案号（2026）苏0102民初{号}号，请登录查看。",
    "【物业】{地}今日停水检修，预计下午六点恢复。",
    "【物业】请勿高空抛物，打断电线将追究责任。",
    "【云课堂】{名}同学，第{号}课已更新，记得完成作业。",
    "【图书馆】您借阅的图书已逾期，请于{日}前归还，逾期每天0.1元。",
    "【驾校】科目二考试{日}，请带好身份证，{地}集合。",
    "【健身房】周末一起来挥汗，私教课8折，名额有限。",
    "妈，我到{地}了，晚上回家吃饭，别等我。",
    "老婆，快递放门口了，下班接孩子。",
    "周末去{地}爬山吗？上次差点累死。",
    "笑死我了，这集太好看，结局绝杀。",
    "哥，上次借你的{号}块这两天转你，别急。",
    "今天开会讨论方案，领导说{日}前交。",
    "明天{地}见，路上小心，车多。",
    "收到，我核实一下再回复您。",
    "老师您好，孩子今天发烧请假一天。",
    "群里说{日}聚餐，AA制，每人{号}元。",
    "这个手游太难了，团战又被打爆。",
    "刚才信号不好，你再说一遍。",
    "房租{额}元已转，请查收。",
    "打印机坏了，帮忙报修，谢谢。",
    "{名}，您的面试安排在{日}上午，地址{地}。",
    "【招聘】{地}招普工，月薪{额}元，包吃住。",
    "【商场】周年庆满{号}减100，{日}截止。",
    "【银行理财】新产品发售，投资有风险，请谨慎。",
    "【疫苗】您预约的第二针将于{日}接种，请携带证件。",
    "【社保】您的缴费{额}元已到账，可登录查询。",
    "【税务】个税年度汇算{日}截止，请及时办理。",
    "【气象台】{日}有雷雨大风，出行注意安全，远离危墙。",
    "【公积金】您的提取申请已受理，3个工作日到账。",
    "【车管所】您的驾驶证将于{日}到期，请及时换证。",
    "【停车】您的车辆已入场，{地}停车场前30分钟免费。",
    "【影院】《刀客》{日}19:30，3号厅，取票码{号}。",
];

const VIOLATING: &[&str] = &[
    "{名}再不还钱打断你的腿，别以为我找不到你",
    "你个傻逼欠钱不还还有脸活着",
    "今天不还{额}元，我们就把你的照片发到你所有联系人那里",
    "你女儿在{地}二年级吧，放学路上车多",
    "我是{地}派出所的，你涉嫌诈骗，今天不还就拘留",
    "逾期不还，立即冻结您名下全部账户并判刑坐牢",
    "让你全村人都知道你欠钱不还",
    "每天给你打一百个电话，打到你还为止",
    "请转告你儿子{名}，他欠我们{额}元，让他赶紧还",
    "操你妈的老赖，死全家",
    "减免名额仅剩3个，今天不处理就作废，转到我的私人微信",
    "后果自负，等着瞧",
];

const SUBJECTS: &[&str] = &[
    "小区",
    "朋友",
    "老师",
    "公司",
    "窗外",
    "昨天",
    "邻居",
    "这本书",
    "火车",
    "天气",
    "市场",
    "厨师",
    "他们",
    "猫",
    "设计师",
    "河边",
    "节目",
    "新闻",
    "会议",
    "同学",
    "花园",
    "电影",
    "球队",
    "机器",
    "山上",
    "店主",
    "孩子们",
    "秋天",
    "学生",
    "医生",
    "作者",
    "司机",
];
const ADVERBS: &[&str] = &[
    "", "已经", "突然", "慢慢", "常常", "刚刚", "认真", "终于", "悄悄", "大概", "似乎", "仍然", "一起",
    "特别", "重新", "马上", "当时", "总是", "轻轻", "到处", "反而", "随后",
];
const VERBS: &[&str] = &[
    "打开", "收到", "讨论", "修理", "喜欢", "完成", "寻找", "发现", "安排", "喝了", "买下", "照顾", "介绍",
    "整理", "错过", "记住", "选择", "打断", "送走", "参观", "练习", "翻译", "检查", "忘记", "培养", "观察",
    "布置", "赢得", "种植", "更换", "迎接",
];
const OBJECTS: &[&str] = &[
    "一杯热茶",
    "那条消息",
    "新的计划",
    "旧照片",
    "三层楼",
    "乐队的演出",
    "一场大雨",
    "两只羊",
    "数学题",
    "晚饭",
    "钥匙",
    "春天的味道",
    "石头路",
    "木头箱子",
    "远处的灯",
    "长长的队伍",
    "故事的结尾",
    "冬天的被子",
    "一篮水果",
    "广场上的鸽子",
    "合同草稿",
    "电脑",
    "彩色气球",
    "周末的安排",
    "奇怪的声音",
    "自己的房间",
    "一封信",
    "体操动作",
    "法院线",
    "死结",
    "发票",
];
