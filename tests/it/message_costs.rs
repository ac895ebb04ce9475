//! What messages may cost, what they cost, and a person's hand in it.

use chrono::TimeDelta;
use serde_json::json;
use torugart::notifications::{Occasion, Worked, look_at_outbox};

use crate::harness::gateway::Gateway;
use crate::harness::outbox::*;
use crate::harness::server::*;
use crate::harness::smtp::MailServer;
use crate::harness::warehouse::words;

on_both! {
    fn a_phone_is_not_flooded(s: &Server) {
        let s = &beside(s, |config| config.business.messages.sms_most_a_day_per_phone = 3);
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        write_to(s, Occasion::OrderCancelled, "fact", &vec!["+996700200001".to_owned(); 10]);
        for _ in 0..20 {
            turn(s, &ways);
        }
        assert_eq!(sms.received().len(), 3);
        let held = s.get(ADMIN, "/v1/notifications?state=held").expect(200);
        assert_eq!(held["items"].as_array().unwrap().len(), 7);
        assert!(held["items"][0]["last_error"].as_str().unwrap().contains("more than 3"), "{held}");
        // A person lets one go, whatever the cap says.
        let path = format!("/v1/notifications/{}/retry", held["items"][0]["id"].as_str().unwrap());
        s.post(OPERATOR, &path, json!({})).expect(200);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        write_to(s, Occasion::OrderCancelled, "tomorrow", &["+996700200001".to_owned()]);
        s.advance(TimeDelta::days(1));
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
    }

    fn a_day_costs_no_more_than_the_firm_allows(s: &Server) {
        let s = &beside(s, |config| config.business.messages.sms_most_parts_a_day = 7);
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 12);
        for _ in 0..10 {
            turn(s, &ways);
        }
        assert_eq!(sms.received().len(), 7);
        write_to(s, Occasion::OneTimeCode, "code", &["+996700200001".to_owned()]);
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        s.advance(TimeDelta::hours(9));
        for _ in 0..10 {
            turn(s, &ways);
        }
        assert_eq!(sms.received().len(), 13, "in Bishkek it is tomorrow");
    }

    fn what_messages_cost_is_told_day_by_day(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 5);
        s.order(Until::Quoted);
        for _ in 0..4 {
            turn(s, &ways);
        }
        s.advance(TimeDelta::days(1));
        write_to(s, Occasion::OrderCancelled, "late", &["+996700200001".to_owned()]);
        turn(s, &ways);
        let costs = s.get(AUDITOR, "/v1/notifications/costs?from=2026-05-25&to=2026-05-26").expect(200);
        let row = |day: &str, channel: &str, event: &str, messages: i64, parts: i64| {
            json!({"day": day, "channel": channel, "event": event, "messages": messages, "parts": parts, "cost": som(parts * 50)})
        };
        assert_eq!(
            costs["items"],
            json!([
                row("2026-05-26", "sms", "order-cancelled", 1, 1),
                row("2026-05-25", "sms", "order-cancelled", 5, 5),
                row("2026-05-25", "sms", "quote-ready", 1, 2),
                row("2026-05-25", "email", "quote-ready", 1, 0),
            ])
        );
        let today = s.get(AUDITOR, "/v1/notifications/costs").expect(200);
        assert_eq!(words(&today["items"], "day"), ["2026-05-26"]);
        s.get(AUDITOR, "/v1/notifications/costs?from=2026-05-27").expect_problem(422, "validation_failed");
        s.get(AUDITOR, "/v1/notifications/costs?from=2026-01-01").expect_problem(422, "validation_failed");
    }

    fn what_waits_and_what_is_dead_are_figures(s: &Server) {
        fill(s, 1);
        look_at_outbox(&s.app).unwrap();
        let figures = s.get(ANYONE, "/metrics").text;
        for figure in ["notifications_due", "notifications_oldest_due_seconds", "notifications_dead"] {
            for channel in ["sms", "email"] {
                assert!(figures.contains(&format!("{figure}{{channel=\"{channel}\"}}")), "{figure} {channel}: {figures}");
            }
        }
    }

    fn a_message_that_was_not_sent_can_be_taken_back(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        fill(s, 2);
        let outbox = s.get(ADMIN, "/v1/notifications").expect(200);
        let path = |which: usize| format!("/v1/notifications/{}/cancel", outbox["items"][which]["id"].as_str().unwrap());
        s.post(AUDITOR, &path(0), json!({})).expect_problem(403, "forbidden");
        assert_eq!(s.post(OPERATOR, &path(0), json!({})).expect(200)["state"], "cancelled");
        s.post(OPERATOR, &path(0), json!({})).expect_problem(409, "wrong_status");
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        s.post(OPERATOR, &path(1), json!({})).expect_problem(409, "wrong_status");
        assert_eq!(sms.received().len(), 1);
    }
}
