//! A source's own rules: CSS selectors of what is content and what never is, found in the tree.
//!
//! The selectors are `scraper`'s. Only where a source has rules is the page parsed a second time, by `scraper`, and
//! what matches there is found here by its place among all elements: same parser, same elements, same order.

use scraper::{ElementRef, Html, Selector};

use super::Options;
use super::dom::{self, Dom, Id, Kind, NIL, ROOT};

/// What the rules select, for every node: whether it is in a selected element.
#[derive(Debug, Default)]
pub(super) struct Selected {
    /// In the content, if a selector of content matches at all.
    pub(super) content: Option<Vec<bool>>,
    /// In what is dropped.
    pub(super) drop: Option<Vec<bool>>,
}

/// Finds what the rules select. Selectors that cannot be parsed match nothing; the configuration refuses them.
pub(super) fn select(dom: &Dom, source: &str, options: &Options) -> Selected {
    if options.content.is_empty() && options.drop.is_empty() {
        return Selected::default();
    }
    let html = Html::parse_document(&dom::tame(source));
    let theirs: Vec<_> = html
        .root_element()
        .descendants()
        .filter(|n| n.value().is_element())
        .map(|n| n.id())
        .collect();
    let ours: Vec<Id> = dom.within(ROOT).filter(|&id| dom.node(id).kind == Kind::Element).collect();
    let find = |selector: &String| -> Vec<Id> {
        let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
        theirs
            .iter()
            .zip(&ours)
            .filter(|(theirs, _)| {
                html.tree
                    .get(**theirs)
                    .and_then(ElementRef::wrap)
                    .is_some_and(|e| selector.matches(&e))
            })
            .map(|(_, &ours)| ours)
            .collect()
    };
    let content = options.content.iter().map(find).find(|found| !found.is_empty());
    let drop: Vec<Id> = options.drop.iter().flat_map(find).collect();
    Selected {
        content: content.map(|found| below(dom, &found)),
        drop: (!drop.is_empty()).then(|| below(dom, &drop)),
    }
}

/// For every node whether it is one of these or below one.
fn below(dom: &Dom, tops: &[Id]) -> Vec<bool> {
    let mut inside = vec![false; dom.len()];
    for &id in tops {
        inside[id as usize] = true;
    }
    for id in dom.within(ROOT) {
        let parent = dom.node(id).parent;
        if parent != NIL && inside[parent as usize] {
            inside[id as usize] = true;
        }
    }
    inside
}
