//! The commit a binary was built from stands in its results.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=../../.git/HEAD");
    // Every commit and checkout adds a line here; a folder of refs is not always seen to change.
    println!("cargo:rerun-if-changed=../../.git/logs/HEAD");
    let commit = Command::new("git").args(["rev-parse", "HEAD"]).output().ok().filter(|o| o.status.success());
    let commit = commit.and_then(|o| String::from_utf8(o.stdout).ok()).unwrap_or_default();
    println!("cargo:rustc-env=DIAGMARK_COMMIT={}", commit.trim());
}
