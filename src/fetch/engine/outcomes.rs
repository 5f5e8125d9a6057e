//! What becomes of an address: answers, failures and redirects → what is stored of it, counted, and due next.
//!
//! The other half of [`Engine`]: the loop decides when something is asked for, this what its answer means for the fetch.

use super::super::frontier::{NodeIdx, State};
use super::super::polite::{Went, backoff};
use super::super::queue::{HostIdx, Item};
use super::super::sites::{self, Site};
use super::super::summary::Plan;
use super::super::visit::{Leads, Verdict, Visit};
use super::Engine;
use crate::store::{self, Change, NewRobots, Outcome, Packed};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

impl Engine<'_> {
    pub(super) fn exchange_is_over(&mut self, host: HostIdx, bytes: u64, took: Duration) {
        self.n_exchanges -= 1;
        let counts = &mut self.queue.hosts[host].counts;
        counts.bytes += bytes;
        counts.busy += took;
    }

    pub(super) fn robots_came(&mut self, origin: &str, host: HostIdx, asked: sites::Asked) {
        let site = self.sites.entry(origin.to_owned()).or_default();
        site.n_tried += 1;
        if let sites::Outcome::Unreachable { .. } = asked.outcome
            && site.n_tried < self.fetch.retry.attempts
            && self.queue.hosts[host].parked().is_none()
            && asked.went != Went::Well
        {
            let rest = backoff(&self.fetch.retry, origin, site.n_tried);
            let item = Item::Robots(origin.to_owned());
            self.queue.add(host, 0, 0, item, Some(Instant::now() + rest));
            self.record(Change::Records(asked.packed));
            return;
        }
        let unreachable = match &asked.outcome {
            sites::Outcome::Unreachable { why, .. } => Some(why.clone()),
            _ => None,
        };
        let now = store::now().as_second();
        let before = self.stored_robots.get(origin);
        let (robots, mut site) = sites::learn(asked.outcome, before, &self.agent, now);
        if let (Site::Closed(known), Some(why)) = (&mut site, unreachable) {
            *known = why;
        }
        if let Site::Closed(why) = &site {
            self.progress.warn(&format!("{origin}: {why}; nothing is asked for there"));
        }
        let new = NewRobots { origin: origin.to_owned(), robots };
        self.record(Change::Robots { robots: new, packed: Some(asked.packed) });
        self.site_is(origin, site);
    }

    pub(super) fn visited(&mut self, idx: NodeIdx, host: HostIdx, visit: Visit, took: Duration) {
        self.exchange_is_over(host, visit.bytes, took);
        let (went, retry_after) = match &visit.verdict {
            Verdict::Later { overloaded: true, retry_after, .. } => {
                (Went::Overloaded, *retry_after)
            }
            Verdict::Later { retry_after, .. } => (Went::Wrong, *retry_after),
            _ => (Went::Well, None),
        };
        self.queue.hosts[host].end(Instant::now(), went, retry_after);
        let row = &mut self.frontier.nodes[idx].row;
        row.status = Some(visit.status);
        row.bytes = Some(visit.bytes);
        let validators = (visit.etag, visit.last_modified);
        match visit.verdict {
            Verdict::Content(leads) => {
                let row = &mut self.frontier.nodes[idx].row;
                (row.etag, row.last_modified) = validators;
                row.changed = Some(store::now().as_second());
                self.done(idx, Outcome::Fetched, None, Some(visit.packed));
                self.follow_new(idx, leads);
            }
            Verdict::Same(leads) => {
                let row = &mut self.frontier.nodes[idx].row;
                // A 304 need not repeat what it confirms.
                row.etag = validators.0.or(row.etag.take());
                row.last_modified = validators.1.or(row.last_modified.take());
                self.done(idx, Outcome::Unchanged, None, Some(visit.packed));
                self.follow_new(idx, leads);
            }
            Verdict::Moved(to) => self.moved(idx, &to, visit.packed),
            Verdict::Gone(why) => self.done(idx, Outcome::Gone, Some(why), Some(visit.packed)),
            Verdict::Refused(why) => {
                self.did_not_work(idx, Some(visit.status), why, false, visit.packed)
            }
            Verdict::Later { why, .. } => {
                self.did_not_work(idx, Some(visit.status), why, true, visit.packed);
            }
        }
    }

    fn moved(&mut self, idx: NodeIdx, to: &Url, packed: Packed) {
        let to = self.running[self.frontier.nodes[idx].source].reading.rules.canonical(to);
        match self.frontier.follow_move(idx, &to, self.fetch.limits.redirects) {
            Ok((target, is_changed)) => {
                let url = self.frontier.nodes[target].row.url.clone();
                self.frontier.nodes[idx].row.target = Some(url);
                self.done(idx, Outcome::Redirected, None, Some(packed));
                if is_changed {
                    self.look_at(target);
                }
            }
            Err(why) => {
                self.frontier.nodes[idx].row.target = Some(to.into());
                self.done(idx, Outcome::Failed, Some(why), Some(packed));
            }
        }
    }

    /// Reaches where a redirect that is stored leads.
    pub(super) fn follow_move(&mut self, idx: NodeIdx, to: &Url) {
        if let Ok((target, true)) = self.frontier.follow_move(idx, to, self.fetch.limits.redirects)
        {
            self.look_at(target);
        }
    }

    /// An exchange brought no page: another try, if it helps and there is one left.
    pub(super) fn did_not_work(
        &mut self,
        idx: NodeIdx,
        status: Option<u16>,
        why: String,
        again: bool,
        packed: Packed,
    ) {
        let node = &mut self.frontier.nodes[idx];
        node.row.status = status;
        let n_tried = node.n_tried;
        if again && n_tried < self.fetch.retry.attempts {
            let rest = backoff(&self.fetch.retry, &node.row.url, n_tried);
            self.record(Change::Records(packed));
            return self.enqueue(idx, Some(Instant::now() + rest));
        }
        self.done(idx, Outcome::Failed, Some(why), Some(packed));
    }

    /// What no exchange is made for.
    pub(super) fn leave(&mut self, idx: NodeIdx, outcome: Outcome, why: String) {
        if self.plan(idx, &Plan::Leave(why.clone())) {
            self.frontier.nodes[idx].state = State::Done;
            return;
        }
        self.done(idx, outcome, Some(why), None);
    }

    /// An address is done: what became of it is stored.
    fn done(
        &mut self,
        idx: NodeIdx,
        outcome: Outcome,
        why: Option<String>,
        packed: Option<Packed>,
    ) {
        let wait = match outcome {
            Outcome::Fetched => self.frontier.next_wait(idx, true),
            Outcome::Unchanged | Outcome::Redirected | Outcome::Gone => {
                self.frontier.next_wait(idx, false)
            }
            _ => self.frontier.nodes[idx].row.wait,
        };
        let now = store::now();
        let fetch = self.frontier.begun.id;
        let node = &mut self.frontier.nodes[idx];
        node.state = State::Done;
        let row = &mut node.row;
        row.fetch = fetch;
        row.outcome = Some(outcome);
        row.attempts = node.n_tried;
        row.message = why;
        row.wait = wait;
        if outcome != Outcome::Redirected && outcome != Outcome::Failed {
            row.target = None;
        }
        if packed.is_some() {
            row.checked = Some(now.as_second());
        } else {
            (row.status, row.bytes) = (None, None);
        }
        if outcome == Outcome::Gone {
            row.n_gone += 1;
            row.gone_since.get_or_insert_with(|| store::date(now));
        } else if packed.is_some() && outcome != Outcome::Failed {
            (row.n_gone, row.gone_since) = (0, None);
        }
        node.is_new = false;
        let change = Change::Url {
            url: Box::new(node.row.clone()),
            packed,
            is_body: outcome == Outcome::Fetched,
        };
        let summary = &mut self.running[node.source].summary;
        *summary.outcomes.entry(outcome).or_default() += 1;
        let is_problem = matches!(outcome, Outcome::Failed | Outcome::Parked | Outcome::Robots);
        if is_problem {
            let why = node.row.message.as_deref().unwrap_or_default();
            summary.problem(format!("{}: {why}", node.row.url));
        }
        self.n_done += 1;
        self.n_failed += u64::from(is_problem);
        self.record(change);
        let n_waiting = (self.queue.len() + self.n_exchanges) as u64;
        self.progress.fetched(self.n_done, self.n_failed, n_waiting);
    }

    /// Follows what a page leads to, which is kept for a shorter way to it.
    pub(super) fn follow_new(&mut self, idx: NodeIdx, leads: Leads) {
        let node = &mut self.frontier.nodes[idx];
        let summary = &mut self.running[node.source].summary;
        for (why, n) in &leads.refused {
            *summary.refused.entry(why).or_default() += n;
        }
        if let Some(problem) = &leads.problem {
            summary.problem(format!("{}: {problem}", node.row.url));
        }
        let leads = Arc::new(leads);
        if self.running[node.source].reading.leads_on(&node.row.kind) {
            node.leads = Some(leads.clone());
        }
        self.follow(idx, &leads);
    }

    pub(super) fn follow(&mut self, idx: NodeIdx, leads: &Leads) {
        for to in self.frontier.follow(idx, leads) {
            self.look_at(to);
        }
    }

    /// What waits for hosts that are left alone is done for this fetch.
    pub(super) fn give_up_parked(&mut self) {
        for host in self.queue.parked() {
            let why = self.queue.hosts[host].parked().unwrap_or_default().to_owned();
            self.progress.warn(&format!("{}: {why}", self.queue.hosts[host].key));
            for item in self.queue.drain(host) {
                match item {
                    Item::Page(idx) => self.leave(idx, Outcome::Parked, why.clone()),
                    Item::Robots(origin) => {
                        let waiting =
                            std::mem::take(&mut self.sites.entry(origin).or_default().waiting);
                        for idx in waiting {
                            self.leave(idx, Outcome::Parked, why.clone());
                        }
                    }
                }
            }
        }
    }
}
