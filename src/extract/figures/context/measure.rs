//! What sort of quantity it is, as far as reading its clause depends on it: counted or measured, money, people, events.

use super::super::Quantity;
use crate::extract::words::Ends;
use std::sync::LazyLock;

pub(super) fn is_people(quantity: &Quantity) -> bool {
    quantity.unit.as_deref().is_none_or(|unit| matches!(unit, "人次" | "人" | "名" | "位" | "余人"))
}

pub(super) fn is_duration(quantity: &Quantity) -> bool {
    quantity.unit.as_deref().is_some_and(|unit| {
        matches!(unit, "年" | "个月" | "月" | "天" | "日" | "个季度" | "季度" | "届" | "次" | "周")
    })
}

pub(super) fn is_money(quantity: &Quantity) -> bool {
    quantity
        .unit
        .as_deref()
        .is_some_and(|unit| unit.ends_with('元') || unit.ends_with('币') || unit.ends_with('圆'))
}

pub(super) fn is_rate(quantity: &Quantity) -> bool {
    match quantity.unit.as_deref() {
        Some(unit) => matches!(unit, "%" | "％" | "‰" | "百分点" | "个百分点" | "倍" | "成"),
        None => quantity.value < 1.0,
    }
}

pub(super) fn is_countable(quantity: &Quantity) -> bool {
    !is_rate(quantity) && quantity.unit.as_deref().is_none_or(|unit| !is_measure(unit))
}

/// Units that measure; the rest are measure words, which count.
pub(super) fn is_measure(unit: &str) -> bool {
    static ENDS: LazyLock<Ends<()>> = LazyLock::new(|| {
        Ends::of(&[
            "元",
            "%",
            "％",
            "‰",
            "百分点",
            "倍",
            "米",
            "里",
            "亩",
            "公顷",
            "吨",
            "斤",
            "克",
            "瓦",
            "时",
            "瓦时",
            "焦",
            "标煤",
            "标箱",
            "升",
            "度",
            "岁",
            "平方",
            "立方",
            "磅",
            "卡",
            "兆",
            "赫",
            "伏",
            "币",
        ])
    });
    ENDS.end(unit)
}

/// Units of events: what is counted is the doing.
pub(super) fn is_event(quantity: &Quantity) -> bool {
    quantity.unit.as_deref().is_some_and(|unit| {
        unit.ends_with('次') && unit != "人次" || matches!(unit, "场" | "轮" | "趟" | "回")
    })
}
