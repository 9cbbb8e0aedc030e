//! What a record says of a call besides its words.
//!
//! In: values of the columns that tell whether a call was answered and how long it lasted, as call centres write them.
//! Out: the fact, or none if the value says neither: it never guesses, so 客户挂断 or 承诺还款 is none.

/// Whether the call was answered: `已接通`, `是`, `connected`, `1` or `无人接听`, `忙线`, `no_answer`, `0`.
pub(crate) fn is_connected(value: &str) -> Option<bool> {
    let value = folded(value).replace(['_', '-'], "");
    let is_it = |(_, words): &&(bool, &[&str])| words.contains(&&*value);
    let is_part = |(_, words): &&(bool, &[&str])| words.iter().any(|word| value.contains(word));
    let found = EXACT.iter().find(is_it).or_else(|| PARTS.iter().find(is_part));
    found.map(|(is_connected, _)| *is_connected)
}

/// How many seconds the call lasted: `35`, `35秒`, `1分20秒`, `00:01:20`, `01:20`, `80.0`, `1m20s`. Parts of a second are
/// dropped. `None` if it is none of these, or longer than [`LONGEST_SECONDS`].
pub(crate) fn seconds(value: &str) -> Option<u64> {
    let value = value.trim();
    // Most dumps have whole seconds.
    let seconds = match value.parse() {
        Ok(seconds) => seconds,
        Err(_) => spelled_seconds(&folded(value))?,
    };
    (seconds <= LONGEST_SECONDS).then_some(seconds)
}

/// A day: what is longer is in another unit, milliseconds most likely, or no duration.
const LONGEST_SECONDS: u64 = 24 * 60 * 60;

/// Words that are the whole value. Those of one character are looked for here only: 是 is a part of 不是 too.
const EXACT: &[(bool, &[&str])] = &[
    (
        true,
        &[
            "1",
            "1.0",
            "是",
            "有",
            "true",
            "t",
            "yes",
            "y",
            "connected",
            "connect",
            "answered",
            "answer",
            "success",
            "completed",
            "complete",
            "ok",
        ],
    ),
    (
        false,
        &[
            "0",
            "0.0",
            "否",
            "无",
            "没有",
            "忙",
            "false",
            "f",
            "no",
            "n",
            "noanswer",
            "unanswered",
            "notanswered",
            "notconnected",
            "unconnected",
            "noconnect",
            "disconnected",
            "busy",
            "userbusy",
            "failed",
            "fail",
            "failure",
            "canceled",
            "cancelled",
            "rejected",
            "reject",
            "declined",
            "refused",
            "missed",
            "unreachable",
            "poweroff",
            "poweredoff",
            "switchedoff",
            "invalid",
            "invalidnumber",
            "emptynumber",
            "outofservice",
            "suspended",
            "timeout",
            "noresponse",
            "congestion",
        ],
    ),
];

/// Words that are part of the value; those for no come first: 未接通 and 接通失败 hold 接通.
const PARTS: &[(bool, &[&str])] = &[
    (
        false,
        &[
            "未接",
            "没接",
            "不接",
            "无人接",
            "无人应答",
            "无应答",
            "未应答",
            "无法接通",
            "不通",
            "未通",
            "未能",
            "不能",
            "没有",
            "不成功",
            "未成功",
            "失败",
            "忙线",
            "占线",
            "正忙",
            "繁忙",
            "用户忙",
            "关机",
            "停机",
            "拒接",
            "拒听",
            "拒绝接",
            "空号",
            "不在服务区",
            "服务区外",
            "号码无效",
            "无效号码",
            "号码不存在",
            "正在通话",
            "通话中",
            "欠费",
            "呼损",
            "超时",
            "未呼通",
            "未拨通",
        ],
    ),
    (
        true,
        &[
            "接通",
            "接听",
            "已接",
            "应答",
            "有效通话",
            "正常通话",
            "呼通",
            "拨通",
            "成功",
        ],
    ),
];

/// Small letters, without white space, signs of full width made usual.
fn folded(value: &str) -> String {
    let kept = value.chars().filter(|character| !character.is_whitespace());
    kept.map(|character| match character {
        '：' => ':',
        '０'..='９' => {
            char::from_u32(u32::from(character) - u32::from('０') + u32::from('0')).unwrap_or(character)
        }
        _ => character.to_ascii_lowercase(),
    })
    .collect()
}

/// Seconds with decimals, on a clock, or with units.
fn spelled_seconds(value: &str) -> Option<u64> {
    if value.contains(':') {
        let parts: Option<Vec<u64>> = value.split(':').map(whole).collect();
        return match parts?[..] {
            [minutes, seconds @ 0..60] => in_seconds(0, minutes, seconds),
            [hours, minutes @ 0..60, seconds @ 0..60] => in_seconds(hours, minutes, seconds),
            _ => None,
        };
    }
    let mut parts = [None; 3];
    let mut rest = value;
    while !rest.is_empty() {
        let digits = rest.len()
            - rest
                .trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '.')
                .len();
        let (number, after) = rest.split_at(digits);
        let number = whole(number)?;
        // Without a unit: seconds, also after minutes (1分20).
        let (place, after) = match UNITS
            .iter()
            .find_map(|(unit, place)| Some((*place, after.strip_prefix(unit)?)))
        {
            Some(found) => found,
            None if after.is_empty() => (SECONDS, after),
            None => return None,
        };
        // Units come once each, the greatest first.
        if parts[place..].iter().any(Option::is_some) {
            return None;
        }
        parts[place] = Some(number);
        rest = after;
    }
    parts.iter().any(Option::is_some).then_some(())?;
    let [hours, minutes, seconds] = parts.map(Option::unwrap_or_default);
    in_seconds(hours, minutes, seconds)
}

/// Units with their places in hours, minutes, seconds; the longer before those that they begin with.
const UNITS: &[(&str, usize)] = &[
    ("小时", 0),
    ("小時", 0),
    ("时", 0),
    ("時", 0),
    ("hours", 0),
    ("hour", 0),
    ("h", 0),
    ("分钟", 1),
    ("分鐘", 1),
    ("分", 1),
    ("minutes", 1),
    ("minute", 1),
    ("min", 1),
    ("m", 1),
    ("'", 1),
    ("′", 1),
    ("秒钟", SECONDS),
    ("秒鐘", SECONDS),
    ("秒", SECONDS),
    ("seconds", SECONDS),
    ("second", SECONDS),
    ("sec", SECONDS),
    ("s", SECONDS),
    ("\"", SECONDS),
    ("″", SECONDS),
];

const SECONDS: usize = 2;

/// A number without its decimals.
fn whole(number: &str) -> Option<u64> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let is_number = decimals.bytes().all(|byte| byte.is_ascii_digit())
        && !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| whole.parse().ok()).flatten()
}

fn in_seconds(hours: u64, minutes: u64, seconds: u64) -> Option<u64> {
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    minutes.checked_mul(60)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_as_call_centres_write_them() {
        for (values, expected) in [
            (
                "已接通 接通 是 true True 1 1.0 connected Answered 正常接听 非本人接听 接通-承诺还款 呼叫成功",
                Some(true),
            ),
            (
                "未接通 无人接听 忙线 关机 停机 拒接 空号 否 no_answer No-Answer busy 0 FALSE 接通失败 暂时无法接通",
                Some(false),
            ),
            (
                "用户正忙 不在服务区 拒绝接听 未接 正在通话中 呼叫失败",
                Some(false),
            ),
            ("客户挂断 承诺还款 未知 不是 是本人 2 maybe", None),
        ] {
            for value in values.split(' ') {
                assert_eq!(is_connected(value), expected, "{value}");
            }
        }
        assert_eq!(is_connected(" no answer "), Some(false));
        assert_eq!(is_connected(""), None);
    }

    #[test]
    fn durations_in_every_form() {
        for (value, expected) in [
            ("35", Some(35)),
            (" 0 ", Some(0)),
            ("35秒", Some(35)),
            ("３５ 秒", Some(35)),
            ("1分20秒", Some(80)),
            ("1分20", Some(80)),
            ("2分钟", Some(120)),
            ("1小时2分3秒", Some(3723)),
            ("00:01:20", Some(80)),
            ("1：20", Some(80)),
            ("01:20", Some(80)),
            ("80.0", Some(80)),
            ("00:00:35.7", Some(35)),
            ("1m 20s", Some(80)),
            ("1'20\"", Some(80)),
            ("35 sec", Some(35)),
            ("86400", Some(86_400)),
            ("86401", None),
            ("-5", None),
            ("1-20", None),
            ("1:75", None),
            ("20秒1分", None),
            ("1分1分", None),
            ("秒", None),
            ("约35", None),
            ("1.2.3", None),
            ("99999999999999999999", None),
            ("9999999999999999999小时", None),
            ("", None),
        ] {
            assert_eq!(seconds(value), expected, "{value}");
        }
    }
}
