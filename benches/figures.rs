//! How fast running text is read: megabytes a second on one core, for the finding of quantities alone and with the
//! clause around each. Run with `cargo bench --bench figures --no-default-features`.

#![allow(clippy::print_stdout, reason = "a bench prints its result")]

use baogao::extract::figures::{Frame, figures, quantities};
use std::hint::black_box;
use std::time::Instant;

/// Sentences in the manner of reports, about a county that does not exist: about four figures a kilobyte, as counted in
/// real ones, and the words that only look like figures.
const SENTENCES: [&str; 12] = [
    "云溪县委坚持以习近平新时代中国特色社会主义思想为指导，深入学习贯彻党的二十大精神，进一步增强“四个意识”，团结带领全县上下真抓实干，经济社会发展取得新的成效。",
    "全年地区生产总值达到186.5亿元，同比增长6.2%左右，规模以上工业增加值增长7.1%，一般公共预算收入完成9.8亿元。",
    "坚持把发展经济的着力点放在实体经济上，推动传统产业改造升级，加快培育新的增长点，营商环境不断改善，市场活力持续增强。",
    "新建改建农村公路320公里，改造老旧小区27个，惠及群众1万余户，城乡面貌焕然一新。",
    "我们清醒地认识到，发展不平衡不充分的问题仍然存在，产业结构有待优化，民生保障还有短板，干部作风需要进一步转变。",
    "二是统筹推进城乡融合发展，完善基础设施，提升公共服务水平，让老百姓的日子越过越好，获得感、幸福感、安全感更加充实。",
    "县政协围绕中心大局，组织委员3000余人次开展视察调研，提交提案二百三十六件，办复率百分之百，采纳意见建议七成以上。",
    "一年来，我们深刻体会到，做好各项工作，必须坚持党的全面领导，必须坚持以人民为中心的发展思想，必须坚持系统观念，统筹好发展和安全，把各方面的智慧和力量凝聚起来。",
    "各级各部门要切实增强责任感和紧迫感，主动担当作为，强化协调配合，把各项任务落到实处，以实干实绩回应群众期盼，以优良作风保障高质量发展行稳致远。",
    "大力弘扬优秀传统文化，推动文化事业和文化产业繁荣发展，丰富群众精神文化生活，讲好云溪故事，展现新时代新征程上干部群众团结奋斗的精神风貌。",
    "各位代表，新的蓝图已经绘就，新的号角已经吹响，让我们更加紧密地团结起来，同心同德、开拓进取，为建设富裕文明和谐美丽的新云溪而努力奋斗。",
    "加强生态环境保护，持续打好蓝天、碧水、净土保卫战，落实河湖长制、林长制，山水林田湖草沙一体化保护和修复稳步推进。",
];

fn main() {
    let text: Vec<&str> = SENTENCES.iter().copied().cycle().take(20_000).collect();
    let bytes: usize = text.iter().map(|s| s.len()).sum();
    let frame = Frame::default();
    measure("quantities", bytes, || {
        text.iter().map(|s| quantities(black_box(s), false).len()).sum()
    });
    measure("figures", bytes, || text.iter().map(|s| figures(black_box(s), &frame).len()).sum());
}

/// The best of five rounds.
fn measure(name: &str, bytes: usize, work: impl Fn() -> usize) {
    let mut best = f64::MAX;
    let mut n = 0;
    for _ in 0..5 {
        let start = Instant::now();
        n = black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name}: {:.1} MB/s, {n} in {:.1} MB", bytes as f64 / best / 1e6, bytes as f64 / 1e6);
}
