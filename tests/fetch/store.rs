//! What happens to the store when the site, the clock, the disk or the process fails.

use crate::harness::{Site, config};
use crate::server::{PAGE, Server};
use baogao::fetch::{self, End, Options};
use baogao::store::{self, Store};
use expect_test::expect;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// So many pages behind one list.
fn many(n: usize, pause: Duration) -> Site {
    let server = Server::start(move |request, conn| match request.path.as_str() {
        "/list" => {
            let links: String = (0..n).map(|i| format!("<a href='/{i}.html'>{i}</a>")).collect();
            conn.html(links);
        }
        path => {
            sleep(pause);
            conn.html(PAGE.replace("286", path.trim_start_matches('/')));
        }
    });
    Site::new(server, &["/list"])
        .with("source.seeds_as = \"list\"\nsource.follow = [{ links = \"a\" }]")
}

fn error(site: &Site) -> String {
    let Err(error) = site.try_fetch(|| Box::pin(std::future::pending())) else {
        panic!("the fetch fails")
    };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(e) = cause {
        text += &format!(": {e}");
        cause = e.source();
    }
    text.replace(site.store_dir().to_str().unwrap(), "STORE")
}

#[test]
fn content_that_is_swapped_between_requests() {
    // Group 46: each snapshot names what was stored, whatever the server says later.
    let server = Server::start(|request, conn| match request.path.as_str() {
        "/list" => conn.html(format!("<a href='/a.html'>{}</a>", request.nth)),
        _ => conn.html(PAGE.replace("286", &request.nth.to_string())),
    });
    let site = Site::new(server, &["/list"]).with(
        "source.seeds_as = \"list\"\nsource.follow = [{ links = \"a\" }]\nsource.refresh.report.policy = \"always\"",
    );
    let snapshots: BTreeSet<String> = (0..3).map(|_| site.fetch().summary.snapshot).collect();
    assert_eq!(snapshots.len(), 3);
    let last = site.fetch();
    let stored = last.records.iter().filter(|record| record.kind == "response");
    let digests: BTreeSet<String> = stored
        .map(|record| {
            let body_at = memchr::memmem::find(&record.block, b"\r\n\r\n").unwrap() + 4;
            let digest = Sha256::digest(&record.block[body_at..]);
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        })
        .collect();
    for id in &snapshots {
        let list =
            fs::read_to_string(site.store_dir().join(format!("snapshots/{id}.jsonl"))).unwrap();
        let page: serde_json::Value = serde_json::from_str(list.trim()).unwrap();
        assert!(digests.contains(page["payload_sha256"].as_str().unwrap()), "{id}");
    }
}

#[test]
fn a_clock_that_was_ahead() {
    // Group 47: what the store knows was checked in the year 2100; robots.txt and pages are asked for all the same.
    let server = Server::with_robots(|request, conn| match (request.path.as_str(), request.nth) {
        ("/robots.txt", 1) => conn.answer("200 OK", "", "User-agent: *\nDisallow: /b\n"),
        ("/robots.txt", _) => conn.answer("200 OK", "", ""),
        _ => conn.html(PAGE),
    });
    let site = Site::new(server, &["/a", "/b"])
        .with("source.refresh.report = { policy = \"interval\", min = \"0s\" }");
    site.fetch();
    site.sql("UPDATE url SET checked = 4102444800; UPDATE robots SET checked = 4102444800");
    site.check(expect![[r#"
        /a unchanged 200 x1 page 236 B [response] [revisit]
        /b fetched 200 x1 page 236 B [response]
    "#]]);
}

#[test]
fn a_name_that_can_not_be_resolved() {
    // Group 47: it counts as a failure of today, and is asked for again by the next fetch.
    let server = Server::start(|_, conn| conn.html(PAGE));
    let seed = format!("http://no-such-host.invalid:{}/a", server.port());
    let site = Site::new(server, &[seed.as_str()]).with("fetch.respect_robots = false");
    for _ in 0..2 {
        let fetched = site.fetch();
        let row = &fetched.row(&seed).url;
        let message = row.message.clone().unwrap();
        assert!(message.starts_with("the host's name can't be resolved: "), "{message}");
        assert_eq!((row.attempts, row.outcome.unwrap().code()), (2, "failed"));
    }
}

#[test]
fn a_full_disk_stops_cleanly() {
    // Group 48: files of this process may grow to 64 KiB (1-KiB blocks of ulimit), so that a write fails in mid-record.
    const NAME: &str = "store::a_full_disk_stops_cleanly";
    if let Ok(dir) = std::env::var("HOSTILE_STORE") {
        let toml = fs::read_to_string(PathBuf::from(&dir).join("pipeline.toml")).unwrap();
        let result = fetch::fetch(
            &config(&toml, &PathBuf::from(dir)),
            &Options::default(),
            &mut crate::harness::Told::default(),
            Box::pin(std::future::pending()),
        );
        println!("{}", result.unwrap_err());
        return;
    }
    let site = many(400, Duration::ZERO);
    fs::write(site.dir().join("pipeline.toml"), site.toml()).unwrap();
    let exe = std::env::current_exe().unwrap();
    let script = format!("trap '' XFSZ; ulimit -f 128; exec {exe:?} {NAME} --exact --nocapture");
    let output =
        Command::new("sh").args(["-c", &script]).env("HOSTILE_STORE", site.dir()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("cannot use "), "{told}");
    // What was stored is whole, and the next fetch goes on.
    let fetched = site.fetch();
    assert!(fetched.summary.resumed);
    assert_eq!((fetched.summary.end, fetched.summary.n_pages), (End::Complete, 400));
}

#[test]
fn stores_that_can_not_be_written() {
    // Group 48.
    let site = many(2, Duration::ZERO);
    fs::create_dir_all(site.store_dir()).unwrap();
    fs::write(site.store_dir().join("raw"), "a file").unwrap();
    expect!["cannot use STORE: File exists (os error 17)"].assert_eq(&error(&site));
    fs::remove_file(site.store_dir().join("raw")).unwrap();
    fs::create_dir(site.store_dir().join("state.sqlite")).unwrap();
    expect!["cannot use STORE/state.sqlite: unable to open database file: STORE/state.sqlite: Error code 14: unable to open database file"].assert_eq(&error(&site));
    fs::remove_dir(site.store_dir().join("state.sqlite")).unwrap();
    site.fetch();
    site.sql("PRAGMA user_version = 99");
    expect![
        "STORE/state.sqlite is of version 99, made by a newer baogao; this one knows version 1"
    ]
    .assert_eq(&error(&site));
    site.sql("PRAGMA user_version = 1");
    let held = Store::open_existing(&site.store_dir()).unwrap();
    expect!["another process is writing to the store STORE; wait until it is done"]
        .assert_eq(&error(&site));
    drop(held);
    let fetched = site.fetch();
    assert_eq!(fetched.summary.n_pages, 2);
    // No index at all.
    fs::write(site.store_dir().join("state.sqlite"), "no database").unwrap();
    assert!(error(&site).starts_with("cannot use STORE/state.sqlite"), "{}", error(&site));
    assert!(matches!(Store::open_existing(&site.store_dir()), Err(store::Error::Index { .. })));
}

/// Starts a process that fetches a site.
fn start(site: &Site, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact"])
        .env("HOSTILE_STORE", site.dir())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_any_moment() {
    // Group 49: kill -9 at several points; what is there at the end is what an undisturbed fetch brings, and nothing
    // of it was asked for much more than once.
    const NAME: &str = "store::killed_at_any_moment";
    if let Ok(dir) = std::env::var("HOSTILE_STORE") {
        let toml = fs::read_to_string(PathBuf::from(&dir).join("pipeline.toml")).unwrap();
        let _ = fetch::fetch(
            &config(&toml, &PathBuf::from(dir)),
            &Options::default(),
            &mut crate::harness::Told::default(),
            Box::pin(std::future::pending()),
        );
        return;
    }
    const N: usize = 200;
    let site = many(N, Duration::from_millis(10));
    fs::write(site.dir().join("pipeline.toml"), site.toml()).unwrap();
    for round in 1..=8 {
        let mut child = start(&site, NAME);
        // Let it get a little further each time.
        while site.server.requests().len() < round * 20 && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(3 * round as u64));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let fetched = site.fetch();
    assert!(fetched.summary.resumed);
    assert_eq!((fetched.summary.end, fetched.summary.n_pages), (End::Complete, N as u64));
    // Each kill may cost one group of records and what was on its way.
    let n_asked = site.server.requests().len();
    println!("{n_asked} requests for {N} pages and 8 kills");
    assert!(n_asked <= N + 9 * 70, "{n_asked} requests");
    let undisturbed = site.in_another_store();
    assert_eq!(undisturbed.fetch().summary.snapshot, fetched.summary.snapshot);
}

#[test]
fn told_to_stop() {
    // Group 49: SIGTERM and SIGINT end in this future; what was had is kept, and the next fetch goes on.
    let site = many(60, Duration::from_millis(20));
    let stopped = site
        .try_fetch(|| Box::pin(async { tokio::time::sleep(Duration::from_millis(150)).await }))
        .unwrap();
    assert_eq!(stopped.summary.end, End::Stopped);
    let n_before = stopped.summary.n_pages;
    let fetched = site.fetch();
    assert!(fetched.summary.resumed && fetched.summary.end == End::Complete);
    assert_eq!(fetched.summary.n_pages, 60);
    let n_asked = site.server.requests().len() as u64;
    assert!(n_asked <= 62 + 4, "{n_asked} requests, {n_before} pages when it was stopped");
}
