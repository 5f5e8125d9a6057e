//! The store's thread: groups of changes go in, and are on disk when it ends.
//!
//! Bringing a group to disk takes milliseconds in which the network need not wait, and what comes in the meantime makes
//! the next group. The channel is bounded, so that a slow disk slows the fetch and not fills the memory.

use crate::store::{Change, Error, Store};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Groups on their way.
const GROUPS_MAX: usize = 4;
/// Changes in a group, as they are handed over.
const CHANGES_MAX: usize = 64;
/// Bytes of records in a group.
const BYTES_MAX: usize = 4 << 20;

/// Collects changes and hands them to the store's thread.
pub(super) struct Recorder {
    group: Vec<Change>,
    bytes: usize,
    to: Option<SyncSender<Vec<Change>>>,
    thread: Option<JoinHandle<(Store, Result<(), Error>)>>,
}

/// The store's thread has stopped: it failed, and [`Recorder::finish`] says why.
#[derive(Debug)]
pub(super) struct Broken;

impl Recorder {
    pub(super) fn start(store: Store) -> std::io::Result<Self> {
        let (to, from) = sync_channel(GROUPS_MAX);
        let thread =
            std::thread::Builder::new().name("store".to_owned()).spawn(|| record(store, from))?;
        Ok(Self { group: Vec::new(), bytes: 0, to: Some(to), thread: Some(thread) })
    }

    /// Adds changes that belong together; gives whether the group is large enough to be handed over.
    pub(super) fn add(&mut self, changes: impl IntoIterator<Item = Change>) -> bool {
        for change in changes {
            self.bytes += change.packed().map_or(0, |packed| packed.bytes.len());
            self.group.push(change);
        }
        self.group.len() >= CHANGES_MAX || self.bytes >= BYTES_MAX
    }

    /// Whether there is anything to hand over.
    pub(super) fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Hands the group over, waiting while the thread has enough.
    pub(super) fn flush(&mut self) -> Result<(), Broken> {
        if self.group.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let group = std::mem::take(&mut self.group);
        self.to.as_ref().ok_or(Broken)?.send(group).map_err(|_| Broken)
    }

    /// Waits until everything is on disk, and gives the store back.
    pub(super) fn finish(mut self) -> (Option<Store>, Result<(), Error>) {
        let _ = self.flush(); // what went wrong is in the thread's result
        self.to = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok((store, result))) => (Some(store), result),
            // A panic of ours in that thread: it is raised here again.
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => (None, Ok(())),
        }
    }
}

fn record(mut store: Store, from: Receiver<Vec<Change>>) -> (Store, Result<(), Error>) {
    while let Ok(mut group) = from.recv() {
        // All that has come in the meantime goes to disk at once.
        while let Ok(more) = from.try_recv() {
            group.extend(more);
        }
        if let Err(e) = store.commit(group) {
            return (store, Err(e));
        }
    }
    (store, Ok(()))
}
