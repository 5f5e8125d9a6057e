//! HTML → [`Dom`]: the tree that a browser would build, in an arena, with limits on depth and number of nodes.
//!
//! In: the decoded source of a page. Out: nodes linked by 32-bit ids, document order by links, only the attributes
//! that cleaning reads. Parsing cannot fail. The tree is that of html5ever's tree builder, so selectors made from it hold in browsers
//! and in `scraper`, except beyond the limits: there tags are taken as line breaks and [`Dom::truncated`] is set.
//! Walks are loops, never recursion: a page may nest as deep as it likes.

mod build;

use std::sync::LazyLock;

use html5ever::tendril::StrTendril;
use html5ever::{LocalName, QualName};
use rustc_hash::FxHashMap;

use super::tokens::Names;
pub(super) use build::{parse, tame};

/// Index of a node in the arena.
pub(super) type Id = u32;

/// No node.
pub(super) const NIL: Id = u32::MAX;

/// The document node.
pub(super) const ROOT: Id = 0;

macro_rules! tags {
    ($($name:ident $text:literal,)*) => {
        /// The elements that cleaning knows by name; all others are `Other`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Tag { $($name,)* Other }

        const TAG_NAMES: &[&str] = &[$($text,)*];

        static TAGS: LazyLock<FxHashMap<LocalName, Tag>> = LazyLock::new(|| {
            [$((LocalName::from($text), Tag::$name),)*].into_iter().collect()
        });
    };
}

tags! {
    A "a", Abbr "abbr", Address "address", Article "article", Aside "aside", Audio "audio", B "b",
    Blockquote "blockquote", Body "body", Br "br", Button "button", Canvas "canvas", Caption "caption",
    Center "center", Code "code", Dd "dd", Details "details", Dialog "dialog", Dir "dir", Div "div", Dl "dl",
    Dt "dt", Em "em", Embed "embed", Fieldset "fieldset", Figcaption "figcaption", Figure "figure",
    Font "font", Footer "footer", Form "form", Frameset "frameset", H1 "h1", H2 "h2", H3 "h3", H4 "h4",
    H5 "h5", H6 "h6", Head "head", Header "header", Hr "hr", Html "html", I "i", Iframe "iframe", Img "img",
    Input "input", Label "label", Legend "legend", Li "li", Link "link", Main "main", Map "map", Math "math",
    Menu "menu", Meta "meta", Nav "nav", Noframes "noframes", Noscript "noscript", Object "object",
    Ol "ol", Optgroup "optgroup", Option "option", P "p", Param "param", Picture "picture", Pre "pre",
    Progress "progress", Rp "rp", Rt "rt", Script "script", Search "search", Section "section", Select "select",
    Source "source", Span "span", Strong "strong", Style "style", Sub "sub", Summary "summary", Sup "sup",
    Svg "svg", Table "table", Tbody "tbody", Td "td", Template "template", Textarea "textarea",
    Tfoot "tfoot", Th "th", Thead "thead", Time "time", Title "title", Tr "tr", U "u", Ul "ul",
    Video "video",
}

impl Tag {
    /// Whether the element starts a line of its own in a browser.
    pub(super) fn is_block(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Address
                | Article
                | Aside
                | Blockquote
                | Body
                | Button
                | Caption
                | Center
                | Dd
                | Details
                | Dialog
                | Dir
                | Div
                | Dl
                | Dt
                | Fieldset
                | Figcaption
                | Figure
                | Footer
                | Form
                | Frameset
                | H1
                | H2
                | H3
                | H4
                | H5
                | H6
                | Header
                | Hr
                | Html
                | Legend
                | Li
                | Main
                | Menu
                | Nav
                | Noframes
                | Ol
                | Optgroup
                | Option
                | P
                | Pre
                | Search
                | Section
                | Select
                | Summary
                | Table
                | Tbody
                | Td
                | Tfoot
                | Th
                | Thead
                | Tr
                | Ul
        )
    }

    /// Whether nothing inside is text for a reader.
    pub(super) fn is_mute(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Script
                | Style
                | Template
                | Noscript
                | Head
                | Title
                | Iframe
                | Object
                | Embed
                | Svg
                | Math
                | Canvas
                | Audio
                | Video
                | Textarea
                | Rp
                | Rt
                | Progress
                | Noframes
                | Map
        )
    }

    /// 1 to 6 for headings.
    pub(super) fn heading(self) -> Option<u8> {
        Some(match self {
            Tag::H1 => 1,
            Tag::H2 => 2,
            Tag::H3 => 3,
            Tag::H4 => 4,
            Tag::H5 => 5,
            Tag::H6 => 6,
            _ => return None,
        })
    }
}

macro_rules! attrs {
    ($($name:ident $text:literal,)*) => {
        /// The attributes that are kept.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Attr { $($name,)* }

        const ATTR_NAMES: &[&str] = &[$($text,)*];

        static ATTRS: LazyLock<FxHashMap<LocalName, Attr>> = LazyLock::new(|| {
            [$((LocalName::from($text), Attr::$name),)*].into_iter().collect()
        });
    };
}

attrs! {
    Id "id", Class "class", Style "style", Href "href", Src "src", DataSrc "data-src",
    DataOriginal "data-original", Alt "alt", Name "name", Content "content", Property "property",
    Datetime "datetime", Rel "rel", Type "type", Colspan "colspan", Rowspan "rowspan", Hidden "hidden",
    AriaHidden "aria-hidden", Role "role", Itemprop "itemprop", Lang "lang", Border "border", Title "title",
}

/// What the tokenizer knows by heart. Of attributes it keeps no others, but for those that the tree builder compares.
static NAMES: LazyLock<Names> =
    LazyLock::new(|| Names::new(TAG_NAMES.iter().copied(), ATTR_NAMES.iter().copied()));

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An element; its name is `names[data]`.
    Element,
    /// Text; it is `texts[data]`.
    Text,
    /// The document, comments, doctypes, contents of templates.
    Other,
}

/// A node and its links.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) tag: Tag,
    pub(super) parent: Id,
    pub(super) prev: Id,
    pub(super) next: Id,
    pub(super) first: Id,
    pub(super) last: Id,
    data: u32,
    attrs: (u32, u32),
    depth: u32,
}

/// A page as a tree.
#[derive(Debug, Default)]
pub(super) struct Dom {
    nodes: Vec<Node>,
    names: Vec<QualName>,
    texts: Vec<StrTendril>,
    attrs: Vec<(Attr, StrTendril)>,
    /// Whether a limit left something out.
    pub(super) truncated: bool,
    /// Whether noscript was read as markup.
    pub(super) unscripted: bool,
}

impl Dom {
    /// Whether the page has such an element.
    pub(super) fn has(&self, tag: Tag) -> bool {
        self.nodes.iter().any(|n| n.tag == tag)
    }

    /// Number of nodes, the document included.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A node.
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    /// The tag of a node, `Other` for what is no element.
    pub(super) fn tag(&self, id: Id) -> Tag {
        self.nodes[id as usize].tag
    }

    /// The text of a text node, "" for others.
    pub(super) fn text(&self, id: Id) -> &str {
        let node = self.node(id);
        if node.kind == Kind::Text { &self.texts[node.data as usize] } else { "" }
    }

    /// The name of an element.
    pub(super) fn name(&self, id: Id) -> Option<&QualName> {
        let node = self.node(id);
        (node.kind == Kind::Element).then(|| &self.names[node.data as usize])
    }

    /// An attribute of an element.
    pub(super) fn attr(&self, id: Id, attr: Attr) -> Option<&str> {
        self.attrs(id).iter().find(|(a, _)| *a == attr).map(|(_, v)| &**v)
    }

    /// The kept attributes of a node.
    pub(super) fn attrs(&self, id: Id) -> &[(Attr, StrTendril)] {
        let (start, end) = self.node(id).attrs;
        &self.attrs[start as usize..end as usize]
    }

    /// The children of a node.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let first = self.node(id).first;
        std::iter::successors((first != NIL).then_some(first), |&id| {
            let next = self.node(id).next;
            (next != NIL).then_some(next)
        })
    }

    /// The node itself, its parent, and so on up to the document.
    pub(super) fn up(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors((id != NIL).then_some(id), |&id| {
            let parent = self.node(id).parent;
            (parent != NIL).then_some(parent)
        })
    }

    /// The node after `id` in document order within `top`, not entering `id` if `skip`.
    pub(super) fn following(&self, id: Id, top: Id, skip: bool) -> Option<Id> {
        let node = self.node(id);
        if !skip && node.first != NIL {
            return Some(node.first);
        }
        let mut at = id;
        while at != top {
            let node = self.node(at);
            if node.next != NIL {
                return Some(node.next);
            }
            if node.parent == NIL {
                return None;
            }
            at = node.parent;
        }
        None
    }

    /// The nodes below `top`, itself first, in document order.
    pub(super) fn within(&self, top: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(Some(top), move |&id| self.following(id, top, false))
    }
}
