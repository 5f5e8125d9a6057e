//! Tokens → the arena, as html5ever's tree builder says, within limits on depth and number of nodes.
//!
//! In: the source of a page. Out: a [`Dom`]. What would make parsing cost more than linear time is kept from the tree
//! builder: open elements without end, attributes without end.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag as TagToken, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{
    ElementFlags, NodeOrText, QuirksMode, TreeBuilder, TreeBuilderOpts, TreeSink,
};
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use rustc_hash::FxHashMap;

use super::{ATTRS, Dom, Id, Kind, NAMES, NIL, Node, ROOT, TAGS, Tag};
use crate::clean::tokens;

/// Parses a page. With `scripting`, as a browser that runs scripts does, what noscript holds is text without markup.
pub(in crate::clean) fn parse(
    source: &str,
    depth_max: usize,
    nodes_max: usize,
    scripting: bool,
) -> Dom {
    let bounded = bounded(depth_max, nodes_max, scripting);
    bounded.builder.sink.expect(source.len());
    tokens::tokenize(&line_ends(source), &NAMES, &bounded);
    Dom { unscripted: !scripting, ..bounded.builder.sink.finish() }
}

/// The source with line ends as the standard's preprocessing leaves them.
fn line_ends(source: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', source.as_bytes()).is_none() {
        return Cow::Borrowed(source);
    }
    Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Attributes of a tag; html5ever's tokenizer compares each with all before it.
const ATTRS_MAX: usize = 512;

/// The source without the attributes that are too many. Only tags that are long are looked at closely.
pub(in crate::clean) fn tame(source: &str) -> Cow<'_, str> {
    const LONG: usize = 4096;
    let bytes = source.as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(n) = memchr::memchr(b'<', &bytes[at..]) {
        at += n + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let near = &bytes[at..bytes.len().min(at + LONG)];
        if near.len() < LONG || memchr::memchr(b'>', near).is_some() {
            continue;
        }
        let (cut, end) = attributes(&bytes[at..]);
        if let Some(cut) = cut {
            out.push_str(&source[copied..at + cut]);
            copied = at + end;
        }
        at += end;
    }
    if copied == 0 {
        return Cow::Borrowed(source);
    }
    out.push_str(&source[copied..]);
    Cow::Owned(out)
}

/// Where the attributes of a tag become too many, if they do, and where the tag ends; both at ASCII bytes.
fn attributes(tag: &[u8]) -> (Option<usize>, usize) {
    let (mut n, mut quote, mut cut) = (0, None, None);
    for (at, &byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return (cut, at),
            (None, b'"' | b'\'') if tag[..at].trim_ascii_end().ends_with(b"=") => {
                quote = Some(byte)
            }
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'/' | 0x0c) => {
                n += 1;
                if n > 2 * ATTRS_MAX && cut.is_none() {
                    cut = Some(at);
                }
            }
            (None, _) => {}
        }
    }
    (cut, tag.len())
}

/// Keeps the tree builder from ever seeing more than it can take in linear time: the open elements are scanned for
/// most tags, so their number is what makes parsing quadratic.
struct Bounded {
    builder: TreeBuilder<Id, Sink>,
    depth_max: u32,
    nodes_max: usize,
    /// Start tags left out whose end tags have not come yet.
    dropped: Cell<u32>,
}

fn bounded(depth_max: usize, nodes_max: usize, scripting: bool) -> Bounded {
    let options = TreeBuilderOpts { scripting_enabled: scripting, ..TreeBuilderOpts::default() };
    Bounded {
        builder: TreeBuilder::new(Sink::new(), options),
        depth_max: u32::try_from(depth_max).unwrap_or(u32::MAX),
        nodes_max,
        dropped: Cell::new(0),
    }
}

impl Bounded {
    /// Whether the tag has to be left out.
    fn refuses(&self, tag: &TagToken) -> bool {
        let sink = &self.builder.sink;
        match tag.kind {
            TagKind::EndTag => {
                let dropped = self.dropped.get();
                self.dropped.set(dropped.saturating_sub(1));
                dropped > 0
            }
            TagKind::StartTag => {
                let full = sink.dom.borrow().nodes.len() >= self.nodes_max;
                let deep = sink.depth.get() >= self.depth_max && !is_leaf(&tag.name);
                if deep && !tag.self_closing {
                    self.dropped.set(self.dropped.get() + 1);
                }
                if full || deep {
                    sink.dom.borrow_mut().truncated = true;
                }
                full || deep
            }
        }
    }
}

/// Elements that nothing nests in: void ones, and those whose content is raw text.
fn is_leaf(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("br")
            | local_name!("img")
            | local_name!("hr")
            | local_name!("input")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("script")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("iframe")
            | local_name!("noscript")
            | local_name!("xmp")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("plaintext")
    )
}

impl TokenSink for Bounded {
    type Handle = Id;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Id> {
        if let Token::TagToken(tag) = &token
            && self.refuses(tag)
        {
            if tag.kind == TagKind::StartTag
                && self.builder.sink.dom.borrow().nodes.len() < self.nodes_max
                && TAGS.get(&tag.name).is_some_and(|t| t.is_block())
            {
                let br = TagToken {
                    kind: TagKind::StartTag,
                    name: local_name!("br"),
                    self_closing: false,
                    attrs: Vec::new(),
                    had_duplicate_attributes: false,
                };
                return self.builder.process_token(Token::TagToken(br), line);
            }
            return TokenSinkResult::Continue;
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Builds the arena as the tree builder says.
struct Sink {
    dom: RefCell<Dom>,
    templates: RefCell<FxHashMap<Id, Id>>,
    /// Depth of the innermost open element, as far as the sink is told.
    depth: Cell<u32>,
}

impl Sink {
    fn new() -> Self {
        let sink = Self {
            dom: RefCell::new(Dom::default()),
            templates: RefCell::default(),
            depth: Cell::new(0),
        };
        sink.push(Kind::Other, Tag::Other, NIL, (0, 0));
        sink
    }

    /// Makes room for what a page of that many bytes usually has.
    fn expect(&self, bytes: usize) {
        let dom = &mut *self.dom.borrow_mut();
        dom.nodes.reserve(bytes / 96);
        dom.names.reserve(bytes / 192);
        dom.texts.reserve(bytes / 192);
        dom.attrs.reserve(bytes / 192);
    }

    fn push(&self, kind: Kind, tag: Tag, data: u32, attrs: (u32, u32)) -> Id {
        let mut dom = self.dom.borrow_mut();
        let id = index(dom.nodes.len());
        dom.nodes.push(Node {
            kind,
            tag,
            parent: NIL,
            prev: NIL,
            next: NIL,
            first: NIL,
            last: NIL,
            data,
            attrs,
            depth: 0,
        });
        id
    }

    /// Joins `text` to the text node `at`; false if that is none.
    fn joins(&self, at: Id, text: &StrTendril) -> bool {
        let mut dom = self.dom.borrow_mut();
        if at == NIL || dom.node(at).kind != Kind::Text {
            return false;
        }
        let data = dom.node(at).data as usize;
        dom.texts[data].push_tendril(text);
        true
    }

    fn text_node(&self, text: StrTendril) -> Id {
        let data = {
            let mut dom = self.dom.borrow_mut();
            dom.texts.push(text);
            index(dom.texts.len() - 1)
        };
        self.push(Kind::Text, Tag::Other, data, (0, 0))
    }

    /// Links a node without parent in as the last child of `parent`, or before `next` if there is one.
    fn link(&self, id: Id, parent: Id, next: Id) {
        let mut dom = self.dom.borrow_mut();
        let depth = dom.node(parent).depth + 1;
        let nodes = &mut dom.nodes;
        let prev =
            if next == NIL { nodes[parent as usize].last } else { nodes[next as usize].prev };
        let node = &mut nodes[id as usize];
        (node.parent, node.prev, node.next, node.depth) = (parent, prev, next, depth);
        if node.kind == Kind::Element {
            self.depth.set(depth);
        }
        match prev {
            NIL => nodes[parent as usize].first = id,
            _ => nodes[prev as usize].next = id,
        }
        match next {
            NIL => nodes[parent as usize].last = id,
            _ => nodes[next as usize].prev = id,
        }
    }

    fn unlink(&self, id: Id) {
        let nodes = &mut self.dom.borrow_mut().nodes;
        let Node { parent, prev, next, .. } = nodes[id as usize];
        if parent == NIL {
            return;
        }
        match prev {
            NIL => nodes[parent as usize].first = next,
            _ => nodes[prev as usize].next = next,
        }
        match next {
            NIL => nodes[parent as usize].last = prev,
            _ => nodes[next as usize].prev = prev,
        }
        let node = &mut nodes[id as usize];
        (node.parent, node.prev, node.next) = (NIL, NIL, NIL);
    }

    /// Stores the attributes that are kept; their range.
    fn keep(&self, old: (u32, u32), attrs: Vec<Attribute>) -> (u32, u32) {
        let all = &mut self.dom.borrow_mut().attrs;
        let start = all.len();
        for Attribute { name, value } in attrs {
            let Some(&attr) = ATTRS.get(&name.local).filter(|_| name.ns == ns!()) else { continue };
            if all.len() == start {
                all.extend_from_within(old.0 as usize..old.1 as usize);
            }
            if !all[start..].iter().any(|(a, _)| *a == attr) {
                all.push((attr, value));
            }
        }
        if all.len() == start { old } else { (index(start), index(all.len())) }
    }
}

/// Counts of nodes, texts and attributes fit 32 bits, since each costs a byte of a source shorter than 4 GB at least;
/// copies made by the tree builder are bounded by the limit on nodes.
fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NIL - 1)
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Dom;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        ROOT
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Ref<'a, QualName> {
        Ref::map(self.dom.borrow(), |dom| &dom.names[dom.node(*target).data as usize])
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Id {
        let tag = TAGS.get(&name.local).copied().unwrap_or(Tag::Other);
        let attrs = self.keep((0, 0), attrs);
        let data = {
            let mut dom = self.dom.borrow_mut();
            dom.names.push(name);
            index(dom.names.len() - 1)
        };
        let id = self.push(Kind::Element, tag, data, attrs);
        if flags.template {
            let contents = self.push(Kind::Other, Tag::Other, NIL, (0, 0));
            self.templates.borrow_mut().insert(id, contents);
        }
        id
    }

    fn create_comment(&self, _text: StrTendril) -> Id {
        self.push(Kind::Other, Tag::Other, NIL, (0, 0))
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Id {
        self.push(Kind::Other, Tag::Other, NIL, (0, 0))
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        match child {
            NodeOrText::AppendNode(id) => self.link(id, *parent, NIL),
            NodeOrText::AppendText(text) => {
                let last = self.dom.borrow().node(*parent).last;
                if !self.joins(last, &text) {
                    let id = self.text_node(text);
                    self.link(id, *parent, NIL);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &Id, prev: &Id, child: NodeOrText<Id>) {
        if self.dom.borrow().node(*element).parent == NIL {
            self.append(prev, child);
        } else {
            self.append_before_sibling(element, child);
        }
    }

    fn append_doctype_to_document(
        &self,
        _name: StrTendril,
        _public_id: StrTendril,
        _system_id: StrTendril,
    ) {
    }

    fn pop(&self, node: &Id) {
        self.depth.set(self.dom.borrow().node(*node).depth.saturating_sub(1));
    }

    fn get_template_contents(&self, target: &Id) -> Id {
        self.templates.borrow().get(target).copied().unwrap_or(*target)
    }

    fn same_node(&self, x: &Id, y: &Id) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, new: NodeOrText<Id>) {
        let (parent, prev) = {
            let dom = self.dom.borrow();
            (dom.node(*sibling).parent, dom.node(*sibling).prev)
        };
        if parent == NIL {
            return;
        }
        match new {
            NodeOrText::AppendNode(id) => {
                self.unlink(id);
                self.link(id, parent, *sibling);
            }
            NodeOrText::AppendText(text) => {
                if !self.joins(prev, &text) {
                    let id = self.text_node(text);
                    self.link(id, parent, *sibling);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &Id, attrs: Vec<Attribute>) {
        let old = self.dom.borrow().node(*target).attrs;
        let new = self.keep(old, attrs);
        self.dom.borrow_mut().nodes[*target as usize].attrs = new;
    }

    fn remove_from_parent(&self, target: &Id) {
        self.unlink(*target);
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        loop {
            let first = self.dom.borrow().node(*node).first;
            if first == NIL {
                break;
            }
            self.unlink(first);
            self.link(first, *new_parent, NIL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Attr;
    use super::*;

    fn all_text(dom: &Dom) -> String {
        dom.within(ROOT).map(|id| dom.text(id)).collect()
    }

    /// A page as html5ever's own tokenizer has it built.
    fn reference(source: &str) -> Dom {
        use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
        let tokenizer = Tokenizer::new(bounded(512, 100_000, true), TokenizerOpts::default());
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(source));
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
        tokenizer.end();
        tokenizer.sink.builder.sink.finish()
    }

    /// The tree, one node a line.
    fn outline(dom: &Dom) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        for id in dom.within(ROOT) {
            let node = dom.node(id);
            let name = dom.name(id).map(|n| (&*n.ns, &*n.local));
            let attrs: Vec<_> = dom.attrs(id).iter().map(|(a, v)| (a, &**v)).collect();
            let _ = writeln!(
                out,
                "{} {:?} {name:?} {attrs:?} {:?}",
                node.depth,
                node.kind,
                dom.text(id)
            );
        }
        out
    }

    #[track_caller]
    fn check(source: &str) {
        assert_eq!(outline(&parse(source, 512, 100_000, true)), outline(&reference(source)));
    }

    #[test]
    fn the_tree_is_the_same_as_with_the_other_tokenizer() {
        for source in [
            "\u{feff}<!doctype html><title>a&amp;b&lt</title>c&nbsp;&notit;&not;&#x41;&#150;&#0;&#xd800;&#;&x",
            "<!doctype html public \"-//W3C//DTD HTML 3.2//EN\"><p>a<table><td>b",
            "<!DOCTYPE html SYSTEM 'about:legacy-compat' x><p>a<table>b",
            "<!doctype html public '-//W3C//DTD HTML 4.01 Transitional//EN' \"x\"><p><table>",
            "<!doctype><p><table>",
            "<!doctype html public><p><table>",
            "<!doctype html \"x\"><p><table>",
            "<!doctype html public \"a><p><table>",
            "<!doctype\nHTML\n><p><table>",
            "<!doctype",
            "<!doctype a",
            "<p id=a id=b CLASS = 'x y'title=\"&quot;&copy=1&copy;&copy\"/hidden>a</P x=y/>b<br/>c</br>d",
            "<a b/=c d = e f=>x<a href=?a=1&lt=2&lt;3&amp>y",
            "<p =a>",
            "<p a",
            "<p a=",
            "<p a='",
            "<p a=b",
            "<p /",
            "a<",
            "a</",
            "a</>b",
            "a</ b>c",
            "a<1>b",
            "a<?php x ?>b",
            "a<!x>b",
            "a<!",
            "a<!-",
            "a<!-x>b",
            "a<!-->b",
            "a<!--->b",
            "a<!---->b",
            "a<!-- x --!>b",
            "a<!--x--y-->b",
            "a<!--<!-->b",
            "a<!--x",
            "a<!--x--!-->b",
            "a<!-----!>b",
            "a<!--!>b-->c",
            "<script>a</scrip></SCRIPT >b",
            "<script><!--<script>a</script>b--></script>c",
            "<script><!--<script></script><script/></script></script>c",
            "<script><!-->a</script>b",
            "<script><!--<scriptx></script>b",
            "<script><!--a--></script>b<script>",
            "<script><!-- </script>b",
            "<script><!--<script>--></script>b",
            "<script><!-<script></script>b",
            "<script>a</script",
            "<script><!--<script </script></script >b--></script>c",
            "<style><p></style x>a<textarea>\n\n&amp;<p></textarea>b<xmp>&amp;</xmp><title>x</titl></title>",
            "<iframe><p></iframe><noscript><p>a</noscript><noembed><b></noembed><plaintext>a</plaintext>\0b",
            "<pre>\n\na\r\n\rb</pre>a\0b<svg>\0<![CDATA[a]]>b]]&gt;<p>c",
            "<svg><![CDATA[x]]]>y<![CDATA[z",
            "<![CDATA[x]]>y",
            "<math><annotation-xml encoding='text/html'><p>a</math>b",
            "<svg><font color=red>a<font x=y>b<a xlink:href=x title=y>c</svg><o:p>d</o:p><X\0y>",
            "<b class=a><b class=a><b class=a><b class=a>x</b></b></b></b></b><p>y",
            "<a x=1><div><a x=2>b<i y=1><i y=2><i y=3><i y=4><p>c",
            "<table><tr>a<td>b</table>c<input type=hidden>",
            "<frameset><frame>a",
            "<template shadowrootmode=open><p>a</template>",
            "<select><option>a<p>b<option>c",
            "<table><input type=HIDDEN>a<form><caption>b&#10;<tbody>\0",
            "&",
            "&a",
            "&#",
            "&#x",
            "&#x;",
            "&#99999999999;",
            "&NotEqualTilde;&nvlt;&ThickSpace;x&Aacute&AacuteX&amp;amp;",
        ] {
            check(source);
        }
    }

    /// What tags are made of, and what makes them go wrong.
    fn soup() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let part = prop_oneof![
            "</?(div|p|b|a|i|table|tr|td|script|style|title|textarea|select|option|svg|math|template|pre|form|font|X)",
            "( |/|\n)?(class|id|href|X|x:y|=)?(=| = )?(['\"][a-c&;<> ]{0,3}['\"]|[a-c&/]{0,2})",
            "[<>/!?=\"' \n&;#-]{1,3}",
            "(<!--|-->|--!>|<!doctype html|<!\\[CDATA\\[|\\]\\]>|<script>|</script|<!-|\0)",
            "&(amp|lt|not|notin|copy|nbsp|#x?[0-9a-f]{0,3});?",
            "[a一 ]{1,3}",
            Just(">".to_owned()),
        ];
        proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
    }

    proptest::proptest! {
        #[test]
        fn trees_of_soup_are_the_same(source in soup()) {
            check(&source);
        }
    }

    #[test]
    fn text_survives_misnesting() {
        let dom = parse("<p>甲<b>乙<p>丙</b>丁<table>戊<tr><td>己", 512, 1000, true);
        assert_eq!(all_text(&dom), "甲乙丙丁戊己");
    }

    #[test]
    fn deep_nesting_is_cut_and_keeps_the_text() {
        let source = format!("{}甲<b>乙</b>{}丙", "<div>".repeat(5000), "</div>".repeat(5000));
        let dom = parse(&source, 100, 100_000, true);
        assert!(dom.truncated);
        assert_eq!(all_text(&dom), "甲乙丙");
        assert!(dom.within(ROOT).all(|id| dom.up(id).count() < 110));
    }

    #[test]
    fn too_many_nodes_are_cut() {
        let dom = parse(&"<i>甲</i>".repeat(1000), 100, 500, true);
        assert!(dom.truncated && dom.len() < 600);
    }

    #[test]
    fn a_flood_of_attributes_is_cut() {
        let flood: String = (0..5000).map(|n| format!("a{n}=1 ")).collect();
        let source = format!("<div {flood}>甲</div><p title='{}'>乙", "x ".repeat(5000));
        let dom = parse(&source, 100, 500, true);
        assert_eq!(all_text(&dom), "甲乙");
        let p = dom.within(ROOT).find(|&id| dom.tag(id) == Tag::P).expect("there is a p");
        assert_eq!(dom.attr(p, Attr::Title).map(str::len), Some(10_000));
    }

    #[test]
    fn attributes_are_kept() {
        let dom = parse("<div id=a class='b c' onclick=x>甲</div>", 100, 500, true);
        let div = dom.within(ROOT).find(|&id| dom.tag(id) == Tag::Div).expect("there is a div");
        assert_eq!(dom.attr(div, Attr::Id), Some("a"));
        assert_eq!(dom.attrs(div).len(), 2);
    }
}
