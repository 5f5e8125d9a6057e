//! The next page of a list that a script numbers.
//!
//! Content management systems of Chinese authorities write no links between the pages of a list, but a call of
//! `createPageHTML`, of which there are two kinds. One is given number of pages, number of this page from 0, name and
//! extension: page 1 is `index_1.html`. The other is given the id of an element first, and counts from 1: page 2 is
//! `index_2.html`. In both the next page has this page's number plus one.

use std::sync::LazyLock;

/// What is known of the page with the script.
pub(super) struct Place<'a> {
    /// The last part of its path.
    pub(super) file: &'a str,
}

/// The address of the next page, relative to this one.
pub(super) fn from_script(source: &str, place: &Place) -> Option<String> {
    static CALL: LazyLock<regex::Regex> = LazyLock::new(|| {
        super::own_pattern(
            r#"createPageHTML\(\s*(["'][^"']*["']\s*,\s*)?["']?(\d{1,6})["']?\s*,\s*["']?(\d{1,6})["']?\s*,\s*["']([^"'<>]{1,80})["']\s*,\s*["']\.?([A-Za-z]{1,8})["']"#,
        )
    });
    memchr::memmem::find(source.as_bytes(), b"createPageHTML")?;
    let call = CALL.captures(source)?;
    let counted_from = u32::from(call.get(1).is_some());
    let number = |n: usize| call.get(n)?.as_str().parse::<u32>().ok();
    let (pages, this) = (number(2)?, number(3)?);
    let next = this.checked_add(1)?;
    let last = (pages + counted_from).checked_sub(1)?;
    let (name, extension) = (call.get(4)?.as_str(), call.get(5)?.as_str());
    // The number of the page that the server sent, where the script has another: one template for all pages.
    let told = place.file.strip_suffix(extension).and_then(|f| f.strip_suffix('.'));
    let told = told.and_then(|f| f.strip_prefix(name)?.strip_prefix('_')?.parse::<u32>().ok());
    let next = told.map_or(next, |told| told.saturating_add(1));
    (next <= last).then(|| format!("{name}_{next}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(source: &str, file: &str) -> Option<String> {
        from_script(source, &Place { file })
    }

    #[test]
    fn the_call_with_an_id_counts_from_one_the_other_from_zero() {
        let zero = r#"<script>createPageHTML(3, 0, "index", "html");</script>"#;
        assert_eq!(next(zero, "index.html").as_deref(), Some("index_1.html"));
        let zero_last = r#"createPageHTML(3, 2, "index", "html")"#;
        assert_eq!(next(zero_last, "index_2.html"), None);
        let one = "createPageHTML('page_div',3, 1,'list','shtml',57);";
        assert_eq!(next(one, "list.shtml").as_deref(), Some("list_2.shtml"));
        assert_eq!(next("createPageHTML('page_div',3,3,'list','shtml',57)", "list_3.shtml"), None);
    }

    #[test]
    fn a_call_that_is_the_same_on_all_pages_goes_on_from_the_address() {
        let same = r#"createPageHTML(9, 0, "index", "html")"#;
        assert_eq!(next(same, "index_4.html").as_deref(), Some("index_5.html"));
        assert_eq!(next(same, "index_8.html"), None);
    }

    #[test]
    fn no_call_and_broken_calls_lead_nowhere() {
        for source in [
            "",
            "createPageHTML(",
            "createPageHTML(a, b, \"index\", \"html\")",
            "createPageHTML(0,0,\"i\",\"h\")",
        ] {
            assert_eq!(next(source, "index.html"), None, "{source}");
        }
    }
}
