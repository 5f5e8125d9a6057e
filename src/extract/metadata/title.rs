//! Title blocks and the page's head → title, subtitle and kicker.
//!
//! The title element adds names of site and channel (`标题_频道_某网`), og:title often does too, h1 may be the site's logo.
//! What two of them agree on is the title; the block that cleaning marked as title comes first among equals.

use super::fields::{self, Field, Labelled};
use crate::clean::{Block, Hints, Role};
use crate::han::is_han;

/// A title in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) title: Option<String>,
    pub(super) subtitle: Option<String>,
    pub(super) kicker: Option<String>,
}

/// Head elements that hold the title, best first.
const TITLE_METAS: &[&str] = &[
    "articletitle",
    "og:title",
    "twitter:title",
    "citation_title",
    "dc.title",
    "dcterms.title",
    "headline",
    "parsely-title",
    "sailthru.title",
    "title",
];

pub(super) fn heading(hints: &Hints, blocks: &[Block]) -> Heading {
    let block_of = |role| blocks.iter().find(|b| b.role == role && !b.text.trim().is_empty());
    let printed = printed(blocks);
    // Cleaning has looked for one above the byline where the head has none.
    let alone = blocks.iter().any(|b| b.role == Role::Title && b.reason == "above_byline");
    let title = if alone { printed } else { choose(hints, printed.as_deref(), heads_text(blocks)) };
    let mut heading = Heading {
        title: None,
        subtitle: block_of(Role::Subtitle).map(|b| clean(&b.text)),
        kicker: block_of(Role::Kicker).map(|b| clean(&b.text)),
    };
    if let Some(title) = title.map(|t| clean(&t)).filter(|t| !t.is_empty()) {
        match split_subtitle(&title) {
            Some((main, sub)) => {
                heading.title = Some(main.to_owned());
                heading.subtitle.get_or_insert_with(|| sub.to_owned());
            }
            None => heading.title = Some(title),
        }
    }
    heading
}

/// The first title that is printed, in all its lines.
fn printed(blocks: &[Block]) -> Option<String> {
    let first = blocks.iter().position(|b| b.role == Role::Title && !b.text.trim().is_empty())?;
    let mut title = without_label(&blocks[first].text).to_owned();
    let in_lines = |b: &Block| b.reason == "title_in_lines";
    let further =
        |pair: &&[Block]| pair[1].role == Role::Title && (in_lines(&pair[0]) || in_lines(&pair[1]));
    for line in blocks[first..].windows(2).take_while(further).map(|pair| &pair[1]) {
        // Words need a blank between lines, characters none.
        let joined = title.ends_with(is_han) || line.text.starts_with(is_han);
        title.push_str(if joined { "" } else { " " });
        title.push_str(line.text.trim());
    }
    Some(title)
}

/// Whether no menu stands between the printed title and source and date, or the text itself, as one does below a site's
/// name.
fn heads_text(blocks: &[Block]) -> bool {
    let below = blocks.iter().skip_while(|b| b.role != Role::Title);
    let mut below =
        below.skip_while(|b| !matches!(b.role, Role::Nav | Role::Meta) && !b.role.is_body());
    below.next().is_some_and(|b| b.role != Role::Nav)
}

/// The title without the label that a scraper put before it (`title: …`).
fn without_label(text: &str) -> &str {
    match fields::fields(text)[..] {
        [Labelled { field: Field::Title, value }, ..] if text.ends_with(value) => value,
        _ => text,
    }
}

/// The title among what the page offers: what it prints as heading, if the title element agrees that it is about that;
/// else what its head says. `heads_text`: what it prints stands right above the text.
fn choose(hints: &Hints, printed: Option<&str>, heads_text: bool) -> Option<String> {
    let html = hints.html_title.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let metas = TITLE_METAS.iter().filter_map(|name| {
        let of_name = |(key, value): &&(String, String)| key == name && !value.trim().is_empty();
        hints.meta.iter().find(of_name).map(|(_, v)| v.as_str())
    });
    let json = hints.json_ld.iter().find(|(key, _)| key == "headline").map(|(_, v)| v.as_str());
    let usable = |c: &&str| !c.contains('<') && key(c).len() > 1;
    let shown: Vec<&str> = printed.into_iter().chain(hints.h1.as_deref()).filter(usable).collect();
    let said: Vec<&str> = metas.chain(json).filter(usable).collect();
    let any = || shown.iter().chain(&said).next().map(|c| (*c).to_owned());
    let Some(html) = html else { return any() };
    let names_site = |c: &str| !(heads_text && printed == Some(c)) && is_site_name(c, html, hints);
    let agrees = |c: &str| agreement(c, html) >= AGREEMENT_MIN && !names_site(c);
    if let Some(title) = shown.iter().find(|c| agrees(c)) {
        // A heading element may hold the kicker too; what the head says then is its end.
        let end =
            |c: &&&str| key(title).ends_with(&key(c)) && key(c).len() * 10 >= key(title).len() * 6;
        let bare = without_site(html, hints);
        let head = said.iter().copied().chain([bare.as_str()]).collect::<Vec<_>>();
        let title = head.iter().find(end).unwrap_or(title);
        // What goes on in the title element has no site's name of its own.
        let goes_on = key(html).len() > key(title).len() && key(html).starts_with(&key(title));
        return Some(if goes_on { (*title).to_owned() } else { without_site(title, hints) });
    }
    // No heading agrees: what a second head element says too.
    if let Some(title) = said.iter().find(|c| agrees(c)) {
        return Some(without_site(title, hints));
    }
    // The title element names the site alone, or tags: what the page prints is better.
    let title = shown.first().copied().filter(|c| !names_site(c)).unwrap_or(html);
    Some(without_site(title, hints))
}

/// A heading shares at least this much of its words with the title element. Tried from 0.3 to 0.7 on the pages of the
/// content benchmark: logos and names of columns share nothing, rewordings for search engines more than half.
const AGREEMENT_MIN: f32 = 0.4;

/// The share of a heading's words, or pairs of Han characters, that the title element has.
fn agreement(heading: &str, html: &str) -> f32 {
    let of = units(heading);
    let known = units(html);
    let shared = of.iter().filter(|u| known.contains(u)).count();
    if of.is_empty() { 0.0 } else { shared as f32 / of.len() as f32 }
}

/// Words in lower case, and pairs of neighbouring Han characters; no more than a title has.
fn units(text: &str) -> Vec<String> {
    let mut units = Vec::new();
    let mut word = String::new();
    let mut last = None;
    for c in text.chars().take(400).chain(std::iter::once(' ')) {
        if is_han(c) || !c.is_alphanumeric() {
            if !word.is_empty() {
                units.push(std::mem::take(&mut word));
            }
            if is_han(c) {
                if let Some(last) = last {
                    units.push(format!("{last}{c}"));
                }
                last = Some(c);
            } else {
                last = None;
            }
        } else {
            word.extend(c.to_lowercase());
        }
    }
    units
}

/// Whether a heading is the site's name: as the page says, or as it stands behind the title in the title element.
fn is_site_name(heading: &str, html: &str, hints: &Hints) -> bool {
    let name = key(heading);
    if hints.meta.iter().any(|(k, v)| k == "og:site_name" && key(v) == name) {
        return key(html) != name;
    }
    let mut parts = html.split(['_', '|', '｜', '-', '–', '—', '·', '»', ':']).map(key);
    let first = parts.next().unwrap_or_default();
    !first.contains(&name) && parts.any(|part| part == name)
}

/// Dividers between a title and the names behind it, in the order in which they are tried.
const DIVIDERS: &[&str] =
    &[" | ", "_", " – ", " — ", " - ", " :: ", " » ", " · ", "|", "｜", "--", " -", "- ", "-"];

/// The title without the names of site and channel behind it.
fn without_site(title: &str, hints: &Hints) -> String {
    let mut title = title.trim();
    let of_site = hints.meta.iter().find(|(k, _)| k == "og:site_name").map(|(_, v)| v.trim());
    // Few sites put their name in front.
    let front = of_site
        .filter(|s| !s.is_empty())
        .and_then(|site| title.strip_prefix(site))
        .map(str::trim_start);
    if let Some(rest) = front.and_then(|rest| rest.strip_prefix(['|', '-', '–', ':', '_'])) {
        title = rest.trim();
    }
    let site = hints
        .meta
        .iter()
        .find(|(k, _)| k == "og:site_name")
        .map(|(_, v)| key(v))
        .unwrap_or_default();
    for n_cut in 0.. {
        let cut = DIVIDERS
            .iter()
            .filter_map(|divider| title.rfind(divider).map(|at| (at, *divider)))
            .max_by_key(|(at, d)| (at + d.len() - d.trim_start().len(), d.len()));
        let Some((at, divider)) = cut else { return title.to_owned() };
        let (head, tail) = (title[..at].trim(), title[at + divider.len()..].trim());
        if head.is_empty() || !is_site(tail, divider, &site, head, n_cut > 0) {
            return title.to_owned();
        }
        title = head;
    }
    title.to_owned()
}

/// Whether what stands behind a divider names a site or channel.
fn is_site(tail: &str, divider: &str, site: &str, head: &str, inner: bool) -> bool {
    let name = key(tail);
    if name.is_empty() || (!site.is_empty() && name == site) {
        return true;
    }
    let chars = tail.chars().count();
    let han = tail.chars().any(is_han);
    if han {
        const SITE: &[&str] = &[
            "网",
            "频道",
            "新闻",
            "日报",
            "晚报",
            "早报",
            "时报",
            "周刊",
            "门户",
            "官网",
            "中心",
            "网站",
            "政府",
            "委员会",
            "首页",
            "客户端",
            "电视台",
            "在线",
            "App",
            "资讯",
            "平台",
            "社区",
            "论坛",
            "博客",
            "号",
            "政协",
            "人大",
            "局",
            "公司",
            "大学",
            "学院",
            "报",
            "网易",
            "新浪",
            "搜狐",
            "腾讯",
            "澎湃",
            "財經",
            "新聞",
            "網",
        ];
        let named = SITE.iter().any(|w| tail.ends_with(w)) && chars <= 24;
        // Behind _ and | stand channels, and before a site's name too; behind a lone hyphen a part of the title may.
        return named
            || (matches!(divider, "_" | " | " | "|" | "｜") && chars <= 14)
            || (inner && chars <= 8);
    }
    let spaced = divider.starts_with(' ') || divider == "_" || divider == "|";
    let words = tail.split_whitespace().count();
    let domain = tail.contains('.') && words == 1;
    spaced && (domain || (words <= 4 && head.chars().count() > tail.chars().count()))
}

/// Letters and digits only, in lower case: what two titles are compared by.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One line, no blanks around it, letter-spaced characters joined.
fn clean(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = text.split(' ').collect();
    let lone = words.iter().filter(|w| w.chars().count() == 1 && w.chars().all(is_han)).count();
    if words.len() >= 4 && lone * 5 >= words.len() * 4 { words.concat() } else { text }
}

const DASHES: &[&str] = &["——", "――", "──", "—－", "--", "―—", "—―", "－－"];

/// Title and subtitle printed on one line, before the dash; a title needs some length to be one.
fn split_subtitle(title: &str) -> Option<(&str, &str)> {
    let at = DASHES.iter().filter_map(|dash| title.find(dash)).min()?;
    let (main, sub) = (title[..at].trim(), title[at..].trim());
    let long = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() >= 4;
    (long(main) && long(sub) && main.chars().any(is_han)).then_some((main, sub))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Locator;

    fn title_of(html: &str, h1: Option<&str>, metas: &[(&str, &str)]) -> Option<String> {
        let hints = Hints {
            html_title: Some(html.to_owned()),
            h1: h1.map(str::to_owned),
            meta: metas.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..Hints::default()
        };
        heading(&hints, &[]).title
    }

    #[test]
    fn sites_and_channels_are_cut_off() {
        for html in [
            "云州市召开工作会议_要闻_云州新闻网",
            "云州市召开工作会议-云州日报",
            "云州市召开工作会议 | 云州App",
            "云州市召开工作会议--时政--云州网",
            "云州市召开工作会议 - 云州市人民政府",
        ] {
            assert_eq!(title_of(html, None, &[]).as_deref(), Some("云州市召开工作会议"), "{html}");
        }
        assert_eq!(
            title_of("A long headline of the day - The Paper", None, &[]).as_deref(),
            Some("A long headline of the day")
        );
        assert_eq!(title_of("1-4月云州投资增长", None, &[]).as_deref(), Some("1-4月云州投资增长"));
    }

    #[test]
    fn what_two_agree_on_is_the_title() {
        assert_eq!(
            title_of("云州A-B线开通_云州网", Some("云州网"), &[("og:title", "云州A-B线开通")])
                .as_deref(),
            Some("云州A-B线开通")
        );
    }

    #[test]
    fn a_subtitle_on_the_title_line_is_split_off() {
        let block = Block::new(
            Role::Title,
            "line",
            "凝心聚力 再谱新篇 ——2022年市政协工作综述".to_owned(),
            Locator::line(1),
        );
        let heading = heading(&Hints::default(), &[block]);
        assert_eq!(heading.title.as_deref(), Some("凝心聚力 再谱新篇"));
        assert_eq!(heading.subtitle.as_deref(), Some("——2022年市政协工作综述"));
    }

    #[test]
    fn letter_spaced_titles_are_joined() {
        assert_eq!(clean("政 府 工 作 报 告"), "政府工作报告");
        assert_eq!(clean("凝聚智慧　 共谱华章"), "凝聚智慧 共谱华章");
    }
}
