//! Settings: `config/default.toml`, then `config/<TORUGART_ENV>.toml`, then `TORUGART__SECTION__KEY`.

use std::path::Path;

use config::{Environment, File, FileFormat};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::db::Url;
use crate::elqr::Template;
use crate::error::{Error, Result};
use crate::ids::Role;

mod acquirers;
mod backup;
mod face;
mod intake;
mod limits;
mod messages;
mod photos;
mod telegram;
mod visitors;

pub use acquirers::{Acquirers, Finik, FreedomPay, MKassa, ODengi};
pub use backup::Backup;
pub use face::{Face, Link, PLACE};
pub use intake::{ForbiddenGoods, IntakeStop, Lexicon};
pub use limits::{Limits, Pace};
pub use messages::Messages;
pub use photos::{Bucket, Photos, Place};
pub use telegram::{Telegram, TelegramTransportName};
pub use visitors::{CLIENT_CODE, ChinaAddress, Visitors};

/// The defaults are part of the binary, so that it starts from any folder.
const DEFAULTS: &str = include_str!("../config/default.toml");
/// What production changes; part of the binary too.
const PRODUCTION: &str = include_str!("../config/production.toml");

/// A JWT key shorter than this is refused: 256 bits, SECURITY row 37.
const LEAST_KEY_BYTES: usize = 32;

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `development`, `production`, or the name of another file in `config/`.
    #[serde(default)]
    pub environment: String,
    /// Where and how to listen.
    pub server: Server,
    /// Where the data is.
    pub database: Database,
    /// How often somebody may call.
    pub limits: Limits,
    /// Tokens.
    pub auth: Auth,
    /// The firm's own face and rules.
    pub business: Firm,
    /// What an empty database begins with.
    pub starter: Starter,
    /// The national QR code: what the acquiring bank issued.
    pub elqr: Template,
    /// Payment providers.
    pub acquirers: Acquirers,
    /// Short messages.
    pub sms: Sms,
    /// E-mail.
    pub email: Email,
    /// Telegram.
    pub telegram: Telegram,
    /// Exchange rates.
    pub rates: Rates,
    /// Photos.
    pub photos: Photos,
    /// Backups.
    pub backup: Backup,
    /// Log.
    pub log: Log,
}

/// `server.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address to listen on.
    pub host: String,
    /// Port; 0 takes any free one.
    pub port: u16,
    /// Threads that serve HTTP; 0 is one per core.
    pub threads: usize,
    /// Largest body, bytes.
    pub body_limit_bytes: usize,
    /// The most rows of a list in one file.
    pub export_rows: usize,
    /// Proxies in front of us, as addresses or networks with commas between them: only they are believed when they tell
    /// for whom they call.
    pub trusted_proxies: String,
    /// Pages of other addresses whose scripts may call us, as origins with commas between them.
    pub cors_origins: String,
    /// Connections at once.
    pub connections: usize,
    /// Seconds for the head of a request.
    pub head_seconds: u64,
    /// Seconds for a body before it must have come in at the pace that follows ...
    pub body_seconds: u64,
    /// ... in bytes a second.
    pub body_least_bytes_per_second: u64,
    /// Seconds that a connection may be idle. Longer than a proxy keeps its own, or it would use one that just ended.
    pub keep_alive_seconds: u64,
}

impl Server {
    /// The networks of our own proxies.
    ///
    /// # Errors
    /// [`Error::Startup`] for what is no network.
    pub fn proxies(&self) -> Result<Vec<IpNet>> {
        limits::networks("server.trusted_proxies", &self.trusted_proxies).map_err(Error::Startup)
    }

    /// The origins that may call us from a browser.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        listed(&self.cors_origins)
    }

    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        complaints.extend(limits::networks("server.trusted_proxies", &self.trusted_proxies).err());
        let is_origin = |origin: &str| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', '?', '#', ' ']))
        };
        for origin in self.origins().filter(|origin| !is_origin(origin)) {
            complaints.push(format!("server.cors_origins: {origin:?} is no origin such as https://app.example.kg"));
        }
        if self.connections == 0 || self.body_least_bytes_per_second == 0 {
            complaints.push("server.connections and server.body_least_bytes_per_second must be at least 1".to_owned());
        }
        complaints
    }
}

/// The parts of a list with commas between them; environment variables have no other lists.
fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// `database.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://path` or `postgres://…`; may hold a password, so it is never printed.
    pub url: SecretString,
    /// Connections that read (SQLite) or all of them (PostgreSQL).
    pub connections: u32,
}

impl Database {
    /// The parsed address.
    ///
    /// # Errors
    /// [`Error::Startup`] when the scheme is neither of the two.
    pub fn url(&self) -> Result<Url> {
        self.url.expose_secret().parse().map_err(Error::Startup)
    }
}

/// `auth.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// `kid:secret[,kid:secret]`; the first signs, all verify. Empty outside production: a random key for this run.
    pub jwt_keys: SecretString,
    /// Life of an access token, seconds.
    pub access_ttl_s: i64,
    /// Life of a login without use, days.
    pub refresh_ttl_days: i64,
    /// Who may do nothing but set up a second factor until they have one.
    pub totp_required_roles: Vec<Role>,
}

/// `business.*`: the firm's own face and rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firm {
    /// Its name, in messages and on pages.
    pub name: String,
    /// The address customers see, used for links in messages; no slash at the end.
    pub public_url: String,
    /// Prefix of order codes.
    pub code_prefix: String,
    /// Prefix of client codes.
    pub client_code_prefix: String,
    /// Share of goods, delivery in China and service fee to be paid before we buy, percent.
    pub prepayment_goods_percent: u8,
    /// Share of the estimated freight to be paid before we buy, percent.
    pub prepayment_freight_percent: u8,
    /// Life of a quote that names no expiry, hours.
    pub quote_valid_hours: i64,
    /// What customers pay is a multiple of this, tyiyn.
    pub rounding_step_tyiyn: i64,
    /// Banknotes and coins that a drawer is counted in, tyiyn. From general knowledge, not from a source: to be
    /// corrected when the National Bank issues or withdraws one.
    pub cash_denominations_tyiyn: Vec<i64>,
    /// Days added to the bank's own validity of a rate before quotes are refused.
    pub rate_grace_days: i64,
    /// Days that the firm's own rate holds before quotes are refused.
    pub own_rate_days: i64,
    /// How far the charged weight of an order may be from the quoted one before the warehouse is warned, percent ...
    pub weight_tolerance_percent: u8,
    /// ... or grams, whichever is more.
    pub weight_tolerance_g: i64,
    /// Which warnings stop the receipt of a box until somebody gives a reason; the others are only said.
    pub intake_stops: Vec<IntakeStop>,
    /// Goods that we do not carry.
    pub forbidden_goods: Vec<ForbiddenGoods>,
    /// What a clerk calls a damaged box.
    pub damage_words: Lexicon,
    /// Days of storage charged for a parcel at most.
    pub storage_fee_most_days: i64,
    /// Days before the end of free storage on which the customer is reminded, where a fee follows; 0: never.
    pub storage_reminder_days: i64,
    /// Days after the message of arrival from which an order counts as not collected; 0: never.
    pub uncollected_days: i64,
    /// What whoever picks an order up must know beside its code.
    pub hand_over_proof: HandOverProof,
    /// Roles that see the orders of their own branch alone.
    pub own_branch_roles: Vec<Role>,
    /// Ways that trucks take, with the hours after departure at which they usually reach each place: the firm's own
    /// estimates, not facts.
    pub routes: Vec<NamedRoute>,
    /// What customers are told, when and at what price.
    pub messages: Messages,
    /// What the pages look like and which languages they speak.
    pub face: Face,
    /// Bounds on what people without a login may ask for.
    pub visitors: Visitors,
    /// What customers copy into a seller's form, for each China warehouse.
    pub china_addresses: Vec<ChinaAddress>,
}

/// `business.hand_over_proof`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOverProof {
    /// The order code is enough.
    None,
    /// The last four digits of the customer's phone.
    #[serde(rename = "phone_last4")]
    PhoneLast4,
    /// The PIN of the message of arrival.
    Pin,
}

/// A way that trucks take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedRoute {
    /// What it is called.
    pub name: String,
    /// The places on it, in their sequence.
    pub stations: Vec<RouteStation>,
}

/// A place on a way.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteStation {
    /// Short name for programs, such as `kashgar`.
    pub code: String,
    /// Name for people.
    pub place: String,
    /// Hours after departure.
    pub hours: i64,
}

/// `starter.*`: what an empty database begins with, so that the first order can be taken at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Starter {
    /// Branches, to be corrected with PATCH /v1/branches/{id}.
    pub branches: Vec<StarterBranch>,
    /// Tariff, to be followed with PUT /v1/tariffs.
    pub tariff: StarterTariff,
}

/// A branch of an empty database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the same fields as a branch")]
pub struct StarterBranch {
    pub code: String,
    pub kind: String,
    pub name: String,
    pub city: String,
    pub address: String,
    pub phone: String,
    pub hours: String,
}

/// The tariff of an empty database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StarterTariff {
    /// Price of a kilogram, US cents.
    pub price_per_kg_usd_cents: i64,
    /// Least weight charged for a parcel, grams.
    pub min_weight_g: i64,
    /// Days of free storage at the pickup point.
    pub free_storage_days: i32,
    /// Service fee, hundredths of a percent of the goods.
    pub service_fee_bp: i32,
}

/// `sms.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Which way messages leave.
    pub transport: SmsTransportName,
    /// Base address of the gateway, e.g. `https://smspro.nikita.kg/api`.
    pub url: String,
    /// Account.
    pub login: String,
    /// Its password.
    pub password: SecretString,
    /// Sender name that the gateway approved.
    pub sender: String,
    /// The most messages in a second that the contract allows, over all processes; 0: no limit.
    pub per_second: u32,
    /// Threads that send, in each process.
    pub workers: u16,
    /// End of the address at which SMSPRO may call: `<business.public_url>/v1/sms/reports/<report_secret>`. Empty: nowhere.
    pub report_secret: SecretString,
    /// Less than this on the account raises an alarm, tyiyn.
    pub account_alarm_tyiyn: i64,
}

/// `sms.transport`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsTransportName {
    /// Printed to the log.
    Log,
    /// Kept in memory, for tests.
    Memory,
    /// SMSPRO Nikita's XML.
    Smspro,
    /// A generic JSON gateway.
    Http,
}

/// `email.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Which way mail leaves.
    pub transport: EmailTransportName,
    /// `smtp://…` or `smtps://user:password@host`.
    pub url: SecretString,
    /// Sender, e.g. `Torugart <cargo@example.kg>`.
    pub from: String,
    /// A PEM file of certificates that are believed beside those of the public authorities; empty: none.
    pub ca_file: String,
    /// Where the public key of DKIM is published: `<dkim_selector>._domainkey.<dkim_domain>`. All three empty: unsigned.
    pub dkim_selector: String,
    /// The domain that signs.
    pub dkim_domain: String,
    /// Its private key of RSA, as PEM or as the name of a file that holds it.
    pub dkim_key: SecretString,
    /// The most letters in a second that the mail server allows, over all processes; 0: no limit.
    pub per_second: u32,
    /// Threads that send, in each process.
    pub workers: u16,
}

/// `email.transport`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmailTransportName {
    /// Printed to the log.
    Log,
    /// Kept in memory, for tests.
    Memory,
    /// A mail server.
    Smtp,
}

/// `rates.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Base address, folder, `.xml` address or file of the National Bank's feed; empty: no scheduled refresh.
    pub url: String,
    /// Minutes between scheduled refreshes.
    pub refresh_minutes: u64,
}

/// `log.*`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Directives, such as `info,torugart=debug`.
    pub level: String,
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
}

/// `log.format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Reads the settings from the built-in defaults, the `config/` folder below `folder` and the environment.
    ///
    /// # Errors
    /// [`Error::Startup`] naming the key that is wrong.
    pub fn load(folder: &Path) -> Result<Self> {
        let environment = std::env::var("TORUGART_ENV").unwrap_or_else(|_| "development".to_owned());
        let file = |name: &str| File::from(folder.join("config").join(name)).format(FileFormat::Toml).required(false);
        let (own, is_known) = match environment.as_str() {
            "development" => ("", true),
            "production" => (PRODUCTION, true),
            _ => ("", false),
        };
        let mut config: Config = config::Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(file("default.toml"))
            .add_source(File::from_str(own, FileFormat::Toml))
            // A misspelt name must not run with the defaults of development: any other environment has its file.
            .add_source(file(&format!("{environment}.toml")).required(!is_known))
            .add_source(Environment::with_prefix("TORUGART").prefix_separator("__").separator("__"))
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| Error::Startup(format!("configuration: {error}")))?;
        config.environment = environment;
        config.check()?;
        Ok(config)
    }

    /// The defaults alone: what tests and the demonstration start from.
    ///
    /// # Errors
    /// [`Error::Startup`] when the built-in file is broken.
    pub fn defaults() -> Result<Self> {
        config::Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| Error::Startup(format!("configuration: {error}")))
    }

    /// Whether real customers' data and money are at stake.
    pub fn is_production(&self) -> bool {
        self.environment == "production"
    }

    /// Refuses what cannot work and, in production, what must not be.
    ///
    /// # Errors
    /// [`Error::Startup`] with every complaint, one a line.
    pub fn check(&self) -> Result<()> {
        let mut complaints = Vec::new();
        if let Err(Error::Startup(complaint)) = self.database.url() {
            complaints.push(complaint);
        }
        for (key, prefix) in [
            ("business.code_prefix", &self.business.code_prefix),
            ("business.client_code_prefix", &self.business.client_code_prefix),
        ] {
            if !(1..=4).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_uppercase()) {
                complaints.push(format!("{key} must be one to four letters A-Z"));
            }
        }
        if self.business.rounding_step_tyiyn < 1 {
            complaints.push("business.rounding_step_tyiyn must be at least 1".to_owned());
        }
        if self.business.prepayment_goods_percent > 100 || self.business.prepayment_freight_percent > 100 {
            complaints.push("business.prepayment_*_percent cannot exceed 100".to_owned());
        }
        if self.business.own_branch_roles.iter().any(|role| !matches!(role, Role::Cashier | Role::Operator)) {
            complaints.push(
                "business.own_branch_roles can name cashier and operator; the others work with all branches".to_owned(),
            );
        }
        complaints.extend(self.server.complaints());
        complaints.extend(self.limits.complaints());
        complaints.extend(self.business.messages.complaints());
        complaints.extend(self.telegram.complaints(self.is_production()));
        complaints.extend(self.business.face.complaints());
        complaints.extend(self.business.visitors.complaints());
        complaints.extend(self.business.china_addresses.iter().flat_map(ChinaAddress::complaints));
        if self.sms.workers == 0 || self.email.workers == 0 {
            complaints.push("sms.workers and email.workers must be at least 1".to_owned());
        }
        let report_secret = self.sms.report_secret.expose_secret();
        let is_guessable =
            report_secret.len() < LEAST_KEY_BYTES || !report_secret.bytes().all(|b| b.is_ascii_alphanumeric());
        if !report_secret.is_empty() && is_guessable {
            complaints.push(format!("sms.report_secret must be {LEAST_KEY_BYTES} or more letters and digits"));
        }
        if self.business.weight_tolerance_g < 0 {
            complaints.push("business.weight_tolerance_g cannot be negative".to_owned());
        }
        for (key, days) in [
            ("business.storage_fee_most_days", self.business.storage_fee_most_days),
            ("business.storage_reminder_days", self.business.storage_reminder_days),
            ("business.uncollected_days", self.business.uncollected_days),
        ] {
            if !(0..=3650).contains(&days) {
                complaints.push(format!("{key} must be 0 to 3650 days"));
            }
        }
        complaints.extend(self.auth.keys().err());
        complaints.extend(self.elqr.check().err());
        complaints.extend(self.photos.complaints());
        complaints.extend(self.backup.complaints());
        complaints.extend(self.acquirers.complaints(self.is_production()));
        if self.is_production() {
            complaints.extend(self.complaints_of_production());
        }
        if complaints.is_empty() { Ok(()) } else { Err(Error::Startup(complaints.join("\n"))) }
    }

    fn complaints_of_production(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.auth.jwt_keys.expose_secret().is_empty() {
            complaints.push("auth.jwt_keys must be set in production (kid:secret, 32 bytes or more)".to_owned());
        }
        if matches!(self.sms.transport, SmsTransportName::Log | SmsTransportName::Memory) {
            complaints.push("sms.transport must reach customers in production: smspro or http".to_owned());
        }
        if matches!(self.email.transport, EmailTransportName::Log | EmailTransportName::Memory) {
            complaints.push("email.transport must reach customers in production: smtp".to_owned());
        }
        if self.photos.place() == Ok(Place::Memory) {
            complaints
                .push("photos.url must outlive the process in production: file://<folder> or s3://<bucket>".to_owned());
        }
        if !self.business.public_url.starts_with("https://") {
            complaints.push("business.public_url must be an https:// address in production".to_owned());
        }
        complaints
    }
}

impl Auth {
    /// The keys as (kid, secret), the signing one first; empty when none is set.
    ///
    /// # Errors
    /// A sentence about the key that is malformed or too short.
    pub fn keys(&self) -> std::result::Result<Vec<(String, SecretString)>, String> {
        let keys = self.jwt_keys.expose_secret();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys
            .split(',')
            .map(|key| match key.trim().split_once(':') {
                Some((kid, secret)) if !kid.is_empty() && secret.len() >= LEAST_KEY_BYTES => {
                    Ok((kid.to_owned(), SecretString::from(secret)))
                }
                Some((kid, _)) if !kid.is_empty() => {
                    Err(format!("auth.jwt_keys: the secret of {kid:?} is shorter than {LEAST_KEY_BYTES} bytes"))
                }
                _ => Err("auth.jwt_keys must be kid:secret[,kid:secret]".to_owned()),
            })
            .collect::<std::result::Result<Vec<_>, _>>()?;
        // A token names its key by the kid alone: of two with one name, the second would verify nothing.
        let names: Vec<_> = keys.iter().map(|(kid, _)| kid).collect();
        match names.iter().enumerate().find(|(at, kid)| names[..*at].contains(kid)) {
            Some((_, kid)) => Err(format!("auth.jwt_keys: the kid {kid:?} stands there twice")),
            None => Ok(keys),
        }
    }
}
