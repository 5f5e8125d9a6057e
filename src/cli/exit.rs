//! Exit codes, as schedulers see them.

use std::process::ExitCode;

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All done.
    Done,
    /// Reading, writing or the program itself failed.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// The run is complete and kept, but over a limit of `[gate]`: `latest` stays where it was.
    Gate,
    /// A web source could not be reached, or its robots.txt closes it to us.
    Unreachable,
    /// A fetch stopped at a limit of time or pages; the next one goes on.
    Limit,
    /// Another run holds the lock (EX_TEMPFAIL of sysexits.h: try again later).
    Locked,
    /// A signal of this number told it to stop; what was done is kept.
    Interrupted(u8),
}

impl Exit {
    /// The number.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Gate => 3,
            Self::Unreachable => 4,
            Self::Limit => 6,
            Self::Locked => 75,
            Self::Interrupted(signal) => 128 + signal,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table for the help text.
pub(super) const HELP: &str = "\
Exit codes:
  0    done
  1    failed: reading, writing, internal
  2    wrong usage or configuration
  3    the run is complete and kept, but over a limit of [gate]: `latest` stays where it was
  4    a web source could not be reached, or its robots.txt closes it to us; the others were fetched
  6    a fetch stopped at a limit of time or pages; run again, it goes on
  75   another run holds the lock; try again later
  130, 143  interrupted; run again";
