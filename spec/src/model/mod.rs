//! The files people write, as Rust types: [`ArchetypeFile`], [`DeclarationFile`] and [`ExpectedFailuresFile`].

mod archetype;
mod behaviour;
mod component;
mod declaration;
mod expected;
mod fault;
mod monitor;
mod row;
mod trend;
mod variable;

pub use archetype::*;
pub use behaviour::*;
pub use component::*;
pub use declaration::*;
pub use expected::*;
pub use fault::*;
pub use monitor::*;
pub use row::*;
pub use trend::*;
pub use variable::*;
