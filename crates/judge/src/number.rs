//! How numbers of a frame are compared.

/// Whether a decimal came back as it was given. OCPP carries six digits after the point, and a station that
/// keeps its numbers in single precision returns about seven digits in all.
pub(crate) fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_precision_is_close_and_another_number_is_not() {
        for wanted in [230.7, 0.1, -45.3, 22_000.55] {
            assert!(close(f64::from(wanted as f32), wanted), "{wanted}");
            assert!(!close(wanted + 0.1, wanted), "{wanted}");
        }
        assert!(!close(f64::NAN, 1.0));
    }
}
