//! A page that left early: at which stage, and for which reason of a closed set.

use std::fmt;

/// The stage at which a page left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Fetching from the web.
    Fetch,
    /// Reading files and archives.
    Ingest,
    /// Bytes to text.
    Decode,
    /// Text to blocks.
    Clean,
    /// Blocks to a document.
    Extract,
}

impl Stage {
    /// The name in `rejects.stage`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Ingest => "ingest",
            Self::Decode => "decode",
            Self::Clean => "clean",
            Self::Extract => "extract",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Why a page gave no document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason that there is.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            /// The name in `rejects.reason`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

reasons! {
    /// The archived or fetched answer was an error.
    HttpError = "http_error",
    /// Neither HTML nor plain text.
    NotHtml = "not_html",
    /// More bytes than `limits.page_bytes`.
    TooLarge = "too_large",
    /// No text at all, or too little to say anything.
    Empty = "empty",
    /// A form to sign in with.
    LoginPage = "login_page",
    /// An error page, also where the server called it 200.
    ErrorPage = "error_page",
    /// Links to other pages and nothing else.
    ListPage = "list_page",
    /// A further page of an article, joined to its first.
    MergedInto = "merged_into",
    /// Bytes that are no text in any known charset, or a file that can't be unpacked.
    Undecodable = "undecodable",
    /// Beyond `limits.pages`.
    PageLimit = "page_limit",
    /// The program failed on this page; a bug.
    Panic = "panic",
    /// Longer than `limits.page_seconds`.
    Timeout = "timeout",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why one page gave no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where it left.
    pub stage: Stage,
    /// Why, as a code.
    pub reason: Reason,
    /// Why, in words that help to decide what to do.
    pub message: String,
}

impl Reject {
    /// A reject of this stage and reason.
    pub fn new(stage: Stage, reason: Reason, message: impl Into<String>) -> Self {
        Self { stage, reason, message: message.into() }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.reason, self.stage.code(), self.message)
    }
}
