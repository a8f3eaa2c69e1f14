//! The files people write, as Rust types: [`ArchetypeFile`], [`DeclarationFile`] and [`ExpectedFailuresFile`].

mod archetype;
mod declaration;
mod expected;
mod row;

pub use archetype::*;
pub use declaration::*;
pub use expected::*;
pub use row::*;
