//! Rows of elements → noun phrases, verb chains and predicates as text.
//!
//! All functions take a slice of one clause's elements and look at each element a bounded number of times.

use super::clause::Element;
use super::lexicon::Class;
use crate::extract::words::Ends;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A slice of a clause and the passage that it is cut from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) passage: &'a str,
    pub(super) elements: &'a [Element],
}

/// A bracket at the end that says what is counted in (含专合社) is no part of the name; others are (服务队（团）).
fn without_remark(text: &str) -> &str {
    if !text.ends_with(['）', ')']) {
        return text;
    }
    let Some(at) = text.rfind(['（', '(']) else { return text };
    let inner = text[at..].trim_start_matches(['（', '(']);
    let remark = ["含", "包括", "其中", "不含", "指", "即", "以下简称", "下同"]
        .iter()
        .any(|word| inner.starts_with(word));
    if remark && at > 0 { text[..at].trim_end() } else { text }
}

/// The word right before this place that says that the thing was not done, else nothing: an action without it would be
/// the opposite of what is said (不起诉, 未完成).
fn negation(passage: &str, at: usize) -> &'static str {
    // 没 alone is not told from the end of a verb (淹没).
    static WORDS: LazyLock<Ends<()>> =
        LazyLock::new(|| Ends::of(&["不予", "未予", "没有", "不再", "拒不", "不", "未"]));
    WORDS.at(passage, at).map_or("", |(word, ())| word)
}

/// A rank says nothing of what was done (居全国前列).
pub(super) fn ranks(word: &str) -> bool {
    word.contains(['居', '列', '排', '创'])
}

/// The first `len` bytes.
fn cut(text: Cow<'_, str>, len: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..len]),
        Cow::Owned(mut text) => {
            text.truncate(len);
            Cow::Owned(text)
        }
    }
}

impl Class {
    /// A verb, whatever it says.
    pub(super) fn is_verb(self) -> bool {
        matches!(self, Self::Verb | Self::Soft | Self::Light | Self::Causative)
    }

    /// A verb or what may serve as one.
    pub(super) fn may_be_verb(self) -> bool {
        self.is_verb() || self.is_change() || matches!(self, Self::Nominal)
    }

    /// A quantity.
    pub(super) fn is_quantity(self) -> bool {
        matches!(self, Self::Quantity(_))
    }

    /// Growth or decline.
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::Increase | Self::Decrease)
    }

    /// Says when, how or whose; part of no phrase.
    pub(super) fn is_setting(self) -> bool {
        matches!(
            self,
            Self::Adverb | Self::Manner | Self::Time | Self::Modal | Self::Each | Self::Scope
        )
    }
}

impl<'a> Row<'a> {
    /// The part of the row from `from` up to but not including `to`.
    pub(super) fn part(self, from: usize, to: usize) -> Self {
        Self { elements: self.elements.get(from..to).unwrap_or_default(), ..self }
    }

    pub(super) fn len(self) -> usize {
        self.elements.len()
    }

    pub(super) fn is_empty(self) -> bool {
        self.elements.is_empty()
    }

    /// The class of the element at `at`; a stop beyond the ends.
    pub(super) fn class(self, at: usize) -> Class {
        self.elements.get(at).map_or(Class::Stop, |e| e.class)
    }

    pub(super) fn first(self) -> Class {
        self.class(0)
    }

    pub(super) fn last(self) -> Class {
        self.elements.last().map_or(Class::Stop, |e| e.class)
    }

    /// Whether a word of the class passes.
    pub(super) fn says(self, class: Class, test: impl Fn(&str) -> bool) -> bool {
        self.elements.iter().any(|e| e.class == class && test(e.span.of(self.passage)))
    }

    /// The text of one element.
    pub(super) fn word(self, at: usize) -> &'a str {
        self.elements.get(at).map_or("", |e| e.span.of(self.passage))
    }

    pub(super) fn last_word(self) -> &'a str {
        self.word(self.len().wrapping_sub(1))
    }

    /// The passage from the first element to the last, with the marks between.
    pub(super) fn text(self) -> &'a str {
        match (self.elements.first(), self.elements.last()) {
            (Some(first), Some(last)) => &self.passage[first.span.start..last.span.end],
            _ => "",
        }
    }

    pub(super) fn position(self, test: impl Fn(Class) -> bool) -> Option<usize> {
        self.elements.iter().position(|e| test(e.class))
    }

    pub(super) fn rposition(self, test: impl Fn(Class) -> bool) -> Option<usize> {
        self.elements.iter().rposition(|e| test(e.class))
    }

    pub(super) fn without_lead(self, test: impl Fn(Class) -> bool) -> Self {
        let from = self.position(|c| !test(c)).unwrap_or(self.len());
        self.part(from, self.len())
    }

    pub(super) fn without_tail(self, test: impl Fn(Class) -> bool) -> Self {
        let to = self.rposition(|c| !test(c)).map_or(0, |at| at + 1);
        self.part(0, to)
    }

    /// Where the chain of verbs begins that ends with the row: 发现并督促整改.
    pub(super) fn chain_start(self) -> usize {
        let mut at = self.len();
        while at > 0 {
            let class = self.class(at - 1);
            let joins = class == Class::Conj
                && at < self.len()
                && at >= 2
                && self.class(at - 2).may_be_verb();
            let begins = at == self.len() && class.may_be_verb();
            let bare = class == Class::Nominal
                && (at == 1 || !matches!(self.class(at - 2), Class::Noun | Class::De));
            if !(begins || joins || class.is_verb() || bare) {
                break;
            }
            at -= 1;
            if matches!(self.word(at), "为期" | "历时") {
                break;
            }
        }
        at
    }

    /// A chain of verbs as an action: adverbs, but for a negation, and verbs that only colour another one are dropped.
    pub(super) fn action(self) -> Option<Cow<'a, str>> {
        let n_verbs = self.elements.iter().filter(|e| e.class.may_be_verb()).count();
        // What denies a verb that only colours the next one denies that.
        let (mut text, mut denied) = (Cow::Borrowed(""), "");
        for (at, element) in self.elements.iter().enumerate() {
            let colours = matches!(element.class, Class::Soft | Class::Light)
                && n_verbs > 1
                && at + 1 < self.len();
            if element.class.may_be_verb() {
                denied = match negation(self.passage, element.span.start) {
                    "" => denied,
                    word => word,
                };
            }
            if element.class.may_be_verb() && !(colours && text.is_empty())
                || element.class == Class::Conj && !text.is_empty()
            {
                text += std::mem::take(&mut denied);
                text += element.span.of(self.passage);
            }
        }
        let bare = text.trim_end_matches('了');
        let bare = if bare == "转化为" { "转化" } else { bare };
        let len = bare.len();
        (len > 0).then(|| cut(text, len))
    }

    /// A counted thing: the head of the phrase, without what only describes, lists examples, or says whose it is.
    pub(super) fn counted(self) -> Option<&'a str> {
        let mut row = self.trimmed();
        if let Some(etc) = row.rposition(|c| c == Class::Etc) {
            let listed = row.part(0, etc).elements.iter().any(|e| e.class == Class::Conj);
            let tail = row.part(etc + 1, row.len()).text().chars().count();
            if (listed || tail > 2) && tail > 0 {
                row = row.part(etc + 1, row.len());
            }
        }
        if let Some(de) = row.rposition(|c| c == Class::De) {
            let head = row.part(de + 1, row.len());
            if head.text().chars().count() >= 2 {
                row = head;
            }
        }
        row.trimmed().noun_text()
    }

    /// A thing measured: the whole phrase, since its qualifiers tell it from its neighbours.
    pub(super) fn thing(self) -> Option<&'a str> {
        self.trimmed().noun_text()
    }

    fn trimmed(self) -> Self {
        self.without_lead(|c| c.is_setting() || matches!(c, Class::Conj | Class::Etc | Class::De))
            .without_tail(|c| c.is_setting() || matches!(c, Class::Conj | Class::De))
    }

    fn noun_text(self) -> Option<&'a str> {
        let text = without_remark(self.text().trim());
        (!text.is_empty()).then_some(text)
    }

    /// What is said after the counted thing, as an action: 落地见效; 被 and its doer, and verbs that say little, dropped.
    pub(super) fn predicate(self) -> Option<Cow<'a, str>> {
        let row = self.without_lead(|c| c.is_setting() || c == Class::Conj);
        let row = row.without_tail(|c| matches!(c, Class::Adverb | Class::Conj | Class::Time));
        let denied = row.elements.first().map_or("", |e| negation(row.passage, e.span.start));
        let text = row.affirmed()?;
        Some(if text.starts_with(denied) { text } else { Cow::Borrowed(denied) + text })
    }

    /// A predicate but for what denies it.
    fn affirmed(self) -> Option<Cow<'a, str>> {
        match self.first() {
            Class::Passive => self.part(1, self.len()).passive(),
            Class::Prep if self.word(0) == "通过" && self.is_approval() => self.phrase(),
            Class::Prep | Class::Compare | Class::Conj => {
                let verb = self.position(|c| c.is_verb() || c == Class::Passive)?;
                self.part(verb, self.len()).predicate()
            }
            Class::Light => self.light(),
            Class::Verb | Class::Soft | Class::Causative | Class::Nominal => self.phrase(),
            Class::Level if ranks(self.word(0)) || matches!(self.word(0), "为" | "是" | "占") => {
                None
            }
            Class::Increase | Class::Decrease | Class::Level if self.len() > 1 => self.phrase(),
            _ => None,
        }
    }

    /// 通过…评估认定: the verb, not 通过 as by means of.
    fn is_approval(self) -> bool {
        let text = self.text();
        [
            "认定", "验收", "评估", "评审", "审核", "鉴定", "认证", "考核", "核查", "复核", "审议",
            "评定",
        ]
        .iter()
        .any(|end| text.ends_with(end))
    }

    /// After 被: the doer goes, the verb stays. Without a doer, the verb with its object.
    fn passive(self) -> Option<Cow<'a, str>> {
        let row = self.without_lead(Class::is_setting);
        if row.first().is_verb() {
            return row.phrase();
        }
        if row.last().may_be_verb() {
            return row.part(row.chain_start(), row.len()).action();
        }
        let verb = row.position(Class::is_verb)?;
        row.part(verb, row.len()).phrase()
    }

    /// After 开展 and its like: the noun of action, if the phrase ends with one.
    fn light(self) -> Option<Cow<'a, str>> {
        if self.len() > 1 && self.last().may_be_verb() {
            let start = self.chain_start().max(1);
            return self.part(start, self.len()).action();
        }
        self.phrase()
    }

    /// The verb with its object, or the verb alone where the object is long.
    fn phrase(self) -> Option<Cow<'a, str>> {
        const CHARS_MAX: usize = 22;
        if self.first() == Class::Soft && self.class(1).may_be_verb() {
            return self.part(1, self.len()).phrase();
        }
        let text = self.text();
        if text.chars().count() <= CHARS_MAX {
            return (!text.is_empty()).then_some(Cow::Borrowed(text));
        }
        let end = self.position(|c| !c.may_be_verb() && c != Class::Conj).unwrap_or(self.len());
        self.part(0, end).without_tail(|c| c == Class::Conj).action()
    }
}
