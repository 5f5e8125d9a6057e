//! The command line: arguments → calls of the library → messages and an exit code.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
