//! Whether a line below a title is source, date and the like and nothing else, word by word: 清溪网 www.example.cn
//! 2018-04-19 17:32 来源：清溪日报 浏览：31.
//!
//! In: the text of a line. Out: whether every word of it is the name of a site, its address, a date or a time, or a field
//! of the header (`lines/words.toml`), with a date and one of the others among them.

use super::lines::words;

/// Ends of the names of sites.
const SITE_ENDS: [&str; 8] = ["网站", "网", "门户", "官网", "在线", "網站", "網", "客户端"];

/// Characters of the name of a site, or of a value that stands apart from its label, at most.
const NAME_CHARS_MAX: usize = 20;

/// Whether the line is the name of a site, an address, fields of a header and a date, and nothing else.
pub(super) fn is_made_of_fields(text: &str) -> bool {
    let (mut dated, mut named, mut labelled) = (false, false, false);
    for word in text.split_whitespace() {
        let short = word.chars().count() <= NAME_CHARS_MAX;
        let value = std::mem::replace(&mut labelled, words::is_empty_label(word));
        if is_date_or_time(word) {
            dated |= word.len() >= "2018-4-9".len();
        } else if words::is_field(word) || short && SITE_ENDS.iter().any(|end| word.ends_with(end))
        {
            named = true;
        } else if !(is_address(word) || value && short) {
            return false;
        }
    }
    dated && named
}

fn is_date_or_time(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || "-/.:：年月日时分秒".contains(c))
}

/// www.example.cn, http://example.cn/
fn is_address(word: &str) -> bool {
    let host = word.trim_start_matches("http://").trim_start_matches("https://");
    let host = host.trim_end_matches('/');
    let label = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let zone = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && host.split('.').all(label)
        && zone.bytes().all(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_site_date_and_source() {
        for line in [
            "清溪县政府门户网站 www.example.gov.cn 2018-04-19 17:32:17 来源：清溪县政府网站",
            "清溪县政府门户网站 2018-04-19 17:32:17",
            "www.example.gov.cn 2018年4月19日 来源： 清溪日报 浏览：31",
        ] {
            assert!(is_made_of_fields(line), "{line}");
        }
    }

    #[test]
    fn lines_that_say_more() {
        for line in [
            "清溪县政府门户网站 www.example.gov.cn",
            "清溪县政府门户网站 2018-04-19 开通",
            "www.example.gov.cn 2018-04-19",
            "登录 清溪人才网 2018-04-19",
            "来源：清溪日报 17:32",
            "",
        ] {
            assert!(!is_made_of_fields(line), "{line}");
        }
    }
}
