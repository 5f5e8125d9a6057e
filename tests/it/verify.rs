//! `baogao verify`: a finished run is what it says, and a changed one is caught.

use crate::support::Folder;
use std::fs;

#[test]
fn a_fresh_run_verifies_with_and_without_its_inputs() {
    let folder = Folder::with_samples();
    folder.run_samples();
    folder.baogao(&["verify", "out/latest"]).exits(0);
    folder.baogao(&["verify", "out/latest", "--input", "pages"]).exits(0);
}

#[test]
fn one_changed_byte_in_any_file_is_found() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    for entry in fs::read_dir(&run).expect("the run") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("UTF-8").to_owned();
        if path.is_dir() || name == "run.json" {
            continue;
        }
        let sound = fs::read(&path).expect("a file");
        let mut damaged = sound.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(&path, damaged).expect("a file");
        let ran = folder.baogao(&["verify", "out/latest"]).exits(1);
        assert!(ran.stdout.contains(&name), "{name}: {}", ran.stdout);
        fs::write(&path, sound).expect("a file");
    }
    folder.baogao(&["verify", "out/latest"]).exits(0);
}

#[test]
fn a_missing_file_and_a_changed_input_are_found() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    folder.write("pages/cppcc_review.txt", "别的内容");
    let ran = folder.baogao(&["verify", "out/latest", "--input", "pages"]).exits(1);
    assert!(ran.stdout.contains("cppcc_review.txt"), "{}", ran.stdout);
    folder.baogao(&["verify", "out/latest"]).exits(0);
    fs::remove_file(run.join("sections.parquet")).expect("removed");
    let ran = folder.baogao(&["verify", "out/latest"]).exits(1);
    assert!(ran.stdout.contains("sections"), "{}", ran.stdout);
}

#[test]
fn what_is_no_run_is_wrong_usage() {
    let folder = Folder::empty();
    folder.baogao(&["verify", "nowhere"]).exits(2);
    fs::create_dir(folder.path("folder")).expect("a folder");
    folder.baogao(&["verify", "folder"]).exits(2);
}
