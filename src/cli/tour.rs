//! `torugart tour`

use crate::error::Result;

/// Where and as whom.
#[derive(clap::Args)]
pub(super) struct TourArgs {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
}

pub(super) fn run(args: &TourArgs) -> Result<()> {
    println!("{}", args.url);
    Ok(())
}
