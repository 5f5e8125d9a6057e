//! HTML → blocks: the stages of cleaning one page, in their order.
//!
//! Parse into an arena, cut into pieces, look each over, choose the main content, name the roles, make the blocks. All
//! visible text of the page becomes a block; what scripts, styles and other elements without visible text hold does
//! not, except an article body in ld+json where the page shows none.

use super::choose::{self, Choice};
use super::dom::{self, Attr, Dom, Id, ROOT, Tag};
use super::features::Page;
use super::headings;
use super::hints;
use super::lines::words;
use super::locate::Locations;
use super::names::Mark;
use super::pieces::{self, Pieces};
use super::roles::{self, Verdict};
use super::selectors::{self, Selected};
use super::{Block, Blocks, Image, Options, Role, doubt, names};
use crate::decode::Text;
use crate::decode::normalise::{self, Marks, Mends};
use crate::provenance::Locator;
use crate::reject::Reject;
use crate::warning::{Warning, warn};

/// Confidence below which a document is marked as doubtful: cross-validated, the pages below it have about half their
/// text right.
const CONFIDENCE_LOW: f32 = 0.6;

/// A page parsed and cut.
pub(super) struct Opened {
    pub(super) dom: Dom,
    pub(super) marks: Vec<Mark>,
    pub(super) pieces: Pieces,
}

/// Parses a page and cuts it into pieces.
pub(super) fn open(source: &str, options: &Options) -> Opened {
    let read = |scripting| {
        let dom = dom::parse(source, options.depth_max, options.nodes_max, scripting);
        let marks = names::mark(&dom);
        let pieces = pieces::cut(&dom, &marks);
        Opened { dom, marks, pieces }
    };
    let page = read(true);
    // Where next to nothing is shown, everything that the page shows without scripts stands in noscript.
    if page.pieces.is_bare() && page.dom.has(Tag::Noscript) { read(false) } else { page }
}

/// Takes an HTML page apart; with `given` in place of the models' probabilities, to judge models not yet written down.
///
/// # Errors
/// A reject for a page without prose.
pub(super) fn clean(
    text: Text,
    options: &Options,
    given: Option<&[f32]>,
) -> Result<Blocks, Reject> {
    let mut decoded = text.decoded;
    let Opened { dom, marks, pieces } = open(&text.text, options);
    let hints = hints::read(&dom);
    let page = Page::read(&dom, &marks, &pieces, &hints);
    let mut choice = choose::choose(&page, given);
    let ruled = selectors::select(&dom, &text.text, options);
    apply_rules(&page, &ruled, &mut choice);
    let mut verdicts = roles::roles(&page, &choice);
    name_rules(&page, &ruled, &mut verdicts);
    if dom.truncated || pieces.truncated {
        warn(&mut decoded.warnings, Warning::Truncated);
    }
    let mut mends = Mends::default();
    let mut blocks = blocks(&page, &choice, &verdicts, &mut mends);
    let script = doubt::body_from_script(&page, &hints, &choice);
    if ruled.content.is_none() && script.is_none() {
        doubt::reject(&page, &hints, &choice, &verdicts)?;
    }
    let mut confidence = choice.confidence;
    if let Some(body) = script {
        put_script_body(&dom, body, &mut blocks, &mut mends);
        warn(&mut decoded.warnings, Warning::BodyFromScript);
        confidence = 0.7;
    }
    if confidence < CONFIDENCE_LOW {
        warn(&mut decoded.warnings, Warning::LowConfidence);
    }
    mends.warn(&mut decoded.warnings);
    let images = images(&page, &verdicts, &blocks, text.page.url.as_deref());
    Ok(Blocks { page: text.page, decoded, markup: text.markup, hints, blocks, images, confidence })
}

/// Takes what a source's rules say over the choice.
fn apply_rules(page: &Page, ruled: &Selected, choice: &mut Choice) {
    for (n, piece) in page.pieces.list.iter().enumerate() {
        let at = piece.owner as usize;
        if let Some(content) = &ruled.content {
            choice.keep[n] = content[at];
        }
        if ruled.drop.as_ref().is_some_and(|drop| drop[at]) {
            choice.keep[n] = false;
        }
    }
    if ruled.content.is_some() {
        choice.confidence = 1.0;
    }
}

/// Says of the roles which come from a source's rules.
fn name_rules(page: &Page, ruled: &Selected, verdicts: &mut [Verdict]) {
    for (n, piece) in page.pieces.list.iter().enumerate() {
        let at = piece.owner as usize;
        if ruled.drop.as_ref().is_some_and(|drop| drop[at]) {
            verdicts[n] = Verdict::new(Role::Other, "rule_drop");
        } else if ruled.content.is_some() && verdicts[n].reason == "model" {
            verdicts[n].reason = "rule_content";
        }
    }
}

/// One block a piece.
fn blocks(page: &Page, choice: &Choice, verdicts: &[Verdict], mends: &mut Mends) -> Vec<Block> {
    let mut locations = Locations::of(page.dom);
    let mut out = Vec::with_capacity(verdicts.len());
    for (n, (piece, verdict)) in page.pieces.list.iter().zip(verdicts).enumerate() {
        let locator = Locator::Css(locations.selector(piece.owner));
        let grid = piece.grid.and_then(|g| page.pieces.grids.get(g as usize));
        let (text, table) = match grid {
            Some(grid) => {
                let (text, table) =
                    grid.block(|t| normalise::text(t, Marks::Keep, mends).into_owned());
                (text, Some(table))
            }
            None => (normalise::text(page.pieces.of(piece), Marks::Keep, mends).into_owned(), None),
        };
        let p = choice.p[n];
        out.push(Block {
            role: verdict.role,
            score: if choice.keep[n] { p } else { 1.0 - p },
            reason: verdict.reason,
            level: verdict.level,
            text,
            locator,
            bold: page.stats[n].bold_share > 0.95,
            table: table.filter(|_| verdict.role == Role::Table),
        });
    }
    out
}

/// Appends the paragraphs of a body that only ld+json has; what the page showed as body is that no more.
fn put_script_body(dom: &Dom, body: &str, blocks: &mut Vec<Block>, mends: &mut Mends) {
    for block in blocks.iter_mut().filter(|b| b.role.is_body()) {
        (block.role, block.reason, block.table) = (Role::Other, "script_body", None);
    }
    let holds = |id: &Id| {
        dom.tag(*id) == Tag::Script
            && dom.children(*id).any(|c| dom.text(c).contains("articleBody"))
    };
    let script = dom.within(ROOT).find(holds).unwrap_or(ROOT);
    let locator = Locator::Css(Locations::of(dom).selector(script));
    for (role, line) in script_lines(body) {
        let text = normalise::text(&line, Marks::Keep, mends).into_owned();
        let mut block = Block::new(role, "script_body", text, locator.clone());
        block.score = 0.7;
        blocks.push(block);
    }
}

/// The lines of a body in a script: plain text, or markup, which may be escaped once more.
fn script_lines(body: &str) -> Vec<(Role, String)> {
    let is_markup = |text: &str| {
        let lower = text.to_ascii_lowercase();
        ["</p>", "<p>", "<br", "</div>", "</li>", "&lt;/p&gt;", "&lt;br"]
            .iter()
            .any(|t| lower.contains(t))
    };
    let plain = |text: &str| -> Vec<(Role, String)> {
        let lines = text.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty());
        lines.map(|l| (Role::Para, l.to_owned())).collect()
    };
    let mut text = body.to_owned();
    for _ in 0..2 {
        if !is_markup(&text) {
            break;
        }
        let Opened { dom, pieces, .. } = open(&text, &Options::default());
        let role = |piece: &pieces::Piece| {
            let up = || dom.up(piece.owner).take(2).map(|id| dom.tag(id));
            match () {
                () if up().any(|t| t.heading().is_some()) => Role::Heading,
                () if up().any(|t| t == Tag::Li) => Role::ListItem,
                () => Role::Para,
            }
        };
        let lines: Vec<(Role, String)> =
            pieces.list.iter().map(|p| (role(p), pieces.of(p).to_owned())).collect();
        text = lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n");
        if !is_markup(&text) {
            return lines;
        }
    }
    plain(&text)
}

/// The pictures of the main content: those that stand among its paragraphs, in the tree too.
fn images(page: &Page, verdicts: &[Verdict], blocks: &[Block], url: Option<&str>) -> Vec<Image> {
    let dom = page.dom;
    let body: Vec<usize> = (0..verdicts.len()).filter(|&n| verdicts[n].role.is_body()).collect();
    let (Some(&first), Some(&last)) = (body.first(), body.last()) else { return Vec::new() };
    // A picture may stand between the title and the text, with its caption.
    let title = verdicts[..first].iter().rposition(|v| v.role == Role::Title);
    let first = title.map_or(first, |title| title + 1);
    let mut around = vec![false; dom.len()];
    for &n in &body {
        for id in dom.up(page.pieces.list[n].owner).take(2) {
            around[id as usize] = !matches!(dom.tag(id), Tag::Body | Tag::Html);
        }
    }
    let mut out = Vec::new();
    for &(id, before) in &page.pieces.images {
        let before = before as usize;
        let among = before >= first && before <= last + 2;
        let inside = dom.up(id).skip(1).take(4).any(|a| around[a as usize]);
        let linked_icon = page.marks[id as usize].hidden;
        let Some(src) = pieces::image_src(dom, id) else { continue };
        if !among || !inside || linked_icon {
            continue;
        }
        let alt = dom.attr(id, Attr::Alt).map(str::trim).filter(|a| !a.is_empty());
        let caption = (before.saturating_sub(1)..(before + 2).min(blocks.len()))
            .find(|&n| {
                blocks[n].role == Role::Caption && same_figure(dom, id, page.pieces.list[n].owner)
            })
            .or_else(|| {
                // Many sites set it as a paragraph; that stays a line of the text.
                let after = blocks.get(before).filter(|b| b.role == Role::Para)?;
                let caption = words::is_caption(&after.text, headings::width(&after.text));
                (caption && page.pieces.list[before].images > 0).then_some(before)
            })
            .map(|n| blocks[n].text.clone());
        out.push(Image {
            src: super::address::resolve(src, url),
            alt: alt.map(str::to_owned),
            caption,
            block: body.partition_point(|&n| n < before).checked_sub(1).map(|n| body[n]),
        });
    }
    out
}

/// Whether two nodes are in one figure, or in the same small box.
fn same_figure(dom: &Dom, a: Id, b: Id) -> bool {
    dom.up(a).skip(1).take(4).any(|up| {
        matches!(dom.tag(up), Tag::Figure | Tag::Div | Tag::Td)
            && dom.up(b).take(4).any(|x| x == up)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{CharsetFrom, Decoded, Markup};
    use crate::page::PageInfo;
    use crate::reject::Reason;

    fn page(source: &str) -> Text {
        let decoded =
            Decoded { charset: "utf-8", charset_from: CharsetFrom::Detected, warnings: Vec::new() };
        let page = PageInfo {
            url: Some("https://example.org/a/1.html".to_owned()),
            ..PageInfo::default()
        };
        Text { page, decoded, markup: Markup::Html, text: source.to_owned() }
    }

    fn cleaned(source: &str) -> Blocks {
        clean(page(source), &Options::default(), None).expect("a document")
    }

    fn rejected(source: &str) -> Reason {
        clean(page(source), &Options::default(), None).expect_err("a reject").reason
    }

    fn body(blocks: &Blocks) -> Vec<&str> {
        blocks.blocks.iter().filter(|b| b.role.is_body()).map(|b| b.text.as_str()).collect()
    }

    const ARTICLE: &str = "<html><head><title>青石县修好三座桥-某某网</title></head><body>\
        <div class=nav><a href=/>首页</a> <a href=/n>新闻</a> <a href=/z>政务</a></div>\
        <h1>青石县修好三座桥</h1><div class=info>来源：某某日报 2021-03-04 10:20</div>\
        <div class=content><p>　　三月以来，青石县在河上修好了三座桥，两岸的人来往方便多了。</p>\
        <p>　　县交通局说，三座桥一共花了九个月，用的石料都是本地的，工钱也付清了。</p>\
        <table><tr><th>桥</th><th>长（米）</th></tr><tr><td>东桥</td><td>45</td></tr><tr><td>西桥</td><td>38</td></tr></table>\
        <p><b>一、下一步</b></p><p>　　今年还要再修两座，路面也要加宽，到年底完工。<br>　　村民们说，赶集不用再绕路了。</p>\
        <p>（责任编辑：某某）</p></div>\
        <div class=related><ul><li><a href=/1>别处的新闻一条</a><li><a href=/2>别处的新闻又一条</a></ul></div>\
        <div class=footer>版权所有 某某网 ICP备00000000号</div></body></html>";

    #[test]
    fn an_article_is_taken_apart() {
        let blocks = cleaned(ARTICLE);
        let role =
            |start: &str| blocks.blocks.iter().find(|b| b.text.starts_with(start)).map(|b| b.role);
        assert_eq!(role("青石县修好"), Some(Role::Title));
        assert_eq!(role("来源："), Some(Role::Meta));
        assert_eq!(role("三月以来"), Some(Role::Para));
        assert_eq!(role("桥\t长"), Some(Role::Table));
        assert_eq!(role("一、下一步"), Some(Role::Heading));
        assert_eq!(role("村民们说"), Some(Role::Para));
        assert_eq!(role("（责任编辑"), Some(Role::Credit));
        assert_eq!(role("版权所有"), Some(Role::Footer));
        assert!(role("首页").is_some_and(|r| !r.is_body()));
        assert!(role("别处的新闻一条").is_some_and(|r| !r.is_body()));
    }

    #[test]
    fn every_reason_is_documented_and_every_locator_finds_its_element() {
        let soup = "文<p>一<b>二<table><tr><td>三<td>四<tr><td>五<td>六</table><o:p>七</o:p><ul><li>八<li>九<br>十";
        for source in [ARTICLE, soup] {
            let html = scraper::Html::parse_document(source);
            let squeeze = |s: &str| s.split_whitespace().collect::<String>();
            for block in
                clean(page(source), &Options::default(), None).map(|b| b.blocks).unwrap_or_default()
            {
                assert!(
                    super::super::REASONS.iter().any(|(r, _)| *r == block.reason),
                    "{}",
                    block.reason
                );
                let Locator::Css(path) = &block.locator else { panic!("no selector") };
                let selector = scraper::Selector::parse(path).expect("a valid selector");
                let found: Vec<_> = html.select(&selector).collect();
                assert_eq!(found.len(), 1, "{path}");
                let text: String = found[0].text().collect();
                let normal =
                    normalise::text(&text, Marks::Keep, &mut Mends::default()).into_owned();
                assert!(squeeze(&normal).contains(&squeeze(&block.text)), "{path}: {}", block.text);
            }
        }
    }

    /// The pieces of a page by their roles, those of the body left out.
    fn named(source: &str) -> Vec<(Role, String)> {
        let blocks = cleaned(source).blocks.into_iter().filter(|b| !b.role.is_body());
        blocks.map(|b| (b.role, b.text)).collect()
    }

    const REPORT: &str = "<p>各位代表：</p><p>现在，我代表县人民政府向大会报告工作，请予审议，并请列席的同志提出意见。</p>\
        <p>过去一年，全县修好了三座桥，两岸的人来往方便多了，赶集也不用再绕路了。</p>";

    #[test]
    fn a_title_on_two_lines_is_one() {
        let source = format!(
            "<title>青石县人民政府关于修好三座桥的通知-青石县人民政府</title><div><h1>青石县人民政府<br>关于修好三座桥的通知</h1>\
             <p>来源：县政府办 2021-03-04</p></div><div>{REPORT}</div>"
        );
        let titles: Vec<_> =
            named(&source).into_iter().filter(|(role, _)| *role == Role::Title).collect();
        let lines = ["青石县人民政府", "关于修好三座桥的通知"];
        assert_eq!(titles, lines.map(|l| (Role::Title, l.to_owned())));
    }

    #[test]
    fn the_documents_own_head_below_the_pages_is_no_text() {
        let source = format!(
            "<title>青石县2021年政府工作报告</title><h1>青石县2021年政府工作报告</h1><p>来源：县政府办 2021-03-04</p>\
             <div><p>政府工作报告</p><p>——2021年1月8日在青石县第十八届人民代表大会第四次会议上</p>\
             <p>县长　某某某</p>{REPORT}</div>"
        );
        let found = named(&source);
        let role = |start: &str| found.iter().find(|(_, t)| t.starts_with(start)).map(|(r, _)| *r);
        assert_eq!(role("政府工作报告"), Some(Role::Title));
        assert_eq!(role("——2021"), Some(Role::Subtitle));
        assert_eq!(role("县长"), Some(Role::Meta));
        assert_eq!(body(&cleaned(&source)).first(), Some(&"各位代表："));
    }

    #[test]
    fn the_line_above_the_byline_is_the_title_where_the_head_names_the_site() {
        let menu: String = (0..9).map(|n| format!("<a href=/{n}>栏目{n}</a> ")).collect();
        let source = format!(
            "<title>青石县水利局</title><h1>青石县水利局</h1><div>{menu}</div><div>河上的三座桥都修好了</div>\
             <div>来源：县水利局 发布时间：2021-03-04</div><div>{REPORT}</div>"
        );
        let title = named(&source).into_iter().find(|(role, _)| *role == Role::Title);
        assert_eq!(title, Some((Role::Title, "河上的三座桥都修好了".to_owned())));
    }

    #[test]
    fn a_numbered_line_above_the_byline_is_no_title() {
        for line in
            ["一、河上的三座桥都修好了", "（一）河上的三座桥都修好了", "1.河上的三座桥都修好了"]
        {
            let menu: String = (0..9).map(|n| format!("<a href=/{n}>栏目{n}</a> ")).collect();
            let source = format!(
                "<title>清溪县水利局</title><h1>清溪县水利局</h1><div>{menu}</div><div>{line}</div>\
                 <div>来源：县水利局 发布时间：2021-03-04</div><div>{REPORT}</div>"
            );
            let titles: Vec<_> =
                named(&source).into_iter().filter(|(role, _)| *role == Role::Title).collect();
            assert_eq!(titles, [(Role::Title, "清溪县水利局".to_owned())]);
        }
    }

    #[test]
    fn when_something_takes_place_is_told_in_the_text() {
        for line in [
            "会议时间：2010年10月1日",
            "举办时间： 2010年10月1日-31日",
            "报名时间：2011年3月21日至3月23日",
        ] {
            let source = format!(
                "<title>关于清溪县春季防火工作的通报-清溪县人民政府</title><h1>关于清溪县春季防火工作的通报</h1>\
                 <p>{line}</p>{REPORT}"
            );
            assert_eq!(body(&cleaned(&source)).first(), Some(&line));
        }
    }

    #[test]
    fn the_name_of_the_site_beside_the_date_is_of_the_byline() {
        for site in [
            "清溪县政府门户网站&nbsp;www.example.gov.cn",
            "清溪县政府门户网站",
            "www.example.gov.cn",
        ] {
            let source = format!(
                "<title>关于清溪县春季防火工作的通报-清溪县人民政府</title><h1>关于清溪县春季防火工作的通报</h1>\
                 <p><a href=/>{site}</a> <span>2018-04-19 17:32:17</span> <span>来源：清溪县政府网站</span></p>{REPORT}"
            );
            let bylines: Vec<_> =
                named(&source).into_iter().filter(|(role, _)| *role == Role::Meta).collect();
            assert_eq!(bylines.len(), 1, "{site}");
            assert_eq!(body(&cleaned(&source)).first(), Some(&"各位代表："));
        }
    }

    /// The headings of a notice with these lines between its paragraphs.
    fn headings_of(lines: &str) -> Vec<String> {
        let source = format!(
            "<title>清溪县修桥公告</title><h1>清溪县修桥公告</h1><p>来源：县水利局 2021-03-04</p>{REPORT}{lines}"
        );
        let blocks = cleaned(&source).blocks.into_iter();
        blocks.filter(|b| b.role == Role::Heading).map(|b| b.text).collect()
    }

    #[test]
    fn a_signature_is_no_heading() {
        let signed = "<p align=right><b>清溪县青石漂流有限公司</b></p><p align=right><b>清溪县水利局</b></p>\
            <p align=right><b>二〇一八年四月十九日</b></p>";
        assert!(headings_of(signed).is_empty());
        let text = "<p>过去一年，全县修好了三座桥，两岸的人来往方便多了，赶集也不用再绕路了。</p>";
        let heading = format!("<p><b>清溪县水利局</b></p>{text}");
        assert_eq!(headings_of(&heading), ["清溪县水利局"]);
    }

    #[test]
    fn fields_of_a_notice_are_no_headings() {
        let lines = "<p><b>详情请咨询：0000-65157888</b></p><p>一．采购人名称：清溪县某某公司</p>\
            <p>五．采购方式：公开招标</p><p>六．采购公告发布日期：2021年6月9日</p><p>七．预中标结果：</p>\
            <p>过去一年，全县修好了三座桥。</p><p>3、户 名：清溪县人才开发服务中心</p>\
            <p>8、联系方式：清溪镇宣传办：64489642</p><p>九、聚焦发展：经济实现新跨越</p><p>桥都修好了，人来人往。</p>";
        assert_eq!(headings_of(lines), ["七．预中标结果：", "九、聚焦发展：经济实现新跨越"]);
    }

    #[test]
    fn the_last_entry_of_a_list_is_no_heading() {
        let lines = "<p>2、招标内容：</p><p>（1）、负责户外横幅标语的一切申办手续；</p>\
            <p>（2）、对标语内容进行设计并按要求在指定点投放；</p><p>（3）、对户外横幅标语定期巡检、维护及更新。</p>\
            <p>3、招标方式为明标暗投。投标人以招标人提供的投标书竞价，价低者中标，不足三家则另行组织招标投标。</p>";
        assert_eq!(headings_of(lines), ["2、招标内容："]);
    }

    #[test]
    fn the_own_rules_of_a_source_win() {
        let options = Options {
            content: vec![".none".to_owned(), ".related".to_owned()],
            drop: vec!["li:first-child".to_owned()],
            ..Options::default()
        };
        let blocks = clean(page(ARTICLE), &options, None).expect("a document");
        assert_eq!(body(&blocks), ["别处的新闻又一条"]);
    }

    #[test]
    fn a_body_that_only_a_script_has_is_taken_from_there() {
        let text = "青石县的桥修好了，来往的人都说好。".repeat(6);
        let source = format!(
            "<title>青石县的桥</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\
             \"articleBody\":\"{text}\\n{text}\"}}</script><div id=app></div><p>请稍候</p>"
        );
        let blocks = cleaned(&source);
        assert_eq!(body(&blocks), [text.as_str(), text.as_str()]);
        assert!(blocks.decoded.warnings.contains(&Warning::BodyFromScript));
    }

    #[test]
    fn markup_in_a_body_of_a_script_is_read_as_such() {
        let text = "青石县的桥修好了，来往的人都说好。".repeat(6);
        for (open, close) in [("<p>", "</p>"), ("&lt;p&gt;", "&lt;/p&gt;")] {
            let source = format!(
                "<title>青石县的桥</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\
                 \"articleBody\":\"{open}{text}{close}{open}{text}{close}\"}}</script><div id=app></div>"
            );
            assert_eq!(body(&cleaned(&source)), [text.as_str(), text.as_str()]);
        }
    }

    #[test]
    fn pages_without_prose_are_rejected() {
        assert_eq!(rejected("<html><body><script>x</script></body></html>"), Reason::Empty);
        assert_eq!(
            rejected("<title>404 Not Found</title><h1>404 Not Found</h1><p>nginx"),
            Reason::ErrorPage
        );
        let login = "<title>登录</title><form>用户名<input name=u>密码<input type=password><button>登录</button></form><a href=/r>注册</a>";
        assert_eq!(rejected(login), Reason::LoginPage);
        let items: String = (0..40)
            .map(|n| format!("<li><a href=/{n}>第{n}条新闻的标题在这里</a> 2021-03-04"))
            .collect();
        assert_eq!(rejected(&format!("<title>新闻列表</title><ul>{items}</ul>")), Reason::ListPage);
    }

    /// The frame of a portal's pages.
    fn portal(title: &str, inside: &str) -> String {
        let menu: String =
            (0..40).map(|n| format!("<li><a href=/{n}>办事栏目之{n}</a></li>")).collect();
        format!(
            "<title>{title}</title><div class=nav><ul>{menu}</ul></div>{inside}\
             <div class=footer><p>主办：东山县人民政府办公室 网站标识码：0000000000</p></div>"
        )
    }

    #[test]
    fn a_page_of_a_portal_is_rejected_for_what_it_is() {
        let missing =
            "<div><p>抱歉，您访问的页面不存在或已被删除！</p><a href=/>返回首页</a></div>";
        assert_eq!(rejected(&portal("东山县人民政府", missing)), Reason::ErrorPage);
        let head =
            "<h1>关于印发东山县预算的通知</h1><div>来源：县财政局 发布时间：2025-02-11</div>";
        let title = "关于印发东山县预算的通知-东山县人民政府";
        for below in [
            "<p><a href=/1.pdf>东山县预算.pdf</a></p>",
            "<iframe src=/1.pdf></iframe><p>友情链接</p>",
        ] {
            assert_eq!(rejected(&portal(title, &format!("{head}{below}"))), Reason::Empty);
        }
    }

    #[test]
    fn pages_in_place_of_the_page_are_rejected() {
        let blocked = "<title>访问拦截</title><h1>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</h1>\
            <p>您的请求ID是: 00000000</p><p>如您是网站管理员，请登录控制台查看详情。</p>";
        assert_eq!(rejected(blocked), Reason::ErrorPage);
        let leads =
            "<title>跳转中</title>页面正在跳转，请稍候...<a href=/>如果没有自动跳转请点击这里</a>";
        assert_eq!(rejected(leads), Reason::Empty);
    }

    #[test]
    fn a_short_article_under_a_large_menu_is_an_article() {
        let head = "<h1>东山县便民服务告知</h1><div>日期：2024-12-03 来源：县公安局</div>";
        let table = "<table><tr><td>序号<td>姓名<tr><td>1<td>纪某某<tr><td>2<td>班某某</table>";
        for inside in [table, "<p>主任委员：纪某某</p><p>委员：班某某 施某某</p>"]
        {
            let page =
                portal("东山县便民服务告知_东山县公安局", &format!("{head}<div>{inside}</div>"));
            let blocks = cleaned(&page);
            assert!(body(&blocks).len() <= 2, "{:?}", body(&blocks));
            let role =
                |role| blocks.blocks.iter().find(|b| b.role == role).map(|b| b.text.as_str());
            assert_eq!(role(Role::Title), Some("东山县便民服务告知"));
            assert_eq!(role(Role::Meta), Some("日期：2024-12-03 来源：县公安局"));
        }
    }

    #[test]
    fn text_that_is_not_seen_is_not_kept() {
        let seen = "<p>三月以来，青石县在河上修好了三座桥，两岸的人来往方便多了。</p>\
            <p>县交通局说，三座桥一共花了九个月，用的石料都是本地的，工钱也付清了。</p>";
        let unseen =
            "<p>这一段是旧的草稿，读者看不见，里面的数字也不对，不能算作正文。</p>".repeat(3);
        for style in ["display:none", "visibility: hidden"] {
            let blocks = cleaned(&format!(
                "<title>青石县修好三座桥</title><article><h1>青石县修好三座桥</h1>{seen}\
                 <div style='{style}'>{unseen}</div></article>"
            ));
            assert!(body(&blocks).iter().any(|b| b.starts_with("三月以来")), "{style}");
            assert!(body(&blocks).iter().all(|b| !b.starts_with("这一段")), "{style}");
        }
    }

    #[test]
    fn hostile_pages_end() {
        let many = 20_000;
        for source in [
            "<div>".repeat(many),
            "<p>一".repeat(many),
            "<b>一<p>".repeat(2000),
            "<table><tr><td>".repeat(2000),
            "<a href=x>一<table>".repeat(500),
            format!("<font {}>一", "x=y ".repeat(many)),
            format!(
                "<table><tr><td colspan=9007199254740992 rowspan=9007199254740992>{}",
                "<td>一".repeat(many)
            ),
            "<ul><li>".repeat(many),
            "&#x4e00;".repeat(many),
            format!("<!--{}", "<".repeat(many)),
        ] {
            let _ = clean(page(&source), &Options::default(), None);
        }
    }
}
