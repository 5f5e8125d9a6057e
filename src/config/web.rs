//! `[fetch]`: how pages are fetched from the web, for all sources; and the keys of a `[[source]]` of kind "web".
//!
//! The defaults are those of a polite visitor: one connection a host, two seconds between answers, robots.txt heeded.

use super::quantity::{Address, Cidr, Css, Pattern, Rate, Size, Template, Time};
use super::{Problem, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// `[fetch]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fetch {
    /// Folder of the raw store: what was received, as WARC, and its index.
    pub store: String,
    /// Who asks: a name and, for the people behind a server, an address of a page or a mail box. Must be set for sources of kind web.
    #[schemars(with = "Option<String>")]
    pub user_agent: Option<Spanned<String>>,
    /// Whether robots.txt is heeded.
    pub respect_robots: bool,
    /// Connections at the same time, to all hosts together.
    pub concurrency: usize,
    /// What one host is asked to bear.
    pub per_host: PerHost,
    /// How long an answer may take.
    pub timeout: Timeout,
    /// What is tried again.
    pub retry: Retry,
    /// Bounds on an answer and on a run.
    pub limits: FetchLimits,
    /// Where connections may go.
    pub network: Network,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            store: "store".to_owned(),
            user_agent: None,
            respect_robots: true,
            concurrency: 8,
            per_host: PerHost::default(),
            timeout: Timeout::default(),
            retry: Retry::default(),
            limits: FetchLimits::default(),
            network: Network::default(),
        }
    }
}

/// `[fetch.per_host]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PerHost {
    /// Connections at the same time.
    pub connections: usize,
    /// Rest between the end of an answer and the next request; a longer Crawl-delay of robots.txt wins.
    pub delay: Time,
    /// Up to this much is added to each rest.
    pub jitter: Time,
    /// A host that asks for a longer Crawl-delay is left alone, with a warning.
    pub max_crawl_delay: Time,
}

impl Default for PerHost {
    fn default() -> Self {
        Self {
            connections: 1,
            delay: Time::seconds(2),
            jitter: Time::milliseconds(500),
            max_crawl_delay: Time::seconds(60),
        }
    }
}

impl PerHost {
    /// What asks nothing of a host that others have not asked already.
    pub(crate) fn least() -> Self {
        Self {
            connections: usize::MAX,
            delay: Time::seconds(0),
            jitter: Time::seconds(0),
            ..Self::default()
        }
    }
}

/// `[fetch.timeout]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeout {
    /// Until the host's name is resolved.
    pub dns: Time,
    /// Until the connection stands, TLS included.
    pub connect: Time,
    /// From the request to the answer's head.
    pub first_byte: Time,
    /// Between two pieces of the body.
    pub idle: Time,
    /// The whole exchange.
    pub total: Time,
    /// An answer that brings less than this is given up; measured over `min_rate_window`.
    pub min_rate: Rate,
    /// How long an answer may be slower than `min_rate`.
    pub min_rate_window: Time,
}

impl Default for Timeout {
    fn default() -> Self {
        Self {
            dns: Time::seconds(10),
            connect: Time::seconds(10),
            first_byte: Time::seconds(30),
            idle: Time::seconds(20),
            total: Time::seconds(120),
            min_rate: Rate(1024),
            min_rate_window: Time::seconds(30),
        }
    }
}

/// `[fetch.retry]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    /// Tries of one address in a run, the first one included.
    pub attempts: u32,
    /// Rest before the second try; doubled before each further one.
    pub base: Time,
    /// Longest rest.
    pub max: Time,
    /// Longest Retry-After that is waited for; a host that asks for more is parked for this run.
    pub retry_after_max: Time,
    /// Failures in a row after which a host is left alone for `pause`.
    pub failures_max: u32,
    /// How long a host that fails is left alone.
    pub pause: Time,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Time::seconds(2),
            max: Time::seconds(300),
            retry_after_max: Time::seconds(3600),
            failures_max: 5,
            pause: Time::seconds(600),
        }
    }
}

/// `[fetch.limits]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FetchLimits {
    /// Bytes of an answer's body as sent.
    pub body: Size,
    /// Bytes of the body once unpacked.
    pub decoded: Size,
    /// Unpacked bytes for each sent one, in bodies over 1 MiB.
    pub ratio: u32,
    /// Bytes of an answer's head.
    pub header_bytes: Size,
    /// Fields of an answer's head.
    pub header_fields: usize,
    /// Redirects in a row.
    pub redirects: u32,
    /// Bytes of an address; longer ones are not followed.
    pub url_bytes: usize,
    /// Links from a seed to a page; next pages of a list do not count.
    pub depth: u32,
    /// Pages fetched of each source in a run.
    pub pages: u64,
    /// Time of a run; what is left is fetched by the next.
    pub run_time: Time,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            body: Size(20 << 20),
            decoded: Size(50 << 20),
            ratio: 200,
            header_bytes: Size(64 << 10),
            header_fields: 100,
            redirects: 5,
            url_bytes: 2083,
            depth: 5,
            pages: 10_000,
            run_time: Time::seconds(7200),
        }
    }
}

/// `[fetch.network]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Private, loopback and other special networks that may be reached all the same, as "127.0.0.1/32".
    pub allow_private: Vec<Cidr>,
    /// Ports that may be reached.
    pub ports: Vec<u16>,
    /// Proxy for every connection ("http://…", "socks5h://…"); "" for none. It resolves the names, so only `allowed_hosts` are asked for.
    pub proxy: String,
}

impl Default for Network {
    fn default() -> Self {
        Self { allow_private: Vec::new(), ports: vec![80, 443], proxy: String::new() }
    }
}

/// Where a source's pages come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Files and archives on this machine.
    #[default]
    Files,
    /// The web, through the raw store.
    Web,
}

/// The kind of page that seeds are unless they are called otherwise.
pub const LIST: &str = "list";
/// The kind of page that becomes a document.
pub const REPORT: &str = "report";

/// `[[source.follow]]`: which links of a page lead on.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// The kind of page that the rule is for: "list" (the seeds), "report", or a kind of your own.
    #[schemars(with = "String")]
    #[serde(default = "list")]
    pub on: Spanned<String>,
    /// CSS selector of links (their `href`), or of elements that hold links.
    #[serde(default)]
    pub links: Option<Css>,
    /// What the pages behind them are: "report" for those that become documents, "list", or a kind of your own.
    #[schemars(with = "Option<String>")]
    #[serde(default, rename = "as")]
    pub into: Option<Spanned<String>>,
    /// CSS selector of the link to the next page of the list.
    #[serde(default)]
    pub next: Option<Css>,
    /// Text of that link, as 下一页; alone, or to choose among those that `next` selects.
    #[serde(default)]
    pub next_text: Option<String>,
    /// Address of the further pages of the list, counted: "index_{n}.html".
    #[serde(default)]
    pub template: Option<Template>,
    /// First number of the template.
    #[serde(default = "one")]
    pub from: u32,
    /// Last number of the template; till `stop_when` or `max_pages` where not given.
    #[serde(default)]
    pub to: Option<u32>,
    /// Pages of one list at the most.
    #[serde(default = "fifty")]
    pub max_pages: u32,
    /// When a list is left before its end.
    #[serde(default)]
    pub stop_when: StopWhen,
}

fn list() -> Spanned<String> {
    Spanned::new(0..0, LIST.to_owned())
}

fn one() -> u32 {
    1
}

fn fifty() -> u32 {
    50
}

/// When a list is left before its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopWhen {
    /// A page of it has no link that was not known before.
    #[default]
    NoNewLinks,
    /// Never.
    Never,
}

impl Follow {
    /// The kind of the pages that the rule leads to: where not said, reports for links, the same kind for next pages.
    pub fn leads_to(&self) -> &str {
        match (&self.into, &self.links) {
            (Some(kind), _) => kind.get_ref(),
            (None, Some(_)) => REPORT,
            (None, None) => self.on.get_ref(),
        }
    }

    /// Whether the rule leads to further pages of the same list.
    pub fn pages_on(&self) -> bool {
        self.next.is_some() || self.next_text.is_some() || self.template.is_some()
    }
}

/// `[source.match]`: which addresses are fetched.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// Patterns of which a report's address must match one; all where there is none.
    pub include: Vec<Pattern>,
    /// Patterns of addresses that are never fetched.
    pub exclude: Vec<Pattern>,
    /// Parameters that say nothing of the page and are left out of its address, as "utm_*".
    pub strip_params: Vec<String>,
    /// Whether the order of parameters says nothing, so that they are sorted.
    pub sort_params: bool,
}

/// `[source.discover]`: addresses from other places than lists.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Discover {
    /// Sitemaps: addresses, and "robots" for those that robots.txt names.
    #[schemars(with = "Vec<String>")]
    pub sitemaps: Vec<Spanned<String>>,
    /// RSS and Atom feeds.
    pub feeds: Vec<Address>,
}

/// `[source.refresh]`: when pages that are in the store are asked for again.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Refresh {
    /// Lists, sitemaps and feeds.
    pub list: ListRefresh,
    /// Reports.
    pub report: ReportRefresh,
}

/// `[source.refresh] list`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListRefresh {
    /// When.
    pub policy: Policy,
    /// Shortest interval.
    pub min: Time,
    /// Longest interval.
    pub max: Time,
}

/// `[source.refresh] report`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportRefresh {
    /// When.
    pub policy: Policy,
    /// Shortest interval.
    pub min: Time,
    /// Longest interval.
    pub max: Time,
}

impl Default for ListRefresh {
    fn default() -> Self {
        Self { policy: Policy::Always, min: Time::seconds(3600), max: Time::seconds(7 * 86_400) }
    }
}

impl Default for ReportRefresh {
    fn default() -> Self {
        Self {
            policy: Policy::Adaptive,
            min: Time::seconds(86_400),
            max: Time::seconds(90 * 86_400),
        }
    }
}

/// When a page that is in the store is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// In every run.
    Always,
    /// After `min`.
    Interval,
    /// After an interval between `min` and `max` that grows while the page stays as it is and shrinks when it changes.
    Adaptive,
    /// Never.
    Never,
}

/// `[source.soft_404]`: pages that say that there is none, though the server calls them found.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Soft404 {
    /// Patterns of their titles.
    pub title: Vec<Pattern>,
    /// Pages with fewer characters of text than this; none where 0.
    pub min_text_chars: usize,
    /// Whether a redirect from a report to the home page says that the report is gone.
    pub redirect_to_home: bool,
}

/// `[source.parts]`: articles that go over several pages.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// CSS selector of the link to the next part.
    #[serde(default)]
    pub next: Option<Css>,
    /// Text of that link, as 下一页; alone, or to choose among those that `next` selects.
    #[serde(default)]
    pub next_text: Option<String>,
    /// Parts of an article at the most.
    #[serde(default = "fifty")]
    pub max: u32,
}

/// `[source.per_host]`: what differs from `[fetch.per_host]` for this source.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OwnPerHost {
    /// Connections at the same time.
    pub connections: Option<usize>,
    /// Rest between the end of an answer and the next request.
    pub delay: Option<Time>,
    /// Up to this much is added to each rest.
    pub jitter: Option<Time>,
}

/// `[source.limits]`: what differs from `[fetch.limits]` for this source.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OwnLimits {
    /// Links from a seed to a page.
    pub depth: Option<u32>,
    /// Pages fetched in a run.
    pub pages: Option<u64>,
}

impl Fetch {
    /// What one host of a source is asked to bear.
    pub fn per_host(&self, source: &Source) -> PerHost {
        let own = &source.per_host;
        PerHost {
            connections: own.connections.unwrap_or(self.per_host.connections),
            delay: own.delay.unwrap_or(self.per_host.delay),
            jitter: own.jitter.unwrap_or(self.per_host.jitter),
            max_crawl_delay: self.per_host.max_crawl_delay,
        }
    }

    /// The bounds for a source.
    pub fn limits(&self, source: &Source) -> FetchLimits {
        FetchLimits {
            depth: source.limits.depth.unwrap_or(self.limits.depth),
            pages: source.limits.pages.unwrap_or(self.limits.pages),
            ..self.limits.clone()
        }
    }

    /// What no type says.
    pub(super) fn check(&self, sources: &[Source]) -> Result<(), Problem> {
        if let Some(web) = sources.iter().find(|s| s.kind == Kind::Web) {
            self.check_user_agent(web)?;
        }
        for (key, value) in [
            ("concurrency", self.concurrency as u64),
            ("per_host.connections", self.per_host.connections as u64),
            ("retry.attempts", u64::from(self.retry.attempts)),
            ("retry.failures_max", u64::from(self.retry.failures_max)),
            ("limits.body", self.limits.body.0),
            ("limits.decoded", self.limits.decoded.0),
            ("limits.ratio", u64::from(self.limits.ratio)),
            ("limits.header_bytes", self.limits.header_bytes.0),
            ("limits.header_fields", self.limits.header_fields as u64),
            ("limits.url_bytes", self.limits.url_bytes as u64),
            ("limits.pages", self.limits.pages),
        ] {
            if value == 0 {
                return Err(Problem::new(format!("fetch.{key} must be at least 1")));
            }
        }
        for (key, time) in [
            ("timeout.dns", self.timeout.dns),
            ("timeout.connect", self.timeout.connect),
            ("timeout.first_byte", self.timeout.first_byte),
            ("timeout.idle", self.timeout.idle),
            ("timeout.total", self.timeout.total),
            ("timeout.min_rate_window", self.timeout.min_rate_window),
            ("limits.run_time", self.limits.run_time),
        ] {
            if time.0.is_zero() {
                return Err(Problem::new(format!("fetch.{key} must be more than 0s")));
            }
        }
        if self.store.is_empty() {
            return Err(Problem::new("fetch.store must name a folder".to_owned()));
        }
        Ok(())
    }

    /// A user agent says who asks and how to reach them: servers' owners block those that don't.
    fn check_user_agent(&self, web: &Source) -> Result<(), Problem> {
        const FORM: &str = "\"name/1.0 (+https://www.example.cn/bot; data@example.cn)\"";
        let Some(agent) = &self.user_agent else {
            let name = web.name.get_ref();
            let message = format!(
                "the source {name:?} is of kind \"web\", but fetch.user_agent is not set: say who asks and how to \
                 reach them, as {FORM}"
            );
            return Err(Problem::at(web.name.span(), message));
        };
        let text = agent.get_ref();
        let mail = text.split([' ', '(', ')', ';', ',', '<', '>', '+']).any(|word| {
            word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        });
        let page = text.contains("http://") || text.contains("https://");
        if text.chars().any(|c| c.is_control() || !c.is_ascii()) {
            let message =
                "fetch.user_agent must be plain ASCII text: it is sent as a header".to_owned();
            return Err(Problem::at(agent.span(), message));
        }
        if text.is_empty() || !text.as_bytes()[0].is_ascii_alphabetic() || !(mail || page) {
            let message = format!(
                "fetch.user_agent {text:?} must start with a name and say how to reach you (the address of a page or \
                 a mail box), as {FORM}"
            );
            return Err(Problem::at(agent.span(), message));
        }
        Ok(())
    }
}

/// Checks the web keys of a source.
pub(super) fn check(source: &Source) -> Result<(), Problem> {
    let name = source.name.get_ref();
    let at_name = |message: String| Err(Problem::at(source.name.span(), message));
    if let Some(parts) = &source.parts {
        if !cfg!(feature = "fetch") {
            return at_name(format!(
                "the source {name:?} has [source.parts], which this build can't follow"
            ));
        }
        if parts.next.is_none() && parts.next_text.is_none() {
            return at_name("[source.parts] must have `next` or `next_text`".to_owned());
        }
        if parts.max == 0 {
            return at_name("`max` of [source.parts] must be at least 1".to_owned());
        }
    }
    if source.kind == Kind::Files {
        let used = [
            ("seeds", !source.seeds.is_empty()),
            ("allowed_hosts", !source.allowed_hosts.is_empty()),
            ("follow", !source.follow.is_empty()),
            ("match", source.matching != Match::default()),
            ("discover", source.discover != Discover::default()),
            ("refresh", source.refresh != Refresh::default()),
            ("soft_404", source.soft_404 != Soft404::default()),
            ("per_host", source.per_host != OwnPerHost::default()),
            ("limits", source.limits != OwnLimits::default()),
        ];
        return match used.iter().find(|(_, used)| *used) {
            Some((key, _)) => at_name(format!(
                "the source {name:?} has `{key}`, which is for sources of kind \"web\": add kind = \"web\""
            )),
            None => Ok(()),
        };
    }
    if !cfg!(feature = "fetch") {
        return at_name(format!(
            "the source {name:?} is of kind \"web\", which this build can't fetch"
        ));
    }
    if !source.files.is_empty() {
        return at_name(format!(
            "the source {name:?} is of kind \"web\" and has `files`: make two sources of it"
        ));
    }
    let discover = &source.discover;
    if source.seeds.is_empty() && discover.sitemaps.is_empty() && discover.feeds.is_empty() {
        return at_name(format!(
            "the source {name:?} has nothing to start from: give it seeds, sitemaps or feeds"
        ));
    }
    let from_robots = discover.sitemaps.iter().any(|s| s.get_ref() == "robots");
    if from_robots && source.seeds.is_empty() && source.allowed_hosts.is_empty() {
        return at_name(format!(
            "the source {name:?} takes sitemaps from robots.txt, but has neither seeds nor allowed_hosts to say of \
             which host"
        ));
    }
    for sitemap in &discover.sitemaps {
        let text = sitemap.get_ref();
        if text != "robots" {
            Address::try_from(text.clone()).map_err(|e| {
                Problem::at(sitemap.span(), format!("`sitemaps`: {e}; or write \"robots\""))
            })?;
        }
    }
    check_follow(source)
}

fn check_follow(source: &Source) -> Result<(), Problem> {
    let kinds: Vec<&str> = std::iter::once(source.seeds_as.as_str())
        .chain(source.follow.iter().map(Follow::leads_to))
        .collect();
    for rule in &source.follow {
        let at = |message: &str| Err(Problem::at(rule.on.span(), message.to_owned()));
        match (rule.links.is_some(), rule.pages_on()) {
            (false, false) => {
                return at(
                    "[[source.follow]] must have `links`, or for further pages `next`, `next_text` or `template`",
                );
            }
            (true, true) => {
                return at(
                    "[[source.follow]] has `links` and `next`, `next_text` or `template`: make two rules of it",
                );
            }
            _ => {}
        }
        if rule.template.is_some() && (rule.next.is_some() || rule.next_text.is_some()) {
            return at(
                "[[source.follow]] has `template` and `next` or `next_text`: make two rules of it",
            );
        }
        if rule.to.is_some_and(|to| to < rule.from) {
            return at("`to` must not be less than `from`");
        }
        let on = rule.on.get_ref();
        if on != REPORT && !kinds.contains(&on.as_str()) {
            let message = format!(
                "[[source.follow]] is on {on:?}, but no page is of this kind: there are {}",
                kinds.join(", ")
            );
            return Err(Problem::at(rule.on.span(), message));
        }
    }
    Ok(())
}
