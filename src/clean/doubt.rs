//! Pages without prose: nothing, an error, a login, a list of links; and bodies that only a script has.
//!
//! A page with prose is never rejected, however doubtful: prose is a piece of two or more sentences that is not a
//! link and not about the page itself, or enough single sentences.

use super::choose::Choice;
use super::dom::{Attr, ROOT, Tag};
use super::features::{NEAR_FOOT_NAME, NEAR_FOOTER, NEAR_NAV, NEAR_NAV_NAME, Page, Phrase};
use super::phrases::{Says, says};
use super::pieces::Piece;
use super::roles::Verdict;
use super::title;
use super::{Hints, Role};
use crate::reject::{Reason, Reject, Stage};

/// Tokens of an `articleBody` that is worth a document.
const SCRIPT_TOKENS_MIN: usize = 40;

/// How much of the title a line has to say to be it.
const TITLE_FIT: f32 = 0.5;

/// Tokens on a page that says that it is an error, those of links, menus and footers left out.
const ERROR_TOKENS_MAX: f32 = 250.0;

/// Tokens of its links outside menus and footers: more of them are a list.
const ERROR_LINKS_MAX: f32 = 300.0;

/// Tokens on a page that a firewall serves, and on one that only leads to another.
const BLOCKED_TOKENS_MAX: f32 = 150.0;
const LEADS_ON_TOKENS_MAX: f32 = 60.0;

/// Tokens of a body in which no one trusts.
const SCRAP_TOKENS: f32 = 8.0;

/// The article body in ld+json, if the page's elements show less than a third of it.
pub(super) fn body_from_script<'a>(
    page: &Page,
    hints: &'a Hints,
    choice: &Choice,
) -> Option<&'a str> {
    let body = hints.json_ld.iter().find(|(k, _)| k == "articleBody").map(|(_, v)| v.as_str())?;
    let tokens = count(body);
    let kept: f32 =
        page.stats.iter().zip(&choice.keep).filter(|(_, k)| **k).map(|(s, _)| s.tokens).sum();
    let shown = page.sums[ROOT as usize].prose.max(kept);
    (tokens >= SCRIPT_TOKENS_MIN && shown * 3.0 < tokens as f32).then_some(body)
}

/// Tokens of a text: Han characters and words of other scripts.
fn count(text: &str) -> usize {
    let mut in_word = false;
    text.chars()
        .filter(|&c| {
            let han = super::features::is_han(c);
            let word = !han && c.is_alphanumeric();
            let begins = han || word && !in_word;
            in_word = word;
            begins
        })
        .count()
}

/// Rejects a page that has nothing to say.
pub(super) fn reject(
    page: &Page,
    hints: &Hints,
    choice: &Choice,
    verdicts: &[Verdict],
) -> Result<(), Reject> {
    let no = |reason, message: String| Err(Reject::new(Stage::Clean, reason, message));
    let tokens: f32 = page.stats.iter().map(|s| s.tokens).sum();
    if tokens < 1.0 {
        return no(Reason::Empty, "the page shows no text".to_owned());
    }
    let facts = Facts::of(page, hints, choice, verdicts);
    let links = facts.links / tokens;
    // What is kept is little and doubtful: on a page that asks for a password line after line, or is made of links
    // without one that says what the title says, it is a notice.
    let titled = page.title_fit.iter().copied().fold(0.0, f32::max) >= TITLE_FIT;
    let asking = facts.asks >= 2.0 && facts.asks > 0.15 * page.stats.len() as f32;
    if facts.password && asking && facts.kept < 250.0 && choice.confidence < 0.8 {
        return no(Reason::LoginPage, "the page asks to sign in and has no article".to_owned());
    }
    let apart = facts.own < ERROR_TOKENS_MAX && facts.own_links < ERROR_LINKS_MAX;
    let alone = !facts.headed && !facts.password;
    if facts.says_error && apart && facts.prose < 80.0 && alone {
        let message = format!("the page says that there is nothing here ({} tokens)", facts.own);
        return no(Reason::ErrorPage, message);
    }
    let small = facts.own + facts.own_links;
    if alone && small < BLOCKED_TOKENS_MAX && page_says(page, hints, Says::Blocked) {
        return no(Reason::ErrorPage, "the page says that access is denied".to_owned());
    }
    if alone && small < LEADS_ON_TOKENS_MAX && page_says(page, hints, Says::LeadsOn) {
        return no(Reason::Empty, "the page only leads to another".to_owned());
    }
    // A title with its source and date is an article's, though there be nothing below but an attachment.
    let list = |message: String| match facts.headed {
        true => no(Reason::Empty, "nothing below the title is content".to_owned()),
        false => no(Reason::ListPage, message),
    };
    let bare = !facts.headed || facts.body_links > 0.5;
    let little = !titled && facts.kept < 250.0 && choice.confidence < 0.5 && links > 0.35;
    if (little || choice.confidence < 0.3 && links > 0.7) && bare && facts.n_links >= 15.0 {
        let share = (links * 100.0).round();
        return list(format!("{share} % of the text is links, and none of the rest is an article"));
    }
    if facts.prose >= 60.0 && !facts.says_error {
        return Ok(());
    }
    if facts.password && facts.prose < 30.0 {
        return no(Reason::LoginPage, "the page asks to sign in and has no prose".to_owned());
    }
    if facts.says_error && tokens < ERROR_TOKENS_MAX && facts.prose < 80.0 {
        return no(
            Reason::ErrorPage,
            format!("the page says that there is nothing here ({tokens} tokens)"),
        );
    }
    if facts.prose < 20.0 && facts.body_links > 0.5 && links > 0.4 && facts.n_links >= 8.0 {
        let share = (links * 100.0).round();
        return list(format!("{share} % of the text is links, and none of the rest is prose"));
    }
    let scrap = facts.below < SCRAP_TOKENS && choice.confidence < 0.3;
    if facts.body == 0.0 || facts.headed && (facts.below == 0.0 || scrap) {
        return no(Reason::Empty, "nothing on the page is content".to_owned());
    }
    Ok(())
}

/// The bit of names.toml for notices of cookies.
const CONSENT: u32 = 1 << 15;

struct Facts {
    /// Tokens of pieces that are sentences and speak of something, on the whole page.
    prose: f32,
    sentences: f32,
    /// Tokens chosen, and of these what has a body role.
    kept: f32,
    body: f32,
    /// Of the body, what stands below the title.
    below: f32,
    /// Share of links in the body.
    body_links: f32,
    links: f32,
    n_links: f32,
    /// Tokens outside menus, footers and controls: of text, of links.
    own: f32,
    own_links: f32,
    /// A title that the head confirms, with source and date below it.
    headed: bool,
    says_error: bool,
    password: bool,
    /// Short pieces that speak of signing in.
    asks: f32,
}

impl Facts {
    fn of(page: &Page, hints: &Hints, choice: &Choice, verdicts: &[Verdict]) -> Self {
        let mut f = Self {
            prose: 0.0,
            sentences: 0.0,
            kept: 0.0,
            body: 0.0,
            below: 0.0,
            body_links: 0.0,
            links: 0.0,
            n_links: 0.0,
            own: 0.0,
            own_links: 0.0,
            headed: title::confirmed(page)
                .is_some_and(|t| page.stats[t].link_share < 0.5 && title::has_byline(page, t)),
            asks: 0.0,
            says_error: says_error(page, hints),
            password: page.dom.within(ROOT).any(|id| {
                page.dom.tag(id) == Tag::Input && page.dom.attr(id, Attr::Type) == Some("password")
            }),
        };
        for (n, stat) in page.stats.iter().enumerate() {
            let piece = &page.pieces.list[n];
            f.links += stat.tokens * stat.link_share;
            f.n_links += piece.links as f32;
            if is_own(page, piece) {
                f.own += stat.tokens * (1.0 - stat.link_share);
                f.own_links += stat.tokens * stat.link_share;
            }
            f.asks += f32::from(u8::from(stat.tokens < 20.0 && stat.covers(Phrase::Sign) > 0.2));
            let about_page = stat.covers(Phrase::Legal)
                + stat.covers(Phrase::Sign)
                + stat.covers(Phrase::NotFound)
                > 0.1;
            let hidden = page.marks[piece.owner as usize].hidden;
            let consent = page.marks[piece.owner as usize].bits & CONSENT != 0;
            if stat.is_prose() && !about_page && !hidden && !consent {
                f.prose += stat.tokens;
                f.sentences += stat.ends;
            }
            if choice.keep[n] {
                f.kept += stat.tokens;
            }
            if verdicts[n].role.is_body() || verdicts[n].role == Role::Caption && choice.keep[n] {
                f.body += stat.tokens;
                f.below += if page.title.is_some_and(|t| t < n) { stat.tokens } else { 0.0 };
                f.body_links += stat.tokens * stat.link_share;
            }
        }
        f.body_links = if f.body > 0.0 { f.body_links / f.body } else { 1.0 };
        f
    }
}

/// Whether a piece is outside of what all pages of the site have: menus, footers, controls.
fn is_own(page: &Page, piece: &Piece) -> bool {
    let places = [NEAR_NAV_NAME, NEAR_FOOT_NAME, NEAR_NAV, NEAR_FOOTER];
    let control = matches!(page.dom.tag(piece.owner), Tag::Option | Tag::Select | Tag::Button);
    let hidden = page.marks[piece.owner as usize].hidden;
    !control && !hidden && !places.iter().any(|&place| page.is_near(piece, place))
}

/// Whether the title element or a line of the page's own has such a phrase.
fn page_says(page: &Page, hints: &Hints, what: Says) -> bool {
    hints.html_title.as_deref().is_some_and(|title| says(title, &[what]))
        || page.pieces.list.iter().any(|p| is_own(page, p) && says(page.pieces.of(p), &[what]))
}

/// Whether the title or a short line in front says that the page is an error.
fn says_error(page: &Page, hints: &Hints) -> bool {
    let title = hints.html_title.as_deref().unwrap_or("").to_lowercase();
    let in_title = ["404", "403", "not found", "找不到", "不存在", "错误", "出错", "error"]
        .iter()
        .any(|w| title.contains(w) && title.chars().count() < 40);
    let in_text = page
        .stats
        .iter()
        .filter(|s| s.tokens <= 40.0 && s.link_share < 0.5)
        .any(|s| s.covers(Phrase::NotFound) > 0.25);
    in_title || in_text
}
