//! Any text → its figures: no panic, no endless reading, and every span on the text's characters.
#![no_main]

use baogao::extract::figures::{Frame, figures};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for bare in [false, true] {
        let frame = Frame { bare, ..Frame::default() };
        let mut end = 0;
        for figure in figures(text, &frame) {
            let span = figure.quantity.span;
            assert!(span.start >= end && span.end > span.start, "in order, without overlaps");
            assert!(text.get(span.start..span.end).is_some(), "on character boundaries");
            assert!(figure.quantity.value.is_finite());
            end = span.end;
        }
    }
});
