//! Builds the crate anew when a chapter, a template, an example or a part of the theme is added, so that it travels
//! inside the binary.

fn main() {
    for folder in ["chapters", "templates", "theme", "examples"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
