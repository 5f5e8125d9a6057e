//! What each host is asked to bear: how many connections at a time, how long a rest between requests, and when it is
//! left alone.
//!
//! One clock a host (scheme does not matter, name and port do) is moved by all that asks for a rest: the configured
//! delay, robots.txt's Crawl-delay, Retry-After, an overloaded host's own signs, failures in a row. Time is an
//! argument, so that all of this is tested without waiting.

use crate::config::web::{PerHost, Retry};
use std::time::Duration;
use tokio::time::Instant;

/// An overloaded host's rest is doubled up to this.
const SLOWEST: Duration = Duration::from_secs(600);
/// The first rest of an overloaded host that is asked without one.
const SLOW_BEGIN: Duration = Duration::from_secs(1);

/// How an exchange went, as far as the host is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// The host answered, whatever it said of the page.
    Well,
    /// It asked for fewer requests (429, 503).
    Overloaded,
    /// It did not answer, or with an error of its own.
    Wrong,
}

/// When a host may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// Not before this.
    At(Instant),
    /// When a connection is free.
    Full,
    /// Not in this run.
    Never,
}

/// What a host did, for the summary.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// Requests sent.
    pub requests: u64,
    /// Exchanges that brought no answer, or an error of the host's own.
    pub failures: u64,
    /// Bytes of bodies, as received.
    pub bytes: u64,
    /// Time that exchanges took, added up.
    pub busy: Duration,
}

/// A host and its clock.
#[derive(Debug)]
pub struct Host {
    /// Name and port.
    pub key: String,
    /// What it did.
    pub counts: Counts,
    connections: usize,
    delay: Duration,
    jitter: Duration,
    failures_max: u32,
    pause: Duration,
    retry_after_max: Duration,
    in_flight: usize,
    not_before: Option<Instant>,
    /// Rest added since the host is overloaded.
    slow: Duration,
    failures: u32,
    /// The host was left alone once; the next exchange decides.
    on_trial: bool,
    parked: Option<String>,
}

impl Host {
    /// A host that was not asked yet.
    pub fn new(key: &str, per_host: &PerHost, retry: &Retry) -> Self {
        Self {
            key: key.to_owned(),
            counts: Counts::default(),
            connections: per_host.connections,
            delay: per_host.delay.0,
            jitter: per_host.jitter.0,
            failures_max: retry.failures_max,
            pause: retry.pause.0,
            retry_after_max: retry.retry_after_max.0,
            in_flight: 0,
            not_before: None,
            slow: Duration::ZERO,
            failures: 0,
            on_trial: false,
            parked: None,
        }
    }

    /// Another source asks the same host: it bears what the more careful of them allows.
    pub fn also(&mut self, per_host: &PerHost) {
        self.connections = self.connections.min(per_host.connections);
        self.delay = self.delay.max(per_host.delay.0);
        self.jitter = self.jitter.max(per_host.jitter.0);
    }

    /// robots.txt asks for a rest between requests.
    pub fn crawl_delay(&mut self, delay: Duration, max: Duration) {
        if delay > max {
            self.park(format!(
                "robots.txt asks for a rest of {} s between requests, more than fetch.per_host.max_crawl_delay",
                delay.as_secs_f64()
            ));
            return;
        }
        if delay > self.delay {
            self.delay = delay;
            // A host that asks for rests does not want two visitors at a time.
            self.connections = 1;
        }
    }

    /// Leaves the host alone for the rest of the run.
    pub fn park(&mut self, why: String) {
        self.parked.get_or_insert(why);
    }

    /// Why the host is left alone for the rest of the run, if it is.
    pub fn parked(&self) -> Option<&str> {
        self.parked.as_deref()
    }

    /// When the next request may be sent.
    pub fn when(&self, now: Instant) -> When {
        if self.parked.is_some() {
            return When::Never;
        }
        let connections = if self.on_trial { 1 } else { self.connections };
        if self.in_flight >= connections {
            return When::Full;
        }
        match self.not_before {
            Some(at) if at > now => When::At(at),
            _ => When::Now,
        }
    }

    /// A request is sent.
    pub fn begin(&mut self) {
        self.in_flight += 1;
        self.counts.requests += 1;
    }

    /// An exchange is over, `retry_after` being what the host asked for.
    pub fn end(&mut self, now: Instant, went: Went, retry_after: Option<Duration>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match went {
            Went::Well => {
                self.failures = 0;
                self.on_trial = false;
                self.slow /= 2;
                if self.slow < self.delay.max(SLOW_BEGIN) / 4 {
                    self.slow = Duration::ZERO;
                }
            }
            Went::Overloaded | Went::Wrong => {
                self.counts.failures += 1;
                self.failures += 1;
                if went == Went::Overloaded && self.delay > Duration::ZERO {
                    self.slow = (self.slow * 2).max(self.delay.max(SLOW_BEGIN)).min(SLOWEST);
                }
            }
        }
        self.rest_until(now + self.delay + self.slow + self.jitter.mul_f64(self.share()));
        if let Some(wanted) = retry_after {
            if wanted > self.retry_after_max {
                self.park(format!(
                    "the host asks to be left alone for {} s, more than fetch.retry.retry_after_max",
                    wanted.as_secs()
                ));
            } else {
                self.rest_until(now + wanted);
            }
        }
        if self.failures >= self.failures_max && self.in_flight == 0 && went != Went::Well {
            if self.on_trial {
                self.park(format!("the host failed {} times in a row", self.failures));
            } else {
                self.on_trial = true;
                self.rest_until(now + self.pause);
            }
        }
    }

    /// A request that was begun is given up without an outcome.
    pub fn drop_one(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn rest_until(&mut self, at: Instant) {
        self.not_before = Some(self.not_before.map_or(at, |before| before.max(at)));
    }

    /// From 0 to 1, another one for each request, the same in each run.
    fn share(&self) -> f64 {
        share(&self.key, self.counts.requests)
    }
}

/// A number from 0 to 1 that depends on a name and a count alone: jitter that tests can repeat.
fn share(name: &str, n: u64) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(&n.to_le_bytes());
    let digest = hasher.finalize();
    let mut first = [0; 4];
    first.copy_from_slice(&digest.as_bytes()[..4]);
    f64::from(u32::from_le_bytes(first)) / f64::from(u32::MAX)
}

/// The rest before another try of an address, after so many: doubled each time, and any part of that ("full jitter",
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), so that tries don't come in waves.
pub fn backoff(retry: &Retry, url: &str, n_tried: u32) -> Duration {
    let doubled = retry.base.0.saturating_mul(1 << n_tried.saturating_sub(1).min(16));
    doubled.min(retry.max.0).mul_f64(share(url, u64::from(n_tried)))
}

/// What a Retry-After asks for: seconds, or a date (RFC 9110 section 10.2.3). What is neither, or is past, asks for
/// nothing.
pub fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a number has room for ask for more than anybody waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    // Servers that write dates by themselves get weekdays wrong.
    let dates = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let at = dates.parse_timestamp(value).ok()?;
    u64::try_from(at.as_second() - now.as_second()).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Time;

    fn per_host() -> PerHost {
        PerHost {
            connections: 2,
            delay: Time::seconds(2),
            jitter: Time::seconds(0),
            ..PerHost::default()
        }
    }

    fn host() -> Host {
        Host::new("www.example.cn:80", &per_host(), &Retry::default())
    }

    fn after(host: &Host, now: Instant) -> Option<Duration> {
        match host.when(now) {
            When::At(at) => Some(at - now),
            _ => None,
        }
    }

    #[test]
    fn connections_are_bounded_and_the_rest_begins_at_the_end() {
        let (mut host, now) = (host(), Instant::now());
        host.begin();
        assert_eq!(host.when(now), When::Now);
        host.begin();
        assert_eq!(host.when(now), When::Full);
        host.end(now + Duration::from_secs(9), Went::Well, None);
        assert_eq!(after(&host, now + Duration::from_secs(9)), Some(Duration::from_secs(2)));
        assert_eq!(host.when(now + Duration::from_secs(11)), When::Now);
    }

    #[test]
    fn robots_txt_makes_the_rest_longer_but_not_without_end() {
        let (mut host, now) = (host(), Instant::now());
        host.crawl_delay(Duration::from_secs(30), Duration::from_secs(60));
        host.begin();
        assert_eq!(host.when(now), When::Full);
        host.end(now, Went::Well, None);
        assert_eq!(after(&host, now), Some(Duration::from_secs(30)));
        host.crawl_delay(Duration::from_secs(99_999), Duration::from_secs(60));
        assert_eq!(host.when(now), When::Never);
        assert!(host.parked().is_some_and(|why| why.contains("max_crawl_delay")));
    }

    #[test]
    fn an_overloaded_host_is_asked_more_and_more_slowly_until_it_recovers() {
        let (mut host, now) = (host(), Instant::now());
        let mut rests = Vec::new();
        for went in [Went::Overloaded, Went::Overloaded, Went::Well, Went::Well, Went::Well] {
            host.not_before = None;
            host.begin();
            host.end(now, went, None);
            rests.push(after(&host, now).unwrap().as_secs_f64());
        }
        assert_eq!(rests, [4.0, 6.0, 4.0, 3.0, 2.5]);
    }

    #[test]
    fn retry_after_is_heeded_up_to_its_limit() {
        let (mut host, now) = (host(), Instant::now());
        host.begin();
        host.end(now, Went::Overloaded, Some(Duration::from_secs(120)));
        assert_eq!(after(&host, now), Some(Duration::from_secs(120)));
        host.begin();
        host.end(now, Went::Overloaded, Some(Duration::from_secs(1_000_000_000)));
        assert_eq!(host.when(now), When::Never);
    }

    #[test]
    fn a_host_that_fails_is_left_alone_tried_once_and_then_parked() {
        let (mut host, mut now) = (host(), Instant::now());
        for _ in 0..5 {
            host.begin();
            host.end(now, Went::Wrong, None);
        }
        assert_eq!(after(&host, now), Some(Duration::from_secs(600)));
        now += Duration::from_secs(600);
        host.begin();
        assert_eq!(host.when(now), When::Full, "one at a time on trial");
        host.end(now, Went::Wrong, None);
        assert_eq!(host.when(now), When::Never);
    }

    #[test]
    fn a_host_that_recovers_is_trusted_again() {
        let (mut host, now) = (host(), Instant::now());
        for _ in 0..5 {
            host.begin();
            host.end(now, Went::Wrong, None);
        }
        host.begin();
        host.end(now + Duration::from_secs(600), Went::Well, None);
        for _ in 0..4 {
            host.begin();
            host.end(now + Duration::from_secs(700), Went::Wrong, None);
        }
        assert_eq!(
            after(&host, now + Duration::from_secs(700)),
            Some(Duration::from_secs(2)),
            "four failures are not five"
        );
    }

    #[test]
    fn what_retry_after_says() {
        let now = jiff::Timestamp::from_second(1_704_955_576).unwrap(); // Thu, 11 Jan 2024 06:46:16 GMT
        let at = |value| retry_after(value, now).map(|d| d.as_secs());
        assert_eq!(at("120"), Some(120));
        assert_eq!(at(" 1000000000 "), Some(1_000_000_000));
        assert_eq!(at("Thu, 11 Jan 2024 06:48:16 GMT"), Some(120));
        assert_eq!(at("Sun, 11 Jan 2024 06:48:16 GMT"), Some(120));
        assert_eq!(at("99999999999999999999999"), Some(u64::MAX));
        for nothing in ["Thu, 11 Jan 2023 06:48:16 GMT", "-5", "soon", "", "1.5"] {
            assert_eq!(at(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn tries_are_spread_within_a_growing_time() {
        let retry = Retry::default();
        for n in 1..20 {
            let most = Duration::from_secs((1 << n.min(20)).min(300));
            assert!(backoff(&retry, "http://a.example/", n) <= most);
        }
        assert_ne!(
            backoff(&retry, "http://a.example/1", 1),
            backoff(&retry, "http://a.example/2", 1)
        );
    }
}
