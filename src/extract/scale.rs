//! Products of printed decimals and unit factors, without the noise of the last binary digits.

/// `value * factor`, rounded to 14 significant digits: 515.6亿斤 are 25780000 tonnes, 8.7亿 are 870000000.
pub(crate) fn times(value: f64, factor: f64) -> f64 {
    let product = value * factor;
    if product == 0.0 || !product.is_finite() {
        return product;
    }
    let digits = 13 - product.abs().log10().floor() as i32;
    match digits {
        // Powers of ten up to 22 are exact, so that one rounding remains.
        0..=22 => (product * 10f64.powi(digits)).round() / 10f64.powi(digits),
        -22..0 => (product / 10f64.powi(-digits)).round() * 10f64.powi(-digits),
        _ => product,
    }
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn no_noise_is_left() {
        assert_eq!(times(515.6e8, 1.0 / 2000.0), 25_780_000.0);
        assert_eq!(times(8.7, 1e8), 870_000_000.0);
        assert_eq!(times(0.1, 3.0), 0.3);
        assert_eq!(times(4.93, 1e12), 4.93e12);
        assert_eq!(times(0.0, 5.0), 0.0);
        assert_eq!(times(-2.3, 1e4), -23_000.0);
        assert_eq!(times(1.5, 1e30), 1.5e30);
    }
}
