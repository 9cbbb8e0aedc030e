//! Runs the command line and maps its outcome to an exit code.

mod cli;

use std::process::ExitCode;

/// Lint takes a tenth less time with it than with the system's, a dump a twentieth: threads give back what others got.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
