//! Everything that needs more than one module, in one binary.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too
mod cli;
mod corpus;
mod docs;
mod formats;
mod hostile;
mod oracle;
mod rules;
mod work;

/// A generated file must be current. `UPDATE=1` writes it; a test run never does by itself.
fn compare_generated(path: &std::path::Path, expected: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} isn't current; read what UPDATE=1 changes in it",
        path.display()
    );
}
