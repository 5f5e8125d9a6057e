//! The level of every heading, by the order in which the report itself uses its kinds of headings.
//!
//! Reports number as they like (一、 over （一）, （一） over 一、, an unnumbered part over 一、 that starts anew in the next
//! part), so a heading of a kind that is open already closes it, and one of a new kind goes below what is open. Numbers
//! decide where that is not enough: whether 四、 still comes tells what belongs under 三、.

use crate::clean::headings::{self, Lead, MarkerKind, Shape};
use crate::clean::{Block, Role};

/// Sets the level of every heading block by the report's own order of markers.
pub fn set_levels(blocks: &mut [Block]) {
    let items: Vec<Item> = (0..blocks.len())
        .filter_map(|i| match blocks[i].role {
            Role::Heading => Some(Item::heading(i, &blocks[i])),
            Role::Para => numbered_lead(&blocks[i]).map(|lead| Item::lead(i, lead)),
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

/// A heading, or a paragraph that opens with one.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) block: usize,
    pub(super) kind: Kind,
    number: u32,
    pub(super) lead: Option<Lead>,
}

/// What makes two headings siblings: how they are numbered or set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

    fn lead(block: usize, lead: Lead) -> Self {
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
pub(super) struct Outline<'a> {
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
    pub(super) fn new(items: &'a [Item]) -> Self {
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
    pub(super) fn place_at(&mut self, i: usize, level: u8) -> u8 {
        while self.stack.last().is_some_and(|open| open.level >= level) {
            self.stack.pop();
        }
        self.push_at(i, level)
    }

    /// Closes what paragraphs opened, down to the innermost heading.
    pub(super) fn close_leads(&mut self) {
        while self.stack.last().is_some_and(|open| self.items[open.item].lead.is_some()) {
            self.stack.pop();
        }
    }

    /// Opens a heading: closes what ends before it, and says its level.
    pub(super) fn place(&mut self, i: usize) -> u8 {
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
pub(super) fn items(blocks: &[Block]) -> Vec<Item> {
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
                    out.push(Item::lead(i, lead));
                }
                lead => group.add(i, block, lead),
            },
            _ => {}
        }
    }
    group.end(&mut leads);
    if leads.len() >= BARE_LEADS_MIN {
        out.extend(leads.into_iter().map(|(i, lead)| Item::lead(i, lead)));
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
pub(super) fn opens_anew(block: &Block) -> bool {
    headings::salutation(&block.text).is_some()
}
