//! A line that says who made an article and nothing else: `撰稿：某某 审核：某某`, `一审丨某某`, `（记者 某某）`.
//!
//! In: the text of a line near the end of a body. Credits are labels with names behind them; where anything else stands
//! in the line it is prose or a caption. The labels are those of text pages (`lines/words.toml`).

use super::lines::words;

/// Characters of a line of credits at most.
const CHARS_MAX: usize = 120;

/// Han characters of a person's name at most, without a dot, and of a body's name.
const NAME_MAX: usize = 4;
const BODY_MAX: usize = 16;

/// Whether the line is credits and nothing else.
pub(super) fn is_credits(text: &str) -> bool {
    let core = text.trim_matches(|c: char| c.is_whitespace() || is_bracket(c));
    if core.chars().count() > CHARS_MAX || core.contains(['。', '！', '？', '；', '“']) {
        return false;
    }
    let framed = text.trim().starts_with(is_bracket) && text.trim().ends_with(is_bracket);
    are_labelled(core) || framed && words::names_people(core)
}

/// Whether a line of this many tokens opens with the label of an editor and the like, whatever stands behind it: the names of
/// editors are printed in more ways than [`is_credits`] knows.
pub(super) fn opens_as_credit(text: &str, tokens: f32) -> bool {
    const OPENERS: [&str; 14] = [
        "责任编辑",
        "責任編輯",
        "责编",
        "编辑",
        "校对",
        "审核",
        "编审",
        "监制",
        "终审",
        "执行编辑",
        "值班编辑",
        "值班主任",
        "实习编辑",
        "总编",
    ];
    let inner = text.trim_start_matches(['（', '(', '【', '[', '［', ' ', '\u{3000}']);
    let opener = OPENERS.iter().find_map(|o| inner.strip_prefix(o));
    tokens <= 40.0
        && opener.is_some_and(|rest| rest.starts_with([':', '：', '|', '/', ' ', '丨', '】', ']']))
}

/// Whether the text is labels with their values from end to end, one value at least.
fn are_labelled(text: &str) -> bool {
    let Some(mut label) = label_at(text, 0).filter(|label| label.start == 0) else { return false };
    let mut named = false;
    loop {
        let rest = &text[label.value..];
        let next = rest.char_indices().find_map(|(at, _)| label_at(text, label.value + at));
        let value = &text[label.value..next.as_ref().map_or(text.len(), |next| next.start)];
        if !is_value(value, label.of_body) {
            return false;
        }
        named |= value.chars().any(char::is_alphanumeric);
        match next {
            Some(next) => label = next,
            None => return named,
        }
    }
}

struct Label {
    start: usize,
    /// Where its value starts.
    value: usize,
    /// Whether a body may stand behind it, not only a person.
    of_body: bool,
}

/// The label that starts at a place of the text, with its colon or bar.
fn label_at(text: &str, start: usize) -> Option<Label> {
    let end = start + words::credit_label(&text[start..])?;
    let rest = text[end..].trim_start();
    let mark = rest.chars().next().filter(|c| is_mark(*c))?;
    // 文 and 图 are labels only as words of their own.
    let word = &text[start..end];
    let before = text[..start].chars().next_back();
    let whole = word.chars().count() > 1 || before.is_none_or(|c| !c.is_alphanumeric());
    let of_body =
        ["来源", "稿源", "供稿", "供图", "出品", "制作", "单位"].iter().any(|w| word.contains(w));
    whole.then(|| Label { start, value: text.len() - rest.len() + mark.len_utf8(), of_body })
}

/// Whether the value of a label is names.
fn is_value(value: &str, of_body: bool) -> bool {
    let divides = |c: char| {
        c.is_whitespace()
            || is_bracket(c)
            || is_mark(c)
            || matches!(c, '、' | '，' | ',' | '&' | ';')
    };
    value.split(divides).filter(|word| !word.is_empty()).all(|word| {
        let n = word.chars().count();
        let han = word.chars().all(|c| crate::han::is_han(c) || c == '·');
        let most = if of_body || word.contains('·') { BODY_MAX } else { NAME_MAX };
        let latin = word.is_ascii() && n <= 40;
        han && n <= most || latin || of_body && n <= BODY_MAX
    })
}

fn is_mark(c: char) -> bool {
    matches!(c, '：' | ':' | '|' | '｜' | '丨' | '/' | '／')
}

fn is_bracket(c: char) -> bool {
    matches!(c, '（' | '）' | '(' | ')' | '【' | '】' | '[' | ']' | '［' | '］' | '〔' | '〕')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_names_alone() {
        for text in [
            "撰稿：李明",
            "（撰稿：李明 审核：王小雨）",
            "初审：李明 复审：王 雨 终审：周林",
            "一审丨李明二审丨王小雨三审丨周林",
            "文字 | 李明　图片 | 王小雨",
            "供稿单位：云州市交通运输局",
            "［责任编辑：李明］",
            "录入：李明",
            "文/李明 图/王小雨",
            "（记者 李明）",
        ] {
            assert!(is_credits(text), "{text}");
        }
    }

    #[test]
    fn what_says_more_is_none() {
        for text in [
            "审核：全年办结三百件，比上年多五十件。",
            "策划：让每一条路通到村口的故事",
            "设计：三百公里的路怎样修",
            "编辑部昨天搬了家。",
            "来源：",
            "图片说明：今年修的路",
            "李明说：修路",
            "（李明在云州）",
            "文化/旅游",
        ] {
            assert!(!is_credits(text), "{text}");
        }
    }

    #[test]
    fn editors_are_known_by_their_label() {
        assert!(opens_as_credit("（责任编辑：甲乙）", 6.0));
        assert!(opens_as_credit("编辑 甲乙", 4.0));
        assert!(!opens_as_credit("编辑部昨天搬了家。", 8.0));
    }
}
