use super::*;
use crate::collate::samples;
use crate::provenance::Span;
use std::collections::BTreeSet;

#[test]
fn the_tables_hold() {
    let catalogue = Catalogue::from_toml_str(&TABLES.join("\n")).unwrap();
    let mut zh = BTreeSet::new();
    let mut en = BTreeSet::new();
    for indicator in catalogue.indicators() {
        assert!(zh.insert(&indicator.label_zh), "two of {}", indicator.label_zh);
        assert!(en.insert(&indicator.label_en), "two of {}", indicator.label_en);
        assert!(indicator.definition.example.is_some(), "{} has no example", indicator.id);
    }
}

#[test]
fn there_are_enough() {
    let count = |table: &str| Catalogue::from_toml_str(table).unwrap().indicators().len();
    assert!(count(TABLES[0]) + count(TABLES[1]) >= 120);
    assert!(count(TABLES[2]) >= 40);
    assert!(count(TABLES[3]) >= 30);
}

#[test]
fn words_stand_once() {
    names::check_words();
}

/// A figure that says nothing but this.
fn figure(item: &str, value: f64, unit: &'static str) -> Figure {
    let mut figure = samples::figure(item, value, unit).figure;
    figure.quantity.unit = Some(unit.to_owned().into());
    figure
}

fn rate(item: &str, value: f64) -> Figure {
    Figure { change: Some(Change::Increase), ..figure(item, value, "percent") }
}

/// A count with a measure word and a verb.
fn count(item: &str, action: Option<&str>, unit: &str) -> Figure {
    let mut figure = figure(item, 12.0, "percent");
    figure.quantity.unit = Some(unit.to_owned().into());
    figure.quantity.unit_std = None;
    figure.quantity.value_std = None;
    figure.action = action.map(str::to_owned);
    figure
}

/// The indicator of a figure in a report of 云岭省, with what stands before the number in its clause.
fn in_clause(clause: &str, whose: &str, figure: &Figure) -> Option<String> {
    let names = Names::of(Some("云岭省"));
    find(&built_in(), &names, whose, Clause { before: clause, after: "" }, figure)
        .map(|i| i.id.to_string())
}

fn id(figure: &Figure) -> Option<String> {
    let clause = figure.item.clone().unwrap_or_default();
    in_clause(&clause, "云岭省人民政府", figure)
}

#[test]
fn levels_growth_and_shares_are_apart() {
    assert_eq!(id(&figure("地区生产总值", 1.2e12, "CNY")).as_deref(), Some("gdp_level"));
    assert_eq!(id(&rate("地区生产总值", 5.2)).as_deref(), Some("gdp_growth"));
    assert_eq!(id(&figure("地区生产总值增速", 5.2, "percent")).as_deref(), Some("gdp_growth"));
    assert_eq!(id(&figure("地区生产总值", 5.2, "percent")), None, "a share of what?");
    let points = Figure {
        change: Some(Change::Increase),
        ..figure("常住人口城镇化率", 1.0, "percentage_point")
    };
    assert_eq!(id(&points), None);
    assert_eq!(
        id(&figure("常住人口城镇化率", 66.0, "percent")).as_deref(),
        Some("urbanization_rate")
    );
}

#[test]
fn averages_and_other_bases_are_apart() {
    let average = Figure { basis: Some(Basis::AnnualAverage), ..rate("地区生产总值", 5.8) };
    assert_eq!(id(&average).as_deref(), Some("gdp_growth_annual_average"));
    let since = Figure { basis: Some(Basis::SinceStart), ..rate("地区生产总值", 38.0) };
    assert_eq!(id(&since), None);
    let yearly = Figure { basis: Some(Basis::YearOnYear), ..rate("地区生产总值", 5.8) };
    assert_eq!(id(&yearly).as_deref(), Some("gdp_growth"));
}

#[test]
fn places_make_no_difference_but_narrower_things_do() {
    for item in [
        "全省地区生产总值",
        "云岭省地区生产总值",
        "云岭地区生产总值",
        "预计全省地区生产总值（GDP）",
        "我省GDP",
    ] {
        assert_eq!(id(&rate(item, 5.2)).as_deref(), Some("gdp_growth"), "{item}");
    }
    for item in
        ["人均地区生产总值", "海洋生产总值", "青川市地区生产总值", "民营经济增加值", "县域经济"]
    {
        assert_ne!(id(&rate(item, 5.2)).as_deref(), Some("gdp_growth"), "{item}");
    }
    assert_eq!(id(&rate("民间投资", 5.2)).as_deref(), Some("private_investment_growth"));
    assert_eq!(
        id(&rate("工业技改投资", 5.2)).as_deref(),
        Some("technical_upgrade_investment_growth")
    );
    let elsewhere = rate("地区生产总值", 7.0);
    assert_eq!(in_clause("青川市地区生产总值增长", "云岭省人民政府", &elsewhere), None);
}

#[test]
fn words_of_the_clause_and_impossible_values_rule_out() {
    let rest = rate("固定资产投资", 4.0);
    assert_eq!(in_clause("扣除房地产开发后固定资产投资增长", "", &rest), None);
    assert_eq!(id(&rate("地区生产总值", 120.0)), None);
    assert_eq!(id(&figure("森林覆盖率", 143.0, "percent")), None);
}

#[test]
fn verbs_tell_the_steps_of_a_proposal() {
    let cppcc = |figure: &Figure| in_clause("", "青川市政协", figure);
    for (action, expected) in [
        ("收到", "proposals_submitted"),
        ("立案", "proposals_filed"),
        ("办复", "proposals_answered"),
        ("立案并办复", "proposals_answered"),
    ] {
        assert_eq!(cppcc(&count("提案", Some(action), "件")).as_deref(), Some(expected));
    }
    assert_eq!(cppcc(&count("提案", Some("宣读"), "件")), None);
    let answered = count("政协提案", Some("办理"), "件");
    assert_eq!(
        in_clause("", "云岭省人民政府", &answered).as_deref(),
        Some("cppcc_proposals_handled")
    );
    assert_eq!(
        in_clause("", "", &count("提案", Some("收到"), "件")),
        None,
        "whose report is not known"
    );
}

#[test]
fn quotation_marks_make_no_difference() {
    for item in ["“有事来协商”协商议事活动", "协商议事活动"] {
        let held = count(item, Some("开展"), "场次");
        assert_eq!(in_clause("", "青川市政协", &held).as_deref(), Some("consultations"), "{item}");
    }
}

#[test]
fn traditional_script_makes_no_difference() {
    assert_eq!(id(&rate("地區生產總值", 5.2)).as_deref(), Some("gdp_growth"));
}

#[test]
fn values_are_signed_and_in_the_unit_of_the_indicator() {
    let catalogue = built_in();
    let value = |id: &str, figure: &Figure| value_of(catalogue.get(id).unwrap(), figure);
    let fall =
        Figure { change: Some(Change::Decrease), ..figure("地区生产总值", 0.7, "percent") };
    assert_eq!(value("gdp_growth", &fall), Some(Value { value: -0.7, value_max: None }));

    let mut range = fall.clone();
    range.quantity.value_max = Some(0.9);
    assert_eq!(value("gdp_growth", &range), Some(Value { value: -0.9, value_max: Some(-0.7) }));

    let mut grain = figure("粮食产量", 280.9e8, "tonne");
    grain.quantity.value_std = Some(280.9e8 * 0.0005);
    assert_eq!(value("grain_output", &grain), Some(Value { value: 14_045_000.0, value_max: None }));
    assert_eq!(value("grain_output", &figure("粮食产量", 5.0, "percent")), None);
}

#[test]
fn marks_that_are_passed_and_effects_are_no_values() {
    assert!(names::is_mark("地区生产总值连续迈上3个", "台阶"));
    assert!(!names::is_mark("地区生产总值突破", "大关"));
    let mut document = samples::document("a", "班列带动进出口41亿元，增长11%，进出口增长6%。");
    let effect =
        Figure { sentence: Span::new(0, document.body.len()), ..figure("进出口", 41e8, "CNY") };
    let at = |words: &str, figure: &Figure| {
        let start = document.body.find(words).unwrap();
        let mut figure = figure.clone();
        figure.sentence = effect.sentence;
        figure.quantity.span = Span::new(start, start + words.len());
        crate::extract::BodyFigure { figure, section: 0, block: 0, indicator: None }
    };
    let figures = vec![
        at("41亿元", &effect),
        at("11%", &rate("进出口", 11.0)),
        at("6%", &rate("进出口", 6.0)),
    ];
    document.figures = figures;
    assign(&mut document, &built_in());
    let ids: Vec<_> = document.figures.iter().map(|f| f.indicator.as_deref()).collect();
    assert_eq!(ids, [None, None, Some("trade_growth")]);
}

#[test]
fn parts_of_others_and_additions_stay_out() {
    let of = |clause: &str, figure: &Figure| in_clause(clause, "", figure);
    let export = rate("出口", 53.6);
    assert_eq!(of("苹果产值增长8.5%、出口增长", &export), None);
    assert_eq!(of("进出口增长8.5%、出口增长", &export).as_deref(), Some("export_growth"));
    let gdp = figure("经济总量", 5e10, "CNY");
    let clause = Clause { before: "经济总量超", after: "的县域增至12个" };
    assert_eq!(find(&built_in(), &Names::of(None), "", clause, &gdp).map(|i| i.id.clone()), None);
    let money = figure("固定资产投资", 2.2e10, "CNY");
    assert_eq!(of("招商引资项目完成固定资产投资", &money), None);
    assert_eq!(of("全省完成固定资产投资", &money).as_deref(), Some("fixed_asset_investment_level"));
    let mut power = figure("发电装机", 4e7, "kW");
    power.action = Some("新增".to_owned());
    assert_eq!(of("新增发电装机", &power), None);
    let grain = figure("粮食总产量", 1.4e7, "tonne");
    assert_eq!(of("又增产", &grain), None);
    assert_eq!(of("粮食总产量达到", &grain).as_deref(), Some("grain_output"));
}

#[test]
fn one_figure_for_each_of_a_list() {
    let each = figure("粮食、肉类、蔬菜产量", 1e6, "tonne");
    assert_eq!(in_clause("粮食、肉类、蔬菜产量均达到", "", &each).as_deref(), Some("grain_output"));
    assert_eq!(in_clause("粮食、肉类、蔬菜产量达到", "", &each), None);
}

#[test]
fn the_clause_ends_at_the_last_comma() {
    let body = "投资增长4%，其中民间投资增长6%。";
    let mut figure = rate("民间投资", 6.0);
    figure.sentence = Span::new(0, body.len());
    let start = body.find("6%").unwrap();
    figure.quantity.span = Span::new(start, start + 2);
    let clause = Clause::of(body, &figure);
    assert_eq!((clause.before, clause.after), ("其中民间投资增长", ""));
}

#[test]
fn every_example_is_read_as_its_indicator() {
    let misread = misread_examples(&built_in());
    assert!(misread.is_empty(), "{misread:#?}");
}
