// The report page: data of one screening run → text, tables, charts and filters.
//
// In: the JSON in #data (README.md tells its fields). Out: the filled page. Promise: every word of the data is set as
// a text node or as a number; none is read as markup, style, script or address. Nothing is loaded or sent.
"use strict";
(() => {
  // ── Words ──────────────────────────────────────────────────────────────────────────────────────────────────────

  const WORDS = {
    zh: {
      skip: "跳到正文",
      contents: "目录",
      made: "dunlint {version} · 词典 {lexicon} · 依据基准日 {date}",
      unmasked: "本报告显示未遮蔽的个人信息。请按规定保管，不得外传。",
      broken: "数据无法读取，本页没有内容。",
      chartsMissing: "图表组件未能载入，以下只有表格。",
      list: "、", colon: "：", open: "“", close: "”",

      filters: "筛选", tier: "级别", category: "类别", rule: "规则", agency: "机构", search: "全文检索",
      all: "全部", reset: "清除筛选", printFiltered: "打印时只印筛选结果",
      filtersHint: "筛选作用于下面的表格和最严重的消息；图表和总数始终是全部。",
      filtersNone: "未筛选", filtersSome: "{n} 项条件 · 消息 {shown} / {total}",
      filteredPrint: "以下只印出符合筛选条件的内容：{what}。",
      shown: "显示 {shown} 条，共 {total} 条", shownOf: "显示 {shown} 条，符合条件 {matched} 条，共 {total} 条",
      notBy: "（不受{facets}筛选影响）", showAll: "全部显示（{n} 条）", noMatch: "没有符合筛选条件的内容。",
      sortBy: "按“{label}”排序", figures: "图中数字",

      severeCount: "严重", clean: "无异常", notice: "提示", warning: "警告", severe: "严重",
      high: "把握高", medium: "把握中", low: "把握低，仅供复核",
      weekdays: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],

      summary: "一页结论", looked: "看了什么", bad: "有多严重", agencies: "机构", templates: "模板",
      contacts: "联系次数与时段", worst: "最严重的消息", laws: "所涉法规", method: "方法与局限",

      sumNone: "本次没有判定任何消息。",
      sumRead: "共读入 {read} 条消息，判定 {judged} 条。",
      sumReadNot: "共读入 {read} 条消息，判定 {judged} 条；另有 {not} 条未能判定（拒收 {rejected}、跳过 {skipped}），其内容不在以下结论之内。",
      sumFlagged: "判定的消息中，{share}（{flagged} 条）达到“提示”及以上，其中 {severe} 条为“严重”（{severeShare}）。",
      sumClean: "判定的消息中没有一条达到“提示”级。",
      sumReview: "另有 {n} 条把握较低，只供人工复核，不计入上述数字。",
      sumJoined: "另有 {n} 处发现要几条连续消息合起来才构成，其中“严重” {severe} 处；不计入上述消息数。",
      sumAgency: "问题率最高的机构是 {name}：{messages} 条中 {flagged} 条（{rate}，95% 置信区间 {interval}），其中“严重” {severe} 条。",
      sumSmall: "该机构消息不足 {n} 条，比例仅供参考。",
      sumTemplate: "使用最多的违规模板是 {id}：{messages} 条消息，{agencies} 家机构，写作{text}。",
      sumContacts: "联系次数与时段方面有 {n} 项发现。",
      sumContactsNone: "联系次数与时段方面没有发现。",
      sumContactsNot: "联系次数与时段未作检查。",
      sumSpan: "消息时间从 {from} 到 {to}（{zone}）。",
      tileRead: "读入", tileJudged: "判定", tileFlagged: "提示及以上", tileSevere: "严重", tileReview: "仅供复核", tileJoined: "合并才构成的发现", tileJoinedMore: "不计入消息", tileAgencies: "机构",
      tileNot: "未判定 {n}", ofJudged: "占判定 {share}",

      balance: "核对", balanceRow: "读入 {read} = 判定 {judged} + 拒收 {rejected} + 跳过 {skipped}",
      balanced: "相符", unbalanced: "不相符，差 {n} 条：以下数字不可采信，请重新运行",
      span: "时间范围", spanNone: "没有一条消息带有时间", withoutTime: "无时间的消息", zone: "时区",
      masking: "个人信息", masked: "已遮蔽（号码、证件、姓名）", revealed: "未遮蔽",
      kept: "结果记录", keptAll: "保留全部消息的结果", keptFindings: "结果文件只保留有发现的消息，计数包含全部",
      version: "程序版本", lexicon: "词典指纹", reference: "依据基准日", referenceNote: "消息无时间时，按这一天有效的法规引用",
      inputs: "输入文件", input: "文件", format: "格式", encoding: "编码", size: "大小", read: "读入", judged: "判定", rejected: "拒收", skipped: "跳过",
      total: "合计", inputsNone: "没有输入文件。", inputsDiffer: "各文件之和与总数不符。",
      failures: "未能打开或读完的文件", ignored: "不是候选、未读的文件", rejections: "拒收原因", reason: "原因", records: "记录",
      unread: "“没有发现”不等于“没有看过”：上面列出的文件和记录未被判定。",

      tiers: "各级消息数", count: "条数", share: "占比", forReview: "另有仅供复核（把握低）",
      tierNote: "一条消息的级别，是其中最重的发现的级别。级别同时用文字和符号（□ ○ ▲ ■）标出。",
      joinedFigure: "另有 {n} 处发现要几条连续消息合起来才构成：{tiers}。合并判定的连续消息共 {groups} 组；这些发现不是消息，不计入上表和其他图表。",
      overTime: "随时间变化", flaggedBy: { day: "提示及以上的消息，按日", week: "提示及以上的消息，按周（周一起）", month: "提示及以上的消息，按月", year: "提示及以上的消息，按年" },
      allMessages: "判定的全部消息", noTimes: "没有带时间的消息，无法画出时间图。", unit: "条",
      timesNote: "上图为提示及以上的消息，分级堆叠；下图为同期判定的全部消息，用来判断多少是量的变化。",
      period: { day: "日", week: "周（起）", month: "月", year: "年" },
      heat: "一周各时的问题率", heatNote: "颜色越重，该时段消息中达到“提示”及以上的比例越高；空白为没有消息，斜线为不足 {n} 条、不着色。框内为安静时段。",
      quiet: "安静时段 {from}:00–{to}:00", quietSum: "安静时段内判定 {messages} 条（占有时间消息的 {share}），其中 {flagged} 条达到“提示”及以上。",
      weekday: "星期", hour: "时", messages: "消息", flagged: "提示及以上", rate: "问题率", flaggedShare: "问题率",
      byCategory: "按类别", categoryUnit: "消息数（占判定消息的比例）", categoryNote: "一条消息可以属于多个类别，各类相加大于总数。", noCategories: "没有任何类别的发现。",
      byDisguise: "伪装手法", disguiseUnit: "发现数", disguiseNote: "用改写、夹杂、谐音等办法避开关键词的发现数。", noDisguises: "没有发现伪装写法。", findings: "发现",
      byRule: "按规则", noRules: "没有规则命中。",

      agenciesNote: "按 95% 置信区间的下限排名：消息少的机构，不会因为偶然一两条就排到前面。区间越宽，比例越不可靠；不足 {n} 条的不排名，列在最后，以空心点和“样本少”标出。",
      agenciesChart: "问题率与 95% 置信区间（前 {n} 家）", rank: "名次", name: "机构", interval: "95% 区间", small: "样本少",
      overall: "总体 {rate}", agenciesNone: "数据中没有机构信息。", agenciesBeyond: "另有 {n} 家机构未列入。", showCases: "看这家机构的消息",

      templatesNote: "措辞相同、只有人名、金额等处不同的消息归为一个模板。⟨ ⟩ 内是变动之处。",
      templatesLower: "不同模板超过 {n} 个，其后出现的未再归并；各模板的条数是下限。",
      template: "模板", skeleton: "文字", categories: "类别", agenciesCount: "机构数", slots: "最常填入", templatesNone: "没有达到“提示”级的模板。",
      distinct: "{n} 种", times: "{value}（{n}）", cases: "看消息",

      contactsNot: "未作检查：数据中没有判断联系次数所需的债务人和时间。",
      contactsSeen: "共检查 {n} 个债务人·日。", contactsNone: "没有超出限度的联系。", debtor: "债务人", day: "日期", limit: "限度", contactCount: "次数", basis: "依据",
      law: "法规", policy: "项目默认，非法律", title: "事项", moreRecords: "另有 {n} 条",

      worstNote: "由重到轻列出 {n} 条；措辞相同的只列一条。下划线为依据所在的词句：■ 双线为严重，▲ 实线为警告，○ 虚线为提示。对话轮次从 0 起。",
      joinedNote: "标有“合并”的，单看其中任何一条都不构成该发现：所涉各条按先后列出。", joinedFrom: "由 {n} 条消息合并", sameJoined: "措辞相同的共 {n} 组",
      worstNone: "没有可列的消息。", score: "{n} 分", record: "第 {n} 条", turn: "第 {n} 轮", id: "编号", same: "措辞相同的共 {n} 条", time: "时间", noTime: "无时间", noAgency: "机构不详",
      instead: "合规说法", whole: "显示全文（{n} 字）", part: "只看要点", gap: "略 {n} 字", text: "消息原文", evidence: "发现",

      lawsNote: "“违反”用于法律、法规和部门规章；“不符合”用于标准、自律规范和通知；“可能涉及”用于需要文字以外事实才能认定的条款。是否违法由有权机关认定。",
      instrument: "文件", clause: "条款", clauseNone: "条款号未核实", verb: "关系", rules: "规则", lawsNone: "没有引用任何法规。",
      methodHead: "方法", limitsHead: "局限", none: "无。",
      chartOf: "图：{title}。{n} 项数据，数字见图下“图中数字”或相应表格。",
    },
    en: {
      skip: "Skip to the report",
      contents: "Contents",
      made: "dunlint {version} · lexicon {lexicon} · reference date {date}",
      unmasked: "This report shows personal data unmasked. Keep it as the rules require and don’t pass it on.",
      broken: "The data can’t be read; this page is empty.",
      chartsMissing: "The chart library didn’t load; there are only tables below.",
      list: ", ", colon: ": ", open: "“", close: "”",

      filters: "Filters", tier: "Tier", category: "Category", rule: "Rule", agency: "Agency", search: "Search all text",
      all: "all", reset: "Clear filters", printFiltered: "Print only what the filters show",
      filtersHint: "Filters act on the tables and the worst cases below; charts and totals always cover everything.",
      filtersNone: "none set", filtersSome: "{n} set · {shown} of {total} cases",
      filteredPrint: "Only what these filters let through is printed: {what}.",
      shown: "{shown} of {total} shown", shownOf: "{shown} of {matched} that match shown, {total} in all",
      notBy: "(not affected by the filter on {facets})", showAll: "Show all {n}", noMatch: "Nothing matches the filters.",
      sortBy: "Sort by {label}", figures: "The figures",

      severeCount: "Severe", clean: "clean", notice: "notice", warning: "warning", severe: "severe",
      high: "high confidence", medium: "medium confidence", low: "low confidence, for review only",
      weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],

      summary: "In brief", looked: "What was looked at", bad: "How bad it is", agencies: "Agencies", templates: "Templates",
      contacts: "Contacts: how often and when", worst: "Worst cases", laws: "Law", method: "Method and limits",

      sumNone: "No message was judged in this run.",
      sumRead: "{read} {read?message was:messages were} read and {judged} judged. ",
      sumReadNot: "{read} {read?message was:messages were} read and {judged} judged; {not} could not be judged ({rejected} rejected, {skipped} skipped), and nothing below speaks of them. ",
      sumFlagged: "Of {judged} {judged?message:messages} {share} ({flagged}) {flagged?is:are} at notice or above, {severe} severe ({severeShare}). ",
      sumClean: "None of the judged messages reaches the tier “notice”. ",
      sumReview: "Another {n} {n?carries:carry} findings of low confidence: for review by people, not counted above. ",
      sumJoined: "Another {n} {n?finding takes:findings take} several messages in a row, {severe} of them severe: in no count of messages. ",
      sumAgency: "The worst agency is {name}: {flagged} of {messages} {messages?message:messages} ({rate}, 95 % interval {interval}), {severe} of them severe. ",
      sumSmall: "It has fewer than {n} messages, so its rate says little. ",
      sumTemplate: "The most used violating template is {id}: {messages} {messages?message:messages} from {agencies} {agencies?agency:agencies}, reading {text}. ",
      sumContacts: "On how often and when people were contacted there {n?is:are} {n} {n?finding:findings}. ",
      sumContactsNone: "On how often and when people were contacted there are no findings. ",
      sumContactsNot: "How often and when people were contacted was not examined. ",
      sumSpan: "The messages date from {from} to {to} ({zone}). ",
      tileRead: "read", tileJudged: "judged", tileFlagged: "at notice or above", tileSevere: "severe", tileReview: "for review only", tileJoined: "joined findings", tileJoinedMore: "in no count of messages", tileAgencies: "agencies",
      tileNot: "{n} not judged", ofJudged: "{share} of judged",

      balance: "Balance", balanceRow: "{read} read = {judged} judged + {rejected} rejected + {skipped} skipped",
      balanced: "it adds up", unbalanced: "it does not add up, by {n}: don’t rely on the figures below; run again",
      span: "Time span", spanNone: "no message has a time", withoutTime: "Messages without a time", zone: "Time zone",
      masking: "Personal data", masked: "masked (numbers, identity documents, names)", revealed: "not masked",
      kept: "Result records", keptAll: "results of all messages are kept", keptFindings: "result files keep only messages with findings; counts cover all",
      version: "Program version", lexicon: "Lexicon fingerprint", reference: "Reference date", referenceNote: "law of this day is cited where a message has no time",
      inputs: "Inputs", input: "File", format: "Format", encoding: "Encoding", size: "Size", read: "Read", judged: "Judged", rejected: "Rejected", skipped: "Skipped",
      total: "Total", inputsNone: "There were no inputs.", inputsDiffer: "The files don’t add up to the totals.",
      failures: "Files that couldn’t be opened or read to the end", ignored: "Files that are no candidates and weren’t read", rejections: "Why records were rejected", reason: "Reason", records: "Records",
      unread: "“No findings” is not “not looked at”: the files and records listed above were not judged.",

      tiers: "Messages by tier", count: "Messages", share: "Share", forReview: "besides, for review only (low confidence)",
      tierNote: "A message has the tier of its gravest finding. Tiers are marked by word and sign (□ ○ ▲ ■), never by colour alone.",
      joinedFigure: "Besides, {n} {n?finding takes:findings take} several messages in a row: {tiers}. {groups} {groups?group was:groups were} judged together; these findings are no messages and in neither the table above nor any chart.",
      overTime: "Over time", flaggedBy: { day: "Messages at notice or above, by day", week: "Messages at notice or above, by week (from Monday)", month: "Messages at notice or above, by month", year: "Messages at notice or above, by year" },
      allMessages: "All judged messages", noTimes: "No message has a time, so there is no chart over time.", unit: "messages",
      timesNote: "Above: messages at notice or above, stacked by tier. Below: all messages judged in the same period, to tell a change of conduct from a change of volume.",
      period: { day: "Day", week: "Week from", month: "Month", year: "Year" },
      heat: "Flagged share by weekday and hour", heatNote: "The stronger the colour, the larger the share of messages at notice or above. Empty: no messages; hatched and not coloured: fewer than {n}. Frames mark quiet hours.",
      quiet: "quiet hours {from}:00–{to}:00", quietSum: "In quiet hours {messages} {messages?message was:messages were} judged ({share} of those with a time), {flagged} of them at notice or above.",
      weekday: "Weekday", hour: "Hour", messages: "Messages", flagged: "Flagged", rate: "Rate", flaggedShare: "Flagged share",
      byCategory: "By category", categoryUnit: "Messages (share of those judged)", categoryNote: "A message can be in several categories; they add up to more than the total.", noCategories: "There are no findings in any category.",
      byDisguise: "Disguises", disguiseUnit: "Findings", disguiseNote: "Findings whose words were respelled, broken up or replaced to get past keyword filters.", noDisguises: "No disguised wording was found.", findings: "Findings",
      byRule: "By rule", noRules: "No rule was met.",

      agenciesNote: "Ranked by the lower end of the 95 % interval, so that one or two messages by chance put nobody on top. The wider the interval, the less the rate says; agencies with fewer than {n} messages have no rank, come last and are marked by a hollow point and “small base”.",
      agenciesChart: "Rate and 95 % interval (first {n})", rank: "Rank", name: "Agency", interval: "95 % interval", small: "small base",
      overall: "overall {rate}", agenciesNone: "The data name no agencies.", agenciesBeyond: "{n} more {n?agency is:agencies are} not listed.", showCases: "Show cases of this agency",

      templatesNote: "Messages of the same wording that differ only in names, sums and the like form one template. What varies stands in ⟨ ⟩.",
      templatesLower: "There were more than {n} different templates; later ones were no longer gathered, so counts are lower bounds.",
      template: "Template", skeleton: "Wording", categories: "Categories", agenciesCount: "Agencies", slots: "Mostly filled with", templatesNone: "No template reaches the tier “notice”.",
      distinct: "{n} {n?value:values}", times: "{value} ({n})", cases: "Show cases",

      contactsNot: "Not examined: the data lack the debtor and time that counting contacts takes.",
      contactsSeen: "{n} {n?debtor-day was:debtor-days were} examined.", contactsNone: "No contact was beyond a limit.", debtor: "Debtor", day: "Day", limit: "Limit", contactCount: "Count", basis: "Basis",
      law: "law", policy: "project default, not law", title: "Matter", moreRecords: "{n} more",

      worstNote: "{n} {n?case:cases}, worst first; of those that read the same, one. Underlined are the words that carry the finding: ■ double line severe, ▲ solid line warning, ○ dashed line notice. Turns count from 0.",
      joinedNote: "What is marked as joined none of its messages says by itself: all that have a share in it are shown, in their order.", joinedFrom: "joined from {n} messages", sameJoined: "{n} groups read the same",
      worstNone: "There are no messages to list.", score: "score {n}", record: "record {n}", turn: "turn {n}", id: "id", same: "{n} messages read the same", time: "time", noTime: "no time", noAgency: "agency unknown",
      instead: "Lawful wording", whole: "Show the whole text ({n} characters)", part: "Show the main parts", gap: "{n} characters left out", text: "Message text", evidence: "Findings",

      lawsNote: "“Breaches” is said of laws, regulations and departmental rules; “does not conform to” of standards, self-regulation and notices; “may engage” of clauses that need facts beyond the words. Whether the law was broken is for the authorities to decide.",
      instrument: "Instrument", clause: "Clause", clauseNone: "clause number not verified", verb: "Relation", rules: "Rules", lawsNone: "No law is cited.",
      methodHead: "Method", limitsHead: "Limits", none: "None.",
      chartOf: "Chart: {title}. {n} {n?value:values}; the figures are under “The figures” below it or in the table.",
    },
  };

  // ── Constants ──────────────────────────────────────────────────────────────────────────────────────────────────

  const TIERS = ["severe", "warning", "notice", "clean"]; // gravest first
  const SIGNS = { severe: "■", warning: "▲", notice: "○", clean: "□" };
  const ROWS = 50; // of a table or list before "show all"
  const SHORT = 12; // rows of a table that stays on one page of paper
  const SMALL = 30; // messages below which a rate says little
  const CHART_AGENCIES = 20;
  const LONG = 400; // characters of a message before only its main parts are shown
  const AROUND = 60; // characters shown on both sides of evidence in a long message
  const PAPER = 680; // px between the margins of A4
  const RECORDS = 5; // record ids shown before they fold
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif';

  // ── Text ───────────────────────────────────────────────────────────────────────────────────────────────────────

  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  let words = WORDS.zh;
  let isZh = true;

  // `{name}` is filled in; `{name?one:many}` says one if the value is 1.
  const BLANK = /\{(\w+)(?:\?([^:{}]*):([^{}]*))?\}/;

  /** The words of a key in pieces, strings or nodes filled in. */
  function pieces(key, values) {
    const found = key.split(".").reduce((at, part) => at?.[part], words);
    if (typeof found !== "string") return [`⟦${key}⟧`];
    const parts = found.split(BLANK);
    const filled = [];
    for (let at = 0; at < parts.length; at += 4) {
      filled.push(parts[at]);
      if (at + 1 >= parts.length) break;
      const value = values[parts[at + 1]] ?? "";
      const isOne = (value instanceof Node ? value.textContent : String(value)) === "1";
      filled.push(parts[at + 2] === undefined ? value : isOne ? parts[at + 2] : parts[at + 3]);
    }
    return filled;
  }

  /** The words of a key, filled in with strings. */
  const t = (key, values = {}) => pieces(key, values).join("");

  /** The words of a key as nodes, filled in with strings or nodes. */
  const phrase = (key, values) => fragment(pieces(key, values));

  const hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

  /** An element. Attributes are the page's own, children may be the data's. */
  function el(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(key, "");
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
    }
    element.append(fragment(children));
    return element;
  }

  function fragment(children) {
    const all = document.createDocumentFragment();
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined && child !== false) all.append(child instanceof Node ? child : String(child));
    }
    return all;
  }

  // Control, bidi, invisible and unassigned characters are spelled out: they may hide words or reorder their surroundings.
  const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\u2028\u2029\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
  const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u;
  const KEYCAP = /[0-9#*]/;

  /** Whether a character must be spelled out where it stands. */
  function isUnseen(characters, index, keepsLines) {
    const character = characters[index];
    if (!UNSEEN.test(character)) return false;
    if (keepsLines && (character === "\n" || character === "\t")) return false;
    const before = characters[index - 1] ?? "";
    if (character === "\ufe0f") return !(PICTURE.test(before) || KEYCAP.test(before));
    if (character === "\u200d") return !((PICTURE.test(before) || before === "\ufe0f") && PICTURE.test(characters[index + 1] ?? ""));
    return true;
  }

  const spelled = (character) => `‹U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`;

  /** Text on one line as a string that can't act on what stands beside it: for labels of charts and options. */
  function plain(text) {
    const source = String(text ?? "");
    if (!UNSEEN.test(source)) return source;
    const characters = Array.from(source);
    return characters.map((character, index) => (isUnseen(characters, index, false) ? spelled(character) : character)).join("");
  }

  function shorten(text, most) {
    const characters = Array.from(plain(text));
    return characters.length <= most ? characters.join("") : `${characters.slice(0, most - 1).join("")}…`;
  }

  /** Appends characters from `from` to `to`, the unseen ones spelled out in elements of their own. */
  function pour(into, characters, from, to, keepsLines) {
    let plainFrom = from;
    for (let at = from; at < to; at += 1) {
      if (!isUnseen(characters, at, keepsLines)) continue;
      if (plainFrom < at) into.append(characters.slice(plainFrom, at).join(""));
      const code = characters[at].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      into.append(el("span", { class: "unseen", "data-code": code }, `‹U+${code}›`));
      plainFrom = at + 1;
    }
    if (plainFrom < to) into.append(characters.slice(plainFrom, to).join(""));
  }

  /** Text of the data, apart from its surroundings. */
  function said(text, keepsLines = false) {
    const box = el("bdi");
    const source = String(text ?? "");
    if (UNSEEN.test(source)) {
      const characters = Array.from(source);
      pour(box, characters, 0, characters.length, keepsLines);
    } else {
      box.textContent = source;
    }
    return box;
  }

  // ── Numbers ────────────────────────────────────────────────────────────────────────────────────────────────────

  const number = (value) => (Number.isFinite(value) ? value : 0);
  const count = (value) => String(Math.round(number(value))).replace(/\B(?=(\d{3})+$)/g, ",");

  /** A fraction of 1 with one decimal; what isn't nothing or all isn't shown as such. */
  function percent(fraction) {
    const hundred = number(fraction) * 100;
    const sign = isZh ? "%" : "\u00a0%";
    if (hundred > 0 && hundred < 0.05) return `<0.1${sign}`;
    if (hundred < 100 && hundred >= 99.95) return `>99.9${sign}`;
    return `${hundred.toFixed(1)}${sign}`;
  }

  const share = (part, whole) => (whole > 0 ? percent(part / whole) : "–");

  function interval(row) {
    const low = percent(row.low).replace(/\s?%$/, "");
    return `${low}–${percent(row.high)}`;
  }

  function bytes(value) {
    if (value === null || value === undefined) return "–";
    const units = ["B", "kB", "MB", "GB", "TB"];
    let size = number(value);
    let unit = 0;
    for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
    return `${unit ? size.toFixed(1) : size}\u00a0${units[unit]}`;
  }

  const moment = (text) => String(text ?? "").replace("T", " ");
  const list = (value) => (Array.isArray(value) ? value : []);
  const sum = (rows, key) => rows.reduce((total, row) => total + number(row[key]), 0);

  // ── Pieces ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const known = (tier) => (TIERS.includes(tier) ? tier : "clean");

  function badge(tier) {
    return el("span", { class: `badge tier-${known(tier)}` }, el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[known(tier)]), ` ${t(known(tier))}`);
  }

  const note = (...children) => el("p", { class: "note" }, ...children);
  const empty = (key) => el("p", { class: "empty" }, t(key));

  function joined(items, separator = t("list")) {
    return items.flatMap((item, index) => (index ? [separator, item] : [item]));
  }

  /** How many findings take several messages. */
  const joinedFindings = (data) => (data.joined ? TIERS.slice(0, 3).reduce((total, tier) => total + data.joined[tier], 0) : 0);

  /** Names of what the data only gives ids of. */
  const titles = { category: new Map(), rule: new Map() };
  const categoryTitle = (id) => titles.category.get(id) ?? id;
  const ruleTitle = (id) => titles.rule.get(id)?.title ?? id;
  const ruleName = (id) => el("span", { class: "rule" }, titles.rule.has(id) && ruleTitle(id) !== id ? [said(ruleTitle(id)), " "] : null, el("code", {}, said(id)));

  // ── Filters ────────────────────────────────────────────────────────────────────────────────────────────────────

  const FACETS = ["tier", "category", "rule", "agency", "search"];
  const noFilters = () => ({ tier: new Set(), category: "", rule: "", agency: "", agencyIsExact: false, search: [] });
  let filters = noFilters();
  let paper = false; // whether the page is being printed
  const lists = []; // everything that filters act on

  const current = () => (paper && !byId("print-filtered").checked ? noFilters() : filters);
  const activeFacets = (of) => FACETS.filter((facet) => (facet === "tier" ? of.tier.size : of[facet].length));

  /** Whether a row passes. A facet that the row doesn't have (undefined) doesn't hold it back. */
  function passes(facets, by) {
    if (by.tier.size && facets.tier && !facets.tier.some((tier) => by.tier.has(tier))) return false;
    if (by.category && facets.category && !facets.category.includes(by.category)) return false;
    if (by.rule && facets.rule && !facets.rule.includes(by.rule)) return false;
    if (by.agency && facets.agency !== undefined) {
      if (by.agencyIsExact ? facets.agency !== by.agency : !facets.agency.includes(by.agency)) return false;
    }
    return facets.search === undefined || by.search.every((word) => facets.search.includes(word));
  }

  const lower = (...texts) => texts.flat(Infinity).filter((text) => text !== null && text !== undefined).join("\n").toLowerCase();

  /** What a list shares: which rows pass, how many are shown, the line that says so. Without a section it isn't filtered. */
  function filtered({ id, rows, facets, draw }) {
    const line = el("p", { class: "count", id: `count-${id}` });
    const more = el("button", { type: "button", class: "more", id: `all-${id}` });
    const self = { id, line, more, total: rows.length, matched: rows.length, shown: 0, showsAll: false, order: rows.map((_, index) => index), rows };
    // Facets are gathered when first needed: a page that is only read doesn't pay for them.
    let cache = null;
    const sample = rows.length ? facets(rows[0]) : {};
    self.update = () => {
      const by = current();
      const active = activeFacets(by);
      let kept = self.order;
      if (active.length) {
        cache ??= rows.map(facets);
        kept = kept.filter((index) => passes(cache[index], by));
      }
      const shown = self.showsAll || (paper && id === "worst") ? kept : kept.slice(0, ROWS);
      Object.assign(self, { matched: kept.length, shown: shown.length });
      draw(shown);
      const values = { shown: count(shown.length), matched: count(kept.length), total: count(rows.length) };
      const idle = self.section ? active.filter((facet) => sample[facet] === undefined) : [];
      line.replaceChildren(fragment([
        t(shown.length === kept.length || kept.length === rows.length ? "shown" : "shownOf", values),
        idle.length && rows.length ? ` ${t("notBy", { facets: idle.map((facet) => t(facet)).join(t("list")) })}` : null,
      ]));
      line.hidden = !self.section && rows.length <= ROWS;
      Object.assign(line.dataset, { shown: shown.length, matched: kept.length, total: rows.length });
      more.hidden = shown.length === kept.length;
      more.textContent = t("showAll", { n: count(kept.length) });
    };
    more.addEventListener("click", () => {
      const first = self.shown;
      self.showsAll = true;
      self.update();
      self.focusRow?.(first);
    });
    lists.push(self);
    return self;
  }

  function updateLists() {
    for (const one of lists) one.update();
    const by = current();
    const active = activeFacets(by);
    const worst = lists.find((one) => one.id === "worst");
    byId("filters-state").textContent = active.length ? t("filtersSome", { n: active.length, shown: count(worst?.matched ?? 0), total: count(worst?.total ?? 0) }) : t("filtersNone");
    byId("filters-shown").replaceChildren(
      ...lists.filter((one) => active.length && one.total && one.section).map((one) => el("li", {}, `${t(one.section)} `, el("b", {}, `${count(one.matched)} / ${count(one.total)}`))),
    );
    root.classList.toggle("is-filtered", active.length > 0);
    const told = active.map((facet) => [t(facet), t("colon"), facet === "tier" ? [...by.tier].map((tier) => t(tier)).join(t("list")) : facet === "category" ? plain(categoryTitle(by.category)) : facet === "rule" ? plain(ruleTitle(by.rule)) : facet === "agency" ? plain(by.agency) : by.search.map(plain).join(" ")].join(""));
    byId("filtered-print").textContent = active.length ? t("filteredPrint", { what: told.join(isZh ? "；" : "; ") }) : "";
  }

  function readFilters(data) {
    const agency = byId("filter-agency").value.trim().toLowerCase();
    filters = {
      tier: new Set([...byId("filter-tier").querySelectorAll("input:checked")].map((box) => box.value)),
      category: byId("filter-category").value,
      rule: byId("filter-rule").value,
      agency,
      agencyIsExact: data.agencyNames.has(agency),
      search: byId("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean),
    };
    for (const one of lists) one.showsAll = false;
    updateLists();
  }

  function buildFilters(data) {
    const tierBox = byId("filter-tier");
    for (const tier of TIERS.slice(0, 3)) {
      tierBox.append(el("label", { class: "check" }, el("input", { type: "checkbox", value: tier, id: `filter-tier-${tier}` }), badge(tier)));
    }
    const option = (id, title) => el("option", { value: id }, plain(title));
    byId("filter-category").append(option("", t("all")), ...data.categories.map((category) => option(category.id, category.title)));
    const groups = new Map();
    for (const [id, rule] of titles.rule) {
      const group = categoryTitle(rule.category ?? "");
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(option(id, rule.title === id ? id : `${rule.title} (${id})`));
    }
    byId("filter-rule").append(option("", t("all")));
    for (const [title, options] of groups) byId("filter-rule").append(title ? el("optgroup", { label: plain(title) }, options) : fragment(options));

    const names = [...new Set([...data.agencies.map((agency) => agency.name), ...data.worst.map((one) => one.agency)])].filter(Boolean);
    data.agencyNames = new Set(names.map((name) => name.toLowerCase()));
    byId("agency-names").append(...names.map((name) => el("option", { value: name })));

    const form = byId("filter-form");
    let waiting = 0;
    form.addEventListener("input", (event) => {
      if (event.target.id === "print-filtered") return;
      clearTimeout(waiting);
      waiting = setTimeout(() => readFilters(data), event.target.type === "search" ? 150 : 0);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => readFilters(data), 0));

    const wide = matchMedia("(min-width: 1120px)");
    const fold = () => { byId("filters").open = wide.matches; };
    wide.addEventListener("change", fold);
    fold();
  }

  /** Sets filters from a button in a table and goes to the worst cases. */
  function narrow(data, { agency = "", search = "" }) {
    byId("filter-form").reset();
    byId("filter-agency").value = agency;
    byId("filter-text").value = search;
    // The form's own reset event comes first.
    setTimeout(() => {
      readFilters(data);
      byId("worst").querySelector("h2").focus();
      byId("worst").scrollIntoView();
    }, 0);
  }

  // ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * A sortable, filtered table.
   * columns: {key, label, number: bool, value(row) for sorting, cell(row) for showing, sorts: false if not, rises: true if
   * the first click puts the smallest number first}
   */
  function table({ id, section, caption, rows, columns, facets, foot }) {
    const collator = new Intl.Collator(isZh ? "zh" : "en", { numeric: true });
    const body = el("tbody", { role: "rowgroup" });
    const cells = (row, index) => columns.map((column) => el("td", { role: "cell", class: [column.number ? "number" : "", column.class ?? ""].join(" ").trim() || null, "data-label": column.label }, column.cell(row, index)));
    const made = new Map();
    const rowOf = (index) => {
      if (!made.has(index)) made.set(index, el("tr", { role: "row", "data-row": index }, cells(rows[index], index)));
      return made.get(index);
    };
    const self = filtered({
      id, rows, facets,
      draw(shown) {
        body.replaceChildren(...(shown.length ? shown.map(rowOf) : [el("tr", { role: "row" }, el("td", { role: "cell", colspan: columns.length, class: "empty" }, t("noMatch")))]));
      },
    });
    self.section = section;
    self.focusRow = (position) => {
      const row = body.children[position];
      row?.setAttribute("tabindex", "-1");
      row?.focus();
    };
    let sorted = null;
    const heads = columns.map((column) => {
      if (column.sorts === false) return el("th", { scope: "col", role: "columnheader", class: column.number ? "number" : null }, column.label);
      const arrow = el("span", { class: "arrow", "aria-hidden": "true" });
      const button = el("button", { type: "button", title: t("sortBy", { label: column.label }) }, column.label, arrow);
      const head = el("th", { scope: "col", role: "columnheader", class: column.number ? "number" : null, "aria-sort": "none", "data-key": column.key, "data-label": column.label }, button);
      button.addEventListener("click", () => {
        const falls = sorted?.key === column.key ? !sorted.falls : Boolean(column.number && !column.rises);
        sorted = { key: column.key, falls };
        const sign = falls ? -1 : 1;
        const values = rows.map(column.value);
        self.order = rows.map((_, index) => index).sort((a, b) => {
          const order = column.number ? number(values[a]) - number(values[b]) : collator.compare(String(values[a] ?? ""), String(values[b] ?? ""));
          return order ? sign * order : a - b;
        });
        for (const other of heads) other.hasAttribute("aria-sort") && other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", falls ? "descending" : "ascending");
        self.update();
      });
      return head;
    });
    const whole = el("table", { role: "table", id: `table-${id}`, "data-table": id, class: "data" },
      el("caption", { class: "sr" }, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads)),
      body,
      foot ? el("tfoot", { role: "rowgroup" }, el("tr", { role: "row" }, foot)) : null);
    self.node = fragment([self.line, el("div", { class: rows.length <= SHORT ? "wide short" : "wide" }, whole), self.more]);
    self.reveal = (index) => {
      if (!body.contains(made.get(index) ?? null)) {
        self.showsAll = true;
        self.update();
      }
      if (!body.contains(made.get(index) ?? null)) return false;
      made.get(index).setAttribute("tabindex", "-1");
      made.get(index).focus();
      made.get(index).scrollIntoView({ block: "center" });
      return true;
    };
    return self;
  }

  /** A small table that neither sorts nor filters. */
  function plainTable({ caption, heads, rows, numbers = [], foot }) {
    const cls = (index) => (numbers.includes(index) ? "number" : null);
    return el("div", { class: "wide" }, el("table", { class: "plain" },
      el("caption", { class: "sr" }, caption),
      el("thead", {}, el("tr", {}, heads.map((head, index) => el("th", { scope: "col", class: cls(index) }, head)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, index) => (index ? el("td", { class: cls(index) }, cell) : el("th", { scope: "row", class: cls(index) }, cell)))))),
      foot ? el("tfoot", {}, el("tr", {}, foot.map((cell, index) => (index ? el("td", { class: cls(index) }, cell) : el("th", { scope: "row" }, cell))))) : null));
  }

  // ── Charts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const charts = [];

  /** A chart: `option(look)` is asked again whenever width or colours change. marks: how many things it must draw. caption: absent if the heading above says it. */
  function chart({ id, title, caption, marks, height, option }) {
    if (!window.echarts) return note(t("chartsMissing"));
    const host = el("div", { class: "chart", id: `chart-${id}`, "data-marks": marks });
    charts.push({ host, title, marks, height, option, instance: null });
    return el("figure", {}, caption ? el("figcaption", {}, caption) : null, host);
  }

  function look(width) {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      width, isNarrow: width < 560, ink: of("ink"), mute: of("mute"), line: of("line"), ground: of("ground"), soft: of("soft"), accent: of("accent"),
      tier: Object.fromEntries(TIERS.map((tier) => [tier, of(`chart-${tier}`)])), heat: [0, 1, 2, 3].map((step) => of(`heat-${step}`)), heatInk: of("heat-ink"),
    };
  }

  function drawCharts() {
    for (const one of charts) {
      const width = paper ? PAPER : one.host.clientWidth;
      if (!width) continue;
      const at = look(width);
      const height = typeof one.height === "function" ? one.height(at) : one.height;
      one.host.style.height = `${height}px`;
      if (one.instance) one.instance.resize({ width, height });
      else one.instance = window.echarts.init(one.host, null, { renderer: "svg", locale: isZh ? "ZH" : "EN", width, height });
      one.instance.setOption({
        animation: false,
        textStyle: { fontFamily: FONT, color: at.ink },
        aria: { enabled: true, label: { description: t("chartOf", { title: one.title, n: count(one.marks) }) } },
        ...one.option(at),
      }, true);
      one.instance.getZr().flush();
    }
  }

  function watchCharts() {
    let width = root.clientWidth;
    let waiting = 0;
    addEventListener("resize", () => {
      if (paper || root.clientWidth === width) return;
      width = root.clientWidth;
      clearTimeout(waiting);
      waiting = setTimeout(drawCharts, 100);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paper || drawCharts());
  }

  /** What a chart shows under the pointer: nodes, so that no word of the data is read as markup. */
  function tip(title, rows) {
    return el("div", { class: "tip" }, el("strong", {}, title), rows.map(([name, value]) => el("div", {}, el("span", {}, name), el("b", {}, value))));
  }

  const tooltip = (at, more) => ({ confine: true, backgroundColor: at.ground, borderColor: at.line, textStyle: { color: at.ink, fontFamily: FONT, fontSize: 13 }, transitionDuration: 0, ...more });
  const axisLook = (at) => ({ axisLine: { lineStyle: { color: at.line } }, axisTick: { show: false }, axisLabel: { color: at.mute }, splitLine: { lineStyle: { color: at.line } } });
  const compact = (value) => (value >= 1e6 ? `${+(value / 1e6).toFixed(1)}M` : value >= 1e4 ? `${+(value / 1e3).toFixed(1)}k` : count(value));

  // Patterns that tell the tiers apart on a black-and-white print.
  const DECALS = {
    severe: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,0.4)" },
    warning: { symbol: "circle", symbolSize: 0.7, dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 0], color: "rgba(255,255,255,0.45)" },
    notice: { symbol: "none" },
  };

  /** Days → periods of a length that fits a chart: days, weeks, months or years, without holes. */
  function periods(days) {
    const DAY = 864e5;
    const parsed = days.map((day) => ({ ...day, at: Date.parse(`${day.day}T00:00:00Z`) })).filter((day) => Number.isFinite(day.at)).sort((a, b) => a.at - b.at);
    if (!parsed.length) return { unit: "day", rows: [] };
    const first = parsed[0].at;
    const length = (parsed[parsed.length - 1].at - first) / DAY + 1;
    const unit = length <= 92 ? "day" : length <= 92 * 7 ? "week" : length <= 92 * 30 ? "month" : "year";
    const iso = (at) => new Date(at).toISOString();
    const keyOf = {
      day: (at) => iso(at).slice(0, 10),
      week: (at) => iso(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY).slice(0, 10),
      month: (at) => iso(at).slice(0, 7),
      year: (at) => iso(at).slice(0, 4),
    }[unit];
    const rows = new Map();
    const rowAt = (at) => {
      const key = keyOf(at);
      if (!rows.has(key)) rows.set(key, { key, clean: 0, notice: 0, warning: 0, severe: 0 });
      return rows.get(key);
    };
    // A period without messages is a fact, too; but a stray year 1 mustn't make thousands of them.
    if (length <= 92 * 30) for (let at = first; at <= parsed[parsed.length - 1].at; at += DAY) rowAt(at);
    for (const day of parsed) for (const tier of TIERS) rowAt(day.at)[tier] += number(day[tier]);
    return { unit, rows: [...rows.values()] };
  }

  function timeChart({ unit, rows }) {
    const flagged = TIERS.slice(0, 3);
    const all = (row) => TIERS.reduce((total, tier) => total + row[tier], 0);
    const isOneYear = new Set(rows.map((row) => row.key.slice(0, 4))).size === 1;
    const label = (key) => (isOneYear && key.length === 10 ? key.slice(5) : key);
    const title = t(`flaggedBy.${unit}`);
    return chart({
      id: "time", title, caption: title, height: 380,
      marks: rows.reduce((total, row) => total + flagged.filter((tier) => row[tier]).length + (all(row) ? 1 : 0), 0),
      option: (at) => ({
        legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 12, textStyle: { color: at.ink }, data: flagged.map((tier) => ({ name: `${SIGNS[tier]} ${t(tier)}` })), selectedMode: "multiple" },
        axisPointer: { link: [{ xAxisIndex: "all" }] },
        tooltip: tooltip(at, {
          trigger: "axis", axisPointer: { type: "shadow" },
          formatter: (items) => {
            const row = rows[items[0].dataIndex];
            const weekday = unit === "day" ? ` ${words.weekdays[(new Date(`${row.key}T00:00:00Z`).getUTCDay() + 6) % 7]}` : "";
            return tip(`${unit === "week" ? `${t("period.week")} ` : ""}${row.key}${weekday}`, [
              ...flagged.map((tier) => [`${SIGNS[tier]} ${t(tier)}`, `${count(row[tier])} (${share(row[tier], all(row))})`]), [t("allMessages"), count(all(row))],
            ]);
          },
        }),
        grid: [{ left: 56, right: 12, top: 36, height: 186 }, { left: 56, right: 12, top: 272, height: 70 }],
        title: { text: t("allMessages"), left: 0, top: 244, textStyle: { fontSize: 13, fontWeight: "normal", color: at.mute } },
        xAxis: [0, 1].map((index) => ({ ...axisLook(at), type: "category", gridIndex: index, data: rows.map((row) => row.key), axisLabel: { color: at.mute, show: index === 1, hideOverlap: true, formatter: label } })),
        yAxis: [0, 1].map((index) => ({ ...axisLook(at), type: "value", gridIndex: index, minInterval: 1, splitNumber: index ? 2 : 4, axisLabel: { color: at.mute, formatter: compact } })),
        series: [
          ...[...flagged].reverse().map((tier) => ({
            type: "bar", stack: "flagged", name: `${SIGNS[tier]} ${t(tier)}`, barMaxWidth: 36, barCategoryGap: "18%", data: rows.map((row) => row[tier]),
            itemStyle: { color: at.tier[tier], decal: DECALS[tier], borderColor: at.ground, borderWidth: rows.length > 60 ? 0 : 0.5 },
          })),
          { type: "bar", name: t("allMessages"), xAxisIndex: 1, yAxisIndex: 1, barMaxWidth: 36, barCategoryGap: "18%", itemStyle: { color: at.tier.clean }, data: rows.map(all) },
        ],
      }),
    });
  }

  const isQuiet = (quiet, hour) => Boolean(quiet) && (quiet.from <= quiet.to ? hour >= quiet.from && hour < quiet.to : hour >= quiet.from || hour < quiet.to);

  function heatChart(hours, quiet) {
    const cells = hours.filter((cell) => cell.messages > 0 && cell.weekday >= 1 && cell.weekday <= 7 && cell.hour >= 0 && cell.hour < 24);
    const rate = (cell) => cell.flagged / cell.messages;
    const firm = cells.filter((cell) => cell.messages >= SMALL);
    const most = Math.max(0.001, ...firm.map(rate));
    const stretches = [];
    for (let hour = 0; hour < 24; hour += 1) {
      if (!isQuiet(quiet, hour)) continue;
      const last = stretches[stretches.length - 1];
      if (last && last[1] === hour - 1) last[1] = hour;
      else stretches.push([hour, hour]);
    }
    const longest = stretches.reduce((best, one) => (best && best[1] - best[0] >= one[1] - one[0] ? best : one), null);
    return chart({
      id: "hours", title: t("heat"), marks: cells.length, height: (at) => (at.isNarrow ? 310 : 340),
      option: (at) => ({
        tooltip: tooltip(at, {
          formatter: ({ seriesType, dataIndex }) => {
            if (seriesType !== "heatmap") return "";
            const cell = cells[dataIndex];
            return tip(`${words.weekdays[cell.weekday - 1]} ${cell.hour}:00–${cell.hour + 1}:00`, [
              [t("messages"), count(cell.messages)], [t("flagged"), count(cell.flagged)], [t("rate"), share(cell.flagged, cell.messages)],
              ...(cell.messages < SMALL ? [[t("small"), `< ${SMALL}`]] : []),
            ]);
          },
        }),
        grid: { left: isZh ? 44 : 44, right: 4, top: 30, bottom: 84 },
        xAxis: { ...axisLook(at), type: "category", data: [...Array(24).keys()], axisLabel: { color: at.mute, interval: at.isNarrow ? 3 : 0 }, name: t("hour"), nameLocation: "middle", nameGap: 24, nameTextStyle: { color: at.mute }, splitLine: { show: false } },
        yAxis: { ...axisLook(at), type: "category", inverse: true, data: words.weekdays, splitLine: { show: false } },
        visualMap: {
          show: firm.length > 0, min: 0, max: most, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemWidth: 12, itemHeight: at.isNarrow ? 120 : 200, seriesIndex: 0, dimension: 2,
          text: [percent(most), percent(0)], textStyle: { color: at.mute }, inRange: { color: at.heat }, outOfRange: { color: at.soft }, controller: { inRange: { color: at.heat } },
        },
        series: [
          {
            type: "heatmap", data: cells.map((cell) => ({
              value: [cell.hour, cell.weekday - 1, cell.messages < SMALL ? -1 : rate(cell)],
              itemStyle: { borderColor: at.ground, borderWidth: 1, decal: cell.messages < SMALL ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: Math.PI / 4, color: at.mute } : { symbol: "none" } },
              label: { color: Math.min(1, rate(cell) / most) > 0.55 ? at.heatInk : at.ink },
            })),
            label: { show: at.width >= 640, fontSize: at.width >= 800 ? 11 : 9, formatter: ({ dataIndex }) => (cells[dataIndex].messages < SMALL ? "" : (rate(cells[dataIndex]) * 100).toFixed(1)) },
          },
          {
            type: "custom", silent: true, z: 5, data: stretches, encode: { x: [0, 1] },
            renderItem: (_, api) => {
              const [from, to] = [api.value(0), api.value(1)];
              const [cellWidth, cellHeight] = api.size([1, 1]);
              const [left, top] = api.coord([from, 0]);
              const [right] = api.coord([to, 0]);
              const box = { x: left - cellWidth / 2, y: top - cellHeight / 2, width: right - left + cellWidth, height: cellHeight * 7 };
              const children = [{ type: "rect", shape: box, style: { fill: "none", stroke: at.ink, lineWidth: 1.5 } }];
              if (longest && from === longest[0]) {
                children.push({ type: "text", style: { x: box.x, y: box.y - 6, text: t("quiet", quiet), fill: at.ink, font: `12px ${FONT}`, textVerticalAlign: "bottom" } });
              }
              return { type: "group", children };
            },
          },
        ],
      }),
    });
  }

  /** Horizontal bars with their figures at the end. rows: {title, value, told} */
  function barChart({ id, title, caption, rows }) {
    return chart({
      id, title, caption, marks: rows.filter((row) => row.value > 0).length, height: 28 * rows.length + 16,
      option: (at) => {
        const labelWidth = at.isNarrow ? 96 : 190;
        return {
          tooltip: tooltip(at, { trigger: "item", formatter: ({ dataIndex }) => tip(plain(rows[dataIndex].title), [["", rows[dataIndex].told]]) }),
          grid: { left: labelWidth + 10, right: at.isNarrow ? 104 : 140, top: 4, bottom: 8 },
          xAxis: { type: "value", show: false, min: 0 },
          yAxis: { ...axisLook(at), type: "category", inverse: true, data: rows.map((_, index) => index), axisLabel: { color: at.ink, width: labelWidth, overflow: "truncate", interval: 0, formatter: (index) => shorten(rows[index].title, 40) } },
          series: [{
            type: "bar", barMaxWidth: 16, data: rows.map((row) => row.value), itemStyle: { color: at.accent },
            label: { show: true, position: "right", color: at.ink, formatter: ({ dataIndex }) => rows[dataIndex].told },
          }],
        };
      },
    });
  }

  function agencyChart(rows, overall) {
    const most = Math.min(1, Math.max(0.01, overall, ...rows.map((row) => number(row.high))) * 1.02);
    return chart({
      id: "agencies", title: t("agenciesChart", { n: count(rows.length) }), caption: t("agenciesChart", { n: count(rows.length) }), marks: rows.length, height: 27 * rows.length + 64,
      option: (at) => {
        const labelWidth = at.isNarrow ? 104 : 210;
        const told = (row) => `${percent(row.rate)}${at.isNarrow ? "" : `  ${count(row.flagged)}/${count(row.messages)}`}${row.messages < SMALL && !at.isNarrow ? `  ${t("small")}` : ""}`;
        const right = at.isNarrow ? 68 : 190;
        return {
          tooltip: tooltip(at, {
            trigger: "item",
            formatter: ({ dataIndex, componentType }) => {
              if (componentType !== "series") return "";
              const row = rows[dataIndex];
              return tip(shorten(row.name, 60), [[t("messages"), count(row.messages)], [t("flagged"), count(row.flagged)], [t("severe"), count(row.severe)], [t("rate"), percent(row.rate)], [t("interval"), interval(row)], ...(row.messages < SMALL ? [[t("small"), `< ${SMALL}`]] : [])]);
            },
          }),
          grid: { left: labelWidth + 12, right, top: 26, bottom: 34 },
          xAxis: { ...axisLook(at), type: "value", min: 0, max: most, splitNumber: at.isNarrow ? 2 : 5, axisLabel: { color: at.mute, showMaxLabel: false, hideOverlap: true, formatter: (value) => percent(value) } },
          yAxis: { ...axisLook(at), type: "category", inverse: true, data: rows.map((_, index) => index), axisLabel: { color: at.ink, width: labelWidth, overflow: "truncate", interval: 0, formatter: (index) => `${rows[index].rank === null ? "" : `${rows[index].rank}. `}${shorten(rows[index].name, 40)}` } },
          series: [
            {
              type: "custom", encode: { x: [0, 1, 2], y: 3 }, data: rows.map((row, index) => [number(row.low), number(row.rate), number(row.high), index]),
              renderItem: (params, api) => {
                const isSmall = rows[params.dataIndex].messages < SMALL;
                const line = api.value(3);
                const [[low, y], [middle], [high]] = [0, 1, 2].map((end) => api.coord([api.value(end), line]));
                const stroke = { stroke: isSmall ? at.mute : at.accent, lineWidth: isSmall ? 1.2 : 2, lineDash: isSmall ? [3, 3] : null, fill: "none" };
                const cap = { ...stroke, lineDash: null };
                return {
                  type: "group",
                  children: [
                    { type: "line", shape: { x1: low, y1: y, x2: high, y2: y }, style: stroke },
                    { type: "line", shape: { x1: low, y1: y - 4, x2: low, y2: y + 4 }, style: cap },
                    { type: "line", shape: { x1: high, y1: y - 4, x2: high, y2: y + 4 }, style: cap },
                    { type: "circle", shape: { cx: middle, cy: y, r: 4.5 }, style: { fill: isSmall ? at.ground : at.accent, stroke: stroke.stroke, lineWidth: 1.5 } },
                    { type: "text", style: { x: at.width - right + 14, y, text: told(rows[params.dataIndex]), fill: at.ink, font: `12px ${FONT}`, textVerticalAlign: "middle" } },
                  ],
                };
              },
              markLine: {
                silent: true, symbol: "none", data: [{ xAxis: Math.min(overall, most) }], lineStyle: { color: at.ink, type: "dashed", width: 1 },
                label: { formatter: t("overall", { rate: percent(overall) }), position: "start", color: at.ink },
              },
            },
          ],
        };
      },
    });
  }

  const figures = (...tables) => el("details", { class: "figures" }, el("summary", {}, t("figures")), ...tables);

  // ── Sections ───────────────────────────────────────────────────────────────────────────────────────────────────

  let sections = 0;

  function fill(id, children) {
    const section = byId(id);
    const isNumbered = id !== "summary";
    if (isNumbered) sections += 1;
    section.setAttribute("aria-labelledby", `${id}-title`);
    section.append(el("h2", { id: `${id}-title`, tabindex: "-1" }, isNumbered ? el("span", { class: "ordinal" }, `${sections} `) : null, t(id)), fragment(children));
  }

  const h3 = (key) => el("h3", {}, t(key));

  function summary(data, ranked) {
    const { balance, tiers } = data;
    const bold = (text) => el("strong", {}, text);
    const flagged = tiers.notice + tiers.warning + tiers.severe;
    const parts = [];
    const numbers = { read: bold(count(balance.read)), judged: count(balance.judged), rejected: count(balance.rejected), skipped: count(balance.skipped), not: bold(count(balance.rejected + balance.skipped)) };
    if (balance.judged === 0) parts.push(t("sumNone"));
    parts.push(phrase(balance.rejected + balance.skipped ? "sumReadNot" : "sumRead", numbers));
    if (data.span.from) parts.push(phrase("sumSpan", { from: moment(data.span.from), to: moment(data.span.to), zone: said(data.span.zone) }));
    if (flagged) {
      parts.push(phrase("sumFlagged", { judged: count(balance.judged), share: bold(share(flagged, balance.judged)), flagged: count(flagged), severe: bold(count(tiers.severe)), severeShare: share(tiers.severe, balance.judged) }));
    } else if (balance.judged) {
      parts.push(t("sumClean"));
    }
    if (data.for_review) parts.push(phrase("sumReview", { n: count(data.for_review) }));
    const together = joinedFindings(data);
    if (together) parts.push(phrase("sumJoined", { n: count(together), severe: bold(count(data.joined.severe)) }));
    const worst = ranked[0];
    if (worst?.flagged > 0) {
      parts.push(phrase("sumAgency", { name: bold(said(shorten(worst.name, 60))), messages: count(worst.messages), flagged: count(worst.flagged), rate: percent(worst.rate), interval: interval(worst), severe: count(worst.severe) }));
      if (worst.messages < SMALL) parts.push(phrase("sumSmall", { n: String(SMALL) }));
    }
    const used = data.templates.filter((one) => known(one.tier) !== "clean").reduce((best, one) => (best && best.flagged >= one.flagged ? best : one), null);
    if (used) parts.push(phrase("sumTemplate", { id: bold(said(used.id)), messages: count(used.flagged), agencies: count(used.agencies), text: [t("open"), said(shorten(used.skeleton, 60)), t("close")] }));
    const contacts = data.contacts;
    parts.push(contacts ? phrase(contacts.findings.length ? "sumContacts" : "sumContactsNone", { n: bold(count(contacts.findings.length)) }) : t("sumContactsNot"));

    const tile = (value, name, more, tier) => el("li", { class: tier ? `tile tier-${tier}` : "tile" }, el("b", {}, value), el("span", {}, name), more ? el("small", {}, more) : null);
    const not = balance.rejected + balance.skipped;
    fill("summary", [
      el("p", { class: "lead" }, parts),
      el("ul", { class: "tiles" },
        tile(count(balance.read), t("tileRead")),
        tile(count(balance.judged), t("tileJudged"), not ? t("tileNot", { n: count(not) }) : null),
        tile(count(flagged), t("tileFlagged"), t("ofJudged", { share: share(flagged, balance.judged) })),
        tile(count(tiers.severe), `${SIGNS.severe} ${t("tileSevere")}`, t("ofJudged", { share: share(tiers.severe, balance.judged) }), tiers.severe ? "severe" : null),
        tile(count(data.for_review), t("tileReview")),
        together ? tile(count(together), t("tileJoined"), t("tileJoinedMore"), data.joined.severe ? "severe" : null) : null,
        tile(count(data.agencies.length + number(data.agencies_beyond)), t("tileAgencies"))),
    ]);
  }

  function looked(data) {
    const { balance, span } = data;
    const off = balance.read - balance.judged - balance.rejected - balance.skipped;
    const fact = (key, ...value) => el("div", {}, el("dt", {}, t(key)), el("dd", {}, ...value));
    const keys = ["read", "judged", "rejected", "skipped"];
    const differs = data.inputs.length && keys.some((key) => sum(data.inputs, key) !== balance[key]);
    const lines = (key, items) => (items.length ? [h3(key), el("ul", { class: "lines" }, items.map((item) => el("li", {}, said(item))))] : null);
    const hasUnread = data.failures.length || data.rejections.length || balance.rejected || balance.skipped;
    const columns = [
      { key: "name", label: t("input"), class: "name", value: (row) => row.name, cell: (row) => [said(row.name), row.note ? el("small", { class: "told" }, said(row.note)) : null] },
      { key: "format", label: t("format"), class: "fixed", value: (row) => row.format, cell: (row) => (row.format ? said(row.format) : "–") },
      { key: "encoding", label: t("encoding"), class: "fixed", value: (row) => row.encoding, cell: (row) => (row.encoding ? said(row.encoding) : "–") },
      { key: "bytes", label: t("size"), number: true, value: (row) => row.bytes, cell: (row) => bytes(row.bytes) },
      ...keys.map((key) => ({ key, label: t(key), number: true, value: (row) => row[key], cell: (row) => count(row[key]) })),
    ];
    const foot = [
      el("th", { scope: "row", role: "rowheader", colspan: 3 }, t("total")),
      el("td", { role: "cell", class: "number", "data-label": t("size") }, data.inputs.some((row) => row.bytes === null) ? "" : bytes(sum(data.inputs, "bytes"))),
      ...keys.map((key) => el("td", { role: "cell", class: "number", "data-label": t(key) }, count(sum(data.inputs, key)))),
    ];
    fill("looked", [
      el("p", { class: off ? "balance alert" : "balance", id: "balance" }, el("span", {}, t("balanceRow", Object.fromEntries(keys.map((key) => [key, count(balance[key])])))), " ", el("strong", {}, off ? `✗ ${t("unbalanced", { n: count(Math.abs(off)) })}` : `✓ ${t("balanced")}`)),
      el("dl", { class: "facts" },
        fact("span", span.from ? `${moment(span.from)} – ${moment(span.to)}` : t("spanNone")),
        fact("zone", said(span.zone)),
        fact("withoutTime", count(span.without_time)),
        fact("masking", t(data.masked ? "masked" : "revealed")),
        fact("kept", t(data.only_findings ? "keptFindings" : "keptAll")),
        fact("version", "dunlint ", said(data.version)),
        fact("reference", said(data.reference_date), el("small", {}, t("referenceNote"))),
        fact("lexicon", el("code", {}, said(data.lexicon)))),
      h3("inputs"),
      data.inputs.length ? table({ id: "inputs", caption: t("inputs"), rows: data.inputs, columns, foot, facets: () => ({}) }).node : empty("inputsNone"),
      differs ? el("p", { class: "alert" }, t("inputsDiffer")) : null,
      data.rejections.length ? [h3("rejections"), plainTable({ caption: t("rejections"), heads: [t("reason"), t("records")], numbers: [1], rows: data.rejections.map((row) => [said(row.reason), count(row.records)]) })] : null,
      lines("failures", data.failures),
      lines("ignored", data.ignored),
      hasUnread ? note(t("unread")) : null,
    ]);
  }

  function bad(data) {
    const { balance, tiers, quiet } = data;
    const judged = balance.judged;
    const bar = (tier) => {
      if (!tiers[tier]) return el("span", { class: "bar", "aria-hidden": "true" });
      const inner = el("span", { class: `fill tier-${tier}` });
      inner.style.width = `${judged ? Math.min(100, (100 * tiers[tier]) / judged) : 0}%`;
      return el("span", { class: "bar", "aria-hidden": "true" }, inner);
    };
    const time = periods(data.days);
    const hours = data.hours.filter((cell) => cell.messages > 0);
    const hushed = hours.filter((cell) => isQuiet(quiet, cell.hour));
    const hourOf = new Map(hours.map((cell) => [cell.weekday * 24 + cell.hour, cell]));
    const byCount = (key) => (a, b) => number(b[key]) - number(a[key]);
    const categories = [...data.categories].sort(byCount("messages"));
    const disguises = [...data.disguises].sort(byCount("findings"));
    const hiddenTotal = sum(disguises, "findings");
    const rules = [...data.rules].sort(byCount("messages"));
    const ruleColumns = [
      { key: "title", label: t("rule"), value: (row) => row.title, cell: (row) => ruleName(row.id) },
      { key: "category", label: t("category"), value: (row) => categoryTitle(row.category), cell: (row) => said(categoryTitle(row.category)) },
      { key: "tier", label: t("tier"), value: (row) => TIERS.indexOf(known(row.tier)), number: false, cell: (row) => badge(row.tier) },
      { key: "messages", label: t("messages"), number: true, value: (row) => row.messages, cell: (row) => count(row.messages) },
      { key: "share", label: t("share"), number: true, value: (row) => row.messages, cell: (row) => share(row.messages, judged) },
    ];
    fill("bad", [
      h3("tiers"),
      plainTable({
        caption: t("tiers"), heads: [t("tier"), t("count"), t("share"), ""], numbers: [1, 2],
        rows: [...TIERS.map((tier) => [badge(tier), count(tiers[tier]), share(tiers[tier], judged), bar(tier)])],
        foot: [t("forReview"), count(data.for_review), share(data.for_review, judged), ""],
      }),
      note(t("tierNote")),
      joinedFindings(data)
        ? el("p", { id: "joined-figure" }, phrase("joinedFigure", { n: count(joinedFindings(data)), groups: count(data.joined.groups), tiers: joined(TIERS.slice(0, 3).filter((tier) => data.joined[tier]).map((tier) => [badge(tier), ` ${count(data.joined[tier])}`])) }))
        : null,
      h3("overTime"),
      time.rows.length
        ? [timeChart(time), note(t("timesNote")), figures(plainTable({
          caption: t("overTime"), heads: [t(`period.${time.unit}`), ...TIERS.map((tier) => t(tier)), t("flaggedShare")], numbers: [1, 2, 3, 4, 5],
          rows: time.rows.map((row) => [row.key, ...TIERS.map((tier) => count(row[tier])), share(row.severe + row.warning + row.notice, row.severe + row.warning + row.notice + row.clean)]),
        }))]
        : empty("noTimes"),
      h3("heat"),
      hours.length
        ? [
          heatChart(hours, quiet), note(t("heatNote", { n: SMALL })),
          quiet ? el("p", { id: "quiet-sum" }, t("quietSum", { messages: count(sum(hushed, "messages")), share: share(sum(hushed, "messages"), sum(hours, "messages")), flagged: count(sum(hushed, "flagged")) })) : null,
          figures(plainTable({
            caption: t("heat"), heads: [t("hour"), ...words.weekdays], numbers: [1, 2, 3, 4, 5, 6, 7],
            rows: [...Array(24).keys()].map((hour) => [`${hour}:00`, ...[1, 2, 3, 4, 5, 6, 7].map((weekday) => {
              const cell = hourOf.get(weekday * 24 + hour);
              return cell ? `${count(cell.flagged)} / ${count(cell.messages)}` : "–";
            })]),
          })),
        ]
        : empty("noTimes"),
      h3("byCategory"),
      categories.length ? [barChart({ id: "categories", title: t("byCategory"), caption: t("categoryUnit"), rows: categories.map((row) => ({ title: row.title, value: number(row.messages), told: `${count(row.messages)} (${share(row.messages, judged)})` })) }), note(t("categoryNote"))] : empty("noCategories"),
      h3("byDisguise"),
      disguises.length && hiddenTotal ? [barChart({ id: "disguises", title: t("byDisguise"), caption: t("disguiseUnit"), rows: disguises.map((row) => ({ title: row.title, value: number(row.findings), told: count(row.findings) })) }), note(t("disguiseNote"))] : empty("noDisguises"),
      h3("byRule"),
      rules.length
        ? table({ id: "rules", section: "byRule", caption: t("byRule"), rows: rules, columns: ruleColumns, facets: (row) => ({ tier: [row.tier], category: [row.category], rule: [row.id], search: lower(row.id, row.title, categoryTitle(row.category)) }) }).node
        : empty("noRules"),
    ]);
  }

  /** By the lower end of the interval; agencies with few messages come after all others and have no rank. */
  function rank(agencies) {
    const isSmall = (row) => Number(row.messages < SMALL);
    return [...agencies]
      .sort((a, b) => isSmall(a) - isSmall(b) || number(b.low) - number(a.low) || number(b.flagged) - number(a.flagged) || number(b.messages) - number(a.messages) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
      .map((row, index) => ({ ...row, position: index + 1, rank: isSmall(row) ? null : index + 1 }));
  }

  function agencies(data, ranked) {
    const flagged = data.tiers.notice + data.tiers.warning + data.tiers.severe;
    const withCases = new Set(data.worst.map((one) => one.agency));
    const named = (row) => {
      if (!withCases.has(row.name)) return said(row.name);
      const button = el("button", { type: "button", class: "link", title: t("showCases") }, said(row.name));
      button.addEventListener("click", () => narrow(data, { agency: row.name }));
      return button;
    };
    const columns = [
      { key: "rank", label: t("rank"), number: true, rises: true, value: (row) => row.position, cell: (row) => (row.rank === null ? "–" : String(row.rank)) },
      { key: "name", label: t("name"), class: "name", value: (row) => row.name, cell: named },
      { key: "messages", label: t("messages"), number: true, value: (row) => row.messages, cell: (row) => fragment([row.messages < SMALL ? el("span", { class: "small-base" }, t("small")) : null, " ", count(row.messages)]) },
      { key: "flagged", label: t("flagged"), number: true, value: (row) => row.flagged, cell: (row) => count(row.flagged) },
      { key: "severe", label: t("severeCount"), number: true, value: (row) => row.severe, cell: (row) => count(row.severe) },
      { key: "rate", label: t("rate"), number: true, value: (row) => row.rate, cell: (row) => percent(row.rate) },
      { key: "interval", label: t("interval"), number: true, value: (row) => row.low, cell: interval },
    ];
    fill("agencies", ranked.length
      ? [
        note(t("agenciesNote", { n: SMALL })),
        agencyChart(ranked.slice(0, CHART_AGENCIES), data.balance.judged ? flagged / data.balance.judged : 0),
        table({ id: "agencies", section: "agencies", caption: t("agencies"), rows: ranked, columns, facets: (row) => ({ agency: row.name.toLowerCase(), search: lower(row.name) }) }).node,
        data.agencies_beyond ? note(t("agenciesBeyond", { n: count(data.agencies_beyond) })) : null,
      ]
      : [empty("agenciesNone")]);
  }

  /** A template's wording, its ⟨slots⟩ set apart. */
  function skeleton(text) {
    return String(text ?? "").split(/(⟨[^⟨⟩]{0,40}⟩)/).map((part, index) => (index % 2 ? el("span", { class: "slot" }, said(part)) : said(part, true)));
  }

  let templateTable = null;

  function templates(data) {
    const withCases = new Set(data.worst.map((one) => one.template).filter(Boolean));
    const shownIn = (row) => {
      if (!withCases.has(row.id)) return null;
      const button = el("button", { type: "button", class: "link go" }, t("cases"));
      button.addEventListener("click", () => narrow(data, { search: row.id }));
      return button;
    };
    const slots = (row) => {
      const filledIn = list(row.slots).filter((slot) => list(slot.values).length);
      return filledIn.length
        ? el("ul", { class: "slots" }, filledIn.map((slot) => el("li", {}, el("b", {}, said(slot.kind)), ` ${t("distinct", { n: count(slot.distinct) })}${t("colon")}`, joined(slot.values.map(([value, n]) => phrase("times", { value: said(value), n: count(n) }))))))
        : null;
    };
    const columns = [
      { key: "id", label: t("template"), value: (row) => row.id, cell: (row) => [el("code", {}, said(row.id)), " ", shownIn(row)] },
      { key: "skeleton", label: t("skeleton"), class: "words", value: (row) => row.skeleton, cell: (row) => [el("p", { class: "skeleton" }, skeleton(row.skeleton)), slots(row)] },
      { key: "tier", label: t("tier"), value: (row) => TIERS.indexOf(known(row.tier)), cell: (row) => badge(row.tier) },
      { key: "categories", label: t("categories"), value: (row) => list(row.categories).map(categoryTitle).join(), cell: (row) => joined(list(row.categories).map((id) => said(categoryTitle(id)))) },
      { key: "messages", label: t("messages"), number: true, value: (row) => row.messages, cell: (row) => count(row.messages) },
      { key: "flagged", label: t("flagged"), number: true, value: (row) => row.flagged, cell: (row) => count(row.flagged) },
      { key: "agencies", label: t("agenciesCount"), number: true, value: (row) => row.agencies, cell: (row) => count(row.agencies) },
    ];
    if (data.templates.length) {
      templateTable = table({
        id: "templates", section: "templates", caption: t("templates"), rows: data.templates, columns,
        facets: (row) => ({ tier: [row.tier], category: list(row.categories), rule: list(row.rules), search: lower(row.id, row.skeleton, list(row.categories).map(categoryTitle), list(row.slots).map((slot) => list(slot.values).map(([value]) => value))) }),
      });
    }
    fill("templates", [
      note(t("templatesNote")),
      data.templates_exact === false ? note(t("templatesLower", { n: count(data.templates_limit) })) : null,
      templateTable ? templateTable.node : empty("templatesNone"),
    ]);
  }

  function contacts(data) {
    const seen = data.contacts;
    if (!seen) {
      fill("contacts", [empty("contactsNot")]);
      return;
    }
    const records = (row) => {
      const ids = list(row.records);
      const told = (some) => joined(some.map((id) => el("code", {}, said(id))));
      const more = row.more_records ? [t("list"), t("moreRecords", { n: count(row.more_records) })] : null;
      if (ids.length <= RECORDS) return [told(ids), more];
      return el("details", { class: "records" }, el("summary", {}, told(ids.slice(0, 2)), " …", ` (${count(ids.length + number(row.more_records))})`), told(ids), more);
    };
    const columns = [
      { key: "title", label: t("title"), value: (row) => row.title, cell: (row) => [said(row.title), " ", el("code", {}, said(row.rule))] },
      { key: "tier", label: t("tier"), value: (row) => TIERS.indexOf(known(row.tier)), cell: (row) => badge(row.tier) },
      { key: "debtor", label: t("debtor"), value: (row) => row.debtor, cell: (row) => said(row.debtor) },
      { key: "day", label: t("day"), class: "fixed", value: (row) => row.day, cell: (row) => said(row.day) },
      { key: "count", label: t("contactCount"), number: true, value: (row) => row.count, cell: (row) => count(row.count) },
      { key: "limit", label: t("limit"), value: (row) => row.limit, cell: (row) => said(row.limit) },
      { key: "basis", label: t("basis"), value: (row) => row.basis, cell: (row) => [el("span", { class: row.is_policy ? "kind policy" : "kind" }, t(row.is_policy ? "policy" : "law")), " ", said(row.basis)] },
      { key: "records", label: t("records"), sorts: false, class: "ids", cell: records },
    ];
    fill("contacts", [
      el("p", {}, t("contactsSeen", { n: count(seen.debtor_days) })),
      seen.findings.length
        ? table({ id: "contacts", section: "contacts", caption: t("contacts"), rows: seen.findings, columns, facets: (row) => ({ tier: [row.tier], rule: [row.rule], search: lower(row.rule, row.title, row.debtor, row.day, row.limit, row.basis, list(row.records)) }) }).node
        : empty("contactsNone"),
      ...seen.notes.map((one) => note(said(one))),
    ]);
  }

  /** Characters with their evidence underlined; stretches left out are said to be. */
  function marked(characters, spans, stretches) {
    const box = document.createDocumentFragment();
    const edges = new Set();
    for (const span of spans) edges.add(span.start).add(span.end);
    for (const [from, to] of stretches) edges.add(from).add(to);
    const cuts = [...edges].sort((a, b) => a - b);
    let at = 0;
    const gap = (n) => box.append(el("span", { class: "gap" }, ` ⋯ ${t("gap", { n: count(n) })} ⋯ `));
    for (const [from, to] of stretches) {
      if (from > at) gap(from - at);
      const inside = [from, ...cuts.filter((cut) => cut > from && cut < to), to];
      for (let index = 0; index + 1 < inside.length; index += 1) {
        const [start, end] = [inside[index], inside[index + 1]];
        const over = spans.filter((span) => span.start < end && span.end > start);
        if (!over.length) {
          pour(box, characters, start, end, true);
          continue;
        }
        const tier = TIERS.find((one) => over.some((span) => known(span.tier) === one)) ?? "notice";
        const told = [...new Set(over.map((span) => `${t(known(span.tier))}${t("colon")}${plain(categoryTitle(span.category))}`))].join(t("list"));
        const mark = el("mark", { class: `tier-${tier}`, title: told });
        pour(mark, characters, start, end, true);
        box.append(mark);
        const ended = [...new Set(over.filter((span) => span.end === end && Number.isInteger(span.finding)).map((span) => span.finding + 1))].sort((a, b) => a - b);
        if (ended.length) box.append(el("sup", { class: "ref" }, ended.join(",")));
      }
      at = to;
    }
    if (at < characters.length) gap(characters.length - at);
    return box;
  }

  /** What to show of a long text: its beginning, and every evidence with what stands around it. */
  function mainParts(length, spans) {
    const wanted = [[0, AROUND * 2], ...spans.map((span) => [span.start - AROUND, span.end + AROUND])].map(([from, to]) => [Math.max(0, from), Math.min(length, to)]).sort((a, b) => a[0] - b[0]);
    const parts = [];
    for (const [from, to] of wanted) {
      const last = parts[parts.length - 1];
      // A gap shorter than its own notice isn't worth one.
      if (last && from <= last[1] + 20) last[1] = Math.max(last[1], to);
      else parts.push([from, to]);
    }
    const last = parts[parts.length - 1];
    if (length - last[1] <= 20) last[1] = length;
    return parts;
  }

  function textBox(one) {
    const characters = Array.from(String(one.text ?? ""));
    const within = (at) => Math.max(0, Math.min(characters.length, Math.floor(number(at))));
    const spans = list(one.spans).map((span) => ({ ...span, start: within(span.start), end: within(span.end) })).filter((span) => span.start < span.end);
    const box = el("p", { class: "text", dir: "ltr" });
    const isLong = characters.length > LONG;
    const show = (whole) => {
      box.replaceChildren(marked(characters, spans, whole ? [[0, characters.length]] : mainParts(characters.length, spans)));
      box.dataset.whole = whole;
    };
    show(!isLong);
    if (!isLong) return { nodes: [box], isLong };
    const button = el("button", { type: "button", class: "link whole", "aria-expanded": "false" });
    const name = (whole) => {
      button.textContent = whole ? t("part") : t("whole", { n: count(characters.length) });
      button.setAttribute("aria-expanded", String(whole));
    };
    name(false);
    let isWhole = false;
    button.addEventListener("click", () => {
      isWhole = !isWhole;
      show(isWhole);
      name(isWhole);
    });
    return { nodes: [box, button], isLong, onPaper: (printing) => show(printing || isWhole) };
  }

  /** Each message of a case that takes several, as a case's text and spans are; of a message by itself that alone. */
  function textsOf(one) {
    const parts = list(one.parts);
    if (!parts.length) return [{ part: one, box: textBox(one) }];
    const characters = Array.from(String(one.text ?? ""));
    return parts.map((part) => {
      const [start, end] = [number(part.start), number(part.end)];
      const spans = list(one.spans).filter((span) => span.start < end && span.end > start);
      const moved = spans.map((span) => ({ ...span, start: Math.max(span.start, start) - start, end: Math.min(span.end, end) - start }));
      return { part, box: textBox({ text: characters.slice(start, end).join(""), spans: moved }) };
    });
  }

  function caseOf(data, one, index) {
    const texts = textsOf(one);
    const isJoined = list(one.parts).length > 0;
    const isLong = texts.some(({ box }) => box.isLong);
    const places = (record) => [
      record.time ? said(moment(record.time)) : t("noTime"),
      [said(record.input), " ", t("record", { n: count(record.record) }), record.turn === null || record.turn === undefined ? null : `${isZh ? "" : ","} ${t("turn", { n: record.turn })}`],
      [t("id"), " ", el("code", {}, said(record.id))],
    ];
    const where = (facts) => el("p", { class: "where" }, facts.map((fact) => el("span", {}, fact)));
    const facts = [one.agency ? said(one.agency) : t("noAgency"), ...(isJoined ? [] : places(one))];
    if (one.template) {
      const position = data.templates.findIndex((row) => row.id === one.template);
      let name = el("code", {}, said(one.template));
      if (position >= 0) {
        name = el("button", { type: "button", class: "link" }, said(one.template));
        name.addEventListener("click", () => {
          if (templateTable.reveal(position)) return;
          byId("filter-form").reset();
          setTimeout(() => templateTable.reveal(position), 10);
        });
      }
      facts.push([t("template"), " ", name]);
    }
    if (one.same > 1) facts.push(el("b", {}, t(isJoined ? "sameJoined" : "same", { n: count(one.same) })));
    const finding = (row) => el("li", {},
      el("p", { class: "finding" }, badge(row.tier), " ", el("strong", {}, said(row.title)), " ", el("code", {}, said(row.rule)), el("span", { class: "mute" }, ` · ${plain(categoryTitle(row.category))} · `, hasOwn(words, row.confidence) ? t(row.confidence) : said(row.confidence))),
      row.message ? el("p", {}, said(row.message)) : null,
      list(row.basis).length ? el("p", { class: "basis" }, el("b", {}, `${t("basis")}${t("colon")}`), joined(row.basis.map((basis) => said(basis)), isZh ? "；" : "; ")) : null);
    // Findings often share their lawful wording: each is shown once, with the numbers of its findings.
    const wordings = new Map();
    list(one.findings).forEach((row, at) => {
      if (row.instead) wordings.set(row.instead, [...(wordings.get(row.instead) ?? []), at + 1]);
    });
    const instead = [...wordings].map(([wording, at]) => el("p", { class: "instead" }, el("b", {}, t("instead"), wordings.size > 1 ? ` ${at.join(t("list"))}` : null, t("colon")), said(wording)));
    const node = el("article", { class: `case tier-${known(one.tier)}${isLong ? " long" : ""}`, id: `case-${index + 1}`, "data-row": index, "aria-labelledby": `case-${index + 1}-title`, tabindex: "-1" },
      el("h3", { id: `case-${index + 1}-title` }, `${index + 1}. `, badge(one.tier), ` ${t("score", { n: count(one.score) })}`, isJoined ? [" ", el("span", { class: "kind joined" }, t("joinedFrom", { n: count(one.parts.length) }))] : null),
      where(facts),
      isJoined ? el("ol", { class: "parts" }, texts.map(({ part, box }) => el("li", {}, where(places(part)), box.nodes))) : texts[0].box.nodes,
      el("ol", { class: "findings", "aria-label": t("evidence") }, list(one.findings).map(finding)), instead);
    return { node, onPaper: (printing) => texts.forEach(({ box }) => box.onPaper?.(printing)) };
  }

  function worst(data) {
    if (!data.worst.length) {
      fill("worst", [el("p", { id: "filtered-print", class: "print-only" }), empty("worstNone")]);
      return;
    }
    const box = el("div", { id: "cases" });
    const made = new Map();
    const self = filtered({
      id: "worst", rows: data.worst,
      facets: (one) => ({
        tier: [one.tier], category: [...new Set([...list(one.findings), ...list(one.spans)].map((row) => row.category))], rule: list(one.findings).map((row) => row.rule), agency: (one.agency ?? "").toLowerCase(),
        search: lower(one.id, one.input, list(one.parts).map((part) => [part.id, part.input, part.time]), one.agency, one.time, one.template, one.text, list(one.findings).map((row) => [row.rule, row.title, row.message, row.basis, categoryTitle(row.category)])),
      }),
      draw(shown) {
        for (const index of shown) if (!made.has(index)) made.set(index, caseOf(data, data.worst[index], index));
        box.replaceChildren(...(shown.length ? shown.map((index) => made.get(index).node) : [empty("noMatch")]));
      },
    });
    self.section = "worst";
    self.focusRow = (position) => box.children[position]?.focus();
    self.onPaper = (printing) => {
      for (const one of made.values()) one.onPaper?.(printing);
    };
    fill("worst", [note(t("worstNote", { n: count(data.worst.length) }), data.worst.some((one) => list(one.parts).length) ? `${isZh ? "" : " "}${t("joinedNote")}` : null), el("p", { id: "filtered-print", class: "print-only" }), self.line, box, self.more]);
  }

  function laws(data) {
    const columns = [
      { key: "title", label: t("instrument"), value: (row) => row.title, cell: (row) => said(row.title) },
      { key: "clause", label: t("clause"), value: (row) => row.clause, cell: (row) => (row.clause ? said(row.clause) : el("span", { class: "mute" }, t("clauseNone"))) },
      { key: "verb", label: t("verb"), value: (row) => row.verb, cell: (row) => said(row.verb) },
      { key: "rules", label: t("rules"), value: (row) => list(row.rules).length, sorts: false, cell: (row) => el("ul", { class: "lines tight" }, list(row.rules).map((id) => el("li", {}, ruleName(id)))) },
      { key: "findings", label: t("findings"), number: true, value: (row) => row.findings, cell: (row) => count(row.findings) },
    ];
    const of = (row, key) => list(row.rules).map((id) => titles.rule.get(id)?.[key]).filter(Boolean);
    fill("laws", [
      note(t("lawsNote")),
      data.laws.length
        ? table({ id: "laws", section: "laws", caption: t("laws"), rows: data.laws, columns, facets: (row) => ({ tier: of(row, "tier"), category: of(row, "category"), rule: list(row.rules), search: lower(row.title, row.clause, row.verb, list(row.rules), of(row, "title")) }) }).node
        : empty("lawsNone"),
    ]);
  }

  function method(data) {
    const paragraphs = (items) => (items.length ? items.map((item) => el("p", {}, said(item, true))) : [empty("none")]);
    fill("method", [h3("methodHead"), paragraphs(data.method), h3("limitsHead"), paragraphs(data.limits)]);
  }

  // ── Printing ───────────────────────────────────────────────────────────────────────────────────────────────────

  function watchPrinting() {
    const turn = (printing) => {
      if (paper === printing) return;
      paper = printing;
      root.classList.toggle("printing", printing);
      updateLists();
      for (const one of lists) one.onPaper?.(printing);
      drawCharts();
    };
    addEventListener("beforeprint", () => turn(true));
    addEventListener("afterprint", () => turn(false));
  }

  // ── The whole ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Missing lists are empty, missing numbers are 0: a page with a hole is better than none. */
  function complete(data) {
    for (const key of ["inputs", "failures", "ignored", "rejections", "days", "hours", "categories", "rules", "disguises", "agencies", "templates", "worst", "laws", "method", "limits"]) data[key] = list(data[key]);
    const numbers = (object, keys) => Object.fromEntries(keys.map((key) => [key, number(object?.[key])]));
    data.balance = numbers(data.balance, ["read", "judged", "rejected", "skipped"]);
    data.tiers = numbers(data.tiers, TIERS);
    data.for_review = number(data.for_review);
    if (data.joined) data.joined = numbers(data.joined, ["groups", "notice", "warning", "severe"]);
    data.span = { from: null, to: null, zone: "", ...data.span, without_time: number(data.span?.without_time) };
    if (data.contacts) data.contacts = { ...data.contacts, findings: list(data.contacts.findings), notes: list(data.contacts.notes) };
    data.agencies = data.agencies.map((row) => ({ ...row, name: String(row.name ?? "") }));
    return data;
  }

  function start() {
    let data;
    try {
      data = JSON.parse(byId("data").textContent);
      isZh = data.lang !== "en";
    } catch {
      document.body.prepend(el("p", { class: "alert" }, `${WORDS.zh.broken} · ${WORDS.en.broken}`));
      return;
    }
    words = WORDS[isZh ? "zh" : "en"];
    complete(data);
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
    for (const category of data.categories) titles.category.set(category.id, category.title);
    for (const rule of data.rules) titles.rule.set(rule.id, rule);
    // Rules that only cases know: those of contacts, and those that a shortened list left out.
    for (const row of [...data.worst.flatMap((one) => list(one.findings)), ...(data.contacts?.findings ?? [])]) {
      if (!titles.rule.has(row.rule)) titles.rule.set(row.rule, { title: row.title, category: row.category, tier: row.tier });
    }

    byId("title").replaceChildren(said(data.title));
    byId("made").replaceChildren(phrase("made", { version: said(data.version), lexicon: el("code", {}, said(shorten(data.lexicon, 16))), date: said(data.reference_date) }));
    if (!data.masked) byId("made").after(el("p", { class: "alert" }, t("unmasked")));
    buildFilters(data);
    const ranked = rank(data.agencies);
    summary(data, ranked);
    looked(data);
    bad(data);
    agencies(data, ranked);
    templates(data);
    contacts(data);
    worst(data);
    laws(data);
    method(data);
    const links = [...document.querySelectorAll("main > section")].map((section) => el("li", {}, el("a", { href: `#${section.id}` }, section.querySelector("h2").textContent)));
    byId("contents").setAttribute("aria-label", t("contents"));
    byId("contents").append(el("ol", {}, links));
    updateLists();
    drawCharts();
    watchCharts();
    watchPrinting();
    root.dataset.ready = "1";
  }

  start();
})();
