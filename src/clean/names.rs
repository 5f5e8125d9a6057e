//! What the elements of a page are called and how they are styled: class and id read by the lists of names.toml.
//!
//! In: the tree. Out: one [`Mark`] a node: which classes of names the element itself has, and whether it or what is
//! around it is hidden.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::dom::{Attr, Dom, Kind, Tag};

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
    let parts = AhoCorasick::new(parts).expect("a few hundred short patterns always build");
    Names { words, parts, part_bits }
});

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
    let mut cache: FxHashMap<String, u32> = FxHashMap::default();
    let mut name = String::new();
    for id in dom.within(super::dom::ROOT) {
        let node = dom.node(id);
        if node.kind != Kind::Element {
            continue;
        }
        name.clear();
        let above = marks.get(node.parent as usize).copied().unwrap_or_default();
        let mut mark = Mark {
            hidden: above.hidden,
            faint: above.faint,
            blank: above.blank,
            ..Mark::default()
        };
        for (attr, value) in dom.attrs(id) {
            match attr {
                Attr::Class | Attr::Id => {
                    name.push_str(value);
                    name.push(' ');
                }
                Attr::Style => style(value, &mut mark),
                Attr::Hidden => mark.hidden = true,
                Attr::AriaHidden => mark.faint |= &**value == "true",
                _ => {}
            }
        }
        mark.look = look(node.tag, dom.attr(id, Attr::Class).unwrap_or(""));
        if !name.is_empty() {
            mark.bits = match cache.get(name.as_str()) {
                Some(&bits) => bits,
                None => {
                    let bits = classes(&name);
                    cache.insert(name.clone(), bits);
                    bits
                }
            };
        }
        marks[id as usize] = mark;
    }
    marks
}

fn look(tag: Tag, class: &str) -> u32 {
    // FNV-1a: stable, and good enough to tell a few hundred looks of one page apart.
    let mut hash = 0x811c_9dc5_u32 ^ tag as u32;
    // Numbers are left out of the look, since post-1 and post-2 look alike.
    for byte in class.bytes().filter(|b| !b.is_ascii_digit()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

fn style(value: &str, mark: &mut Mark) {
    let mut lower: String = value.chars().filter(|c| !c.is_whitespace()).take(400).collect();
    lower.make_ascii_lowercase();
    mark.hidden |= lower.contains("display:none");
    mark.blank |= lower.contains("visibility:hidden");
    mark.blank &= !lower.contains("visibility:visible");
    mark.faint |= lower.contains("visibility:hidden") || lower.contains("opacity:0;");
    mark.bold |= ["bold", "weight:7", "weight:6", "weight:8", "weight:9"]
        .iter()
        .any(|w| lower.contains("font") && lower.contains(w));
}

/// The classes of names in a class and id.
fn classes(name: &str) -> u32 {
    let names = &*NAMES;
    let lower = name.to_ascii_lowercase();
    let mut bits = 0;
    for found in names.parts.find_overlapping_iter(&lower) {
        bits |= names.part_bits[found.pattern().as_usize()];
    }
    let mut word = String::new();
    let mut small = false;
    for c in name.chars().chain([' ']) {
        let cut = !c.is_alphanumeric() && c != '_' || c.is_uppercase() && small || c == '_';
        if cut {
            bits |= names.words.get(word.as_str()).copied().unwrap_or(0);
            word.clear();
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    bits | names.words.get(lower.trim()).copied().unwrap_or(0)
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
                }
            }
        }
    }

    #[test]
    fn names_are_cut_into_words() {
        let bit = |class: &str| {
            1 << file().name.iter().position(|e| e.class == class).expect("a class of the file")
        };
        assert_ne!(classes("mainNavBar") & bit("nav"), 0);
        assert_ne!(classes("TRS_Editor") & bit("content"), 0);
        assert_ne!(classes("comment-12") & bit("comment"), 0);
        assert_eq!(classes("xyz"), 0);
    }
}
