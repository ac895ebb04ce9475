//! `serve --demo`: a temporary database with a dozen orders, one in every state.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::serve::{Background, listen};
use super::{open_unfurnished, start_log};
use crate::branches::{self, Kind as BranchKind, NewBranch};
use crate::code::OrderCode;
use crate::config::{Config, EmailTransportName, SmsTransportName, Starter};
use crate::customers::Person;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{Actor, Role};
use crate::money::{Currency, Money};
use crate::notifications;
use crate::orders::{self, Kind, NewItem, NewOrder, Order};
use crate::parcels::{self, HandOver, NewReceipt, Tracking};
use crate::payments::{self, Method, NewPayment};
use crate::phone::Phone;
use crate::quotes::{NewQuote, rules::LineRequest};
use crate::rates::{self, feed};
use crate::shipments::{self, Arrival, CheckpointStatus, NewCheckpoint, NewShipment, Scan};
use crate::staff::{self, NewMember, Password};
use crate::starter;
use crate::texts::Lang;

/// The National Bank's answers as recorded on 23 May 2026.
const DAILY: &[u8] = include_bytes!("../../tests/data/nbkr/daily-2026-05-24.xml");
const WEEKLY: &[u8] = include_bytes!("../../tests/data/nbkr/weekly-2026-05-23.xml");

/// Login, name, role, branch. Each password is `demo-` and the role.
const STAFF: [(&str, &str, Role, Option<&str>); 5] = [
    ("admin", "Нурлан", Role::Admin, None),
    ("operator", "Аида", Role::Operator, Some("BISH")),
    ("cashier", "Бакыт", Role::Cashier, Some("BISH")),
    ("warehouse", "李伟", Role::Warehouse, Some("GZ")),
    ("auditor", "Гүлнара", Role::Auditor, None),
];

/// `torugart serve --demo`
pub(super) fn serve(mut config: Config) -> Result<()> {
    if config.is_production() {
        return Err(Error::Startup("--demo is for trying out: it does not run in production".to_owned()));
    }
    start_log(&config)?;
    let folder = tempfile::tempdir().map_err(|error| Error::Startup(format!("no temporary folder: {error}")))?;
    config.database.url = SecretString::from(format!("sqlite://{}", folder.path().join("demo.db").display()));
    config.photos.url = format!("file://{}", folder.path().join("photos").display());
    config.sms.transport = SmsTransportName::Log;
    config.email.transport = EmailTransportName::Log;
    // The recorded rates are of May 2026; a demonstration must be able to quote in any year.
    config.business.rate_grace_days = 36_500;
    // Links in its messages and the API document lead to this demonstration, where its port is known beforehand.
    if config.server.port != 0 {
        config.business.public_url = format!("http://{}:{}", config.server.host, config.server.port);
    }
    let app = open_unfurnished(config)?;
    let codes = app.write_now(&Actor::System, |tx| furnish(tx, &app.config.starter))?;
    let mut background = Background::new();
    background.send_messages(&app)?;
    background.keep_figures(&app)?;
    listen(&app, |address| greet(address, &codes))
}

fn greet(address: std::net::SocketAddr, codes: &[(String, String)]) {
    println!("\nTorugart demonstration, gone when stopped (Ctrl-C)\n");
    println!("  pages     http://{address}/");
    println!("  API       http://{address}/docs/");
    println!("  document  http://{address}/openapi.json\n");
    println!("  login       password         role");
    for (login, _, role, _) in STAFF {
        println!("  {login:<11} {:<16} {role}", format!("demo-{role}"));
    }
    println!("\n  order code          status");
    for (code, status) in codes {
        println!("  {code:<19} {status}");
    }
    println!("\n  torugart tour --url http://{address}   walks one order through all of it\n");
}

/// Fills an empty database; tells codes and statuses.
fn furnish(tx: &mut Tx, starter: &Starter) -> Result<Vec<(String, String)>> {
    let now = tx.now;
    // The firm existed before its first order.
    tx.now = now - STEP * 10;
    starter::furnish(tx, starter)?;
    for recorded in [DAILY, WEEKLY] {
        let feed = feed::parse(recorded).map_err(|error| Error::Startup(format!("the recorded rates: {error}")))?;
        rates::take(tx, &feed)?;
    }
    branches::open(
        tx,
        &NewBranch {
            code: "OSH".to_owned(),
            kind: BranchKind::PickupPoint,
            name: "Ош, Зайнабетдинова".to_owned(),
            city: "Ош".to_owned(),
            address: "ул. Зайнабетдинова, 12".to_owned(),
            phone: "+996 555 000 002".to_owned(),
            hours: "10:00-18:00".to_owned(),
        },
    )?;
    for (login, name, role, branch) in STAFF {
        let password = Password::try_from(SecretString::from(format!("demo-{role}"))).map_err(Error::Startup)?;
        staff::add(
            tx,
            &NewMember {
                login: login.to_owned(),
                name: name.to_owned(),
                role,
                branch: branch.map(str::to_owned),
                password_hash: password.hash()?,
            },
        )?;
    }
    let mut codes = Vec::new();
    for (index, stop) in Stop::ALL.iter().enumerate() {
        // Begin so long ago that the last step is fresh.
        tx.now = now - STEP * stop.steps();
        let code = walk(tx, index, *stop)?;
        tx.now = now;
        let order = orders::find(tx, &code)?;
        codes.push((order.code, order.status.to_string()));
    }
    // Days were told in a moment: what would have been sent in them was.
    notifications::take_as_sent(tx)?;
    Ok(codes)
}

/// Time between two steps of an example.
const STEP: TimeDelta = TimeDelta::hours(30);

/// Lets time pass between two steps.
fn pass(tx: &mut Tx) {
    tx.now += STEP;
}

/// How far an example goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    Requested,
    Quoted,
    Confirmed,
    Paid,
    Purchased,
    Received,
    OnTheRoad,
    Ready,
    PickedUp,
    Cancelled,
    Awaiting,
    Forwarded,
}

impl Stop {
    const ALL: [Stop; 12] = [
        Stop::Requested,
        Stop::Quoted,
        Stop::Confirmed,
        Stop::Paid,
        Stop::Purchased,
        Stop::Received,
        Stop::OnTheRoad,
        Stop::Ready,
        Stop::PickedUp,
        Stop::Cancelled,
        Stop::Awaiting,
        Stop::Forwarded,
    ];

    /// How many steps lie behind it.
    fn steps(self) -> i32 {
        match self {
            Stop::Requested | Stop::Awaiting => 0,
            Stop::Quoted | Stop::Cancelled => 1,
            Stop::Confirmed | Stop::Paid => 2,
            Stop::Purchased => 3,
            Stop::Received => 4,
            Stop::OnTheRoad => 7,
            Stop::Ready | Stop::PickedUp => 8,
            Stop::Forwarded => 5,
        }
    }
}

const GOODS: [(&str, i64, i64); 12] = [
    ("Робот-пылесос, белый", 89_900, 4_200),
    ("Кроссовки, 42 размер", 21_500, 1_100),
    ("Детская коляска", 46_000, 9_800),
    ("Чайник электрический", 9_900, 1_300),
    ("Набор посуды, 12 предметов", 18_800, 6_400),
    ("Куртка зимняя, L", 25_900, 1_500),
    ("Дрель аккумуляторная", 32_000, 2_600),
    ("Автомобильный компрессор", 12_500, 2_200),
    ("Лампа настольная", 6_900, 900),
    ("Часы настенные", 5_500, 800),
    ("Запчасти для скутера", 0, 7_000),
    ("Ткань, рулон", 0, 12_000),
];

const NAMES: [&str; 4] = ["Айгуль Садыкова", "Эрмек Токтосунов", "Мария Ким", "Бегимай Асанова"];

/// Takes one example as far as its stop.
fn walk(tx: &mut Tx, index: usize, stop: Stop) -> Result<OrderCode> {
    let is_forwarding = matches!(stop, Stop::Awaiting | Stop::Forwarded);
    let (description, fen, weight_g) = GOODS[index % GOODS.len()];
    let kind = if is_forwarding { Kind::Forwarding } else { Kind::Purchase };
    let order = orders::place(tx, &request(index, kind, description)?)?;
    let code = read_code(tx, &order)?;
    let number = Tracking::try_from(format!("YT88{:011}", 17_000_000_000 + index)).map_err(Error::Startup)?;
    if is_forwarding {
        parcels::add(tx, &code, std::slice::from_ref(&number))?;
    } else {
        if stop == Stop::Requested {
            return Ok(code);
        }
        pass(tx);
        orders::quote(tx, &code, &offer(description, fen, weight_g))?;
        if stop == Stop::Cancelled {
            orders::cancel(tx, &code, "передумал")?;
        }
        if matches!(stop, Stop::Quoted | Stop::Cancelled) {
            return Ok(code);
        }
        pass(tx);
        let order = orders::confirm(tx, &code, None)?;
        if stop == Stop::Confirmed {
            return Ok(code);
        }
        pay(tx, &code, order.balance_tyiyn, Method::EWallet)?;
        if stop == Stop::Paid {
            return Ok(code);
        }
        pass(tx);
        parcels::purchase(tx, &code, "1688", Some("260622-129520125451352"), std::slice::from_ref(&number))?;
    }
    if matches!(stop, Stop::Purchased | Stop::Awaiting) {
        return Ok(code);
    }
    carry(tx, &code, number, weight_g, stop)?;
    Ok(code)
}

/// From the China warehouse on.
fn carry(tx: &mut Tx, code: &OrderCode, number: Tracking, weight_g: i64, stop: Stop) -> Result<()> {
    let barcode = number.as_str().to_owned();
    pass(tx);
    parcels::receive(
        tx,
        &NewReceipt {
            length_mm: Some(400),
            width_mm: Some(300),
            height_mm: Some(250),
            ..NewReceipt::of(number, weight_g)
        },
    )?;
    if stop == Stop::Received {
        return Ok(());
    }
    pass(tx);
    let truck = shipments::open(
        tx,
        &NewShipment {
            route: "Guangzhou-Urumqi-Kashgar-Torugart-Bishkek".to_owned(),
            vehicle: "01KG 777 ABC".to_owned(),
            cmr_number: Some("KG-2026-118".to_owned()),
            to_branch: "BISH".to_owned(),
            ..NewShipment::default()
        },
    )?;
    shipments::load(tx, &truck.code, &[Scan::of(barcode)])?;
    shipments::depart(tx, &truck.code, None)?;
    pass(tx);
    pass(tx);
    shipments::report(
        tx,
        &truck.code,
        &NewCheckpoint {
            at: Some(tx.now - TimeDelta::hours(2)),
            ..NewCheckpoint::of("Torugart", CheckpointStatus::AtBorder)
        },
    )?;
    if stop == Stop::OnTheRoad {
        return Ok(());
    }
    pass(tx);
    shipments::arrive(tx, &truck.code, &Arrival::whole_load())?;
    if stop == Stop::PickedUp {
        let due = orders::find(tx, code)?.balance_tyiyn;
        pay(tx, code, due, Method::Cash)?;
        parcels::hand_over(tx, code, &HandOver::default())?;
    }
    Ok(())
}

fn request(index: usize, kind: Kind, description: &str) -> Result<NewOrder> {
    let phone =
        Phone::parse(&format!("070012{:04}", 3000 + index)).map_err(|error| Error::Startup(error.to_string()))?;
    Ok(NewOrder {
        kind,
        person: Person {
            name: NAMES[index % NAMES.len()].to_owned(),
            phone,
            email: index.is_multiple_of(2).then(|| format!("customer{index}@example.kg")),
            language: [Lang::Ru, Lang::Ky][index % 2],
        },
        items: vec![NewItem {
            description: description.to_owned(),
            link: Some("https://detail.1688.com/offer/689213456789.html".to_owned()),
            quantity: 1,
            budget: None,
            note: None,
        }],
        pickup_point: Some("BISH".to_owned()),
    })
}

fn offer(description: &str, fen: i64, weight_g: i64) -> NewQuote {
    let yuan = |amount| Money { amount, currency: Currency::Cny };
    let line = LineRequest { description: description.to_owned(), link: None, quantity: 1, unit_price: yuan(fen) };
    NewQuote { domestic_delivery: Some(yuan(1_200)), ..NewQuote::of(vec![line], weight_g) }
}

fn pay(tx: &mut Tx, code: &OrderCode, amount_tyiyn: i64, method: Method) -> Result<()> {
    payments::record(tx, code, &NewPayment::of(method, amount_tyiyn))?;
    Ok(())
}

fn read_code(tx: &Tx, order: &Order) -> Result<OrderCode> {
    OrderCode::parse(&tx.firm.code_prefix, &order.code).map_err(|error| Error::Startup(error.to_string()))
}
