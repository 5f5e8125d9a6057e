//! A fetch of a hostile server: a configuration with short times, the run with a guard against hanging, and what is in
//! the store afterwards as one plain text.

use crate::server::Server;
use baogao::config::Config;
use baogao::fetch::{self, Options, Plan, Progress, Summary};
use baogao::ingest::warc::{self, Record};
use baogao::page::Page;
use baogao::store::{Known, Store, fsck};
use expect_test::Expect;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::future::Future;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;
use toml::{Table, Value};

/// No fetch of these tests takes longer, on the slowest of machines.
const HANGS_AFTER: Duration = Duration::from_secs(90);

/// Every time of a fetch, short, and no rest between requests.
const QUICK: &str = r#"
[fetch]
user_agent = "hostile-tests/1.0 (tests@example.cn)"
per_host = { connections = 4, delay = "0s", jitter = "0s" }
timeout = { dns = "1s", connect = "1s", first_byte = "1s", idle = "1s", total = "4s", min_rate_window = "2s" }
retry = { attempts = 2, base = "10ms", max = "20ms", retry_after_max = "2s", failures_max = 1000, pause = "50ms" }
limits = { run_time = "1m" }
network = { allow_private = ["127.0.0.1/32"] }

[[source]]
name = "s"
kind = "web"
seeds_as = "report"
refresh = { report = { policy = "always" } }
"#;

/// A source on a hostile server, and its store.
pub(crate) struct Site {
    pub(crate) server: Server,
    dir: TempDir,
    toml: Table,
}

impl Site {
    /// Starts from these paths (or whole addresses), each a report.
    pub(crate) fn new<T: AsRef<str>>(server: Server, seeds: &[T]) -> Self {
        let mut toml: Table = QUICK.parse().unwrap();
        let ports = vec![Value::from(i64::from(server.port()))];
        merge(&mut toml, [("fetch".to_owned(), nested("network", "ports", ports.into()))]);
        let whole = |seed: &str| match seed.starts_with('/') {
            true => server.url(seed),
            false => seed.to_owned(),
        };
        let seeds: Vec<Value> = seeds.iter().map(|s| Value::from(whole(s.as_ref()))).collect();
        let dir = tempfile::tempdir().unwrap();
        let site = Self { server, dir, toml };
        if seeds.is_empty() { site } else { site.source_key("seeds", Value::from(seeds)) }
    }

    /// Changes the configuration: lines of TOML, in which `source.…` is the only source. `BASE` stands for the server.
    pub(crate) fn with(mut self, lines: &str) -> Self {
        let lines = lines.replace("BASE", &self.server.url(""));
        let mut table: Table = lines.parse().unwrap();
        if let Some(Value::Table(source)) = table.remove("source") {
            merge(self.source_mut(), source);
        }
        merge(&mut self.toml, table);
        self
    }

    fn source_key(mut self, key: &str, value: Value) -> Self {
        self.source_mut().insert(key.to_owned(), value);
        self
    }

    fn source_mut(&mut self) -> &mut Table {
        self.toml["source"][0].as_table_mut().unwrap()
    }

    /// The same site with an empty store.
    pub(crate) fn in_another_store(mut self) -> Self {
        self.dir = tempfile::tempdir().unwrap();
        self
    }

    /// The folder of the configuration.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The configuration.
    pub(crate) fn toml(&self) -> String {
        self.toml.to_string()
    }

    pub(crate) fn store_dir(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    /// Changes the index behind the program's back.
    pub(crate) fn sql(&self, statement: &str) {
        let index = rusqlite::Connection::open(self.store_dir().join("state.sqlite")).unwrap();
        index.execute_batch(statement).unwrap();
    }

    pub(crate) fn config(&self) -> Config {
        config(&self.toml(), self.dir())
    }

    /// Fetches to the end.
    pub(crate) fn fetch(&self) -> Fetched {
        self.try_fetch(|| Box::pin(std::future::pending())).unwrap()
    }

    /// Fetches until what `stop` makes is ready.
    pub(crate) fn try_fetch(
        &self,
        stop: impl FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send + 'static,
    ) -> Result<Fetched, fetch::Error> {
        let config = self.config();
        let (to_us, from_fetch) = mpsc::channel();
        std::thread::spawn(move || {
            let mut told = Told::default();
            let summary = fetch::fetch(&config, &Options::default(), &mut told, stop());
            let _ = to_us.send((summary, told.warnings));
        });
        let (summary, warnings) =
            from_fetch.recv_timeout(HANGS_AFTER).expect("the fetch ends, and without a panic");
        Ok(Fetched::read(summary?, warnings, &self.store_dir(), &self.server.url("")))
    }

    /// Fetches, and compares what became of each address.
    #[track_caller]
    pub(crate) fn check(&self, expect: Expect) -> Fetched {
        let fetched = self.fetch();
        expect.assert_eq(&fetched.report());
        fetched
    }
}

/// A configuration from text, rooted in a folder.
pub(crate) fn config(toml: &str, root: &Path) -> Config {
    Config::from_str(toml, Path::new("pipeline.toml"), root.to_owned()).unwrap()
}

fn nested(outer: &str, key: &str, value: Value) -> Value {
    let inner = Table::from_iter([(key.to_owned(), value)]);
    Value::Table(Table::from_iter([(outer.to_owned(), Value::Table(inner))]))
}

/// Lays tables over others, key by key.
fn merge(into: &mut Table, from: impl IntoIterator<Item = (String, Value)>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// Remembers the warnings of a fetch.
#[derive(Default)]
pub(crate) struct Told {
    warnings: Vec<String>,
}

impl Progress for Told {
    fn fetched(&mut self, _: u64, _: u64, _: u64) {}
    fn planned(&mut self, _: &str, _: &str, _: &str, _: &Plan) {}
    fn warn(&mut self, message: &str) {
        self.warnings.push(message.to_owned());
    }
}

/// What a fetch left.
pub(crate) struct Fetched {
    pub(crate) summary: Summary,
    pub(crate) warnings: Vec<String>,
    pub(crate) rows: Vec<Known>,
    pub(crate) records: Vec<Record>,
    pages: BTreeMap<String, Result<Page, String>>,
    base: String,
}

impl Fetched {
    /// Reads a store that nothing writes to, and makes sure that it is whole.
    fn read(summary: Summary, warnings: Vec<String>, dir: &Path, base: &str) -> Self {
        let store = Store::open_existing(dir).unwrap();
        let checked = fsck::check(&store).unwrap();
        assert_eq!(checked.problems, Vec::<String>::new(), "the store is whole");
        let mut files: Vec<PathBuf> =
            fs::read_dir(dir.join("raw")).unwrap().map(|e| e.unwrap().path()).collect();
        files.retain(|path| path.to_string_lossy().ends_with(".warc.gz"));
        files.sort();
        let (mut records, mut pages) = (Vec::new(), BTreeMap::new());
        for path in &files {
            let reader = BufReader::new(File::open(path).unwrap());
            let found = warc::records(reader, 1 << 30).unwrap();
            records.extend(found.map(|record| record.expect("a sound record")));
            for page in warc::pages(path, "raw", "s", 64 << 20).unwrap() {
                match page {
                    Ok(page) => {
                        pages.insert(page.info.source.clone(), Ok(page));
                    }
                    // What repeats an earlier answer takes nothing from it.
                    Err(e) => {
                        pages.entry(e.source.clone()).or_insert(Err(e.reject.to_string()));
                    }
                }
            }
        }
        let rows = store.known("s").unwrap();
        Self { summary, warnings, rows, records, pages, base: base.to_owned() }
    }

    /// A line for each address: path, outcome, status, tries, bytes of the page in the store; then the records of
    /// what came, with why they are cut; then the message.
    pub(crate) fn report(&self) -> String {
        let mut lines: Vec<String> = self.rows.iter().map(|known| self.line(known)).collect();
        lines.sort();
        lines.concat()
    }

    fn line(&self, known: &Known) -> String {
        let row = &known.url;
        let outcome = row.outcome.map_or("-", |o| o.code());
        let mut line = format!("{} {outcome}", row.url);
        if let Some(status) = row.status {
            let _ = write!(line, " {status}");
        }
        let _ = write!(line, " x{}", row.attempts);
        if let Some(stored) = &known.body {
            let _ = write!(line, " page {} B", stored.payload_bytes);
        }
        for record in &self.records {
            if record.target() != Some(row.url.as_str()) || record.kind == "request" {
                continue;
            }
            let _ = write!(line, " [{}", record.kind);
            if let Some(why) = record.header("warc-truncated") {
                let _ = write!(line, " cut by {why}");
            }
            line.push(']');
        }
        if let Some(target) = &row.target {
            let _ = write!(line, " -> {target}");
        }
        if let Some(message) = &row.message {
            let _ = write!(line, ": {message}");
        }
        self.without_base(&line) + "\n"
    }

    /// Without what differs from run to run: the server's port.
    pub(crate) fn without_base(&self, text: &str) -> String {
        let port = self.base.rsplit(':').next().unwrap();
        let text = text.replace(&self.base, "").replace(&format!(":{port}"), ":PORT");
        // The rest of what is said of a certificate's time depends on when the test runs.
        let lines = text.lines().map(|line| line.split(": verification time").next().unwrap());
        let end = if text.ends_with('\n') { "\n" } else { "" };
        lines.collect::<Vec<_>>().join("\n") + end
    }

    pub(crate) fn row(&self, path: &str) -> &Known {
        let url = self.url(path);
        self.rows.iter().find(|known| known.url.url == url).expect("the address is known")
    }

    /// The page of a path, as the stages behind get it: unpacked.
    pub(crate) fn page(&self, path: &str) -> Result<Page, String> {
        self.pages.get(&self.url(path)).cloned().unwrap_or(Err("there is none".to_owned()))
    }

    /// The text of a page's bytes.
    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.page(path).unwrap().bytes).unwrap()
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() }
    }

    /// The warnings, without the server's port.
    pub(crate) fn warnings(&self) -> String {
        self.warnings.iter().map(|w| self.without_base(w) + "\n").collect()
    }
}

/// Runs a test's body in a process of its own, with these environment variables: for what is measured per process, or
/// set for all of it. `name` is the test's whole name.
pub(crate) fn in_own_process(name: &str, environment: &[(&str, &str)], body: impl FnOnce()) {
    const MARK: &str = "HOSTILE_TEST_ALONE";
    if std::env::var(MARK).is_ok_and(|alone| alone == name || alone == "all") {
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(MARK, name)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}{errors}");
}

/// Runs a body in a process of its own, which may not need more memory than it has at the start and this.
pub(crate) fn within_memory(name: &str, mib_max: u64, body: impl FnOnce()) {
    in_own_process(name, &[], || {
        let before = peak_kib();
        body();
        let grown = (peak_kib() - before) >> 10;
        println!("{name}: {grown} MiB");
        assert!(grown <= mib_max, "{grown} MiB more than at the start");
    });
}

/// The most memory that this process has had so far; 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0)
}
