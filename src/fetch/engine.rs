//! The loop of a fetch: what is due is asked for as soon as its host may be asked, answers are stored, and what they
//! lead to is due next.
//!
//! One task decides everything; exchanges and the reading of answers run beside it and come back as events. What an
//! address means and whether it is due is [`Frontier`]'s, when a host may be asked [`Queue`]'s.

mod outcomes;

use super::client::{Ask, Client, Failure};
use super::discover::Refused;
use super::frontier::{Frontier, NodeIdx, State, Territory, Way};
use super::polite::Went;
use super::queue::{HostIdx, Item, Next, Queue};
use super::robots::product_token;
use super::sites::{self, Site, origin};
use super::summary::{End, HostSummary, Plan, Progress, SourceSummary, Summary};
use super::visit::{Leads, Reading, Task, Visit, stored_leads, visit};
use super::{Error, Options};
use crate::config::web::{Fetch, Kind, PerHost, REPORT};
use crate::config::{Config, Host, Source};
use crate::store::{
    self, Change, Exchange, FEED, Outcome, Packed, Robots, SITEMAP, Store, failure, pack,
};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::recorder::Recorder;

/// A fetch that was interrupted is gone on with if it was begun within this time; later, its lists are old.
const RESUME_SECONDS: i64 = 24 * 3600;
/// What is known is brought to disk at least this often.
const FLUSH_EVERY: Duration = Duration::from_millis(200);
/// A report of no more bytes is read where it came; handing it to another thread would take longer.
const QUICK_BYTES: usize = 64 << 10;

/// What comes back from beside the loop.
enum Event {
    /// An answer, read.
    Visited { idx: NodeIdx, host: HostIdx, visit: Box<Visit>, took: Duration },
    /// No whole answer.
    Failed { idx: NodeIdx, host: HostIdx, failure: Failure, packed: Packed, took: Duration },
    /// A stored page, read again for what it leads to.
    Read { idx: NodeIdx, leads: Leads },
    /// A robots.txt.
    Robots { origin: String, host: HostIdx, asked: sites::Asked, took: Duration },
}

/// What is known of a site in this fetch.
#[derive(Default)]
struct SiteState {
    known: Option<Site>,
    is_asked: bool,
    n_tried: u32,
    /// Addresses that wait for it.
    waiting: Vec<NodeIdx>,
    /// Sources that take its sitemaps.
    sitemaps_for: Vec<usize>,
}

/// A source's state in this fetch.
struct Running {
    reading: Arc<Reading>,
    per_host: PerHost,
    language: Option<String>,
    pages_left: u64,
    summary: SourceSummary,
}

pub(super) struct Engine<'a> {
    fetch: &'a Fetch,
    agent: String,
    client: Client,
    frontier: Frontier,
    queue: Queue,
    sites: FxHashMap<String, SiteState>,
    stored_robots: FxHashMap<String, Robots>,
    running: Vec<Running>,
    recorder: Recorder,
    to_loop: UnboundedSender<Event>,
    events: UnboundedReceiver<Event>,
    n_exchanges: usize,
    n_reading: usize,
    n_done: u64,
    n_failed: u64,
    dry_run: bool,
    last_flush: Instant,
    progress: &'a mut dyn Progress,
}

/// Runs a fetch.
pub(super) async fn run(
    config: &Config,
    options: &Options,
    progress: &mut dyn Progress,
    mut stop: Pin<Box<dyn Future<Output = ()>>>,
) -> Result<Summary, Error> {
    let fetch = &config.fetch;
    let started = Instant::now();
    let client = Client::new(fetch)?;
    let agent = fetch.user_agent.as_ref().map(|u| u.get_ref().clone()).unwrap_or_default();
    let dir = config.root.join(&fetch.store);
    let store = open(&dir, &agent)?;
    let n_cut_bytes = store.n_cut_bytes();
    let now = store::now();
    let begun = if options.dry_run {
        store.peek_fetch()?
    } else {
        let since = Timestamp::from_second(now.as_second() - RESUME_SECONDS).unwrap_or(now);
        store.begin_fetch(&store::date(now), &store::date(since))?
    };
    let web: Vec<&Source> = config.sources.iter().filter(|s| s.kind == Kind::Web).collect();
    let running: Vec<Running> = web.iter().map(|source| Running::new(source, fetch)).collect();
    let territories = web
        .iter()
        .zip(&running)
        .map(|(source, running)| {
            let depth = fetch.limits(source).depth;
            Territory::new(source, running.reading.clone(), depth)
        })
        .collect();
    let mut frontier = Frontier::new(begun, territories, store.next_address()?);
    for (i, running) in running.iter().enumerate() {
        frontier.load(i, store.known(&running.reading.name)?);
    }
    let stored_robots =
        store.all_robots()?.into_iter().map(|known| (known.origin, known.robots)).collect();
    let (to_loop, events) = unbounded_channel();
    let mut engine = Engine {
        fetch,
        agent: product_token(&agent).to_owned(),
        client,
        frontier,
        queue: Queue::default(),
        sites: FxHashMap::default(),
        stored_robots,
        running,
        recorder: Recorder::start(store).map_err(Error::Thread)?,
        to_loop,
        events,
        n_exchanges: 0,
        n_reading: 0,
        n_done: 0,
        n_failed: 0,
        dry_run: options.dry_run,
        last_flush: Instant::now(),
        progress,
    };
    engine.begin(&web);
    let ended = engine.go_on(started + fetch.limits.run_time.0, &mut stop).await;
    let Engine { recorder, running, queue, .. } = engine;
    let (store, written) = recorder.finish();
    written?;
    let (end, mut store) = (ended.unwrap_or(End::Stopped), store.ok_or(Error::Recorder)?);
    if options.dry_run {
        let snapshot = store.snapshot(running.iter().map(|r| r.reading.name.as_str()))?;
        return Ok(summary(begun, end, running, &queue, &snapshot, started, n_cut_bytes));
    }
    store.seal()?;
    if end == End::Complete {
        store.end_fetch(begun.id, &store::date(store::now()), end.code())?;
    }
    let snapshot = store.snapshot(running.iter().map(|r| r.reading.name.as_str()))?;
    store.write_snapshot(&snapshot)?;
    Ok(summary(begun, end, running, &queue, &snapshot, started, n_cut_bytes))
}

/// Opens the store; what writes to it is told in each segment.
fn open(dir: &Path, agent: &str) -> Result<Store, store::Error> {
    Store::open(dir, format!("http-header-user-agent: {agent}\r\n"))
}

fn summary(
    begun: store::Begun,
    end: End,
    running: Vec<Running>,
    queue: &Queue,
    snapshot: &store::Snapshot,
    started: Instant,
    n_cut_bytes: u64,
) -> Summary {
    let mut hosts: Vec<HostSummary> = queue
        .hosts
        .iter()
        .map(|host| HostSummary {
            host: host.key.clone(),
            counts: host.counts,
            parked: host.parked().map(str::to_owned),
        })
        .collect();
    hosts.sort_by(|a, b| a.host.cmp(&b.host));
    Summary {
        fetch: begun.id,
        resumed: begun.resumed,
        end,
        sources: running.into_iter().map(|r| r.summary).collect(),
        hosts,
        snapshot: snapshot.id.clone(),
        n_pages: snapshot.pages.len() as u64,
        took: started.elapsed(),
        n_cut_bytes,
    }
}

impl Running {
    fn new(source: &Source, fetch: &Fetch) -> Self {
        let name = source.name.get_ref().clone();
        Self {
            reading: Arc::new(Reading::new(source, fetch)),
            per_host: fetch.per_host(source),
            language: source.language.clone(),
            pages_left: fetch.limits(source).pages,
            summary: SourceSummary { name, ..SourceSummary::default() },
        }
    }
}

impl Engine<'_> {
    /// Everything that a fetch starts from: seeds, sitemaps, feeds, and what is known.
    fn begin(&mut self, web: &[&Source]) {
        let mut reached = Vec::new();
        for (i, source) in web.iter().enumerate() {
            let feeds = source.discover.feeds.iter().map(|a| (a.as_str(), FEED));
            let sitemaps = source.discover.sitemaps.iter().map(|s| (s.get_ref().as_str(), SITEMAP));
            let seeds = source.seeds.iter().map(|a| (a.as_str(), source.seeds_as.as_str()));
            for (text, kind) in seeds.chain(feeds).chain(sitemaps) {
                let Ok(url) = Url::parse(text) else { continue }; // "robots", which is no address
                let url = self.running[i].reading.rules.canonical(&url);
                let way = Way { page_no: 1, ..Way::default() };
                let (idx, is_changed) = self.frontier.reach(i, &url, kind, way);
                reached.extend(is_changed.then_some(idx));
            }
            if source.discover.sitemaps.iter().any(|s| s.get_ref() == "robots") {
                for origin in origins(source) {
                    self.sites.entry(origin.clone()).or_default().sitemaps_for.push(i);
                    self.want_site(&origin, i);
                }
            }
        }
        for idx in reached {
            self.look_at(idx);
        }
        for idx in self.frontier.standing() {
            if self.frontier.wake(idx) {
                self.look_at(idx);
            }
        }
    }

    /// Until nothing is left, or something says stop.
    async fn go_on(
        &mut self,
        deadline: Instant,
        stop: &mut Pin<Box<dyn Future<Output = ()>>>,
    ) -> Option<End> {
        loop {
            let next = self.start_all();
            self.give_up_parked();
            if self.n_exchanges == 0 && self.n_reading == 0 && self.queue.len() == 0 {
                let limited = self.running.iter().any(|r| r.summary.is_limited);
                return Some(if limited { End::PageLimit } else { End::Complete });
            }
            // Nothing could be asked for before the time is over.
            let idle = self.n_exchanges == 0 && self.n_reading == 0;
            if idle && next.is_some_and(|at| at >= deadline) {
                return Some(End::TimeLimit);
            }
            let flush_at = self.last_flush + FLUSH_EVERY;
            let pending = !self.recorder.is_empty();
            tokio::select! {
                biased;
                () = stop.as_mut() => return Some(End::Stopped),
                () = sleep_until(deadline) => return Some(End::TimeLimit),
                event = self.events.recv() => self.take(event?),
                () = sleep_until(flush_at), if pending => self.flush()?,
                () = sleep_until(next.unwrap_or(deadline)), if next.is_some() => {}
            }
            // All else that has come is taken before anything is started.
            while let Ok(event) = self.events.try_recv() {
                self.take(event);
            }
            if self.recorder.add([]) {
                self.flush()?;
            }
        }
    }

    /// Hands over what is to be stored; null if the store failed.
    fn flush(&mut self) -> Option<()> {
        self.last_flush = Instant::now();
        self.recorder.flush().ok()
    }

    /// Starts all exchanges that may start; gives when to look again.
    fn start_all(&mut self) -> Option<Instant> {
        while self.n_exchanges < self.fetch.concurrency {
            match self.queue.next(Instant::now()) {
                Next::Start(host, Item::Robots(origin)) => self.start_robots(host, origin),
                Next::Start(host, Item::Page(idx)) => self.start_page(host, idx),
                Next::Wait(at) => return at,
            }
        }
        None
    }

    fn start_robots(&mut self, host: HostIdx, origin: String) {
        self.queue.hosts[host].begin();
        self.n_exchanges += 1;
        let (client, to_loop) = (self.client.clone(), self.to_loop.clone());
        tokio::spawn(async move {
            let started = Instant::now();
            let asked = sites::ask(&client, &origin).await;
            let took = started.elapsed();
            // Nobody listens once the fetch was stopped.
            let _ = to_loop.send(Event::Robots { origin, host, asked, took });
        });
    }

    fn start_page(&mut self, host: HostIdx, idx: NodeIdx) {
        let node = &mut self.frontier.nodes[idx];
        let running = &mut self.running[node.source];
        if node.row.kind == REPORT && node.n_tried == 0 {
            let Some(left) = running.pages_left.checked_sub(1) else {
                running.summary.is_limited = true;
                node.state = State::Done;
                return;
            };
            running.pages_left = left;
        }
        node.n_tried += 1;
        let stored = node.stored.clone();
        let has_validator = node.row.etag.is_some() || node.row.last_modified.is_some();
        let conditional = stored.is_some() && has_validator;
        let validator = |value: &Option<String>| value.clone().filter(|_| conditional);
        let ask = Ask {
            page: !matches!(node.row.kind.as_str(), SITEMAP | FEED),
            etag: validator(&node.row.etag),
            last_modified: validator(&node.row.last_modified),
            language: running.language.clone(),
            body_max: None,
        };
        let task = node.task(conditional);
        let reading = running.reading.clone();
        self.queue.hosts[host].begin();
        self.n_exchanges += 1;
        let (client, to_loop) = (self.client.clone(), self.to_loop.clone());
        tokio::spawn(async move {
            let started = Instant::now();
            let answer = client.get(&task.url, &ask).await;
            let took = started.elapsed();
            let is_quick = match &answer {
                Ok(exchange) => task.kind == REPORT && exchange.body.len() <= QUICK_BYTES,
                Err(_) => true,
            };
            let read = move || read(answer, idx, host, &task, &reading, took);
            let event = match is_quick {
                true => Ok(read()),
                false => tokio::task::spawn_blocking(read).await,
            };
            if let Ok(event) = event {
                let _ = to_loop.send(event);
            }
        });
    }

    /// Decides what becomes of an address that was reached.
    fn look_at(&mut self, idx: NodeIdx) {
        let node = &self.frontier.nodes[idx];
        if node.is_new {
            self.running[node.source].summary.n_found += 1;
            self.store_row(idx);
        }
        let node = &self.frontier.nodes[idx];
        // A shorter way to an address that is done, or a list of it.
        if let Some(leads) = node.leads.clone() {
            return self.follow(idx, &leads);
        }
        if node.state != State::Reached {
            return;
        }
        self.frontier.nodes[idx].state = State::Waiting;
        let node = &self.frontier.nodes[idx];
        let reading = self.running[node.source].reading.clone();
        let kind = if node.row.hops > 0 || node.row.place > 0 { "" } else { &node.row.kind };
        match reading.rules.admit(&node.url, kind) {
            // Patterns are about pages.
            Err(Refused::Excluded) if matches!(kind, SITEMAP | FEED) => {}
            Err(why) => return self.leave(idx, Outcome::Excluded, why.to_string()),
            Ok(_) => {}
        }
        if let Err(why) = self.client.may_ask(&node.url) {
            return self.leave(idx, Outcome::Failed, why.to_string());
        }
        let now = store::now().as_second();
        let is_done = self.frontier.is_done(idx);
        if !is_done && self.frontier.is_due(idx, now) {
            let origin = origin(&node.url);
            return self.with_site(&origin, idx);
        }
        self.plan(idx, &Plan::Stored);
        self.running[self.frontier.nodes[idx].source].summary.n_not_due += 1;
        let row = &self.frontier.nodes[idx].row;
        let moved = row.outcome == Some(Outcome::Redirected);
        if let Some(target) = row.target.clone().filter(|_| moved) {
            self.frontier.nodes[idx].state = State::Done;
            if let Ok(target) = Url::parse(&target) {
                self.follow_move(idx, &target);
            }
            return;
        }
        self.read_again(idx, &reading);
    }

    /// Reads a stored page for what it leads to.
    fn read_again(&mut self, idx: NodeIdx, reading: &Arc<Reading>) {
        let node = &mut self.frontier.nodes[idx];
        node.state = State::Done;
        let Some(stored) = node.stored.clone().filter(|_| reading.leads_on(&node.row.kind)) else {
            return;
        };
        let (task, reading) = (node.task(false), reading.clone());
        let to_loop = self.to_loop.clone();
        self.n_reading += 1;
        tokio::task::spawn_blocking(move || {
            let leads = stored_leads(&stored, &task, &reading);
            let _ = to_loop.send(Event::Read { idx, leads });
        });
    }

    /// Queues an address once its site's rules are known.
    fn with_site(&mut self, origin: &str, idx: NodeIdx) {
        let node = &self.frontier.nodes[idx];
        let source = node.source;
        let host = self.queue.host(&node.url, &self.running[source].per_host, &self.fetch.retry);
        if let Some(why) = self.queue.hosts[host].parked().map(str::to_owned) {
            return self.leave(idx, Outcome::Parked, why);
        }
        if !self.fetch.respect_robots {
            return self.enqueue(idx, None);
        }
        match self.sites.entry(origin.to_owned()).or_default().known.clone() {
            Some(site) => self.under(&site, idx),
            None => {
                self.sites.entry(origin.to_owned()).or_default().waiting.push(idx);
                self.want_site(origin, source);
            }
        }
    }

    /// Queues an address, or leaves it alone, as its site says.
    fn under(&mut self, site: &Site, idx: NodeIdx) {
        let node = &self.frontier.nodes[idx];
        match site {
            Site::Closed(why) => self.leave(idx, Outcome::Robots, why.clone()),
            Site::Open(robots) => match robots.rule(&super::robots::path_and_query(&node.url)) {
                Some(rule) if !rule.allows() => {
                    let why =
                        format!("robots.txt, line {}: Disallow: {}", rule.line(), rule.pattern());
                    self.leave(idx, Outcome::Robots, why);
                }
                _ => self.enqueue(idx, None),
            },
        }
    }

    /// Asks for a site's rules, unless they are known or asked for.
    fn want_site(&mut self, origin: &str, source: usize) {
        let site = self.sites.entry(origin.to_owned()).or_default();
        if site.is_asked {
            return;
        }
        site.is_asked = true;
        let now = store::now().as_second();
        let known = self.stored_robots.get(origin);
        if let Some(site) = known.and_then(|known| sites::stored(known, &self.agent, now)) {
            return self.site_is(origin, site);
        }
        let Ok(url) = Url::parse(origin) else { return };
        let host = self.queue.host(&url, &self.running[source].per_host, &self.fetch.retry);
        self.queue.add(host, 0, 0, Item::Robots(origin.to_owned()), None);
    }

    /// A site's rules are known: what waited for them goes on.
    fn site_is(&mut self, origin: &str, known: Site) {
        let state = self.sites.entry(origin.to_owned()).or_default();
        state.known = Some(known.clone());
        let waiting = std::mem::take(&mut state.waiting);
        let sitemaps_for = state.sitemaps_for.clone();
        if let (Site::Open(robots), Ok(url)) = (&known, Url::parse(origin)) {
            let host = self.queue.host(&url, &PerHost::least(), &self.fetch.retry);
            if let Some(delay) = robots.crawl_delay().filter(|_| self.fetch.respect_robots) {
                self.queue.hosts[host].crawl_delay(delay, self.fetch.per_host.max_crawl_delay.0);
            }
            for source in sitemaps_for {
                self.sitemaps_of(robots.sitemaps(), &url, source);
            }
        }
        for idx in waiting {
            self.under(&known, idx);
        }
    }

    fn sitemaps_of(&mut self, sitemaps: &[String], base: &Url, source: usize) {
        for sitemap in sitemaps {
            let Ok(url) = base.join(sitemap) else { continue };
            let rules = &self.running[source].reading.rules;
            match rules.admit(&url, SITEMAP) {
                Ok(url) => {
                    let way = Way { page_no: 1, ..Way::default() };
                    let (idx, is_changed) = self.frontier.reach(source, &url, SITEMAP, way);
                    if is_changed {
                        self.look_at(idx);
                    }
                }
                Err(why) => {
                    *self.running[source].summary.refused.entry(why.code()).or_default() += 1;
                }
            }
        }
    }

    fn enqueue(&mut self, idx: NodeIdx, at: Option<Instant>) {
        if self.plan(idx, &Plan::Ask) {
            let reading = self.running[self.frontier.nodes[idx].source].reading.clone();
            return self.read_again(idx, &reading);
        }
        let node = &self.frontier.nodes[idx];
        let per_host = &self.running[node.source].per_host;
        let host = self.queue.host(&node.url, per_host, &self.fetch.retry);
        let class = if node.row.kind == REPORT { 2 } else { 1 };
        self.queue.add(host, class, node.row.depth, Item::Page(idx), at);
    }

    /// In a dry run: tells what would be done.
    fn plan(&mut self, idx: NodeIdx, plan: &Plan) -> bool {
        if self.dry_run {
            let row = &self.frontier.nodes[idx].row;
            self.progress.planned(&row.source, &row.kind, &row.url, plan);
        }
        self.dry_run
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Visited { idx, host, visit, took } => self.visited(idx, host, *visit, took),
            Event::Failed { idx, host, failure, packed, took } => {
                self.exchange_is_over(host, 0, took);
                let went = if failure.is_transient() { Went::Wrong } else { Went::Well };
                self.queue.hosts[host].end(Instant::now(), went, None);
                let (why, again) = (failure.to_string(), failure.is_transient());
                self.did_not_work(idx, None, why, again, packed);
            }
            Event::Read { idx, leads } => {
                self.n_reading -= 1;
                self.follow_new(idx, leads);
            }
            Event::Robots { origin, host, asked, took } => {
                self.exchange_is_over(host, asked.bytes, took);
                let now = Instant::now();
                self.queue.hosts[host].end(now, asked.went, asked.retry_after);
                self.robots_came(&origin, host, asked);
            }
        }
    }

    /// Stores what is known of an address that was just found.
    fn store_row(&mut self, idx: NodeIdx) {
        let node = &mut self.frontier.nodes[idx];
        node.is_new = false;
        let url = Box::new(node.row.clone());
        self.record(Change::Url { url, packed: None, is_body: false });
    }

    fn record(&mut self, change: Change) {
        if !self.dry_run {
            self.recorder.add([change]);
        }
    }
}

/// What an exchange brought, read.
fn read(
    answer: Result<Exchange, Failure>,
    idx: NodeIdx,
    host: HostIdx,
    task: &Task,
    reading: &Reading,
    took: Duration,
) -> Event {
    match answer {
        Ok(exchange) => {
            let visit = Box::new(visit(&exchange, task, reading));
            Event::Visited { idx, host, visit, took }
        }
        Err(error) => {
            let packed = match &error {
                Failure::Cut { exchange, .. } => pack(exchange, None),
                other => failure(task.url.as_str(), store::now(), &other.to_string(), 1),
            };
            Event::Failed { idx, host, failure: error, packed, took }
        }
    }
}

/// The origins whose robots.txt names a source's sitemaps: those of its seeds, and hosts that are named in full.
fn origins(source: &Source) -> Vec<String> {
    let seeds = source.seeds.iter().filter_map(|seed| Url::parse(seed.as_str()).ok());
    let mut origins: Vec<String> = seeds.map(|url| origin(&url)).collect();
    let of_seeds = origins.clone();
    let is_covered = |host: &Host| {
        of_seeds
            .iter()
            .any(|o| Url::parse(o).is_ok_and(|u| u.host_str().is_some_and(|h| host.matches(h))))
    };
    for host in source.allowed_hosts.iter().filter(|host| !is_covered(host)) {
        if !host.as_str().contains('*') {
            origins.push(format!("https://{}", host.as_str()));
        }
    }
    origins.sort();
    origins.dedup();
    origins
}

impl super::frontier::Node {
    fn task(&self, conditional: bool) -> Task {
        Task {
            url: self.url.clone(),
            kind: self.row.kind.clone(),
            page_no: self.page_no,
            place: self.row.place,
            stored: self.stored.clone(),
            conditional,
        }
    }
}
