//! The outline → a [`Frame`] for every section, and what the lead words of paragraphs add to it.
//!
//! Headings tell whether a part looks back or ahead, and on which years. Inside a part that looks back a paragraph may
//! turn to other years (五年来, 刚刚过去的2025年); that holds for the paragraphs after it too, until another turns or the
//! part ends.

use super::super::Frame;
use super::lexicon::plan_years;
use super::{clause, time};
use crate::extract::metadata::Metadata;
use crate::extract::report::{Kind, Report};
use crate::extract::sections::Section;
use jiff::civil::Date;
use memchr::memmem;

type Years = (i16, i16);

/// Words that set out what is to come wherever a heading has them.
const AHEAD: &[&str] = &["下一步", "今后五年", "未来五年", "今后一个时期", "工作打算", "预期目标"];
/// Words that do so at the end of a heading.
const AHEAD_LAST: &[&str] = &[
    "工作安排",
    "工作任务",
    "目标任务",
    "主要目标",
    "发展目标",
    "奋斗目标",
    "总体要求",
    "工作建议",
    "工作的建议",
    "工作意见",
    "工作的意见",
    "工作部署",
    "政策取向",
    "主要任务",
    "重点任务",
    "重点工作",
    "工作重点",
    "工作目标",
    "工作思路",
    "总体思路",
    "的安排",
    "指导思想",
    "工作要求",
    "工作计划",
    "主要安排",
    "预算安排",
    "计划安排",
    "安排意见",
    "预算草案",
    "展望",
    "工作举措",
];
/// Words that look back; of these only the first few count below the top.
const BACK: &[&str] = &[
    "回顾",
    "总结",
    "过去",
    "回眸",
    "成效",
    "成绩",
    "亮点",
    "综述",
    "盘点",
    "执行情况",
    "完成情况",
    "工作情况",
];
const BACK_BELOW: usize = 3;

/// What a heading, or one above it, has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Review,
    Plan,
}

/// The frame of every section, by its heading and those above it. As long as `sections`.
pub(super) fn frames(sections: &[Section], metadata: &Metadata, report: &Report) -> Vec<Frame> {
    let document = (document_frame(metadata, report), None);
    let mut frames: Vec<(Frame, Option<Part>)> = Vec::with_capacity(sections.len());
    for section in sections {
        let above = section.parent.and_then(|at| frames.get(at)).unwrap_or(&document);
        frames.push(under(above, section.heading.as_deref().unwrap_or_default(), report.kind));
    }
    frames.into_iter().map(|(frame, _)| frame).collect()
}

fn document_frame(metadata: &Metadata, report: &Report) -> Frame {
    let title = metadata.title.as_deref().unwrap_or_default();
    let yearly = report.period.is_some_and(|(first, last)| first == last);
    let document_part = title_part(title, report.period);
    let published = metadata.published_date.filter(|_| report.period.is_none());
    Frame {
        document_period: report.period,
        published: published.map(Date::year),
        document_part,
        yearly,
        ..Frame::default()
    }
}

/// The part of a year that a title is about: 2024年上半年经济运行情况, 1—6月经济运行情况. A month alone is when something
/// was, unless it is 6月份; and titles that name other years as well are about something else.
fn title_part(title: &str, period: Option<Years>) -> Option<&'static str> {
    const NAMED: [&str; 6] = ["上半年", "下半年", "前三季度", "一季度", "二季度", "四季度"];
    let text = clause::date(title).map(|(from, to)| &title[from..to]);
    let when = text.map(time::when).unwrap_or_default();
    if when.years.is_some_and(|years| period.is_some_and(|period| period != years)) {
        return None;
    }
    let dated =
        when.part.filter(|part| !part.starts_with('m') || text.is_some_and(|t| t.ends_with('份')));
    let named = || {
        let at = NAMED.iter().filter_map(|name| Some((title.find(name)?, *name))).min();
        at.and_then(|(_, name)| time::when(name).part)
    };
    dated.or_else(|| named().filter(|_| when.part.is_none()))
}

/// The frame below a heading. Inside a part that is settled only a plain word turns it.
fn under(above: &(Frame, Option<Part>), heading: &str, kind: Kind) -> (Frame, Option<Part>) {
    let (above, settled) = (&above.0, above.1);
    let mut frame = above.clone();
    if heading.is_empty() {
        return (frame, settled);
    }
    let years = heading_years(heading, above);
    let comes = |years: Years| above.document_period.is_some_and(|(_, last)| years.0 > last);
    let later = years.is_some_and(comes);
    let words = if settled.is_some() { &BACK[..BACK_BELOW] } else { BACK };
    if words.iter().any(|word| heading.contains(word)) {
        frame.plan = false;
        set_years(&mut frame, years.filter(|years| !comes(*years)));
        return (frame, Some(Part::Review));
    }
    let last = AHEAD_LAST.iter().any(|word| heading.trim_end_matches('：').ends_with(word));
    // A feature's headings sing of aims that it reports as met; a report's tell its parts.
    let tells = settled.is_none() && (kind != Kind::WorkReview || heading.contains('年'));
    if later || AHEAD.iter().any(|word| heading.contains(word)) || last && tells {
        let next = above.document_period.map(|(_, last)| (last + 1, last + 1));
        let above_years = above.part_period.filter(|_| above.plan);
        frame.plan = true;
        set_years(&mut frame, years.or(above_years).or(next));
        return (frame, Some(Part::Plan));
    }
    if let Some(years) = years.filter(|_| settled != Some(Part::Plan)) {
        set_years(&mut frame, Some(years));
    }
    (frame, settled)
}

fn set_years(frame: &mut Frame, years: Option<Years>) {
    frame.part_period = years.filter(|years| Some(*years) != frame.document_period);
    let years = frame.part_period.or(frame.document_period);
    frame.yearly = years.is_some_and(|(first, last)| first == last);
}

/// The years that a heading names. Where it names a year and a plan period, none: its paragraphs tell which.
fn heading_years(heading: &str, above: &Frame) -> Option<Years> {
    // Of two plan periods the later one is what a heading on what was reached and what is to come is about.
    let plan = heading
        .match_indices(['“', '"', '「'])
        .filter_map(|(at, mark)| plan_years(&heading[at + mark.len()..]))
        .max();
    let digits = time::years(heading);
    let last = above.document_period.map(|(_, last)| last);
    if plan.is_some() && digits.is_some() {
        return None;
    }
    if plan.is_some() || digits.is_some() {
        return plan.or(digits);
    }
    if ["未来五年", "今后五年"].iter().any(|word| heading.contains(word)) {
        return last.map(|last| (last + 1, last + 5));
    }
    if heading.contains("五年") && BACK.iter().any(|word| heading.contains(word)) {
        return above
            .document_period
            .filter(|(first, last)| first < last)
            .or(last.map(|last| (last - 4, last)));
    }
    if heading.contains("今年") || heading.contains("明年") {
        return last.map(|last| (last + 1, last + 1));
    }
    None
}

/// What a part that looks back says of its paragraphs, as they come.
#[derive(Debug, Clone, Default)]
pub(in crate::extract::figures) struct Course {
    /// The top section that the paragraphs so far are of.
    part: Option<usize>,
    /// The years that a paragraph turned to.
    turned: Option<Years>,
}

impl Course {
    /// The frame of the next paragraph: the section's, turned by this or an earlier paragraph of the same part.
    pub(in crate::extract::figures) fn frame(
        &mut self,
        sections: &[Section],
        section: usize,
        frame: &Frame,
        paragraph: &str,
    ) -> Frame {
        let part = top(sections, section);
        if self.part != Some(part) {
            *self = Self { part: Some(part), turned: None };
        }
        if let Some(years) = turn(paragraph, frame) {
            self.turned = Some(years);
        }
        let mut frame = frame.clone();
        match self.turned {
            Some(years) if !frame.plan => {
                frame.plan = frame.document_period.is_some_and(|(_, last)| years.0 > last);
                set_years(&mut frame, Some(years));
            }
            // A part on what was reached and what is to come: 过去五年，… opens a paragraph that looks back.
            _ => {
                if let Some(years) = looks_back(paragraph, &frame) {
                    frame.plan = false;
                    set_years(&mut frame, Some(years));
                }
            }
        }
        frame
    }
}

fn top(sections: &[Section], mut section: usize) -> usize {
    // A chain of parents is at most as long as the outline is deep; every parent stands before its child.
    while let Some(parent) =
        sections.get(section).and_then(|s| s.parent).filter(|parent| *parent < section)
    {
        section = parent;
    }
    section
}

/// The years that a paragraph turns to with its first words, or with the first words of an early sentence.
pub(super) fn turn(paragraph: &str, frame: &Frame) -> Option<Years> {
    const SENTENCES_MAX: usize = 4;
    const CHARS_MAX: usize = 260;
    // Words that turn to other years hold one of these.
    let head = &paragraph.as_bytes()[..paragraph.len().min(CHARS_MAX * 4)];
    if !["年", "五"].iter().any(|word| memmem::find(head, word.as_bytes()).is_some()) {
        return None;
    }
    let end = paragraph.char_indices().nth(CHARS_MAX).map_or(paragraph.len(), |(at, _)| at);
    let sentences = paragraph[..end].split(['。', '！', '!']).take(SENTENCES_MAX);
    let mut year = None;
    for sentence in sentences {
        let sentence = without_address(sentence.trim_start_matches([' ', '\u{3000}', '—', '●']));
        match lead_years(sentence, frame) {
            // 2025年目标任务顺利完成。五年来，…: the first sentence says something of the year on the way.
            found @ Some(_) if mentions_year(sentence) => year = year.or(found),
            found @ Some(_) => return found,
            None => {}
        }
    }
    year
}

/// The years of a paragraph inside a part of aims that opens with several years gone by.
fn looks_back(paragraph: &str, frame: &Frame) -> Option<Years> {
    let last = frame.document_period.filter(|_| frame.plan)?.1;
    let first = paragraph.split(['。', '！', '!']).next()?;
    let years = lead_years(without_address(first.trim_start()), frame)?;
    (years.0 < years.1 && years.1 <= last).then_some(years)
}

/// Whom a speaker turns to at the head of a sentence.
fn without_address(sentence: &str) -> &str {
    ["各位代表，", "各位委员，", "同志们，", "各位代表、同志们，", "各位代表,"]
        .iter()
        .find_map(|address| sentence.strip_prefix(address))
        .unwrap_or(sentence)
}

/// A sentence that speaks of a year rather than turning to it (2025年，…).
fn mentions_year(sentence: &str) -> bool {
    let rest = sentence.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < sentence.len() && !rest.starts_with("年，") && !rest.starts_with("年,")
}

fn lead_years(sentence: &str, frame: &Frame) -> Option<Years> {
    const CALLS: &[&str] =
        &["各位代表，", "各位委员，", "同志们，", "各位领导，", "各位代表：", "各位代表、同志们，"];
    let sentence = CALLS.iter().find_map(|call| sentence.strip_prefix(call)).unwrap_or(sentence);
    let last = frame.document_period.map(|(_, last)| last);
    let back = |years: i16| last.map(|last| (last - years + 1, last));
    const FIVE: &[&str] = &[
        "五年来",
        "5年来",
        "这五年",
        "这5年",
        "过去五年",
        "过去5年",
        "过去的五年",
        "回顾五年",
        "回顾过去五年",
        "回望五年",
        "回望过去五年",
        "五年间",
        "5年间",
        "回首五年",
        "回首过去五年",
        "总的看，五年",
    ];
    const ONE: &[&str] = &["过去一年", "过去的一年", "一年来", "这一年", "去年，", "全年，"];
    if FIVE.iter().any(|word| sentence.starts_with(word)) {
        // In a five-year review the document's own years are meant.
        return frame.document_period.filter(|(first, last)| last - first >= 3).or_else(|| back(5));
    }
    if ONE.iter().any(|word| sentence.starts_with(word)) {
        return back(1);
    }
    let bare = sentence.trim_start_matches(['“', '"', '「']);
    if let Some(years) = plan_years(bare).filter(|_| bare.len() < sentence.len()) {
        return Some(years);
    }
    let rest = sentence
        .strip_prefix("刚刚过去的")
        .or_else(|| sentence.strip_prefix("过去的"))
        .unwrap_or(sentence);
    let dated = rest.len() >= 7
        && rest.as_bytes()[..4].iter().all(u8::is_ascii_digit)
        && rest[4..].starts_with('年');
    // A date with a month is an event, not a turn.
    let whole = dated && !rest[7..].starts_with(|c: char| c.is_ascii_digit());
    time::years(if whole { &rest[..7] } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Span;

    fn section(parent: Option<usize>, heading: &str) -> Section {
        Section {
            parent,
            level: 1,
            path: "1".to_owned(),
            marker: None,
            heading: Some(heading.to_owned()),
            text: String::new(),
            span: Span::new(0, 0),
            n_paragraphs: 0,
            n_figures: 0,
        }
    }

    fn framed(
        period: Years,
        headings: &[(Option<usize>, &str)],
    ) -> Vec<(bool, Option<Years>, bool)> {
        let sections: Vec<Section> =
            headings.iter().map(|(parent, heading)| section(*parent, heading)).collect();
        let report = Report { period: Some(period), ..Report::default() };
        frames(&sections, &Metadata::default(), &report)
            .iter()
            .map(|f| (f.plan, f.part_period, f.yearly))
            .collect()
    }

    #[test]
    fn a_title_tells_the_part_of_the_year() {
        let part = |title| title_part(title, Some((2024, 2024)));
        assert_eq!(part("清溪县2024年上半年经济运行情况"), Some("h1"));
        assert_eq!(part("2024年1—5月清溪县经济运行情况"), Some("to_date"));
        assert_eq!(part("上半年工作总结和下半年工作打算"), Some("h1"));
        assert_eq!(part("2024年6月份居民消费价格"), Some("m06"));
        assert_eq!(part("2024年6月县长办公会纪要"), None);
        assert_eq!(part("2023年上半年工作总结"), None, "the document is about another year");
        assert_eq!(part("2024年政府工作报告"), None);
    }

    #[test]
    fn headings_tell_what_is_to_come_and_its_years() {
        let frames = framed(
            (2025, 2025),
            &[
                (None, "2025年和“十四五”时期工作回顾"),
                (None, "“十五五”时期主要目标任务"),
                (None, "2026年工作安排"),
                (Some(2), "着力扩大内需"),
            ],
        );
        assert_eq!(frames[0], (false, None, true));
        assert_eq!(frames[1], (true, Some((2026, 2030)), false));
        assert_eq!(frames[2], (true, Some((2026, 2026)), true));
        assert_eq!(frames[3], frames[2]);
        let both = framed((2025, 2025), &[(None, "“十四五”发展成就和“十五五”主要目标任务")]);
        assert_eq!(both[0], (true, Some((2026, 2030)), false));
    }

    #[test]
    fn what_a_plan_hopes_to_have_reached_is_still_to_come() {
        let frames = framed(
            (2025, 2025),
            &[
                (None, "2026年工作安排"),
                (Some(0), "推动生态建设取得更大成效"),
                (None, "过去一年工作回顾"),
                (Some(2), "突出重点任务"),
            ],
        );
        assert!(frames[1].0, "成效 below a plan's heading does not look back");
        assert!(!frames[3].0, "重点任务 below a review's heading does not look ahead");
    }

    #[test]
    fn a_review_of_five_years_stays_in_them() {
        let frames = framed(
            (2013, 2017),
            &[(None, "过去五年工作回顾"), (None, "2018年经济社会发展总体要求和政策取向")],
        );
        assert_eq!(frames[0], (false, None, false));
        assert_eq!(frames[1], (true, Some((2018, 2018)), true));
    }

    #[test]
    fn a_paragraph_turns_those_after_it() {
        let frame = Frame { document_period: Some((2025, 2025)), yearly: true, ..Frame::default() };
        let sections = [section(None, "工作回顾")];
        let mut course = Course::default();
        let mut years = |text: &str| course.frame(&sections, 0, &frame, text).part_period;
        assert_eq!(years("全市经济稳中向好。"), None);
        assert_eq!(years("五年来，新建学校20所。"), Some((2021, 2025)));
        assert_eq!(years("——改造老旧小区30个。"), Some((2021, 2025)));
        assert_eq!(years("刚刚过去的2025年，很不平凡。"), None);
        assert_eq!(years("2025年是规划收官之年。五年来，改造管网30公里。"), Some((2021, 2025)));
        assert_eq!(years("各位代表，刚刚过去的2025年，很不平凡。"), None);
        assert_eq!(years("2024年3月，某镇办了一件实事。"), None);
        assert_eq!(years("2025年任务完成，规划收官。五年来，改造管网30公里。"), Some((2021, 2025)));
    }

    #[test]
    fn a_paragraph_may_look_back_in_a_part_of_aims() {
        let frame = Frame {
            document_period: Some((2025, 2025)),
            part_period: Some((2026, 2030)),
            plan: true,
            ..Frame::default()
        };
        let sections = [section(None, "发展成就和主要目标")];
        let mut course = Course::default();
        let mut framed = |text: &str| {
            let frame = course.frame(&sections, 0, &frame, text);
            (frame.plan, frame.part_period)
        };
        assert_eq!(framed("过去五年，新建学校20所。"), (false, Some((2021, 2025))));
        assert_eq!(framed("到2030年，学校达到80所。"), (true, Some((2026, 2030))));
    }
}
