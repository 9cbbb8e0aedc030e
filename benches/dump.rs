//! A seeded generator of message dumps: the same seed, the same bytes.
//!
//! Of a carrier's innocent rows 60 % come from templates with varied names, sums and dates, 28 % are sentences of
//! random words of a dictionary, common and rare, and 12 % a template with such a sentence behind it; a collector's
//! rows are mostly lawful collection. 5 % of all rows violate, a quarter of these disguised, half of them inside a
//! longer message. Some rows are full-width, use spaces for commas or end in emoji without meaning anything by it. A
//! carrier's message has 78 characters on average. All names and numbers are invented; `words.txt` are 40,000
//! words drawn from the dictionary of jieba (MIT licence): with a tenth of them a segmenter's tables stay in its
//! caches, as no real text lets them.

use std::io::{self, Write};
use std::sync::OnceLock;

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
            let text = if self.below(8) < 2 {
                self.disguise(&text)
            } else {
                text
            };
            if self.below(2) == 0 {
                format!("{}{text}", self.template(TEMPLATES))
            } else {
                text
            }
        } else {
            match mixture {
                Mixture::Carrier if draw < 62 => self.template(TEMPLATES),
                Mixture::Carrier if draw < 73 => format!("{}{}", self.template(TEMPLATES), self.sentence()),
                Mixture::Collector if draw < 90 => self.template(LAWFUL),
                Mixture::Carrier | Mixture::Collector => self.sentence(),
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

    /// Random words in clauses: nothing that was ever said before.
    fn sentence(&mut self) -> String {
        let mut out = String::new();
        for clause in 0..3 + self.below(7) {
            if clause > 0 {
                out.push_str(self.pick(&["，", "，", "，", "。", "；"]));
            }
            for _ in 0..3 + self.below(5) {
                out.push_str(self.word());
            }
        }
        out.push('。');
        out
    }

    fn word(&mut self) -> &'static str {
        static WORDS: OnceLock<Vec<&str>> = OnceLock::new();
        let words = WORDS.get_or_init(|| include_str!("words.txt").lines().collect());
        words[self.below(words.len() as u64) as usize]
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
    "【禾木银行】{名}，您尾号{号}的信用卡本期账单{额}元，最低还款{额}元，最后还款日{日}，请按时还款。如已还款请忽略，详情可登录手机银行查询。",
    "【禾木银行】您尾号{号}的账户{日}14:05快捷支付支出人民币{额}元，余额{额}元。如非本人操作，请立即致电955{号}或前往就近网点核实。",
    "【禾木银行】尊敬的客户，您的定期存款{额}元将于{日}到期，到期后将按约定自动转存，您也可以通过网点、手机银行办理支取，感谢您长期以来的信任。",
    "【青禾消金】{名}您好，您的借款本期应还{额}元，将于{日}自动扣款，请确保尾号{号}的银行卡余额充足，避免产生逾期费用，详询客服952{号}。",
    "【云杉分期】您的账单{额}元已逾期3天，可能产生违约金并影响征信，请登录APP尽快处理；如遇困难可在线申请延期，退订回T。",
    "【云杉分期】恭喜您获得最高{额}元额度，年化利率低至7.2%，随借随还，点击 yunshan.example/a{号} 查看，拒收请回复R。",
    "【飞鸟快递】您的包裹已到达{地}驿站，请凭取件码{号}于今晚21点前领取，超时将产生保管费用，如需送货上门请致电驿站工作人员。",
    "【飞鸟快递】快递员{名}正在为您派送，电话尾号{号}，到付{额}元，请保持电话畅通；如不方便收件，可放至门卫或快递柜。",
    "【验证码】您的登录验证码是{号}，5分钟内有效，请勿告诉任何人，工作人员不会向您索要验证码，如非本人操作请忽略本短信。",
    "【{地}】各位家长，{日}下午三点召开家长会，请提前十分钟到校签到，车辆停放在操场东侧，因故不能参加的请向班主任请假。",
    "【{地}】天气转凉，请为孩子增添衣物；放学路上请注意交通安全，不在马路上追逐打闹，未成年学生不得骑行电动车。",
    "【{地}】{名}，您预约的{日}上午专家门诊已确认，请携带身份证和医保卡提前半小时到一楼大厅取号，逾期号源自动取消。",
    "【{地}】您的检查结果已出，请到一楼自助机打印报告，如有疑问请咨询开单医生，复诊可通过公众号预约，祝您早日康复。",
    "【江海电力】户号{号}的客户您好，您本期电费{额}元已出账，请于{日}前缴费以免影响用电，缴费渠道：手机营业厅、营业网点、银行代扣。",
    "【城市燃气】用气安全提醒：外出请关闭阀门，连接软管每18个月更换一次，发现漏气请开窗通风，到室外拨打抢修电话96{号}。",
    "【蓝天航空】{名}旅客，您预订的{日}航班已出票，票价{额}元，请提前90分钟到机场办理值机，随身行李不超过5公斤，祝您旅途愉快。",
    "【铁路】{名}，您{日}的车票已改签成功，检票口B{号}，票价{额}元，请携带有效身份证件进站乘车，开车前停止检票请留意。",
    "【甜橙外卖】骑手已取餐，预计30分钟送达{地}，您可以在APP查看实时位置；如餐品有撒漏请拍照联系客服，我们将第一时间为您处理。",
    "【甜橙外卖】您有一张{号}元优惠券即将过期，满减、免配送费同享，周末下单还有机会抽取免单，快来使用吧，回T退订。",
    "【安心保险】{名}，您的意外险保单将于{日}到期，身故伤残保额50万元，续保可享九折；保障责任以条款为准，详情咨询您的服务专员。",
    "【安心保险】您的理赔申请已审核通过，理赔款{额}元将在三个工作日内转入您尾号{号}的账户，如未收到请致电客服，感谢您的耐心等待。",
    "【北极星游戏】新赛季战斗开始！击杀BOSS可得大招碎片，{日}限时开启双倍经验，组队爆破副本奖励翻倍，快来和好友一起上分。",
    "【北极星游戏】你的公会在昨晚的攻城战中惜败，本赛季对手太强，会长邀请你今晚八点上线集合，击败守城将领可获得{号}积分。",
    "【反诈中心】凡自称公检法要求转账到安全账户的、说你涉嫌洗钱要拘留的，都是诈骗！请勿轻信，96110来电请及时接听，守护好您的钱袋子。",
    "【消费者协会】催收人员不得以暴力、恐吓、侮辱等方式催收，不得骚扰无关第三人；如遇违规催收，请保存录音、短信等证据并依法投诉。",
    "【人民法院】{名}，您有一份电子送达文书，案号（2026）苏0102民初{号}号，请登录人民法院送达平台查看，如有疑问请联系承办法官。",
    "【物业】{地}业主您好，因管网检修，{日}9点至18点停水，请提前储水，给您带来不便敬请谅解；恢复供水后请先放水再使用。",
    "【物业】近期发现个别住户高空抛物、在楼道堆放杂物给电动车充电，存在严重安全隐患，请自行清理，造成后果的将依法承担责任。",
    "【云课堂】{名}同学，第{号}课已更新，请在{日}前完成作业并提交，老师会在群里统一讲解，连续打卡7天可获得学习勋章。",
    "【图书馆】您借阅的图书已逾期，请于{日}前归还或办理续借，逾期每册每天收取0.1元，遗失图书请到总服务台办理赔偿手续。",
    "【驾校】{名}学员，科目二考试安排在{日}上午八点，{地}集合，请带好身份证，穿平底鞋，前一天晚上早点休息，不要饮酒。",
    "【健身房】会员您好，周末一起来挥汗，私教课8折，名额有限，先到先得，{日}前预约还可免费体测一次，期待您的到来。",
    "{名}，您好，我是{地}中介小刘，您上次看的那套两居室业主愿意降价到{额}元，如果方便的话这两天可以再约着看一下，随时联系我。",
    "妈，我到{地}了，晚上回家吃饭，别等我，你和爸先吃，药放在电视柜左边的抽屉里，一天两次别忘了。",
    "老婆，快递放门口了，下班记得接孩子，我今天加班，估计得九点多才能到家，饭给我留点就行。",
    "周末去{地}爬山吗？上次差点累死，这次咱们走缓坡，带点水和面包，老王开车，六点半小区门口集合。",
    "笑死我了，这集太好看，结局绝杀，男主居然是卧底，我哭了半包纸，你赶紧去看。",
    "哥，上次借你的{号}块这两天转你，别急，工资晚发了，发了第一时间给你，实在不好意思。",
    "今天开会讨论方案，领导说{日}前交初稿，你那部分数据能不能先发我，我晚上合到一起。",
    "收到，我核实一下再回复您，最晚明天中午之前给您消息。",
    "老师您好，孩子今天发烧请假一天，作业麻烦让同学带一下，谢谢老师。",
    "群里说{日}聚餐，AA制，每人{号}元，去的接龙，不能吃辣的提前说。",
    "这个手游太难了，团战又被打爆，队友全程挂机，气得我差点把手机摔了。",
    "刚才信号不好，你再说一遍，是三号楼还是四号楼，我在门口没看见你。",
    "房租{额}元已转，请查收，水电费等单子出来我再一起给您。",
    "打印机坏了，帮忙报修，谢谢，编号A{号}，卡纸还漏墨。",
    "{名}，您的面试安排在{日}上午十点，地址{地}金桥大厦8楼，请携带简历和学历证件原件，如时间冲突请提前回复。",
    "【招聘】{地}招普工、质检员，月薪{额}元起，包吃住，五险一金，满三个月发放奖金{号}元，联系人{名}，非诚勿扰。",
    "【商场】周年庆满{号}减100，全场服饰低至三折，会员双倍积分，{日}截止，到店还可领取精美礼品一份，拒收请回复R。",
    "【银行理财】新产品“稳享{号}号”将于{日}发售，业绩比较基准3.1%，理财非存款、产品有风险、投资须谨慎，请根据风险承受能力选择。",
    "【疫苗】您预约的第二针将于{日}上午在{地}社区卫生服务中心接种，请携带身份证和接种证，接种前请勿空腹，接种后留观30分钟。",
    "【社保】您好，您本月社保缴费{额}元已到账，累计缴费年限可登录政务服务网查询，灵活就业人员请在25日前完成缴费。",
    "【税务】个税年度汇算{日}截止，请您尽快通过个人所得税APP办理，需要补税{额}元的请按时缴纳，逾期将加收滞纳金。",
    "【气象台】{日}夜间到次日我市有雷雨大风，局地伴有冰雹，请注意防范，减少外出，远离危墙、广告牌，临时搭建物注意加固。",
    "【公积金】您的提取申请已受理，编号{号}，金额{额}元，预计3个工作日到账，办理进度可通过公众号查询，感谢您的理解。",
    "【车管所】{名}，您的驾驶证将于{日}到期，请提前90日内到就近车管所或通过交管12123办理换证，逾期未换证驾驶的将依法处理。",
    "【停车】您的车辆已驶入{地}停车场，前30分钟免费，之后每小时5元，当日封顶40元，离场前请扫码缴费，祝您出行愉快。",
    "【影院】您购买的《刀客》{日}19:30，3号厅6排{号}座，取票码{号}，请提前10分钟入场，观影期间请将手机调至静音。",
    "【劳动仲裁】{名}，你与{地}某公司劳动报酬争议一案定于{日}上午九点开庭，请准时到庭，无正当理由拒不到庭的按撤回申请处理。",
    "【家政】{名}您好，您预约的{日}下午保洁服务已派单，阿姨电话尾号{号}，请家中留人，服务费{额}元，满意后再付款。",
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
