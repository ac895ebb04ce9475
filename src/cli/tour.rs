//! `torugart tour`: one order from request to pickup through a running server, told call by call.
//!
//! It is a client like any other: whatever it prints was just sent and answered, and it stops where an answer is not
//! the expected one.

mod guide;
mod rates;
mod step;
mod team;
mod voice;
mod way;

use crate::error::{Error, Result};
use crate::phone::Phone;

use guide::Guide;
use rates::OwnRates;
use team::{Accounts, Team};
use way::Way;

/// Where and as whom.
#[derive(clap::Args)]
pub(super) struct TourArgs {
    /// Address of the server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Print one line per call.
    #[arg(long)]
    quiet: bool,
    /// Phone of the made-up customer: a server that sends real messages sends them there.
    #[arg(long, default_value = "0700 123 456")]
    phone: String,
    #[command(flatten)]
    accounts: Accounts,
}

/// Walks an order through the server, and puts back what it had to change for that.
pub(super) fn run(args: &TourArgs) -> Result<()> {
    let phone = Phone::parse(&args.phone).map_err(|error| Error::Startup(format!("--phone: {error}")))?;
    let mut guide = Guide::new(&args.url, args.quiet)?;
    let mut team = Team::new(&args.accounts)?;
    let mut way = Way::new(&phone);
    let mut rates = OwnRates::default();
    let walked = way.walk(&mut guide, &mut team, &mut rates);
    if walked.is_err() {
        guide.voice.hush();
    }
    // Both, whatever the other said.
    let tidied = rates.put_back(&mut guide).and(team.dismiss(&mut guide));
    walked?;
    tidied?;
    guide.voice.end(&format!("Order {} went all the way in {} calls.", way.code(), guide.calls))?;
    guide.voice.end(&format!("Its page: {}/t/{}", guide.base, way.code()))
}
