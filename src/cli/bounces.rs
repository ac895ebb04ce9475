//! `bounces`: a letter that came back to the sender of our mail.

use std::io::Read;
use std::path::Path;

use super::open;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::notifications::{bounced, read_bounce};

/// A report of delivery is much smaller; of a larger letter the beginning is read.
const MOST_BYTES: u64 = 1024 * 1024;

/// `torugart bounces`
pub(super) fn run(config: Config, file: &Path) -> Result<()> {
    let mut letter = Vec::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().take(MOST_BYTES).read_to_end(&mut letter),
        _ => std::fs::File::open(file).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut letter)),
    };
    read.map_err(|error| Error::Startup(format!("{}: {error}", file.display())))?;
    let Some(bounce) = read_bounce(&letter) else {
        println!("This is no report of a letter that could not be delivered; nothing was changed.");
        return Ok(());
    };
    let app = open(config)?;
    match app.write_now(&Actor::System, |tx| bounced(tx, &bounce))? {
        Some(sent) => println!("Message {} came back: {}.", sent.message_id, bounce.status),
        None => println!("Message {} is not ours, or was known to have come back.", bounce.message_id),
    }
    Ok(())
}
