//! The files people write, as Rust types: [`ArchetypeFile`] and [`DeclarationFile`].

mod archetype;
mod declaration;
mod row;

pub use archetype::*;
pub use declaration::*;
pub use row::*;
