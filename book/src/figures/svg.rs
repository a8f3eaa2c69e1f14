//! The few SVG elements the pictures need.

use crate::templates::escape;
use std::fmt::Write as _;

/// A drawing that grows downwards.
pub(super) struct Drawing {
    width: f64,
    body: String,
}

impl Drawing {
    pub(super) fn new(width: f64) -> Drawing {
        Drawing { width, body: String::new() }
    }

    /// The finished picture. `title` is what a reader hears who cannot see it.
    pub(super) fn finish(self, class: &str, title: &str, height: f64) -> String {
        let (w, h) = (number(self.width), number(height));
        format!(
            "<svg class=\"figure {class}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{t}\" \
             xmlns=\"http://www.w3.org/2000/svg\"><title>{t}</title>{}</svg>",
            self.body,
            t = escape(title)
        )
    }

    pub(super) fn rect(&mut self, class: &str, (x, y): (f64, f64), (w, h): (f64, f64), radius: f64) {
        let (x, y, w, h, r) = (number(x), number(y), number(w), number(h), number(radius));
        self.raw(&format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{r}\"></rect>"
        ));
    }

    pub(super) fn text(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let (x, y) = (number(x), number(y));
        self.raw(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(text)));
    }

    pub(super) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x1, y1, x2, y2) = (number(x1), number(y1), number(x2), number(y2));
        self.raw(&format!("<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"></line>"));
    }

    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)], closed: bool) {
        let mut d = String::new();
        for (n, (x, y)) in points.iter().enumerate() {
            // Writing into a String cannot fail.
            let _ = write!(d, "{}{} {}", if n == 0 { "M" } else { "L" }, number(*x), number(*y));
        }
        let end = if closed { "Z" } else { "" };
        self.raw(&format!("<path class=\"{class}\" d=\"{d}{end}\"></path>"));
    }

    pub(super) fn circle(&mut self, class: &str, (x, y): (f64, f64), r: f64) {
        let (x, y, r) = (number(x), number(y), number(r));
        self.raw(&format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"></circle>"));
    }

    /// An arrow to the right or down, ending at a point.
    pub(super) fn arrow(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.line("arrow", from, to);
        let (x, y) = to;
        let head = if (to.0 - from.0).abs() > (to.1 - from.1).abs() {
            let d = if to.0 > from.0 { -7.0 } else { 7.0 };
            [(x, y), (x + d, y - 4.0), (x + d, y + 4.0)]
        } else {
            let d = if to.1 > from.1 { -7.0 } else { 7.0 };
            [(x, y), (x - 4.0, y + d), (x + 4.0, y + d)]
        };
        self.path("arrow-head", &head, true);
    }

    pub(super) fn raw(&mut self, element: &str) {
        self.body.push_str(element);
    }
}

/// A coordinate with at most one decimal.
pub(super) fn number(n: f64) -> String {
    let rounded = (n * 10.0).round() / 10.0;
    // No negative zero.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// Width of a text of 12 px in a usual sans-serif, on the generous side.
pub(super) fn width(text: &str) -> f64 {
    text.chars()
        .map(|c| {
            if "ilI.,'[]|()".contains(c) {
                4.2
            } else if "mwMW".contains(c) {
                10.4
            } else if c.is_uppercase() {
                8.4
            } else {
                6.9
            }
        })
        .sum()
}
