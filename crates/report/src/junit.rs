//! `junit.xml`: the verdicts for CI systems, without false greens.
//!
//! One suite a level, and before them a suite with one case: whether the station conforms. That case is what CI
//! should look at. It fails when the run exits with anything but 0, and it is skipped where a run that succeeds
//! certifies nothing, so that no run which does not conform is all green.
//!
//! | verdict | case |
//! | --- | --- |
//! | pass | passed |
//! | warn | passed, with the warning in its output |
//! | fail | failure; skipped where it was expected |
//! | inconclusive | error on a must, else skipped |
//! | error | error |
//! | not applicable, not exercised | skipped, with the reason |

use crate::ResultFile;
use crate::exit::{CONFORMING, NOTHING_JUDGED};
use crate::terminal::headline;
use crate::words::obligation;
use judge::{Verdict, VerdictLine};
use spec::model::{Level, Obligation};
use std::fmt::Write as _;

/// Name of the file in a run directory.
pub const FILE_NAME: &str = "junit.xml";

/// How a case ended.
enum End {
    Passed(Option<String>),
    Failed { kind: String, message: String, text: String },
    Broken { message: String, text: String },
    Skipped(String),
}

struct Case {
    class: String,
    name: String,
    end: End,
}

/// The verdicts as JUnit XML.
pub fn junit(result: &ResultFile) -> String {
    let expected = |n: usize| result.expecting().is_some_and(|e| e.covers(n));
    let mut suites = vec![("conformity".to_owned(), vec![conformity(result)])];
    for level in [Level::INVENTORY, Level::MONITORING, Level::ALERTING] {
        let of_level = result.verdicts.iter().enumerate().filter(|(_, v)| v.level == level);
        let cases: Vec<Case> = of_level.map(|(n, v)| case(v, expected(n))).collect();
        if !cases.is_empty() {
            suites.push((format!("level {level} ({})", level.name()), cases));
        }
    }
    if !result.own.is_empty() {
        suites.push(("own scenarios".to_owned(), result.own.iter().map(|v| case(v, false)).collect()));
    }
    let name = format!("diagmark {}, OCPP {}", result.archetype.id, result.ocpp_version);
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing into a String cannot fail.
    let _ = writeln!(
        out,
        "<testsuites name={} {} time=\"{:.3}\">",
        quoted(&name),
        counts(all()),
        result.timing.wall
    );
    for (name, cases) in &suites {
        let _ = writeln!(out, "  <testsuite name={} {} time=\"0\">", quoted(name), counts(cases.iter()));
        cases.iter().for_each(|c| write_case(&mut out, c));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Whether the station conforms, as a case of its own.
fn conformity(result: &ResultFile) -> Case {
    let (_, said) = headline(result);
    let end = match result.exit_code() {
        CONFORMING if result.conforming => End::Passed(None),
        CONFORMING => End::Skipped(format!("{said}: this run certifies nothing")),
        NOTHING_JUDGED => End::Broken { message: said.clone(), text: said.clone() },
        _ => {
            End::Failed { kind: "not-conforming".to_owned(), message: said.clone(), text: open_musts(result) }
        }
    };
    let level = result.requested_level;
    let name = format!("the station conforms to level {level} ({}) of {}", level.name(), result.archetype.id);
    Case { class: "diagmark.conformity".to_owned(), name, end }
}

/// What stands in the way of the requested level.
fn open_musts(result: &ResultFile) -> String {
    let unmet = |v: &&VerdictLine| {
        v.obligation == Obligation::Must
            && !matches!(v.verdict, Verdict::Pass | Verdict::Warn | Verdict::NotApplicable)
    };
    let lines = result.verdicts.iter().filter(unmet);
    lines.map(|v| format!("{} {} {}: {}\n", v.verdict, v.row, v.place(), v.title)).collect()
}

fn case(v: &VerdictLine, expected: bool) -> Case {
    let reason = || v.reason.clone().unwrap_or_else(|| "no reason was recorded".to_owned());
    let end = match v.verdict {
        Verdict::Pass => End::Passed(None),
        Verdict::Warn => End::Passed(Some(format!("WARN\n{}", details(v)))),
        Verdict::Fail if expected => End::Skipped(format!("expected to fail: {}", in_short(v))),
        Verdict::Fail => End::Failed {
            kind: v.code.map_or("fail", |c| c.as_str()).to_owned(),
            message: in_short(v),
            text: details(v),
        },
        Verdict::Error => End::Broken { message: reason(), text: details(v) },
        Verdict::Inconclusive if v.obligation == Obligation::Must => {
            End::Broken { message: format!("inconclusive: {}", reason()), text: details(v) }
        }
        Verdict::Inconclusive | Verdict::NotApplicable | Verdict::NotExercised => {
            End::Skipped(format!("{}: {}", v.verdict, reason()))
        }
    };
    let scenario = v.scenario.as_deref().unwrap_or("no scenario");
    Case {
        class: format!("diagmark.{}", v.row),
        name: format!("{} at {} ({scenario})", v.title, v.place()),
        end,
    }
}

fn in_short(v: &VerdictLine) -> String {
    let text = |o: &Option<String>| o.clone().unwrap_or_else(|| "nothing".to_owned());
    format!("expected {}, observed {}", text(&v.expected), text(&v.observed))
}

fn details(v: &VerdictLine) -> String {
    let mut lines = vec![format!("{} {}, level {}", v.row, obligation(v.obligation), v.level)];
    let mut add = |name: &str, text: Option<&str>| {
        lines.extend(text.map(|t| format!("{name}: {t}")));
    };
    add("code", v.code.map(|c| c.as_str()));
    add("expected", v.expected.as_deref());
    add("observed", v.observed.as_deref());
    add("reason", v.reason.as_deref());
    add("blocked by", v.blocked_by.as_ref().map(AsRef::as_ref));
    for finding in &v.also {
        let text = format!(
            "{}: expected {}, observed {}",
            finding.code.as_str(),
            finding.expected,
            finding.observed
        );
        add("also", Some(&text));
    }
    add("OCPP", Some(v.ocpp.join(", ").as_str()).filter(|t| !t.is_empty()));
    let records: Vec<String> = v.evidence.iter().map(ToString::to_string).collect();
    add("evidence", Some(records.join(", ").as_str()).filter(|t| !t.is_empty()));
    lines.join("\n")
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for c in cases {
        tests += 1;
        match c.end {
            End::Failed { .. } => failures += 1,
            End::Broken { .. } => errors += 1,
            End::Skipped(_) => skipped += 1,
            End::Passed(_) => {}
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn write_case(out: &mut String, c: &Case) {
    let head = format!("    <testcase classname={} name={} time=\"0\"", quoted(&c.class), quoted(&c.name));
    let inner = match &c.end {
        End::Passed(None) => String::new(),
        End::Passed(Some(said)) => format!("<system-out>{}</system-out>", escaped(said)),
        End::Failed { kind, message, text } => {
            format!("<failure type={} message={}>{}</failure>", quoted(kind), quoted(message), escaped(text))
        }
        End::Broken { message, text } => {
            format!("<error type=\"not-judged\" message={}>{}</error>", quoted(message), escaped(text))
        }
        End::Skipped(why) => format!("<skipped message={}/>", quoted(why)),
    };
    let _ = match inner.as_str() {
        "" => writeln!(out, "{head}/>"),
        inner => writeln!(out, "{head}>{inner}</testcase>"),
    };
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text).replace('\n', "&#10;").replace('\t', "&#9;"))
}

/// Text for XML 1.0, which has no place for most control characters, not even escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::samples::{failed, file, left_out, open, passed, warned};
    use spec::model::Obligation::{Must, Should};

    fn attribute(text: &str, name: &str) -> usize {
        let head = text.lines().nth(1).unwrap();
        let at = head.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        head[at..].split('"').next().unwrap().parse().unwrap()
    }

    #[test]
    fn a_conforming_run_is_green() {
        let text = junit(&file(1, vec![passed(1), warned(1, Should)]));
        assert_eq!(attribute(&text, "tests"), 3);
        for name in ["failures", "errors", "skipped"] {
            assert_eq!(attribute(&text, name), 0, "{name}\n{text}");
        }
        assert!(text.contains("<system-out>WARN"), "{text}");
    }

    #[test]
    fn no_run_that_does_not_conform_is_all_green() {
        let mut partial = file(1, vec![passed(1)]);
        (partial.partial, partial.conforming, partial.level) = (true, false, None);
        let mut interrupted = file(1, vec![passed(1)]);
        (interrupted.interrupted, interrupted.conforming, interrupted.level) = (true, false, None);
        let runs = [
            file(1, vec![passed(1), failed(1)]),
            file(1, vec![passed(1), open(1, Must)]),
            file(1, vec![passed(1), left_out(1, Must)]),
            file(3, vec![passed(1)]),
            file(1, vec![]),
            partial,
            interrupted,
        ];
        for run in runs {
            let text = junit(&run);
            let red = attribute(&text, "failures") + attribute(&text, "errors");
            assert!(red + attribute(&text, "skipped") > 0, "{text}");
            assert_eq!(red > 0, run.exit_code() != CONFORMING, "{text}");
        }
    }

    #[test]
    fn what_could_not_be_told_of_a_must_is_an_error_and_of_a_should_is_skipped() {
        let text = junit(&file(1, vec![passed(1), open(1, Must), open(1, Should)]));
        assert!(text.contains("<error type=\"not-judged\" message=\"inconclusive: a part"), "{text}");
        assert!(text.contains("<skipped message=\"inconclusive: a part"), "{text}");
    }

    #[test]
    fn no_text_of_a_station_breaks_the_file() {
        assert_eq!(quoted("<a b=\"c\">\n&\u{1}"), "\"&lt;a b=&quot;c&quot;&gt;&#10;&amp;\u{fffd}\"");
    }
}
