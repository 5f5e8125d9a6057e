//! `[[indicator]]` tables → [`Catalogue`]: checked, expanded, indexed by the names that the text may use.

use super::{names, terms};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is wrong with a catalogue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the TOML that a catalogue is written in.
    #[error("the indicators can't be read")]
    Toml(#[from] toml::de::Error),
    /// One table says something that can't hold.
    #[error("indicator `{id}`: {problem}")]
    Indicator {
        /// The table's id.
        id: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}

/// What an indicator says of the thing that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How much or how many there is, or a rate that stands for itself (an unemployment rate).
    Level,
    /// By how many per cent it grew; a fall is negative.
    Growth,
    /// Which part of a whole it is.
    Share,
    /// By how much it changed, in its own unit or percentage points; a fall is negative.
    Change,
}

/// What growth is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The year before; also growth in a report on one year that names no base.
    #[default]
    YearOnYear,
    /// A year's average over several.
    AnnualAverage,
    /// The start of a plan period or a named base year.
    SinceStart,
}

/// One way in which reports state an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Names of the thing, whole, without prefixes of place. `(甲|乙)` is one of several, `[丙]` may be left out.
    pub item: Vec<String>,
    /// Verbs of which the action must hold one; "" is a figure without an action. Any action where none is given.
    #[serde(default)]
    pub action: Vec<String>,
    /// Measure words, as printed, of which one must stand after the number. Any where none is given.
    #[serde(default)]
    pub unit: Vec<String>,
}

/// An `[[indicator]]` table as written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Lower-case letters, digits and `_`; the datasets' `indicator`.
    pub id: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// The unit of every value; none for plain counts.
    #[serde(default)]
    pub unit_std: Option<String>,
    /// Level, growth, share or change.
    pub measure: Measure,
    /// For growth and change: against what.
    #[serde(default)]
    pub basis: Against,
    /// The ways in which reports state it.
    pub when: Vec<When>,
    /// Words that make it another thing when they stand in the same clause before the number.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Words of which the organization's name (or the title, where that is unknown) must hold one.
    #[serde(default)]
    pub organization: Vec<String>,
    /// Least and greatest value that can be; a figure beyond is something else, or misread.
    #[serde(default)]
    pub range: Option<[f64; 2]>,
    /// Whether aims are values of it too.
    #[serde(default = "yes")]
    pub target: bool,
    /// A clause that states it.
    pub example: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    indicator: Vec<Definition>,
}

/// An indicator of the catalogue.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// The datasets' `indicator`.
    pub id: Arc<str>,
    /// Chinese label.
    pub label_zh: Arc<str>,
    /// English label.
    pub label_en: Arc<str>,
    /// The unit of every value; null for plain counts.
    pub unit_std: Option<Arc<str>>,
    /// As written.
    pub definition: Definition,
}

/// A name that a text may use for an indicator's item: which indicator, and which of its ways.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    pub(super) indicator: u32,
    pub(super) when: u32,
    /// The name holds the verb as well (立案提案).
    pub(super) acted: bool,
}

/// The indicators that are looked for; data (`*.toml` beside this file), extended by a project's pipeline.toml.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    indicators: Vec<Indicator>,
    names: FxHashMap<Box<str>, Vec<Use>>,
    ids: FxHashMap<Arc<str>, u32>,
}

impl Catalogue {
    /// Reads `[[indicator]]` tables.
    ///
    /// # Errors
    /// Where the text is not TOML, has unknown keys, or a table that can't hold.
    pub fn from_toml_str(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text)?;
        Self::from_definitions(file.indicator)
    }

    /// Checks and indexes definitions.
    ///
    /// # Errors
    /// Where two have one id, or one says something that can't hold.
    pub fn from_definitions(definitions: Vec<Definition>) -> Result<Self, Error> {
        let mut ids = FxHashSet::default();
        for definition in &definitions {
            if !ids.insert(definition.id.as_str()) {
                return Err(problem(definition, "stands twice: ids must differ"));
            }
        }
        let mut catalogue = Self::default();
        for definition in definitions {
            catalogue.add(definition)?;
        }
        Ok(catalogue)
    }

    /// Adds the indicators of `other`; one with an id that is there already takes its place.
    pub fn extend(&mut self, other: Self) {
        let ids: FxHashSet<Arc<str>> = other.indicators.iter().map(|i| i.id.clone()).collect();
        let own = std::mem::take(self).indicators.into_iter().filter(|i| !ids.contains(&i.id));
        for indicator in own.chain(other.indicators) {
            // Both were checked when they were read.
            let _ = self.add(indicator.definition);
        }
    }

    /// Every indicator, in the order of the tables.
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// The indicator of this id.
    pub fn get(&self, id: &str) -> Option<&Indicator> {
        self.ids.get(id).map(|&i| &self.indicators[i as usize])
    }

    /// The indicator of this id and its place in [`Catalogue::indicators`].
    pub(crate) fn entry(&self, id: &str) -> Option<(u32, &Indicator)> {
        self.ids.get(id).map(|&i| (i, &self.indicators[i as usize]))
    }

    pub(super) fn uses(&self, name: &str) -> &[Use] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn at(&self, usage: Use) -> (&Indicator, &When) {
        let indicator = &self.indicators[usage.indicator as usize];
        (indicator, &indicator.definition.when[usage.when as usize])
    }

    fn add(&mut self, definition: Definition) -> Result<(), Error> {
        check(&definition)?;
        let indicator = u32::try_from(self.indicators.len()).unwrap_or(u32::MAX);
        for (when, way) in (0u32..).zip(&definition.when) {
            for term in &way.item {
                let names = terms::expand(term).map_err(|why| problem(&definition, &why))?;
                for name in names {
                    for verb in way.action.iter().filter(|verb| !verb.is_empty()) {
                        self.name(format!("{verb}{name}"), Use { indicator, when, acted: true });
                    }
                    self.name(name, Use { indicator, when, acted: false });
                }
            }
        }
        let id: Arc<str> = definition.id.as_str().into();
        self.ids.insert(id.clone(), indicator);
        self.indicators.push(Indicator {
            id,
            label_zh: definition.label_zh.as_str().into(),
            label_en: definition.label_en.as_str().into(),
            unit_std: definition.unit_std.as_deref().map(Into::into),
            definition,
        });
        Ok(())
    }
}

impl Catalogue {
    fn name(&mut self, name: String, usage: Use) {
        let name = name.replace(names::QUOTES, "");
        let uses = self.names.entry(name.into_boxed_str()).or_default();
        let known =
            |u: &Use| (u.indicator, u.when, u.acted) == (usage.indicator, usage.when, usage.acted);
        if !uses.iter().any(known) {
            uses.push(usage);
        }
    }
}

fn problem(definition: &Definition, problem: &str) -> Error {
    Error::Indicator { id: definition.id.clone(), problem: problem.to_owned() }
}

fn check(definition: &Definition) -> Result<(), Error> {
    let wrong = |why: &str| Err(problem(definition, why));
    let id_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if definition.id.is_empty() || !definition.id.chars().all(id_char) {
        return wrong("an id has lower-case letters, digits and `_` only");
    }
    if definition.label_zh.trim().is_empty() || definition.label_en.trim().is_empty() {
        return wrong("label_zh and label_en must not be empty");
    }
    if definition.when.is_empty() || definition.when.iter().any(|w| w.item.is_empty()) {
        return wrong("give at least one `when` with at least one `item`");
    }
    let unit = definition.unit_std.as_deref();
    match definition.measure {
        Measure::Growth if unit != Some("percent") => {
            return wrong("growth has unit_std = \"percent\"");
        }
        Measure::Share if !matches!(unit, Some("percent" | "permille")) => {
            return wrong("a share has unit_std = \"percent\" or \"permille\"");
        }
        _ => {}
    }
    if let Some([least, greatest]) = definition.range
        && least > greatest
    {
        return wrong("range = [least, greatest]");
    }
    let blank =
        definition.unless.iter().chain(&definition.organization).any(|w| w.trim().is_empty());
    if blank {
        return wrong("`unless` and `organization` must not hold empty words");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        [[indicator]]
        id = "lamps"
        label_zh = "路灯"
        label_en = "Street lamps"
        measure = "level"
        when = [{ item = ["[太阳能]路灯"], unit = ["盏"] }]
    "#;

    #[test]
    fn a_table_is_read_and_its_names_found() {
        let catalogue = Catalogue::from_toml_str(ONE).unwrap();
        assert_eq!(catalogue.uses("太阳能路灯").len(), 1);
        assert_eq!(catalogue.uses("路灯").len(), 1);
        assert_eq!(catalogue.get("lamps").unwrap().unit_std, None);
    }

    #[test]
    fn an_extension_takes_the_place_of_what_it_renames() {
        let mut catalogue = Catalogue::from_toml_str(ONE).unwrap();
        let other = ONE.replace("Street lamps", "Lamps").replace("[太阳能]路灯", "灯");
        catalogue.extend(Catalogue::from_toml_str(&other).unwrap());
        assert_eq!(catalogue.indicators().len(), 1);
        assert_eq!(&*catalogue.get("lamps").unwrap().label_en, "Lamps");
        assert!(catalogue.uses("路灯").is_empty());
        assert_eq!(catalogue.uses("灯").len(), 1);
    }

    #[test]
    fn mistakes_name_the_indicator() {
        let wrongs = [
            (ONE.replace("\"lamps\"", "\"Lamps\""), "lower-case"),
            (format!("{ONE}{ONE}"), "twice"),
            (ONE.replace("\"level\"", "\"growth\""), "percent"),
            (ONE.replace("[太阳能]路灯", "(太阳能路灯"), "not closed"),
            (ONE.replace("item = [\"[太阳能]路灯\"]", "item = []"), "at least one"),
        ];
        for (text, expected) in wrongs {
            let error = Catalogue::from_toml_str(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let unknown = ONE.replace("measure", "colour = 1\nmeasure");
        let error = Catalogue::from_toml_str(&unknown).unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("colour"));
    }
}
