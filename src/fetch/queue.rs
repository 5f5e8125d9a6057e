//! What waits for each host, and which of it is next.

use super::polite::{Host, When};
use crate::config::web::{PerHost, Retry};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use tokio::time::Instant;
use url::Url;

/// Index of a host.
pub(super) type HostIdx = usize;

/// What is asked of a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// robots.txt of an origin.
    Robots(String),
    /// An address, by its index.
    Page(usize),
}

/// Robots first, then lists, which lead to more, then what is near the seeds, then what was found first.
type Rank = (u8, u32, u64);

/// The hosts with what waits for them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) hosts: Vec<Host>,
    by_key: FxHashMap<String, HostIdx>,
    ready: Vec<BinaryHeap<Reverse<(Rank, Item)>>>,
    /// What is tried again, not before its time.
    later: Vec<BinaryHeap<Reverse<(Instant, Rank, Item)>>>,
    /// Hosts for which something waits.
    n_waiting: usize,
    n_added: u64,
    /// The host that is looked at first, so that each has its turn.
    turn: HostIdx,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask this host for this.
    Start(HostIdx, Item),
    /// Nothing before this; null if nothing until an exchange is over.
    Wait(Option<Instant>),
}

/// Name and port of an address's host.
pub(super) fn key(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

impl Queue {
    /// The host of an address, which a source asks in its own way.
    pub(super) fn host(&mut self, url: &Url, per_host: &PerHost, retry: &Retry) -> HostIdx {
        let key = key(url);
        if let Some(idx) = self.by_key.get(&key) {
            self.hosts[*idx].also(per_host);
            return *idx;
        }
        self.hosts.push(Host::new(&key, per_host, retry));
        self.ready.push(BinaryHeap::new());
        self.later.push(BinaryHeap::new());
        self.by_key.insert(key, self.hosts.len() - 1);
        self.hosts.len() - 1
    }

    /// Items that wait.
    pub(super) fn len(&self) -> usize {
        self.n_waiting
    }

    /// Adds what is asked of a host; `at` is the time before which it is not.
    pub(super) fn add(
        &mut self,
        host: HostIdx,
        class: u8,
        depth: u32,
        item: Item,
        at: Option<Instant>,
    ) {
        let rank = (class, depth, self.n_added);
        self.n_added += 1;
        self.n_waiting += 1;
        match at {
            Some(at) => self.later[host].push(Reverse((at, rank, item))),
            None => self.ready[host].push(Reverse((rank, item))),
        }
    }

    /// Takes out all that waits for a host.
    pub(super) fn drain(&mut self, host: HostIdx) -> Vec<Item> {
        let ready = std::mem::take(&mut self.ready[host]);
        let later = std::mem::take(&mut self.later[host]);
        let items: Vec<Item> = ready
            .into_sorted_vec()
            .into_iter()
            .rev()
            .map(|Reverse((_, item))| item)
            .chain(later.into_sorted_vec().into_iter().rev().map(|Reverse((_, _, item))| item))
            .collect();
        self.n_waiting -= items.len();
        items
    }

    /// Hosts that are left alone for the rest of the run, and for which something waits.
    pub(super) fn parked(&self) -> Vec<HostIdx> {
        (0..self.hosts.len())
            .filter(|idx| {
                self.hosts[*idx].parked().is_some()
                    && !(self.ready[*idx].is_empty() && self.later[*idx].is_empty())
            })
            .collect()
    }

    /// What to do next.
    pub(super) fn next(&mut self, now: Instant) -> Next {
        let mut wake: Option<Instant> = None;
        let mut sooner = |at: Instant| wake = Some(wake.map_or(at, |w| w.min(at)));
        let n = self.hosts.len();
        for idx in (0..n).map(|i| (self.turn + i) % n) {
            while let Some(Reverse((at, _, _))) = self.later[idx].peek()
                && *at <= now
            {
                if let Some(Reverse((_, rank, item))) = self.later[idx].pop() {
                    self.ready[idx].push(Reverse((rank, item)));
                }
            }
            if self.ready[idx].is_empty() {
                if let Some(Reverse((at, _, _))) = self.later[idx].peek() {
                    sooner(*at);
                }
                continue;
            }
            match self.hosts[idx].when(now) {
                When::Now => {
                    if let Some(Reverse((_, item))) = self.ready[idx].pop() {
                        self.turn = (idx + 1) % n;
                        self.n_waiting -= 1;
                        return Next::Start(idx, item);
                    }
                }
                When::At(at) => sooner(at),
                When::Full | When::Never => {}
            }
        }
        Next::Wait(wake)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Time;
    use std::time::Duration;

    fn queue(hosts: &[&str]) -> (Queue, Vec<HostIdx>) {
        let mut queue = Queue::default();
        let per_host =
            PerHost { delay: Time::seconds(2), jitter: Time::seconds(0), ..PerHost::default() };
        let hosts = hosts
            .iter()
            .map(|h| {
                let url = Url::parse(&format!("http://{h}/")).unwrap();
                queue.host(&url, &per_host, &Retry::default())
            })
            .collect();
        (queue, hosts)
    }

    #[test]
    fn robots_come_first_and_lists_before_reports() {
        let (mut queue, hosts) = queue(&["a.example"]);
        queue.add(hosts[0], 2, 1, Item::Page(1), None);
        queue.add(hosts[0], 1, 0, Item::Page(2), None);
        queue.add(hosts[0], 0, 0, Item::Robots("http://a.example".to_owned()), None);
        let order: Vec<Item> = std::iter::from_fn(|| match queue.next(Instant::now()) {
            Next::Start(_, item) => Some(item),
            Next::Wait(_) => None,
        })
        .collect();
        assert_eq!(
            order,
            [Item::Robots("http://a.example".to_owned()), Item::Page(2), Item::Page(1)]
        );
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn a_resting_host_does_not_hold_up_another() {
        let (mut queue, hosts) = queue(&["a.example", "b.example"]);
        let now = Instant::now();
        for host in &hosts {
            queue.add(*host, 2, 1, Item::Page(*host), None);
            queue.add(*host, 2, 1, Item::Page(*host + 10), None);
        }
        let Next::Start(first, _) = queue.next(now) else { panic!("both are ready") };
        queue.hosts[first].begin();
        let Next::Start(second, _) = queue.next(now) else { panic!("one is ready") };
        assert_ne!(first, second);
        queue.hosts[second].begin();
        assert_eq!(queue.next(now), Next::Wait(None));
        queue.hosts[first].end(now, crate::fetch::polite::Went::Well, None);
        assert_eq!(queue.next(now), Next::Wait(Some(now + Duration::from_secs(2))));
    }

    #[test]
    fn what_is_tried_again_waits_for_its_time() {
        let (mut queue, hosts) = queue(&["a.example"]);
        let now = Instant::now();
        let at = now + Duration::from_secs(5);
        queue.add(hosts[0], 2, 1, Item::Page(1), Some(at));
        assert_eq!(queue.next(now), Next::Wait(Some(at)));
        assert_eq!(queue.next(at), Next::Start(hosts[0], Item::Page(1)));
    }
}
