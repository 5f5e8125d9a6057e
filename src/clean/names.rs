//! What the elements of a page are called and how they are styled: class and id read by the lists of names.toml.
//!
//! In: the tree. Out: one [`Mark`] a node: which classes of names the element itself has, and whether it or what is
//! around it is hidden.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::dom::{Attr, Dom, Kind};

/// Number of classes in names.toml.
pub(super) const N_NAMES: usize = 18;

#[derive(Deserialize)]
struct File {
    name: Vec<Entry>,
}

#[derive(Deserialize)]
#[cfg_attr(not(test), expect(dead_code, reason = "reasons are for readers, and for the test"))]
struct Entry {
    class: String,
    reason: String,
    words: Vec<String>,
    parts: Vec<String>,
}

struct Names {
    words: FxHashMap<String, u32>,
    parts: AhoCorasick,
    part_bits: Vec<u32>,
}

fn file() -> File {
    toml::from_str(include_str!("rules/names.toml")).expect("names.toml is checked by a test")
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut words: FxHashMap<String, u32> = FxHashMap::default();
    let (mut parts, mut part_bits) = (Vec::new(), Vec::new());
    for (n, entry) in file().name.into_iter().enumerate() {
        for word in entry.words {
            *words.entry(word).or_default() |= 1 << n;
        }
        for part in entry.parts {
            parts.push(part);
            part_bits.push(1 << n);
        }
    }
    let parts = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(parts)
        .expect("a few hundred short patterns always build");
    Names { words, parts, part_bits }
});

/// Builds the table that is otherwise built when first needed.
pub(super) fn prepare() {
    LazyLock::force(&NAMES);
}

/// What is known of an element by its attributes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    /// Bit n: class n of names.toml.
    pub(super) bits: u32,
    /// A hash of tag and class: the same for siblings that look alike.
    pub(super) look: u32,
    /// The element or one around it is not displayed.
    pub(super) hidden: bool,
    /// Not seen at first, or not by a screen reader: visibility:hidden, aria-hidden.
    pub(super) faint: bool,
    /// Styled visibility:hidden, or around it: it keeps its place and shows nothing.
    pub(super) blank: bool,
    /// Set in bold by style.
    pub(super) bold: bool,
}

/// Marks every node; in document order, since hiding is inherited.
pub(super) fn mark(dom: &Dom) -> Vec<Mark> {
    let mut marks = vec![Mark::default(); dom.len()];
    let mut cache: FxHashMap<&str, Read> = FxHashMap::default();
    let mut styles: FxHashMap<&str, Style> = FxHashMap::default();
    for id in dom.within(super::dom::ROOT) {
        let node = dom.node(id);
        if node.kind != Kind::Element {
            continue;
        }
        let above = marks.get(node.parent as usize).copied().unwrap_or_default();
        let (mut n_named, mut whole, mut class) = (0, 0, FNV_OFFSET);
        let mut mark = Mark {
            hidden: above.hidden,
            faint: above.faint,
            blank: above.blank,
            ..Mark::default()
        };
        for (attr, value) in dom.attrs(id) {
            match attr {
                Attr::Class | Attr::Id => {
                    let read = *cache.entry(value).or_insert_with(|| Read::of(value));
                    mark.bits |= read.parts;
                    whole |= read.whole;
                    n_named += u32::from(!read.blank);
                    if *attr == Attr::Class {
                        class = read.look;
                    }
                }
                Attr::Style => {
                    let style = *styles.entry(value).or_insert_with(|| Style::of(value));
                    mark.hidden |= style.hidden;
                    mark.blank = (mark.blank || style.blank) && !style.visible;
                    mark.faint |= style.faint;
                    mark.bold |= style.bold;
                }
                Attr::Hidden => mark.hidden = true,
                Attr::AriaHidden => mark.faint |= &**value == "true",
                _ => {}
            }
        }
        mark.look = (class ^ node.tag as u32).wrapping_mul(FNV_PRIME);
        if n_named == 1 {
            mark.bits |= whole;
        }
        marks[id as usize] = mark;
    }
    marks
}

// FNV-1a: stable, and good enough to tell a few hundred looks of one page apart.
const FNV_OFFSET: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

/// A hash of a class. Numbers are left out, since post-1 and post-2 look alike.
fn look(class: &str) -> u32 {
    let bytes = class.bytes().filter(|b| !b.is_ascii_digit());
    bytes.fold(FNV_OFFSET, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(FNV_PRIME))
}

/// What a style says of how an element is shown.
#[derive(Debug, Clone, Copy)]
struct Style {
    hidden: bool,
    blank: bool,
    visible: bool,
    faint: bool,
    bold: bool,
}

impl Style {
    fn of(value: &str) -> Self {
        let mut lower: String = value.chars().filter(|c| !c.is_whitespace()).take(400).collect();
        lower.make_ascii_lowercase();
        let has = |what: &str| lower.contains(what);
        let blank = has("visibility:hidden");
        let bold = ["bold", "weight:7", "weight:6", "weight:8", "weight:9"];
        Self {
            hidden: has("display:none"),
            blank,
            visible: has("visibility:visible"),
            faint: blank || has("opacity:0;"),
            bold: has("font") && bold.iter().any(|w| has(w)),
        }
    }
}

/// The classes of names in a class or an id.
#[derive(Debug, Clone, Copy)]
struct Read {
    /// By its parts and words.
    parts: u32,
    /// By itself, which counts where it is all that the element is called.
    whole: u32,
    blank: bool,
    /// A hash by which classes that look alike are known.
    look: u32,
}

impl Read {
    fn of(name: &str) -> Self {
        let names = &*NAMES;
        let lower = name.to_ascii_lowercase();
        let mut parts = 0;
        for found in names.parts.find_overlapping_iter(&lower) {
            parts |= names.part_bits[found.pattern().as_usize()];
        }
        let mut word = String::with_capacity(name.len());
        let mut small = false;
        for c in name.chars().chain([' ']) {
            let cut = !c.is_alphanumeric() || c.is_uppercase() && small;
            if cut && !word.is_empty() {
                parts |= names.words.get(word.as_str()).copied().unwrap_or(0);
                word.clear();
            }
            if c.is_ascii_alphabetic() {
                word.push(c.to_ascii_lowercase());
            } else if c.is_alphabetic() {
                word.extend(c.to_lowercase());
            }
            small = c.is_lowercase();
        }
        let trimmed = lower.trim();
        let whole = names.words.get(trimmed).copied().unwrap_or(0);
        Self { parts, whole, blank: trimmed.is_empty(), look: look(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_each_name_once_a_class() {
        let file = file();
        assert_eq!(file.name.len(), N_NAMES);
        for entry in &file.name {
            assert!(!entry.reason.is_empty());
            for list in [&entry.words, &entry.parts] {
                for (n, word) in list.iter().enumerate() {
                    assert!(!list[..n].contains(word), "{} twice in {}", word, entry.class);
                    assert_eq!(*word, word.to_lowercase());
                    assert!(!word.is_empty() && !word.contains(' '));
                }
            }
        }
    }

    #[test]
    fn names_are_cut_into_words() {
        let bit = |class: &str| {
            1 << file().name.iter().position(|e| e.class == class).expect("a class of the file")
        };
        let classes = |name| Read::of(name).parts;
        assert_ne!(classes("mainNavBar") & bit("nav"), 0);
        assert_ne!(classes("TRS_Editor") & bit("content"), 0);
        assert_ne!(classes("comment-12") & bit("comment"), 0);
        assert_eq!(classes("xyz"), 0);
    }
}
