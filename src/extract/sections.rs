//! Heading and paragraph blocks → the outline.
//!
//! In: blocks in reading order, with headings told from text. Out: each heading's level (`levels`), and the sections.
//!
//! A paragraph that opens with its own heading (（一）修路。全年…) is a section too, one level below what it stands in.
//! Numbered ones always; short first sentences only where most paragraphs of a section open so, several times in
//! the document.

mod levels;

pub use levels::set_levels;

use crate::clean::headings::{self, Marker, MarkerKind};
use crate::clean::{Block, Role};
use crate::provenance::Span;
use levels::{Item, Kind, Outline, items, opens_anew};

/// A section of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Index of the section that it belongs to.
    pub parent: Option<usize>,
    /// 1 is the top; 0 for the text before the first heading.
    pub level: u8,
    /// Place in the outline: "2.1".
    pub path: String,
    /// The heading's number as printed: "一、", "(二)".
    pub marker: Option<String>,
    /// The heading without its marker; null for the text before the first heading.
    pub heading: Option<String>,
    /// The section's own paragraphs joined by "\n", not its children's.
    pub text: String,
    /// The heading and everything under it, children included, in the body.
    pub span: Span,
    /// Own paragraphs.
    pub n_paragraphs: u32,
    /// Figures in its own paragraphs.
    pub n_figures: u32,
}

/// Builds the outline. `spans` are the blocks' places in the body.
pub fn sections(blocks: &[Block], spans: &[Option<Span>]) -> Vec<Section> {
    let items = items(blocks);
    let mut outline = Outline::new(&items);
    let mut builder = Builder::default();
    let mut next = items.iter().enumerate().peekable();
    for (i, (block, span)) in blocks.iter().zip(spans).enumerate() {
        let Some(span) = *span else { continue };
        if let Some((n, item)) = next.next_if(|(_, item)| item.block == i) {
            let level = match (item.lead, block.level) {
                (None, Some(level)) => outline.place_at(n, level),
                _ => outline.place(n),
            };
            builder.open(item, block, level, span);
        } else if opens_anew(block)
            || builder.goes_beyond_entries()
                && !next.peek().is_some_and(|(_, n)| builder.same_entries(n))
        {
            builder.close_leads(&mut outline);
        }
        builder.add(block, span);
    }
    builder.finish()
}

/// Index of the innermost section whose span holds the byte `at` of the body. Sections are in reading order, so the
/// last that starts before is it, or one of those around that one.
pub fn section_at(sections: &[Section], at: usize) -> usize {
    let last = sections.partition_point(|s| s.span.start <= at).saturating_sub(1);
    let mut found = Some(last);
    while let Some(i) = found {
        match sections.get(i) {
            Some(s) if at < s.span.end => return i,
            Some(s) => found = s.parent,
            None => break,
        }
    }
    last
}

/// Fewest entries of one paragraph each before one that show the list's habit.
const ENTRIES_MIN: usize = 2;

/// Sections while they are read.
#[derive(Default)]
struct Builder {
    sections: Vec<Section>,
    /// Sections that are open, outermost first.
    open: Vec<usize>,
    /// Of a section that a paragraph opened, what kind of entry it is.
    leads: Vec<Option<Kind>>,
    /// Children so far, the top's last.
    children: Vec<u32>,
    top: u32,
    end: usize,
}

impl Builder {
    fn open(&mut self, item: &Item, block: &Block, level: u8, span: Span) {
        while self
            .open
            .last()
            .is_some_and(|s| self.sections[*s].level >= level || self.sections[*s].level == 0)
        {
            self.close();
        }
        let parent = self.open.last().copied();
        let n = match parent {
            Some(p) => &mut self.children[p],
            None => &mut self.top,
        };
        *n += 1;
        let path = match parent {
            Some(p) => format!("{}.{n}", self.sections[p].path),
            None => n.to_string(),
        };
        let (marker, heading) = match item.lead {
            Some(lead) => {
                (lead.marker, block.text[lead.marker.map_or(0, |m| m.len)..lead.end].to_owned())
            }
            None => heading_text(&block.text),
        };
        let printed = marker.map(|m| m.of(&block.text).to_owned()).filter(|m| !m.is_empty());
        // A heading that is a number and nothing else (一) is called by it.
        let heading = if heading.is_empty() { block.text.trim().to_owned() } else { heading };
        self.push(Section {
            parent,
            level,
            path,
            marker: printed,
            heading: Some(heading),
            text: String::new(),
            span,
            n_paragraphs: 0,
            n_figures: 0,
        });
        self.leads[self.sections.len() - 1] = item.lead.map(|_| item.kind);
    }

    fn push(&mut self, section: Section) {
        self.open.push(self.sections.len());
        self.sections.push(section);
        self.leads.push(None);
        self.children.push(0);
    }

    fn close(&mut self) {
        if let Some(s) = self.open.pop() {
            let start = self.sections[s].span.start;
            self.sections[s].span = Span::new(start, self.end.max(start));
        }
    }

    /// Whether the open section is the entry of a list whose entries have one paragraph each: one more is the list's
    /// parent's.
    fn goes_beyond_entries(&self) -> bool {
        let Some(last) = self.open.last().copied().filter(|s| self.leads[*s].is_some()) else {
            return false;
        };
        let entry = |s: &usize| {
            self.leads[*s] == self.leads[last]
                && self.sections[*s].parent == self.sections[last].parent
        };
        let before: Vec<usize> = (0..last).rev().take_while(entry).take(ENTRIES_MIN).collect();
        before.len() == ENTRIES_MIN
            && before.iter().chain([&last]).all(|s| self.sections[*s].n_paragraphs == 1)
    }

    /// Whether the item goes on with the entries that are open.
    fn same_entries(&self, item: &Item) -> bool {
        item.lead.is_some() && self.open.last().is_some_and(|s| self.leads[*s] == Some(item.kind))
    }

    /// Ends the sections that paragraphs opened, up to the innermost heading of its own line.
    fn close_leads(&mut self, outline: &mut Outline<'_>) {
        while self.open.last().is_some_and(|s| self.leads[*s].is_some()) {
            self.close();
        }
        outline.close_leads();
    }

    /// Adds a block of the body to the innermost section.
    fn add(&mut self, block: &Block, span: Span) {
        if self.open.is_empty() {
            self.push(Section {
                parent: None,
                level: 0,
                path: "0".to_owned(),
                marker: None,
                heading: None,
                text: String::new(),
                span,
                n_paragraphs: 0,
                n_figures: 0,
            });
        }
        self.end = span.end;
        let Some(section) = self.open.last().map(|s| &mut self.sections[*s]) else { return };
        if block.role == Role::Heading {
            return;
        }
        if section.n_paragraphs > 0 {
            section.text.push('\n');
        }
        section.text.push_str(&block.text);
        section.n_paragraphs += 1;
    }

    fn finish(mut self) -> Vec<Section> {
        while !self.open.is_empty() {
            self.close();
        }
        self.sections
    }
}

/// A heading's marker, and its text without the marker, brackets around it and marks at its end.
fn heading_text(text: &str) -> (Option<Marker>, String) {
    let mark = headings::marker(text).filter(|m| m.is_outline());
    if mark.is_some_and(|m| m.kind == MarkerKind::Lenticular) {
        let inner = text.replace('【', "").replace('】', " ");
        return (None, inner.trim().to_owned());
    }
    let rest = mark.map_or(text, |m| &text[m.len..]);
    let bare = rest.trim_end_matches(|c: char| {
        matches!(c, '。' | '：' | ':' | '—' | '―') || c.is_whitespace()
    });
    (mark, bare.trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Locator;

    fn block(n: u32, line: &str) -> Block {
        let (role, text) = match line.strip_prefix('#') {
            Some(text) => (Role::Heading, text),
            None => (Role::Para, line),
        };
        Block::new(role, "running_text", text.to_owned(), Locator::line(n))
    }

    fn blocks(lines: &[&str]) -> Vec<Block> {
        let mut blocks: Vec<Block> = (1..).zip(lines).map(|(n, line)| block(n, line)).collect();
        set_levels(&mut blocks);
        blocks
    }

    fn levels(lines: &[&str]) -> Vec<u8> {
        blocks(lines).iter().filter_map(|b| b.level).collect()
    }

    fn outline(lines: &[&str]) -> Vec<(String, Option<String>, Option<String>)> {
        let blocks = blocks(lines);
        let mut body = String::new();
        let mut spans = Vec::new();
        for b in &blocks {
            if !body.is_empty() {
                body.push('\n');
            }
            spans.push(Some(Span::new(body.len(), body.len() + b.text.len())));
            body.push_str(&b.text);
        }
        let sections = sections(&blocks, &spans);
        for (i, s) in sections.iter().enumerate() {
            assert!(
                s.parent.is_none_or(|p| p < i && sections[p].span.contains(s.span)),
                "{sections:#?}"
            );
        }
        for span in spans.iter().flatten() {
            let at = section_at(&sections, span.start);
            assert!(sections[at].span.contains(*span));
        }
        sections.into_iter().map(|s| (s.path, s.marker, s.heading)).collect()
    }

    #[test]
    fn a_heading_that_is_a_number_is_called_by_it() {
        let outline = outline(&["#一", "正文说的是修路。", "#二", "正文说的是架桥。"]);
        let headings: Vec<_> = outline.into_iter().map(|(_, _, heading)| heading).collect();
        assert_eq!(headings, [Some("一".to_owned()), Some("二".to_owned())]);
    }

    #[test]
    fn the_usual_order() {
        assert_eq!(
            levels(&[
                "#一、回顾",
                "#（一）修路",
                "#1.乡道",
                "#（二）架桥",
                "#二、安排",
                "#（一）再修路"
            ]),
            [1, 2, 3, 2, 1, 2]
        );
    }

    #[test]
    fn brackets_may_stand_above_numbers() {
        assert_eq!(
            levels(&["#（一）形势", "#（二）方针", "#一、修路", "#二、架桥", "#（三）前景"]),
            [1, 1, 2, 2, 1]
        );
    }

    #[test]
    fn unnumbered_parts_stand_above_numbers_that_start_anew() {
        let lines = [
            "#2023年工作回顾",
            "#一、修路",
            "#路基更牢",
            "#路面更平",
            "#二、架桥",
            "#桥多了",
            "#2024年工作意见",
            "#一、再修路",
            "#二、再架桥",
        ];
        assert_eq!(levels(&lines), [1, 2, 3, 3, 2, 3, 1, 2, 2]);
    }

    #[test]
    fn parts_without_a_hint_in_their_words() {
        let lines = [
            "#履职回眸",
            "#一、修路",
            "#路基更牢",
            "#二、架桥",
            "#桥多了",
            "#来路可期",
            "#一、再修路",
        ];
        assert_eq!(levels(&lines), [1, 2, 3, 2, 3, 1, 2]);
    }

    #[test]
    fn numbers_that_start_anew_inside_a_part() {
        assert_eq!(
            levels(&[
                "#一、回顾",
                "#二、目标",
                "#三、安排",
                "#一、修路",
                "#二、架桥",
                "#三、引水",
                "#四、植树",
                "#四、政府建设"
            ]),
            [1, 1, 1, 2, 2, 2, 2, 1]
        );
    }

    #[test]
    fn features_with_dashes_and_brackets() {
        assert_eq!(
            levels(&[
                "#【写在前面】",
                "#强基础 促发展",
                "#修好每条路——",
                "#架好每座桥——",
                "#聚人心 谋新篇",
                "#办好学校——"
            ]),
            [1, 1, 2, 2, 1, 2]
        );
    }

    #[test]
    fn a_closing_part_after_numbers_is_no_child_of_the_last() {
        assert_eq!(
            levels(&[
                "#2023年工作回顾",
                "#（一）修路",
                "#（二）架桥",
                "#2024年重点工作",
                "#（一）再修路",
                "#（二）再架桥"
            ]),
            [1, 2, 2, 1, 2, 2]
        );
        assert_eq!(levels(&["#一、修路", "#二、架桥", "#结束语"]), [1, 1, 1]);
    }

    #[test]
    fn entries_after_dashes_have_no_headings_under_them() {
        assert_eq!(
            levels(&[
                "#一、回顾",
                "——路网成形。全年修路三条，架桥两座。",
                "#一是修路。",
                "#二是架桥。"
            ]),
            [1, 2, 2]
        );
    }

    #[test]
    fn attachments_and_their_terms() {
        assert_eq!(
            levels(&[
                "#一、修路",
                "#（一）乡道",
                "#附件1 名词",
                "#1.四好路：",
                "#2.一事一议：",
                "#附件2 表"
            ]),
            [1, 2, 1, 2, 2, 1]
        );
    }

    #[test]
    fn paragraphs_that_open_with_their_heading() {
        let got = outline(&[
            "各位代表：",
            "#一、回顾",
            "（一）着力修路。全年修路三条，架桥两座。",
            "路边植树。",
            "（二）着力引水。引水到田头，灌溉千亩。",
            "#二、安排",
        ]);
        let want = [
            ("0", None, None),
            ("1", Some("一、"), Some("回顾")),
            ("1.1", Some("（一）"), Some("着力修路")),
            ("1.2", Some("（二）"), Some("着力引水")),
            ("2", Some("二、"), Some("安排")),
        ];
        let got: Vec<_> =
            got.iter().map(|(p, m, h)| (p.as_str(), m.as_deref(), h.as_deref())).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn short_first_sentences_only_where_it_is_a_habit() {
        let long = "全县上下一条心，把路修到村口，把桥架到河上，把水引到田头，把学校盖到山里，把医生请到家门，把灯亮到巷尾，群众的日子一天比一天好起来了，人人都说好。";
        let with = |lead: &str| format!("{lead}。{long}");
        let lines = [
            "#一、安排".to_owned(),
            with("大力修好乡村道路"),
            with("加快引水上山工程"),
            "#二、保障".to_owned(),
            with("建强学校教师队伍"),
            with("改善看病就医条件"),
        ];
        let habit: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(outline(&habit).len(), 6);
        let once: Vec<&str> = habit[..2].to_vec();
        assert_eq!(outline(&once).len(), 1);
    }
}
