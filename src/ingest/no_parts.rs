//! Without the reader of links, which comes with the feature `fetch`, every page is an article of its own. A
//! configuration that wants more is refused.

use super::Error;
use super::plan::Plan;
use crate::config::Config;
use crate::page::Page;

/// A page: the index of its input in the plan, and its place in that.
pub(super) type At = (usize, u32);

/// No articles of several pages.
#[derive(Debug, Default)]
pub(super) struct Articles;

impl Articles {
    pub(super) fn of_source(_: &Plan, _: &Config, _: usize) -> Result<Self, Error> {
        Ok(Self)
    }

    pub(super) fn further(&self, _: At) -> &[At] {
        &[]
    }

    pub(super) fn first(&self, _: At) -> Option<At> {
        None
    }

    pub(super) fn is_whole(&self, _: At) -> bool {
        true
    }

    pub(super) fn name(&self, _: At) -> Option<&str> {
        None
    }

    pub(super) fn take_held(&mut self, _: At) -> Option<Page> {
        None
    }
}
