//! The command line in Chinese and English.
//!
//! In: clap's definition, whose English is the doc comments of the arguments. Out: the same in Chinese, from
//! one table, with clap's own words (usage, options, errors) translated too. Promise, tested: every command and
//! every argument has both.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, ValueEnum};
use dunlint::report::visible::wrap;
use dunlint::rule::Lang;
use dunlint::screen::filter;
use unicode_width::UnicodeWidthStr;

use super::lint::NO_FORMAT;
use super::review::NO_SHARE;
use super::test::NO_PERCENT;
use super::{NO_DATE, NO_TIME};

/// What `--lang` asks for, found before the rest is understood: errors and help follow it too.
pub(super) fn lang_asked(arguments: &[OsString]) -> Option<Lang> {
    let arguments = arguments
        .iter()
        .skip(1)
        .map(|argument| argument.to_string_lossy());
    let mut arguments = arguments.take_while(|argument| argument != "--");
    let mut asked = None;
    while let Some(argument) = arguments.next() {
        let value = match argument.split_once('=') {
            Some(("--lang", value)) => value.to_owned(),
            _ if argument == "--lang" => arguments.next()?.into_owned(),
            _ => continue,
        };
        asked = Lang::from_str(&value, false).ok();
    }
    asked
}

/// The language of the locale; Chinese where it names none.
pub(super) fn lang_of_locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
    let locale = set
        .into_iter()
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
    match language {
        "" | "C" | "POSIX" | "zh" => Lang::Zh,
        _ => Lang::En,
    }
}

/// The definition in this language.
pub(super) fn translated(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => translate(command, ""),
    }
}

/// The definition with Chinese help in lines of so many columns: clap breaks lines at spaces alone.
pub(super) fn wrapped(command: Command, lang: Lang, columns: usize) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => {
            let widest = command.get_subcommands().map(column_of_help).max();
            let of_global = widest.unwrap_or_default().max(column_of_help(&command));
            wrap_command(command, columns, of_global)
        }
    }
}

fn wrap_command(mut command: Command, columns: usize, of_global: usize) -> Command {
    if let Some(about) = command.get_about().map(ToString::to_string) {
        let about = wrap(&about, columns).join("\n");
        command = command.about(about.clone()).long_about(about);
    }
    let of_options = column_of_help(&command);
    let of_positionals = command.get_positionals().map(column_of).max().unwrap_or_default();
    command
        .mut_args(|argument| {
            let column = match (argument.is_global_set(), argument.is_positional()) {
                (true, _) => of_global,
                (false, true) => of_positionals,
                (false, false) => of_options,
            };
            let Some(help) = argument.get_help().map(ToString::to_string) else {
                return argument;
            };
            let room = columns.saturating_sub(column).max(LEAST_HELP_COLUMNS);
            let help = wrap(&help, room).join("\n");
            argument.help(help.clone()).long_help(help)
        })
        .mut_subcommands(|own| wrap_command(own, columns, of_global))
}

/// No line of help is broken further, however narrow the terminal.
const LEAST_HELP_COLUMNS: usize = 20;

/// Where the help of a command's options begins.
fn column_of_help(command: &Command) -> usize {
    let options = command
        .get_arguments()
        .filter(|argument| !argument.is_positional());
    options.map(column_of).max().unwrap_or_default()
}

/// The same if it stood alone: clap indents names by two columns, options by four more for a letter, and leaves two
/// before the help. It writes an argument itself only once all are known.
fn column_of(argument: &Arg) -> usize {
    let names = argument.get_value_names().unwrap_or_default();
    let is_optional = argument
        .get_num_args()
        .is_some_and(|values| values.min_values() == 0);
    let brackets = if is_optional { "[<>]" } else { "<>" };
    let value: usize = names.iter().map(|name| name.width() + brackets.len()).sum();
    let repeats = if matches!(argument.get_action(), ArgAction::Append) {
        "...".len()
    } else {
        0
    };
    match argument.get_long() {
        None => "  ".len() + value + repeats + "  ".len(),
        Some(long) if argument.get_action().takes_values() => {
            "  -x, --".len() + long.len() + " ".len() + value + "  ".len()
        }
        Some(long) => "  -x, --".len() + long.len() + "  ".len(),
    }
}

/// Whether clap answers with a help page.
pub(super) fn is_help(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Prints what clap has to say, help included, and gives the exit code.
pub(super) fn refuse(error: &clap::Error, command: &Command, arguments: &[OsString], lang: Lang) -> ExitCode {
    let is_help = !error.use_stderr();
    if is_help || lang == Lang::En {
        // A closed pipe is success, and nobody could be told of anything else.
        let _ = error.print();
        return ExitCode::from(if is_help { 0 } else { 2 });
    }
    let mut err = std::io::stderr();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let help = error.render();
        let _ = if err.is_terminal() {
            write!(err, "{}", help.ansi())
        } else {
            write!(err, "{help}")
        };
    } else {
        let named = arguments
            .iter()
            .skip(1)
            .find_map(|name| command.find_subcommand(name));
        let usage = named.unwrap_or(command).clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        let _ = writeln!(err, "错误：{}\n\n用法：{usage}\n\n详见 --help。", sentence(error));
    }
    ExitCode::from(2)
}

fn translate(mut command: Command, path: &str) -> Command {
    if let Some(about) = chinese(path) {
        command = command.about(about).long_about(about);
    }
    let has_arguments = command.get_positionals().next().is_some();
    let has_commands = command.has_subcommands();
    let mut template = "{about}\n\n用法：{usage}".to_owned();
    if has_commands {
        template.push_str("\n\n命令：\n{subcommands}");
    }
    if has_arguments {
        template.push_str("\n\n参数：\n{positionals}");
    }
    template.push_str("\n\n选项：\n{options}{after-help}");
    let usage = chinese_usage(&command, path);
    command = command.help_template(template).override_usage(usage);
    let arguments: Vec<String> = command
        .get_arguments()
        .map(|argument| argument.get_id().to_string())
        .collect();
    for id in arguments {
        command = command.mut_arg(&id, |argument| {
            translate_argument(argument, &format!("{path} {id}"))
        });
    }
    let commands: Vec<String> = command
        .get_subcommands()
        .map(|own| own.get_name().to_owned())
        .collect();
    for name in commands {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path} {name}")
        };
        command = command.mut_subcommand(&name, |own| translate(own, &path));
    }
    command
}

/// How a command is called, clap's own words translated.
fn chinese_usage(command: &Command, path: &str) -> String {
    let name = format!("dunlint {path}");
    let usage = command
        .clone()
        .bin_name(name.trim_end())
        .render_usage()
        .to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    usage
        .replace("[OPTIONS]", "[选项]")
        .replace("<COMMAND>", "<命令>")
}

fn translate_argument(argument: Arg, path: &str) -> Arg {
    let Some(help) = chinese(path.trim_start()).or_else(|| chinese(shared(path))) else {
        return argument;
    };
    let mut help = help.to_owned();
    // Clap writes these in English: [default: …] [possible values: …].
    let defaults: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    let takes_value = argument.get_action().takes_values();
    if takes_value && !defaults.is_empty() {
        help.push_str(&format!("（默认 {}）", defaults.join(" ")));
    }
    let values = argument.get_possible_values();
    if takes_value && !values.is_empty() && !argument.is_hide_possible_values_set() {
        let values: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        help.push_str(&format!("（可选：{}）", values.join("、")));
    }
    let argument = argument.help(help.clone()).long_help(help);
    match takes_value {
        true => argument.hide_default_value(true).hide_possible_values(true),
        false => argument,
    }
}

/// The argument's own name: what it is called in the table if it means the same in every command.
fn shared(path: &str) -> &str {
    path.rsplit(' ').next().unwrap_or(path)
}

fn chinese(key: &str) -> Option<&'static str> {
    CHINESE.iter().find(|(own, _)| *own == key).map(|(_, text)| *text)
}

/// Why a value isn't taken, where clap, the standard library or we say it in English.
fn chinese_reason(reason: &str) -> String {
    match reason {
        NO_TIME => "要写成 2026-03-02 14:05 或 23:40 这样的时间".to_owned(),
        NO_SHARE => "要写成 0 到 1 之间的数，如 0.95".to_owned(),
        NO_PERCENT => "要写成 0.5% 或 0.005 这样的比例".to_owned(),
        NO_DATE => "要写成 2026-03-02 这样的日期".to_owned(),
        NO_FORMAT => "要写成 sarif 或 sarif=文件 这样的格式，可用的格式见 --help".to_owned(),
        _ if reason == filter::usage().en => filter::usage().zh,
        "invalid digit found in string" => "不是整数".to_owned(),
        "number too large to fit in target type" => "数目太大".to_owned(),
        _ => match reason.split_once(" is not in ") {
            Some((_, range)) => format!("应在 {range} 之内"),
            None => reason.to_owned(),
        },
    }
}

/// What is wrong with the arguments, as a Chinese sentence.
fn sentence(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("、")),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let mut sentence = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有参数 {argument}"),
        ErrorKind::InvalidSubcommand => {
            format!(
                "没有命令 {}",
                text(ContextKind::InvalidSubcommand).unwrap_or_default()
            )
        }
        ErrorKind::MissingSubcommand => "需要一个命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 需要一个值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error)
                .map(|source| format!("（{}）", chinese_reason(&source.to_string())))
                .unwrap_or_default();
            format!("{argument} 不接受 {value}{reason}")
        }
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            if argument == other || other.is_empty() {
                format!("{argument} 不能重复或与其他参数同用")
            } else {
                format!("{argument} 不能与 {other} 同用")
            }
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值的个数不对")
        }
        ErrorKind::NoEquals => format!("{argument} 的值要用 = 给出"),
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8".to_owned(),
        _ => error.to_string().trim_start_matches("error: ").trim().to_owned(),
    };
    if let Some(values) = text(ContextKind::ValidValue) {
        sentence.push_str(&format!("，可选：{values}"));
    }
    let suggestions = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    if let Some(suggestion) = suggestions.into_iter().find_map(text) {
        sentence.push_str(&format!("；是否指 {suggestion}？"));
    }
    sentence
}

/// Commands by their path, arguments by path and id, or by id alone where they mean the same everywhere.
const CHINESE: &[(&str, &str)] = &[
    (
        "",
        "静态分析中文催收文本：一条消息有多大的骚扰风险、证据是哪几个字、依据哪条法规、合法的说法是什么。离线运行。",
    ),
    ("check", "判定以参数或标准输入给出的消息"),
    ("screen", "筛查成批消息：文件、文件夹、标准输入"),
    ("sniff", "显示输入会怎样读取：格式、编码、各列"),
    ("why", "逐步说明一段文字的结论从何而来"),
    ("explain", "说明一条规则：法律依据、正反例句、合法说法"),
    ("rules", "列出规则，或列出条款及引用它们的规则"),
    ("eval", "用标注好的消息衡量判定质量"),
    ("test", "检验规则：自带的例句、词语句式、误报"),
    ("diff-rules", "列出换用另一词库后判定不同的消息"),
    (
        "diff-rules old",
        "改动前的词库：本单位的词库目录、完整的词库目录，或 bundled（自带）",
    ),
    ("diff-rules new", "改动后的词库，写法相同"),
    (
        "diff-rules files",
        "用两个词库判定什么：screen 可读的成批消息、lint 可读的模板文件、文件夹",
    ),
    (
        "diff-rules templates",
        "全部文件都按 lint 的方式读取，screen 可读的也是",
    ),
    (
        "diff-rules max",
        "列出多少条变化，最严重的在前；默认 20 条，json 为 1000 条，jsonl 按输入顺序列出全部",
    ),
    ("review", "由人审阅随机样本，得出规则有多准"),
    ("review export", "随机抽取命中和未命中的消息，写成待填的工作簿"),
    ("review import", "读取填好的工作簿：精确率、漏报率、是否一致"),
    (
        "review export input",
        "文件（压缩的也可）、文件夹，或以 - 表示标准输入",
    ),
    (
        "review export output",
        "要写的工作簿，以 .xlsx 结尾；有几位审阅人时各得一份，文件名后加姓名",
    ),
    ("per_rule", "每条规则抽取多少条消息"),
    ("clean", "未命中的消息抽取多少条"),
    ("seed", "随机种子；换一个数就换一份样本"),
    ("reviewer", "审阅人姓名，预先填好；可重复"),
    ("reveal", "不遮盖电话、证件号、卡号和姓名"),
    ("threads", "线程数；默认用全部核心"),
    ("unit", "纯文本中一条消息的单位；默认自动识别"),
    ("encoding", "输入的编码，如 utf-8、gb18030、big5；默认自动识别"),
    ("input_format", "输入的格式；默认自动识别"),
    ("column", "指定哪一列是什么，如 text=短信内容；可重复"),
    (
        "review import workbook",
        "填好的工作簿，每位审阅人一份，须是同一份样本",
    ),
    (
        "review import output",
        "候选例句写入的目录：misses.toml（误报）、hits.jsonl、missed.jsonl；不给则只输出统计",
    ),
    ("json", "以 JSON 输出统计"),
    ("fail_under_precision", "总体精确率低于该值（如 0.95）时以 1 退出"),
    ("train", "用标注好的消息学习第二意见的权重"),
    (
        "train labelled",
        "标注好的 JSONL 文件，或其所在目录；名为 measured 的目录不接受",
    ),
    ("train output", "权重写入的文件"),
    ("completions", "输出命令行补全脚本"),
    ("man", "输出手册页"),
    ("lang", "帮助、报告和提示的语言；默认随区域设置，机器格式默认中文"),
    ("help", "显示帮助"),
    ("version", "显示版本"),
    ("lexicons", "本单位的词库目录，叠加在内置词库之上"),
    ("color", "何时使用颜色"),
    ("channel", "消息的发送渠道"),
    ("sender", "发送方的号码、端口号或名称"),
    ("recipient_role", "接收人与债务的关系"),
    ("creditor_kind", "债权人的类型，决定引用哪些行业规定"),
    ("time", "发送时间，如“2026-03-02 14:05”"),
    ("region", "省份，用于地方规定"),
    ("date", "没有时间的消息按哪一天的法律判定；默认用词库的基准日"),
    ("dismissed", "同时列出未采纳的匹配及其理由"),
    ("format", "输出格式"),
    ("check text", "要判定的消息，每个参数一条；不给则读标准输入"),
    ("check jsonl", "标准输入是 JSONL 记录，每行一条"),
    ("check fail_on", "达到该级别时以 1 退出"),
    (
        "screen input",
        "文件（压缩的也可）、文件夹、'dumps/*.csv' 这样的通配，或以 - 表示标准输入",
    ),
    (
        "screen output",
        "结果写到哪里：- 为标准输出；.jsonl、.csv、.parquet、.xlsx、.sqlite 文件；以 / 结尾的文件夹存放整个案卷；不给则在标准输出显示排序后的概要",
    ),
    (
        "screen format",
        "结果的格式；输出为文件夹时，除 Parquet 之外还要哪些，以逗号分隔",
    ),
    ("screen keep", "在结果表中保留输入的各列"),
    (
        "screen condition",
        "表中只要符合条件的消息，如 tier>=warning 或 agency=名称；可重复，须同时符合",
    ),
    (
        "screen top",
        "列出最严重的多少条，消息与合并发现一起排；表中只要这些，按严重程度排列",
    ),
    ("screen resume", "接着做上次没有做完的运行"),
    ("screen progress", "在标准错误上怎样显示进度"),
    ("verify", "按清单核对案卷文件夹"),
    ("verify folder", "screen -o 写出的文件夹"),
    ("screen threads", "线程数；默认用全部核心"),
    (
        "screen chunk_size",
        "每批读取的字节数；缺省时依输入大小而定，最多 4 MiB",
    ),
    (
        "screen fail_on",
        "有消息或合并发现达到该级别时以 1 退出；默认不启用",
    ),
    ("screen only_findings", "结果中略去没有问题的消息"),
    ("screen stats", "在标准错误输出精确的工作量计数"),
    ("unit", "纯文本中一条消息的单位；默认自动识别"),
    ("encoding", "输入的编码，如 utf-8、gb18030、big5；默认自动识别"),
    ("input_format", "输入的格式；默认自动识别"),
    ("column", "指定哪一列是什么，如 text=短信内容；可重复"),
    ("profile", "sniff --save 写出的映射配置；其他参数优先于它"),
    ("reveal", "不遮盖电话、证件号、卡号和姓名"),
    ("lint", "判定文件和文件夹中的模板"),
    ("lint path", "文件和文件夹；不给则为当前文件夹"),
    (
        "lint files_from",
        "列有路径的文件，每行一个或以 NUL 分隔；- 为标准输入",
    ),
    ("lint stdin_filename", "判定标准输入，如同它在这个文件里"),
    ("lint since", "只判定自该 git 版本以来改动的行上的文字"),
    ("lint baseline", "已知问题的文件，其中的不再报告；默认按配置"),
    ("lint update_baseline", "把现有问题写入基线，今后视为已知"),
    ("lint cache_dir", "缓存目录；默认用用户的缓存目录"),
    ("lint no_cache", "全部重新判定，也不留缓存"),
    ("lint config", "配置文件；默认用上级目录中最近的 dunlint.toml"),
    ("lint select", "只用这些规则：编号、类别、form 或通配"),
    ("lint ignore", "不用这些规则"),
    (
        "lint fail_on",
        "有文字达到该级别时以 1 退出；默认按配置，否则为 warning",
    ),
    ("lint fail_on_form", "有格式问题时也以 1 退出"),
    ("lint fix", "把只有一种合法写法的词句改写进文件，改后重新判定"),
    ("lint diff", "只显示 --fix 的改动，不写文件；有可改的以 1 退出"),
    (
        "lint date",
        "按哪一天的法律判定，并以哪一天判断忽略是否过期；默认用词库的基准日，忽略则用今天",
    ),
    (
        "lint output_format",
        "输出格式，或 格式=文件，可重复：human、concise、json、jsonl、sarif、github、gitlab、junit、checkstyle、rdjson、markdown",
    ),
    (
        "lint max_findings",
        "只列最严重的 N 处；json、jsonl、gitlab、junit、checkstyle、rdjson 无处说明，总是完整",
    ),
    ("lint only_findings", "json 和 jsonl 中略去没有问题的文字"),
    ("lint statistics", "按规则统计，不逐处列出（human、concise）"),
    (
        "lint show_files",
        "列出会查看的文件，以及不查看的文件和原因；不作判定",
    ),
    ("lint show_config", "输出生效的配置；不作判定"),
    ("lsp", "编辑器用的语言服务：边写边查，附改法"),
    (
        "lsp config",
        "所有文件都用的配置文件；默认各用最近的 dunlint.toml",
    ),
    (
        "lsp date",
        "按哪一天的法律判定，并以哪一天判断忽略是否过期；默认用词库的基准日，忽略则用今天",
    ),
    ("lsp stdio", "经标准输入输出通信；只有这一种方式，可以不写"),
    ("schema", "输出配置、输入记录或结果记录的 JSON 模式"),
    ("schema of", "哪一种的模式"),
    ("sniff input", "文件（压缩的也可）、文件夹，或以 - 表示标准输入"),
    ("sniff records", "每个输入显示的记录数"),
    ("sniff json", "每个输入输出一个 JSON 对象"),
    ("sniff save", "把读取方式写成映射配置，供下一批同类数据使用"),
    ("sniff channel", "记录中没有写明时的发送渠道"),
    ("why text", "要说明的文字"),
    ("explain rule", "规则编号；不给则列出全部规则"),
    ("rules category", "只列该类别"),
    ("rules tier", "只列该级别"),
    ("rules by_clause", "按条款列出规则，没有规则的条款也列出"),
    ("eval labelled", "标注好的 JSONL 文件或含有它们的文件夹"),
    ("eval floors", "指标下限文件（TOML）；低于下限时以 1 退出"),
    (
        "eval folds",
        "分成 N 份分别衡量，每份都用其余各份重新学得的第二意见权重；拒绝用于名为 measured 的目录",
    ),
    ("eval misses", "列出判得最错的消息；拒绝用于名为 measured 的目录"),
    (
        "test dir",
        "要检验的词库目录，叠加在内置词库之上；不给则检验内置词库",
    ),
    ("test budget", "每条规则最多可误报自带正常文本的多大比例，如 0.5%"),
    ("test pack_budget", "全部规则合计最多可误报自带正常文本的多大比例"),
    ("completions shell", "哪种命令行外壳"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Arguments;

    /// Every command's and argument's path with its help.
    fn helps(command: &Command, path: &str, helps: &mut Vec<(String, String)>) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        helps.push((path.to_owned(), about));
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            helps.push((
                format!("{path} {}", argument.get_id()).trim_start().to_owned(),
                help,
            ));
        }
        for own in command.get_subcommands() {
            let path = format!("{path} {}", own.get_name());
            self::helps(own, path.trim_start(), helps);
        }
    }

    #[test]
    fn every_command_and_argument_has_both_languages() {
        let is_han = |text: &str| text.chars().any(|one| ('\u{4e00}'..'\u{9fff}').contains(&one));
        let (mut english, mut chinese) = (Vec::new(), Vec::new());
        helps(&translated(Arguments::command(), Lang::En), "", &mut english);
        helps(&translated(Arguments::command(), Lang::Zh), "", &mut chinese);
        for ((path, english), (_, chinese)) in english.iter().zip(&chinese) {
            assert!(
                !english.is_empty() && !is_han(&english.replace("短信内容", "")),
                "English of {path:?}: {english}"
            );
            assert!(is_han(chinese), "Chinese of {path:?}: {chinese}");
        }
        let used: BTreeSet<&str> = english
            .iter()
            .flat_map(|(path, _)| [path.as_str(), shared(path)])
            .collect();
        for (key, _) in CHINESE {
            assert!(used.contains(key), "{key:?} is nobody's");
        }
    }

    #[test]
    fn language_comes_from_the_flag_or_the_locale() {
        let asked = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            lang_asked(&arguments)
        };
        assert_eq!(asked(&["dunlint", "check", "--lang", "en"]), Some(Lang::En));
        assert_eq!(asked(&["dunlint", "--lang=zh", "check"]), Some(Lang::Zh));
        assert_eq!(asked(&["dunlint", "check", "--", "--lang", "en"]), None);
        for (locale, lang) in [
            ("zh_CN.UTF-8", Lang::Zh),
            ("en_US.UTF-8", Lang::En),
            ("de_DE", Lang::En),
            ("C.UTF-8", Lang::Zh),
            ("", Lang::Zh),
        ] {
            assert_eq!(
                lang_of_locale(|name| (name == "LANG").then(|| locale.to_owned())),
                lang,
                "{locale}"
            );
        }
        let first = |name: &str| Some(if name == "LC_ALL" { "en_GB" } else { "zh_CN" }.to_owned());
        assert_eq!(lang_of_locale(first), Lang::En);
    }

    #[test]
    fn help_pages_hold_no_word_of_the_other_language() {
        let mut command = translated(Arguments::command(), Lang::Zh);
        command.build();
        for name in ["check", "screen", "sniff", "eval", "test", "man"] {
            let help = command
                .find_subcommand_mut(name)
                .unwrap()
                .render_long_help()
                .to_string();
            for word in [
                "Usage",
                "OPTIONS",
                "Options",
                "Arguments",
                "default:",
                "possible",
                "Print",
                "Where",
            ] {
                assert!(!help.contains(word), "{word} in {help}");
            }
        }
    }

    #[test]
    fn chinese_help_pages_fit_into_the_terminal() {
        for columns in [60, 80, 100] {
            let command = wrapped(translated(Arguments::command(), Lang::Zh), Lang::Zh, columns);
            let mut command = command.term_width(columns);
            command.build();
            let names: Vec<String> = command
                .get_subcommands()
                .map(|own| own.get_name().to_owned())
                .collect();
            let mut pages = vec![command.render_long_help().to_string()];
            for name in &names {
                let own = command.find_subcommand_mut(name).unwrap();
                pages.push(own.render_long_help().to_string());
            }
            let lines = pages.iter().flat_map(|page| page.lines());
            let long: Vec<&str> = lines.filter(|line| line.width() > columns).collect();
            assert!(long.is_empty(), "{columns}: {long:#?}");
        }
    }

    #[test]
    fn errors_are_chinese_too() {
        let mut command = translated(Arguments::command(), Lang::Zh);
        let error = |command: &mut Command, arguments: &[&str]| {
            sentence(&command.try_get_matches_from_mut(arguments).unwrap_err())
        };
        let wrong = error(&mut command, &["dunlint", "check", "--fail-on", "bad"]);
        assert!(
            wrong.contains("不接受 bad") && wrong.contains("可选：notice、warning、severe"),
            "{wrong}"
        );
        for (arguments, reason) in [
            (["dunlint", "screen", "-", "--threads", "0"], "应在 1..=1024 之内"),
            (["dunlint", "screen", "-", "--threads", "x"], "不是整数"),
            (["dunlint", "check", "x", "--time", "x"], "这样的时间"),
            (["dunlint", "check", "x", "--date", "x"], "这样的日期"),
        ] {
            let told = error(&mut command, &arguments);
            assert!(told.contains(reason), "{told}");
        }
        assert!(error(&mut command, &["dunlint", "chek"]).contains("没有命令 chek"));
        assert!(error(&mut command, &["dunlint", "check", "--nope"]).contains("没有参数 --nope"));
    }
}
