//! `import`: a warehouse's list of received parcels from the command line, on the same path as over HTTP.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::open;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::ids::Actor;
use crate::manifests::http::{ProfileView, RowView};
use crate::manifests::profile::Correction;
use crate::manifests::{self, Counts, Outcome, Preview, Row, SheetProfile, report};
use crate::sheets::limits;
use crate::state::App;

/// Errors that are shown one by one; the report has all of them.
const MOST_SHOWN: usize = 50;

/// What was typed.
#[derive(Args)]
pub(super) struct ImportArgs {
    /// XLSX, XLS or CSV.
    file: PathBuf,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the counts and every row as JSON.
    #[arg(long)]
    json: bool,
    /// Code of the China warehouse; the oldest one when not given.
    #[arg(long)]
    branch: Option<String>,
    /// Leave rows with errors out and import the others.
    #[arg(long)]
    skip_errors: bool,
    /// Read hidden rows and sheets like all others.
    #[arg(long)]
    include_hidden: bool,
    /// Where the row report goes; beside the file when not given, and nowhere with --dry-run.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// What is told at the end.
struct Told {
    rows: Vec<Row>,
    sheets: Vec<SheetProfile>,
    said: Correction,
    is_committed: bool,
}

/// Imports a file.
pub(super) fn run(config: Config, args: &ImportArgs) -> Result<()> {
    let bar = progress();
    bar.set_message("reading");
    let bytes = bytes_of(&args.file)?;
    let app = open(config)?;
    let said = Correction { include_hidden: args.include_hidden.then_some(true), ..Correction::default() };
    let desk =
        app.read_now(&Actor::System, |tx| manifests::desk(tx, args.branch.as_deref(), "--branch")).map_err(plain)?;
    let reading = manifests::read_file(&desk, &bytes, &said).map_err(plain)?;
    step(&bar, "comparing");
    let preview = app.read_now(&Actor::System, |tx| manifests::preview(tx, reading, said))?;
    let errors = Counts::of(preview.rows.iter().map(|row| row.outcome)).error;
    let is_refused = errors > 0 && !args.skip_errors;
    let told = if args.dry_run || is_refused {
        Told { rows: preview.rows, sheets: preview.sheets, said: preview.said, is_committed: false }
    } else {
        step(&bar, "importing");
        take(&app, &desk, &args.file, &bytes, preview, args.skip_errors)?
    };
    step(&bar, "writing the report");
    let written = write_report(args, &told);
    bar.finish_and_clear();
    if args.json {
        print_json(args, &told)?
    } else {
        print_table(&told, args.dry_run)?
    }
    match (errors, args.skip_errors) {
        (0, _) | (_, true) => written,
        (errors, false) => {
            let kept = if args.dry_run { "would keep" } else { "keep" };
            Err(Error::Startup(format!(
                "{errors} rows with errors {kept} the file from being imported, and nothing was. Correct them, or import \
                 all the others with --skip-errors."
            )))
        }
    }
}

/// Stages the rows, then takes them in one short transaction.
fn take(
    app: &App,
    desk: &manifests::Desk,
    file: &Path,
    bytes: &[u8],
    preview: Preview,
    skip_errors: bool,
) -> Result<Told> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let manifest =
        app.write_now(&Actor::System, |tx| manifests::upload(tx, &desk.branch.id, name.as_deref(), bytes, &preview))?;
    let Preview { sheets, said, rows } = preview;
    drop(rows);
    app.write_now(&Actor::System, |tx| manifests::commit(tx, &manifest.id, skip_errors)).map_err(plain)?;
    let rows = app.read_now(&Actor::System, |tx| manifests::rows(tx, &manifest.id))?;
    Ok(Told { rows, sheets, said, is_committed: true })
}

/// At a shell a problem is its sentence.
fn plain(error: Error) -> Error {
    match error {
        Error::Problem(problem) => Error::Startup(problem.detail),
        other => other,
    }
}

fn bytes_of(file: &Path) -> Result<Vec<u8>> {
    let unreadable = |error| Error::Startup(format!("{} cannot be read: {error}", file.display()));
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    if size > limits::FILE_BYTES as u64 {
        let most = limits::FILE_BYTES / limits::MIB;
        return Err(Error::Startup(format!("{} is larger than {most} MiB; import it in parts", file.display())));
    }
    std::fs::read(file).map_err(unreadable)
}

/// A bar on standard error, where somebody looks at it.
fn progress() -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(4), target);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn step(bar: &ProgressBar, message: &'static str) {
    bar.inc(1);
    bar.set_message(message);
}

/// A report that nobody asked for is worth no failure: what was imported is imported.
fn write_report(args: &ImportArgs, told: &Told) -> Result<()> {
    if args.dry_run && args.report.is_none() {
        return Ok(());
    }
    let counts = Counts::of(told.rows.iter().map(|row| row.outcome));
    let place = args.report.clone().unwrap_or_else(|| args.file.with_extension("report.xlsx"));
    let written = std::fs::write(&place, report::draw(&told.rows, counts)?);
    match written {
        Ok(()) => Ok(()),
        Err(error) => {
            let complaint = format!("the report could not be written to {}: {error}", place.display());
            if args.report.is_some() {
                return Err(Error::Startup(complaint));
            }
            eprintln!("{complaint}");
            Ok(())
        }
    }
}

fn print_json(args: &ImportArgs, told: &Told) -> Result<()> {
    let rows: Vec<Value> = told.rows.iter().map(|row| json!(RowView::from(row.clone()))).collect();
    print(&format!(
        "{}\n",
        json!({
            "file": args.file.display().to_string(),
            "committed": told.is_committed,
            "counts": Counts::of(told.rows.iter().map(|row| row.outcome)),
            "profile": ProfileView::of(told.sheets.clone(), &told.said),
            "rows": rows,
        })
    ))
}

fn print_table(told: &Told, is_dry_run: bool) -> Result<()> {
    let counts = Counts::of(told.rows.iter().map(|row| row.outcome));
    let mut text = match (told.is_committed, is_dry_run) {
        (true, _) => "Imported.\n".to_owned(),
        (false, true) => "Nothing was changed; this is what would happen.\n".to_owned(),
        (false, false) => "Nothing was imported; this is what would have happened.\n".to_owned(),
    };
    for (word, count) in [
        (Outcome::Created, counts.created),
        (Outcome::Updated, counts.updated),
        (Outcome::Unchanged, counts.unchanged),
        (Outcome::Skipped, counts.skipped),
        (Outcome::Error, counts.error),
    ] {
        text += &format!("{:<10}{count:>7}\n", word.as_str());
    }
    for sheet in &told.sheets {
        if let Some(why) = &sheet.passed_over {
            text += &format!("Sheet {:?} was passed over: {why}.\n", sheet.sheet);
        }
    }
    let errors = || told.rows.iter().filter(|row| row.outcome == Outcome::Error);
    for row in errors().take(MOST_SHOWN) {
        let sheet = if row.line.sheet.is_empty() { String::new() } else { format!("{} ", row.line.sheet) };
        text += &format!("{sheet}row {}: {}\n", row.line.row, row.reason);
    }
    if errors().count() > MOST_SHOWN {
        text += &format!("... and {} more; the report has all of them.\n", errors().count() - MOST_SHOWN);
    }
    print(&text)
}

/// A reader that hung up, such as `head`, is no panic.
fn print(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Error::Startup(format!("standard output: {error}")))
}
