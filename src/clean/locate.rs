//! Elements → CSS selectors that find them again, in browsers and in `scraper`.
//!
//! A selector starts at the nearest element with an id that no other element of the page has, else at the root, and
//! steps down by `tag:nth-of-type(n)`, or `tag` where there is one alone. Elements whose names a type selector cannot name plainly (`o:p`, elements of
//! pictures) are stepped to by `:nth-child(n)`.

use html5ever::{LocalName, QualName, ns};
use rustc_hash::FxHashMap;

use super::dom::{Attr, Dom, Id, Kind, NIL, ROOT, Tag};

/// Elements nested deeper are located by the one around them at this depth: selectors of a page that nests without end
/// would need more memory than the page.
const DEPTH_MAX: usize = 128;

/// The place of an element that has no sibling of its name.
const ALONE: u32 = 0;

/// Makes selectors for one page.
pub(super) struct Locations<'a> {
    dom: &'a Dom,
    /// For each element its place among siblings of its name, [`ALONE`] if it is the only one, and among all.
    places: Vec<(u32, u32)>,
    /// Whether an element is the only one with its id, and the id can stand in a selector as it is.
    unique: Vec<bool>,
    /// The way to the last element, from the top, and where each step ends in `text`.
    path: Vec<(Id, usize)>,
    /// The selector of the last element.
    text: String,
}

impl<'a> Locations<'a> {
    /// Looks a page over once.
    pub(super) fn of(dom: &'a Dom) -> Self {
        let mut ids: FxHashMap<&str, u32> = FxHashMap::default();
        let mut named: Vec<(Id, &str)> = Vec::new();
        let mut places = vec![(0, 0); dom.len()];
        // Children by name: of names that have a tag under the parent that was counted last, of others in a map.
        let mut by_tag = [(NIL, 0u32); Tag::Other as usize];
        let mut by_name: FxHashMap<&LocalName, u32> = FxHashMap::default();
        for parent in dom.within(ROOT) {
            if dom.node(parent).kind == Kind::Text {
                continue;
            }
            if let Some(id) = dom.attr(parent, Attr::Id) {
                *ids.entry(id).or_default() += 1;
                named.push((parent, id));
            }
            by_name.clear();
            let mut n = 0;
            for child in dom.children(parent) {
                if let Some(name) = dom.name(child) {
                    let same = match by_tag.get_mut(dom.tag(child) as usize) {
                        Some((of, same)) => {
                            *same = if *of == parent { *same } else { 0 };
                            *of = parent;
                            same
                        }
                        None => by_name.entry(&name.local).or_default(),
                    };
                    *same += 1;
                    n += 1;
                    places[child as usize] = (*same, n);
                }
            }
            for child in dom.children(parent) {
                let place = &mut places[child as usize].0;
                let alone = |name: &QualName| match by_tag.get(dom.tag(child) as usize) {
                    Some((_, same)) => *same == 1,
                    None => by_name.get(&name.local) == Some(&1),
                };
                if *place == 1 && dom.name(child).is_some_and(alone) {
                    *place = ALONE;
                }
            }
        }
        let mut unique = vec![false; dom.len()];
        for (element, id) in named {
            unique[element as usize] = is_plain_id(id) && ids.get(id) == Some(&1);
        }
        Self { dom, places, unique, path: Vec::new(), text: String::new() }
    }

    /// The selector of an element. What the way to it has in common with that to the last one asked for is not made
    /// again: blocks are asked for in reading order.
    pub(super) fn selector(&mut self, element: Id) -> String {
        let depth = self.dom.up(element).count();
        let element = self.dom.up(element).nth(depth.saturating_sub(DEPTH_MAX)).unwrap_or(element);
        let mut steps: Vec<Id> = Vec::with_capacity(depth.min(DEPTH_MAX));
        for id in self.dom.up(element) {
            if self.dom.node(id).kind != Kind::Element {
                break;
            }
            steps.push(id);
            if self.unique[id as usize] {
                break;
            }
        }
        steps.reverse();
        let same = steps.iter().zip(&self.path).take_while(|(id, (last, _))| *id == last).count();
        self.path.truncate(same);
        self.text.truncate(self.path.last().map_or(0, |(_, end)| *end));
        for &id in &steps[same..] {
            self.step(id);
            self.path.push((id, self.text.len()));
        }
        if self.text.is_empty() { ":root".to_owned() } else { self.text.clone() }
    }

    /// Appends the step to an element.
    fn step(&mut self, id: Id) {
        let (dom, out) = (self.dom, &mut self.text);
        if self.unique[id as usize] {
            out.push('#');
            out.push_str(dom.attr(id, Attr::Id).unwrap_or_default());
            return;
        }
        if !out.is_empty() {
            out.push_str(" > ");
        }
        let Some(name) = dom.name(id) else { return };
        let (of_type, of_all) = self.places[id as usize];
        let local: &str = &name.local;
        let plain = name.ns == ns!(html)
            && local.starts_with(|c: char| c.is_ascii_lowercase())
            && local.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        out.push_str(if plain { local } else { "" });
        if !plain || of_type != ALONE {
            out.push_str(if plain { ":nth-of-type(" } else { ":nth-child(" });
            push_number(if plain { of_type } else { of_all }, out);
            out.push(')');
        }
    }
}

/// Whether an id can stand in a selector without escapes.
fn is_plain_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn push_number(n: u32, out: &mut String) {
    match u8::try_from(n) {
        Ok(n @ 0..10) => out.push(char::from(b'0' + n)),
        _ => out.push_str(&n.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::dom::{self, Tag};
    use super::*;

    /// Every element of the page is found again as the same one, by order.
    fn check(source: &str) {
        let dom = dom::parse(source, 512, 100_000, true);
        let html = scraper::Html::parse_document(source);
        let ours: Vec<Id> =
            dom.within(ROOT).filter(|&id| dom.node(id).kind == Kind::Element).collect();
        let theirs: Vec<_> = html.tree.nodes().filter_map(scraper::ElementRef::wrap).collect();
        let theirs: Vec<_> = {
            let mut order: Vec<_> =
                html.root_element().descendants().filter_map(scraper::ElementRef::wrap).collect();
            assert!(order.len() <= theirs.len());
            std::mem::take(&mut order)
        };
        assert_eq!(ours.len(), theirs.len());
        let mut locations = Locations::of(&dom);
        for (id, element) in ours.into_iter().zip(theirs) {
            let path = locations.selector(id);
            let selector = scraper::Selector::parse(&path).expect("a valid selector");
            let found: Vec<_> = html.select(&selector).collect();
            assert_eq!(found.len(), 1, "{path}");
            assert_eq!(found[0].id(), element.id(), "{path}");
            assert!(
                dom.tag(id) == Tag::Other
                    || element.value().name() == &*dom.name(id).expect("an element").local
            );
        }
    }

    #[test]
    fn selectors_of_deep_elements_stay_short() {
        let dom = dom::parse(&"<div>".repeat(500), 512, 100_000, true);
        let last = dom.within(ROOT).last().expect("there are nodes");
        assert!(Locations::of(&dom).selector(last).len() < DEPTH_MAX * 24);
    }

    #[test]
    fn selectors_find_their_elements() {
        check("<div><p>甲<p>乙<b id=x>丙</b></div><div id=x><o:p>丁</o:p><p id='1a'>戊</p></div>");
        check("<table><tr><td>甲<td id=cell><p>乙</table>丙<svg><linearGradient/><a>x</a></svg>");
        check("甲<p>乙<table><p>丙</table><form id=f><ul><li>一<li>二</form>");
    }
}
