//! The people of the tour: those whose logins were given, the demonstration's, or helpers made by an admin.

use rand::RngExt;
use serde_json::json;

use super::super::password_from_stdin;
use super::guide::Guide;
use super::step::Step;
use super::voice::pick;
use crate::error::{Error, Result};
use crate::ids::Role;

/// Everybody the tour needs; an admin besides, where accounts or rates have to be set up.
const NEEDED: [Role; 4] = [Role::Operator, Role::Cashier, Role::Warehouse, Role::Auditor];

/// Letters of a made-up password: none that look alike.
const ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// As whom. Without any: the logins of `torugart serve --demo`.
#[derive(clap::Args)]
#[command(next_help_heading = "Logins (of the demonstration unless given)")]
pub(super) struct Accounts {
    /// An admin; then the tour makes the four others itself unless they are given, and disables them at the end.
    #[arg(long)]
    admin_login: Option<String>,
    /// Their password. Others on this machine can see it in the process list: prefer --admin-password-stdin.
    #[arg(long, requires = "admin_login", conflicts_with = "admin_password_stdin")]
    admin_password: Option<String>,
    /// Read the admin's password from standard input.
    #[arg(long, requires = "admin_login")]
    admin_password_stdin: bool,
    /// Who quotes and buys.
    #[arg(long, requires = "operator_password")]
    operator_login: Option<String>,
    /// Their password.
    #[arg(long, requires = "operator_login")]
    operator_password: Option<String>,
    /// Who takes money and hands over.
    #[arg(long, requires = "cashier_password")]
    cashier_login: Option<String>,
    /// Their password.
    #[arg(long, requires = "cashier_login")]
    cashier_password: Option<String>,
    /// Who receives, loads and unloads.
    #[arg(long, requires = "warehouse_password")]
    warehouse_login: Option<String>,
    /// Their password.
    #[arg(long, requires = "warehouse_login")]
    warehouse_password: Option<String>,
    /// Who looks at the audit trail.
    #[arg(long, requires = "auditor_password")]
    auditor_login: Option<String>,
    /// Their password.
    #[arg(long, requires = "auditor_login")]
    auditor_password: Option<String>,
}

/// Who is known, and who had to be made.
pub(super) struct Team {
    given: Vec<(Role, String, String)>,
    made: Vec<String>,
}

impl Team {
    pub fn new(accounts: &Accounts) -> Result<Self> {
        let pairs = [
            (Role::Admin, &accounts.admin_login, &admin_password(accounts)?),
            (Role::Operator, &accounts.operator_login, &accounts.operator_password),
            (Role::Cashier, &accounts.cashier_login, &accounts.cashier_password),
            (Role::Warehouse, &accounts.warehouse_login, &accounts.warehouse_password),
            (Role::Auditor, &accounts.auditor_login, &accounts.auditor_password),
        ];
        let given = pairs
            .into_iter()
            .filter_map(|(role, login, password)| match (login, password) {
                (Some(login), Some(password)) => Some((role, login.clone(), password.clone())),
                _ if accounts.admin_login.is_none() => Some((role, role.to_string(), demo_password(role))),
                _ => None,
            })
            .collect();
        Ok(Self { given, made: Vec::new() })
    }

    /// Everybody but the admin comes to work.
    pub fn gather(&mut self, guide: &mut Guide) -> Result<()> {
        for role in NEEDED {
            if self.credentials(role).is_none() {
                self.admin(guide)?;
                self.make(guide, role)?;
            }
            guide.voice.tell(&format!("The {role} logs in."))?;
            self.log_in(guide, role)?;
        }
        Ok(())
    }

    /// The admin comes too, when something has to be set up.
    pub fn admin(&mut self, guide: &mut Guide) -> Result<()> {
        if guide.knows(Role::Admin) {
            return Ok(());
        }
        guide.voice.tell("An admin logs in, because something has to be set up first.")?;
        self.log_in(guide, Role::Admin)
    }

    fn credentials(&self, role: Role) -> Option<(String, String)> {
        let known = self.given.iter().find(|(known, ..)| *known == role);
        known.map(|(_, login, password)| (login.clone(), password.clone()))
    }

    fn log_in(&self, guide: &mut Guide, role: Role) -> Result<()> {
        let Some((login, password)) = self.credentials(role) else {
            return Err(Error::Startup(format!("no login of an {role} is known")));
        };
        let step = Step::post("/v1/auth/login", json!({"login": login, "password": password}))
            .show(&["token_type", "expires_in"]);
        let answer = guide.call(&step).map_err(|error| {
            if password != demo_password(role) {
                return error;
            }
            Error::Startup(format!(
                "{error}\nOnly the demonstration has this login by itself; elsewhere give --admin-login and \
                 --admin-password-stdin, and the tour makes the accounts it needs."
            ))
        })?;
        guide.admit(role, &login, answer.text("access_token")?);
        Ok(())
    }

    /// Makes the helper account of a role, or opens the one of an earlier tour again.
    fn make(&mut self, guide: &mut Guide, role: Role) -> Result<()> {
        let (login, password) = (format!("tour-{role}"), random_password());
        guide.voice.tell(&format!("Is there a {login} of an earlier tour?"))?;
        let staff = guide.call(&Step::get("/v1/staff").by(Role::Admin))?;
        let known = pick(&staff.body, "items").unwrap_or_default();
        let known = known.as_array().into_iter().flatten().find(|member| member["login"] == login.as_str());
        let step = match known {
            Some(member) => {
                guide.voice.tell(&format!("There is: the admin opens it again, with a new password, as {role}."))?;
                let id = pick(member, "id").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
                let change = json!({"role": role, "disabled": false, "password": password});
                Step::patch(format!("/v1/staff/{id}"), change)
            }
            None => {
                guide.voice.tell(&format!("There is not: the admin makes it, with a random password, as {role}."))?;
                let new = json!({"login": login, "name": format!("Tour {role}"), "role": role, "password": password});
                Step::post("/v1/staff", new).gives(201)
            }
        };
        let member = guide.call(&step.by(Role::Admin).show(&["login", "role"]))?;
        self.made.push(member.text("id")?);
        self.given.push((role, login, password));
        Ok(())
    }

    /// Closes the accounts that were made for the tour.
    pub fn dismiss(&mut self, guide: &mut Guide) -> Result<()> {
        for id in std::mem::take(&mut self.made) {
            guide.voice.tell("An account made for the tour is closed again.")?;
            let step = Step::patch(format!("/v1/staff/{id}"), json!({"disabled": true})).by(Role::Admin);
            guide.call(&step.show(&["login", "disabled"]))?;
        }
        Ok(())
    }
}

fn demo_password(role: Role) -> String {
    format!("demo-{role}")
}

fn admin_password(accounts: &Accounts) -> Result<Option<String>> {
    if accounts.admin_password_stdin {
        return password_from_stdin().map(Some);
    }
    if accounts.admin_login.is_some() && accounts.admin_password.is_none() {
        return Err(Error::Startup("--admin-login needs --admin-password-stdin or --admin-password".to_owned()));
    }
    Ok(accounts.admin_password.clone())
}

fn random_password() -> String {
    let mut rng = rand::rng();
    (0..24).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
}
