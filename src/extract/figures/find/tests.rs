use super::quantities;
use crate::extract::figures::{Approx, Quantity};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// One line a quantity: surface, value, unit, approximation, standard value.
fn print(text: &str, quantities: &[Quantity]) -> String {
    let mut out = String::new();
    for q in quantities {
        let max = q.value_max.map(|m| format!("..{m}")).unwrap_or_default();
        let approx = if q.approx == Approx::Exact { "" } else { q.approx.code() };
        let std = q
            .unit_std
            .map(|s| format!(" = {} {s}", q.value_std.unwrap_or(f64::NAN)))
            .unwrap_or_default();
        let unit = q.unit.as_deref().unwrap_or("-");
        out += &format!("{} | {}{max} {unit} {approx}{std}\n", q.span.of(text), q.value);
    }
    out
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&print(text, &quantities(text, false)));
}

fn check_bare(text: &str, expected: Expect) {
    expected.assert_eq(&print(text, &quantities(text, true)));
}

/// Nothing in these is a figure.
fn check_none(texts: &[&str]) {
    for text in texts {
        assert_eq!(print(text, &quantities(text, false)), "", "{text}");
    }
}

#[test]
fn numerals_with_units() {
    check(
        "云溪县立案提案236件，走访企业1,286户，投入资金8.7亿元。",
        expect![[r#"
            236件 | 236 件 
            1,286户 | 1286 户  = 1286 household
            8.7亿元 | 870000000 元  = 870000000 CNY
        "#]],
    );
    check(
        "城北区现有委员二百五十九名，累计培训两千六百人次，新修渠道3万5千公里。",
        expect![[r#"
            二百五十九名 | 259 名  = 259 person
            两千六百人次 | 2600 人次  = 2600 person_time
            3万5千公里 | 35000 公里  = 35000 km
        "#]],
    );
    check(
        "绿电交易量12.5亿千瓦时，装机1829万千瓦，细颗粒物浓度31微克/立方米，人均12万元/人。",
        expect![[r#"
            12.5亿千瓦时 | 1250000000 千瓦时  = 1250000000 kWh
            1829万千瓦 | 18290000 千瓦  = 18290000 kW
            31微克/立方米 | 31 微克/立方米  = 31 ug_per_m3
            12万元/人 | 120000 元/人 
        "#]],
    );
    check(
        "粮食产量62.5亿斤，造林3万公顷，建筑面积2平方公里，外贸额4.2亿美元。",
        expect![[r#"
            62.5亿斤 | 6250000000 斤  = 3125000 tonne
            3万公顷 | 30000 公顷  = 450000 mu
            2平方公里 | 2 平方公里  = 2000000 m2
            4.2亿美元 | 420000000 美元  = 420000000 USD
        "#]],
    );
}

#[test]
fn approximation() {
    check(
        "惠及10余万群众，收集问题七十余条，约30家，近10家，超过5%，500个以上，6%左右，3%以内，不到2年。",
        expect![[r#"
            10余万 | 100000 - over
            七十余条 | 70 条 over
            约30家 | 30 家 about
            近10家 | 10 家 nearly
            超过5% | 5 % over = 5 percent
            500个以上 | 500 个 over
            6%左右 | 6 % about = 6 percent
            3%以内 | 3 % under = 3 percent
            不到2年 | 2 年 under = 2 year
        "#]],
    );
    check(
        "集中签约19个，附近3家，赶超5家，总量突破2万亿元，至少有40人，约有100户。",
        expect![[r#"
            19个 | 19 个 
            3家 | 3 家 
            5家 | 5 家 
            2万亿元 | 2000000000000 元 over = 2000000000000 CNY
            40人 | 40 人 over = 40 person
            100户 | 100 户 about = 100 household
        "#]],
    );
    check(
        "历时8个多月，走访企业上百家，惠及上万人，投入数千万元，打造千亿级产业。",
        expect![[r#"
            8个多月 | 8 个月 over = 8 month
            上百家 | 100 家 over
            上万人 | 10000 人 over = 10000 person
            数千万元 | 10000000 元 over = 10000000 CNY
            千亿级 | 100000000000 - about
        "#]],
    );
}

#[test]
fn ranges() {
    check(
        "增长6%—8%，每季度开会3至5次，补贴3至5万元，种植八百到九百亩，走访七八次，年龄3岁以上6岁以下。",
        expect![[r#"
            6%—8% | 6..8 %  = 6 percent
            3至5次 | 3..5 次 
            3至5万元 | 30000..50000 元  = 30000 CNY
            八百到九百亩 | 800..900 亩  = 800 mu
            七八次 | 7..8 次 
            3岁以上6岁以下 | 3..6 岁  = 3 year
        "#]],
    );
    check(
        "由35.2%提高到38.6%，从2.3万户增加到4.5万户。",
        expect![[r#"
            35.2% | 35.2 %  = 35.2 percent
            38.6% | 38.6 %  = 38.6 percent
            2.3万户 | 23000 户  = 23000 household
            4.5万户 | 45000 户  = 45000 household
        "#]],
    );
}

#[test]
fn shares_and_multiples() {
    check(
        "党外委员占六成以上，办复率百分之九十八点五，三分之二的村，占全省1/4，时间压减一半，增长1.5倍，下降0.3个百分点，千分之五，打八折。",
        expect![[r#"
            六成以上 | 60 % over = 60 percent
            百分之九十八点五 | 98.5 %  = 98.5 percent
            三分之二 | 0.6666666666666666 - 
            1/4 | 0.25 - 
            一半 | 0.5 - 
            1.5倍 | 1.5 倍  = 1.5 times
            0.3个百分点 | 0.3 百分点  = 0.3 percentage_point
            千分之五 | 5 ‰  = 5 permille
            八折 | 80 %  = 80 percent
        "#]],
    );
}

#[test]
fn lists_share_what_is_printed_last() {
    check(
        "分别快于全市3.4个、1个百分点，三镇分别达12、15、20家以上。",
        expect![[r#"
            3.4个 | 3.4 百分点  = 3.4 percentage_point
            1个百分点 | 1 百分点  = 1 percentage_point
            20家以上 | 20 家 over
        "#]],
    );
}

#[test]
fn lengths_of_time_and_sums_in_parts() {
    check(
        "历时两个半月，连续3年，为期7天，用时3小时20分，每人12元5角，断流30年的河。",
        expect![[r#"
            两个半月 | 2.5 个月  = 2.5 month
            3年 | 3 年  = 3 year
            7天 | 7 天  = 7 day
            3小时20分 | 3.333333 小时  = 3.333333 hour
            12元5角 | 12.5 元  = 12.5 CNY
            30年 | 30 年  = 30 year
        "#]],
    );
}

#[test]
fn traditional_characters() {
    check(
        "新增學位1.2萬個，耕地三萬餘畝，開支兩億元，同比增長百分之四點五，約200戶。",
        expect![[r#"
            1.2萬個 | 12000 個 
            三萬餘畝 | 30000 畝 over = 30000 mu
            兩億元 | 200000000 元  = 200000000 CNY
            百分之四點五 | 4.5 %  = 4.5 percent
            約200戶 | 200 戶 about = 200 household
        "#]],
    );
}

#[test]
fn english() {
    check(
        "The county built 35 schools, created 3,500 new jobs and spent more than 1.2 billion yuan, up 5.5 percent, or $3.5 million, in 2023.",
        expect![[r#"
            35 | 35 - 
            3,500 | 3500 - 
            more than 1.2 billion yuan | 1200000000 yuan over = 1200000000 CNY
            5.5 percent | 5.5 percent  = 5.5 percent
            $3.5 million | 3500000 $  = 3500000 USD
        "#]],
    );
    check(
        "Nearly 40 million people, 3 to 5 percent, RMB 20 million, about 6% of it.",
        expect![[r#"
            Nearly 40 million people | 40000000 people nearly = 40000000 person
            3 to 5 percent | 3..5 percent  = 3 percent
            RMB 20 million | 20000000 RMB  = 20000000 CNY
            about 6% | 6 % about = 6 percent
        "#]],
    );
    check_none(&[
        "on March 5, 2023",
        "5 March 2024",
        "Article 12 of the plan",
        "the 14th Five-Year Plan",
        "Chapter 3 sets out",
        "at 9 a.m. on Monday",
        "in the 1990s",
        "covid-19 cases",
        "1. Overview of work",
        "the top 10 firms",
    ]);
}

#[test]
fn what_is_no_figure() {
    // Dates and times.
    check_none(&[
        "2023年12月28日",
        "二〇二三年",
        "98年4月",
        "“十四五”时期",
        "上午9点30分",
        "近三年",
        "两年后",
        "五年来",
        "过去五年",
        "2020—2025年",
        "一季度",
        "十三五末期",
        "五年增长",
        "20世纪80年代",
    ]);
    // Ordinals, sessions, ranks.
    check_none(&[
        "第三批",
        "第 12 条",
        "第二、三季度",
        "八届三次全会",
        "十一届十八次主席会议",
        "居全省第3位",
        "前5名",
        "前10%的学科",
        "一、总体要求",
        "（一）狠抓落实",
        "一是坚持",
        "3.加强监督",
    ]);
    // Identifiers and names.
    check_none(&[
        "12345热线",
        "云政发〔2024〕65号",
        "电话0000-1234567",
        "4A级景区",
        "5G基站",
        "A4纸",
        "500强企业",
        "3号线",
        "歼-35系列",
        "211工程",
        "PM2.5浓度",
        "1.0.2版",
        "2.0版",
        "G20峰会",
    ]);
    // Slogans, titles, fixed words.
    check_none(&[
        "“两个维护”",
        "“1+8”制度文件",
        "“五个一”活动",
        "《三个问题》",
        "落实八项规定",
        "五位一体布局",
        "千方百计",
        "党的二十大",
        "三农工作",
        "红十字会",
        "零部件",
        "二期工程",
        "15分钟生活圈",
    ]);
    // Articles and ways of speaking.
    check_none(&[
        "一批项目",
        "一个侧面",
        "一件件",
        "进一步",
        "百场大宣讲",
        "每万人口",
        "每10万人",
        "三大攻坚战",
        "两岸关系",
        "两会期间",
        "陆海新通道",
        "一家人",
    ]);
}

#[test]
fn what_reads_like_a_name_but_counts() {
    check(
        "召开3次会议，举办两届论坛，编发4期简报，新增2所学校，另有390万65岁以上老人。",
        expect![[r#"
            3次 | 3 次 
            两届 | 2 届 
            4期 | 4 期 
            2所 | 2 所 
            390万 | 3900000 - 
            65岁以上 | 65 岁 over = 65 year
        "#]],
    );
}

#[test]
fn a_qualifier_is_not_taken_from_the_numeral_before() {
    let found = quantities("十几近廿六个", false);
    assert!(found.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{found:?}");
}

#[test]
fn separators() {
    check(
        "改造1 500万千瓦，收入１２，３４５元，支出1,500元，算力4 800PF，2023 100家。",
        expect![[r#"
            1 500万千瓦 | 15000000 千瓦  = 15000000 kW
            ３４５元 | 345 元  = 345 CNY
            1,500元 | 1500 元  = 1500 CNY
            4 800PF | 4800 PF 
            100家 | 100 家 
        "#]],
    );
}

/// Long runs of what the readers look ahead or back over: each is read once, without deep recursion.
#[test]
fn hostile_texts() {
    for piece in [
        "1 111 ", "111 ", "9", "一", "一万", "1/1", "1又", "1,111", "“1", "1 ", "3至", "零",
        "十百", "分之", "$1 ", "约1", "1.1.", "1%至",
    ] {
        let text = piece.repeat(8_000);
        assert!(quantities(&text, false).len() <= 16_000, "{piece}");
        assert!(quantities(&text, true).len() <= 16_000, "{piece}");
    }
}

#[test]
fn numerals_alone() {
    for (text, value) in [
        ("一万三", 13_000.0),
        ("两千六", 2_600.0),
        ("廿二", 22.0),
        ("一七二零点一", 1720.1),
        ("壹佰万零伍拾肆", 1_000_054.0),
        ("3万5千", 35_000.0),
        ("1亿3千多万", 130_000_000.0),
        ("九千八百七十六万五千四百三十二亿", 9_876_543_200_000_000.0),
        ("二分之一", 0.5),
        ("3又1000分之23", 3.023),
        ("1 4/3", 7.0 / 3.0),
        ("４，５６５", 4565.0),
        ("2e5", 200_000.0),
        ("负六点六", -6.6),
        ("三千 八百 九十六", 3896.0),
        ("十几万", 100_000.0),
        ("8.7亿", 870_000_000.0),
    ] {
        let read = quantities(text, true);
        assert_eq!(read.len(), 1, "{text}: {read:?}");
        assert_eq!(read[0].value, value, "{text}");
    }
    check_bare(
        "一 百 五 十 個 百 分 點",
        expect![["
        一 百 五 十 個 百 分 點 | 150 百分點  = 150 percentage_point
    "]],
    );
}

/// The number in everyday Chinese digits, or in the banker's: up to 万亿.
fn chinese(number: u64, digits: &[&str; 10], places: &[&str; 4]) -> String {
    const HUNDRED_MILLION: u64 = 100_000_000;
    let (high, low) = (number / HUNDRED_MILLION, number % HUNDRED_MILLION);
    if high == 0 {
        return below(low, digits, places);
    }
    let gap = if low > 0 && low < HUNDRED_MILLION / 10 { digits[0] } else { "" };
    let rest = if low > 0 { below(low, digits, places) } else { String::new() };
    format!("{}亿{gap}{rest}", below(high, digits, places))
}

/// The same below 亿.
fn below(number: u64, digits: &[&str; 10], places: &[&str; 4]) -> String {
    if number == 0 {
        return digits[0].to_owned();
    }
    let mut out = String::new();
    let mut gap = false;
    for power in (0..8).rev() {
        let digit = number / 10_u64.pow(power) % 10;
        if digit == 0 {
            gap |= !out.is_empty();
        } else {
            if std::mem::take(&mut gap) {
                out += digits[0];
            }
            out += digits[digit as usize];
            out += places[power as usize % 4];
        }
        if power == 4 && number >= 10_000 {
            out += "万";
            gap = false;
            gap |= !number.is_multiple_of(10_000) && number % 10_000 < 1_000;
        }
    }
    out
}

const EVERYDAY: ([&str; 10], [&str; 4]) =
    (["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"], ["", "十", "百", "千"]);
const BANKERS: ([&str; 10], [&str; 4]) =
    (["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"], ["", "拾", "佰", "仟"]);

/// The number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn value_of(text: &str, bare: bool) -> Option<f64> {
    match quantities(text, bare).as_slice() {
        [one] if one.span.of(text) == text => Some(one.value),
        _ => None,
    }
}

proptest! {
    /// Printing a value in each style and reading it back gives the value.
    #[test]
    fn styles_read_back(number in prop_oneof![0_u64..10_000, 0_u64..1_000_000_000, 0_u64..10_000_000_000_000_000]) {
        let value = Some(number as f64);
        for text in [
            number.to_string(),
            grouped(number),
            chinese(number, &EVERYDAY.0, &EVERYDAY.1),
            chinese(number, &BANKERS.0, &BANKERS.1),
        ] {
            prop_assert_eq!(value_of(&text, true), value, "{}", text);
        }
        if number > 0 {
            let text = format!("{}元", grouped(number));
            prop_assert_eq!(value_of(&text, false), value, "{}", text);
        }
    }

    /// 1.23万, 4.5亿, 3万5千.
    #[test]
    fn mixed_styles_read_back(whole in 1_u64..10_000, cents in 0_u64..100, thousands in 1_u64..10) {
        let text = format!("{whole}.{cents:02}亿元");
        prop_assert_eq!(value_of(&text, false), Some((whole * 100 + cents) as f64 * 1e6), "{}", text);
        let text = format!("{whole}.{cents:02}万元");
        prop_assert_eq!(value_of(&text, false), Some((whole * 100 + cents) as f64 * 100.0), "{}", text);
        let text = format!("{whole}万{thousands}千元");
        prop_assert_eq!(value_of(&text, false), Some((whole * 10_000 + thousands * 1000) as f64), "{}", text);
        let text = format!("{whole}.{cents:02}%");
        prop_assert_eq!(value_of(&text, false), format!("{whole}.{cents:02}").parse().ok(), "{}", text);
    }

    /// Any text: no panic, spans in order on character boundaries, the numeral inside the surface, ends of ranges in order.
    #[test]
    fn spans_hold_on_any_text(text in text(), bare in any::<bool>()) {
        let mut end = 0;
        for q in quantities(&text, bare) {
            prop_assert!(q.span.start >= end && q.span.start < q.span.end);
            prop_assert!(text.get(q.span.start..q.span.end).is_some());
            prop_assert!(q.span.start <= q.numeral.start && q.numeral.end <= q.span.end);
            prop_assert!(q.value.is_finite() && q.value_max.is_none_or(|m| m >= q.value));
            prop_assert!(q.unit.as_deref() != Some(""));
            end = q.span.end;
        }
    }
}

/// Texts made of what the readers look at, so that odd neighbours meet.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9０-９]{1,6}",
        4 => "[零〇一二两三四五六七八九十百千万亿几数半余多来]{1,5}",
        2 => prop::sample::select(vec![
            "年", "月", "日", "个", "元", "%", "‰", "百分点", "人次", "千瓦时", "/", "平方公里", "成", "折", "倍", "打", "角", "小时", "分", "届", "次", "级", "以上", "左右", "之间", "约", "近", "超过", "突破", "第", "前", "每",
            "“", "”", "《", "》", "\"", "至", "到", "—", "-", "~", "和", "、", "，", "。", ".", ",", " ", "\u{3000}", "\n", "点", "分之", "又", "负", "零下", "比", "大", "是", "k", "w", "e", "^", "+", ":", "分别", "的", "兆", "廿", "陆", "𠀀", "é",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}
