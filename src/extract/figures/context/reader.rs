//! A sentence's clauses → what each says of its quantities.
//!
//! Quantities are read from left to right. [`before::lead`](super::before::lead) tells how the words before one lead to
//! it, [`noun_after`] whether the thing counted stands after it, [`readings`](super::readings) what that says; what a
//! clause leaves unsaid is taken from the figure before (立案提案200件，办复198件). Here is the walk along the clause.

use super::super::Quantity;
use super::after::{After, noun_after};
use super::clause::Sentence;
use super::each;
use super::lexicon::Class;
use super::measure::is_rate;
use super::naming::{doer, done_next, of_sector, subject_of, topic};
use super::phrase::Row;
use super::said::Said;
use std::borrow::Cow;

/// Reads the clauses of one passage, one sentence after the other.
#[derive(Debug, Default)]
pub(super) struct Reader<'a> {
    /// The figure read last, in this sentence or an earlier one.
    pub(super) last: Option<Said<'a>>,
    pub(super) last_unit: Option<Cow<'static, str>>,
    /// A figure of the present sentence has been read.
    pub(super) warm: bool,
    /// No clause without a figure stands between the last one and this.
    pub(super) adjoins: bool,
    /// The thing that the clause before, without a figure, spoke of.
    pub(super) topic: Option<&'a str>,
    /// The names of the last 分别 list of the sentence.
    names: Vec<String>,
    doer: Option<&'a str>,
}

/// A quantity and the words around it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, 'q> {
    /// From the noun of the quantity before, or the start of the clause.
    pub(super) before: Row<'a>,
    /// Up to the next quantity, or the end of the clause.
    pub(super) right: Row<'a>,
    /// Another quantity follows in the clause.
    pub(super) more: bool,
    /// It follows another in a list.
    pub(super) in_list: bool,
    /// The noun that the next quantity has for both.
    pub(super) shared: Option<After<'a>>,
    pub(super) quantity: &'q Quantity,
}

impl<'a> Reader<'a> {
    /// Reads a sentence; one [`Said`] for each of its quantities, in order.
    pub(super) fn sentence(
        &mut self,
        passage: &'a str,
        sentence: &'a Sentence,
        quantities: &[Quantity],
    ) -> Vec<(usize, Said<'a>)> {
        self.warm = false;
        self.topic = None;
        self.names.clear();
        self.doer = None;
        let mut out: Vec<(usize, Said<'a>)> = Vec::new();
        for elements in sentence.clauses() {
            let row = Row { passage, elements };
            if let Some((_, said)) = out.last_mut().filter(|(_, said)| said.wants) {
                said.wants = false;
                said.action = done_next(row);
            }
            if row.position(Class::is_quantity).is_none() {
                self.topic = topic(row);
                self.adjoins = false;
                self.doer = self.doer.or_else(|| doer(row));
                continue;
            }
            self.clause(row, quantities, &mut out);
        }
        out.sort_by_key(|(index, _)| *index);
        out
    }

    fn clause(&mut self, row: Row<'a>, quantities: &[Quantity], out: &mut Vec<(usize, Said<'a>)>) {
        let mut walk = Walk::new(row, quantities);
        let doer = doer(row).or(self.doer);
        let first_out = out.len();
        for nth in 0..walk.places.len() {
            let index = walk.places[nth].1;
            let place = walk.place(nth);
            self.name(&mut walk, nth, &place, out);
            let (mut said, used) = self.quantity(place);
            walk.amend(nth, &place, self.last.as_ref(), &mut said);
            if let Some(whole) = said.item.as_deref().and_then(|item| of_sector(item, place.before))
            {
                said.item = Some(Cow::Owned(whole));
            }
            walk.from = walk.places[nth].0 + 1 + if walk.described { 0 } else { used };
            if !place.in_list {
                close(&mut out[first_out..]);
            }
            if said.action.is_some() {
                fill(&mut out[first_out..], &said);
            }
            self.last = Some(said.clone()); // of whose subject nothing is asked
            said.subject = doer;
            self.last_unit.clone_from(&place.quantity.unit);
            self.warm = true;
            self.adjoins = true;
            self.topic = None;
            out.push((index, said));
        }
    }

    /// Looks whether a list that gives the quantities from here on their names begins.
    fn name(
        &mut self,
        walk: &mut Walk<'a, '_>,
        nth: usize,
        place: &Place<'a, '_>,
        out: &[(usize, Said<'a>)],
    ) {
        let (row, places) = (walk.row, &walk.places[nth..]);
        if let Some((found, n)) = each::starts(place.before, places, row) {
            walk.starting = n;
            walk.names = found.into_iter();
        } else if let Some(found) = each::names(place.before, places, row, || earlier(out)) {
            self.names.clone_from(&found);
            walk.names = found.into_iter();
        } else if nth == 0 && each::repeats(place.before, places, row, self.names.len()) {
            walk.names = self.names.clone().into_iter();
        }
    }
}

/// The walk along a clause from one quantity to the next.
struct Walk<'a, 'q> {
    row: Row<'a>,
    quantities: &'q [Quantity],
    /// Where the quantities stand in the row, and their indices.
    places: Vec<(usize, usize)>,
    /// Where the words before the next quantity begin.
    from: usize,
    /// Names that a list has given the quantities to come.
    names: std::vec::IntoIter<String>,
    /// So many of the quantities to come are starting points.
    starting: usize,
    /// The present quantity, and the one before, are described by the one that follows (390万|65岁以上|老年人).
    described: bool,
    was_described: bool,
}

impl<'a, 'q> Walk<'a, 'q> {
    fn new(row: Row<'a>, quantities: &'q [Quantity]) -> Self {
        let place = |(at, class): (usize, Class)| match class {
            Class::Quantity(index) => Some((at, index)),
            _ => None,
        };
        let places = row.elements.iter().map(|e| e.class).enumerate().filter_map(place).collect();
        Self {
            row,
            quantities,
            places,
            from: 0,
            names: Vec::new().into_iter(),
            starting: 0,
            described: false,
            was_described: false,
        }
    }

    fn quantity(&self, nth: usize) -> Option<&'q Quantity> {
        self.quantities.get(self.places.get(nth)?.1)
    }

    /// The words around the `nth` quantity of the clause.
    fn place(&mut self, nth: usize) -> Place<'a, 'q> {
        let row = self.row;
        let (at, index) = self.places[nth];
        let quantity = &self.quantities[index];
        let next = self.places.get(nth + 1).map_or(row.len(), |(at, _)| *at);
        let more = next < row.len();
        let before = row.part(self.from, at);
        // 6批次|共|100多人次: the same thing counted twice.
        let bare = before.without_tail(Class::is_setting).first();
        let in_list = nth > 0 && matches!(bare, Class::Stop | Class::Conj);
        let before = before.without_lead(|c| c == Class::Conj);
        let right = row.part(at + 1, next);
        self.was_described = self.described;
        self.described = right.is_empty() && more && touches(row, at);
        if self.described {
            let right = row.part(next + 1, row.len());
            return Place { before, right, more: false, in_list, shared: None, quantity };
        }
        // 推进12项及|14项重点改革: the noun is printed once.
        let same = self.quantity(nth + 1).is_some_and(|next| next.unit == quantity.unit);
        let shared = (same && is_join(right) && !is_rate(quantity)).then(|| {
            let beyond = self.places.get(nth + 2).map_or(row.len(), |(at, _)| *at);
            noun_after(row.part(next + 1, beyond), beyond < row.len())
        });
        Place { before, right, more, in_list, shared: shared.flatten(), quantity }
    }

    /// What the clause as a whole adds to the reading of one of its quantities.
    fn amend(
        &mut self,
        nth: usize,
        place: &Place<'a, '_>,
        last: Option<&Said<'a>>,
        said: &mut Said<'a>,
    ) {
        if self.described && self.quantity(nth + 1).is_some_and(|q| q.unit.as_deref() == Some("岁"))
        {
            let age = self.row.word(self.places[nth].0 + 1);
            said.item = said.item.take().map(|item| Cow::Borrowed(age) + item);
        }
        if let Some(name) = self.names.next() {
            said.item = Some(Cow::Owned(name));
            said.doubts = 0;
        }
        if self.starting > 0 {
            said.is_from = true;
            self.starting -= 1;
        }
        if place.before.first() == Class::De {
            self.amend_after_de(nth, last, said);
        }
        if self.was_described {
            said.carry = last.and_then(|l| l.carry.clone());
        }
    }

    fn amend_after_de(&self, nth: usize, last: Option<&Said<'a>>, said: &mut Said<'a>) {
        // 127个国家的|584个港口: what was done holds for both.
        if nth > 0 && said.action.is_none() && said.change.is_none() {
            said.action = last.and_then(|l| l.action.clone());
        }
        // 外贸在需求下降3成|的情况下增长|12%: the thing stands before 在, which a clause has near its first quantity.
        let within = said.item.as_deref().is_some_and(|item| item.ends_with(['下', '上', '中']));
        if within && nth == 1 {
            let until =
                self.row.part(0, self.places[0].0).rposition(|c| c == Class::Prep).unwrap_or(0);
            let before = subject_of(self.row.part(0, until)).map(Cow::Borrowed);
            said.item = before.or(said.item.take());
        }
    }
}

/// Nothing but 及 and the like.
fn is_join(row: Row<'_>) -> bool {
    row.first() == Class::Conj && row.part(1, row.len()).without_lead(Class::is_setting).is_empty()
}

fn touches(row: Row<'_>, at: usize) -> bool {
    let next = row.elements.get(at).zip(row.elements.get(at + 1));
    next.is_some_and(|(one, next)| one.span.end == next.span.start)
}

/// What the last few figures were of, with what was done.
fn earlier(out: &[(usize, Said<'_>)]) -> Vec<String> {
    const LEN_MAX: usize = 4;
    let name = |said: &Said<'_>| {
        let action = said.action.as_deref().unwrap_or_default();
        format!("{action}{}", said.item.as_deref().unwrap_or_default())
    };
    out[out.len().saturating_sub(LEN_MAX)..].iter().map(|(_, said)| name(said)).collect()
}

/// Members of the list before get the verb that its last member has.
fn fill<'a>(list: &mut [(usize, Said<'a>)], said: &Said<'a>) {
    for (_, member) in list.iter_mut().rev().take_while(|(_, member)| member.open) {
        member.action.clone_from(&said.action);
        member.open = false;
    }
}

/// The list before has ended without one.
fn close(list: &mut [(usize, Said<'_>)]) {
    for (_, member) in list.iter_mut().rev().take_while(|(_, member)| member.open) {
        member.open = false;
    }
}
