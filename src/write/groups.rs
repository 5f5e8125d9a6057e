//! Where row groups end: with certain documents, in all datasets at the same time.
//!
//! A group ends with a document whose id says so, as chunks of content-defined chunking do (Muthitacharoen, Chen and
//! Mazières 2001, "A low-bandwidth network file system"), so that a page that is added, changed or gone moves the ends of its own group only: the
//! others have the bytes that they had in the run before and are copied as they are (`raw`).

use crate::provenance::DocId;

/// Documents of a group at the least: fewer compress badly, and the footers grow by some 20 kB for each group.
const DOCUMENTS_MIN: u32 = 1024;
/// Of the documents after these, one in so many ends a group, which gives groups of 2600 documents on average. Those of
/// the group of a changed page are what an incremental run writes anew.
const ONE_IN: u64 = 2048;
/// Documents of a group at the most. Not far above the average: the largest of many groups is what memory has to hold,
/// and it should not be larger than the largest of few.
const DOCUMENTS_MAX: u32 = 4096;

/// Tells where groups end.
#[derive(Debug, Default)]
pub struct Groups {
    n: u32,
}

impl Groups {
    /// Takes the next document; whether its group ends with it.
    pub fn ends_with(&mut self, doc_id: DocId) -> bool {
        self.n += 1;
        let ends = self.n >= DOCUMENTS_MAX
            || (self.n >= DOCUMENTS_MIN && doc_id.bits().is_multiple_of(ONE_IN));
        if ends {
            self.n = 0;
        }
        ends
    }

    /// Whether the next document is the first of its group.
    pub fn at_start(&self) -> bool {
        self.n == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The groups of these documents, each from its first to its last.
    fn groups(names: &[String]) -> Vec<(String, String)> {
        let mut groups = Groups::default();
        let (mut out, mut first) = (Vec::new(), None);
        for name in names {
            let first_name = first.get_or_insert_with(|| name.clone()).clone();
            if groups.ends_with(DocId::of(name)) {
                out.push((first_name, name.clone()));
                first = None;
            }
        }
        out
    }

    #[test]
    fn a_document_more_or_less_moves_few_ends() {
        let names: Vec<String> = (0..150_000).map(|i| format!("pages/{i}.html")).collect();
        let before = groups(&names);
        assert!((30..100).contains(&before.len()), "{} groups", before.len());
        let mut more = names.clone();
        more.insert(70_000, "pages/new.html".to_owned());
        more.remove(15_000);
        let after = groups(&more);
        let kept = before.iter().filter(|group| after.contains(group)).count();
        assert!(kept + 12 >= before.len(), "{kept} of {} groups are as they were", before.len());
    }
}
