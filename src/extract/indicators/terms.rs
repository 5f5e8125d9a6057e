//! Terms of the catalogue with alternatives → every string that they stand for.
//!
//! `(甲|乙)` is one of several, `[丙]` may be left out; both may be nested. Expanding them when the catalogue is read
//! makes matching one look-up, however many synonyms there are.

/// Strings that one term may stand for, at most.
const EXPANSIONS_MAX: usize = 512;

/// Everything that `term` stands for, in the order written.
///
/// # Errors
/// In words, for a bracket without its partner, an empty term, or one that stands for too much.
pub(super) fn expand(term: &str) -> Result<Vec<String>, String> {
    let mut rest = term;
    let out = alternatives(&mut rest, None, 0)?;
    if out.iter().any(|s| s.trim().is_empty()) {
        return Err(format!(
            "`{term}` may stand for nothing at all: keep a part that is always there"
        ));
    }
    Ok(out)
}

/// Reads `a|b|c` up to `close`, which is consumed.
fn alternatives(rest: &mut &str, close: Option<char>, depth: u8) -> Result<Vec<String>, String> {
    if depth > 8 {
        return Err("brackets are nested too deep: write several terms".to_owned());
    }
    let mut all = Vec::new();
    let mut current = vec![String::new()];
    loop {
        let Some(c) = rest.chars().next() else {
            if let Some(close) = close {
                return Err(format!("a bracket is not closed: `{close}` is missing"));
            }
            all.append(&mut current);
            return Ok(all);
        };
        *rest = &rest[c.len_utf8()..];
        match c {
            '(' => current = join(&current, &alternatives(rest, Some(')'), depth + 1)?)?,
            '[' => {
                let mut inner = alternatives(rest, Some(']'), depth + 1)?;
                inner.push(String::new());
                current = join(&current, &inner)?;
            }
            '|' if close.is_some() => {
                all.append(&mut std::mem::replace(&mut current, vec![String::new()]))
            }
            '|' => return Err("`|` stands outside brackets: write (甲|乙)".to_owned()),
            ')' | ']' if close == Some(c) => {
                all.append(&mut current);
                return Ok(all);
            }
            ')' | ']' => return Err(format!("`{c}` closes a bracket that was not opened")),
            _ => current.iter_mut().for_each(|s| s.push(c)),
        }
    }
}

/// Every string of `heads` followed by every one of `tails`.
fn join(heads: &[String], tails: &[String]) -> Result<Vec<String>, String> {
    if heads.len() * tails.len() > EXPANSIONS_MAX {
        return Err(format!("a term stands for more than {EXPANSIONS_MAX} strings: write several"));
    }
    Ok(heads.iter().flat_map(|h| tails.iter().map(move |t| format!("{h}{t}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_and_optional_parts() {
        assert_eq!(expand("粮食产量").unwrap(), ["粮食产量"]);
        assert_eq!(expand("粮食[总]产量").unwrap(), ["粮食总产量", "粮食产量"]);
        assert_eq!(expand("(甲|乙[丙])丁").unwrap(), ["甲丁", "乙丙丁", "乙丁"]);
    }

    #[test]
    fn mistakes_are_told() {
        for wrong in ["(甲", "甲]", "甲|乙", "[甲]", "", "((((((((((甲))))))))))"] {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
        let many = "[甲]".repeat(12) + "乙";
        assert!(expand(&many).unwrap_err().contains("512"));
    }
}
