//! The head of a page, above its running text: menus, title, subtitle, kicker, fields, captions, and the first
//! headings of the body.
//!
//! The title is chosen by points: what stands under it (fields, a subtitle), its words, its length, being repeated.
//! What then stands between the title and the text is a field, a subtitle, a caption, a heading of the body if it is
//! right above the text, or a menu.

use super::roles::{Decision, Fact};
use super::words::{self, Hint};
use crate::clean::Role;
use crate::clean::headings::{self, Shape};

/// Decides the pieces of the head, `body` being the first piece after it; says where the body starts, which may be
/// before the first running text.
pub(super) fn decide(facts: &[Fact<'_>], body: Option<&Fact<'_>>, out: &mut [Decision]) -> usize {
    let crumbs = crumbs(facts);
    let menu = menu_runs(facts);
    let title = title(facts, &crumbs, &menu);
    for i in 0..facts.len() {
        out[i] = match title {
            Some(t) if i < t => above_title(facts, t, i, &crumbs),
            Some(t) if i == t => Decision::new(Role::Title, "title_points", 0.9),
            Some(t) => below_title(facts, t, i, &crumbs),
            None => field(facts, i).unwrap_or(unexplained()),
        };
    }
    let speech = body.is_some_and(|b| b.hint == Hint::Salutation);
    if speech {
        speech_captions(facts, out);
    }
    first_lines(facts, &menu, title, out)
}

fn unexplained() -> Decision {
    Decision::new(Role::Nav, "above_the_text", 0.6)
}

/// Lines of a breadcrumb that is set one name a line, with > between.
fn crumbs(facts: &[Fact<'_>]) -> Vec<bool> {
    let mark = |f: &Fact<'_>| matches!(f.text, ">" | "›" | "››" | ">>" | "»" | "/" | "-" | "→");
    let mut out = vec![false; facts.len()];
    for i in (0..facts.len()).filter(|i| mark(&facts[*i])) {
        out[i.saturating_sub(1)..(i + 2).min(facts.len())].fill(true);
    }
    out
}

/// Widest entry of a menu.
const ENTRY_MAX: usize = 16;

/// Lines of a menu: three or more short ones in a row, nothing else between.
fn menu_runs(facts: &[Fact<'_>]) -> Vec<bool> {
    let mut out = vec![false; facts.len()];
    let entry = |f: &Fact<'_>| {
        f.hint == Hint::Nav
            || f.hint == Hint::None
                && f.columns <= ENTRY_MAX
                && !f.ended
                && f.shape != Shape::Numbered
                && !f.text.starts_with('【')
    };
    let mut start = 0;
    for end in 0..=facts.len() {
        if end < facts.len() && entry(&facts[end]) && (end == start || facts[end].gap <= 1) {
            continue;
        }
        let run = &facts[start..end];
        // A title block of a report also has short lines; its names and words of titles tell it.
        let own = run
            .iter()
            .filter(|f| {
                f.hint == Hint::None
                    && !words::is_speaker(f.text)
                    && words::title_words(f.text) == 0
            })
            .count();
        if own >= 3 || run.iter().filter(|f| words::is_menu_entry(f.text)).count() >= 2 {
            out[start..end].fill(true);
        }
        start = if end < facts.len() && entry(&facts[end]) { end } else { end + 1 };
    }
    out
}

/// How far from a title, in lines, it may be repeated.
const ECHO_WITHIN: usize = 40;

/// Fewest points of a title.
const TITLE_POINTS: i32 = 2;

fn title(facts: &[Fact<'_>], crumbs: &[bool], menu: &[bool]) -> Option<usize> {
    let points = |i: usize| -> i32 { title_points(facts, i) - if menu[i] { 3 } else { 0 } };
    let able = (0..facts.len()).filter(|i| !crumbs[*i] && can_be_title(&facts[*i]));
    let best = able.map(|i| (points(i), i)).max_by_key(|(p, i)| (*p, std::cmp::Reverse(*i)))?;
    let first = title_above(facts, best, &points, menu).unwrap_or(best.1);
    (best.0 >= TITLE_POINTS).then_some(first)
}

/// Of two lines that are as good, the upper is the title and the lower explains it, unless the upper is a kicker.
fn title_above(
    facts: &[Fact<'_>],
    best: (i32, usize),
    points: &dyn Fn(usize) -> i32,
    menu: &[bool],
) -> Option<usize> {
    let (most, i) = best;
    let above =
        i.checked_sub(1).filter(|a| can_be_title(&facts[*a]) && !menu[*a] && facts[i].gap <= 1)?;
    let last = !facts.get(i + 1).is_some_and(is_subtitle);
    let equal =
        points(above) + 1 >= most && facts[above].columns >= 16 && !runs_together(facts, above);
    (last && equal && !is_kicker(&facts[above]) && !goes_on(facts[i].text)).then_some(above)
}

/// A line that can't start a title: 和2024年预算草案的报告.
fn goes_on(text: &str) -> bool {
    text.starts_with(['和', '及', '暨', '与', '與', '的', '并'])
}

fn can_be_title(f: &Fact<'_>) -> bool {
    let shaped = matches!(f.hint, Hint::None | Hint::Title)
        && !f.furniture
        && !matches!(f.shape, Shape::Numbered | Shape::NumberedSentence);
    let named = !words::is_speaker(f.text) || words::title_words(f.text) > 0;
    shaped
        && named
        && (8..=160).contains(&f.columns)
        && !is_subtitle(f)
        && f.text.contains(char::is_alphabetic)
}

fn title_points(facts: &[Fact<'_>], i: usize) -> i32 {
    let f = &facts[i];
    let mut points = 0;
    let under = &facts[i + 1..facts.len().min(i + 5)];
    if let Some(n) = under.iter().position(|u| is_field(u) || words::is_speaker(u.text)) {
        let clear = under[..n].iter().all(|u| {
            is_subtitle(u)
                || u.hint == Hint::None && u.shape == Shape::Bare && u.columns > ENTRY_MAX
        });
        points += if clear { 3 } else { 0 };
    }
    points += if under.first().is_some_and(is_subtitle) { 3 } else { 0 };
    points += match words::title_words(f.text) {
        0 => 0,
        1 => 2,
        _ => 3,
    };
    points += i32::from((12..=90).contains(&f.columns)) + i32::from(i == 0);
    points += if f.hint == Hint::Title { 10 } else { 0 };
    let echoes = |o: &Fact<'_>| o.text.len() < 400 && o.text.contains(f.text);
    let before = facts[i.saturating_sub(ECHO_WITHIN)..i].iter().any(echoes);
    let after = under.iter().any(echoes) || facts[i + 1..].iter().take(ECHO_WITHIN).any(echoes);
    points += i32::from(f.columns >= 16 && (before || after));
    if f.text.ends_with(['。', '；', '：', ':', '，', ',', '、']) {
        points -= 4;
    }
    if facts[i.saturating_sub(ECHO_WITHIN)..i].iter().any(|u| u.hint == Hint::Meta) {
        points -= 2;
    }
    points
}

fn is_field(f: &Fact<'_>) -> bool {
    matches!(f.hint, Hint::Meta | Hint::Date | Hint::Credit)
}

fn is_subtitle(f: &Fact<'_>) -> bool {
    f.hint == Hint::None && headings::is_subtitle(f.text)
}

fn above_title(facts: &[Fact<'_>], title: usize, i: usize, crumbs: &[bool]) -> Decision {
    let f = &facts[i];
    if crumbs[i] {
        return Decision::new(Role::Nav, "breadcrumb", 0.9);
    }
    let close = title - i <= 3;
    let near = close
        && facts[i + 1..title].iter().all(|u| is_page_mark(u) || is_field(u) || can_be_title(u));
    if is_page_mark(f) {
        let beside = title - i <= 2;
        return if beside {
            Decision::new(Role::Meta, "page_of_the_paper", 0.7)
        } else {
            Decision::new(Role::Nav, "page_furniture", 0.7)
        };
    }
    if near
        && f.hint == Hint::None
        && matches!(f.shape, Shape::Bare | Shape::Text)
        && f.columns >= 16
        && !runs_together(facts, i)
    {
        return kicker_or_title(facts, title, i);
    }
    field(facts, i).unwrap_or(unexplained())
}

/// A line right above the title: its first line, a kicker, or the name of a column.
fn kicker_or_title(facts: &[Fact<'_>], title: usize, i: usize) -> Decision {
    let f = &facts[i];
    if facts[title].text.contains(f.text) || f.text.contains(facts[title].text) {
        return Decision::new(Role::Title, "title_repeated", 0.7);
    }
    if i + 1 == title && goes_on(facts[title].text) {
        return Decision::new(Role::Title, "title_in_lines", 0.8);
    }
    let occasion = ["会议", "會議", "大会"].iter().any(|w| f.text.contains(w));
    if occasion || is_kicker(f) {
        return Decision::new(Role::Kicker, "above_the_title", 0.7);
    }
    let block =
        i + 1 == title && f.gap <= 8 && i < 2 && words::title_words(f.text) == 0 && f.columns >= 20;
    if block { Decision::new(Role::Title, "title_in_lines", 0.6) } else { unexplained() }
}

/// Names a series, a session or an occasion, as lines above a title do.
fn is_kicker(f: &Fact<'_>) -> bool {
    let words = ["两会", "——", "文件", "系列", "特刊", "专版", "报道", "专栏", "特稿"];
    words.iter().any(|w| f.text.contains(w))
        || f.text.split_whitespace().count() >= 3 && f.columns >= 24
}

/// A line of the paper's furniture that runs kicker and title together.
fn runs_together(facts: &[Fact<'_>], i: usize) -> bool {
    let others = facts
        .iter()
        .enumerate()
        .filter(|(j, o)| *j != i && o.columns >= 12 && facts[i].columns > o.columns + 4);
    others.filter(|(_, o)| squeeze(facts[i].text).contains(&squeeze(o.text))).take(1).count() > 0
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A number alone on its line: the page of a newspaper, a day of a calendar.
fn is_page_mark(f: &Fact<'_>) -> bool {
    f.columns <= 4 && f.text.bytes().all(|b| b.is_ascii_digit())
}

/// What a line's own words make of it, title or not.
fn field(facts: &[Fact<'_>], i: usize) -> Option<Decision> {
    let f = &facts[i];
    let value = i > 0
        && words::is_empty_label(facts[i - 1].text)
        && f.hint == Hint::None
        && f.columns <= 60;
    Some(match f.hint {
        _ if f.furniture => Decision::new(Role::Nav, "page_furniture", 0.9),
        _ if value => Decision::new(Role::Meta, "value_of_a_label", 0.8),
        Hint::Meta | Hint::Credit => Decision::new(Role::Meta, "field_label", 0.9),
        Hint::Date => Decision::new(Role::Meta, "date", 0.8),
        Hint::Caption => Decision::new(Role::Caption, "caption_words", 0.9),
        Hint::Nav | Hint::Footer | Hint::Related => Decision::new(Role::Nav, "controls", 0.9),
        Hint::Title => Decision::new(Role::Title, "title_points", 0.8),
        Hint::None | Hint::Salutation => return None,
    })
}

fn below_title(facts: &[Fact<'_>], title: usize, i: usize, crumbs: &[bool]) -> Decision {
    let f = &facts[i];
    if crumbs[i] {
        return Decision::new(Role::Nav, "breadcrumb", 0.9);
    }
    if is_subtitle(f) {
        return Decision::new(Role::Subtitle, "subtitle_form", 0.9);
    }
    if let Some(decision) = field(facts, i) {
        return decision;
    }
    let (ours, other) = (squeeze(facts[title].text), squeeze(f.text));
    if f.columns >= 8 && (ours == other || other.len() < ours.len() * 2 && other.contains(&ours)) {
        return Decision::new(Role::Title, "title_repeated", 0.8);
    }
    if is_page_mark(f) {
        return Decision::new(Role::Meta, "page_of_the_paper", 0.6);
    }
    // Lines between the title and the first field continue the title.
    let close = i - title <= 2;
    let between = close
        && facts[title + 1..i].iter().all(|u| {
            u.hint == Hint::None
                && u.shape == Shape::Bare
                && !words::is_speaker(u.text)
                && !is_subtitle(u)
        });
    let field_follows = facts[i + 1..facts.len().min(i + 4)]
        .iter()
        .any(|u| is_field(u) || is_subtitle(u) || words::is_speaker(u.text));
    if words::is_speaker(f.text) {
        return Decision::new(Role::Meta, "speaker", 0.8);
    }
    if between && field_follows && f.shape == Shape::Bare && f.columns >= 8 {
        if words::is_body_name(f.text) {
            return Decision::new(Role::Meta, "issuer", 0.7);
        }
        let subtitle_follows = facts[i + 1..].iter().take(2).any(is_subtitle);
        let explains = !subtitle_follows && !goes_on(f.text) && words::title_words(f.text) > 0;
        return if explains {
            Decision::new(Role::Subtitle, "under_the_title", 0.6)
        } else {
            Decision::new(Role::Title, "title_in_lines", 0.7)
        };
    }
    if f.shape == Shape::Bare && i - title <= 4 && words::is_body_name(f.text) {
        return Decision::new(Role::Meta, "issuer", 0.6);
    }
    if f.shape == Shape::Bare && is_office_line(facts, i) {
        return Decision::new(Role::Meta, "speaker", 0.7);
    }
    unexplained()
}

/// An office on a line of its own above the speaker's name (国务院总理 / 某某).
fn is_office_line(facts: &[Fact<'_>], i: usize) -> bool {
    facts[i].columns <= 24
        && facts.get(i + 1).is_some_and(|n| words::is_speaker(n.text))
        && words::title_words(facts[i].text) == 0
}

/// A line above the address that says who is speaking is the caption of a picture.
fn speech_captions(facts: &[Fact<'_>], out: &mut [Decision]) {
    for (f, slot) in facts.iter().zip(out) {
        let says = ["作政府工作报告", "作工作报告", "作报告", "作讲话", "作政府工作報告"]
            .iter()
            .any(|w| f.text.contains(w));
        if says && slot.reason == "above_the_text" && f.columns >= 16 {
            *slot = Decision::new(Role::Caption, "caption_words", 0.7);
        }
    }
}

/// Where the body starts: the lines right above the text that nothing else explains are its first headings and its
/// short first sentences. A run of three or more short ones is a menu.
fn first_lines(facts: &[Fact<'_>], menu: &[bool], title: Option<usize>, out: &[Decision]) -> usize {
    let open = |i: &usize| out[*i].reason == "above_the_text" || facts[*i].furniture;
    let own = |i: &usize| open(i) && !menu[*i] && title.is_none_or(|t| *i > t);
    // Whoever is addressed, or whatever is listed, is the text's.
    let opens =
        |i: &usize| facts[*i].text.ends_with(['：', ':']) && facts[*i].columns >= 8 && open(i);
    if let Some(t) = title
        && let Some(list) = (t + 1..facts.len()).find(opens)
        && (list..facts.len()).all(|i| open(&i))
    {
        return list;
    }
    let mut start = (0..facts.len()).rev().take_while(own).last().unwrap_or(facts.len());
    let mut bare = 0;
    for (i, f) in facts.iter().enumerate().skip(start) {
        bare = if f.shape == Shape::Bare { bare + 1 } else { 0 };
        if bare >= 3 || f.shape == Shape::Text && !f.ended {
            start = i + 1;
        }
    }
    start
}
