//! Fields of a form in the text of a notice: 采购方式：公开招标, 户名：清溪县人才开发服务中心, 咨询电话 0000-65157888.
//!
//! In: a line without its number. Out: whether it is a label with its value, which is no heading however it is numbered
//! or set. What is behind the colon of a heading is a heading's second half; a field is told from it by its value (a
//! body, a date, a number, a telephone) or by its label (`forms.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::{events, headings, lines::words};
use crate::han;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    label: Vec<String>,
    label_end: Vec<String>,
    when_end: Vec<String>,
    party_end: Vec<String>,
    company_end: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    toml::from_str(include_str!("rules/forms.toml")).expect("forms.toml is checked by a test")
});

/// Characters of a label at most.
const LABEL_CHARS_MAX: usize = 14;

/// Whether a line is a label and its value. A label without one heads what follows it.
pub(super) fn is_field(line: &str) -> bool {
    let Some((label, value)) = line.split_once(['：', ':']) else { return false };
    let label: String = label.chars().filter(|c| !c.is_whitespace()).collect();
    let value = value.trim();
    // The colon of 10:30 and 5:3 is none of a label.
    let counted = label.ends_with(|c: char| c.is_ascii_digit());
    if value.is_empty() || label.is_empty() || counted || label.chars().count() > LABEL_CHARS_MAX {
        return false;
    }
    let label = han::simplified(&label);
    let ends = |words: &[String], text: &str| words.iter().any(|w| text.ends_with(w.as_str()));
    let dated = || headings::is_date(value) || events::is_range(value);
    WORDS.label.iter().any(|word| *word == *label)
        || ends(&WORDS.label_end, &label)
        || ends(&WORDS.when_end, &label) && starts_with_year(value)
        || ends(&WORDS.party_end, &label) && words::is_body_name(value)
        || ends(&WORDS.company_end, value)
        || dated()
        || is_number(value)
        || has_telephone(value)
}

fn starts_with_year(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    end == 4 && text[end..].trim_start().starts_with(['年', '-', '/', '.'])
}

/// Whether a text is a number with its unit and nothing else: 59.76万元, 2 000 平方米, 人民币5000元整.
fn is_number(text: &str) -> bool {
    const UNIT_CHARS_MAX: usize = 4;
    let text = text.trim_start_matches("人民币").trim_start_matches(['￥', '¥']).trim_start();
    let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '，' | ' ' | '-' | '%');
    let unit = text.trim_start_matches(number);
    text.starts_with(|c: char| c.is_ascii_digit())
        && unit.chars().count() <= UNIT_CHARS_MAX
        && !unit.contains(['。', '，', '、'])
}

/// Whether a text holds the number of a telephone: 0000-65157888, 13900000000, 64489642.
pub(super) fn has_telephone(text: &str) -> bool {
    let dash = |c: char| matches!(c, '-' | '－' | '—' | '–' | '―' | '(' | ')' | '（' | '）');
    text.split(|c: char| !c.is_ascii_digit() && !dash(c)).any(|run| {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        let parts = run.split(dash).filter(|part| !part.is_empty()).count();
        match digits.len() {
            // Without its area: no number of eight digits that is a day (20210609).
            7 | 8 => parts == 1 && !matches!(&digits[..2], "19" | "20"),
            10..=12 => parts <= 2 && matches!(&digits[..1], "0" | "1" | "4" | "8"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_values() {
        for line in [
            "采购人名称：清溪县某某公司",
            "采购方式：公开招标",
            "采购组织类型：分散采购委托代理",
            "户 名：清溪县人才开发服务中心",
            "联系方式：清溪镇宣传办：64489642",
            "采购公告发布日期：2021年6月9日",
            "監管部門：清溪县公共资源交易中心",
            "报名地点：清溪镇政府大院内",
            "中标方：青石建设有限公司",
            "中标价：59.76万元",
            "开标时间：2021年6月9日上午9时",
            "详情请咨询：0000-65157888",
            "展期：2021年6月9日至7月9日",
        ] {
            assert!(is_field(line), "{line}");
        }
    }

    #[test]
    fn headings_with_a_colon() {
        for line in [
            "聚焦发展：经济实现新跨越",
            "优化服务：建设政务服务中心",
            "抢时间：百日建成三座桥",
            "以人为本：让群众少跑路",
            "服务企业：培育上市公司",
            "2021年：开局之年",
            "联系方式：",
            "招标内容：",
            "稳增长：2021年实现新突破",
            "其他事项",
            "上午10:30",
        ] {
            assert!(!is_field(line), "{line}");
        }
    }

    #[test]
    fn telephones() {
        for text in
            ["0000-65157888", "0000—65157888", "（0000）65157888", "电话13900000000", "64489642"]
        {
            assert!(has_telephone(text), "{text}");
        }
        for text in
            ["2018-04-19", "20180419", "20180419173217", "增长1234567890123元", "2018—2019年"]
        {
            assert!(!has_telephone(text), "{text}");
        }
    }

    #[test]
    fn no_word_stands_twice() {
        let lists =
            [&WORDS.label, &WORDS.label_end, &WORDS.when_end, &WORDS.party_end, &WORDS.company_end];
        for list in lists {
            let mut words = list.clone();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), list.len(), "{list:?}");
        }
    }
}
