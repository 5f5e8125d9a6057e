//! Web archives of other tools, sound and broken: every record that another reader finds, and the same content.

use crate::shared;
use baogao::ingest::warc;
use baogao::reject::Reason;
use std::io::BufReader;

#[test]
fn every_record_of_every_archive() {
    let Some(archives) = shared::rows("bench/fetch/warc/manifest.jsonl") else { return };
    // Of the sound and of the damaged archives: how many, records expected, records read.
    let mut totals = [[0; 3]; 2];
    for row in &archives {
        let name = row["file"].as_str().unwrap();
        let Some(path) = shared::path(&format!("bench/fetch/{name}")) else { continue };
        let file = BufReader::new(std::fs::File::open(&path).unwrap());
        let found: Vec<_> = warc::records(file, 1 << 24).unwrap().collect();
        let (sound, broken): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
        let kinds: Vec<String> = sound.into_iter().map(|r| r.unwrap().kind).collect();
        let expected: Vec<&str> = row["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["type"].as_str().unwrap())
            .collect();
        let broken: Vec<_> = broken.into_iter().map(|b| b.unwrap_err().why).collect();
        println!("{name}: {} of {} records; {broken:?}", kinds.len(), expected.len());
        let damaged = row["digests"]["fail"] != 0 || !row["error"].is_null();
        let total = &mut totals[usize::from(damaged)];
        let pages: Vec<_> = warc::pages(&path, name, "archives", 1 << 24).unwrap().collect();
        let n_lost = pages
            .iter()
            .filter_map(|p| p.as_ref().err())
            .filter(|u| u.reject.reason == Reason::Undecodable)
            .count();
        // A record with a wrong length whose content is all there is none that is lost.
        let n_read = kinds.len() + broken.len().saturating_sub(n_lost);
        for (sum, n) in total.iter_mut().zip([1, expected.len(), n_read]) {
            *sum += n;
        }
        assert!(damaged || n_read >= expected.len(), "{name}: {n_read} of {}", expected.len());
        assert!(row["digests"]["fail"] == 0 || n_lost > 0, "{name}: a broken record is a reject");
        assert!(kinds.len() + broken.len() >= expected.len(), "{name}: {kinds:?} for {expected:?}");
        if !damaged && broken.is_empty() {
            assert_eq!(kinds[..expected.len()], expected[..], "{name}");
        }
        for page in &pages {
            match page {
                Ok(page) => println!(
                    "  {} {} bytes {:?}",
                    page.info.source,
                    page.bytes.len(),
                    page.info.media_type
                ),
                Err(unreadable) => println!("  {} {}", unreadable.source, unreadable.reject),
            }
        }
        for record in row["records"].as_array().unwrap() {
            let len = record["payload_len"].as_u64().unwrap();
            // Chunks that don't add up are read differently by every reader.
            if damaged
                || name.contains("bad_http_chunked")
                || record["type"] != "response"
                || len == 0
            {
                continue;
            }
            let uri = record["uri"].as_str().unwrap();
            let of_uri = |source: &str| {
                source == uri || source.trim_matches(['<', '>']) == uri.trim_matches(['<', '>'])
            };
            let same = pages.iter().any(|p| match p {
                Ok(page) => of_uri(&page.info.source) && page.bytes.len() as u64 == len,
                Err(unreadable) => of_uri(&unreadable.source),
            });
            assert!(same, "{name}: {uri} with {len} bytes");
        }
    }
    for ([n, expected, found], what) in totals.into_iter().zip(["sound", "damaged"]) {
        println!("{n} {what} archives: {found} records for {expected} of warcio");
    }
}

#[test]
fn an_archive_that_is_packed_in_another_way_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.warc.zst");
    for head in [&b"\x28\xB5\x2F\xFDmore"[..], b"\x5D\x2A\x4D\x18more"] {
        std::fs::write(&path, head).unwrap();
        let found: Vec<_> = warc::pages(&path, "a.warc.zst", "a", 1000).unwrap().collect();
        let [Err(unreadable)] = found.as_slice() else { panic!("one reject: {found:?}") };
        assert!(unreadable.reject.message.contains("zstd -d"), "{}", unreadable.reject.message);
    }
}
