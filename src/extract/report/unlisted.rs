//! Places that the list of divisions does not know, told by their form.
//!
//! New districts, places renamed since or before the list, development areas with a government of their own and
//! misprints report like all others. Where a title prints a body with a place in front (某某区政协), or a session names
//! its place (在某某县第十八届人民代表大会…), the body has its name, and only the division code stays unknown.

use super::regions::{self, RegionLevel};
use super::{Kind, View};
use regex::Regex;
use std::sync::LazyLock;

/// A name of two to six characters and the word for its level; 全市, 我省 and the like are no names.
const PLACE: &str = r"(?P<place>[\p{Han}--[全我本各该这在]][\p{Han}--[、]]{1,5}?(?:省|自治区|市|自治州|州|盟|县|区|旗))";

/// A part of the title that begins with a place and goes on with a body, a term of office or a year.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"^(?:关于)?(?:[0-9〇零○一二三四五六七八九]{{4}}年)?(?:中国人民政治协商会议|政协)?{PLACE}(?:政协|人民政府|政府工作|人大常委会|人民代表大会|(?:高级|中级)?人民法院|人民检察院|第[0-9〇零一二三四五六七八九十]{{1,3}}届|[0-9]{{4}}年|国民经济|财政)"
    );
    Regex::new(&pattern).expect("the pattern is constant")
});

/// A session with its place.
static SESSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"(?:在|于)(?:政协)?{PLACE}第[0-9〇零一二三四五六七八九十]{{1,3}}届(?:人民代表大会|委员会)"
    );
    Regex::new(&pattern).expect("the pattern is constant")
});

/// The place in the title, else in the name of the session, if the list of divisions does not know it.
pub(super) fn place(view: &View, kind: Kind) -> Option<String> {
    let separators = |c: char| "|｜：:—（(《“\" ".contains(c);
    let mut parts = view.head.iter().flat_map(|part| part.split(separators));
    let in_head = parts.find_map(|part| named(&HEAD, part));
    let in_session = || {
        let mut lines = view.head.iter().chain(&view.lead);
        lines.find_map(|line| named(&SESSION, line))
    };
    // News names the sessions of others.
    if kind == Kind::MeetingNews { in_head } else { in_head.or_else(in_session) }
}

fn named(pattern: &Regex, text: &str) -> Option<String> {
    let place = pattern.captures(text)?.name("place")?.as_str();
    regions::at_end(place).is_none().then(|| place.to_owned())
}

/// The level that a place's last word stands for.
pub(super) fn level(place: &str) -> RegionLevel {
    match place.chars().next_back() {
        Some('省') => RegionLevel::Province,
        _ if place.ends_with("自治区") => RegionLevel::Province,
        Some('市' | '州' | '盟') => RegionLevel::Prefecture,
        _ => RegionLevel::County,
    }
}
