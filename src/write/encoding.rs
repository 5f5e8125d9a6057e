//! Row groups in the making on other threads: rows are gathered on one thread, and encoding them is more work than that.

use super::Helpers;
use polars::prelude::*;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows that a helper will encode, is encoding or has encoded.
pub(super) struct Encoding {
    /// The rows until someone begins.
    rows: Arc<Mutex<Option<DataFrame>>>,
    encode: Arc<Encode>,
    encoded: Receiver<PolarsResult<Vec<u8>>>,
}

type Encode = dyn Fn(&DataFrame) -> PolarsResult<Vec<u8>> + Send + Sync;

impl Encoding {
    /// Has a helper encode rows.
    pub(super) fn start(helpers: &Helpers, rows: DataFrame, encode: Arc<Encode>) -> Self {
        let rows = Arc::new(Mutex::new(Some(rows)));
        let (done, encoded) = sync_channel(1);
        let begun = rows.clone();
        let encoding = encode.clone();
        helpers(Box::new(move || {
            if let Some(rows) = taken(&begun) {
                let _ = done.send(encoding(&rows)); // nobody waits for it where the run has failed
            }
        }));
        Self { rows, encode, encoded }
    }

    /// The rows, encoded. Where no helper has begun, as all may be at pages that never end, this thread does it.
    pub(super) fn finish(self) -> PolarsResult<Vec<u8>> {
        if let Some(rows) = taken(&self.rows) {
            return (self.encode)(&rows);
        }
        let lost = || polars_err!(ComputeError: "the program failed while it encoded rows");
        self.encoded.recv().map_err(|_| lost())?
    }
}

fn taken(rows: &Mutex<Option<DataFrame>>) -> Option<DataFrame> {
    rows.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_encoded_once_by_whoever_comes_first() {
        let rows = || df!("n" => [1, 2, 3]).expect("a column");
        let encode: Arc<Encode> = Arc::new(|rows| Ok(vec![rows.height() as u8]));
        let never: Helpers = Arc::new(|_| {});
        assert_eq!(Encoding::start(&never, rows(), encode.clone()).finish().expect("rows"), [3]);
        let late: Helpers = Arc::new(|work| {
            std::thread::spawn(work);
        });
        assert_eq!(Encoding::start(&late, rows(), encode.clone()).finish().expect("rows"), [3]);
        let failing: Helpers = Arc::new(|work| {
            let _ = std::thread::spawn(work).join();
        });
        let panicking: Arc<Encode> = Arc::new(|_| panic!("as a fault in it would"));
        assert!(Encoding::start(&failing, rows(), panicking).finish().is_err());
    }
}
