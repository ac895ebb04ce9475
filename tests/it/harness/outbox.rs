//! The outbox in a test: ways out that lead to fakes, a worker turned by hand, messages by the dozen.

use secrecy::ExposeSecret;
use torugart::config::{Config, EmailTransportName, SmsTransportName, TelegramTransportName};
use torugart::db;
use torugart::ids::Actor;
use torugart::notifications::{Fact, Gateways, News, Occasion, Recipient, Worked, enqueue_all, step};
use torugart::texts::Lang;

use super::bot_api::{BotApi, TOKEN};
use super::gateway::{Gateway, LOGIN, PASSWORD};
use super::server::{Server, Until, settings};
use super::smtp::MailServer;

/// The ways out that lead to the gateway and the mail server of a test.
pub fn ways_out(sms: &Gateway, mail: &MailServer) -> Gateways {
    Gateways::from_config(&ways_config(sms, mail)).expect("good settings")
}

pub fn ways_config(sms: &Gateway, mail: &MailServer) -> Config {
    let mut config = settings("sqlite://never/opened.db");
    config.sms.transport = SmsTransportName::Smspro;
    config.sms.url = sms.url();
    config.sms.login = LOGIN.to_owned();
    config.sms.password = PASSWORD.into();
    config.email.transport = EmailTransportName::Smtp;
    config.email.url = mail.url().into();
    config
}

/// The same with the bot of a test.
pub fn ways_with_bot(sms: &Gateway, mail: &MailServer, bot: &BotApi) -> Gateways {
    let mut config = ways_config(sms, mail);
    with_bot(&mut config, bot);
    Gateways::from_config(&config).expect("good settings")
}

/// Settings of a firm that has this bot.
pub fn with_bot(config: &mut Config, bot: &BotApi) {
    config.telegram.transport = TelegramTransportName::Bot;
    config.telegram.url = bot.url();
    config.telegram.bot = "TorugartBot".to_owned();
    config.telegram.token = TOKEN.into();
    config.telegram.per_second = 0;
}

/// A second process on the same database, with other settings.
pub fn beside(s: &Server, change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(s.app.config.database.url.expose_secret(), change)
}

pub fn turn(s: &Server, ways: &Gateways) -> Worked {
    step(&s.app, ways).expect("a turn of the worker")
}

/// Fills the outbox with short messages about one order, each to a phone of its own.
pub fn fill(s: &Server, count: usize) {
    let phones: Vec<_> = (0..count).map(|fact| format!("+99670020{fact:04}")).collect();
    write_to(s, Occasion::OrderCancelled, "fact", &phones);
}

/// Puts one short message for each phone into the outbox, in this order.
pub fn write_to(s: &Server, about: Occasion, fact: &str, phones: &[String]) {
    let order = s.order(Until::Requested).code;
    let code = torugart::code::OrderCode::parse("TG", &order).expect("a code");
    let write = |tx: &mut db::Tx| {
        let order = torugart::orders::find(tx, &code)?;
        let facts = vec![("code", Fact::text(&order.code)), ("refund", Fact::Number(0))];
        let news = |(number, phone): (usize, &String)| {
            let to = Recipient {
                order_id: Some(order.id.clone()),
                name: order.name.clone(),
                phone: phone.clone(),
                email: None,
                language: Lang::En,
            };
            News { to, about, fact_id: format!("{fact}-{number}"), facts: facts.clone() }
        };
        let news: Vec<_> = phones.iter().enumerate().map(news).collect();
        enqueue_all(tx, &news)
    };
    s.app.write_now(&Actor::System, write).expect("messages");
}
