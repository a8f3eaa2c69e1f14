//! The flow of a certification run.

use super::svg::Drawing;
use crate::Edition;

const BOX: (f64, f64) = (186.0, 92.0);
const GAP: f64 = 28.0;

pub(crate) fn procedure(edition: &Edition) -> String {
    let scenarios = edition.scenarios.len();
    let steps: [(&str, [String; 3]); 8] = [
        (
            "1  Declare",
            ["the maker says which".into(), "optional hardware and".into(), "versions a product has".into()],
        ),
        (
            "2  Plan",
            [
                "rows × scenarios × places,".into(),
                "fixed before the run,".into(),
                "nothing silently absent".into(),
            ],
        ),
        (
            "3  Connect",
            ["the station dials in,".into(), "boots, and reports".into(), "its inventory once".into()],
        ),
        (
            "4  Scenarios",
            [
                format!("{scenarios} of levels 1 to 3:"),
                "act, cause, wait;".into(),
                "put back what was changed".into(),
            ],
        ),
        ("5  Evidence", ["every frame and wait".into(), "is a record, chained".into(), "by its hash".into()]),
        (
            "6  Verdicts",
            [
                "checks read records only:".into(),
                "pass, fail, warn and more,".into(),
                "each with its reason".into(),
            ],
        ),
        (
            "7  Result",
            ["level reached, what was".into(), "not judged and why,".into(), "result.json and report".into()],
        ),
        (
            "8  Verify",
            [
                "anybody repeats the".into(),
                "verdicts from the evidence,".into(),
                "without the station".into(),
            ],
        ),
    ];
    let mut d = Drawing::new(4.0 * BOX.0 + 3.0 * GAP + 4.0);
    for (n, (title, lines)) in (0u32..).zip(&steps) {
        let (column, row) = (n % 4, n / 4);
        // The second line runs back, so that the arrow between them is short.
        let column = if row == 0 { column } else { 3 - column };
        let (x, y) = (2.0 + f64::from(column) * (BOX.0 + GAP), 2.0 + f64::from(row) * (BOX.1 + GAP));
        d.rect("step", (x, y), BOX, 8.0);
        d.text("step-title", (x + 14.0, y + 24.0), title);
        for (line, text) in (0u32..).zip(lines) {
            d.text("note", (x + 14.0, y + 44.0 + 16.0 * f64::from(line)), text);
        }
        let middle = y + BOX.1 / 2.0;
        match (row, column) {
            (0, 3) => d.arrow((x + BOX.0 / 2.0, y + BOX.1), (x + BOX.0 / 2.0, y + BOX.1 + GAP)),
            (0, _) => d.arrow((x + BOX.0, middle), (x + BOX.0 + GAP, middle)),
            (_, 0) => {}
            _ => d.arrow((x, middle), (x - GAP, middle)),
        }
    }
    d.finish("run", "The eight steps of a certification run", 2.0 * BOX.1 + GAP + 4.0)
}
