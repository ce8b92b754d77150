//! The `cuecard` binary: hands over to the command line.

use std::process::ExitCode;

/// A turn makes some hundreds of small allocations on one thread that another frees; the system's allocator is slow at
/// that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cuecard::cli::main()
}
