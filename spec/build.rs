//! Builds the crate anew when an archetype file is added, so that it travels inside the binary.

fn main() {
    println!("cargo:rerun-if-changed=../archetypes");
}
