//! Head of a page → [`Hints`]: what title, meta elements, ld+json, time elements and the first heading say.
//!
//! Everything here may be wrong, and nothing is judged here: the metadata stage weighs it. Script data that is no
//! JSON is passed over.

use serde_json::Value;

use super::dom::{Attr, Dom, Id, ROOT, Tag};
use super::{Hints, tables};

/// Bytes of ld+json that are read, of all scripts together: far more than any article has.
const JSON_BYTES_MAX: usize = 4 << 20;

/// Values taken from ld+json of a page, and time elements and meta elements each.
const VALUES_MAX: usize = 500;

/// The types of ld+json objects that speak of an article or a post.
const ARTICLES: &[&str] = &[
    "article",
    "newsarticle",
    "blogposting",
    "report",
    "scholarlyarticle",
    "techarticle",
    "reportagenewsarticle",
    "analysisnewsarticle",
    "opinionnewsarticle",
    "reviewnewsarticle",
    "backgroundnewsarticle",
    "liveblogposting",
    "socialmediaposting",
    "discussionforumposting",
    "question",
    "qapage",
    "governmentservice",
    "medicalwebpage",
    "advertisercontentarticle",
    "webpage",
    "recipe",
    "videoobject",
    "product",
    "event",
    "jobposting",
];

/// The field of the header that a word of id, class, itemprop or rel says an element is. WeChat calls the name of the
/// account js_name on every page.
fn field(word: &str) -> Option<&'static str> {
    match word {
        "author" | "article-author" | "author-name" | "author_name" | "post-author" | "writer" => {
            Some("author")
        }
        "source" | "article-source" | "media-name" | "media_name" => Some("source"),
        "js_name" => Some("account"),
        _ => None,
    }
}

/// Characters of such an element's text at most, and how many are read: menus of authors name hundreds.
const NAMED_CHARS_MAX: usize = 40;
const NAMED_MAX: usize = 50;

/// Reads the hints of a page.
pub(super) fn read(dom: &Dom) -> Hints {
    let mut hints = Hints::default();
    let mut json: Vec<Value> = Vec::new();
    let mut bytes = 0;
    let mut headline = None;
    let mut at = Some(ROOT);
    while let Some(id) = at {
        let tag = dom.tag(id);
        match tag {
            Tag::Html if hints.lang.is_none() => {
                hints.lang = dom.attr(id, Attr::Lang).and_then(text);
            }
            Tag::Title if hints.html_title.is_none() => hints.html_title = title(dom, id),
            Tag::Meta => meta(dom, id, &mut hints),
            Tag::Script if is_json(dom, id) => {
                let source = raw(dom, id);
                bytes += source.len();
                if bytes <= JSON_BYTES_MAX
                    && let Some(value) = parse(&source)
                {
                    json.push(value);
                }
            }
            Tag::Time if hints.times.len() < VALUES_MAX => {
                hints.times.extend(dom.attr(id, Attr::Datetime).and_then(text));
            }
            Tag::H1 if hints.h1.is_none() => hints.h1 = text(&tables::flat(dom, id)),
            _ => {}
        }
        if headline.is_none() && dom.attr(id, Attr::Itemprop) == Some("headline") {
            headline = text(&tables::flat(dom, id));
        }
        if hints.named.len() < NAMED_MAX
            && let Some(field) = named(dom, id)
            && !is_of_picture(dom, id)
        {
            let value = text(&tables::flat(dom, id));
            let value = value.filter(|value| value.chars().count() <= NAMED_CHARS_MAX);
            hints.named.extend(value.map(|value| (field, value)));
        }
        at = dom.following(id, ROOT, tag.is_mute() && tag != Tag::Head && tag != Tag::Noscript);
    }
    hints.h1 = headline.or(hints.h1);
    article(&json, &mut hints.json_ld);
    hints
}

fn text(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The field of the header that the element's names say it is.
fn named(dom: &Dom, id: Id) -> Option<&'static str> {
    let naming = |attr: &Attr| matches!(attr, Attr::Class | Attr::Id | Attr::Itemprop | Attr::Rel);
    let values = dom.attrs(id).iter().filter(|(attr, _)| naming(attr)).map(|(_, value)| &**value);
    values.flat_map(str::split_ascii_whitespace).find_map(field)
}

/// Whether what the element names is a picture's: who took it, where it is from. Wrappers further out may be named for a
/// whole page of pictures.
fn is_of_picture(dom: &Dom, id: Id) -> bool {
    const LEVELS: usize = 3;
    /// No longer list of names is read: it is read for every element below it.
    const BYTES_MAX: usize = 200;
    const NAMES: &[&str] = &["image", "photo", "picture", "figure", "caption"];
    let by_name = |id| {
        let class = dom.attr(id, Attr::Class).filter(|class| class.len() <= BYTES_MAX);
        let names = class.unwrap_or_default().split_ascii_whitespace();
        names.flat_map(|name| name.split(['-', '_'])).any(|word| NAMES.contains(&word))
    };
    dom.up(id).take(LEVELS).any(|id| dom.tag(id) == Tag::Figure || by_name(id))
}

fn raw(dom: &Dom, id: Id) -> String {
    dom.children(id).map(|c| dom.text(c)).collect()
}

/// The title element's text; one inside a picture drawn by markup (svg) is another matter.
fn title(dom: &Dom, id: Id) -> Option<String> {
    let in_svg = dom.up(id).any(|a| dom.tag(a) == Tag::Svg);
    let words: Vec<String> = raw(dom, id).split_whitespace().map(str::to_owned).collect();
    (!in_svg && !words.is_empty()).then(|| words.join(" "))
}

fn meta(dom: &Dom, id: Id, hints: &mut Hints) {
    let name =
        [Attr::Property, Attr::Name, Attr::Itemprop].into_iter().find_map(|a| dom.attr(id, a));
    if let (Some(name), Some(content)) = (name, dom.attr(id, Attr::Content))
        && hints.meta.len() < VALUES_MAX
        && !content.trim().is_empty()
    {
        hints.meta.push((name.trim().to_lowercase(), content.trim().to_owned()));
    }
}

fn is_json(dom: &Dom, id: Id) -> bool {
    dom.attr(id, Attr::Type).is_some_and(|t| t.trim().eq_ignore_ascii_case("application/ld+json"))
}

/// Parses ld+json, also where it is wrapped in a comment or CDATA, or has line breaks inside strings.
fn parse(source: &str) -> Option<Value> {
    let wrapped = source.split_once("<![CDATA[").and_then(|(_, rest)| rest.rsplit_once("]]>"));
    let source = wrapped.map_or(source, |(inner, _)| inner).trim().trim_end_matches(';');
    let start = source.find(['{', '['])?;
    let end = source.rfind(['}', ']'])?;
    let source = source.get(start..=end)?;
    serde_json::from_str(source).ok().or_else(|| {
        let flat: String = source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        serde_json::from_str(&flat).ok()
    })
}

/// The objects of a document, those inside arrays and @graph too.
fn objects(json: &[Value]) -> Vec<&serde_json::Map<String, Value>> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = json.iter().rev().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list.iter().rev()),
            Value::Object(map) => {
                found.push(map);
                for key in ["mainEntity", "mainEntityOfPage", "@graph"] {
                    open.extend(map.get(key));
                }
            }
            _ => {}
        }
        if found.len() >= VALUES_MAX {
            break;
        }
    }
    found
}

/// Rank of an object by its type: an article proper first.
fn rank(map: &serde_json::Map<String, Value>) -> Option<usize> {
    let rank = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        ARTICLES.iter().position(|a| *a == name)
    };
    match map.get("@type")? {
        Value::String(name) => rank(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter_map(rank).min(),
        _ => None,
    }
}

fn article(json: &[Value], out: &mut Vec<(String, String)>) {
    let all = objects(json);
    // Question pages and plain web pages come after every kind of article, whatever the order on the page.
    let coarse = |r: usize| usize::from(r >= 15) + usize::from(r >= 18);
    let best = all.iter().filter_map(|m| Some((coarse(rank(m)?), *m))).min_by_key(|(r, _)| *r);
    let Some((_, map)) = best else { return };
    for (key, value) in map {
        if key.starts_with('@') && key != "@type" {
            continue;
        }
        for value in values(value) {
            if out.len() < VALUES_MAX {
                out.push((key.clone(), value));
            }
        }
    }
}

/// The texts of a value: a string, the names of objects, or those of a list.
fn values(value: &Value) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(s) => text(s),
        Value::Number(n) => Some(n.to_string()),
        Value::Object(map) => {
            ["name", "@value", "url"].iter().find_map(|k| map.get(*k)?.as_str()).and_then(text)
        }
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::dom;
    use super::*;

    fn hints(source: &str) -> Hints {
        read(&dom::parse(source, 512, 100_000, true))
    }

    #[test]
    fn elements_that_name_a_field() {
        let h = hints(
            "<div><span class='time'>2024-01-18</span><span class='source fl'>云州晚报</span>\
             <a rel=author>李明</a><b id=js_name> 云州人大 </b></div>\
             <div class='image-box'><img src=a.jpg><p><span class=source>王小雨</span></div>\
             <figure><span class=author>张三</span></figure>",
        );
        let named: Vec<_> = h.named.iter().map(|(field, text)| (*field, text.as_str())).collect();
        assert_eq!(named, [("source", "云州晚报"), ("author", "李明"), ("account", "云州人大")]);
    }

    #[test]
    fn the_head_is_read() {
        let h = hints(
            "<html lang=zh><title> 桥通车 - 某网\n</title><meta name=PubDate content='2024-01-02'>\
             <meta property=og:Title content=桥><h1><b>桥</b>通车</h1><time datetime=2024-01-02>",
        );
        assert_eq!(h.html_title.as_deref(), Some("桥通车 - 某网"));
        assert_eq!(h.h1.as_deref(), Some("桥通车"));
        assert_eq!(h.lang.as_deref(), Some("zh"));
        assert_eq!(h.meta[0], ("pubdate".to_owned(), "2024-01-02".to_owned()));
        assert_eq!(h.meta[1].0, "og:title");
        assert_eq!(h.times, ["2024-01-02"]);
    }

    #[test]
    fn an_article_is_found_in_a_graph() {
        let h = hints(
            r#"<script type="application/ld+json">{"@graph":[{"@type":"WebPage","name":"x"},
            {"@type":["NewsArticle"],"headline":"桥","author":[{"name":"甲"},{"name":"乙"}]}]}</script>"#,
        );
        assert!(h.json_ld.contains(&("headline".to_owned(), "桥".to_owned())));
        let authors = h.json_ld.iter().filter(|(k, _)| k == "author").count();
        assert_eq!(authors, 2);
    }

    #[test]
    fn broken_json_is_passed_over() {
        assert!(
            hints("<script type=application/ld+json>{\"@type\":\"Article\",</script>")
                .json_ld
                .is_empty()
        );
    }
}
