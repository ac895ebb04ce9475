//! The `torugart` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match torugart::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("torugart: {error}");
            ExitCode::FAILURE
        }
    }
}
