//! The command line.

mod backup;
mod bounces;
mod demo;
mod import;
mod serve;
mod sweep;
mod tour;
mod verify;

use std::io::{IsTerminal, Read};
use std::path::Path;

use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

use crate::clock::Clock;
use crate::config::{Config, LogFormat};
use crate::db::{Db, migrate};
use crate::error::{Error, Result};
use crate::ids::{Actor, Role};
use crate::notifications::Gateways;
use crate::staff::{self, NewMember, Password};
use crate::state::App;
use crate::{acquirers, elqr, rates, starter};

/// Order tracking for a cargo consolidator: request, code, quote, som, truck, message, pickup.
#[derive(Parser)]
#[command(
    name = "torugart",
    version,
    after_help = "Settings: config/default.toml, config/<TORUGART_ENV>.toml, TORUGART__SECTION__KEY."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, the pages and the workers.
    Serve {
        /// Start with a temporary database full of examples, and print logins and codes to try.
        #[arg(long)]
        demo: bool,
        /// Leave messages and payment providers' callbacks to `torugart worker` processes.
        #[arg(long)]
        no_worker: bool,
    },
    /// Only send messages and book what payment providers report.
    Worker,
    /// Bring the database to the shape this binary expects.
    Migrate,
    /// Accounts of staff.
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Exchange rates.
    Rates {
        #[command(subcommand)]
        command: RatesCommand,
    },
    /// Import a warehouse's list of received parcels.
    Import(import::ImportArgs),
    /// Read a letter that came back: what waited for its success goes, and a missing mailbox is written to no more.
    Bounces {
        /// The letter as it came; `-` is standard input, as a mail server's alias gives it.
        file: std::path::PathBuf,
    },
    /// National QR payment codes.
    Elqr {
        #[command(subcommand)]
        command: ElqrCommand,
    },
    /// Charge storage, remind customers and mark what nobody collected, for everything that waits on the shelves.
    Sweep {
        /// Only list what would be done.
        #[arg(long)]
        dry_run: bool,
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy the embedded database while it serves, verify the copy and keep it.
    Backup(backup::BackupArgs),
    /// Put a backup into an empty place, verified and safe to serve.
    Restore(backup::RestoreArgs),
    /// Make a database safe to serve that was brought back to an earlier moment by other means.
    Reconcile(backup::LossArgs),
    /// Decide about the messages that a restore held.
    Outbox(backup::OutboxArgs),
    /// Look whether everything is true that must be: structure, ledger, ways of orders, trail, outbox.
    Verify {
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what is wrong with the settings, if anything.
    CheckConfig,
    /// Walk one order through a running server, printing each call and its answer.
    Tour(tour::TourArgs),
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Make an account.
    Add(StaffAdd),
}

#[derive(Args)]
struct StaffAdd {
    /// What they type to log in.
    #[arg(long)]
    login: String,
    /// admin, operator, cashier, warehouse or auditor.
    #[arg(long)]
    role: Role,
    /// Their name; the login when not given.
    #[arg(long)]
    name: Option<String>,
    /// Code of the branch they work at; the first fitting one when not given.
    #[arg(long)]
    branch: Option<String>,
    /// The password. Others on this machine can see it in the process list: prefer --password-stdin.
    #[arg(long, conflicts_with = "password_stdin", required_unless_present = "password_stdin")]
    password: Option<String>,
    /// Read the password from standard input.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Subcommand)]
enum RatesCommand {
    /// Read the National Bank's daily, then weekly rates.
    Fetch {
        /// Address, file or folder instead of `rates.url`.
        #[arg(long)]
        from: Option<String>,
    },
}

#[derive(Subcommand)]
enum ElqrCommand {
    /// Say what a code asks for, or what is wrong with it. It proves nothing about a payment.
    Parse {
        /// What the code says: its address or the payload alone.
        payload: String,
    },
}

/// Runs the command that was typed.
///
/// # Errors
/// What stopped it, as a sentence for whoever typed it.
pub fn run() -> Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Command::Tour(args) => tour::run(&args),
        Command::Elqr { command: ElqrCommand::Parse { payload } } => parse_elqr(&payload),
        command => run_configured(command, Config::load(Path::new("."))?),
    }
}

/// The commands that need the settings.
fn run_configured(command: Command, config: Config) -> Result<()> {
    match command {
        Command::Serve { demo: true, .. } => demo::serve(config),
        Command::Serve { demo: false, no_worker } => serve::serve(config, !no_worker),
        Command::Worker => serve::work(config),
        Command::Migrate => migrate_only(&config),
        Command::Staff { command: StaffCommand::Add(add) } => add_staff(config, add),
        Command::Rates { command: RatesCommand::Fetch { from } } => fetch_rates(config, from),
        Command::Sweep { dry_run, json } => sweep::sweep(config, dry_run, json),
        Command::Import(args) => import::run(config, &args),
        Command::Bounces { file } => bounces::run(config, &file),
        Command::Backup(args) => backup::back_up(config, args),
        Command::Restore(args) => backup::restore(config, args),
        Command::Reconcile(loss) => backup::reconcile(config, &loss),
        Command::Outbox(args) => backup::outbox(config, &args),
        Command::Verify { json } => verify::run(&config, json),
        Command::CheckConfig => check(&config),
        Command::Tour(_) | Command::Elqr { .. } => Ok(()),
    }
}

/// Opens the database, migrates it, furnishes it when empty.
fn open(config: Config) -> Result<App> {
    let app = open_unfurnished(config)?;
    app.write_now(&Actor::System, |tx| starter::furnish(tx, &app.config.starter))?;
    Ok(app)
}

fn open_unfurnished(config: Config) -> Result<App> {
    let db = Db::open(&config.database.url()?, config.database.connections)?;
    db.warn_of_translated_messages()?;
    let steps = migrate::run(&db)?;
    if !steps.is_empty() {
        tracing::info!(database = db.kind(), steps = steps.len(), "database migrated");
    }
    App::new(config, db, Clock::System)
}

fn start_log(config: &Config) -> Result<()> {
    let filter =
        EnvFilter::try_new(&config.log.level).map_err(|error| Error::Startup(format!("log.level: {error}")))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match config.log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| Error::Startup(format!("the log cannot be started: {error}")))
}

fn migrate_only(config: &Config) -> Result<()> {
    let db = Db::open(&config.database.url()?, 1)?;
    let steps = migrate::run(&db)?;
    if steps.is_empty() {
        println!("The {} database is up to date.", db.kind());
    }
    for step in steps {
        println!("{step} done");
    }
    Ok(())
}

fn add_staff(config: Config, add: StaffAdd) -> Result<()> {
    let typed = match add.password {
        Some(password) => password,
        None => password_from_stdin()?,
    };
    let password = Password::try_from(SecretString::from(typed)).map_err(Error::Startup)?;
    let login = staff::http::checked_login(&add.login)?;
    password.refuse_known_words("--password", &login, &config.business.name)?;
    let new = NewMember {
        name: add.name.unwrap_or_else(|| login.clone()),
        login,
        role: add.role,
        branch: add.branch,
        password_hash: password.hash()?,
    };
    let app = open(config)?;
    let member = app.write_now(&Actor::System, |tx| staff::add(tx, &new))?;
    println!("{} can log in as {}.", member.login, member.role);
    Ok(())
}

/// All of standard input, without the end of its line.
fn password_from_stdin() -> Result<String> {
    let mut typed = String::new();
    std::io::stdin().read_to_string(&mut typed).map_err(|error| Error::Startup(format!("standard input: {error}")))?;
    Ok(typed.trim_end_matches(['\r', '\n']).to_owned())
}

fn fetch_rates(config: Config, from: Option<String>) -> Result<()> {
    let base = from.unwrap_or_else(|| config.rates.url.clone());
    if base.is_empty() {
        return Err(Error::Startup("rates.url is empty: name a source with --from".to_owned()));
    }
    let app = open(config)?;
    let mut refused = Vec::new();
    for report in rates::refresh(&app, &base)? {
        match report.outcome {
            Ok(text) => println!("{}: {text}", report.source),
            Err(text) => refused.push(format!("{}: {text}", report.source)),
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(Error::Startup(refused.join("\n"))) }
}

fn parse_elqr(payload: &str) -> Result<()> {
    let said = elqr::parse(payload).map_err(|error| Error::Startup(error.to_string()))?;
    let json = serde_json::to_string_pretty(&said).map_err(|error| Error::Startup(error.to_string()))?;
    println!("{json}");
    Ok(())
}

fn check(config: &Config) -> Result<()> {
    Gateways::from_config(config)?;
    acquirers::switched_on(config)?;
    println!("The settings of environment {:?} can be used.", config.environment);
    Ok(())
}
