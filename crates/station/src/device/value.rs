//! Values of variables: text on the wire, checked by data type.

use jiff::Timestamp;
use ocpp::DataType;

/// Why a text is no value of a variable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ValueError {
    /// Not of the data type.
    #[error("`{text}` is not a value of type {data_type}")]
    WrongType {
        /// What was given.
        text: String,
        /// What the variable holds.
        data_type: DataType,
    },
    /// Not one of the values the variable offers.
    #[error("`{text}` is not offered: use one of {offered}")]
    NotOffered {
        /// What was given.
        text: String,
        /// The values list.
        offered: String,
    },
    /// Outside the limits of the variable.
    #[error("`{text}` is outside the limits {min} to {max}")]
    OutOfLimits {
        /// What was given.
        text: String,
        /// Lower limit, or `any`.
        min: String,
        /// Upper limit, or `any`.
        max: String,
    },
    /// Longer than the variable or the station allows.
    #[error("the text is longer than {longest} characters")]
    TooLong {
        /// Longest length allowed.
        longest: usize,
    },
}

/// Whether the text is a value of the data type and, for lists, made of offered values.
///
/// An empty list is a value of SequenceList and MemberList; an empty text is no number, boolean or time.
///
/// # Errors
/// [`ValueError::WrongType`] or [`ValueError::NotOffered`].
pub fn check(data_type: DataType, offered: &[String], text: &str) -> Result<(), ValueError> {
    let wrong = || ValueError::WrongType { text: text.to_owned(), data_type };
    let not_offered = || ValueError::NotOffered { text: text.to_owned(), offered: offered.join(",") };
    let is_offered = |one: &str| offered.is_empty() || offered.iter().any(|o| o == one);
    match data_type {
        DataType::String => Ok(()),
        DataType::Decimal => number(text).map(drop).ok_or_else(wrong),
        DataType::Integer => text.parse::<i64>().map(drop).map_err(|_| wrong()),
        DataType::DateTime => text.parse::<Timestamp>().map(drop).map_err(|_| wrong()),
        DataType::Boolean => matches!(text, "true" | "false").then_some(()).ok_or_else(wrong),
        DataType::OptionList => is_offered(text).then_some(()).ok_or_else(not_offered),
        DataType::SequenceList | DataType::MemberList => (text.is_empty()
            || text.split(',').all(|one| is_offered(one.trim())))
        .then_some(())
        .ok_or_else(not_offered),
    }
}

/// A finite number, or nothing.
pub fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// How far two values are apart: a difference of numbers, seconds between times, and for anything else
/// nothing, because it has no distance (OCPP N07.FR.18, N07.FR.19).
pub fn distance(data_type: DataType, a: &str, b: &str) -> Option<f64> {
    match data_type {
        DataType::Decimal | DataType::Integer => Some((number(a)? - number(b)?).abs()),
        DataType::DateTime => {
            let (a, b) = (a.parse::<Timestamp>().ok()?, b.parse::<Timestamp>().ok()?);
            Some(a.duration_since(b).abs().as_secs_f64())
        }
        _ => None,
    }
}

/// A number as JSON, whole where it is whole.
pub(crate) fn json_number(number: f64) -> serde_json::Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { (number as i64).into() } else { number.into() }
}

/// A point in time as every message of the station writes it: UTC, milliseconds.
pub fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_checked_by_data_type() {
        let fits = |t, s| check(t, &[], s).is_ok();
        assert!(fits(DataType::Decimal, "-3.5") && !fits(DataType::Decimal, "warm"));
        assert!(!fits(DataType::Decimal, "inf") && !fits(DataType::Decimal, ""));
        assert!(fits(DataType::Integer, "7") && !fits(DataType::Integer, "7.5"));
        assert!(fits(DataType::Boolean, "true") && !fits(DataType::Boolean, "yes"));
        assert!(fits(DataType::DateTime, "2026-01-02T03:04:05Z") && !fits(DataType::DateTime, "today"));
    }

    #[test]
    fn a_list_holds_only_offered_values() {
        let offered = ["Available".to_owned(), "Faulted".to_owned()];
        assert!(check(DataType::OptionList, &offered, "Faulted").is_ok());
        assert!(check(DataType::OptionList, &offered, "Broken").is_err());
        assert!(check(DataType::MemberList, &offered, "Faulted,Available").is_ok());
        assert!(check(DataType::MemberList, &offered, "Faulted,Broken").is_err());
    }

    #[test]
    fn only_numbers_and_times_have_a_distance() {
        assert_eq!(distance(DataType::Integer, "7", "-3"), Some(10.0));
        let times = ("2026-01-02T00:00:10Z", "2026-01-02T00:00:00Z");
        assert_eq!(distance(DataType::DateTime, times.0, times.1), Some(10.0));
        assert_eq!(distance(DataType::Boolean, "true", "false"), None);
    }

    #[test]
    fn a_time_is_written_in_milliseconds() {
        assert_eq!(time("2026-01-02T03:04:05Z".parse().unwrap()), "2026-01-02T03:04:05.000Z");
    }
}
