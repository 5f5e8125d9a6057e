//! Title and opening → the kind of document.

use super::View;

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

/// Titles about a report that are not the report: its interpretation, its discussion, a decision on it.
const ABOUT_A_REPORT: &[&str] = &[
    "解读",
    "图解",
    "读懂",
    "决议",
    "审议",
    "讨论",
    "热议",
    "起草",
    "诞生",
    "点评",
    "反响",
    "学习",
    "传达",
    "征求",
    "座谈",
    "分组",
    "亮点",
    "金句",
    "关键词",
    "如何看",
    "怎么看",
    "记者会",
    "答问",
    "答记者问",
    "通知",
    "意见稿",
    "通过了",
];

const BUDGET: &[&str] = &[
    "预算执行情况",
    "预算草案",
    "财政预算",
    "部门预算",
    "单位预算",
    "预算报告",
    "预算公开",
    "财政决算",
    "部门决算",
    "单位决算",
    "决算报告",
    "决算公开",
    "决算草案",
];

const REPORT: &[&str] = &[
    "工作报告",
    "工作总结",
    "述职报告",
    "工作情况报告",
    "工作情况的报告",
    "工作的报告",
    "施政报告",
    "年度报告",
    "工作汇报",
    "计划执行情况",
];

const REVIEW: &[&str] = &[
    "工作综述",
    "工作纪实",
    "工作回顾",
    "工作回眸",
    "工作亮点",
    "亮点工作",
    "工作述评",
    "工作巡礼",
    "工作扫描",
    "综述",
    "纪实",
    "回眸",
    "巡礼",
    "述评",
    "回望",
    "年终盘点",
    "工作盘点",
    "工作成绩",
    "工作成效",
    "成就",
    "这一年",
    "履职",
];

/// Bodies whose work features review.
const PUBLIC_BODIES: &[&str] = &[
    "政协", "人大", "政府", "法院", "检察", "纪委", "监委", "市委", "县委", "区委", "省委", "局",
    "厅", "工作", "委员",
];

const MEETING_TITLE: &[&str] = &[
    "会议",
    "全会",
    "大会",
    "座谈会",
    "常委会",
    "协商会",
    "党组会",
    "主席会",
    "推进会",
    "动员会",
    "部署会",
    "两会",
];

const MEETING_VERBS: &[&str] =
    &["召开", "举行", "开幕", "闭幕", "主持会议", "主持召开", "胜利闭幕"];

/// Phrases of one who looks back on the year.
const LOOKING_BACK: &[&str] = &[
    "一年来",
    "这一年",
    "过去一年",
    "过去的一年",
    "刚刚过去的",
    "回望",
    "回首",
    "回顾",
    "的一年",
    "五年来",
    "过去五年",
];

pub(super) fn kind(view: &View) -> Kind {
    let about = view.head_has(ABOUT_A_REPORT);
    if view.title.contains("统计公报") || view.title.contains("普查公报") {
        return if about { Kind::Other } else { Kind::StatisticalBulletin };
    }
    if view.head_has(BUDGET) && !about {
        return Kind::Budget;
    }
    let titled = view.head_has(REPORT) && !about;
    if (titled || is_speech(view)) && !is_decision(view) {
        return Kind::WorkReport;
    }
    if view.head_has(REVIEW) && view.head_has(PUBLIC_BODIES) {
        return Kind::WorkReview;
    }
    if view.head_has(MEETING_TITLE) || view.head_has(&["召开", "举行", "开幕", "闭幕"]) {
        if opens_with_meeting(view) {
            return Kind::MeetingNews;
        }
        if looks_back(view) {
            return Kind::WorkReview;
        }
    }
    Kind::Other
}

/// Whether the text is a report read out: 各位代表 … 我代表市人民政府向大会报告工作.
fn is_speech(view: &View) -> bool {
    let mut lead = view.lead.iter();
    lead.any(|line| {
        let speaker = ["我代表", "我受", "代表国务院", "受国务院的委托", "根据国务院的决定"]
            .iter()
            .any(|w| line.contains(w));
        let reports = [
            "作报告",
            "报告工作",
            "作政府工作报告",
            "报告政府工作",
            "作工作报告",
            "提出关于",
            "报告过去",
            "报告本届",
            "的工作",
            "工作报告",
            "工作情况",
            "下报告",
            "作关于",
        ];
        speaker && reports.iter().any(|w| line.contains(w))
    })
}

/// Whether the text decides on a report: 会议听取和审议了…政府工作报告，决定批准这个报告.
fn is_decision(view: &View) -> bool {
    view.body.iter().take(2).any(|line| line.contains("会议听取") && line.contains("报告"))
}

/// Whether the first paragraphs say that a meeting was held.
fn opens_with_meeting(view: &View) -> bool {
    view.body
        .iter()
        .take(3)
        .any(|line| line.contains('日') && MEETING_VERBS.iter().any(|verb| line.contains(verb)))
}

/// Whether the first paragraphs look back on a period.
fn looks_back(view: &View) -> bool {
    let lines = view.body.iter().take(12);
    lines.filter(|line| LOOKING_BACK.iter().any(|w| line.contains(w))).count() >= 2
}
