//! Runs under bad conditions: a lock, a gate, a kill, hostile pages, limits.

use crate::support::{Folder, assert_same_bytes, sample_names};
use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// A configuration over the samples with these lines added.
fn configuration(more: &str) -> String {
    format!(
        "[[source]]\nname = \"pages\"\nfiles = [\"pages/**/*\"]\n\n[write]\noutput = \"out\"\n\n{more}"
    )
}

#[test]
fn a_run_does_not_start_while_another_holds_the_lock() {
    let folder = Folder::with_samples();
    fs::create_dir(folder.path("out")).expect("a folder");
    let lock = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(folder.path("out/.lock"))
        .expect("a file");
    lock.lock().expect("the lock");
    let ran = folder.baogao(&["run", "--input", "pages", "--output", "out"]).exits(75);
    assert!(ran.stderr.contains("another run"), "{}", ran.stderr);
    assert!(!folder.path("out/latest").exists());
    drop(lock);
    folder.run_samples();
}

#[test]
fn a_run_over_the_gate_is_kept_and_latest_stays() {
    let folder = Folder::with_samples();
    folder.write("pipeline.toml", configuration("[gate]\ndocuments_min = 5\n"));
    folder.baogao(&["run"]).exits(0);
    let good = folder.path("out/latest").canonicalize().expect("a run");
    folder.write("pipeline.toml", configuration("[gate]\nrejects_share_max = 0.01\n"));
    let ran = folder.baogao(&["run"]).exits(3);
    assert!(ran.stderr.contains("rejects_share_max"), "{}", ran.stderr);
    assert_eq!(folder.path("out/latest").canonicalize().expect("a run"), good);
    let runs = finished(&folder.path("out/runs"));
    assert_eq!(runs.len(), 2, "the run over the gate is kept: {runs:?}");
    // A scheduler that tries again is told again.
    folder.baogao(&["run"]).exits(3);
}

#[test]
fn without_a_configuration_there_is_no_gate() {
    let folder = Folder::empty();
    for name in ["list_page.html", "login_page.html", "cppcc_review.txt"] {
        folder.write(
            &format!("pages/{name}"),
            fs::read(crate::support::samples().join(name)).expect("a page"),
        );
    }
    folder.run_samples();
}

#[test]
fn a_killed_run_leaves_nothing_that_looks_like_one_and_the_next_is_as_if_it_had_not_been() {
    let folder = Folder::with_samples();
    for copy in 0..10 {
        for name in sample_names().iter().filter(|n| !n.ends_with(".gz")) {
            let bytes = fs::read(folder.path("pages").join(name)).expect("a page");
            folder.write(&format!("pages/{copy}/{name}"), bytes);
        }
    }
    folder.baogao(&["run", "--input", "pages", "--output", "undisturbed"]).exits(0);
    for milliseconds in [5, 20, 60, 150, 300] {
        let mut command = folder.command(&["run", "--input", "pages", "--output", "killed"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("a kill");
        child.wait().expect("an end");
        // Whenever it came: what is there under a run's name is a whole run.
        for run in finished(&folder.path("killed/runs")) {
            let run = format!("killed/runs/{run}");
            folder.baogao(&["verify", &run]).exits(0);
        }
    }
    folder.baogao(&["run", "--input", "pages", "--output", "killed"]).exits(0);
    assert_same_bytes(&folder.path("undisturbed/latest"), &folder.path("killed/latest"));
    let left: Vec<_> = fs::read_dir(folder.path("killed/runs")).expect("runs").collect();
    assert_eq!(left.len(), 1, "what killed runs left is swept up");
}

/// Names of the finished runs in a folder; none where it is not there yet.
fn finished(runs: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(runs) else { return Vec::new() };
    let names = entries.map(|e| e.expect("an entry").file_name().into_string().expect("a name"));
    names.filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn hostile_pages_end_as_documents_or_rejects() {
    let folder = Folder::empty();
    let prose = "全年新修道路12公里，比上年多3公里，群众出行更加方便，大家都说这一年变化很大，来年还要再修20公里。";
    folder.write(
        "pages/deep.html",
        format!("{}{prose}{}", "<div>".repeat(60_000), "</div>".repeat(60_000)),
    );
    folder.write("pages/tables.html", format!("{}<p>{prose}", "<table><tr><td>".repeat(3_000)));
    folder.write("pages/attributes.html", format!("<p {}>{prose}", "a=1 ".repeat(100_000)));
    folder.write(
        "pages/span.html",
        format!("<table><tr><td colspan=99999999 rowspan=99999999>{prose}<td>1</table>"),
    );
    folder.write("pages/digits.txt", "9".repeat(300_000));
    folder.write("pages/marks.txt", format!("{}{prose}\n", "一、（一）——".repeat(20_000)));
    folder.write("pages/nul.html", format!("<p>{prose}\0{prose}</p>"));
    folder.write(
        "pages/noise.html",
        (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
    );
    folder.write(
        "pages/cut.html.gz",
        &fs::read(crate::support::samples().join("budget_report.html.gz")).expect("a page")[..600],
    );
    folder.write(
        "pages/cut.warc.gz",
        &fs::read(crate::support::samples().join("archive.warc.gz")).expect("a file")[..900],
    );
    folder.write("pages/zero.txt", "");
    folder.write("pages/entities.html", "&#x110000;&#xD800;&#0;&amp".repeat(20_000));
    folder.baogao(&["run", "--input", "pages", "--output", "out"]).exits(0);
    let run = folder.path("out/latest");
    let rejects = folder.rows(&run, "rejects");
    assert!(!rejects.strs("reason").contains(&Some("panic")), "{:?}", rejects.strs("message"));
    folder.baogao(&["verify", "out/latest", "--input", "pages"]).exits(0);
}

#[test]
fn pages_beyond_the_limits_are_rejects() {
    let folder = Folder::with_samples();
    folder.write("pipeline.toml", configuration("[limits]\npage_bytes = 9000\npages = 12\n"));
    folder.baogao(&["run"]).exits(0);
    let rejects = folder.rows(&folder.path("out/latest"), "rejects");
    let reasons = rejects.strs("reason");
    assert!(reasons.contains(&Some("too_large")), "{reasons:?}");
    assert!(reasons.contains(&Some("page_limit")), "{reasons:?}");
    folder.baogao(&["verify", "out/latest"]).exits(0);
}

#[test]
fn an_output_folder_that_is_a_file_is_a_failure_with_its_name() {
    let folder = Folder::with_samples();
    File::create(folder.path("out")).expect("a file");
    let ran = folder.baogao(&["run", "--input", "pages", "--output", "out"]).exits(1);
    assert!(ran.stderr.contains("out"), "{}", ran.stderr);
}

#[test]
fn messages_can_be_json() {
    let folder = Folder::empty();
    let ran =
        folder.baogao(&["--log", "json", "run", "--input", "nowhere", "--output", "out"]).exits(2);
    for line in ran.stderr.lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        assert!(message["level"].is_string() && message["message"].is_string(), "{line}");
    }
    assert!(ran.stderr.contains("nowhere"));
}
