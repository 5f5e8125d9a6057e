//! Metadata and blocks → [`Report`]: whose work, of which years, of which kind.
//!
//! The title says most of it, the line under it (session and place of a congress), the first sentences and the headings
//! the rest. Ordinary news report nobody's work: their organization, region and period stay null rather than guessed.

pub mod regions;
mod kind;
mod unlisted;
mod organization;
mod period;

use super::metadata::Metadata;
use crate::clean::{Block, Role};
use crate::han;
use crate::page::PageInfo;
pub use kind::Kind;
pub use regions::{Region, RegionLevel};
use std::borrow::Cow;

/// What a document is a report of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The body whose work is reported (内江市政协).
    pub organization: Option<String>,
    /// Its place, by administrative division code.
    pub region: Option<Region>,
    /// First and last year that the report covers.
    pub period: Option<(i16, i16)>,
    /// What sort of document it is.
    pub kind: Kind,
}

/// Tells what a document reports.
pub fn report(page: &PageInfo, metadata: &Metadata, blocks: &[Block]) -> Report {
    let view = View::new(page, metadata, blocks);
    let kind = kind::kind(&view);
    let (organization, region) = organization::organization(&view, kind);
    let period = period::period(&view, kind);
    Report { organization, region, period, kind }
}

/// The parts of a page that tell what it reports, in simplified script.
struct View<'a> {
    /// Kicker, title and subtitle, as far as there are any.
    head: Vec<Cow<'a, str>>,
    /// The title alone.
    title: Cow<'a, str>,
    publisher: Cow<'a, str>,
    /// Lines of the header, and the first paragraphs of the body.
    lead: Vec<Cow<'a, str>>,
    /// Headings of the body.
    headings: Vec<Cow<'a, str>>,
    /// Blocks of the body.
    body: Vec<Cow<'a, str>>,
    /// Footers, credits and the like: where the site says who it is.
    margin: Vec<Cow<'a, str>>,
    /// The year of publication.
    published: Option<i16>,
    /// Month of publication.
    published_month: Option<i8>,
}

/// So many paragraphs at the beginning tell what a document is; later ones tell of other things too.
const LEAD_BLOCKS: usize = 6;

/// So many characters tell whether a page is in traditional script.
const SAMPLE_CHARS: usize = 2_000;

impl<'a> View<'a> {
    fn new(page: &'a PageInfo, metadata: &'a Metadata, blocks: &'a [Block]) -> Self {
        let _ = page;
        // Most pages are in simplified script: they are borrowed as they are.
        let body = blocks.iter().filter(|b| b.role.is_body()).map(|b| b.text.as_str());
        let traditional = metadata
            .title
            .as_deref()
            .into_iter()
            .chain(body)
            .flat_map(str::chars)
            .take(SAMPLE_CHARS)
            .any(han::is_traditional);
        let fold = |text: &'a str| if traditional { fold(text) } else { Cow::Borrowed(text) };
        let opt = |s: &'a Option<String>| s.as_deref().map(fold);
        let title = opt(&metadata.title).unwrap_or_default();
        let head = [opt(&metadata.kicker), opt(&metadata.title), opt(&metadata.subtitle)];
        let of = |roles: &'static [Role]| blocks.iter().filter(move |b| roles.contains(&b.role));
        let body: Vec<_> =
            blocks.iter().filter(|b| b.role.is_body()).map(|b| fold(&b.text)).collect();
        let lead = of(&[Role::Meta, Role::Subtitle])
            .map(|b| fold(&b.text))
            .chain(body.iter().take(LEAD_BLOCKS).cloned())
            .collect();
        View {
            head: head.into_iter().flatten().collect(),
            title,
            publisher: opt(&metadata.publisher).unwrap_or_default(),
            lead,
            headings: of(&[Role::Heading]).map(|b| fold(&b.text)).collect(),
            body,
            margin: of(&[Role::Footer, Role::Credit, Role::Nav]).map(|b| fold(&b.text)).collect(),
            published: metadata.published_date.map(jiff::civil::Date::year),
            published_month: metadata.published_date.map(jiff::civil::Date::month),
        }
    }

    /// Whether a part of the title has one of the words.
    fn head_has(&self, words: &[&str]) -> bool {
        self.head.iter().any(|part| words.iter().any(|w| part.contains(w)))
    }
}

fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().any(han::is_traditional) {
        Cow::Owned(han::simplified(text))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Locator;

    /// What the report of a page with this header and body is: organization, code, period, kind.
    fn told(title: &str, subtitle: Option<&str>, lines: &[&str]) -> String {
        told_by(title, subtitle, None, None, lines)
    }

    fn told_by(
        title: &str,
        subtitle: Option<&str>,
        publisher: Option<&str>,
        published: Option<(i16, i8, i8)>,
        lines: &[&str],
    ) -> String {
        let metadata = Metadata {
            title: Some(title.to_owned()).filter(|t| !t.is_empty()),
            subtitle: subtitle.map(str::to_owned),
            publisher: publisher.map(str::to_owned),
            published_date: published.map(|(y, m, d)| jiff::civil::date(y, m, d)),
            ..Metadata::default()
        };
        let blocks: Vec<Block> = lines
            .iter()
            .zip(1..)
            .map(|(line, n)| {
                let heading = line.chars().count() < 30 && !line.ends_with(['。', '：', '！']);
                let role = match line.strip_prefix("页脚") {
                    Some(_) => Role::Footer,
                    None if heading => Role::Heading,
                    None => Role::Para,
                };
                Block::new(role, "line", (*line).to_owned(), Locator::line(n))
            })
            .collect();
        let page = PageInfo::default();
        let r = report(&page, &metadata, &blocks);
        let period = r.period.map_or("-".to_owned(), |(a, b)| {
            if a == b { a.to_string() } else { format!("{a}/{b}") }
        });
        format!(
            "{} {} {period} {}",
            r.organization.as_deref().unwrap_or("-"),
            r.region.map_or("-".to_owned(), |r| r.code),
            r.kind.code()
        )
    }

    #[test]
    fn a_printed_type_that_no_listed_place_bears() {
        // The short form of 云溪区 is not the place.
        let review = told("云溪市政协2023年工作综述", None, &["2023年，市政协履职为民。"]);
        assert!(review.starts_with("云溪市政协 "), "{review}");
    }

    #[test]
    fn governments() {
        assert_eq!(
            told("2025年绵阳市政府工作报告", None, &["一、2024年工作回顾", "二、2025年工作安排"]),
            "绵阳市人民政府 510700 2024 work_report"
        );
        assert_eq!(
            told(
                "政府工作报告",
                Some("——2024年1月8日在衢州市第八届人民代表大会第三次会议上"),
                &["现在，我代表市人民政府向大会报告工作，请予审议。"]
            ),
            "衢州市人民政府 330800 2023 work_report"
        );
        assert_eq!(
            told(
                "政府工作报告",
                Some("——2021年12月20日在宾阳县第十七届人民代表大会第一次会议上"),
                &["各位代表：", "一、过去五年工作回顾", "今后五年的主要任务"]
            ),
            "宾阳县人民政府 450126 2017/2021 work_report"
        );
        assert_eq!(
            told(
                "",
                None,
                &["各位代表：", "现在，我代表国务院，向大会作政府工作报告。", "一、2018年工作回顾"]
            ),
            "国务院 000000 2018 work_report"
        );
    }

    #[test]
    fn cppcc_congresses_courts_and_procuratorates() {
        assert_eq!(
            told(
                "政协第十届绵阳市委员会常务委员会工作报告",
                Some("——2024年1月9日在政协第十届绵阳市委员会第四次会议上"),
                &["各位委员："]
            ),
            "绵阳市政协 510700 2023 work_report"
        );
        assert_eq!(
            told("政协桂林市委员会2023年工作总结", None, &[]),
            "桂林市政协 450300 2023 work_report"
        );
        assert_eq!(
            told(
                "绵阳市中级人民法院工作报告",
                Some("（2024年1月10日在绵阳市第八届人民代表大会第五次会议上）"),
                &[]
            ),
            "绵阳市中级人民法院 510700 2023 work_report"
        );
        assert_eq!(
            told("四川省高级人民法院工作报告", None, &["一、2023年主要工作情况"]),
            "四川省高级人民法院 510000 2023 work_report"
        );
        assert_eq!(
            told(
                "桂林市人民检察院工作报告",
                Some("——2024年1月10日在桂林市第六届人民代表大会第四次会议上"),
                &[]
            ),
            "桂林市人民检察院 450300 2023 work_report"
        );
        assert_eq!(
            told(
                "最高人民法院工作报告",
                Some("——2024年3月8日在第十四届全国人民代表大会第二次会议上"),
                &[]
            ),
            "最高人民法院 000000 2023 work_report"
        );
        assert_eq!(
            told(
                "绵阳市人民代表大会常务委员会工作报告",
                Some("——2024年1月10日在绵阳市第八届人民代表大会第五次会议上"),
                &[]
            ),
            "绵阳市人大常委会 510700 2023 work_report"
        );
    }

    #[test]
    fn places_that_the_list_does_not_know_have_their_body_and_no_code() {
        let lead = &["各位委员：", "一年来，社情民意信息被全国政协采用3篇。"][..];
        for (title, subtitle, organization) in [
            ("溯澜市政协2023年履职回眸", None, "溯澜市政协"),
            ("政协溯澜市第五届委员会常务委员会工作报告", None, "溯澜市政协"),
            ("2024年溯澜市政府工作报告", None, "溯澜市人民政府"),
            (
                "政府工作报告",
                Some("——2024年1月25日在溯澜省第十三届人民代表大会第二次会议上"),
                "溯澜省人民政府",
            ),
            ("溯澜市中级人民法院工作报告", None, "溯澜市中级人民法院"),
            ("溯澜市2023年国民经济和社会发展统计公报", None, "溯澜市统计局"),
        ] {
            let found = told(title, subtitle, lead);
            assert!(found.starts_with(&format!("{organization} ")), "{title}: {found}");
        }
        // 市政协 alone names no place.
        assert!(!told("市政协2023年履职回眸", None, &["各位委员："]).starts_with("市政协"));
    }

    #[test]
    fn bulletins_and_budgets() {
        assert_eq!(
            told(
                "绵阳市2023年国民经济和社会发展统计公报",
                None,
                &["绵阳市统计局 国家统计局绵阳调查队"]
            ),
            "绵阳市统计局 510700 2023 statistical_bulletin"
        );
        assert_eq!(
            told("中华人民共和国2023年国民经济和社会发展统计公报", None, &[]),
            "国家统计局 000000 2023 statistical_bulletin"
        );
        assert_eq!(
            told("2023年四川省国民经济和社会发展统计公报", None, &[]),
            "四川省统计局 510000 2023 statistical_bulletin"
        );
        assert_eq!(
            told("关于绵阳市2023年财政预算执行情况和2024年财政预算草案的报告", None, &[]),
            "绵阳市财政局 510700 2023 budget"
        );
        assert_eq!(
            told("关于四川省2023年国民经济和社会发展计划执行情况及2024年计划草案的报告", None, &[]),
            "四川省发展和改革委员会 510000 2023 work_report"
        );
    }

    #[test]
    fn reviews() {
        assert_eq!(
            told_by(
                "凝心聚力谱新篇",
                Some("——2023年市政协工作综述"),
                Some("绵阳日报"),
                Some((2024, 1, 8)),
                &["2023年，绵阳市政协履职为民。", "市政协开展调研。"]
            ),
            "绵阳市政协 510700 2023 work_review"
        );
        assert_eq!(
            told_by(
                "区政协2023年工作回眸",
                None,
                Some("重庆政协报"),
                None,
                &["江北区政协开展调研。", "江北区政协履职为民。"]
            ),
            "江北区政协 500105 2023 work_review"
        );
        assert_eq!(
            told("市政协2023年工作综述", None, &["市政协开展调研。"]),
            "- - 2023 work_review"
        );
    }

    #[test]
    fn meetings_and_other_news() {
        assert_eq!(
            told(
                "绵阳市政协召开八届二次常委会会议",
                None,
                &["1月15日，绵阳市政协召开八届二次常委会会议。"]
            ),
            "绵阳市政协 510700 - meeting_news"
        );
        assert_eq!(told("绵阳新建一座大桥", None, &["1月15日，大桥通车。"]), "- - - other");
        assert_eq!(told("2024年政府工作报告解读", None, &["专家说。"]), "- - - other");
        assert_eq!(
            told(
                "第十四届全国人民代表大会第二次会议关于政府工作报告的决议",
                None,
                &["会议听取和审议了政府工作报告。"]
            ),
            "- - - other"
        );
    }

    #[test]
    fn traditional_script() {
        assert_eq!(
            told("2023年澳門特別行政區政府施政報告", None, &[]),
            "澳门特别行政区政府 820000 2022 work_report"
        );
    }
}
