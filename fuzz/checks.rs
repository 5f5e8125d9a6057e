//! What holds of any bytes: used by the fuzz targets, and by the tests that replay their seeds.

use baogao::page::{Page, PageInfo};
use baogao::provenance::Locator;
use baogao::{clean, decode};

/// Bytes → text → blocks: every cell's span inside its block, every locator made, every reason one of the list.
pub(crate) fn clean(bytes: &[u8]) {
    let page = Page { info: PageInfo::default(), bytes: bytes.to_vec() };
    let Ok(text) = decode::decode(page, &decode::Options::default()) else { return };
    let Ok(blocks) = clean::clean(text, &clean::Options::default()) else { return };
    assert!((0.0..=1.0).contains(&blocks.confidence));
    for block in &blocks.blocks {
        assert!(clean::REASONS.iter().any(|(code, _)| *code == block.reason));
        if let Locator::Css(path) = &block.locator {
            assert!(!path.is_empty());
        }
        for cell in block.table.iter().flat_map(|t| &t.cells) {
            assert!(block.text.get(cell.span.start..cell.span.end).is_some());
        }
    }
}
