//! Exact decimal numbers → `f64`, rounded once.
//!
//! 8.7亿 is 87 × 10⁷ here, and 870000000.0 when asked; in binary floating point it would be 869999999.9999999. Sizes that
//! do not fit (more than 36 digits) are `None`: no report states such a number.

/// `mantissa` × 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

/// Digits that a mantissa may have: sums and products of two powers of ten above it still fit an `i128`.
const DIGITS_MAX: u32 = 36;

impl Decimal {
    pub(super) const ZERO: Self = Self { mantissa: 0, exponent: 0 };
    pub(super) const ONE: Self = Self { mantissa: 1, exponent: 0 };

    pub(super) fn new(mantissa: i128, exponent: i32) -> Self {
        Self { mantissa, exponent }
    }

    /// Reads `12`, `0.05`; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { mantissa, exponent: -i32::try_from(fraction.len()).ok()? })
    }

    pub(super) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub(super) fn neg(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }

    /// Times 10^`power`.
    pub(super) fn shift(self, power: i32) -> Self {
        Self { exponent: if self.mantissa == 0 { 0 } else { self.exponent + power }, ..self }
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Self { mantissa, exponent: self.exponent + other.exponent })
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        if self.mantissa == 0 {
            return Some(other);
        }
        if other.mantissa == 0 {
            return Some(self);
        }
        let exponent = self.exponent.min(other.exponent);
        let sum = self.at(exponent)?.checked_add(other.at(exponent)?)?;
        Some(Self { mantissa: sum, exponent })
    }

    /// The mantissa that goes with a smaller exponent.
    fn at(self, exponent: i32) -> Option<i128> {
        let power = u32::try_from(self.exponent - exponent).ok().filter(|p| *p <= DIGITS_MAX)?;
        self.mantissa.checked_mul(10_i128.pow(power))
    }

    /// The nearest `f64`.
    pub(super) fn to_f64(self) -> f64 {
        const POWERS: [f64; 23] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ];
        // Both operands are exact below 2^53 and 10^22, so that one operation rounds once (Clinger 1990).
        let power = POWERS.get(self.exponent.unsigned_abs() as usize);
        match (i64::try_from(self.mantissa), power) {
            (Ok(mantissa), Some(power)) if mantissa.unsigned_abs() < 1 << 53 => {
                let mantissa = mantissa as f64;
                if self.exponent < 0 { mantissa / power } else { mantissa * power }
            }
            _ => format!("{}e{}", self.mantissa, self.exponent).parse().unwrap_or(f64::NAN),
        }
    }
}

/// What a numeral comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Amount {
    /// 1.2万.
    Exact(Decimal),
    /// 三分之二: numerator and denominator.
    Ratio(Decimal, Decimal),
    /// 1.1^+23: only where the text is a numeral and nothing else.
    Float(f64),
}

impl Amount {
    pub(super) fn shift(self, power: i32) -> Self {
        match self {
            Self::Exact(d) => Self::Exact(d.shift(power)),
            Self::Ratio(n, d) => Self::Ratio(n.shift(power), d),
            Self::Float(f) => Self::Float(f * 10_f64.powi(power)),
        }
    }

    pub(super) fn neg(self) -> Self {
        match self {
            Self::Exact(d) => Self::Exact(d.neg()),
            Self::Ratio(n, d) => Self::Ratio(n.neg(), d),
            Self::Float(f) => Self::Float(-f),
        }
    }

    pub(super) fn times(self, factor: Decimal) -> Option<Self> {
        Some(match self {
            Self::Exact(d) => Self::Exact(d.times(factor)?),
            Self::Ratio(n, d) => Self::Ratio(n.times(factor)?, d),
            Self::Float(f) => Self::Float(f * factor.to_f64()),
        })
    }

    /// Adds an exact number.
    pub(super) fn plus(self, other: Decimal) -> Option<Self> {
        Some(match self {
            Self::Exact(d) => Self::Exact(d.plus(other)?),
            Self::Ratio(n, d) => Self::Ratio(n.plus(other.times(d)?)?, d),
            Self::Float(f) => Self::Float(f + other.to_f64()),
        })
    }

    /// The nearest `f64`; `None` where it is not finite (a division by zero).
    pub(super) fn to_f64(self) -> Option<f64> {
        let value = match self {
            Self::Exact(d) => d.to_f64(),
            Self::Ratio(n, d) => n.to_f64() / d.to_f64(),
            Self::Float(f) => f,
        };
        value.is_finite().then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn magnitudes_are_exact() {
        let d = Decimal::parse("8.7").unwrap().shift(8);
        assert_eq!(d.to_f64(), 870_000_000.0);
        assert_eq!(
            Decimal::parse("0.1").unwrap().plus(Decimal::parse("0.2").unwrap()).unwrap().to_f64(),
            0.3
        );
        assert_eq!(Decimal::parse("1,5"), None);
    }

    proptest! {
        /// One rounding: what Rust's own parser makes of the digits.
        #[test]
        fn rounds_like_the_parser(mantissa in -1_000_000_000_000_000_000_000_i128..1_000_000_000_000_000_000_000, exponent in -30_i32..30) {
            let expected: f64 = format!("{mantissa}e{exponent}").parse().unwrap();
            prop_assert_eq!(Decimal::new(mantissa, exponent).to_f64(), expected);
        }
    }
}
