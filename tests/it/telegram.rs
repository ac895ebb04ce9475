//! Messages in Telegram: how a customer gets them there, and what becomes of them on bad days.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::{Value, json};
use torugart::notifications::{Gateways, Occasion, Worked, hear_updates};
use torugart::notifications::{Message, Outcome, Telegram, TelegramConfig, TelegramTransport};

use crate::harness::bot_api::{Behaviour, BotApi, TOKEN, words as says};
use crate::harness::gateway::Gateway;
use crate::harness::outbox::*;
use crate::harness::server::*;
use crate::harness::smtp::MailServer;
use crate::harness::warehouse::{request_by, words};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const CHAT: i64 = 5_000_000_001;

/// A firm with a bot, and everything around it.
struct World {
    firm: Server,
    sms: Gateway,
    mail: MailServer,
    bot: BotApi,
    ways: Gateways,
}

fn world(s: &Server) -> World {
    let (sms, mail, bot) = (Gateway::start(), MailServer::start(), BotApi::start());
    let firm = beside(s, |config| with_bot(config, &bot));
    let ways = ways_with_bot(&sms, &mail, &bot);
    World { firm, sms, mail, bot, ways }
}

impl World {
    fn link(&self, code: &str) -> String {
        let answer = self.firm.post(ANYONE, &telegram(code), json!({"phone_last4": "3456"})).expect(201);
        answer["link"].as_str().unwrap().to_owned()
    }

    fn hear(&self) -> Option<usize> {
        hear_updates(&self.firm.app, &self.ways).expect("a turn of the listener")
    }

    /// The customer of an order reads their messages in this chat from now on.
    fn join(&self, code: &str, chat: i64, update: i64) {
        let link = self.link(code);
        self.bot.happens(says(update, chat, &format!("/start {}", token(&link))));
        self.hear();
    }

    fn turn(&self) -> Worked {
        turn(&self.firm, &self.ways)
    }

    /// Where the messages of an order are: in Telegram, the short one, the mail.
    fn states(&self, code: &str) -> Vec<String> {
        let state = |row: &Value| format!("{} {}", row["channel"], row["state"]).replace('"', "");
        self.firm.messages(code).iter().map(state).collect()
    }
}

fn telegram(code: &str) -> String {
    format!("/v1/orders/{code}/telegram")
}

fn token(link: &str) -> &str {
    link.strip_prefix("https://t.me/TorugartBot?start=").expect("a deep link")
}

fn quote(s: &Server, code: &str) {
    s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
}

fn client_code(s: &Server, code: &str) -> String {
    s.see(code)["customer"]["client_code"].as_str().unwrap().to_owned()
}

on_both! {
    fn the_page_of_an_orders_details_gives_a_link_to_the_bot(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        let form = ("content-type", "application/x-www-form-urlencoded");
        let path = format!("/t/{code}/telegram?lang=en");
        let locked = s.unchanged_by(|| w.firm.send("POST", ANYONE, &path, &[form], ""));
        assert!(locked.text.contains("phone_last4") && !locked.text.contains("t.me"), "{}", locked.text);
        let pass = |firm: &Server| {
            let opened = firm.send("POST", ANYONE, &format!("/t/{code}/details?lang=en"), &[form], "phone_last4=3456");
            opened.header("set-cookie").expect("a pass").split(';').next().unwrap().to_owned()
        };
        let with_bot = pass(&w.firm);
        let offers = |firm: &Server, pass: &str| {
            let page = firm.send("GET", ANYONE, &format!("/t/{code}/details?lang=en"), &[("cookie", pass)], "").text;
            assert!(!page.contains("phone_last4"), "{page}");
            page.contains(&format!("/t/{code}/telegram"))
        };
        assert!(offers(&w.firm, &with_bot) && !offers(s, &pass(s)), "a firm without a bot offers none");
        let answer = w.firm.send("POST", ANYONE, &path, &[form, ("cookie", &with_bot)], "");
        let link = answer.text.split("href=\"").find_map(|rest| rest.split('"').next().filter(|href| href.contains("t.me"))).expect("a link");
        w.bot.happens(says(900, CHAT, &format!("/start {}", token(link))));
        assert_eq!(w.hear(), Some(1));
        quote(s, &code);
        assert!(w.states(&code).iter().any(|state| state.starts_with("telegram")), "{:?}", w.states(&code));
        let without = s.send("POST", ANYONE, &path, &[form, ("cookie", &pass(s))], "");
        assert_eq!(without.status, 303);
    }

    fn a_link_brings_the_messages_to_a_chat(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        let answer = w.firm.post(ANYONE, &telegram(&code), json!({"phone_last4": "3456"})).expect(201);
        assert_eq!(answer["expires_at"], "2026-05-25T10:00:00Z");
        let link = answer["link"].as_str().unwrap();
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        assert!(token(link).len() == 24 && token(link).chars().all(is_allowed), "{link}");
        w.bot.happens(says(900, CHAT, &format!("/start {}", token(link))));
        assert_eq!(w.hear(), Some(1));
        let welcome = w.bot.sent().remove(0);
        assert_eq!(welcome["chat_id"], CHAT);
        assert!(welcome["text"].as_str().unwrap().starts_with("Даяр"), "the order is in Kyrgyz: {welcome}");

        quote(&w.firm, &code);
        assert_eq!(w.states(&code), ["telegram pending", "sms waiting", "email pending"]);
        assert_eq!(w.turn(), Worked { tried: 2, sent: 2 });
        w.turn();
        assert_eq!(w.states(&code), ["telegram sent", "sms cancelled", "email sent"]);
        assert_eq!((w.sms.received().len(), w.mail.received().len()), (0, 1));
        let told = w.bot.sent().remove(1);
        assert_eq!(told["chat_id"], CHAT);
        assert_eq!(told["link_preview_options"], json!({"is_disabled": true}));
        assert_eq!(told.get("parse_mode"), None);
        let text = told["text"].as_str().unwrap();
        assert!(text.contains(&code) && text.contains("Айгуль Садыкова"), "{text}");

        let row = &w.firm.messages(&code)[0];
        assert_eq!((&row["recipient"], &row["cost"], &row["subject"]), (&json!("***0001"), &som(0), &Value::Null));
        let client = client_code(s, &code);
        let ways = w.firm.get(AUDITOR, &format!("/v1/customers/{client}/channels")).expect(200);
        assert_eq!(words(&ways["items"], "channel"), ["telegram", "sms", "email"]);
        assert_eq!(words(&ways["items"], "recipient"), ["***0001", "+996 *** ** 3456", "***@example.kg"]);
        assert_eq!(ways["items"][0]["linked_at"], MORNING);
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={client}")).expect(200);
        assert_eq!(words(&trail["items"], "action"), ["customer.telegram_linked", "customer.telegram_link_made"]);
    }

    fn a_link_needs_a_proof_and_a_bot(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        let problem = w.firm.post(ANYONE, &telegram(&code), json!({})).expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/phone_last4");
        w.firm.post(ANYONE, &telegram(&code), json!({"phone_last4": "0000"})).expect_problem(404, "not_found");
        w.firm.post(AUDITOR, &telegram(&code), json!({})).expect_problem(403, "forbidden");
        w.firm.post(CASHIER, &telegram(&code), json!({})).expect(201);
        s.post(CASHIER, &telegram(&code), json!({})).expect_problem(409, "telegram_not_configured");
        assert!(!s.state().iter().any(|line| line.contains(token(&w.link(&code)))), "only hashes are kept");
    }

    fn a_link_works_once_and_for_an_hour(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        let (used, late) = (w.link(&code), w.link(&code));
        let other_chat = CHAT + 1;
        w.bot.happens(says(1, CHAT, &format!("/start {}", token(&used))));
        w.bot.happens(says(2, other_chat, &format!("/start {}", token(&used))));
        w.bot.happens(says(3, other_chat, "/start AAAAAAAAAAAAAAAAAAAAAAAA"));
        assert_eq!(w.hear(), Some(3));
        w.firm.advance(TimeDelta::hours(1));
        w.bot.happens(says(4, other_chat, &format!("/start {}", token(&late))));
        assert_eq!(w.hear(), Some(1));
        let sent = json!(w.bot.sent());
        let texts = words(&sent, "text");
        assert!(texts[0].starts_with("Даяр") && texts[1..].iter().all(|text| text.starts_with("Бул шилтеме")), "{texts:?}");
        quote(&w.firm, &code);
        w.turn();
        assert_eq!(w.bot.sent().last().unwrap()["chat_id"], CHAT);
    }

    fn a_customer_has_no_more_than_five_links(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        for minute in 0..8 {
            w.link(&code);
            w.firm.advance(TimeDelta::seconds(minute));
        }
        assert_eq!(s.state().iter().filter(|line| line.starts_with("telegram_links")).count(), 5);
        w.firm.advance(TimeDelta::hours(1));
        w.link(&code);
        assert_eq!(s.state().iter().filter(|line| line.starts_with("telegram_links")).count(), 1);
    }

    fn a_family_shares_a_chat_and_a_customer_has_one(s: &Server) {
        let w = world(s);
        let (mother, son) = (s.order(Until::Requested).code, s.order_of(request_by("0700223456", "ru"), Until::Requested).code);
        w.join(&mother, CHAT, 1);
        w.join(&son, CHAT, 2);
        for code in [&mother, &son] {
            quote(&w.firm, code);
        }
        while w.turn() != Worked::default() {
            w.firm.advance(TimeDelta::seconds(1));
        }
        let chats = |from: usize| w.bot.sent()[from..].iter().map(|sent| sent["chat_id"].as_i64().unwrap()).collect::<Vec<_>>();
        assert_eq!(chats(2), [CHAT, CHAT]);
        // The mother takes a new telephone.
        w.join(&mother, CHAT + 1, 3);
        let (mothers, sons) = (s.order(Until::Quoted).code, s.order_of(request_by("0700223456", "ru"), Until::Requested).code);
        assert_eq!(w.states(&mothers)[0], "telegram pending");
        quote(&w.firm, &sons);
        while w.turn() != Worked::default() {}
        assert_eq!(chats(4), [CHAT + 1, CHAT + 1, CHAT]);
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={}", client_code(s, &mother))).expect(200);
        assert_eq!(trail["items"][0]["detail"]["is_moved"], true);
    }

    fn stop_ends_it_and_what_waits_goes_by_short_message(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        quote(&w.firm, &code);
        w.bot.happens(says(2, CHAT, "/stop"));
        w.bot.happens(says(3, CHAT, "where is my parcel?"));
        w.hear();
        let sent = json!(w.bot.sent());
        let texts = words(&sent, "text");
        assert!(texts[1].starts_with("Бул чатка") && texts[2].contains("боту"), "{texts:?}");
        assert_eq!(w.turn(), Worked { tried: 2, sent: 2 });
        assert_eq!(w.states(&code), ["telegram failed", "sms sent", "email sent"]);
        assert_eq!((w.sms.received().len(), w.bot.sent().len()), (1, 3));
        let next = s.order(Until::Requested).code;
        quote(&w.firm, &next);
        assert_eq!(w.states(&next), ["sms pending", "email pending"]);
    }

    fn who_blocks_the_bot_gets_short_messages_and_staff_see_why(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        quote(&w.firm, &code);
        w.bot.script([Behaviour::Refuse(403, "Forbidden: bot was blocked by the user")]);
        w.turn();
        w.turn();
        assert_eq!(w.states(&code), ["telegram failed", "sms sent", "email sent"]);
        assert_eq!(w.sms.received().len(), 1);
        let (client, failed) = (client_code(s, &code), w.firm.messages(&code).remove(0));
        let ways = s.get(CASHIER, &format!("/v1/customers/{client}/channels")).expect(200);
        assert_eq!(ways["items"][0]["parked_at"], MORNING);
        assert_eq!(ways["items"][0]["reason"], "Telegram said 403: Forbidden: bot was blocked by the user");
        let trail = s.get(AUDITOR, &format!("/v1/audit?object={client}")).expect(200);
        assert_eq!(trail["items"][0]["action"], "recipient.parked");
        let next = s.order(Until::Quoted).code;
        assert_eq!(w.states(&next), ["sms pending", "email pending"], "nothing is tried there again");

        // One message, asked about alone, shows its attempts.
        let path = format!("/v1/notifications/{}", failed["id"].as_str().unwrap());
        let details = s.get(AUDITOR, &path).expect(200);
        assert_eq!(details["tries"].as_array().unwrap().len(), 1);
        assert_eq!(details["tries"][0]["answer"], failed["last_error"]);
        // A person tries it again: then the chat is one again.
        s.post(OPERATOR, &format!("{path}/retry"), json!({})).expect(200);
        w.turn();
        let details = s.get(AUDITOR, &path).expect(200);
        assert_eq!((&details["tries"][0]["succeeded"], &details["tries"][1]["succeeded"]), (&json!(false), &json!(true)));
        assert_eq!(w.states(&s.order(Until::Quoted).code)[0], "telegram pending");
    }

    fn telegram_tells_who_blocked_the_bot_and_who_came_back(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        let change = |id: i64, status: &str| json!({"update_id": id, "my_chat_member": {
            "chat": {"id": CHAT, "type": "private"}, "from": {"id": CHAT, "language_code": "ru"},
            "new_chat_member": {"status": status},
        }});
        w.bot.happens(change(2, "kicked"));
        w.hear();
        assert_eq!(w.states(&s.order(Until::Quoted).code)[0], "sms pending");
        w.bot.happens(change(3, "member"));
        w.hear();
        assert_eq!(w.states(&s.order(Until::Quoted).code)[0], "telegram pending");
        assert_eq!(w.bot.sent().len(), 1, "neither is answered");
    }

    fn what_proves_somebody_does_not_go_to_a_chat(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        write_to(&w.firm, Occasion::OneTimeCode, "code", &["+996700123456".to_owned()]);
        assert_eq!((w.firm.told("one-time-code", "telegram").len(), w.firm.told("one-time-code", "sms").len()), (0, 1));
        let with_pin = beside(s, |config| {
            with_bot(config, &w.bot);
            config.business.hand_over_proof = torugart::config::HandOverProof::Pin;
        });
        with_pin.order(Until::Arrived);
        assert_eq!((s.told("order-arrived", "telegram").len(), s.told("order-arrived", "sms").len()), (0, 1));
    }

    fn a_customers_own_choice_rules(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        let path = format!("/v1/customers/{}/messages", client_code(s, &code));
        s.put(CASHIER, &path, json!({"language": "ru", "channels": ["sms"]})).expect(200);
        w.join(&code, CHAT, 1);
        let choice = json!({"language": "ru", "channels": ["telegram", "sms"], "opted_out": false});
        assert_eq!(s.get(CASHIER, &path).expect(200), choice, "they asked for it");
        s.put(CASHIER, &path, json!({"channels": ["sms", "telegram"]})).expect(200);
        quote(&w.firm, &code);
        assert_eq!(w.states(&code), ["sms pending", "telegram pending"]);
        s.put(CASHIER, &path, json!({"channels": ["email"]})).expect(200);
        assert_eq!(w.states(&s.order(Until::Quoted).code), ["email pending"]);
        s.put(CASHIER, &path, json!({"opted_out": true})).expect(200);
        assert_eq!(w.states(&s.order(Until::Quoted).code), [] as [String; 0]);
    }

    fn at_night_a_chat_is_silent_too(s: &Server) {
        let w = world(s);
        let quiet = beside(s, |config| {
            with_bot(config, &w.bot);
            (config.business.messages.quiet_from_hour, config.business.messages.quiet_until_hour) = (15, 9);
        });
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        quote(&quiet, &code);
        assert_eq!(turn(&quiet, &w.ways), Worked::default());
        assert_eq!(s.messages(&code)[0]["next_attempt_at"], "2026-05-26T03:00:00Z");
        assert_eq!(s.messages(&code)[1]["next_attempt_at"], Value::Null, "the short one waits for it");
    }

    fn every_answer_of_telegram_has_its_consequence(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        let first = |code: &str| w.firm.messages(code).remove(0);
        // A pause is kept, for every chat, and uses nothing up.
        quote(&w.firm, &code);
        w.bot.script([Behaviour::TooMany(17)]);
        w.turn();
        assert_eq!((&first(&code)["attempts"], &first(&code)["next_attempt_at"]), (&json!(0), &json!("2026-05-25T09:00:17Z")));
        w.firm.advance(TimeDelta::seconds(16));
        assert_eq!(w.turn(), Worked::default());
        w.firm.advance(TimeDelta::seconds(1));
        assert_eq!(w.turn(), Worked { tried: 1, sent: 1 });
        // What is only in between is tried again.
        for (behaviour, words) in [
            (Behaviour::Html(502), "answered HTTP 502"),
            (Behaviour::Html(200), "answered HTTP 200"),
            (Behaviour::Refuse(500, "Internal Server Error"), "said 500"),
        ] {
            w.firm.advance(TimeDelta::minutes(1));
            let code = s.order(Until::Quoted).code;
            w.bot.script([behaviour]);
            w.turn();
            let message = first(&code);
            assert_eq!(message["state"], "pending", "{message}");
            assert!(message["last_error"].as_str().unwrap().contains(words), "{message}");
            w.firm.advance(TimeDelta::minutes(1));
            w.turn();
            assert_eq!(first(&code)["state"], "sent");
        }
        // An answer that is lost is repeated: in Telegram nothing tells the two apart.
        let (seen, code) = (w.bot.sent().len(), s.order(Until::Quoted).code);
        w.bot.script([Behaviour::CutAnswer]);
        w.turn();
        w.firm.advance(TimeDelta::minutes(1));
        w.turn();
        assert_eq!((first(&code)["state"].clone(), w.bot.sent().len() - seen), (json!("sent"), 2));
        // A chat that is not there any more is left alone, also when a 200 says so.
        w.firm.advance(TimeDelta::minutes(1));
        let code = s.order(Until::Quoted).code;
        w.bot.script([Behaviour::RefuseWithin200(400, "Bad Request: chat not found")]);
        w.turn();
        w.turn();
        assert_eq!(w.states(&code), ["telegram failed", "sms sent", "email sent"]);
    }

    fn a_chat_gets_one_message_a_second(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        write_to(&w.firm, Occasion::OrderCancelled, "fact", &vec!["+996700123456".to_owned(); 3]);
        for sent in 1..=3 {
            while w.turn() != Worked::default() {}
            assert_eq!(w.bot.sent().len(), 1 + sent);
            w.firm.advance(TimeDelta::seconds(1));
        }
    }

    fn a_bot_that_is_switched_off_leaves_nobody_untold(s: &Server) {
        let w = world(s);
        let code = s.order(Until::Requested).code;
        w.join(&code, CHAT, 1);
        quote(&w.firm, &code);
        let without = ways_out(&w.sms, &w.mail);
        turn(s, &without);
        turn(s, &without);
        assert_eq!(w.states(&code), ["telegram failed", "sms sent", "email sent"]);
    }

    fn the_webhook_takes_effect_once_and_answers_in_its_answer(s: &Server) {
        let bot = BotApi::start();
        let firm = beside(s, |config| {
            with_bot(config, &bot);
            config.telegram.webhook_secret = SECRET.into();
        });
        let code = s.order(Until::Requested).code;
        let link = firm.post(CASHIER, &telegram(&code), json!({})).expect(201)["link"].as_str().unwrap().to_owned();
        let update = says(7, CHAT, &format!("/start {}", token(&link)));
        let call = |s: &Server, secret: &str, body: &str| {
            let headers = [("content-type", "application/json"), ("x-telegram-bot-api-secret-token", secret)];
            s.send("POST", ANYONE, "/v1/telegram/updates", &headers, body)
        };
        for secret in ["", "0123456789abcdef0123456789abcdeF"] {
            firm.unchanged_by(|| call(&firm, secret, &update.to_string())).expect_problem(404, "not_found");
        }
        s.unchanged_by(|| call(s, "", &update.to_string())).expect_problem(404, "not_found");
        let answer = call(&firm, SECRET, &update.to_string()).expect(200);
        assert_eq!((&answer["method"], &answer["chat_id"]), (&json!("sendMessage"), &json!(CHAT)));
        assert!(answer["text"].as_str().unwrap().starts_with("Даяр"), "{answer}");
        assert_eq!(firm.unchanged_by(|| call(&firm, SECRET, &update.to_string())).text, "", "heard before");
        for nothing in [json!({"update_id": 8}), json!({"update_id": 9, "poll": {"id": "1"}})] {
            assert_eq!(call(&firm, SECRET, &nothing.to_string()).expect(200), Value::Null);
        }
        let help = call(&firm, SECRET, &says(10, CHAT, "?").to_string()).expect(200);
        assert!(help["text"].as_str().unwrap().contains("/stop"), "{help}");
        for broken in ["", "{", "[]", "{}", "null", "\u{0}"] {
            firm.unchanged_by(|| call(&firm, SECRET, broken)).expect_problem(400, "malformed_request");
        }
        let large = format!("{{\"update_id\": 11, \"x\": \"{}\"}}", "a".repeat(256 * 1024));
        call(&firm, SECRET, &large).expect_problem(413, "body_too_large");
        // Telegram calls, so it is not asked.
        let mut config = settings("sqlite://never/opened.db");
        with_bot(&mut config, &bot);
        config.telegram.webhook_secret = SECRET.into();
        let ways = Gateways::from_config(&config).unwrap();
        assert_eq!(hear_updates(&firm.app, &ways).unwrap(), None);
        assert_eq!(bot.questions(), [] as [Value; 0]);
    }

    fn what_was_heard_is_confirmed_and_not_asked_for_again(s: &Server) {
        let w = world(s);
        for id in 100..130 {
            w.bot.happens(says(id, CHAT, "?"));
        }
        assert_eq!([w.hear(), w.hear(), w.hear()], [Some(20), Some(10), Some(0)]);
        assert_eq!(w.bot.sent().len(), 30);
        let offsets: Vec<_> = w.bot.questions().iter().map(|question| question["offset"].clone()).collect();
        assert_eq!(offsets, [json!(null), json!(120), json!(130)]);
        assert_eq!(w.bot.questions()[0]["allowed_updates"], json!(["message", "my_chat_member"]));
        // After a week of silence Telegram counts anew, perhaps from a smaller number.
        w.firm.advance(TimeDelta::days(7));
        w.bot.happens(says(5, CHAT, "?"));
        assert_eq!(w.hear(), Some(1));
        assert_eq!((w.bot.sent().len(), w.bot.questions().last().unwrap()["offset"].clone()), (31, json!(null)));
    }

    fn one_process_at_a_time_asks(s: &Server) {
        let w = world(s);
        let taken = |s: &Server| {
            let until = "'2026-05-25 09:02:00'";
            s.app.db.write(|conn| {
                use diesel::RunQueryDsl;
                diesel::sql_query(format!("UPDATE telegram_turns SET leased_until = {until}")).execute(conn)?;
                Ok(())
            }).unwrap();
        };
        taken(s);
        assert_eq!(w.hear(), None);
        w.firm.advance(TimeDelta::minutes(2));
        assert_eq!((w.hear(), w.hear()), (Some(0), Some(0)), "the turn is given back at once");
    }
}

fn message(chat: &str, text: &str) -> Message {
    Message {
        message_id: "A1B2C3D4E5F6".to_owned(),
        recipient: chat.to_owned(),
        subject: None,
        text: text.to_owned(),
        language: "ky".to_owned(),
        is_reminder: false,
    }
}

fn client(url: String, token: &str) -> TelegramTransport {
    TelegramTransport::Bot(Telegram::new(TelegramConfig { url, token: SecretString::from(token) }).unwrap())
}

#[test]
fn the_bot_says_plain_text_without_control_characters() {
    let bot = BotApi::start();
    let text = "<b>Үй</b> *_`[a](tg://user?id=1)\u{1b}[31m\r\n\u{0}№1";
    assert_eq!(client(bot.url(), TOKEN).send(&message("4711", text)), Outcome::Accepted { note: None });
    assert_eq!(bot.sent()[0]["text"], "<b>Үй</b> *_`[a](tg://user?id=1)[31m\n№1");
    let keys: BTreeSet<_> = bot.sent()[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["chat_id", "link_preview_options", "text"].map(str::to_owned).into());
    assert!(matches!(client(bot.url(), TOKEN).send(&message("4711; DROP", "a")), Outcome::Refused { .. }));
    assert_eq!(client(bot.url(), TOKEN).send(&message("4711", &"ө".repeat(9000))), Outcome::Accepted { note: None });
}

#[test]
fn a_wrong_token_stops_the_channel_and_the_token_is_shown_to_nobody() {
    let bot = BotApi::start();
    let telegram = client(bot.url(), "4711:canary-wrong-token-1");
    let outcome = telegram.send(&message("4711", "a"));
    assert!(matches!(&outcome, Outcome::Stop { reason } if reason.contains("401")), "{outcome:?}");
    let url = bot.url();
    drop(bot);
    let away = client(url, TOKEN).send(&message("4711", "a"));
    let nowhere = client("http://nobody.invalid".to_owned(), TOKEN).send(&message("4711", "a"));
    for outcome in [&away, &nowhere] {
        assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
    }
    let shown = format!("{telegram:?} {outcome:?} {away:?} {nowhere:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn nobody_listens_to_the_addresses_that_the_http_client_tells() {
    // It tells them to the `log` crate, which only this feature would carry on into our log.
    let ours = include_str!("../../Cargo.toml").lines().find(|line| line.starts_with("tracing-subscriber")).unwrap();
    assert!(ours.contains("default-features = false") && !ours.contains("tracing-log"), "{ours}");
}

#[test]
fn a_wrong_bot_is_named_at_start() {
    for (url, token, key) in [
        ("api.telegram.org", TOKEN, "telegram.url"),
        ("https://me:secret@api.telegram.org", TOKEN, "telegram.url"),
        ("https://api.telegram.org", "canary", "telegram.token"),
    ] {
        let config = TelegramConfig { url: url.to_owned(), token: SecretString::from(token) };
        let error = Telegram::new(config).unwrap_err();
        assert_eq!(error.key, key);
        assert!(!error.to_string().contains("canary") && !error.to_string().contains("secret@"), "{error}");
    }
}
