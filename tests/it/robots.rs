//! robots.txt as its most widespread reader reads it: that reader's own cases, and real files with its answers.

use crate::shared;
use baogao::fetch::robots::{Robots, Rule};

/// Path, parameters and query of an address as that reader takes them: nothing is escaped or resolved.
fn path(url: &str) -> String {
    let start = usize::from(url.starts_with("//")) * 2;
    let early = url[start..].find(['/', '?', ';']).map(|i| i + start);
    let protocol = url[start..].find("://").map(|i| i + start);
    let host = match protocol {
        Some(p) if early.is_none_or(|e| e >= p) => p + 3,
        _ => start,
    };
    let hash = url[start..].find('#').map(|i| i + start);
    let Some(begin) = url[host..].find(['/', '?', ';']).map(|i| i + host) else {
        return "/".to_owned();
    };
    if hash.is_some_and(|h| h < begin) {
        return "/".to_owned();
    }
    let path = &url[begin..hash.unwrap_or(url.len())];
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

fn allowed(robots: &[u8], agent: &str, url: &str) -> bool {
    Robots::parse(robots, agent).rule(&path(url)).is_none_or(Rule::allows)
}

#[test]
fn the_cases_of_the_reference_reader() {
    let Some(rows) = shared::rows("bench/fetch/robots/google_cases.jsonl") else { return };
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["robots_txt"].as_str().map(|text| text.as_bytes().to_vec());
        let text = text.unwrap_or_else(|| shared::base64(&row["robots_b64"]));
        let (agent, url) = (row["agent"].as_str().unwrap(), row["url"].as_str().unwrap());
        if allowed(&text, agent, url) != row["allowed"].as_bool().unwrap() {
            wrong.push(row["name"].to_string());
        }
    }
    println!("robots: {} of {} reference cases", rows.len() - wrong.len(), rows.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn real_files_are_read_as_the_reference_reader_reads_them() {
    let Some(rows) = shared::rows("bench/fetch/robots/real_oracle.jsonl") else { return };
    let (mut n, mut too_free, mut too_strict) = (0, Vec::new(), Vec::new());
    for row in &rows {
        let text = row["robots_txt"].as_str().map(|text| text.as_bytes().to_vec());
        let text = text.unwrap_or_else(|| shared::base64(&row["robots_b64"]));
        for case in row["cases"].as_array().unwrap() {
            let (agent, url) = (case["agent"].as_str().unwrap(), case["url"].as_str().unwrap());
            let (ours, theirs) = (allowed(&text, agent, url), case["allowed"] == true);
            n += 1;
            if ours != theirs {
                let list = if ours { &mut too_free } else { &mut too_strict };
                list.push(format!("{} {agent} {url}", row["name"]));
            }
        }
    }
    let wrong = too_free.len() + too_strict.len();
    println!("robots: {} of {n} answers for real files", n - wrong);
    // Strict where a pattern escapes what needs no escape: RFC 9309 section 2.2.2 has it refuse the plain form too.
    assert!(too_free.is_empty(), "allowed, but should not be: {too_free:#?}");
    assert!(wrong * 1000 <= n, "refused, but should not be: {too_strict:#?}");
}
