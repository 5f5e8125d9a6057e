//! The addresses of a fetch: what is known of each, which are due, and how they were reached.
//!
//! What a fetch visits depends on the pages alone, not on the order in which answers come: an address that is reached
//! by a shorter way counts as reached by that one, a list goes on while it has links that no finished fetch knew, and a
//! fetch that was interrupted walks again from its seeds over what it has stored.

use super::discover::Link;
use super::visit::{Leads, Reading};
use crate::config::Source;
use crate::config::web::{Policy, REPORT, StopWhen};
use crate::store::{AddressId, Begun, FEED, Known, Outcome, SITEMAP, Stored, Url as Row};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Index of an address among [`Frontier::nodes`].
pub(super) type NodeIdx = usize;

/// How far an address is in this fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Known, but nothing led to it yet.
    Known,
    /// It was reached.
    Reached,
    /// It waits to be asked for, or for its site's rules.
    Waiting,
    /// Done.
    Done,
}

/// An address.
#[derive(Debug)]
pub(super) struct Node {
    /// What is known of it, as the store has it.
    pub(super) row: Row,
    pub(super) url: Url,
    pub(super) source: usize,
    pub(super) stored: Option<Stored>,
    pub(super) page_no: u32,
    pub(super) state: State,
    /// What it leads to, once that is known.
    pub(super) leads: Option<Arc<Leads>>,
    /// Requests made in this run of the program.
    pub(super) n_tried: u32,
    /// What is known of it is not in the store yet.
    pub(super) is_new: bool,
}

/// How an address was reached.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    pub(super) depth: u32,
    pub(super) page_no: u32,
    pub(super) hops: u32,
    pub(super) place: u32,
    pub(super) parent: Option<AddressId>,
}

/// A source as far as its addresses are concerned.
#[derive(Debug)]
pub(super) struct Territory {
    pub(super) reading: Arc<Reading>,
    pub(super) depth_max: u32,
    /// When pages are asked for again: lists, and reports.
    pub(super) refresh: [(Policy, Duration, Duration); 2],
}

impl Territory {
    pub(super) fn new(source: &Source, reading: Arc<Reading>, depth_max: u32) -> Self {
        let (list, report) = (&source.refresh.list, &source.refresh.report);
        let refresh =
            [(list.policy, list.min.0, list.max.0), (report.policy, report.min.0, report.max.0)];
        Self { reading, depth_max, refresh }
    }

    fn refresh(&self, kind: &str) -> (Policy, Duration, Duration) {
        self.refresh[usize::from(kind == REPORT)]
    }
}

/// All addresses of a fetch.
#[derive(Debug)]
pub(super) struct Frontier {
    pub(super) begun: Begun,
    pub(super) nodes: Vec<Node>,
    by_url: FxHashMap<(usize, String), NodeIdx>,
    territories: Vec<Territory>,
    next_id: AddressId,
}

impl Frontier {
    pub(super) fn new(begun: Begun, territories: Vec<Territory>, next_id: AddressId) -> Self {
        Self { begun, nodes: Vec::new(), by_url: FxHashMap::default(), territories, next_id }
    }

    pub(super) fn territory(&self, node: &Node) -> &Territory {
        &self.territories[node.source]
    }

    /// Takes over what the store knows of a source.
    pub(super) fn load(&mut self, source: usize, known: Vec<Known>) {
        for Known { url: row, body } in known {
            let Ok(url) = Url::parse(&row.url) else { continue };
            self.by_url.insert((source, row.url.clone()), self.nodes.len());
            self.nodes.push(Node {
                url,
                source,
                stored: body,
                page_no: 1,
                state: State::Known,
                leads: None,
                n_tried: 0,
                is_new: false,
                row,
            });
        }
    }

    /// Notes that an address was reached; gives its index if that changes anything: it is to be looked at.
    pub(super) fn reach(
        &mut self,
        source: usize,
        url: &Url,
        kind: &str,
        way: Way,
    ) -> (NodeIdx, bool) {
        if let Some(idx) = self.by_url.get(&(source, url.as_str().to_owned())).copied() {
            return (idx, self.reach_again(idx, kind, way));
        }
        let mut row =
            Row::new(self.next_id, &self.territories[source].reading.name, url.as_str(), kind);
        self.next_id += 1;
        (row.depth, row.hops, row.place) = (way.depth, way.hops, way.place);
        (row.parent, row.found) = (way.parent, self.begun.id);
        let idx = self.nodes.len();
        self.by_url.insert((source, row.url.clone()), idx);
        self.nodes.push(Node {
            row,
            url: url.clone(),
            source,
            stored: None,
            page_no: way.page_no,
            state: State::Reached,
            leads: None,
            n_tried: 0,
            is_new: true,
        });
        (idx, true)
    }

    /// An address that is known was reached: a shorter way, or the role of a further part, replaces what was known.
    fn reach_again(&mut self, idx: NodeIdx, kind: &str, way: Way) -> bool {
        let node = &mut self.nodes[idx];
        let first_time = node.state == State::Known;
        let as_part = way.place > 0 && node.row.place == 0;
        let shorter = way.depth < node.row.depth && way.place == node.row.place;
        if first_time || shorter || as_part {
            (node.row.depth, node.row.hops) = (way.depth, way.hops);
            node.page_no = way.page_no;
            if way.place >= node.row.place {
                (node.row.place, node.row.parent) = (way.place, way.parent);
            }
            // A kind that the configuration changed.
            if first_time && node.row.kind != kind {
                kind.clone_into(&mut node.row.kind);
            }
        }
        if first_time {
            node.state = State::Reached;
        }
        first_time || shorter || as_part
    }

    /// Whether an address was not known when the last fetch came to its end.
    fn is_new(&self, idx: NodeIdx) -> bool {
        self.nodes[idx].row.found > self.begun.ended
    }

    /// Reaches what a page leads to; gives what is to be looked at.
    pub(super) fn follow(&mut self, idx: NodeIdx, leads: &Leads) -> Vec<NodeIdx> {
        let node = &self.nodes[idx];
        let (source, page_no, depth) = (node.source, node.page_no, node.row.depth);
        let (parent, place) = (node.row.id, node.row.place);
        let first = if place > 0 { node.row.parent } else { Some(parent) };
        let mut changed = Vec::new();
        let mut any_new = false;
        if depth < self.territories[source].depth_max {
            let way = Way { depth: depth + 1, page_no: 1, parent: Some(parent), ..Way::default() };
            let sitemaps = leads.sitemaps.iter().map(|url| (url, SITEMAP));
            let links = leads.links.iter().map(|Link { url, kind, .. }| (url, kind.as_str()));
            for (url, kind) in sitemaps.chain(links) {
                let (to, is_changed) = self.reach(source, url, kind, way);
                any_new |= self.is_new(to);
                changed.extend(is_changed.then_some(to));
            }
        }
        if let Some(next) = &leads.next
            && (next.stop_when == StopWhen::Never
                || any_new
                || self.is_unfinished(source, &next.link.url))
        {
            let way = Way { depth, page_no: page_no + 1, parent: Some(parent), ..Way::default() };
            let (to, is_changed) = self.reach(source, &next.link.url, &next.link.kind, way);
            changed.extend(is_changed.then_some(to));
        }
        if let Some(url) = &leads.part {
            let way = Way { depth, page_no: 1, place: place + 1, parent: first, ..Way::default() };
            let (to, is_changed) = self.reach(source, url, REPORT, way);
            // The article's own first page is no part of it.
            if to != idx && Some(self.nodes[to].row.id) != first {
                changed.extend(is_changed.then_some(to));
            }
        }
        changed
    }

    /// Whether an address is known and was not had: what lies behind it may be new.
    fn is_unfinished(&self, source: usize, url: &Url) -> bool {
        self.by_url
            .get(&(source, url.as_str().to_owned()))
            .is_some_and(|idx| is_unfinished(&self.nodes[*idx].row))
    }

    /// The address that another one moved to; the error says why it is not followed.
    pub(super) fn follow_move(
        &mut self,
        idx: NodeIdx,
        to: &Url,
        hops_max: u32,
    ) -> Result<(NodeIdx, bool), String> {
        let node = &self.nodes[idx];
        let rules = &self.territories[node.source].reading.rules;
        let to = rules.admit(to, "").map_err(|why| format!("it redirects to {to}: {why}"))?;
        let hops = node.row.hops + 1;
        if hops > hops_max {
            return Err(format!("more than {hops_max} redirects in a row"));
        }
        if self.leads_back(idx, &to) {
            return Err(format!("it redirects in a circle, to {to}"));
        }
        let way = Way {
            depth: node.row.depth,
            page_no: node.page_no,
            hops,
            place: node.row.place,
            parent: if node.row.place > 0 { node.row.parent } else { Some(node.row.id) },
        };
        let kind = node.row.kind.clone();
        Ok(self.reach(node.source, &to, &kind, way))
    }

    /// Whether an address is this one, or one that it was redirected from.
    fn leads_back(&self, idx: NodeIdx, to: &Url) -> bool {
        let node = &self.nodes[idx];
        if node.url == *to {
            return true;
        }
        let mut at = self.by_url.get(&(node.source, to.as_str().to_owned())).copied();
        let mut steps = 0;
        while let Some(next) = at.filter(|_| steps < 64) {
            if next == idx {
                return true;
            }
            let target = self.nodes[next].row.target.clone();
            let moved = self.nodes[next].row.outcome == Some(Outcome::Redirected);
            at = target
                .filter(|_| moved)
                .and_then(|url| self.by_url.get(&(node.source, url)).copied());
            steps += 1;
        }
        false
    }

    /// Whether this fetch dealt with an address already, before it was interrupted.
    pub(super) fn is_done(&self, idx: NodeIdx) -> bool {
        let row = &self.nodes[idx].row;
        row.fetch == self.begun.id
            && row.outcome.is_some_and(|o| o != Outcome::Parked && o != Outcome::Excluded)
    }

    /// Whether an address is to be asked for, `now` being seconds of the epoch.
    pub(super) fn is_due(&self, idx: NodeIdx, now: i64) -> bool {
        let node = &self.nodes[idx];
        let row = &node.row;
        let (policy, min, _) = self.territory(node).refresh(&row.kind);
        let had = match row.outcome {
            Some(Outcome::Fetched | Outcome::Unchanged) => node.stored.is_some(),
            Some(Outcome::Redirected | Outcome::Gone) => true,
            _ => false,
        };
        let Some(checked) = row.checked.filter(|_| had) else { return true };
        let seconds = |d: Duration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
        // What was checked in the future was so by a clock that went wrong: it is not put off until then.
        let is_over = |wait: i64| !(0..wait).contains(&now.saturating_sub(checked));
        match policy {
            Policy::Always => true,
            Policy::Never => false,
            Policy::Interval => is_over(seconds(min)),
            Policy::Adaptive => is_over(row.wait.unwrap_or(seconds(min))),
        }
    }

    /// Seconds until an address is asked for again, after one that found it changed, or not: Nutch's
    /// AdaptiveFetchSchedule, 0.8 times the last interval, or 1.4 times, within the configured bounds.
    pub(super) fn next_wait(&self, idx: NodeIdx, changed: bool) -> Option<i64> {
        let node = &self.nodes[idx];
        let (policy, min, max) = self.territory(node).refresh(&node.row.kind);
        if policy != Policy::Adaptive {
            return None;
        }
        let (min, max) = (min.as_secs_f64(), max.as_secs_f64());
        let next = match node.row.wait {
            Some(wait) => wait as f64 * if changed { 0.8 } else { 1.4 },
            None => min,
        };
        Some(next.clamp(min, max.max(min)) as i64)
    }

    /// Addresses that are looked at though nothing leads to them: reports, which may leave the lists while they are
    /// still there, and lists that could not be had, since what lies behind them may be new.
    pub(super) fn standing(&self) -> Vec<NodeIdx> {
        let standing = |node: &Node| match node.row.kind.as_str() {
            REPORT => true,
            SITEMAP | FEED => false,
            kind => is_unfinished(&node.row) && self.territory(node).reading.rules.follows(kind),
        };
        (0..self.nodes.len()).filter(|idx| standing(&self.nodes[*idx])).collect()
    }

    /// Marks a known address as one to look at.
    pub(super) fn wake(&mut self, idx: NodeIdx) -> bool {
        let node = &mut self.nodes[idx];
        let woken = node.state == State::Known;
        if woken {
            node.state = State::Reached;
        }
        woken
    }
}

fn is_unfinished(row: &Row) -> bool {
    matches!(row.outcome, None | Some(Outcome::Failed | Outcome::Parked | Outcome::Robots))
}
