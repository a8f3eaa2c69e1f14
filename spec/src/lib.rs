//! Archetypes, declarations and expected failures: the model, the loader and the lint with source spans.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod declaration;
pub mod diff;
pub mod draft;
pub mod effect;
pub mod embedded;
pub mod expected;
pub mod hook;
pub mod lint;
pub mod load;
pub mod model;
pub mod place;
pub mod requirements;
pub mod rows;
pub mod schema;
pub mod source;

pub use declaration::{Applies, Declaration, DeclarationError};
pub use diff::{EditionDiff, EditionFiles};
pub use effect::Effect;
pub use expected::{ExpectedError, ExpectedFailures};
pub use lint::{Finding, LintCode, LintReport, LintSeverity, nearest};
pub use load::{Archetype, LoadError, embedded_ids};
pub use place::Place;
pub use requirements::{Binds, Requirement, Requirements, RequirementsError};
pub use rows::RowRef;
pub use source::{Source, SourceError};
