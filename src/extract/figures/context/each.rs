//! 分别: the k-th number goes to the k-th noun of the list before.

use super::lexicon::Class;
use super::phrase::Row;

/// The names for the list of quantities that begins here, if 分别 stands in the words before the first.
///
/// `places` are this quantity and those after it in the clause. `earlier` gives what the figures before were of, for a
/// 分别 with no nouns of its own (新建道路a公里，改造管网b公里，分别增长c、d).
pub(super) fn names(
    before: Row<'_>,
    places: &[(usize, usize)],
    row: Row<'_>,
    earlier: impl FnOnce() -> Vec<String>,
) -> Option<Vec<String>> {
    let at = before.rposition(|c| c == Class::Each)?;
    let n = list_len(places, row);
    if n < 2 {
        return None;
    }
    let list = before.part(0, at);
    let list = match list.rposition(|c| c == Class::Compare) {
        Some(compare) => list.part(0, compare),
        None => list,
    };
    let names = members(list);
    let names = match names.len() {
        0 => {
            let all = earlier();
            let skip = all.len().checked_sub(n)?;
            all.into_iter().skip(skip).filter(|name| !name.is_empty()).collect()
        }
        1 if n == 2 => town_and_country(&names[0])?,
        _ => names,
    };
    (names.len() == n).then_some(names)
}

/// A list of as many quantities as the last 分别 list had names, with no thing of its own (…，增长4.2%、5.3%).
pub(super) fn repeats(before: Row<'_>, places: &[(usize, usize)], row: Row<'_>, n: usize) -> bool {
    let words = before.without_lead(Class::is_setting);
    // 达到5万亿元、增长4.8%: a level and its change are no list.
    let gaps = places.windows(2).take(n.saturating_sub(1));
    let listed = |gap: Row<'_>| gap.elements.iter().all(|e| e.class == Class::Conj);
    n > 1
        && list_len(places, row) == n
        && gaps.map(|pair| row.part(pair[0].0 + 1, pair[1].0)).all(listed)
        && words.elements.iter().all(|e| e.class.is_change() || e.class == Class::Level)
}

/// What is measured of the thing that a name begins with.
pub(super) fn head_of(name: &str) -> Option<&'static str> {
    let heads = HEADS.iter().filter(|head| name.ends_with(**head) && name.len() > head.len());
    heads.max_by_key(|head| head.len()).copied()
}

/// 城乡居民收入从|a和b分别提高到c和d: the names of a list of starting points, and how many they are.
pub(super) fn starts(
    before: Row<'_>,
    places: &[(usize, usize)],
    row: Row<'_>,
) -> Option<(Vec<String>, usize)> {
    let n = list_len(places, row);
    let head = before.without_tail(|c| matches!(c, Class::De | Class::Time));
    if n < 2 || head.last() != Class::Prep || !matches!(head.last_word(), "从" | "由" | "自") {
        return None;
    }
    let end = places.get(n - 1)?.0 + 1;
    let gap = row.part(end, places.get(n)?.0);
    if gap.last() != Class::Level || !gap.last_word().ends_with(['到', '至', '为']) {
        return None;
    }
    let names = members(head.part(0, head.len() - 1));
    let names = if names.len() == 1 && n == 2 { town_and_country(&names[0])? } else { names };
    (names.len() == n).then_some((names, n))
}

/// How many quantities stand in one list from the first of `places`.
fn list_len(places: &[(usize, usize)], row: Row<'_>) -> usize {
    // No list of names is longer.
    const LEN_MAX: usize = 40;
    let gaps = places.windows(2).take(LEN_MAX).map(|pair| row.part(pair[0].0 + 1, pair[1].0));
    1 + gaps
        .take_while(|gap| gap.position(|c| c == Class::Conj).is_some() || gap.is_empty())
        .take_while(|gap| gap.len() <= 3)
        .count()
}

/// The nouns of the list, each with the head that is printed only at the last.
fn members(list: Row<'_>) -> Vec<String> {
    let list = match list.rposition(|c| c == Class::Causative) {
        Some(at) => list.part(at + 1, list.len()),
        None => list,
    };
    let list =
        list.without_lead(|c| c.is_setting() || c == Class::Conj).without_tail(Class::is_setting);
    let mut names = Vec::new();
    let mut from = 0;
    for at in 0..=list.len() {
        if at == list.len() || list.class(at) == Class::Conj {
            names.extend(list.part(from, at).thing().map(str::to_owned));
            from = at + 1;
        }
    }
    share_head(&mut names);
    names
}

/// What is measured of things, longest first where one ends another.
const HEADS: &[&str] = &[
    "保有量",
    "拥有量",
    "使用量",
    "消费量",
    "消耗量",
    "吞吐量",
    "运输量",
    "业务量",
    "发电量",
    "居民人均可支配收入",
    "人均可支配收入",
    "可支配收入",
    "人均纯收入",
    "人均消费支出",
    "增加值",
    "销售收入",
    "营业收入",
    "主营业务收入",
    "旅游收入",
    "总收入",
    "收入",
    "支出",
    "总产值",
    "产值",
    "总产量",
    "产量",
    "产能",
    "销量",
    "增速",
    "投资额",
    "投资",
    "总额",
    "总值",
    "出口额",
    "进口额",
    "出口",
    "进口",
    "余额",
    "营收",
    "利润",
    "税收",
    "规模",
    "占比",
    "比重",
    "面积",
    "里程",
    "总量",
    "浓度",
    "排放量",
    "数量",
    "人数",
    "人次",
    "覆盖率",
    "普及率",
    "入学率",
    "参保率",
    "补助标准",
    "标准",
    "价格",
    "保障标准",
    "存款余额",
    "贷款余额",
];

fn share_head(names: &mut [String]) {
    let Some((last, others)) = names.split_last_mut() else { return };
    if others.iter().all(|name| name.chars().count() == 1) {
        return ordinals(last, others);
    }
    // 甲产业、乙产业产值占规上工业比重: what stands before 占 shares its head, with the rest.
    let named = last.find('占').filter(|at| *at > 0).unwrap_or(last.len());
    let head = HEADS.iter().filter(|head| last[..named].ends_with(**head) && named > head.len());
    let Some(head) = head.max_by_key(|head| head.len()) else { return };
    let full = |name: &String| {
        HEADS.iter().any(|head| name.ends_with(head))
            || name.ends_with(['数', '率', '量', '额', '值', '度', '费', '比'])
    };
    // Nouns named in full stay, save for those that are heads by themselves (投资、消费增速).
    let bare =
        |name: &String| HEADS.contains(&name.as_str()) && matches!(*head, "增速" | "占比" | "比重");
    if others.iter().any(|name| full(name) && !bare(name)) {
        return;
    }
    // 先进材料、生物医药产业产值: 产业 is shared too, unless the others name their trade (制造业).
    let trade = last[..named - head.len()].ends_with("产业")
        && !others.iter().any(|name| name.ends_with('业'));
    let shared = head.len() + if trade { "产业".len() } else { 0 };
    let tail = last[named - shared..].to_owned();
    for name in others {
        name.push_str(&tail);
    }
}

/// 一、二、三产业增加值
fn ordinals(last: &mut String, others: &mut [String]) {
    let numeral = |name: &str| name.starts_with(['一', '二', '三']);
    if !numeral(last) || !others.iter().all(|name| numeral(name)) {
        return;
    }
    let tail: String = last.chars().skip(1).collect();
    for name in others {
        *name = format!("第{name}{tail}");
    }
    *last = format!("第{last}");
}

/// 城乡居民…: the towns first, as always in print.
fn town_and_country(name: &str) -> Option<Vec<String>> {
    let at = name.find("城乡")?;
    let (head, tail) = (&name[..at], &name[at + "城乡".len()..]);
    Some(vec![format!("{head}城镇{tail}"), format!("{head}农村{tail}")])
}
