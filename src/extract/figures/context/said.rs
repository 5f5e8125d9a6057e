//! What a clause says of one quantity, before the outline has its say.

use super::super::{Basis, Change};
use super::lexicon::Class;
use super::phrase::Row;
use std::borrow::Cow;

/// What the text says of one quantity, in words of the passage; few are put together.
#[derive(Debug, Clone, Default)]
pub(super) struct Said<'a> {
    pub(super) item: Option<Cow<'a, str>>,
    pub(super) action: Option<Cow<'a, str>>,
    pub(super) subject: Option<&'a str>,
    pub(super) change: Option<Change>,
    /// What the change is measured against, where the clause says so.
    pub(super) against: Against,
    pub(super) is_from: bool,
    /// What later words understand, where it is not the item (总值迈上|4个台阶、达…).
    pub(super) carry: Option<Cow<'a, str>>,
    /// Part of a list whose earlier members lack what the last one has.
    pub(super) open: bool,
    /// What was done to it is said in the clause after (将346名委员按界别，划入各组).
    pub(super) wants: bool,
    /// Doubts about the reading, each a little less sure.
    pub(super) doubts: u8,
}

/// What a change is measured against, as far as its clause says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Against {
    /// Not said: the frame decides.
    #[default]
    Unsaid,
    /// Said.
    Basis(Basis),
    /// Something that is none of the bases (较上一个五年规划时期).
    Other,
}

/// What a change is measured against, by the words before the figure.
pub(super) fn against(before: Row<'_>) -> Against {
    let compared =
        before.rposition(|c| c == Class::Compare).map(|at| before.part(at + 1, before.len()));
    if let Some(with) = compared {
        let text = with.text();
        if ["上月", "上季", "上个月"].iter().any(|w| text.starts_with(w)) {
            return Against::Basis(Basis::MonthOnMonth);
        }
        if ["上年", "去年", "同期", "前年", "上一年"].iter().any(|w| text.contains(w)) {
            return Against::Basis(Basis::YearOnYear);
        }
        if super::lexicon::plan_years(text.trim_start_matches(['“', '"'])).is_some() {
            return if text.contains('末') {
                Against::Basis(Basis::SinceStart)
            } else {
                Against::Other
            };
        }
        if super::time::years(text).is_some() {
            return Against::Basis(Basis::SinceStart);
        }
    }
    let mut said = Against::Unsaid;
    for at in 0..before.len() {
        said = match before.word(at) {
            "年均" => Against::Basis(Basis::AnnualAverage),
            "同比" | "同比增长" | "同比下降" => Against::Basis(Basis::YearOnYear),
            "环比" => Against::Basis(Basis::MonthOnMonth),
            "五年" | "五年累计" | "五年来" | "五年间" | "累计" => {
                Against::Basis(Basis::SinceStart)
            }
            _ => said,
        };
    }
    said
}

/// Growth or decline.
pub(super) fn change_of(grows: bool) -> Change {
    if grows { Change::Increase } else { Change::Decrease }
}
