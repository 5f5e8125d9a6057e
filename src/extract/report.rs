//! Metadata and the first paragraphs → [`Report`]: whose work, of which years, of which kind.

use super::metadata::Metadata;
use crate::clean::Block;
use crate::page::PageInfo;

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

/// An administrative division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Six-digit code (GB/T 2260).
    pub code: String,
    /// Full name, the names of its superiors in front (四川省内江市).
    pub name: String,
    /// Level.
    pub level: RegionLevel,
}

/// Level of an administrative division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionLevel {
    /// The whole country.
    Country,
    /// 省, 自治区, 直辖市, 特别行政区.
    Province,
    /// 地级市, 自治州, 地区, 盟.
    Prefecture,
    /// 县, 县级市, 市辖区, 旗.
    County,
    /// 乡, 镇, 街道.
    Township,
}

impl RegionLevel {
    /// The name in `documents.region_level`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
        }
    }
}

/// Kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// The report itself, as delivered.
    WorkReport,
    /// A news feature that reviews the period.
    WorkReview,
    /// News of a meeting.
    MeetingNews,
    /// 统计公报.
    StatisticalBulletin,
    /// 预算, 决算.
    Budget,
    /// Anything else.
    #[default]
    Other,
}

impl Kind {
    /// The name in `documents.kind`.
    pub fn code(self) -> &'static str {
        match self {
            Self::WorkReport => "work_report",
            Self::WorkReview => "work_review",
            Self::MeetingNews => "meeting_news",
            Self::StatisticalBulletin => "statistical_bulletin",
            Self::Budget => "budget",
            Self::Other => "other",
        }
    }
}

/// Tells what a document reports.
pub fn report(page: &PageInfo, metadata: &Metadata, blocks: &[Block]) -> Report {
    let _ = (page, metadata, blocks);
    Report::default()
}
