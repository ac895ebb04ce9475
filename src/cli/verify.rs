//! `torugart verify`: is everything true that must be?

use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::verify::{self, Finding};

/// `torugart verify`
pub(super) fn run(config: &Config, json: bool) -> Result<()> {
    let url = config.database.url()?;
    url.must_exist()?;
    let findings = Db::open(&url, 1)?.snapshot(verify::everything)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&findings).map_err(|error| Error::Startup(error.to_string()))?);
    } else {
        findings.iter().for_each(tell);
    }
    judge(&findings)?;
    if !json {
        println!("verified: {} promises, all kept", findings.len());
    }
    Ok(())
}

fn tell(finding: &Finding) {
    let Finding { part, promise, wrong, examples } = finding;
    match wrong {
        0 => println!("good   {part}: {promise}"),
        _ => println!("WRONG  {part}: {promise}; {wrong} times not"),
    }
    examples.iter().for_each(|example| println!("         {example}"));
}

/// Refuses data of which anything is wrong.
fn judge(findings: &[Finding]) -> Result<()> {
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.wrong > 0).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let told: Vec<_> = wrong.iter().map(|finding| format!("{}: {}", finding.part, finding.promise)).collect();
    Err(Error::Startup(format!("{} of {} promises are broken: {}", wrong.len(), findings.len(), told.join("; "))))
}
