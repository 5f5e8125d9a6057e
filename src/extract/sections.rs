//! Heading and paragraph blocks → the outline.
//!
//! In: blocks in reading order, with headings told from text. Out: each heading's level, and the sections. Reports
//! number as they like (一、 over （一）, （一） over 一、, an unnumbered part over 一、 that starts anew in the next part), so
//! levels come from the order in which the report itself uses its kinds of headings: a heading of a kind that is open
//! already closes it, one of a new kind goes below what is open. Numbers decide where that is not enough: whether 四、
//! still comes tells what belongs under 三、.
//!
//! A paragraph that opens with its own heading (（一）修路。全年…) is a section too, one level below what it stands in.
//! Numbered ones always; short first sentences only where most paragraphs of a section open so, several times in
//! the document.

use crate::clean::headings::{self, Lead, Marker, MarkerKind, Shape};
use crate::clean::{Block, Role};
use crate::provenance::Span;

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

/// Sets the level of every heading block by the report's own order of markers.
pub fn set_levels(blocks: &mut [Block]) {
    let items: Vec<Item> = (0..blocks.len())
        .filter_map(|i| match blocks[i].role {
            Role::Heading => Some(Item::heading(i, &blocks[i])),
            Role::Para => numbered_lead(&blocks[i]).map(|lead| Item::lead(i, &blocks[i], lead)),
            _ => None,
        })
        .collect();
    let mut outline = Outline::new(&items);
    for (i, item) in items.iter().enumerate() {
        let level = outline.place(i);
        if item.lead.is_none() {
            blocks[item.block].level = Some(level);
        }
    }
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
            builder.close_leads(&items, &mut outline);
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

/// A heading, or a paragraph that opens with one.
#[derive(Debug, Clone)]
struct Item {
    block: usize,
    kind: Kind,
    number: u32,
    lead: Option<Lead>,
}

/// What makes two headings siblings: how they are numbered or set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stands by itself at the top: 前言, 结束语.
    Apart,
    /// Unnumbered, names a year's or period's work: 2023年工作回顾.
    Topic,
    /// Unnumbered, set as the markup's level says; text pages have one such level.
    Bare(u8),
    /// Unnumbered, with a dash at its end.
    Dashed,
    /// One sentence with its full stop.
    Sentence,
    /// A paragraph's first sentence.
    BareLead,
    /// Numbered.
    Numbered(MarkerKind),
}

impl Kind {
    /// The usual order from the top down, which holds where the report's own order says nothing.
    fn rank(self) -> u8 {
        match self {
            Self::Apart => 0,
            Self::Numbered(MarkerKind::Attachment) => 1,
            Self::Numbered(MarkerKind::Part) => 2,
            Self::Topic => 3,
            Self::Numbered(MarkerKind::Chapter) => 4,
            Self::Numbered(MarkerKind::Subchapter) => 5,
            Self::Numbered(MarkerKind::Formal) => 6,
            Self::Numbered(MarkerKind::Han) => 7,
            Self::Bare(tag) => 10 + tag.min(9),
            Self::Numbered(MarkerKind::HanBracket) => 20,
            Self::Numbered(MarkerKind::Ordinal) => 21,
            Self::Numbered(MarkerKind::Arabic) => 22,
            Self::Numbered(MarkerKind::Decimal) => 23,
            Self::Dashed => 24,
            Self::Numbered(MarkerKind::ArabicBracket) => 25,
            Self::Numbered(MarkerKind::Circled) => 26,
            Self::Sentence => 27,
            Self::Numbered(MarkerKind::Dash) => 28,
            Self::BareLead => 29,
            Self::Numbered(_) => 30,
        }
    }

    fn counts(self) -> bool {
        !matches!(
            self,
            Self::Apart
                | Self::Topic
                | Self::Bare(_)
                | Self::Dashed
                | Self::Sentence
                | Self::BareLead
                | Self::Numbered(MarkerKind::Dash)
        )
    }
}

impl Item {
    fn heading(block: usize, of: &Block) -> Self {
        let mark = headings::marker(&of.text)
            .filter(|m| m.is_outline() && m.kind != MarkerKind::Lenticular);
        let kind = match mark {
            Some(m) => Kind::Numbered(m.kind),
            None => unnumbered(of),
        };
        Self { block, kind, number: mark.map_or(0, |m| m.number), lead: None }
    }

    fn lead(block: usize, _of: &Block, lead: Lead) -> Self {
        let kind = lead.marker.map_or(Kind::BareLead, |m| Kind::Numbered(m.kind));
        Self { block, kind, number: lead.marker.map_or(0, |m| m.number), lead: Some(lead) }
    }
}

fn unnumbered(block: &Block) -> Kind {
    const APART: [&str; 14] = [
        "前言",
        "引言",
        "序言",
        "导言",
        "导语",
        "写在前面",
        "开篇",
        "编者按",
        "摘要",
        "结束语",
        "结语",
        "后记",
        "尾声",
        "名词解释",
    ];
    let text = block
        .text
        .trim_matches(|c: char| matches!(c, '【' | '】' | '。' | '：') || c.is_whitespace());
    if APART.contains(&text) {
        return Kind::Apart;
    }
    if block.text.ends_with('—') {
        return Kind::Dashed;
    }
    if is_topic(text) {
        return Kind::Topic;
    }
    if headings::shape(&block.text) == Shape::BareSentence {
        return Kind::Sentence;
    }
    match block.level {
        Some(tag) => Kind::Bare(tag),
        None if block.bold => Kind::Bare(8),
        None => Kind::Bare(0),
    }
}

/// Whether a heading names the work of a year or a period: the parts of a work report.
fn is_topic(text: &str) -> bool {
    const TIMES: [&str; 16] = [
        "年",
        "时期",
        "过去",
        "今后",
        "未来",
        "下一步",
        "下步",
        "明年",
        "来年",
        "今年",
        "五年",
        "十四五",
        "十五五",
        "十三五",
        "十二五",
        "本届",
    ];
    const PARTS: [&str; 22] = [
        "回顾",
        "工作安排",
        "工作打算",
        "工作部署",
        "工作建议",
        "工作意见",
        "工作计划",
        "工作任务",
        "工作重点",
        "重点工作",
        "主要工作",
        "工作思路",
        "总体要求",
        "目标任务",
        "主要目标",
        "主要任务",
        "发展成就",
        "工作情况",
        "工作的建议",
        "的工作",
        "任务目标",
        "总体部署",
    ];
    if headings::width(text) > 80 {
        return false;
    }
    let work = PARTS.iter().any(|p| text.contains(p));
    work && TIMES.iter().any(|t| text.contains(t))
        || ["政府自身建设", "工作回顾", "自身建设"].iter().any(|p| text.ends_with(p))
            && text.chars().count() <= 16
}

/// Most headings open at once.
const DEPTH_MAX: usize = 16;

/// The open headings while an outline is walked.
struct Outline<'a> {
    items: &'a [Item],
    /// For each item the next of its kind.
    next_same: Vec<Option<usize>>,
    stack: Vec<Open>,
    /// Kinds that have stood under another: child and parent.
    seen: Vec<(Kind, Kind)>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    item: usize,
    level: u8,
}

impl<'a> Outline<'a> {
    fn new(items: &'a [Item]) -> Self {
        let mut next_same = vec![None; items.len()];
        let mut latest: Vec<(Kind, usize)> = Vec::new();
        for (i, item) in items.iter().enumerate().rev() {
            match latest.iter_mut().find(|(kind, _)| *kind == item.kind) {
                Some((_, at)) => next_same[i] = Some(std::mem::replace(at, i)),
                None => latest.push((item.kind, i)),
            }
        }
        Self { items, next_same, stack: Vec::new(), seen: Vec::new() }
    }

    /// Opens a heading whose level is known.
    fn place_at(&mut self, i: usize, level: u8) -> u8 {
        while self.stack.last().is_some_and(|open| open.level >= level) {
            self.stack.pop();
        }
        self.push_at(i, level)
    }

    /// Opens a heading: closes what ends before it, and says its level.
    fn place(&mut self, i: usize) -> u8 {
        let kind = self.items[i].kind;
        if matches!(kind, Kind::Apart | Kind::Numbered(MarkerKind::Attachment)) {
            self.stack.clear();
        } else if kind.counts() {
            self.close_for_numbered(i);
        } else {
            self.close_for_unnumbered(i);
        }
        // What stands apart, and an entry after a dash, have nothing under them but their own text.
        if self.stack.last().is_some_and(|open| {
            matches!(self.kind(*open), Kind::Apart | Kind::Numbered(MarkerKind::Dash))
        }) {
            self.stack.pop();
        }
        let level = self.stack.last().map_or(1, |open| open.level.saturating_add(1)).min(9);
        self.push_at(i, level)
    }

    fn push_at(&mut self, i: usize, level: u8) -> u8 {
        if let Some(parent) = self.stack.last() {
            let pair = (self.items[i].kind, self.kind(*parent));
            if !self.seen.contains(&pair) {
                self.seen.push(pair);
            }
        }
        // Numbers that start anew inside each other without end nest no deeper.
        self.stack.truncate(DEPTH_MAX);
        self.stack.push(Open { item: i, level });
        level
    }

    fn kind(&self, open: Open) -> Kind {
        self.items[open.item].kind
    }

    fn number(&self, open: Open) -> u32 {
        self.items[open.item].number
    }

    /// Whether the numbering of an open heading goes on: its next number still comes.
    fn continues(&self, open: Open) -> bool {
        let next = self.next_same[open.item].map(|n| self.items[n].number);
        self.kind(open).counts() && next == Some(self.number(open) + 1)
    }

    fn close_for_numbered(&mut self, i: usize) {
        let (kind, number) = (self.items[i].kind, self.items[i].number);
        let same: Vec<usize> =
            (0..self.stack.len()).rev().filter(|p| self.kind(self.stack[*p]) == kind).collect();
        // The number before is of a heading on its own line too, or else of a paragraph's.
        let own = self.items[i].lead.is_none();
        let alike = |p: &&usize| (self.items[self.stack[**p].item].lead.is_none()) == own;
        let before = |p: &&usize| self.number(self.stack[**p]) + 1 == number;
        let found = same.iter().filter(alike).find(before).or_else(|| same.iter().find(before));
        if let Some(p) = found.copied() {
            return self.stack.truncate(p);
        }
        let Some(innermost) = same.first().copied() else { return self.close_for_new_kind(i) };
        let anew = number == 1 && self.numbers_anew_inside(i, innermost);
        self.stack.truncate(if anew { innermost + 1 } else { innermost });
    }

    /// 三、 and then 一、: the same numbers one level down, if 四、 comes after them, or 三、 names a part of the report.
    fn numbers_anew_inside(&self, i: usize, open: usize) -> bool {
        let outer = self.stack[open];
        let mut at = i;
        while let Some(next) =
            self.next_same[at].filter(|n| self.items[*n].number == self.items[at].number + 1)
        {
            at = next;
        }
        match self.next_same[at] {
            Some(after) => {
                self.items[after].number == self.number(outer) + 1 && self.number(outer) > 0
            }
            None => {
                self.items[outer.item].kind == Kind::Numbered(MarkerKind::Han)
                    && self.items[outer.item].lead.is_none()
                    && at > i
                    && open + 1 == self.stack.len()
            }
        }
    }

    /// The first heading of its kind here goes under what is open, but for kinds that usually stand below it and
    /// whose numbers don't go on.
    fn close_for_new_kind(&mut self, i: usize) {
        let rank = self.items[i].kind.rank();
        while let Some(open) = self.stack.last().copied() {
            // A paragraph's own heading closes no heading on a line of its own.
            let below = self.kind(open).rank() > rank
                && !(self.items[i].lead.is_some() && self.items[open.item].lead.is_none());
            let keeps = match self.kind(open) {
                kind if kind.counts() => self.continues(open) && self.items[i].number == 1,
                // An unnumbered heading right above the first number is its parent.
                Kind::Bare(_) | Kind::Topic | Kind::Dashed | Kind::Sentence => {
                    self.items[i].number <= 1
                }
                _ => false,
            };
            if !below || keeps {
                break;
            }
            self.stack.pop();
        }
    }

    fn close_for_unnumbered(&mut self, i: usize) {
        let kind = self.items[i].kind;
        if let Some(p) = self.parent_of_restart(i) {
            self.stack.truncate(p);
            while self.stack.last().is_some_and(|open| {
                !self.kind(*open).counts() && self.kind(*open).rank() >= kind.rank()
            }) {
                self.stack.pop();
            }
            return;
        }
        let same = self.stack.iter().rposition(|open| self.kind(*open) == kind);
        let floor = same.map_or(0, |p| p + 1);
        // Inside a numbering that goes on, or where its like stood before, it belongs under that number.
        let inside = (floor..self.stack.len()).rev().find(|p| {
            let open = self.stack[*p];
            self.kind(open).counts()
                && (self.continues(open) && self.kind(open).rank() < 30 && kind != Kind::Topic
                    || self.seen.contains(&(kind, self.kind(open))))
        });
        match (inside, same) {
            (Some(p), _) => self.stack.truncate(p + 1),
            (None, Some(p)) => self.stack.truncate(p),
            (None, None) => self.close_for_first_unnumbered(i),
        }
    }

    /// The place of an open numbering that the next heading starts anew: this heading is the new numbering's parent.
    fn parent_of_restart(&self, i: usize) -> Option<usize> {
        let next = self
            .items
            .get(i + 1)
            .filter(|n| n.kind.counts() && n.number == 1 && self.items[i].lead.is_none())?;
        self.stack.iter().position(|open| self.kind(*open) == next.kind)
    }

    fn close_for_first_unnumbered(&mut self, i: usize) {
        let kind = self.items[i].kind;
        while let Some(open) = self.stack.last().copied() {
            let (above, first) = (self.kind(open), self.number(open) <= 1);
            let closes = if above.counts() {
                let nests = kind.rank() > above.rank() && (first || self.items[i].lead.is_some());
                !(nests || self.continues(open) && kind != Kind::Topic)
            } else {
                above.rank() >= kind.rank() || above == Kind::Topic && kind == Kind::Topic
            };
            if !closes {
                break;
            }
            self.stack.pop();
            // Beside a part of the report stands another part.
            let beside = matches!(kind, Kind::Bare(_))
                && self
                    .stack
                    .last()
                    .is_some_and(|o| self.kind(*o) == Kind::Topic && above.counts());
            if beside {
                self.stack.pop();
            }
        }
    }
}

/// A numbered heading at the start of a paragraph.
fn numbered_lead(block: &Block) -> Option<Lead> {
    headings::lead(&block.text).filter(|l| l.marker.is_some())
}

/// Shortest paragraph, in bytes, that may open with an unnumbered heading.
const LEAD_TEXT_MIN: usize = 180;
/// Fewest unnumbered lead sentences in a document that shows the habit.
const BARE_LEADS_MIN: usize = 4;

/// Headings and lead sentences in reading order.
fn items(blocks: &[Block]) -> Vec<Item> {
    let mut out = Vec::new();
    let mut group = Group::default();
    let mut leads: Vec<(usize, Lead)> = Vec::new();
    for (i, block) in blocks.iter().enumerate() {
        match block.role {
            Role::Heading => {
                group.end(&mut leads);
                out.push(Item::heading(i, block));
            }
            Role::Para => match headings::lead(&block.text) {
                Some(lead) if lead.marker.is_some() => {
                    group.end(&mut leads);
                    out.push(Item::lead(i, block, lead));
                }
                lead => group.add(i, block, lead),
            },
            _ => {}
        }
    }
    group.end(&mut leads);
    if leads.len() >= BARE_LEADS_MIN {
        out.extend(leads.into_iter().map(|(i, lead)| Item::lead(i, &blocks[i], lead)));
        out.sort_by_key(|item| item.block);
    }
    out
}

/// The paragraphs under one heading: whether they open with headings of their own.
#[derive(Default)]
struct Group {
    long: usize,
    leads: Vec<(usize, Lead)>,
}

impl Group {
    fn add(&mut self, i: usize, block: &Block, lead: Option<Lead>) {
        if block.text.len() < LEAD_TEXT_MIN || opens_anew(block) {
            return;
        }
        self.long += 1;
        self.leads.extend(
            lead.filter(|l| headings::reads_as_heading(&block.text[..l.end])).map(|l| (i, l)),
        );
    }

    /// Ends the group: its lead sentences count if most of its paragraphs have one.
    fn end(&mut self, leads: &mut Vec<(usize, Lead)>) {
        let group = std::mem::take(self);
        if group.leads.len() >= 2 && group.leads.len() * 2 > group.long {
            leads.extend(group.leads);
        }
    }
}

/// Whether a paragraph addresses the audience: what a lead sentence opened ends there.
fn opens_anew(block: &Block) -> bool {
    headings::salutation(&block.text).is_some()
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
    fn close_leads(&mut self, items: &[Item], outline: &mut Outline<'_>) {
        while self.open.last().is_some_and(|s| self.leads[*s].is_some()) {
            self.close();
        }
        while outline.stack.last().is_some_and(|open| items[open.item].lead.is_some()) {
            outline.stack.pop();
        }
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
