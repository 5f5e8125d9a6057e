//! Values of author and editor labels, bylines and credits → names.
//!
//! A Chinese list of names has blanks, 、 or nothing but role words between the names, and a name of two characters may be
//! spaced out (王 雨). A name in Latin letters may hold blanks, so there only commas, "and" and the like divide.

use super::fields::{self, Field};
use crate::han::is_han;

/// Roles that pages print before, between and after names.
const ROLES: &[&str] = &[
    "全媒体记者",
    "特约通讯员",
    "特约记者",
    "见习记者",
    "实习记者",
    "首席记者",
    "融媒体记者",
    "本报通讯员",
    "本报记者",
    "本网记者",
    "本台记者",
    "新华社记者",
    "中新社记者",
    "中新网记者",
    "记者",
    "通讯员",
    "实习生",
    "责任编辑",
    "责编",
    "编辑",
    "作者",
    "撰稿",
    "撰文",
    "采写",
    "整理",
    "报道员",
    "通讯员",
    "特约",
    "见习",
    "实习",
    "综合",
];

/// Words that stand behind a name and are none of it.
const TAILS: &[&str] = &[
    "综合报道",
    "联合报道",
    "报道",
    "摄影报道",
    "摄影",
    "文/图",
    "图/文",
    "图文",
    "供稿",
    "撰稿",
    "整理",
    "文并摄",
    "摄",
    "文",
    "图",
    "编辑",
];

/// What pages print for an author whom they do not name.
const NOBODY: &[&str] = &[
    "佚名",
    "未知",
    "不详",
    "匿名",
    "无名",
    "管理员",
    "网站管理员",
    "系统管理员",
    "本站",
    "原创",
    "转载",
    "网络",
    "互联网",
    "编辑",
    "小编",
    "系统",
    "admin",
    "administrator",
    "unknown",
    "anonymous",
    "root",
    "user",
    "none",
    "null",
    "n/a",
    "webmaster",
    "editor",
    "staff",
    "author",
    "guest",
    "superadmin",
];

/// Words of what a person is, not of who it is.
const OFFICE_WORDS: &[&str] = &[
    "教授",
    "学院",
    "大学",
    "研究员",
    "研究院",
    "研究所",
    "院长",
    "所长",
    "主任",
    "博士",
    "记者站",
];

/// Words behind the name of a photographer.
const PHOTOGRAPHS: &[&str] = &["供图", "摄", "摄影", "资料图", "资料图片", "配图", "供稿图"];

/// No list of names is longer; what is, is prose.
const NAMES_MAX: usize = 20;

/// The names that a value holds; empty where it is no list of names.
pub(super) fn names(value: &str) -> Vec<String> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > 200 || value.contains("http") {
        return Vec::new();
    }
    let end = ["出自", "来源"].iter().filter_map(|w| value.find(w)).min();
    let value = &value[..end.unwrap_or(value.len())];
    let mut names = if value.chars().any(is_han) { han_names(value) } else { latin_names(value) };
    names.retain(|name| !is_nobody(name));
    if names.len() > NAMES_MAX { Vec::new() } else { names }
}

/// Whether pages print this for an author whom they do not name.
pub(super) fn is_nobody(name: &str) -> bool {
    NOBODY.contains(&name.to_lowercase().as_str())
}

fn han_names(value: &str) -> Vec<String> {
    // Whom a list names behind 编辑 edited it.
    let editor = ["编辑", "责编"].iter().find_map(|w| value.find(w)).filter(|&at| at > 0);
    let value = editor.map_or(value, |at| {
        let before = &value[..at];
        before.rfind(char::is_whitespace).map_or(before, |blank| &before[..blank])
    });
    let mut text = without_media(value);
    for role in ROLES {
        text = text.replace(role, " ");
    }
    let divider = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '、' | '，'
                    | ','
                    | ';'
                    | '；'
                    | '/'
                    | '|'
                    | '｜'
                    | '丨'
                    | '&'
                    | '\u{3000}'
                    | '（'
                    | '）'
                    | '('
                    | ')'
                    | '：'
                    | ':'
                    | '□'
                    | '■'
                    | '【'
                    | '】'
            )
    };
    let mut names: Vec<String> = Vec::new();
    let mut spaced: Option<String> = None;
    for word in text.split(divider).filter(|w| !w.is_empty()) {
        // Who took the pictures did not write the text.
        if PHOTOGRAPHS.contains(&word) {
            names.pop();
            continue;
        }
        if PHOTOGRAPHS.iter().any(|tail| word.ends_with(tail)) {
            continue;
        }
        // 北京报道 is where the report is from.
        if word
            .strip_suffix("报道")
            .is_some_and(|rest| !rest.is_empty() && !looks_like_names(&[rest.to_owned()]))
        {
            continue;
        }
        let word = strip_tails(word);
        // A name run together with its bearer's office can't be told from it.
        if word.chars().count() > 4 && OFFICE_WORDS.iter().any(|w| word.contains(w)) {
            continue;
        }
        if word.is_empty() || word.chars().any(|c| c.is_ascii_digit()) {
            spaced = None;
            continue;
        }
        let lone = word.chars().count() == 1 && word.chars().all(is_han);
        match spaced.take() {
            Some(surname) if lone => push(&mut names, surname + word),
            _ if lone => spaced = Some(word.to_owned()),
            _ => push(&mut names, word.to_owned()),
        }
    }
    names
}

/// The text without the medium that a reporter is of: 某报记者李明 → 记者李明.
fn without_media(value: &str) -> String {
    let Some(at) = value.find("记者") else { return value.to_owned() };
    let before = &value[..at];
    let start = before
        .char_indices()
        .rev()
        .take_while(|&(_, c)| is_han(c) || c.is_alphanumeric())
        .last()
        .map_or(at, |(i, _)| i);
    let medium = &before[start..];
    let is_medium = [
        "报",
        "网",
        "社",
        "台",
        "刊",
        "新闻",
        "经济",
        "财经",
        "每经",
        "周刊",
        "时报",
        "传媒",
        "客户端",
    ]
    .iter()
    .any(|w| medium.ends_with(w));
    if is_medium { format!("{}{}", &before[..start], &value[at..]) } else { value.to_owned() }
}

fn strip_tails(word: &str) -> &str {
    let mut word =
        word.trim_matches(|c: char| matches!(c, '-' | '—' | '·' | '*' | '.' | '。' | '@' | '_'));
    while let Some(tail) = TAILS.iter().find(|t| word.ends_with(**t)) {
        let rest = &word[..word.len() - tail.len()];
        // 李文 keeps its last character: what is left must be a name.
        if tail.chars().count() == 1 && rest.chars().count() < 2 && !rest.is_empty() {
            break;
        }
        word = rest;
    }
    word
}

fn latin_names(value: &str) -> Vec<String> {
    let mut text = value.trim();
    for prefix in [
        "By ",
        "by ",
        "BY ",
        "Written by ",
        "Posted by ",
        "Von ",
        "von ",
        "Par ",
        "Por ",
        "Di ",
        "Author: ",
    ] {
        text = text.strip_prefix(prefix).unwrap_or(text).trim_start();
    }
    let text =
        text.replace(" and ", ",").replace(" und ", ",").replace(" & ", ",").replace(" et ", ",");
    let mut names = Vec::new();
    for part in text.split([',', ';', '|', '/', '•', '·']) {
        let part = part.trim().trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
        let ok = part.chars().any(char::is_alphabetic)
            && !part.contains('@')
            && part.split_whitespace().count() <= 5;
        let digits = part.chars().filter(char::is_ascii_digit).count();
        if ok && digits < 3 {
            push(&mut names, part.to_owned());
        }
    }
    names
}

fn push(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// Offices whose holders read reports out.
const OFFICES: &[&str] = &[
    "代理省长",
    "代理市长",
    "代理县长",
    "代理区长",
    "代省长",
    "代市长",
    "代县长",
    "代区长",
    "代主席",
    "省长",
    "市长",
    "县长",
    "区长",
    "州长",
    "盟长",
    "旗长",
    "镇长",
    "乡长",
    "主席",
    "院长",
    "检察长",
    "主任",
    "国务院总理",
    "总理",
    "委员长",
    "局长",
    "厅长",
    "行政长官",
    "书记",
];

/// The speaker that a line under the title of a report names: `省长 李明`, `某市人民政府市长 李 明`.
pub(super) fn speaker(line: &str) -> Option<String> {
    let line =
        line.trim().trim_start_matches(['—', '-', '（', '(']).trim_end_matches(['）', ')', '。']);
    if line.chars().count() > 60 {
        return None;
    }
    // After the place and session, the office is what the last word before the name ends with.
    let (at, office) = OFFICES
        .iter()
        .filter_map(|office| line.rfind(office).map(|at| (at, *office)))
        .max_by_key(|&(at, office)| (at + office.len(), office.len()))?;
    let name = line[at + office.len()..].trim_start_matches(['：', ':']);
    let blank = name.chars().next().is_some_and(char::is_whitespace);
    let name = unspaced(name);
    // 省长李明在… is prose; with no blank the name must be all there is.
    (is_name(&name) && (blank || line.chars().count() <= 8)).then_some(name)
}

/// A name without the blanks between its characters.
pub(super) fn unspaced(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a text can be the name of a person, in Han characters.
pub(super) fn is_name(text: &str) -> bool {
    let n = text.chars().count();
    let dotted = text.contains('·');
    (2..=if dotted { 15 } else { 4 }).contains(&n) && text.chars().all(|c| is_han(c) || c == '·')
}

/// The authors whom a paragraph names in brackets at its end, as newspapers do: （李明 王小雨）, (本报记者 李明).
pub(super) fn in_brackets_at_end(paragraph: &str) -> Vec<String> {
    let text = paragraph.trim_end();
    let Some(inner) = text.strip_suffix(['）', ')']) else { return Vec::new() };
    let Some(open) = inner.rfind(['（', '(']) else { return Vec::new() };
    let bracket = inner[open..].chars().next().map_or(1, char::len_utf8);
    let before = inner[..open].trim_end();
    // A bracket inside a sentence explains a word; one after the sentence's end names its author.
    if !(before.is_empty() || before.ends_with(['。', '！', '？', '”', '!', '?', '.', '…']))
    {
        return Vec::new();
    }
    let inner = &inner[open + bracket..];
    // Who edited, checked or answered for it did not write it.
    if fields::opens_with(inner).is_some_and(|field| field != Field::Author) {
        return Vec::new();
    }
    let said = ["记者", "通讯员", "作者"].iter().any(|w| inner.contains(w));
    let names = names(inner);
    let all_names = !names.is_empty() && names.iter().all(|n| is_name(n));
    let some_names: Vec<String> = names.iter().filter(|n| is_name(n)).cloned().collect();
    if all_names && (said || looks_like_names(&names)) {
        return names;
    }
    if said && !inner.contains(['。', '，']) && some_names.len() * 2 >= names.len() {
        some_names
    } else {
        Vec::new()
    }
}

/// Whether bare words in brackets are people: they begin with surnames.
pub(super) fn looks_like_names(names: &[String]) -> bool {
    !names.is_empty()
        && names.iter().all(|name| {
            name.chars().next().is_some_and(|c| SURNAMES.contains(c))
                && (2..=3).contains(&name.chars().count())
        })
}

/// The hundred and fifty commonest surnames, which nineteen in twenty people bear.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程魏苏吕丁任卢沈姚姜崔钟谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗桂全佟应臧闵苟邬边卞姬师仇栾丘隋商刁沙荣巫寇桑郎甄丛敖虞戴";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names() {
        assert_eq!(names("李明 王小雨 周林"), ["李明", "王小雨", "周林"]);
        assert_eq!(names("李明、王小雨"), ["李明", "王小雨"]);
        assert_eq!(names("王 雨 李明"), ["王雨", "李明"]);
        assert_eq!(names("本报记者 李明 通讯员 王小雨 文/图"), ["李明", "王小雨"]);
        assert_eq!(names("本报记者李明"), ["李明"]);
        assert_eq!(names("云州政协"), ["云州政协"]);
        assert_eq!(names("每经记者 李明 每经编辑 王雨"), ["李明"]);
        assert_eq!(names("云州报记者李明"), ["李明"]);
        assert_eq!(names("记者 李明 | 北京报道"), ["李明"]);
        assert!(names("李明云州大学经济学院教授").is_empty());
        assert_eq!(names("By Ann Lee and Bob Ray"), ["Ann Lee", "Bob Ray"]);
        assert!(names("").is_empty());
        assert!(names("2024-01-15").is_empty());
    }

    #[test]
    fn speakers() {
        let of = |line| speaker(line);
        assert_eq!(of("省长 李大明").as_deref(), Some("李大明"));
        assert_eq!(of("自治区主席 李 明").as_deref(), Some("李明"));
        assert_eq!(of("云州市人民政府市长 李明").as_deref(), Some("李明"));
        assert_eq!(
            of("2026年1月27日在云州省第十四届人民代表大会第四次会议上 云州省省长 李明").as_deref(),
            Some("李明")
        );
        assert_eq!(of("省长李明作政府工作报告"), None);
        assert_eq!(of("2月3日，会议开幕。省长李明作报告"), None);
    }

    #[test]
    fn authors_in_brackets() {
        assert_eq!(in_brackets_at_end("谱写了新的篇章。（李明 王小雨）"), ["李明", "王小雨"]);
        assert_eq!(in_brackets_at_end("谱写了新的篇章。(本报记者 李明)"), ["李明"]);
        assert_eq!(
            in_brackets_at_end("新的篇章。 (李明 王小雨/文 云州区政协供图)"),
            ["李明", "王小雨"]
        );
        assert_eq!(in_brackets_at_end("新的篇章。（记者 李明 文 王小雨 摄）"), ["李明"]);
        for editors in [
            "责编：王静、吕腾龙",
            "编辑:王静",
            "责任编辑 王静",
            "编审：王静",
            "校对：王静",
            "审核 王静",
            "监制：王静",
            "责校：王静",
        ] {
            assert!(in_brackets_at_end(&format!("({editors})")).is_empty(), "{editors}");
            assert!(
                in_brackets_at_end(&format!("新的篇章。（{editors}）")).is_empty(),
                "{editors}"
            );
        }
        assert!(in_brackets_at_end("这是新的篇章（见附件）").is_empty());
        assert!(in_brackets_at_end("这是新的篇章。（完）").is_empty());
        assert!(in_brackets_at_end("新的篇章。（据新华社）").is_empty());
    }
}
