//! Reads the third column of the table: `string(50)`, `integer(0..)[1..4]`, `boolean = false`.

use super::model::{Base, Bounds, Items, Shape};
use super::parse::Problem;

/// Reads one shape.
pub(super) fn shape(text: &str) -> Result<Shape, Problem> {
    let (text, default) = match text.split_once(" = ") {
        Some((text, default)) => (
            text.trim_end(),
            Some(
                serde_json::from_str(default.trim())
                    .map_err(|_| Problem::Default(default.trim().to_owned()))?,
            ),
        ),
        None => (text, None),
    };
    let (base_text, list) = match text.strip_suffix(']') {
        Some(rest) => {
            let (base, range) = rest.split_once('[').ok_or_else(|| Problem::Shape(text.to_owned()))?;
            let (min, max) = range_of::<u64>(range)?;
            (base, Some(Items { min: min.ok_or_else(|| Problem::Range(range.to_owned()))?, max }))
        }
        None => (text, None),
    };
    Ok(Shape { base: base(base_text)?, list, default })
}

fn base(text: &str) -> Result<Base, Problem> {
    let (word, argument) = match text.strip_suffix(')').and_then(|t| t.split_once('(')) {
        Some((word, argument)) => (word, Some(argument)),
        None => (text, None),
    };
    Ok(match (word, argument) {
        ("any", None) => Base::Any,
        ("boolean", None) => Base::Boolean,
        ("time", None) => Base::Time,
        ("string", None) => Base::Text(None),
        ("string", Some(length)) => {
            Base::Text(Some(length.parse().map_err(|_| Problem::Range(length.to_owned()))?))
        }
        ("integer", range) => Base::Integer(bounds(range)?),
        ("number", range) => Base::Number(bounds(range)?),
        (name, None) if is_type_name(name) => Base::Named(name.to_owned()),
        _ => return Err(Problem::Shape(text.to_owned())),
    })
}

/// Type names start with a capital, so that a misspelt basic type is not taken for one.
pub(super) fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn bounds(range: Option<&str>) -> Result<Bounds, Problem> {
    let (min, max) = range.map_or(Ok((None, None)), range_of::<i64>)?;
    Ok(Bounds { min, max })
}

fn range_of<N: std::str::FromStr + PartialOrd>(text: &str) -> Result<(Option<N>, Option<N>), Problem> {
    let bad = || Problem::Range(text.to_owned());
    let (min, max) = text.split_once("..").ok_or_else(bad)?;
    let end = |s: &str| if s.is_empty() { Ok(None) } else { s.parse().map(Some).map_err(|_| bad()) };
    let (min, max): (Option<N>, Option<N>) = (end(min)?, end(max)?);
    match (&min, &max) {
        (None, None) => Err(bad()),
        (Some(a), Some(b)) if a > b => Err(bad()),
        _ => Ok((min, max)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shapes_are_read() {
        let of = |base, list, default| Ok(Shape { base, list, default });
        let named = || Base::Named("EVSEType".into());
        for (text, expected) in [
            ("string(50)", of(Base::Text(Some(50)), None, None)),
            ("integer(0..)", of(Base::Integer(Bounds { min: Some(0), max: None }), None, None)),
            ("number(..0)", of(Base::Number(Bounds { min: None, max: Some(0) }), None, None)),
            ("EVSEType[1..4]", of(named(), Some(Items { min: 1, max: Some(4) }), None)),
            ("EVSEType[1..]", of(named(), Some(Items { min: 1, max: None }), None)),
            ("boolean = false", of(Base::Boolean, None, Some(json!(false)))),
            ("string(20) = \"Wh\"", of(Base::Text(Some(20)), None, Some(json!("Wh")))),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_shape_is_named() {
        for (text, problem) in [
            ("strin(5)", Problem::Shape("strin(5)".into())),
            ("string(five)", Problem::Range("five".into())),
            ("integer(5..1)", Problem::Range("5..1".into())),
            ("integer(..)", Problem::Range("..".into())),
            ("EVSEType[..4]", Problem::Range("..4".into())),
            ("EVSEType]", Problem::Shape("EVSEType]".into())),
            ("boolean = perhaps", Problem::Default("perhaps".into())),
            ("", Problem::Shape(String::new())),
        ] {
            assert_eq!(shape(text), Err(problem), "{text}");
        }
    }
}
