//! HTML → blocks: the stages of cleaning one page, in their order.
//!
//! Parse into an arena, cut into pieces, look each over, choose the main content, name the roles, make the blocks. All
//! visible text of the page becomes a block; what scripts, styles and other elements without visible text hold does
//! not, except an article body in ld+json where the page shows none.

use super::choose::{self, Choice};
use super::dom::{self, Attr, Dom, Id, ROOT, Tag};
use super::features::Page;
use super::hints;
use super::locate::Locations;
use super::pieces;
use super::roles::{self, Verdict};
use super::selectors::{self, Selected};
use super::{Block, Blocks, Image, Options, Role, doubt, names};
use crate::decode::Text;
use crate::decode::normalise::{self, Marks, Mends};
use crate::provenance::Locator;
use crate::reject::Reject;
use crate::warning::{Warning, warn};

/// Confidence below which a document is marked as doubtful: cross-validated, the pages below it have about half their
/// text right.
const CONFIDENCE_LOW: f32 = 0.6;

/// Takes an HTML page apart; with `given` in place of the models' probabilities, to judge models not yet written down.
///
/// # Errors
/// A reject for a page without prose.
pub(super) fn clean(
    text: Text,
    options: &Options,
    given: Option<&[f32]>,
) -> Result<Blocks, Reject> {
    let mut decoded = text.decoded;
    let mut dom = dom::parse(&text.text, options.depth_max, options.nodes_max, true);
    let mut marks = names::mark(&dom);
    let mut pieces = pieces::cut(&dom, &marks);
    if pieces.is_bare() && dom.has(Tag::Noscript) {
        // Everything that the page shows without scripts stands in noscript.
        dom = dom::parse(&text.text, options.depth_max, options.nodes_max, false);
        marks = names::mark(&dom);
        pieces = pieces::cut(&dom, &marks);
    }
    let hints = hints::read(&dom);
    let page = Page::read(&dom, &marks, &pieces, hints.html_title.as_deref());
    let mut choice = choose::choose(&page, given);
    let ruled = selectors::select(&dom, &text.text, options);
    apply_rules(&page, &ruled, &mut choice);
    let mut verdicts = roles::roles(&page, &choice);
    name_rules(&page, &ruled, &choice, &mut verdicts);
    if dom.truncated {
        warn(&mut decoded.warnings, Warning::Truncated);
    }
    let mut mends = Mends::default();
    let mut blocks = blocks(&page, &choice, &verdicts, &mut mends);
    let script = doubt::body_from_script(&page, &hints, &choice);
    if ruled.content.is_none() && script.is_none() {
        doubt::reject(&page, &hints, &choice, &verdicts)?;
    }
    let mut confidence = choice.confidence;
    if let Some(body) = script {
        put_script_body(&dom, body, &mut blocks, &mut mends);
        warn(&mut decoded.warnings, Warning::BodyFromScript);
        confidence = 0.7;
    }
    if confidence < CONFIDENCE_LOW {
        warn(&mut decoded.warnings, Warning::LowConfidence);
    }
    mends.warn(&mut decoded.warnings);
    let images = images(&page, &verdicts, &blocks, text.page.url.as_deref());
    Ok(Blocks { page: text.page, decoded, markup: text.markup, hints, blocks, images, confidence })
}

/// Takes what a source's rules say over the choice.
fn apply_rules(page: &Page, ruled: &Selected, choice: &mut Choice) {
    for (n, piece) in page.pieces.list.iter().enumerate() {
        let at = piece.owner as usize;
        if let Some(content) = &ruled.content {
            choice.keep[n] = content[at];
        }
        if ruled.drop.as_ref().is_some_and(|drop| drop[at]) {
            choice.keep[n] = false;
        }
    }
    if ruled.content.is_some() {
        choice.confidence = 1.0;
    }
}

/// Says of the roles which come from a source's rules.
fn name_rules(page: &Page, ruled: &Selected, choice: &Choice, verdicts: &mut [Verdict]) {
    for (n, piece) in page.pieces.list.iter().enumerate() {
        let at = piece.owner as usize;
        if ruled.drop.as_ref().is_some_and(|drop| drop[at]) {
            verdicts[n] = Verdict::new(Role::Other, "rule_drop");
        } else if choice.keep[n] && ruled.content.is_some() && verdicts[n].reason == "model" {
            verdicts[n].reason = "rule_content";
        } else if ruled.content.is_some() && verdicts[n].reason == "model" {
            verdicts[n].reason = "rule_content";
        }
    }
}

/// One block a piece.
fn blocks(page: &Page, choice: &Choice, verdicts: &[Verdict], mends: &mut Mends) -> Vec<Block> {
    let mut locations = Locations::of(page.dom);
    let mut out = Vec::with_capacity(verdicts.len());
    for (n, (piece, verdict)) in page.pieces.list.iter().zip(verdicts).enumerate() {
        let locator = Locator::Css(locations.selector(piece.owner));
        let grid = piece.grid.and_then(|g| page.pieces.grids.get(g as usize));
        let (text, table) = match grid {
            Some(grid) => {
                let (text, table) =
                    grid.block(|t| normalise::text(t, Marks::Keep, mends).into_owned());
                (text, Some(table))
            }
            None => (normalise::text(page.pieces.of(piece), Marks::Keep, mends).into_owned(), None),
        };
        let p = choice.p[n];
        out.push(Block {
            role: verdict.role,
            score: if choice.keep[n] { p } else { 1.0 - p },
            reason: verdict.reason,
            level: verdict.level,
            text,
            locator,
            bold: page.stats[n].bold_share > 0.95,
            table: table.filter(|_| verdict.role == Role::Table),
        });
    }
    out
}

/// Appends the paragraphs of a body that only ld+json has; what the page showed as body is that no more.
fn put_script_body(dom: &Dom, body: &str, blocks: &mut Vec<Block>, mends: &mut Mends) {
    for block in blocks.iter_mut().filter(|b| b.role.is_body()) {
        (block.role, block.reason, block.table) = (Role::Other, "script_body", None);
    }
    let holds = |id: &Id| {
        dom.tag(*id) == Tag::Script
            && dom.children(*id).any(|c| dom.text(c).contains("articleBody"))
    };
    let script = dom.within(ROOT).find(holds).unwrap_or(ROOT);
    let locator = Locator::Css(Locations::of(dom).selector(script));
    for line in body.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty()) {
        let text = normalise::text(line, Marks::Keep, mends).into_owned();
        let mut block = Block::new(Role::Para, "script_body", text, locator.clone());
        block.score = 0.7;
        blocks.push(block);
    }
}

/// The pictures of the main content: those that stand among its paragraphs, in the tree too.
fn images(page: &Page, verdicts: &[Verdict], blocks: &[Block], url: Option<&str>) -> Vec<Image> {
    let dom = page.dom;
    let body: Vec<usize> = (0..verdicts.len()).filter(|&n| verdicts[n].role.is_body()).collect();
    let (Some(&first), Some(&last)) = (body.first(), body.last()) else { return Vec::new() };
    let mut around = vec![false; dom.len()];
    for &n in &body {
        for id in dom.up(page.pieces.list[n].owner).take(2) {
            around[id as usize] = !matches!(dom.tag(id), Tag::Body | Tag::Html);
        }
    }
    let mut out = Vec::new();
    for &(id, before) in &page.pieces.images {
        let before = before as usize;
        let among = before >= first && before <= last + 2;
        let inside = dom.up(id).skip(1).take(4).any(|a| around[a as usize]);
        let linked_icon = page.marks[id as usize].hidden;
        let Some(src) = pieces::image_src(dom, id) else { continue };
        if !among || !inside || linked_icon {
            continue;
        }
        let alt = dom.attr(id, Attr::Alt).map(str::trim).filter(|a| !a.is_empty());
        let caption = (before.saturating_sub(1)..(before + 2).min(blocks.len()))
            .find(|&n| {
                blocks[n].role == Role::Caption && same_figure(dom, id, page.pieces.list[n].owner)
            })
            .map(|n| blocks[n].text.clone());
        out.push(Image {
            src: super::address::resolve(src, url),
            alt: alt.map(str::to_owned),
            caption,
            block: body.iter().copied().take_while(|&n| n < before).last(),
        });
    }
    out
}

/// Whether two nodes are in one figure, or in the same small box.
fn same_figure(dom: &Dom, a: Id, b: Id) -> bool {
    dom.up(a).skip(1).take(4).any(|up| {
        matches!(dom.tag(up), Tag::Figure | Tag::Div | Tag::Td)
            && dom.up(b).take(4).any(|x| x == up)
    })
}
