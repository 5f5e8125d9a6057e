//! Pages without prose: nothing, an error, a login, a list of links; and bodies that only a script has.
//!
//! A page with prose is never rejected, however doubtful: prose is a piece of two or more sentences that is not a
//! link and not about the page itself, or enough single sentences.

use super::choose::Choice;
use super::dom::{Attr, ROOT, Tag};
use super::features::{Page, Phrase};
use super::roles::Verdict;
use super::{Hints, Role};
use crate::reject::{Reason, Reject, Stage};

/// Tokens of an `articleBody` that is worth a document.
const SCRIPT_TOKENS_MIN: usize = 40;

/// How much of the title a line has to say to be it.
const TITLE_FIT: f32 = 0.5;

/// Tokens on a page that says that it is an error.
const ERROR_TOKENS_MAX: f32 = 250.0;

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
    let little = !titled && facts.kept < 250.0 && choice.confidence < 0.5 && links > 0.35;
    if (little || choice.confidence < 0.3 && links > 0.7) && facts.n_links >= 15.0 {
        let share = (links * 100.0).round();
        let message = format!("{share} % of the text is links, and none of the rest is an article");
        return no(Reason::ListPage, message);
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
        return no(
            Reason::ListPage,
            format!("{share} % of the text is links, and none of the rest is prose"),
        );
    }
    if facts.body == 0.0 {
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
    /// Share of links in the body.
    body_links: f32,
    links: f32,
    n_links: f32,
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
            body_links: 0.0,
            links: 0.0,
            n_links: 0.0,
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
                f.body_links += stat.tokens * stat.link_share;
            }
        }
        f.body_links = if f.body > 0.0 { f.body_links / f.body } else { 1.0 };
        f
    }
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
