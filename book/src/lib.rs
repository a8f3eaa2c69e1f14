//! The guideline as a book, made from the archetypes: pages, pictures, indexes and annexes, rendered with mdBook.
//!
//! Everything is data first. An [`Edition`] holds the archetypes and what other crates know about them (scenarios,
//! phrases, exit codes). [`Book::compose`] makes pages and annexes of it in memory, each knowing the rows it shows;
//! [`Book::write`] renders them. Nothing in it depends on the clock, on paths or on hash order, so that the same
//! data gives the same bytes.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod annex;
mod atlas;
mod book;
mod chapters;
mod check;
mod edition;
mod examples;
mod figures;
mod files;
mod hook;
mod links;
mod mrec;
mod pages;
mod proof;
mod render;
mod severity;
mod templates;

pub use annex::Annex;
pub use book::{Book, Page, Shown, Written};
pub use chapters::{Chapter, ChapterError};
pub use check::broken_links;
pub use edition::{Edition, ExitCode, Phrase, Scenario, Step};
pub use examples::{Example, ExampleError, Excerpt, excerpt};
pub use files::{Files, FilesError};
pub use proof::{ProofError, proof};

/// Why there is no book.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// A text names a row in brackets that no archetype has.
    #[error("{page}: there is no row [{row}]: correct the id, or write it without brackets")]
    UnknownRow {
        /// Page or chapter.
        page: String,
        /// As written.
        row: String,
    },
    /// A chapter is malformed.
    #[error(transparent)]
    Chapter(#[from] ChapterError),
    /// A wire example is malformed.
    #[error(transparent)]
    Example(#[from] ExampleError),
    /// A template is malformed, or asks for what its page does not have.
    #[error("template {name}: {why}")]
    Template {
        /// The template.
        name: String,
        /// What the engine says.
        why: String,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written: {error}")]
    Write {
        /// The path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {error}")]
    Read {
        /// The path.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The directory to write to holds something else.
    #[error("{path} is not empty and holds no guideline: name another directory")]
    Occupied {
        /// The path.
        path: String,
    },
    /// mdBook refused.
    #[error("the book cannot be rendered: {0}")]
    Render(String),
}
