//! The store as a whole: what is committed is there, what is not is gone.

use super::*;
use jiff::Timestamp;

fn exchange(url: &str, body: &str) -> Exchange {
    Exchange {
        url: url.to_owned(),
        at: Timestamp::from_second(1_704_955_576).unwrap(),
        ip: None,
        protocol: "http/1.1",
        request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        status: 200,
        reason: "OK".to_owned(),
        headers: vec![("content-type".to_owned(), b"text/html".to_vec())],
        body: body.as_bytes().to_vec(),
        truncated: None,
    }
}

fn page(id: AddressId, body: &str) -> Change {
    let address = format!("http://a.example/{id}.html");
    let mut url = Url::new(id, "a", &address, REPORT);
    (url.fetch, url.outcome) = (1, Some(Outcome::Fetched));
    Change::Url {
        url: Box::new(url),
        packed: Some(pack(&exchange(&address, body), None)),
        is_body: true,
    }
}

fn open(dir: &Path) -> Store {
    Store::open(dir, "test: yes\r\n".to_owned()).unwrap()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir.join("raw"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_committed_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.commit(vec![page(1, "one"), page(2, "two")]).unwrap();
    let before = store.snapshot(["a"]).unwrap();
    drop(store);
    // The next group was half appended when the process was killed.
    let open_file = dir.path().join("raw/00000001.warc.gz.open");
    let mut torn = fs::read(&open_file).unwrap();
    let whole = torn.len();
    torn.extend_from_slice(&torn.clone()[..100]);
    fs::write(&open_file, &torn).unwrap();
    fs::write(dir.path().join("raw/00000002.warc.gz.open"), b"junk").unwrap();
    let mut store = open(dir.path());
    assert_eq!(store.n_cut_bytes(), 104);
    assert_eq!(fs::read(&open_file).unwrap().len(), whole);
    assert_eq!(store.snapshot(["a"]).unwrap(), before);
    store.commit(vec![page(3, "three")]).unwrap();
    store.seal().unwrap();
    let report = fsck::check(&store).unwrap();
    assert_eq!((report.n_records, report.problems), (6, Vec::<String>::new()));
    assert!(names(dir.path()).iter().any(|n| n.ends_with(".cdxj")));
}

#[test]
fn a_reader_sees_what_is_committed_beside_a_writer_and_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.commit(vec![page(1, "one"), page(2, "two")]).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    let before = store.snapshot(["a"]).unwrap();
    assert_eq!(reader.snapshot(["a"]).unwrap(), before);
    store.commit(vec![page(1, "other")]).unwrap();
    assert_eq!(reader.snapshot(["a"]).unwrap(), before, "it stays at the state it was opened at");
    // The files as a kill would leave them: the log not yet brought into the index.
    let killed = tempfile::tempdir().unwrap();
    fs::create_dir(killed.path().join("raw")).unwrap();
    for name in ["state.sqlite", "state.sqlite-wal", "raw/00000001.warc.gz.open"] {
        fs::copy(dir.path().join(name), killed.path().join(name)).unwrap();
    }
    let after = Reader::open(killed.path()).unwrap().snapshot(["a"]).unwrap();
    assert_eq!(after.id, store.snapshot(["a"]).unwrap().id);
    // A page that was found in a segment since sealed is read all the same.
    store.seal().unwrap();
    assert!(before.pages[1].stored.read().is_ok());
    assert!(matches!(Reader::open(&dir.path().join("no")), Err(Error::Missing { .. })));
}

#[test]
fn sealing_that_was_interrupted_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.commit(vec![page(1, "one")]).unwrap();
    let before = store.snapshot(["a"]).unwrap();
    store.seal().unwrap();
    store
        .index
        .execute("UPDATE segment SET sealed = 0, name = '00000001.warc.gz.open'", [])
        .unwrap();
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.snapshot(["a"]).unwrap().id, before.id);
    assert!(fsck::check(&store).unwrap().problems.is_empty());
}

#[test]
fn a_store_has_one_writer() {
    let dir = tempfile::tempdir().unwrap();
    let _store = open(dir.path());
    assert!(matches!(Store::open(dir.path(), String::new()), Err(Error::Locked { .. })));
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).index.execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(Store::open(dir.path(), String::new()), Err(Error::Newer { found: 99, .. })));
}

#[test]
fn the_name_of_a_snapshot_depends_on_pages_alone() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut a = open(one.path());
    a.commit(vec![page(1, "one"), page(2, "two")]).unwrap();
    let mut b = open(two.path());
    b.commit(vec![page(2, "two")]).unwrap();
    b.seal().unwrap();
    b.commit(vec![page(1, "one")]).unwrap();
    let id = a.snapshot(["a"]).unwrap().id;
    assert_eq!(id, b.snapshot(["a"]).unwrap().id);
    b.commit(vec![page(1, "other")]).unwrap();
    assert_ne!(id, b.snapshot(["a"]).unwrap().id);
}

#[test]
fn damage_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.commit(vec![page(1, "one")]).unwrap();
    store.seal().unwrap();
    let name = names(dir.path()).into_iter().find(|n| n.ends_with(".warc.gz")).unwrap();
    let path = dir.path().join("raw").join(name);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() * 2 / 3;
    bytes[middle] ^= 0x55;
    fs::write(&path, bytes).unwrap();
    assert!(!fsck::check(&store).unwrap().problems.is_empty());
}

#[test]
fn a_group_that_can_not_be_written_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.commit(vec![page(1, "one")]).unwrap();
    let before = store.snapshot(["a"]).unwrap();
    // Two addresses with the same name: the transaction fails after the records were appended.
    let mut twin = page(9, "nine");
    if let Change::Url { url, .. } = &mut twin {
        url.url = "http://a.example/1.html".to_owned();
    }
    assert!(store.commit(vec![page(2, "two"), twin]).is_err());
    assert_eq!(store.snapshot(["a"]).unwrap(), before);
    store.commit(vec![page(3, "three")]).unwrap();
    assert!(fsck::check(&store).unwrap().problems.is_empty());
}
