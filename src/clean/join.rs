//! The blocks of an article's further pages → behind those of its first page.
//!
//! Every page is taken apart by itself, since each has its own menus, title and footer. The head of the article, its
//! title, dates and people, is that of the first page: what a further page repeats of it is labelled so and stays a
//! dropped block, and a title that the first page does not have is a heading of the text that goes on.

use super::{Block, Blocks, Hints, Role};
use crate::provenance::Locator;
use crate::warning::warn;

/// Adds the blocks of the n-th further page of an article, counted from 1.
pub fn join(article: &mut Blocks, n: u32, part: Blocks) {
    let n_before = article.blocks.len();
    let titles = titles(article);
    let last_kept = article.blocks.iter().rposition(|b| b.role.is_body());
    article.blocks.extend(part.blocks.into_iter().map(|mut block| {
        relabel(&mut block, &titles);
        block.locator = Locator::Part { n, inside: Box::new(block.locator) };
        block
    }));
    article.images.extend(part.images.into_iter().map(|mut image| {
        image.block = image.block.map(|b| b + n_before).or(last_kept);
        image
    }));
    article.confidence = article.confidence.min(part.confidence);
    for warning in part.decoded.warnings {
        warn(&mut article.decoded.warnings, warning);
    }
}

/// What the first page is called, in every way that it says.
fn titles(article: &Blocks) -> Vec<String> {
    let Hints { html_title, h1, .. } = &article.hints;
    let printed = article
        .blocks
        .iter()
        .filter(|b| matches!(b.role, Role::Title | Role::Subtitle | Role::Kicker))
        .map(|b| &b.text);
    let mut titles: Vec<String> = printed
        .chain(html_title)
        .chain(h1)
        .map(|t| squeezed(t))
        .filter(|t| !t.is_empty())
        .collect();
    titles.sort_unstable();
    titles.dedup();
    titles
}

/// Gives a block of the head of a further page the role that it has in the whole article.
fn relabel(block: &mut Block, titles: &[String]) {
    let repeats = || {
        let text = squeezed(&block.text);
        titles.iter().any(|title| title.contains(&text) || *title == text)
    };
    match block.role {
        Role::Title | Role::Heading if repeats() => {
            (block.role, block.reason) = (Role::Other, "head_of_a_part");
        }
        Role::Title => (block.role, block.reason) = (Role::Heading, "title_of_a_part"),
        Role::Subtitle | Role::Kicker | Role::Meta => {
            (block.role, block.reason) = (Role::Other, "head_of_a_part");
        }
        _ => return,
    }
    if block.role != Role::Heading {
        block.level = None;
    }
}

/// A title without blanks and the number of its page: 年度报告（2） and 年度报告 - 第2页 are 年度报告.
fn squeezed(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mark = |c: char| "()（）[]【】-—_/".contains(c);
    let bare = text.trim_end_matches(|c: char| mark(c) || "第页".contains(c) || c.is_ascii_digit());
    // Only what is set off as the number of a page is one: a title may end in a year.
    let numbered = text[bare.len()..].starts_with(|c: char| mark(c) || c == '第');
    if numbered && !bare.is_empty() { bare.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_page_is_no_part_of_its_title() {
        for text in ["年度报告（2）", "年度报告 - 第2页", "年度报告[2]", "年度 报告_2"]
        {
            assert_eq!(squeezed(text), "年度报告", "{text}");
        }
        assert_eq!(squeezed("关于2024"), "关于2024");
        assert_eq!(squeezed("第2页"), "第2页");
    }
}
