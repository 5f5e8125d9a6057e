//! Documents → what shows only across them: which pages carry the same report, and the panel of indicators.
//!
//! Both are accumulators: `push` takes what it needs of a document and keeps no more than a few hundred bytes of it;
//! `finish` gives the rows, sorted, the same whatever the order in which documents were pushed.

pub mod duplicates;
pub mod panel;

#[cfg(test)]
pub(crate) mod samples {
    //! Documents for the tests of this stage.

    use crate::decode::{CharsetFrom, Decoded};
    use crate::extract::figures::{Approx, Dimension, Figure, Quantity};
    use crate::extract::metadata::Metadata;
    use crate::extract::report::{Kind, Region, RegionLevel, Report};
    use crate::extract::{BodyFigure, Document};
    use crate::page::PageInfo;
    use crate::provenance::Span;

    pub(crate) fn document(source: &str, body: &str) -> Document {
        Document {
            page: PageInfo { source: source.to_owned(), ..PageInfo::default() },
            decoded: Decoded {
                charset: "utf-8",
                charset_from: CharsetFrom::Detected,
                warnings: Vec::new(),
            },
            metadata: Metadata::default(),
            report: Report::default(),
            language: None,
            blocks: Vec::new(),
            spans: Vec::new(),
            body: body.to_owned(),
            sections: Vec::new(),
            figures: Vec::new(),
            cells: Vec::new(),
            images: Vec::new(),
            confidence: 1.0,
        }
    }

    pub(crate) fn report(code: &str, name: &str, year: i16) -> Report {
        Report {
            organization: Some(format!("{name}人民政府")),
            region: Some(Region {
                code: code.to_owned(),
                name: name.to_owned(),
                level: RegionLevel::Province,
            }),
            period: Some((year, year)),
            kind: Kind::WorkReport,
        }
    }

    pub(crate) fn figure(item: &str, value: f64, unit_std: &'static str) -> BodyFigure {
        let figure = Figure {
            quantity: Quantity {
                span: Span::default(),
                numeral: Span::default(),
                value,
                value_max: None,
                unit: None,
                unit_std: Some(unit_std),
                value_std: Some(value),
                dimension: Dimension::Other,
                approx: Approx::Exact,
            },
            item: Some(item.to_owned()),
            action: None,
            subject: None,
            period: None,
            period_part: None,
            target: false,
            change: None,
            basis: None,
            is_from: false,
            sentence: Span::default(),
            confidence: 0.9,
        };
        BodyFigure { figure, section: 0, block: 0, indicator: None }
    }
}
