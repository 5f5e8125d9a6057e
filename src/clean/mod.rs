//! [`Text`] → [`Blocks`]: every piece of the page with its role and the reason for it.
//!
//! Cleaning labels and never deletes: what is not main content is kept as a dropped block, so that a wrong decision
//! can be seen and traced. Whether a line is a heading is decided here; its level is the outline's business
//! (`extract::sections`).

mod html;
mod tokens;
mod dom;
mod hints;
mod names;
mod tables;
mod pieces;
mod features;
mod model;
mod choose;
mod others;
mod phrases;
mod furniture;
mod settle;
mod selectors;
mod credits;
mod byline;
pub(crate) mod events;
mod forms;
mod roles;
mod title;
mod doubt;
mod locate;
mod address;
pub mod study;
pub mod headings;
mod lines;
mod join;

use crate::decode::{Decoded, Markup, Text};
use crate::page::PageInfo;
use crate::provenance::{Locator, Span};
use crate::reject::Reject;

pub use join::join;
pub(crate) use tables::is_index;

/// How to clean the pages of one source.
#[derive(Debug, Clone)]
pub struct Options {
    /// CSS selectors of the main content; the first that matches wins over every rule of ours.
    pub content: Vec<String>,
    /// CSS selectors of elements that are never content.
    pub drop: Vec<String>,
    /// Elements nested deeper than this are taken as children of the deepest allowed one.
    pub depth_max: usize,
    /// Nodes of a page beyond this number are left out, with a warning.
    pub nodes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { content: Vec::new(), drop: Vec::new(), depth_max: 512, nodes_max: 2_000_000 }
    }
}

/// Builds the larger tables that are otherwise built when first needed.
pub(crate) const PREPARE: &[fn()] =
    &[features::prepare, phrases::prepare, lines::words::prepare, names::prepare, model::prepare];

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What a block is to its page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Role] = &[$(Role::$name,)*];

            /// The name in `blocks.role`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

roles! {
    /// Menus, breadcrumbs, search boxes, related headlines, share widgets.
    Nav = "nav",
    /// The article's title.
    Title = "title",
    /// A line that continues the title.
    Subtitle = "subtitle",
    /// A line above the title (引题).
    Kicker = "kicker",
    /// Source, author, date, views in the header.
    Meta = "meta",
    /// Caption of a picture.
    Caption = "caption",
    /// A heading inside the body.
    Heading = "heading",
    /// A paragraph of the body.
    Para = "para",
    /// An item of a list in the body.
    ListItem = "list_item",
    /// A quotation set off in the body.
    Quote = "quote",
    /// A data table of the body.
    Table = "table",
    /// Reporter, editor, proof-reader at the end.
    Credit = "credit",
    /// Licences, copyright, address, contact, QR captions, print buttons.
    Footer = "footer",
    /// Text that is not this article's: other articles, comments, advertisements.
    Other = "other",
}

impl Role {
    /// Whether blocks of this role make up the body.
    pub fn is_body(self) -> bool {
        matches!(self, Self::Heading | Self::Para | Self::ListItem | Self::Quote | Self::Table)
    }
}

/// A piece of the page: a line of a text page, a block element of an HTML page.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it is; body roles are kept, the others dropped.
    pub role: Role,
    /// How sure the role is, 0 to 1.
    pub score: f32,
    /// The rule that decided, one of [`REASONS`].
    pub reason: &'static str,
    /// Level of a heading: what the page's markup says (h2 is 2) until the outline sets it, 1 being the top.
    pub level: Option<u8>,
    /// The text, normalised, one line but for tables (rows by "\n", cells by "\t") and text pages' two-line headings
    /// (joined by one space).
    pub text: String,
    /// Where it stands in the page.
    pub locator: Locator,
    /// Set in bold throughout: a hint for unnumbered headings.
    pub bold: bool,
    /// The cells of a data table.
    pub table: Option<Table>,
}

impl Block {
    /// A block of plain text.
    pub fn new(role: Role, reason: &'static str, text: String, locator: Locator) -> Self {
        Self { role, score: 1.0, reason, level: None, text, locator, bold: false, table: None }
    }
}

/// The closed set of reasons in `blocks.reason`, with what each means.
pub const REASONS: &[(&str, &str)] = &[
    ("model", "the fitted model's probability, against that of the rest of the page"),
    ("data_table", "a table of data, kept by the model"),
    ("heading_tag", "an h1 to h6 inside the body"),
    ("heading_shape", "a short line with an outline's numeral, or bold throughout"),
    ("heading_place", "a short line between paragraphs, or a numbered sentence above text"),
    ("quote_tag", "inside a blockquote"),
    ("list_tag", "an item of a list"),
    ("title_match", "says what the page's title element says, or is its chief heading"),
    ("above_byline", "the line above source and date, where the page's head names the site alone"),
    ("above_title", "a heading right above the title"),
    ("below_title", "a heading or a dashed line right below the title"),
    ("byline", "names source, author or date, near the title or the end"),
    ("index_table", "the table at the head of an official document: its number, issuer, dates"),
    ("credit_line", "names editors or reporters, at the end"),
    ("caption_tag", "a figcaption or a table's caption"),
    ("control", "a button or an option of a form"),
    ("hidden", "not displayed, by its own style or that of an element around it"),
    ("legal", "copyright, licence or registration"),
    ("share", "buttons to share, print, save, or change the size"),
    ("links", "made of links, or says that it leads elsewhere"),
    ("footer_tag", "inside a footer element"),
    ("nav_tag", "inside a nav element"),
    ("rule_content", "the source's own selectors of content"),
    ("rule_drop", "the source's own selectors of what is no content"),
    ("script_body", "the page's elements show no body, data in a script does"),
    ("above_the_text", "stands above the article's text and nothing explains it: navigation"),
    ("above_the_title", "stands right above the title and names the occasion"),
    ("after_the_end", "running text after the article's credits or footer"),
    ("among_credits", "stands among credits"),
    ("among_footers", "stands among or before lines of the footer"),
    ("breadcrumb", "part of a breadcrumb set one name a line"),
    ("caption_words", "opens or ends as captions of pictures do, or stands among captions"),
    ("controls", "names controls or menu entries and nothing else"),
    ("credit_label", "opens with the label of a credit (责任编辑：)"),
    ("date", "a date or time and nothing else"),
    ("entry_of_a_list", "one of several numbered or short lines that list things"),
    ("field_label", "opens with or holds the label of a header field (来源：)"),
    ("footer_words", "holds words of footers (版权所有)"),
    (
        "head_of_a_part",
        "title, dates or people on a further page of the article: the first page's count",
    ),
    ("heading_in_two_lines", "a heading printed on two lines"),
    ("issuer", "the name of the body that issued the report, under the title"),
    ("last_lines", "a short line at the end of the text"),
    ("numbered", "numbered as a heading is, without an end mark"),
    ("numbered_sentence", "numbered, one short sentence that stands above text"),
    ("page_furniture", "a running head or page number"),
    ("page_of_the_paper", "the number of a newspaper's page beside the title"),
    ("related_links", "the heading of a list of other articles, or an entry of it"),
    ("rows_of_cells", "rows with cells between tabs or strokes"),
    ("running_text", "running text"),
    (
        "sentence_headings",
        "a short sentence that takes turns with longer text, as in several places of the page",
    ),
    ("short_above_text", "short, unnumbered, without an end mark, above text"),
    ("signature", "who signed, above the day"),
    ("speaker", "the name or office of the speaker under the title"),
    ("subtitle_form", "opens with a dash, or says at which meeting a report was given"),
    ("table_of_contents", "one of a run of headings that all come again further down"),
    (
        "title_of_a_part",
        "set as a title on a further page, but not the article's: a heading of the text",
    ),
    ("title_in_lines", "a further line of a title set on several lines"),
    ("title_points", "the best title by what stands under it, its words and its length"),
    ("title_repeated", "the title once more"),
    ("under_the_title", "stands under the title and explains it"),
    ("unnumbered_short", "short, without an end mark, but nothing shows it to be a heading"),
    ("value_of_a_label", "the value of the label on the line before"),
    ("wholly_quoted", "a quotation on a line of its own"),
];

/// A data table as printed, cells in reading order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The cells; a spanning cell stands once, at its first row and column.
    pub cells: Vec<Cell>,
    /// Text of the caption, if the page marks one.
    pub caption: Option<String>,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// First row, 0-based.
    pub row: u32,
    /// First column, 0-based.
    pub col: u32,
    /// Rows covered, at least 1; bounded while parsing.
    pub row_span: u32,
    /// Columns covered, at least 1; bounded while parsing.
    pub col_span: u32,
    /// Marked as a header (th).
    pub header: bool,
    /// Where its text is in the block's text.
    pub span: Span,
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Address as printed, resolved against the page's where that is known.
    pub src: String,
    /// The alternative text.
    pub alt: Option<String>,
    /// Its caption.
    pub caption: Option<String>,
    /// Index of the nearest kept block before it.
    pub block: Option<usize>,
}

/// What the head of an HTML page says about the article; all of it may be wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// The title element.
    pub html_title: Option<String>,
    /// The first h1 with text, or what the page marks as headline.
    pub h1: Option<String>,
    /// name/property (lower case) and content of the meta elements, in page order.
    pub meta: Vec<(String, String)>,
    /// Facts of the first ld+json article: key (headline, datePublished, author, publisher, articleBody) and value.
    pub json_ld: Vec<(String, String)>,
    /// The datetime attributes of time elements.
    pub times: Vec<String>,
    /// The lang attribute of the html element.
    pub lang: Option<String>,
    /// Short texts of elements that id, class, itemprop or rel name as a field of the header: field (author, source,
    /// account) and text, in page order.
    pub named: Vec<(&'static str, String)>,
}

/// A page taken apart.
#[derive(Debug, Clone)]
pub struct Blocks {
    /// Where the page came from.
    pub page: PageInfo,
    /// What decoding found, and the doubts so far.
    pub decoded: Decoded,
    /// HTML or text.
    pub markup: Markup,
    /// What the head says.
    pub hints: Hints,
    /// Every block, in reading order.
    pub blocks: Vec<Block>,
    /// Pictures of the main content.
    pub images: Vec<Image>,
    /// How sure the main content is, 0 to 1.
    pub confidence: f32,
}

/// Takes one page apart.
///
/// # Errors
/// A reject of stage clean for a page that has no prose: empty, a list of links, an error, a login.
pub fn clean(text: Text, options: &Options) -> Result<Blocks, Reject> {
    match text.markup {
        Markup::Plain => lines::clean(text),
        Markup::Html => html::clean(text, options, None),
    }
}

/// The source of a page such that every parser that builds a browser's tree takes linear time over it; null where it
/// is nested deeper or has more nodes than cleaning would read.
#[cfg(feature = "fetch")]
pub(crate) fn tamed(source: &str) -> Option<std::borrow::Cow<'_, str>> {
    let limits = Options::default();
    let dom = dom::parse(source, limits.depth_max, limits.nodes_max, true);
    (!dom.truncated).then(|| dom::tame(source))
}
