//! A new feature file is noticed by an incremental build.
fn main() {
    println!("cargo:rerun-if-changed=../features");
}
