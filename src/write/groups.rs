//! Where row groups end: with certain documents, in all datasets at the same time.
//!
//! A group ends with a document whose id says so, as chunks of content-defined chunking do (Muthitacharoen, Chen and
//! Mazières 2001, "A low-bandwidth network file system"), so that a page that is added, changed or gone moves the ends of its own group only: the
//! others have the bytes that they had in the run before and are copied as they are (`raw`).

use crate::provenance::DocId;

/// Documents of a group at the least: fewer compress badly, and every group costs its description in the footer.
const DOCUMENTS_MIN: u32 = 256;
/// Of the documents after these, one in so many ends a group. With 512, groups hold 760 documents on average; twice as
/// many make files 1 % smaller and an incremental run rewrites twice as much.
const ONE_IN: u64 = 512;
/// Documents of a group at the most.
const DOCUMENTS_MAX: u32 = 2048;

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
        let names: Vec<String> = (0..40_000).map(|i| format!("pages/{i}.html")).collect();
        let before = groups(&names);
        assert!((30..100).contains(&before.len()), "{} groups", before.len());
        let mut more = names.clone();
        more.insert(20_000, "pages/new.html".to_owned());
        more.remove(5_000);
        let after = groups(&more);
        let kept = before.iter().filter(|group| after.contains(group)).count();
        assert!(kept + 12 >= before.len(), "{kept} of {} groups are as they were", before.len());
    }
}
