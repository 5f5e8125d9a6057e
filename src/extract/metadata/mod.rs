//! Hints, title, meta and credit blocks → [`Metadata`].
//!
//! The head of an HTML page may be wrong in every part, so what the page shows its reader comes first where it is
//! labelled. A value that cannot be told is null: a wrong one is worse.

mod byline;
mod dates;
mod fields;
mod people;
mod published;
mod publisher;
mod title;

use crate::clean::{Block, Hints, Role};
use crate::page::PageInfo;
use dates::Order;
pub(super) use dates::prepare;
use fields::{Field, Labelled};
use jiff::civil::{Date, DateTime};
use published::Sources;

/// What the page says about itself as an article. Null and empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The article's own title as printed, without site and channel names.
    pub title: Option<String>,
    /// A line that continues the title.
    pub subtitle: Option<String>,
    /// A line above the title (引题).
    pub kicker: Option<String>,
    /// Who published it (来源).
    pub publisher: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who edited it (编辑, 责编).
    pub editors: Vec<String>,
    /// Day of publication.
    pub published_date: Option<Date>,
    /// Time of publication, local, only where the page states a time.
    pub published_at: Option<DateTime>,
    /// How often it was read.
    pub views: Option<i64>,
}

/// So many short blocks beside the title and at the end are read for labels although cleaning dropped them.
const NEIGHBOURS: usize = 12;

/// So many paragraphs at the end of the body are read for signatures and credits, if they are short.
const CLOSING: usize = 6;

/// Characters of such a paragraph at most.
const CLOSING_CHARS_MAX: usize = 60;

/// Lines longer than this hold prose, not labels.
const LINE_CHARS_MAX: usize = 240;

/// Reads a page's metadata.
pub fn metadata(page: &PageInfo, hints: &Hints, blocks: &[Block]) -> Metadata {
    let parts = Parts::of(blocks);
    let heading = title::heading(hints, blocks);
    let table = document_table(blocks);
    let lines = table.iter().map(String::as_str).chain(parts.top());
    let mut top: Vec<Labelled> = lines.flat_map(fields::fields).collect();
    // A label whose value is the next piece of the page is not empty.
    let pairs = parts.pairs();
    top.retain(|f| !f.value.is_empty() || !pairs.iter().any(|pair| pair.field == f.field));
    top.extend(pairs);
    let bottom: Vec<Labelled> = parts.bottom().flat_map(fields::fields).collect();
    let published = published::published(&Sources {
        hints,
        fields: &top,
        end_fields: &bottom,
        header: &parts.header,
        near: &parts.near,
        first: &parts.first,
        posts: &parts.posts(),
        end: &parts.closing,
        url: address(page, hints),
        fetched: page.fetched_at,
        order: order(page, hints),
    });
    let fields: Vec<Labelled> = top.iter().chain(&bottom).copied().map(supplier).collect();
    let title_label = || fields.iter().find(|f| f.field == Field::Title && !f.value.is_empty());
    let publisher = publisher::publisher(&fields, &parts, hints);
    let editors = people_of(&fields, Field::Editor);
    Metadata {
        title: heading.title.or_else(|| title_label().map(|f| f.value.to_owned())),
        subtitle: heading.subtitle,
        kicker: heading.kicker,
        authors: authors(&fields, &parts, hints, publisher.as_deref(), &editors),
        publisher,
        editors,
        published_date: published.date,
        published_at: published.at,
        views: views(&top, &bottom, &parts),
    }
}

/// The page's lines by where they stand.
struct Parts<'a> {
    /// Beside the title, as cleaning found: source, author, date.
    header: Vec<&'a str>,
    /// Short lines between the title and the body that cleaning dropped.
    near: Vec<&'a str>,
    /// Both in the order of the page.
    pieces: Vec<&'a str>,
    /// The last short lines of the body.
    closing: Vec<&'a str>,
    /// Credits, and what follows the body.
    behind: Vec<&'a str>,
    /// Lines that continue the title.
    subtitle: Vec<&'a str>,
    /// Who speaks: a name alone under the title, as cleaning found.
    speaker: Option<&'a str>,
    /// The two lines right above the title.
    above: Vec<&'a str>,
    /// Menus above the article.
    menu: Vec<&'a str>,
    /// The first and the last paragraphs of the body.
    first: Vec<&'a str>,
    last: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(blocks: &'a [Block]) -> Self {
        let short = |b: &&Block| b.text.chars().count() <= LINE_CHARS_MAX;
        let text = |b: &'a Block| b.text.as_str();
        let dropped = |b: &&Block| matches!(b.role, Role::Nav | Role::Other | Role::Footer);
        let first = blocks.iter().position(|b| b.role.is_body());
        let last = blocks.iter().rposition(|b| b.role.is_body());
        let title = blocks.iter().position(|b| b.role == Role::Title);
        let (before, after) = match (first, last) {
            (Some(first), Some(last)) => (&blocks[..first], &blocks[last + 1..]),
            _ => (blocks, &blocks[blocks.len()..]),
        };
        let marked = |role| blocks.iter().filter(move |b| b.role == role).filter(short).map(text);
        // Cleaning may have taken a line of the header for a menu.
        let from =
            title.unwrap_or(0).min(before.len()).max(before.len().saturating_sub(NEIGHBOURS));
        let near = before[from..].iter().filter(dropped).filter(short).map(text).collect();
        let piece = |b: &&Block| dropped(b) || b.role == Role::Meta;
        let pieces = before[from..].iter().filter(piece).filter(short).map(text).collect();
        let above = &blocks[title.map_or(0, |t| t.saturating_sub(2))..title.unwrap_or(0)];
        let speaker = blocks.iter().find(|b| {
            b.role == Role::Meta
                && b.reason == "speaker"
                && people::is_name(&people::unspaced(&b.text))
        });
        let menu = before.iter().filter(|b| b.role == Role::Nav).take(NEIGHBOURS);
        let behind = after.iter().take(NEIGHBOURS).filter(dropped).filter(short).map(text);
        let body: Vec<&str> = blocks
            .iter()
            .filter(|b| b.role.is_body() && b.role != Role::Table)
            .map(|b| b.text.as_str())
            .collect();
        let tail = &body[body.len().saturating_sub(CLOSING)..];
        Self {
            header: marked(Role::Meta).collect(),
            near,
            pieces,
            closing: tail
                .iter()
                .copied()
                .filter(|t| t.chars().count() <= CLOSING_CHARS_MAX)
                .collect(),
            behind: marked(Role::Credit).chain(behind).collect(),
            subtitle: marked(Role::Subtitle).collect(),
            speaker: speaker.map(text),
            above: above.iter().filter(dropped).filter(short).map(text).collect(),
            menu: menu.filter(short).map(text).collect(),
            first: body.iter().copied().take(3).collect(),
            last: tail[tail.len().saturating_sub(3)..].to_vec(),
        }
    }

    /// The fields of the header whose label and value are pieces of their own.
    ///
    /// What follows a label may also be a control or another line, so who is named must look like it.
    fn pairs(&self) -> Vec<Labelled<'a>> {
        let mut pairs = fields::pairs(&self.pieces);
        pairs.retain(|pair| match pair.field {
            Field::Publisher | Field::Issuer => publisher::is_name(pair.value),
            Field::Author | Field::Editor => people::looks_like_names(&people::names(pair.value)),
            Field::Title | Field::Other => false,
            _ => true,
        });
        pairs
    }

    /// What the page names so and shows in its header.
    fn named<'h>(&'h self, hints: &'h Hints, field: &str) -> impl Iterator<Item = &'h str> {
        let shown = |text: &&str| self.top().any(|line| line.contains(*text));
        let texts = hints.named.iter().filter(move |(name, _)| *name == field);
        texts.map(|(_, text)| text.as_str()).filter(shown)
    }

    /// Lines that may say who posted the text and when.
    fn posts(&self) -> Vec<&'a str> {
        self.near
            .iter()
            .chain(&self.first)
            .chain(&self.closing)
            .chain(&self.behind)
            .copied()
            .collect()
    }

    /// The short lines above the body that may hold labels.
    fn top(&self) -> impl Iterator<Item = &'a str> {
        self.header.iter().chain(&self.near).copied()
    }

    /// The short lines at the end of the body and below it.
    fn bottom(&self) -> impl Iterator<Item = &'a str> {
        self.closing.iter().chain(&self.behind).copied()
    }
}

/// The rows of the table that official documents bear at their head (索引号, 发文机关, 成文日期, 发布日期), as lines.
fn document_table(blocks: &[Block]) -> Vec<String> {
    let is_head = |b: &&Block| {
        b.reason == "index_table" || b.table.is_some() && crate::clean::is_index(&b.text)
    };
    let mut tables = blocks.iter().filter(is_head);
    tables
        .next()
        .map(|b| b.text.lines().take(20).map(|row| row.replace('\t', "  ")).collect())
        .unwrap_or_default()
}

/// The page's address: its own, or what the page says that it is.
fn address<'a>(page: &'a PageInfo, hints: &'a Hints) -> Option<&'a str> {
    let said = || hints.meta.iter().find(|(k, _)| k == "og:url").map(|(_, v)| v.as_str());
    page.url.as_deref().or_else(said)
}

/// Order of day and month: American pages put the month first.
fn order(page: &PageInfo, hints: &Hints) -> Order {
    let locale = hints.meta.iter().find(|(k, _)| k == "og:locale").map(|(_, v)| v.to_lowercase());
    let lang = hints.lang.as_deref().map(str::to_lowercase);
    let american = |tag: &str| tag.starts_with("en") && (tag.ends_with("us") || tag == "en");
    let host = page.url.as_deref().and_then(|u| u.split('/').nth(2)).unwrap_or("");
    let british = [".uk", ".au", ".nz", ".in", ".ie", ".eu"].iter().any(|end| host.ends_with(end));
    if !british && locale.or(lang).is_some_and(|tag| american(&tag)) {
        Order::MonthFirst
    } else {
        Order::DayFirst
    }
}

/// Who sent the text in is its author, or an office that publishes it, as the name looks.
fn supplier(labelled: Labelled) -> Labelled {
    let field = match labelled.field {
        Field::Supplier if publisher::is_name(labelled.value) => Field::Issuer,
        Field::Supplier if people::looks_like_names(&people::names(labelled.value)) => {
            Field::Author
        }
        field => field,
    };
    Labelled { field, ..labelled }
}

/// The names behind all labels of a kind, in reading order.
fn people_of(fields: &[Labelled], field: Field) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in fields.iter().filter(|f| f.field == field).flat_map(|f| people::names(f.value)) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// The authors, from the most explicit to the least: labels, the speaker of a report, names in brackets at the end,
/// bylines, then what the head says.
fn authors(
    fields: &[Labelled],
    parts: &Parts,
    hints: &Hints,
    publisher: Option<&str>,
    editors: &[String],
) -> Vec<String> {
    let speaker = || {
        let mut lines = parts.subtitle.iter().chain(&parts.header);
        let in_office = lines.find_map(|line| people::speaker(line));
        in_office.or_else(|| parts.speaker.map(people::unspaced)).map(|name| vec![name])
    };
    let in_brackets = || {
        let lines = parts.last.iter().rev().chain(&parts.behind);
        lines.map(|p| people::in_brackets_at_end(p)).find(|names| !names.is_empty())
    };
    let printed = || {
        let header = parts.header.iter().chain(&parts.near).map(|line| byline::of_header(line));
        let opening = parts.first.iter().map(|line| byline::of_opening(line));
        let posts = parts.posts();
        let posted = posts.iter().map(|line| byline::posted(line));
        let dated = parts.header.iter().map(|line| byline::beside_date(line));
        header.chain(opening).chain(posted).chain(dated).find(|names| !names.is_empty())
    };
    Some(people_of(fields, Field::Author))
        .filter(|names| !names.is_empty())
        .or_else(speaker)
        .or_else(in_brackets)
        .or_else(printed)
        .or_else(|| said(hints, publisher, editors))
        .or_else(|| named(hints, parts, publisher))
        .unwrap_or_default()
}

/// The authors whom the head names: ld+json, then meta elements.
fn said(hints: &Hints, publisher: Option<&str>, editors: &[String]) -> Option<Vec<String>> {
    const METAS: &[&str] = &[
        "citation_author",
        "author",
        "article:author",
        "byl",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "dc.contributor",
        "article:author_name",
        "og:author",
    ];
    let of = |pairs: &[(String, String)], name: &str| -> Vec<String> {
        let values = pairs.iter().filter(|(k, _)| k == name).map(|(_, v)| v);
        let mut names: Vec<String> = Vec::new();
        for name in values.flat_map(|v| people::names(v)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    // The site's own name is no author, nor is the editor whom some systems write there.
    let site = hints.meta.iter().find(|(k, _)| k == "og:site_name").map(|(_, v)| v.as_str());
    let title = hints.html_title.as_deref().unwrap_or_default();
    let channel = title.rsplit(['_', '-', '|', '｜']).next().filter(|c| c.len() < title.len());
    let is_site = |name: &str| {
        Some(name) == site || channel.is_some_and(|c| c.contains(name)) || Some(name) == publisher
    };
    let people = |names: Vec<String>| -> Vec<String> {
        names.into_iter().filter(|n| !is_site(n) && !editors.contains(n)).collect()
    };
    std::iter::once(people(of(&hints.json_ld, "author")))
        .chain(METAS.iter().map(|name| people(of(&hints.meta, name))))
        .find(|names| !names.is_empty())
}

/// Fewer names than these stand in one header.
const NAMED_AUTHORS_MAX: usize = 4;

/// The authors whom the page names by its markup: an element that it calls author, or what stands right before the
/// account's name on a platform of accounts.
fn named(hints: &Hints, parts: &Parts, publisher: Option<&str>) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    // An element that holds a label too, or nothing else (发布于), is not the name.
    let texts = parts.named(hints, "author").filter(|text| !fields::has_label(text));
    for name in texts.flat_map(people::names) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let before_account = || {
        let account = publisher::account(hints)?;
        let mut lines = parts.top().filter_map(|line| line.split_once(account));
        lines.find_map(|(before, _)| {
            let name = before.trim().trim_start_matches("原创").trim().to_owned();
            people::looks_like_names(std::slice::from_ref(&name)).then_some(name)
        })
    };
    if names.is_empty() {
        names.extend(before_account());
    }
    let person = |name: &String| {
        (people::is_name(name) || byline::is_western_name(name))
            && !publisher::is_name(name)
            && Some(name.as_str()) != publisher
    };
    let ok = (1..NAMED_AUTHORS_MAX).contains(&names.len()) && names.iter().all(person);
    ok.then_some(names)
}

/// How often the page was read: 点击数:74, 2547 次浏览.
fn views(top: &[Labelled], bottom: &[Labelled], parts: &Parts) -> Option<i64> {
    let labelled = |fields: &[Labelled], field: Field| {
        fields.iter().filter(|f| f.field == field).find_map(|f| count_at_start(f.value))
    };
    // Forums count above the title: 查看: 3521|回复: 3.
    let above: Vec<Labelled> = parts.above.iter().flat_map(|line| fields::fields(line)).collect();
    let fields =
        [(top, Field::Views), (bottom, Field::Views), (top, Field::Visits), (&above, Field::Views)];
    fields.into_iter().find_map(|(fields, field)| labelled(fields, field)).or_else(|| {
        parts.top().chain(parts.bottom()).find_map(|line| {
            ["次浏览", "次阅读", "次点击", "人阅读", "人浏览", "次访问"].iter().find_map(|word| {
                let at = line.find(word)?;
                let before = line[..at].trim_end();
                let digits = before.len()
                    - before.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',').len();
                before[before.len() - digits..].replace(',', "").parse().ok()
            })
        })
    })
}

/// The count that a value begins with; 1.2万 is 12000.
fn count_at_start(value: &str) -> Option<i64> {
    let value = value.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '(' | '（' | '[' | ':' | '：')
    });
    let number: String = value
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(|c| *c != ',')
        .collect();
    let after = value.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'));
    if number.is_empty() || after.starts_with(['-', '年', '/', ':']) {
        return None;
    }
    if after.trim_start().starts_with('万') {
        let tenths: f64 = number.parse().ok()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounded, and far below the limit for any count of readers"
        )]
        return (0.0..1e9).contains(&tenths).then(|| (tenths * 10_000.0).round() as i64);
    }
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Locator;

    fn page(lines: &[(Role, &str)]) -> Metadata {
        let blocks: Vec<Block> = lines
            .iter()
            .zip(1..)
            .map(|((role, text), n)| {
                Block::new(*role, "line", (*text).to_owned(), Locator::line(n))
            })
            .collect();
        metadata(&PageInfo::default(), &Hints::default(), &blocks)
    }

    #[test]
    fn a_page_is_not_published_when_something_takes_place() {
        for line in [
            "会议时间：2010年10月1日",
            "举办时间： 2010年10月1日-31日",
            "时间：2011年3月21日至3月23日",
        ] {
            for role in [Role::Meta, Role::Para] {
                let m = page(&[(Role::Title, "清溪县春季防火"), (role, line)]);
                assert_eq!(m.published_date, None, "{line}");
            }
        }
        let m = page(&[
            (Role::Title, "清溪县春季防火"),
            (Role::Meta, "来源：清溪日报时间：2011-03-21"),
        ]);
        assert_eq!(m.published_date, Some(jiff::civil::date(2011, 3, 21)));
    }

    #[test]
    fn the_address_of_the_site_stands_beside_the_date() {
        let line = "清溪县政府门户网站 www.example.gov.cn 2018-04-19 17:32:17 来源：清溪县政府网站";
        let m = page(&[(Role::Title, "清溪县春季防火"), (Role::Meta, line)]);
        assert_eq!(m.publisher.as_deref(), Some("清溪县政府网站"));
        assert_eq!(m.published_at.map(|at| at.to_string()).as_deref(), Some("2018-04-19T17:32:17"));
    }

    #[test]
    fn the_bracket_that_the_text_opens_with_names_medium_and_author() {
        let m = page(&[
            (Role::Title, "清溪縣春季防火"),
            (Role::Para, "【財訊快報／陳孟朔】最新發布的報告指出，今年雨水很多。"),
        ]);
        assert_eq!(
            (m.publisher.as_deref(), m.authors),
            (Some("財訊快報"), vec!["陳孟朔".to_owned()])
        );
    }

    #[test]
    fn who_edited_did_not_write() {
        for line in [
            "(责编：王静、吕腾龙)",
            "（责编:王静、吕腾龙）",
            "(责任编辑：王静、吕腾龙)",
            "(编辑：王静、吕腾龙)",
        ] {
            let m = page(&[
                (Role::Title, "清溪县春季防火"),
                (Role::Para, "各乡镇要排查隐患。"),
                (Role::Credit, line),
            ]);
            assert_eq!(
                (m.authors.len(), m.editors.join(" ").as_str()),
                (0, "王静 吕腾龙"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_feature_with_header_and_credits() {
        let m = page(&[
            (Role::Nav, "首页 ›› 云州本地"),
            (Role::Title, "云州市政协2023年工作亮点回眸"),
            (Role::Meta, "时间:2024-01-11 14:46:16 来源:云州广播电视台"),
            (Role::Para, "2023年，市政协履职为民。"),
            (Role::Credit, "记者:李明"),
            (Role::Credit, "编辑:王雨 周小林"),
            (Role::Credit, "责编:林远"),
            (Role::Credit, "审核:郑重"),
        ]);
        assert_eq!(m.title.as_deref(), Some("云州市政协2023年工作亮点回眸"));
        assert_eq!(m.publisher.as_deref(), Some("云州广播电视台"));
        assert_eq!(m.authors, ["李明"]);
        assert_eq!(m.editors, ["王雨", "周小林", "林远"]);
        assert_eq!(m.published_at.map(|at| at.to_string()).as_deref(), Some("2024-01-11T14:46:16"));
        assert_eq!(m.views, None);
    }

    #[test]
    fn empty_labels_are_null() {
        let m = page(&[
            (Role::Title, "云州市政协工作综述"),
            (Role::Meta, "文章来源: 作者:李明 发布时间:2023年01月03日 点击数:74 A- A+"),
            (Role::Para, "2022年，市政协履职为民。"),
        ]);
        assert_eq!(m.publisher, None);
        assert_eq!(m.authors, ["李明"]);
        assert_eq!(m.views, Some(74));
        assert_eq!(m.published_date.map(|d| d.to_string()).as_deref(), Some("2023-01-03"));
        assert_eq!(m.published_at, None);
    }

    #[test]
    fn a_speech_and_its_speaker() {
        let m = page(&[
            (Role::Title, "2026年云州省政府工作报告"),
            (Role::Subtitle, "——2026年2月2日在云州省第十四届人民代表大会第五次会议上"),
            (Role::Meta, "来源：云州日报"),
            (Role::Meta, "时间：2026-02-09"),
            (Role::Meta, "省长 李 明"),
            (Role::Para, "各位代表："),
        ]);
        assert_eq!(m.authors, ["李明"]);
        assert_eq!(m.published_date.map(|d| d.to_string()).as_deref(), Some("2026-02-09"));
    }

    #[test]
    fn a_count_before_its_word() {
        let m = page(&[
            (Role::Title, "云州政协常委会工作报告"),
            (Role::Meta, "来源:云州政协 | 发布时间: 2024-01-15 | 2547 次浏览 | 分享到:"),
            (Role::Para, "各位委员："),
        ]);
        assert_eq!((m.views, m.publisher.as_deref()), (Some(2547), Some("云州政协")));
        assert_eq!(m.published_at, None);
        assert_eq!(count_at_start("1.2万"), Some(12_000));
        assert_eq!(count_at_start("2024-01-15"), None);
    }

    #[test]
    fn labels_and_values_in_pieces_of_their_own() {
        let m = page(&[
            (Role::Title, "云州今年修路三百公里"),
            (Role::Meta, "作者："),
            (Role::Other, "李明"),
            (Role::Meta, "来源："),
            (Role::Other, "云州晚报"),
            (Role::Other, "浏览量"),
            (Role::Other, "74"),
            (Role::Para, "今年，全市修路三百公里。"),
        ]);
        assert_eq!((m.publisher.as_deref(), m.views), (Some("云州晚报"), Some(74)));
        assert_eq!(m.authors, ["李明"]);
        // A control is no value.
        let m = page(&[
            (Role::Title, "云州今年修路三百公里"),
            (Role::Meta, "来源："),
            (Role::Other, "复制链接"),
            (Role::Para, "今年，全市修路三百公里。"),
        ]);
        assert_eq!(m.publisher, None);
    }

    #[test]
    fn fields_that_nothing_divides() {
        let of = |line| {
            page(&[(Role::Title, "云州修路"), (Role::Meta, line), (Role::Para, "今年修路。")])
        };
        let m = of("来源：云州晚报作者：李明2024-01-18 07:16");
        assert_eq!(
            (m.publisher.as_deref(), m.authors.as_slice()),
            (Some("云州晚报"), &["李明".to_owned()][..])
        );
        let m = of("发布时间2024-01-18 07:16信息来源云州晚报浏览量74");
        assert_eq!((m.publisher.as_deref(), m.views), (Some("云州晚报"), Some(74)));
        let m = of("云州晚报2024-01-18 07:16阅读 74");
        assert_eq!((m.publisher.as_deref(), m.views), (Some("云州晚报"), Some(74)));
        let m = of("本文来源于云州局 2024-01-18 07:16:48 我要评论（0）");
        assert_eq!(m.publisher.as_deref(), Some("云州局"));
    }

    #[test]
    fn a_speaker_without_office() {
        let block = |role, reason, text: &str, n| {
            Block::new(role, reason, text.to_owned(), Locator::line(n))
        };
        let blocks = [
            block(Role::Title, "title_points", "政协云州市委员会常务委员会工作报告", 1),
            block(Role::Meta, "speaker", "李 明", 2),
            block(Role::Para, "running_text", "各位委员：", 3),
        ];
        let m = metadata(&PageInfo::default(), &Hints::default(), &blocks);
        assert_eq!(m.authors, ["李明"]);
    }

    #[test]
    fn dates_of_last_resort_and_of_the_republic() {
        let of = |line| {
            let m =
                page(&[(Role::Title, "云州修路"), (Role::Meta, line), (Role::Para, "今年修路。")]);
            m.published_date.map(|d| d.to_string())
        };
        assert_eq!(of("(2025年2月18日)").as_deref(), Some("2025-02-18"));
        assert_eq!(of("（2025年2月18日市人民代表大会通过）"), None);
        assert_eq!(of("發布日期：112-05-18").as_deref(), Some("2023-05-18"));
        assert_eq!(of("发布日期：112-05-18"), None);
    }

    #[test]
    fn names_by_markup() {
        let of = |named: &[(&'static str, &str)], line: &str| {
            let named = named.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
            let hints = Hints { named, ..Hints::default() };
            let block =
                |role, text: &str, n| Block::new(role, "line", text.to_owned(), Locator::line(n));
            let blocks = [
                block(Role::Title, "云州修路", 1),
                block(Role::Meta, line, 2),
                block(Role::Para, "今年修路。", 3),
            ];
            let m = metadata(&PageInfo::default(), &hints, &blocks);
            (m.publisher.unwrap_or_default(), m.authors.join(" "))
        };
        let line = "2024-01-18 云州晚报 李明";
        assert_eq!(of(&[("author", "李明")], line), ("云州晚报".into(), "李明".into()));
        // What the header does not show is of another article; labels are no names.
        assert_eq!(of(&[("author", "王小雨")], line).1, "");
        assert_eq!(of(&[("author", "发布于")], "发布于 2024-01-18").1, "");
        assert_eq!(of(&[("author", "选稿：李明")], "2024-01-18 选稿：李明").1, "");
        let line = "李明云州人大2024年1月18日 18:30云州";
        assert_eq!(of(&[("account", "云州人大")], line), ("云州人大".into(), "李明".into()));
        let line = "云州人大2024年1月18日 18:30云州";
        assert_eq!(of(&[("account", "云州人大")], line), ("云州人大".into(), String::new()));
    }

    #[test]
    fn who_sent_it_in() {
        let of = |line| {
            page(&[(Role::Title, "云州修路"), (Role::Meta, line), (Role::Para, "今年修路。")])
        };
        let m = of("发布：2024-01-18 | 供稿：云州晚报 | 点击：[74]");
        assert_eq!((m.publisher.as_deref(), m.authors.len()), (Some("云州晚报"), 0));
        let m = of("发布：2024-01-18 | 供稿：李明 | 点击：[74]");
        assert_eq!((m.publisher, m.authors, m.views), (None, vec!["李明".to_owned()], Some(74)));
    }

    #[test]
    fn forums_count_above_the_title() {
        let m = page(&[
            (Role::Other, "查看: 3521|回复: 3"),
            (Role::Title, "断头路什么时候打通？"),
            (Role::Para, "这条路修了三年。"),
        ]);
        assert_eq!(m.views, Some(3521));
    }

    #[test]
    fn visits_in_the_footer_are_those_of_the_site() {
        let header = page(&[
            (Role::Title, "云州修路"),
            (Role::Meta, "发布时间：2024-01-18 访问人数：74"),
            (Role::Para, "今年修路。"),
        ]);
        let footer = page(&[
            (Role::Title, "云州修路"),
            (Role::Para, "今年修路。"),
            (Role::Other, "访问人数：3399541"),
        ]);
        assert_eq!((header.views, footer.views), (Some(74), None));
    }
}
