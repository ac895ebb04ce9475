//! Workers are killed while they send, and the gateway loses answers: everybody committed is told, with one id and one
//! text each; what was rolled back is told to nobody.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use secrecy::ExposeSecret;
use torugart::error::Error;
use torugart::ids::Actor;
use torugart::notifications::Occasion;

use crate::harness::gateway::{Behaviour, Gateway, LOGIN, PASSWORD, Received};
use crate::harness::outbox::*;
use crate::harness::program::{Running, Shell};
use crate::harness::server::*;
use crate::harness::smtp::MailServer;

/// Two workers at once; each round both are killed.
const ROUNDS: usize = 6;
const MESSAGES: usize = 60;

/// What the gateway saw, held against what was committed: ids and their texts.
fn judge(committed: &BTreeMap<String, String>, received: &[Received]) -> Result<usize, String> {
    let mut seen: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let mut repeats = 0;
    for one in received {
        let told = (one.phone.as_str(), one.text.as_str());
        match committed.get(&one.id) {
            None => return Err(format!("{} was sent and never committed", one.id)),
            Some(text) if *text != one.text => return Err(format!("{} says something else", one.id)),
            Some(_) => {}
        }
        match seen.insert(&one.id, told) {
            None => {}
            Some(before) if before == told => repeats += 1,
            Some(before) => return Err(format!("{} went to {} and to {}", one.id, before.0, told.0)),
        }
    }
    let accepted: BTreeSet<_> = received.iter().filter(|one| one.accepted).map(|one| one.id.as_str()).collect();
    match committed.keys().find(|id| !accepted.contains(id.as_str())) {
        Some(lost) => Err(format!("{lost} was committed and never taken by the gateway")),
        None => Ok(repeats),
    }
}

/// Leases end, pauses and the rest of the gateway are over.
fn time_passes(s: &Server) {
    let passes = "UPDATE notifications SET next_attempt_at = '2000-01-01 00:00:00', useful_until = '2100-01-01 00:00:00' \
                  WHERE state IN ('pending', 'sending')";
    let opens = "UPDATE gates SET failures = 0, rests_until = NULL, next_slot_at = '2000-01-01 00:00:00'";
    for statement in [passes, opens] {
        s.app.db.write(|conn| Ok(diesel::sql_query(statement).execute(conn)?)).unwrap();
    }
}

fn committed(s: &Server) -> BTreeMap<String, String> {
    let outbox = s.get(ADMIN, "/v1/notifications?limit=200").expect(200);
    let word = |row: &serde_json::Value, member: &str| row[member].as_str().unwrap().to_owned();
    outbox["items"].as_array().unwrap().iter().map(|row| (word(row, "message_id"), word(row, "text"))).collect()
}

fn worker(s: &Server, sms: &Gateway) -> Shell {
    let shell = Shell::new()
        .set("TORUGART__DATABASE__URL", s.app.config.database.url.expose_secret())
        .set("TORUGART__SMS__TRANSPORT", "smspro")
        .set("TORUGART__SMS__URL", &sms.url())
        .set("TORUGART__SMS__LOGIN", LOGIN)
        .set("TORUGART__SMS__PASSWORD", PASSWORD)
        .set("TORUGART__SMS__PER_SECOND", "0");
    shell
        .set("TORUGART__BUSINESS__MESSAGES__QUIET_FROM_HOUR", "0")
        .set("TORUGART__BUSINESS__MESSAGES__QUIET_UNTIL_HOUR", "0")
}

on_both! {
    fn killed_workers_lose_nothing_and_repeat_themselves_word_for_word(s: &Server) {
        let sms = Gateway::start();
        // A gateway that would send every repeat once more, so that each has to be seen.
        sms.deduplicate(false);
        fill(s, MESSAGES);
        let rolled_back = s.app.write_now(&Actor::System, |tx| {
            let order = torugart::orders::list(tx, &Default::default(), &Default::default())?.items.remove(0);
            let facts = [("code", torugart::notifications::Fact::text("ghost")), ("refund", torugart::notifications::Fact::Number(0))];
            let to = torugart::orders::recipient(&order);
            torugart::notifications::enqueue(tx, &to, Occasion::OrderCancelled, "ghost", &facts)?;
            Err::<(), _>(Error::Unavailable)
        });
        assert!(rolled_back.is_err());
        let committed = committed(s);
        assert_eq!(committed.len(), MESSAGES);
        sms.script((0..MESSAGES).map(|request| match request % 7 {
            2 => Behaviour::CutAnswer,
            5 => Behaviour::Http500,
            _ => Behaviour::Status(0),
        }));
        let shell = worker(s, &sms);
        for round in 1..=ROUNDS {
            time_passes(s);
            let workers: Vec<Running> = (0..2).map(|_| shell.start(&["worker"])).collect();
            // Killed the moment the gateway has heard a request, before anybody can write down that it did.
            sms.wait_until(|seen| seen.len() >= round * MESSAGES / (ROUNDS + 2));
            drop(workers);
        }
        let ways = ways_out(&sms, &MailServer::start());
        time_passes(s);
        while turn(s, &ways).tried > 0 {
            time_passes(s);
        }
        let received = sms.received();
        let repeats = judge(&committed, &received).unwrap_or_else(|broken| panic!("{broken}"));
        println!("{ROUNDS} rounds, {MESSAGES} committed, {} requests, {repeats} repeats", received.len());
        assert!(repeats > 0, "nothing was repeated: the kills came too late to teach anything");
    }
}

/// Builds that are broken in the two usual ways must not pass.
#[test]
fn the_judge_sees_a_lost_message_and_a_new_id_for_a_repeat() {
    let committed: BTreeMap<_, _> =
        [("A", "one"), ("B", "two")].map(|(id, text)| (id.to_owned(), text.to_owned())).into();
    let sent = |id: &str, text: &str, accepted| Received {
        id: id.to_owned(),
        text: text.to_owned(),
        phone: "996700200000".to_owned(),
        accepted,
        ..Received::default()
    };
    assert_eq!(judge(&committed, &[sent("A", "one", false), sent("A", "one", true), sent("B", "two", true)]), Ok(1));
    // Marked before it was sent, and killed in between.
    assert!(judge(&committed, &[sent("A", "one", true)]).unwrap_err().contains("never taken"));
    // A new id for every try.
    let renamed = [sent("A", "one", false), sent("C", "one", true), sent("B", "two", true)];
    assert!(judge(&committed, &renamed).unwrap_err().contains("never committed"));
    let elsewhere = Received { phone: "996700200001".to_owned(), ..sent("A", "one", true) };
    assert!(judge(&committed, &[sent("A", "one", true), elsewhere, sent("B", "two", true)]).is_err());
    assert!(judge(&committed, &[sent("A", "uno", true), sent("B", "two", true)]).is_err());
}
