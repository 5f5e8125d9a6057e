//! One address → one exchange: a request, and what came back as it came, within caps on time and size.
//!
//! One hop at a time: redirects are the caller's, so that every hop passes the same gate. The gate sees the address
//! before the request and every IP address that its host's name resolves to; what it passes is what is connected to.
//! Nothing is unpacked here, no cookies are kept, and nothing is tried twice.

use super::address::{Denied, Gate};
use crate::config::web::{Fetch, FetchLimits, Timeout};
use crate::store::{Exchange, Truncated};
use jiff::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, USER_AGENT,
};
use reqwest::{Response, Version};
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use url::Url;

/// What is accepted where a page is asked for.
const ACCEPT_PAGES: &str =
    "text/html,application/xhtml+xml,text/plain;q=0.9,application/xml;q=0.8,*/*;q=0.1";
/// What is accepted where a sitemap, feed or robots.txt is asked for.
const ACCEPT_ALL: &str = "*/*";
/// The codings that the stages behind undo.
const CODINGS: &str = "gzip, deflate";

/// What an exchange is to bring.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// A page of text is wanted: answers of other media types are left before their body.
    pub page: bool,
    /// `ETag` of the stored body.
    pub etag: Option<String>,
    /// `Last-Modified` of the stored body.
    pub last_modified: Option<String>,
    /// `Accept-Language`.
    pub language: Option<String>,
    /// A cap on the body's bytes other than the configured one.
    pub body_max: Option<u64>,
}

/// Why an exchange brought nothing that counts.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The gate refuses the address, or what its name resolves to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The host's name can't be resolved.
    #[error("the host's name can't be resolved: {0}")]
    Name(String),
    /// There is no connection, or it broke before the answer's head.
    #[error("no connection: {0}")]
    Connection(String),
    /// There is no TLS connection: the certificate is not trusted, or it is no TLS.
    #[error("no TLS connection: {0}")]
    Tls(String),
    /// It took too long.
    #[error("{what} took longer than {} s", limit.as_secs_f64())]
    Time {
        /// What did.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The answer is no HTTP, or breaks its rules.
    #[error("the answer breaks the rules of HTTP: {0}")]
    Protocol(String),
    /// The answer's head is larger than the caps.
    #[error("the answer's head is too large: {0}")]
    Head(String),
    /// The answer has a media type that pages don't have.
    #[error("{0} is no media type of a page")]
    MediaType(String),
    /// The body is not all there: too long, too slow, or cut off.
    #[error("{why}")]
    Cut {
        /// Why, in words.
        why: String,
        /// What there is of it.
        exchange: Box<Exchange>,
    },
}

impl Failure {
    /// Whether it is worth another try.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Name(_) | Self::Connection(_) | Self::Time { .. } => true,
            Self::Cut { exchange, .. } => exchange.truncated != Some(Truncated::Length),
            _ => false,
        }
    }
}

/// Asks servers.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    gate: Gate,
    timeout: Timeout,
    limits: FetchLimits,
    user_agent: String,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("cannot prepare connections: {0}")]
pub struct Unprepared(String);

impl Client {
    /// A client as the configuration wants it.
    ///
    /// # Errors
    /// The system's certificates can't be used, or the proxy's address is wrong.
    pub fn new(fetch: &Fetch) -> Result<Self, Unprepared> {
        let gate = Gate::new(&fetch.network);
        let unprepared = |e: reqwest::Error| Unprepared(chain(&e));
        // An error says that one was installed before, which does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let user_agent = fetch.user_agent.as_ref().map(|u| u.get_ref().clone()).unwrap_or_default();
        let dns = fetch.timeout.dns.0;
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_max_headers(fetch.limits.header_fields)
            .http2_max_header_list_size(
                u32::try_from(fetch.limits.header_bytes.0).unwrap_or(u32::MAX),
            )
            .connect_timeout(dns + fetch.timeout.connect.0)
            .pool_max_idle_per_host(fetch.concurrency)
            .tcp_nodelay(true);
        let mut resolver = Resolver { gate: gate.clone(), timeout: dns, proxy: None };
        builder = match fetch.network.proxy.as_str() {
            "" => builder.no_proxy(),
            proxy => {
                let url = Url::parse(proxy).ok();
                resolver.proxy = url.and_then(|url| url.host_str().map(str::to_owned));
                builder.proxy(reqwest::Proxy::all(proxy).map_err(unprepared)?)
            }
        };
        builder = builder.dns_resolver(Arc::new(resolver));
        Ok(Self {
            http: builder.build().map_err(unprepared)?,
            gate,
            timeout: fetch.timeout.clone(),
            limits: fetch.limits.clone(),
            user_agent,
        })
    }

    /// Whether an address may be asked for at all, as far as it tells by itself.
    ///
    /// # Errors
    /// Why not.
    pub fn may_ask(&self, url: &Url) -> Result<(), Denied> {
        self.gate.url(url)
    }

    /// Asks for an address once.
    ///
    /// # Errors
    /// Why there is no whole answer.
    pub async fn get(&self, url: &Url, ask: &Ask) -> Result<Exchange, Failure> {
        self.gate.url(url)?;
        let headers = self.headers(ask);
        let request = request_text(url, &headers);
        let started = Instant::now();
        let at = crate::store::now();
        let head_limit = self.timeout.dns.0 + self.timeout.connect.0 + self.timeout.first_byte.0;
        let limit = head_limit.min(self.timeout.total.0);
        let sent = self.http.get(url.clone()).headers(headers).send();
        let response = match timeout(limit, sent).await {
            Err(_) => return Err(Failure::Time { what: "the answer's head", limit }),
            Ok(Err(e)) => return Err(of_request(&e)),
            Ok(Ok(response)) => response,
        };
        let mut exchange = self.head(url, at, request, &response)?;
        if ask.page && exchange.status == 200 {
            check_media_type(&exchange)?;
        }
        let body_max = ask.body_max.unwrap_or(self.limits.body.0);
        self.body(response, &mut exchange, body_max, started + self.timeout.total.0).await?;
        Ok(exchange)
    }

    fn headers(&self, ask: &Ask) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(USER_AGENT, &self.user_agent);
        put(ACCEPT, if ask.page { ACCEPT_PAGES } else { ACCEPT_ALL });
        put(ACCEPT_ENCODING, CODINGS);
        if let Some(language) = &ask.language {
            put(ACCEPT_LANGUAGE, language);
        }
        if let Some(etag) = &ask.etag {
            put(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &ask.last_modified {
            put(IF_MODIFIED_SINCE, date);
        }
        headers
    }

    /// What the answer's head says, if it is within the caps.
    fn head(
        &self,
        url: &Url,
        at: Timestamp,
        request: Vec<u8>,
        response: &Response,
    ) -> Result<Exchange, Failure> {
        let headers: Vec<(String, Vec<u8>)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        if bytes as u64 > self.limits.header_bytes.0 {
            let cap = self.limits.header_bytes.0;
            return Err(Failure::Head(format!("{bytes} bytes, more than {cap}")));
        }
        if headers.len() > self.limits.header_fields {
            let cap = self.limits.header_fields;
            return Err(Failure::Head(format!("{} fields, more than {cap}", headers.len())));
        }
        let status = response.status();
        let reason = response.extensions().get::<hyper::ext::ReasonPhrase>();
        let reason = match reason {
            Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
            None => status.canonical_reason().unwrap_or_default().to_owned(),
        };
        Ok(Exchange {
            url: url.as_str().to_owned(),
            at,
            ip: response.remote_addr().map(|to| to.ip()),
            protocol: protocol(response.version()),
            request,
            status: status.as_u16(),
            reason,
            headers,
            body: Vec::new(),
            truncated: None,
        })
    }

    /// Reads the body into the exchange.
    async fn body(
        &self,
        mut response: Response,
        exchange: &mut Exchange,
        body_max: u64,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let announced = response.content_length();
        if let Some(bytes) = announced.filter(|bytes| *bytes > body_max) {
            let why = format!("the body has {bytes} bytes, more than {body_max}");
            return Err(cut(exchange, Truncated::Length, why));
        }
        let mut pace = Pace::new(&self.timeout);
        loop {
            let now = Instant::now();
            let left = deadline.saturating_duration_since(now);
            let wait = left.min(self.timeout.idle.0).min(pace.left(now));
            match timeout(wait, response.chunk()).await {
                Ok(Ok(Some(chunk))) => {
                    exchange.body.extend_from_slice(&chunk);
                    pace.bytes += chunk.len() as u64;
                    if exchange.body.len() as u64 > body_max {
                        exchange.body.truncate(usize::try_from(body_max).unwrap_or(usize::MAX));
                        let why = format!("the body has more than {body_max} bytes");
                        return Err(cut(exchange, Truncated::Length, why));
                    }
                }
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(e)) => {
                    let why = format!(
                        "the body is cut off at byte {}: {}",
                        exchange.body.len(),
                        chain(&e)
                    );
                    return Err(cut(exchange, Truncated::Disconnect, why));
                }
                Err(_) if left <= self.timeout.idle.0.min(pace.left(now)) => {
                    let why = format!(
                        "the exchange took longer than {} s",
                        self.timeout.total.0.as_secs_f64()
                    );
                    return Err(cut(exchange, Truncated::Time, why));
                }
                Err(_) if wait == self.timeout.idle.0 => {
                    let why = format!("nothing came for {} s", wait.as_secs_f64());
                    return Err(cut(exchange, Truncated::Time, why));
                }
                Err(_) => {}
            }
            if !pace.holds(Instant::now()) {
                let why = format!(
                    "less than {} bytes a second came for {} s",
                    self.timeout.min_rate.0,
                    self.timeout.min_rate_window.0.as_secs_f64()
                );
                return Err(cut(exchange, Truncated::Time, why));
            }
        }
    }
}

fn cut(exchange: &mut Exchange, truncated: Truncated, why: String) -> Failure {
    exchange.truncated = Some(truncated);
    // The caller gets no other: what there is of the body moves along.
    let body = std::mem::take(&mut exchange.body);
    Failure::Cut { why, exchange: Box::new(Exchange { body, ..exchange.clone() }) }
}

/// Whether a body comes fast enough, looked at window by window.
struct Pace {
    rate: u64,
    window: Duration,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn new(timeout: &Timeout) -> Self {
        let window = timeout.min_rate_window.0;
        Self { rate: timeout.min_rate.0, window, since: Instant::now(), bytes: 0 }
    }

    /// Time until the window ends.
    fn left(&self, now: Instant) -> Duration {
        (self.since + self.window).saturating_duration_since(now)
    }

    /// False at the end of a window in which too little came.
    fn holds(&mut self, now: Instant) -> bool {
        if now < self.since + self.window {
            return true;
        }
        let wanted = self.rate as f64 * self.window.as_secs_f64();
        let enough = self.bytes as f64 >= wanted;
        (self.since, self.bytes) = (now, 0);
        enough
    }
}

/// Media types that pages have; what says nothing is told by its content.
const PAGE_TYPES: &[&str] = &[
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "text/xml",
    "application/xml",
    "application/json",
    "application/octet-stream",
];

fn check_media_type(exchange: &Exchange) -> Result<(), Failure> {
    let Some(value) = exchange.header("content-type") else { return Ok(()) };
    // Some servers say it twice, in one header.
    let media_type = value.split([';', ',']).next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    if media_type.contains('/') && !PAGE_TYPES.contains(&media_type.as_str()) {
        return Err(Failure::MediaType(media_type));
    }
    Ok(())
}

/// Request line and headers as they are sent, for the record.
fn request_text(url: &Url, headers: &HeaderMap) -> Vec<u8> {
    let mut text = format!("GET {}", url.path());
    if let Some(query) = url.query() {
        let _ = write!(text, "?{query}");
    }
    let host = url.host_str().unwrap_or_default();
    let _ = write!(text, " HTTP/1.1\r\nhost: {host}");
    if let Some(port) = url.port() {
        let _ = write!(text, ":{port}");
    }
    text.push_str("\r\n");
    let mut text = text.into_bytes();
    for (name, value) in headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"\r\n");
    text
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "http/1.0",
        Version::HTTP_2 => "h2",
        _ => "http/1.1",
    }
}

/// What an error of a request means.
fn of_request(e: &reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(e);
    while let Some(error) = cause {
        if let Some(denied) = error.downcast_ref::<Denied>() {
            return Failure::Denied(denied.clone());
        }
        if let Some(Unresolved(why)) = error.downcast_ref() {
            return Failure::Name(why.clone());
        }
        if is_of_tls(error) {
            return Failure::Tls(error.to_string());
        }
        if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
            return Failure::Protocol(chain(error));
        }
        cause = error.source();
    }
    Failure::Connection(chain(e))
}

/// Whether an error is of TLS, however many errors of input and output it is wrapped in.
fn is_of_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut inside = error;
    while let Some(wrapped) = inside.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        inside = wrapped;
    }
    inside.is::<rustls::Error>()
}

/// An error with its causes; the address is known already.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(e) = cause {
        // The outermost of reqwest's repeats the address and says no more than that there was an error.
        let text = e.to_string();
        let says_little = text.starts_with("error sending request") || text == "client error";
        if !says_little && !parts.last().is_some_and(|last| last.contains(&text)) {
            parts.push(text);
        }
        cause = e.source();
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}

/// Resolves names and lets through only what the gate lets through: the connection goes to exactly these addresses, so
/// a name that answers differently the next time gains nothing.
#[derive(Debug)]
struct Resolver {
    gate: Gate,
    timeout: Duration,
    /// Host of the proxy, which is where its owner put it: mostly in a private network.
    proxy: Option<String>,
}

/// A name that can't be resolved.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unresolved(String);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (gate, limit) = (self.gate.clone(), self.timeout);
        let is_proxy = self.proxy.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = timeout(limit, tokio::net::lookup_host((host.as_str(), 0))).await;
            let addresses: Vec<SocketAddr> = match found {
                Err(_) => {
                    let why = format!("no answer for {} s", limit.as_secs_f64());
                    return Err(Unresolved(why).into());
                }
                Ok(Err(e)) => return Err(Unresolved(e.to_string()).into()),
                Ok(Ok(addresses)) => addresses.collect(),
            };
            if !is_proxy {
                gate.answers(&addresses)?;
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
