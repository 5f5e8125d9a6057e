//! Figures that have an indicator → the panel: one row a place, period and indicator, results and aims apart.
//!
//! Mentions that disagree are not averaged: the row has the value that most mentions state (of equally frequent ones
//! the most reliable, then the first) and says with `agreement` how many of them state it. A report seen on several
//! pages counts once: of the pages of one report, a cell's mentions are taken from the first that has any.
//!
//! Memory: 40 bytes a mention and a hundred a document that has one; names are kept once.

use super::duplicates::DuplicateRow;
use crate::extract::figures::{Approx, Basis, Figure};
use crate::extract::indicators::{self, Catalogue};
use crate::extract::report::Kind;
use crate::extract::{BodyFigure, Document};
use crate::provenance::DocId;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The value of one indicator for one place and period.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorRow {
    /// Division code of the place.
    pub region_code: Option<Arc<str>>,
    /// Its full name.
    pub region_name: Option<Arc<str>>,
    /// The body whose report says so.
    pub organization: Option<Arc<str>>,
    /// First year that it holds for.
    pub period_start: Option<i16>,
    /// Last year.
    pub period_end: Option<i16>,
    /// Part of the year; null for whole years.
    pub period_part: Option<&'static str>,
    /// Id in the catalogue.
    pub indicator: Arc<str>,
    /// The catalogue's Chinese label.
    pub label_zh: Arc<str>,
    /// The catalogue's English label.
    pub label_en: Arc<str>,
    /// The value in `unit_std`; a fall is negative.
    pub value: f64,
    /// The upper end of a range.
    pub value_max: Option<f64>,
    /// The indicator's unit; null for plain counts.
    pub unit_std: Option<Arc<str>>,
    /// How near the value is.
    pub approx: Approx,
    /// An aim, not a result.
    pub target: bool,
    /// Figures that state this indicator for this place and period.
    pub n_mentions: u32,
    /// Share of them that state this value.
    pub agreement: f64,
    /// The document of the most reliable mention.
    pub doc_id: DocId,
    /// Its figure: index in the document's figures.
    pub figure_no: usize,
}

/// Collects the mentions of indicators.
#[derive(Debug)]
pub struct Panel {
    catalogue: Arc<Catalogue>,
    strings: Strings,
    sources: Vec<Source>,
    mentions: Vec<Mention>,
}

/// A document that has mentions.
#[derive(Debug, Clone, Copy)]
struct Source {
    doc_id: DocId,
    region_code: Option<u32>,
    region_name: Option<u32>,
    organization: Option<u32>,
    kind: Kind,
}

/// One figure as a value of an indicator. Kept small: a large run has millions.
#[derive(Debug, Clone, Copy)]
struct Mention {
    value: f64,
    /// The upper end of a range; else no number.
    value_max: f64,
    source: u32,
    figure_no: u32,
    indicator: u32,
    period: Option<Years>,
    /// Place among [`PARTS`] from one on; none for whole years.
    part: u8,
    approx: Approx,
    target: bool,
    doubtful: bool,
}

type Years = (i16, i16);

/// Parts of a year, in the order of the panel.
const PARTS: [&str; 19] = [
    "h1", "h2", "m01", "m02", "m03", "m04", "m05", "m06", "m07", "m08", "m09", "m10", "m11", "m12",
    "q1", "q2", "q3", "q4", "to_date",
];

impl Mention {
    fn part_no(part: Option<&str>) -> u8 {
        let at = part.and_then(|part| PARTS.iter().position(|p| *p == part));
        at.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
    }

    fn period_part(&self) -> Option<&'static str> {
        PARTS.get(usize::from(self.part).checked_sub(1)?).copied()
    }

    fn value_max(&self) -> Option<f64> {
        (!self.value_max.is_nan()).then_some(self.value_max)
    }

    /// What it is a value of, but for the place. Ordered as the panel is.
    fn cell(&self) -> (Option<Years>, u8, u32, bool) {
        (self.period, self.part, self.indicator, self.target)
    }
}

/// Whose value it is: the place's, else the organization's, else the document's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Region(Arc<str>),
    Organization(Arc<str>),
    Document(DocId),
}

impl Panel {
    /// An empty panel of the indicators of `catalogue`.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, strings: Strings::default(), sources: Vec::new(), mentions: Vec::new() }
    }

    /// Takes the mentions of one document.
    pub fn push(&mut self, document: &Document) {
        self.push_figures(document, (0u32..).zip(&document.figures));
    }

    /// The same, of a document whose figures, each with its number, are at hand elsewhere.
    pub fn push_figures<'a>(
        &mut self,
        document: &Document,
        figures: impl IntoIterator<Item = (u32, &'a BodyFigure)>,
    ) {
        let n_before = self.mentions.len();
        let source = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        for (figure_no, entry) in figures {
            let Some(id) = &entry.indicator else { continue };
            let Some((index, indicator)) = self.catalogue.entry(id) else { continue };
            let figure = &entry.figure;
            let Some(value) = indicators::value_of(indicator, figure) else { continue };
            let Some(period) = period_of(figure, document.report.period) else {
                continue;
            };
            self.mentions.push(Mention {
                source,
                figure_no,
                indicator: index,
                period,
                part: Mention::part_no(figure.period_part),
                value: value.value,
                value_max: value.value_max.unwrap_or(f64::NAN),
                approx: figure.quantity.approx,
                target: figure.target,
                doubtful: figure.confidence < 0.3,
            });
        }
        if self.mentions.len() > n_before {
            let region = document.report.region.as_ref();
            self.sources.push(Source {
                doc_id: DocId::of(&document.page.source),
                region_code: region.map(|r| self.strings.keep(&r.code)),
                region_name: region.map(|r| self.strings.keep(&r.name)),
                organization: document.report.organization.as_ref().map(|o| self.strings.keep(o)),
                kind: document.report.kind,
            });
        }
    }

    /// The panel, by place, period, indicator. Copies of a report count once.
    pub fn finish(mut self, duplicates: &[DuplicateRow]) -> Vec<IndicatorRow> {
        let reports = self.reports(duplicates);
        let places = ranks(self.sources.len(), |i| self.place(&reports, i));
        let order = ranks(self.sources.len(), |i| {
            let report = &reports[i];
            (report.id, report.rank, self.sources[i].doc_id)
        });
        let mut mentions = std::mem::take(&mut self.mentions);
        mentions.sort_unstable_by_key(|m| {
            let source = m.source as usize;
            (places[source], m.cell(), self.reliability(m), order[source], m.figure_no)
        });
        let place = |m: &Mention| places[m.source as usize];
        mentions
            .chunk_by(|a, b| place(a) == place(b) && a.cell() == b.cell())
            .map(|mentions| self.row(&reports, mentions))
            .collect()
    }

    /// For each source, the source whose place its report has, and the id that stands for the report.
    fn reports(&self, duplicates: &[DuplicateRow]) -> Vec<Report> {
        let stands: FxHashMap<DocId, DocId> =
            duplicates.iter().map(|d| (d.doc_id, d.duplicate_of)).collect();
        let id_of = |source: &Source| stands.get(&source.doc_id).copied().unwrap_or(source.doc_id);
        let mut order: Vec<usize> = (0..self.sources.len()).collect();
        // The document that stands for the report first, then its copies by id.
        order.sort_by_key(|&i| {
            let source = &self.sources[i];
            (id_of(source), id_of(source) != source.doc_id, source.doc_id)
        });
        let mut out = vec![Report::default(); self.sources.len()];
        for group in order.chunk_by(|&a, &b| id_of(&self.sources[a]) == id_of(&self.sources[b])) {
            let placed = group.iter().find(|&&i| self.sources[i].region_code.is_some());
            let named = group.iter().find(|&&i| self.sources[i].organization.is_some());
            let place = *placed.or(named).unwrap_or(&group[0]);
            for (rank, &i) in group.iter().enumerate() {
                out[i] = Report { id: Some(id_of(&self.sources[i])), place, rank };
            }
        }
        out
    }

    fn place(&self, reports: &[Report], source: usize) -> Place {
        let report = &reports[source];
        let placed = &self.sources[report.place];
        match (placed.region_code, placed.organization) {
            (Some(code), _) => Place::Region(self.strings.get(code)),
            (None, Some(name)) => Place::Organization(self.strings.get(name)),
            (None, None) => Place::Document(report.id.unwrap_or(placed.doc_id)),
        }
    }

    /// The more reliable mention is less: a report before news of it, a sure reading before a doubtful one, a value
    /// before a bound. Between equals decides the order of reports and of their text.
    fn reliability(&self, mention: &Mention) -> (u8, bool, bool) {
        let kind = match self.sources[mention.source as usize].kind {
            Kind::WorkReport | Kind::StatisticalBulletin | Kind::Budget => 0u8,
            Kind::WorkReview => 1,
            Kind::MeetingNews => 2,
            Kind::Other => 3,
        };
        let bound = !matches!(mention.approx, Approx::Exact | Approx::About);
        (kind, mention.doubtful, bound)
    }

    /// The row of one cell; its mentions stand in the order of their rank.
    fn row(&self, reports: &[Report], mentions: &[Mention]) -> IndicatorRow {
        let cell = &mentions[0];
        let counted = self.once_a_report(reports, mentions);
        let votes = votes(&counted);
        // The first of the most frequent: `max_by_key` takes the last, so it walks backwards.
        let best = counted.iter().rev().max_by_key(|m| votes(m)).unwrap_or(cell);
        let source = &self.sources[best.source as usize];
        let placed = &self.sources[reports[best.source as usize].place];
        let indicator = &self.catalogue.indicators()[cell.indicator as usize];
        let get = |i: Option<u32>| i.map(|i| self.strings.get(i));
        IndicatorRow {
            region_code: get(placed.region_code),
            region_name: get(placed.region_name),
            organization: get(source.organization.or(placed.organization)),
            period_start: cell.period.map(|p| p.0),
            period_end: cell.period.map(|p| p.1),
            period_part: cell.period_part(),
            indicator: indicator.id.clone(),
            label_zh: indicator.label_zh.clone(),
            label_en: indicator.label_en.clone(),
            value: best.value,
            value_max: best.value_max(),
            unit_std: indicator.unit_std.clone(),
            approx: best.approx,
            target: cell.target,
            n_mentions: u32::try_from(counted.len()).unwrap_or(u32::MAX),
            agreement: votes(best) as f64 / counted.len() as f64,
            doc_id: source.doc_id,
            figure_no: best.figure_no as usize,
        }
    }

    /// The mentions of a cell without those that copies of a report repeat.
    fn once_a_report(&self, reports: &[Report], mentions: &[Mention]) -> Vec<Mention> {
        let mut first: FxHashMap<Option<DocId>, usize> = FxHashMap::default();
        for m in mentions {
            let report = &reports[m.source as usize];
            let rank = first.entry(report.id).or_insert(report.rank);
            *rank = (*rank).min(report.rank);
        }
        let taken = |m: &&Mention| {
            let report = &reports[m.source as usize];
            first[&report.id] == report.rank
        };
        mentions.iter().filter(taken).copied().collect()
    }
}

/// How many mentions state the value of one of them. Equal values are counted together first, since thousands of
/// reports may state one value.
fn votes(mentions: &[Mention]) -> impl Fn(&Mention) -> usize {
    let stated = |m: &Mention| (m.value, m.value_max().unwrap_or(m.value));
    let bits = move |m: &Mention| {
        let (low, high) = stated(m);
        (low.to_bits(), high.to_bits())
    };
    let mut equal: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    mentions.iter().for_each(|m| *equal.entry(bits(m)).or_default() += 1);
    let value = |(low, high): (u64, u64)| (f64::from_bits(low), f64::from_bits(high));
    let same = |a: (f64, f64), b: (f64, f64)| close(a.0, b.0) && close(a.1, b.1);
    let near = |a| equal.iter().filter(|(b, _)| same(value(a), value(**b))).map(|(_, n)| n).sum();
    let votes: BTreeMap<(u64, u64), usize> = equal.keys().map(|a| (*a, near(*a))).collect();
    move |m| votes.get(&bits(m)).copied().unwrap_or(0)
}

/// The report that a source carries.
#[derive(Debug, Clone, Default)]
struct Report {
    id: Option<DocId>,
    /// Index of the source whose region and organization hold for all its copies.
    place: usize,
    /// 0 for the document that stands for the report.
    rank: usize,
}

/// The place of each of `n` things in the order of their keys; equal ones share it.
fn ranks<K: Ord>(n: usize, key: impl Fn(usize) -> K) -> Vec<u32> {
    let mut order: Vec<(K, usize)> = (0..n).map(|i| (key(i), i)).collect();
    order.sort_unstable();
    let mut out = vec![0; n];
    for (rank, equal) in (0u32..).zip(order.chunk_by(|a, b| a.0 == b.0)) {
        equal.iter().for_each(|(_, i)| out[*i] = rank);
    }
    out
}

/// The years of a mention: the figure's own or the document's. Nothing where it is of a time that is not told: the
/// starting point in 由 a 增加到 b, where the text names no year for it, and an average (年均) over years that are not known.
fn period_of(figure: &Figure, document: Option<(i16, i16)>) -> Option<Option<(i16, i16)>> {
    if figure.is_from && (figure.period.is_none() || figure.period == document) {
        return None;
    }
    let period = figure.period.or(document);
    let average = figure.basis == Some(Basis::AnnualAverage);
    if average && period.is_some_and(|(first, last)| first == last) {
        return None;
    }
    Some(period)
}

/// Equal but for the last digits that unit conversion leaves.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// Each string once.
#[derive(Debug, Default)]
struct Strings {
    all: Vec<Arc<str>>,
    index: FxHashMap<Arc<str>, u32>,
}

impl Strings {
    fn keep(&mut self, text: &str) -> u32 {
        if let Some(&i) = self.index.get(text) {
            return i;
        }
        let i = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.all.push(text.clone());
        self.index.insert(text, i);
        i
    }

    fn get(&self, i: u32) -> Arc<str> {
        self.all[i as usize].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::duplicates::Method;
    use super::super::samples;
    use super::*;
    use crate::extract::BodyFigure;
    use crate::extract::figures::Change;

    fn growth(value: f64, period: Option<(i16, i16)>) -> BodyFigure {
        let mut figure = samples::figure("地区生产总值", value, "percent");
        figure.indicator = Some("gdp_growth".into());
        figure.figure.change = Some(Change::Increase);
        figure.figure.period = period;
        figure
    }

    fn report(source: &str, figures: Vec<BodyFigure>) -> Document {
        let mut document = samples::document(source, "全省地区生产总值增长。");
        document.report = samples::report("990000", "云岭省", 2031);
        document.figures = figures;
        document
    }

    fn panel(documents: &[Document], duplicates: &[DuplicateRow]) -> Vec<IndicatorRow> {
        let mut panel = Panel::new(indicators::built_in());
        documents.iter().for_each(|d| panel.push(d));
        panel.finish(duplicates)
    }

    fn states(row: &IndicatorRow) -> (f64, u32, f64) {
        (row.value, row.n_mentions, row.agreement)
    }

    #[test]
    fn a_conflict_shows_and_most_mentions_win() {
        let figures = vec![growth(5.2, None), growth(5.4, None), growth(5.4, None)];
        let rows = panel(&[report("a", figures)], &[]);
        assert_eq!(rows.len(), 1);
        assert_eq!(states(&rows[0]), (5.4, 3, 2.0 / 3.0));
        assert_eq!(rows[0].figure_no, 1);
    }

    #[test]
    fn of_equally_frequent_values_the_first_stands() {
        let rows = panel(&[report("a", vec![growth(5.2, None), growth(5.4, None)])], &[]);
        assert_eq!(states(&rows[0]), (5.2, 2, 0.5));
    }

    #[test]
    fn falls_are_negative_and_periods_and_aims_apart() {
        let mut fall = growth(0.7, Some((2029, 2029)));
        fall.figure.change = Some(Change::Decrease);
        let mut aim = growth(5.0, Some((2032, 2032)));
        aim.figure.target = true;
        let rows = panel(&[report("a", vec![aim, growth(5.2, None), fall])], &[]);
        let got: Vec<_> = rows.iter().map(|r| (r.period_start, r.value, r.target)).collect();
        assert_eq!(
            got,
            [(Some(2029), -0.7, false), (Some(2031), 5.2, false), (Some(2032), 5.0, true)]
        );
    }

    #[test]
    fn copies_of_a_report_count_once_and_share_its_place() {
        let mut copy = report("b", vec![growth(5.2, None), growth(5.2, None)]);
        copy.report.region = None;
        let pages = [report("a", vec![growth(5.2, None)]), copy];
        let same = DuplicateRow {
            doc_id: DocId::of("b"),
            duplicate_of: DocId::of("a"),
            similarity: 0.9,
            method: Method::Near,
        };
        let rows = panel(&pages, &[same]);
        assert_eq!(rows.iter().map(states).collect::<Vec<_>>(), [(5.2, 1, 1.0)]);
        assert_eq!(panel(&pages, &[]).len(), 2, "without that knowledge it is another place");
    }

    #[test]
    fn the_order_of_pages_does_not_matter() {
        let pages = [
            report("a", vec![growth(5.2, None)]),
            report("b", vec![growth(5.4, None), growth(5.1, None)]),
        ];
        let turned = [pages[1].clone(), pages[0].clone()];
        assert_eq!(panel(&pages, &[]), panel(&turned, &[]));
    }

    #[test]
    fn parts_of_a_year_are_known_and_in_order() {
        assert!(PARTS.is_sorted());
        for part in PARTS.map(Some).into_iter().chain([None]) {
            let mut figure = growth(5.2, None);
            figure.figure.period_part = part;
            let rows = panel(&[report("a", vec![figure])], &[]);
            assert_eq!(rows[0].period_part, part);
        }
    }

    #[test]
    fn an_average_needs_the_years_that_it_is_over() {
        let mut average = growth(5.2, None);
        average.indicator = Some("gdp_growth_annual_average".into());
        average.figure.basis = Some(Basis::AnnualAverage);
        let mut told = average.clone();
        told.figure.period = Some((2027, 2031));
        let rows = panel(&[report("a", vec![average, told])], &[]);
        assert_eq!(rows.iter().map(|r| r.period_start).collect::<Vec<_>>(), [Some(2027)]);
    }

    #[test]
    fn a_starting_value_needs_a_year_of_its_own() {
        let mut start = growth(5.2, None);
        start.figure.is_from = true;
        let mut told = growth(4.8, Some((2026, 2026)));
        told.figure.is_from = true;
        let rows = panel(&[report("a", vec![start, told])], &[]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].period_start, Some(2026));
    }
}
