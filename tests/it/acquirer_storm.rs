//! Ten thousand callbacks, repeated, shuffled, a third of them forged or altered, and several workers: one journal for
//! each payment of a provider.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use secrecy::ExposeSecret;
use torugart::acquirers::{self, Callback, Created, Provider, step};
use torugart::code::OrderCode;
use torugart::db::Tx;
use torugart::db::schema::{acquirer_callbacks, acquirer_payments, journals, payments};
use torugart::ids::Actor;

use crate::harness::acquirers::{Fake, Known, Message, Notice};
use crate::harness::server::*;

const CALLBACKS: usize = 10_000;
const PAYMENTS: usize = 1_000;
/// Invoices that nobody paid, whose callbacks say otherwise.
const UNPAID: usize = 100;
const ORDERS: usize = 20;
const SENDERS: usize = 4;
const WORKERS: usize = 3;

/// The providers whose callbacks differ most: XML answers and som, none and tyiyn.
fn providers(s: &Server) -> (Server, [Fake; 2]) {
    let fakes = [Provider::FreedomPay, Provider::ODengi].map(Fake::start);
    let server = Server::start_with(s.app.config.database.url.expose_secret(), |config| {
        fakes.iter().for_each(|fake| fake.configure(config));
        config.acquirers.time_out_s = 20;
    });
    (server, fakes)
}

/// Invoices of a few orders, open at both providers; which fake knows each, and what it knows.
fn invoices<'a>(s: &Server, fakes: &'a [Fake; 2], random: &mut StdRng) -> Vec<(&'a Fake, Known)> {
    let codes: Vec<_> =
        (0..ORDERS).map(|_| OrderCode::parse("TG", &s.order(Until::Confirmed).code).expect("a code")).collect();
    let wanted: Vec<_> = (0..PAYMENTS + UNPAID)
        .map(|number| (&fakes[number % 2], &codes[number % ORDERS], random.random_range(1..=200_000)))
        .collect();
    let made = s.app.write_now(&Actor::System, |tx| {
        wanted
            .iter()
            .map(|(fake, code, tyiyn)| {
                let id = acquirers::begin(tx, code, fake.provider, Some(*tyiyn))?;
                let invoice = acquirers::get(tx, &id)?;
                let known = fake.learn(&invoice.reference, *tyiyn);
                let created =
                    Created { provider_invoice_id: known.id.clone(), pay_url: "https://pay.example".to_owned() };
                acquirers::finish(tx, &id, &Ok(created))?;
                Ok((*fake, known))
            })
            .collect()
    });
    made.expect("invoices")
}

/// One of the ways in which a callback can be wrong.
fn spoilt(notice: Notice, random: &mut StdRng) -> Notice {
    match random.random_range(0..7) {
        0 | 1 => Notice { is_genuine: false, ..notice },
        2 => Notice { is_genuine: false, tyiyn: notice.tyiyn * 10, ..notice },
        3 => Notice { tyiyn: notice.tyiyn + 1, ..notice },
        4 => Notice { currency: "USD", ..notice },
        5 => Notice { merchant: "7", ..notice },
        _ => Notice { reference: uuid::Uuid::now_v7().to_string(), ..notice },
    }
}

/// Every real payment one to ten times, the claims of the unpaid, and bad ones up to the number; shuffled.
fn storm(s: &Server, known: &[(&Fake, Known)], random: &mut StdRng) -> Vec<(Provider, Message)> {
    let url = &s.app.config.business.public_url;
    let mut notices: Vec<(&Fake, Notice)> = Vec::new();
    for (number, (fake, known)) in known.iter().enumerate() {
        let times = if number < PAYMENTS { random.random_range(1..=10) } else { 2 };
        notices.extend((0..times).map(|_| (*fake, fake.notice(known))));
    }
    notices.shuffle(random);
    // Whatever is left out below, each payment is told of at least once.
    let good_ones = CALLBACKS * 2 / 3;
    let mut rare: Vec<_> = known.iter().map(|(fake, known)| (*fake, fake.notice(known))).collect();
    rare.extend(notices.into_iter().take(good_ones - known.len()));
    while rare.len() < CALLBACKS {
        let (fake, known) = &known[random.random_range(0..known.len())];
        rare.push((*fake, spoilt(fake.notice(known), random)));
    }
    rare.shuffle(random);
    rare.iter().map(|(fake, notice)| (fake.provider, fake.message(notice, url, s.now()))).collect()
}

/// Delivers and works at once, until everything is settled. Every twentieth comes over HTTP; the others go into the inbox
/// behind the same door, many in a transaction, because ten thousand commits would only measure the disk.
fn rage(s: &Server, messages: &[(Provider, Message)]) {
    let adapters = acquirers::switched_on(&s.app.config).expect("good settings");
    let shares: Vec<_> = messages.chunks(100).collect();
    let (next, is_sent) = (AtomicUsize::new(0), AtomicBool::new(false));
    let deliver = |share: &[(Provider, Message)]| {
        let (over_http, behind_the_door) = share.split_at(share.len() / 20);
        over_http.iter().for_each(|(_, message)| assert_eq!(message.send(s).status, 200));
        let receive = |tx: &mut Tx| {
            for (provider, message) in behind_the_door {
                let body = message.body.clone().into_bytes();
                let callback = Callback { body, headers: BTreeMap::new(), received_at: tx.now };
                acquirers::receive(tx, *provider, &adapters[provider], &callback)?;
            }
            Ok(())
        };
        s.app.write_now(&Actor::Anyone, receive).expect("an inbox");
    };
    std::thread::scope(|threads| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                threads.spawn(|| {
                    while let Some(share) = shares.get(next.fetch_add(1, Ordering::Relaxed)) {
                        deliver(share);
                    }
                })
            })
            .collect();
        for _ in 0..WORKERS {
            threads.spawn(|| {
                loop {
                    let was_sent = is_sent.load(Ordering::SeqCst);
                    if step(&s.app).expect("a turn").looked_at == 0 && was_sent {
                        break;
                    }
                }
            });
        }
        let outcomes: Vec<_> = senders.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        is_sent.store(true, Ordering::SeqCst);
        assert!(outcomes.iter().all(Result::is_ok), "a sender failed");
    });
}

on_both! {
    fn ten_thousand_callbacks_are_one_journal_for_each_payment(s: &Server) {
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let (s, fakes) = providers(s);
        let known = invoices(&s, &fakes, &mut random);
        let (paid, _) = known.split_at(PAYMENTS);
        paid.iter().for_each(|(fake, known)| fake.confirm(&known.reference));
        let messages = storm(&s, &known, &mut random);
        let began = Instant::now();
        rage(&s, &messages);
        let verdicts: Vec<String> =
            s.app.db.read(|conn| Ok(acquirer_callbacks::table.select(acquirer_callbacks::verdict).load(conn)?)).unwrap();
        let mut counts = BTreeMap::new();
        verdicts.iter().for_each(|verdict| *counts.entry(verdict.as_str()).or_insert(0) += 1);
        println!("{} callbacks in {:?}: {counts:?}", messages.len(), began.elapsed());
        assert_eq!(verdicts.len(), CALLBACKS);
        assert_eq!(counts.get("paid"), Some(&PAYMENTS));
        assert!(counts["duplicate"] > PAYMENTS && counts["forged"] > 1_000 && counts["not_paid"] >= UNPAID);
        for verdict in ["wrong_amount", "foreign_merchant", "unknown_invoice"] {
            assert!(counts[verdict] > 100, "{verdict}");
        }
        assert_eq!(counts.get("received").or(counts.get("unreachable")), None);

        let keys: Vec<(String, i64)> = s.app.db.read(|conn| {
            let all = acquirer_payments::table.select((acquirer_payments::payment_key, acquirer_payments::amount_tyiyn));
            Ok(all.order(acquirer_payments::payment_key).load(conn)?)
        }).unwrap();
        let mut expected: Vec<_> = paid
            .iter()
            .map(|(fake, known)| {
                let is_by_reference = fake.provider == Provider::ODengi;
                (if is_by_reference { known.reference.clone() } else { known.id.clone() }, known.tyiyn)
            })
            .collect();
        expected.sort();
        // The two databases sort digits and letters alike, but not for certain.
        let mut keys = keys;
        keys.sort();
        assert_eq!(keys, expected);
        let booked: Vec<(String, i64)> = s.app.db.read(|conn| {
            let both = payments::table.inner_join(journals::table.on(journals::id.eq(payments::journal_id)));
            Ok(both.select((journals::id, payments::amount_tyiyn)).load(conn)?)
        }).unwrap();
        assert_eq!(booked.len(), PAYMENTS);
        let sum = |amounts: &[(String, i64)]| amounts.iter().map(|(_, tyiyn)| tyiyn).sum::<i64>();
        assert_eq!(sum(&booked), sum(&expected));
    }
}
