//! robots.txt of every site that is asked: what is known of it, and what to do where it can't be had.
//!
//! RFC 9309 sections 2.3 and 2.4: rules that were had count for a day; none (4xx) allows all; a site that answers with an
//! error of its own, or not at all, is closed, but where older rules are stored they go on to count.

use super::client::{Ask, Client, Failure};
use super::polite::{Went, retry_after};
use super::robots::{BYTES_MAX, Robots};
use super::visit::{location, robots_body};
use crate::store::{self, Exchange, Packed, Truncated, failure, pack};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Seconds that rules count without being asked for again.
const FRESH_SECONDS: i64 = 24 * 3600;
/// Redirects that are followed, also to other hosts (RFC 9309 section 2.3.1.2).
const HOPS_MAX: u32 = 5;

/// What a site says.
#[derive(Debug, Clone)]
pub(super) enum Site {
    /// Its rules.
    Open(Arc<Robots>),
    /// Nothing is asked for, and why.
    Closed(String),
}

/// Names of the states in the store.
const RULES: &str = "rules";
const NONE: &str = "none";
const UNREACHABLE: &str = "unreachable";

/// Scheme, host and port, for which a robots.txt speaks.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// What stored rules say, if they still count; `agent` is the name that robots.txt knows us by.
pub(super) fn stored(robots: &store::Robots, agent: &str, now: i64) -> Option<Site> {
    // A time in the future is a clock's that went wrong.
    let fresh = (0..FRESH_SECONDS).contains(&now.saturating_sub(robots.checked));
    (fresh && robots.state != UNREACHABLE).then(|| site(robots, agent))
}

/// What is known of a site, as a verdict.
fn site(robots: &store::Robots, agent: &str) -> Site {
    match robots.state.as_str() {
        NONE => Site::Open(Arc::default()),
        UNREACHABLE if robots.good == 0 => Site::Closed(match robots.status {
            Some(status) => format!("robots.txt can't be had: the answer is {status}"),
            None => "robots.txt can't be had".to_owned(),
        }),
        _ => Site::Open(Arc::new(Robots::parse(&robots.body, agent))),
    }
}

/// What asking for a robots.txt brought.
pub(super) struct Asked {
    pub(super) outcome: Outcome,
    pub(super) packed: Packed,
    pub(super) went: Went,
    pub(super) retry_after: Option<Duration>,
    pub(super) bytes: u64,
}

/// What is known after asking.
pub(super) enum Outcome {
    /// Rules, as text.
    Rules { status: u16, body: Vec<u8> },
    /// There are none.
    None { status: u16 },
    /// It can't be had; trying again may help.
    Unreachable { status: Option<u16>, why: String },
}

/// Asks a site for its robots.txt, once.
pub(super) async fn ask(client: &Client, origin: &str) -> Asked {
    let mut url = match Url::parse(&format!("{origin}/robots.txt")) {
        Ok(url) => url,
        Err(e) => return unreachable_at(origin, e.to_string(), Went::Well),
    };
    let ask = Ask { body_max: Some(BYTES_MAX as u64), ..Ask::default() };
    let mut packed = Packed::default();
    let mut status = 0;
    for _ in 0..=HOPS_MAX {
        let exchange = match client.get(&url, &ask).await {
            Ok(exchange) => exchange,
            // The first 500 KiB count.
            Err(Failure::Cut { exchange, .. }) if exchange.truncated == Some(Truncated::Length) => {
                *exchange
            }
            Err(e) => {
                let went = if e.is_transient() { Went::Wrong } else { Went::Well };
                let mut asked = unreachable_at(url.as_str(), e.to_string(), went);
                packed.append(asked.packed);
                asked.packed = packed;
                return asked;
            }
        };
        packed.append(pack(&exchange, None));
        status = exchange.status;
        let location = location(&exchange);
        match (exchange.status, location.and_then(|location| url.join(&location).ok())) {
            (301 | 302 | 303 | 307 | 308, Some(to)) => url = to,
            _ => return read(&exchange, packed),
        }
    }
    let outcome = Outcome::None { status };
    Asked { outcome, packed, went: Went::Well, retry_after: None, bytes: 0 }
}

fn unreachable_at(url: &str, why: String, went: Went) -> Asked {
    let packed = failure(url, store::now(), &why, 1);
    let outcome = Outcome::Unreachable { status: None, why };
    Asked { outcome, packed, went, retry_after: None, bytes: 0 }
}

fn read(exchange: &Exchange, packed: Packed) -> Asked {
    let status = exchange.status;
    let bytes = exchange.body.len() as u64;
    let (outcome, went) = match status {
        200..=299 => {
            let body = robots_body(exchange, BYTES_MAX as u64).into_owned();
            (Outcome::Rules { status, body }, Went::Well)
        }
        429 | 500..=599 => {
            let why = format!("robots.txt can't be had: the answer is {status}");
            let went = if matches!(status, 429 | 503) { Went::Overloaded } else { Went::Wrong };
            (Outcome::Unreachable { status: Some(status), why }, went)
        }
        _ => (Outcome::None { status }, Went::Well),
    };
    let retry_after =
        exchange.header("retry-after").and_then(|value| retry_after(&value, exchange.at));
    Asked { outcome, packed, went, retry_after, bytes }
}

/// What is to be stored after asking, `before` being what was; and what it says.
pub(super) fn learn(
    outcome: Outcome,
    before: Option<&store::Robots>,
    agent: &str,
    now: i64,
) -> (store::Robots, Site) {
    let robots = match outcome {
        Outcome::Rules { status, body } => store::Robots {
            checked: now,
            state: RULES.to_owned(),
            status: Some(status),
            body,
            good: now,
        },
        Outcome::None { status } => store::Robots {
            checked: now,
            state: NONE.to_owned(),
            status: Some(status),
            body: Vec::new(),
            good: now,
        },
        Outcome::Unreachable { status, .. } => store::Robots {
            checked: now,
            state: UNREACHABLE.to_owned(),
            status,
            body: before.map(|b| b.body.clone()).unwrap_or_default(),
            good: before.map_or(0, |b| b.good),
        },
    };
    let site = site(&robots, agent);
    (robots, site)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(site: &Site) -> Option<bool> {
        match site {
            Site::Open(robots) => {
                Some(robots.allows(&Url::parse("http://a.example/private/1").unwrap()))
            }
            Site::Closed(_) => None,
        }
    }

    fn rules(now: i64) -> (store::Robots, Site) {
        let body = b"User-agent: *\nDisallow: /private/\n".to_vec();
        learn(Outcome::Rules { status: 200, body }, None, "clerk", now)
    }

    fn gone_wrong() -> Outcome {
        Outcome::Unreachable { status: Some(503), why: String::new() }
    }

    #[test]
    fn no_rules_allow_all_and_no_answer_allows_nothing() {
        assert_eq!(allows(&learn(Outcome::None { status: 404 }, None, "clerk", 9).1), Some(true));
        assert_eq!(allows(&learn(gone_wrong(), None, "clerk", 9).1), None);
    }

    #[test]
    fn older_rules_count_while_the_file_can_not_be_had() {
        let (before, site) = rules(1000);
        assert_eq!(allows(&site), Some(false));
        let (robots, site) = learn(gone_wrong(), Some(&before), "clerk", 900_000);
        assert_eq!(allows(&site), Some(false));
        assert_eq!((robots.good, robots.checked), (1000, 900_000));
    }

    #[test]
    fn rules_count_for_a_day_and_failures_are_not_kept() {
        let (robots, _) = rules(1000);
        assert!(stored(&robots, "clerk", 1000 + 86_399).is_some());
        assert!(stored(&robots, "clerk", 1000 + 86_400).is_none());
        let (failed, _) = learn(gone_wrong(), Some(&robots), "clerk", 2000);
        assert!(stored(&failed, "clerk", 2001).is_none());
    }
}
