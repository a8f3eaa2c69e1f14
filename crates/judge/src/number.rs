//! How numbers of a frame are read and compared.

use serde_json::Value;

/// Greatest whole number that a double holds exactly, with all below it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes `1.0` as `1` everywhere in a payload. To the schemas both are whole numbers, so a station may send an
/// id or a `seqNo` either way.
pub(crate) fn make_whole(value: &mut Value) {
    match value {
        Value::Number(n) if n.is_f64() => {
            if let Some(whole) = n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < EXACT) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(fields) => fields.values_mut().for_each(make_whole),
        _ => {}
    }
}

/// Whether a decimal came back as it was given. OCPP carries six digits after the point, and a station that
/// keeps its numbers in single precision returns about seven digits in all.
pub(crate) fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_are_read_however_they_are_spelt() {
        let mut value = json!({"id": 1.0, "list": [2.5, -3.0, 1e300, 7], "text": "4.0"});
        make_whole(&mut value);
        assert_eq!(value, json!({"id": 1, "list": [2.5, -3, 1e300, 7], "text": "4.0"}));
    }

    #[test]
    fn single_precision_is_close_and_another_number_is_not() {
        for wanted in [230.7, 0.1, -45.3, 22_000.55] {
            assert!(close(f64::from(wanted as f32), wanted), "{wanted}");
            assert!(!close(wanted + 0.1, wanted), "{wanted}");
        }
        assert!(!close(f64::NAN, 1.0));
    }
}
