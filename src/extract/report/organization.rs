//! Title, opening and the rest of the page → the body whose work is reported, and its place.
//!
//! The kind of body (政协, 人民政府) stands in the title; its place stands before it, or is only hinted at (市政协, 省人民
//! 政府) and is then found where the page names such a body in full, or in the name of the session (…在某省第十四届人民代
//! 表大会). Names that several places bear are told apart by the rest of the page.

use super::regions::{self, Division, Evidence, Place, Region, RegionLevel};
use super::{Kind, View, unlisted};
use std::collections::BTreeMap;

/// Words that name a body, longest first where one holds another, and the body's own name.
const BODIES: &[(&str, Body)] = &[
    ("人民政治协商会议", Body::Cppcc),
    ("人民代表大会常务委员会", Body::Congress),
    ("人大常委会", Body::Congress),
    ("高级人民法院", Body::Court),
    ("中级人民法院", Body::Court),
    ("人民法院", Body::Court),
    ("高级法院", Body::Court),
    ("中级法院", Body::Court),
    ("法院工作", Body::Court),
    ("人民检察院", Body::Procuratorate),
    ("检察院", Body::Procuratorate),
    ("检察机关", Body::Procuratorate),
    ("人民政府", Body::Government),
    ("政府工作", Body::Government),
    ("政协", Body::Cppcc),
    ("法院", Body::Court),
    ("政府", Body::Government),
];

/// A kind of body that reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Cppcc,
    Party,
    Congress,
    Court,
    Procuratorate,
    Government,
    Statistics,
    Finance,
    Planning,
}

impl Body {
    /// Its name at a place.
    fn name(self, place: &Division) -> String {
        self.name_at(place.name, place.level(), is_special(place))
    }

    /// Its name at a place of this name and level.
    fn name_at(self, place: &str, level: RegionLevel, special: bool) -> String {
        if level == RegionLevel::Country {
            return match self {
                Self::Cppcc => "全国政协",
                Self::Party => "中国共产党中央委员会",
                Self::Congress => "全国人大常委会",
                Self::Court => "最高人民法院",
                Self::Procuratorate => "最高人民检察院",
                Self::Government => "国务院",
                Self::Statistics => "国家统计局",
                Self::Finance => "财政部",
                Self::Planning => "国家发展和改革委员会",
            }
            .to_owned();
        }
        if self == Self::Party {
            return format!("中共{place}委员会");
        }
        let own = match (self, level) {
            (Self::Party, _) => "委员会",
            (Self::Cppcc, _) => "政协",
            (Self::Congress, _) => "人大常委会",
            (Self::Court, RegionLevel::Province) => "高级人民法院",
            (Self::Court, RegionLevel::Prefecture) => "中级人民法院",
            (Self::Court, _) => "人民法院",
            (Self::Procuratorate, _) => "人民检察院",
            (Self::Government, _) if special => "政府",
            (Self::Government, _) => "人民政府",
            (Self::Statistics, _) => "统计局",
            (Self::Finance, RegionLevel::Province) if place.ends_with('市') => "财政局",
            (Self::Finance, RegionLevel::Province) => "财政厅",
            (Self::Finance, _) => "财政局",
            (Self::Planning, _) => "发展和改革委员会",
        };
        format!("{place}{own}")
    }
}

fn is_special(place: &Division) -> bool {
    matches!(place.code, 810_000 | 820_000)
}

/// What a text says of a body: its kind and, as far as printed, its place.
#[derive(Debug, Clone, PartialEq)]
struct Mention {
    body: Body,
    place: Printed,
}

/// How the place of a body is printed.
#[derive(Debug, Clone, PartialEq)]
enum Printed {
    /// By name.
    Name(Place),
    /// By level only: 市政协, 全省法院.
    Level(&'static str),
    /// Not at all.
    No,
}

pub(super) fn organization(view: &View, kind: Kind) -> (Option<String>, Option<Region>) {
    let found = match kind {
        Kind::StatisticalBulletin => by_title_place(view, Body::Statistics),
        Kind::Budget => by_title_place(view, Body::Finance),
        Kind::Other => None,
        Kind::MeetingNews => in_head(view).filter(|m| {
            matches!(m.place, Printed::Name(_)) || unlisted::place(view, kind).is_some()
        }),
        Kind::WorkReport if view.title.contains("发展计划执行情况") => {
            by_title_place(view, Body::Planning)
        }
        Kind::WorkReport | Kind::WorkReview => in_head(view).or_else(|| in_opening(view)),
    };
    let Some(mention) = found else { return (None, None) };
    let known = place_of(view, &mention, || unlisted::place(view, kind).is_none());
    if let Some(place) = known {
        return (Some(mention.body.name(place)), Some(place.region()));
    }
    let by_form = unlisted::place(view, kind)
        .map(|place| mention.body.name_at(&place, unlisted::level(&place), false));
    (by_form, None)
}

/// The body that the title, the subtitle or the kicker names; a place printed there goes with it.
fn in_head(view: &View) -> Option<Mention> {
    let mut mentions: Vec<Mention> = view.head.iter().flat_map(|part| mentions(part)).collect();
    if let Some(at) = mentions.iter().position(|m| matches!(m.place, Printed::Name(_))) {
        return Some(mentions.swap_remove(at));
    }
    let first = mentions.into_iter().next()?;
    // 陕西省2026年政府工作报告 names the place first.
    match title_place(view) {
        Some(place) => Some(Mention { place: Printed::Name(place), ..first }),
        None => Some(first),
    }
}

/// The body in whose name the report is given: 我代表市人民政府…, 受…常务委员会委托.
fn in_opening(view: &View) -> Option<Mention> {
    let spoken = view.lead.iter().filter(|line| {
        ["我代表", "我受", "代表国务院", "受国务院", "国务院的决定"]
            .iter()
            .any(|w| line.contains(w))
    });
    spoken.flat_map(|line| mentions(line)).next()
}

/// A body that reports on the place that the title begins with.
fn by_title_place(view: &View, body: Body) -> Option<Mention> {
    let place = title_place(view).map_or(Printed::No, Printed::Name);
    Some(Mention { body, place })
}

/// The place that the title begins with, after 关于, a year or a number of months.
fn title_place(view: &View) -> Option<Place> {
    let title = view.title.trim_start_matches(|c: char| "《“\"【".contains(c));
    let title = title.strip_prefix("关于").unwrap_or(title);
    let dated =
        |c: char| c.is_ascii_digit() || "〇零○一二三四五六七八九十-—年度月上下半第季全".contains(c);
    // 2023年四川省 begins with numerals, and so does the place.
    let ends = title.char_indices().take_while(|&(_, c)| dated(c)).map(|(at, c)| at + c.len_utf8());
    std::iter::once(0).chain(ends).take(20).find_map(|at| regions::at_start(&title[at..]))
}

/// The bodies that a text names, in reading order.
fn mentions(text: &str) -> Vec<Mention> {
    const NATIONAL: &[(&str, Body)] = &[
        ("国务院", Body::Government),
        ("最高人民法院", Body::Court),
        ("最高人民检察院", Body::Procuratorate),
        ("中央委员会", Body::Party),
    ];
    let mut found: Vec<(usize, usize, Mention)> = Vec::new();
    for (word, body) in NATIONAL {
        if let Some(at) = text.find(word) {
            found.push((at, at + word.len(), Mention { body: *body, place: country() }));
        }
    }
    for (word, body) in BODIES {
        for (at, _) in text.match_indices(word).take(8) {
            // A longer word of the list that covers this place was there first.
            if found.iter().any(|&(start, end, _)| (start..end).contains(&at)) {
                continue;
            }
            let end = at + word.len();
            let place =
                place_before(&text[..at], word).or_else(|| place_after(&text[end..], *body));
            // 政府 alone is said of any.
            if place.is_some() || *word != "政府" {
                let place = place.unwrap_or(Printed::No);
                found.push((at, end, Mention { body: *body, place }));
            }
        }
    }
    found.sort_by_key(|&(at, ..)| at);
    found.into_iter().map(|(.., mention)| mention).collect()
}

fn country() -> Printed {
    let candidates: Vec<_> = regions::by_code(0).into_iter().collect();
    Printed::Name(Place { candidates, bytes: 0, own_bytes: 0, in_full: true })
}

/// The place printed before a body's name, a year or a term of office between them left out.
fn place_before(text: &str, word: &str) -> Option<Printed> {
    let text = text.trim_end_matches("中国").trim_end();
    if text.ends_with("全国") {
        return Some(country());
    }
    let bare = text.trim_end_matches(|c: char| {
        c.is_ascii_digit() || "〇零○一二三四五六七八九十年度第届、".contains(c)
    });
    if let Some(place) = regions::at_end(text).or_else(|| regions::at_end(bare))
        && (place.in_full || word != "法院")
    {
        return Some(Printed::Name(place));
    }
    level_at_end(bare).map(Printed::Level)
}

fn level_at_end(text: &str) -> Option<&'static str> {
    ["自治区", "自治州", "自治县", "省", "市", "州", "盟", "县", "区", "旗"]
        .into_iter()
        .find(|l| text.ends_with(l))
}

/// The place after 政协: 政协某市第十四届委员会.
fn place_after(text: &str, body: Body) -> Option<Printed> {
    if body != Body::Cppcc {
        return None;
    }
    if text.starts_with("全国委员会") || text.starts_with("第") && text.contains("届全国委员会")
    {
        return Some(country());
    }
    let text = match text.strip_prefix('第').and_then(|rest| rest.split_once('届')) {
        Some((term, rest)) if term.chars().count() <= 3 => rest,
        _ => text,
    };
    let place = regions::at_start(text)?;
    let rest = &text[place.bytes..];
    let congress =
        rest.starts_with('第') || rest.starts_with("委员会") || rest.chars().nth(1) == Some('届');
    (place.in_full && congress).then_some(Printed::Name(place))
}

/// The division that is meant. Other bodies that the page names are asked only where `may_vote` says that it prints no
/// place of its own.
fn place_of(
    view: &View,
    mention: &Mention,
    may_vote: impl Fn() -> bool,
) -> Option<&'static Division> {
    let vote = |level| may_vote().then(|| by_vote(view, mention.body, level)).flatten();
    match &mention.place {
        Printed::Name(place) if place.candidates.len() == 1 => place.candidates.first().copied(),
        Printed::Name(place) => regions::decide(&place.candidates, &evidence(view)),
        Printed::Level(level) => session_place(view, Some(level)).or_else(|| vote(Some(level))),
        Printed::No => session_place(view, None).or_else(|| vote(None)),
    }
}

/// The place of the congress that the report was given to: 在某省第十四届人民代表大会第五次会议上.
fn session_place(view: &View, level: Option<&str>) -> Option<&'static Division> {
    let lines = view
        .head
        .iter()
        .chain(view.lead.iter())
        .filter(|line| line.contains("会议") || line.contains("大会"));
    for line in lines {
        for word in ["人民代表大会", "人大", "委员会"] {
            for (at, _) in line.match_indices(word) {
                let before = line[..at].trim_end_matches("全国");
                let bare = before.trim_end_matches(|c: char| {
                    c.is_ascii_digit() || "〇零○一二三四五六七八九十第届".contains(c)
                });
                if bare.len() == line[..at].len() {
                    continue;
                }
                if before.len() < line[..at].len() {
                    return regions::by_code(0);
                }
                let Some(place) = regions::at_end(bare).filter(|p| p.in_full) else { continue };
                let fits = |d: &&Division| level.is_none_or(|l| d.name.ends_with(l));
                let fitting: Vec<_> = place.candidates.into_iter().filter(|d| fits(d)).collect();
                if let Some(place) = regions::decide(&fitting, &evidence(view)) {
                    return Some(place);
                }
            }
        }
    }
    None
}

/// The place whose body of this kind the page names most often, by a clear margin.
fn by_vote(view: &View, body: Body, level: Option<&str>) -> Option<&'static Division> {
    let mut votes: BTreeMap<u32, f32> = BTreeMap::new();
    let evidence = evidence(view);
    let weighted = view
        .body
        .iter()
        .map(|line| (line, 1.0))
        .chain(view.margin.iter().map(|line| (line, 2.0)))
        .chain(view.lead.iter().map(|line| (line, 1.0)))
        .chain(std::iter::once((&view.publisher, 3.0)));
    for (line, weight) in weighted {
        for mention in mentions(line).into_iter().filter(|m| m.body == body) {
            let Printed::Name(place) = mention.place else { continue };
            let fits = |d: &&&Division| {
                level.is_none_or(|l| {
                    d.name.ends_with(l) && !(l == "区" && d.name.ends_with("自治区"))
                })
            };
            let fitting: Vec<_> = place.candidates.iter().filter(fits).copied().collect();
            if let Some(place) = regions::decide(&fitting, &evidence) {
                *votes.entry(place.code).or_default() += weight;
            }
        }
    }
    let mut votes: Vec<(u32, f32)> = votes.into_iter().collect();
    votes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (code, best) = *votes.first()?;
    let second = votes.get(1).map_or(0.0, |v| v.1);
    (best > 1.5 * second).then(|| regions::by_code(code)).flatten()
}

/// What the whole page says about where it is.
fn evidence(view: &View) -> Evidence {
    let mut evidence = Evidence::default();
    for line in &view.head {
        evidence.add_text(line, 4.0);
    }
    evidence.add_text(&view.publisher, 4.0);
    for line in &view.margin {
        evidence.add_text(line, 2.0);
        evidence.add_filing_numbers(line, 6.0);
    }
    for line in &view.body {
        evidence.add_text(line, 1.0);
    }
    evidence
}
