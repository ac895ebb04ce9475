//! Freedom Pay, formerly PayBox.money: forms in, XML out, MD5 signatures over values alone.
//!
//! <https://docs.freedompay.kz/api-11620859> (creating), <https://paybox.money/us_en/dev/merchant-to-paybox> (signature).
//!
//! The signature names no field, so values could be dealt out to other names, and a value with a `;` could become two.
//! Hence three habits: a payment is asked back before it counts, we sign nothing that a stranger chose, and the pages
//! that a payer returns to are not told to Freedom Pay, which would sign their addresses' values too.
//!
//! Not verified: how long a callback is repeated, and which fields `get_status2.php` answers besides
//! `pg_transaction_status`; those that it names are compared.

use secrecy::ExposeSecret;

use super::adapter::{Bill, Callback, Created, Failure, Question, Reaction, Reply, Said, Told};
use super::fields::{self, Fields};
use super::hash::md5_hex;
use super::outside::{Outside, quoted};
use super::som;
use crate::config;
use crate::tokens::same;
use crate::xml::{self, Node};

/// The last part of our callback's address, with which Freedom Pay signs and we answer.
const CALLBACK: &str = "callback";
const CREATE: &str = "init_payment.php";
const STATUS: &str = "get_status2.php";

/// A client of Freedom Pay.
#[derive(Clone)]
pub struct FreedomPay {
    settings: config::FreedomPay,
    outside: Outside,
    callback_url: String,
}

impl FreedomPay {
    pub(super) fn new(settings: config::FreedomPay, outside: Outside, callback_url: String) -> Self {
        Self { settings, outside, callback_url }
    }

    pub(super) fn merchant(&self) -> &str {
        &self.settings.merchant_id
    }

    pub(super) fn create(&self, bill: &Bill) -> Result<Created, Failure> {
        let fields = [
            ("pg_order_id", bill.reference.clone()),
            ("pg_amount", som::with_two_decimals(bill.amount_tyiyn)),
            ("pg_currency", "KGS".to_owned()),
            ("pg_description", format!("Order {}", bill.order_code)),
            ("pg_result_url", self.callback_url.clone()),
            ("pg_request_method", "POST".to_owned()),
            ("pg_testing_mode", u8::from(self.settings.is_test).to_string()),
        ];
        let said = self.call(CREATE, fields)?;
        match (text(&said, "pg_payment_id"), text(&said, "pg_redirect_url")) {
            (Some(id), Some(url)) if is_plain(id) && url.starts_with("http") => {
                Ok(Created { provider_invoice_id: id.to_owned(), pay_url: url.to_owned() })
            }
            _ => Err(Failure::Away("an answer without pg_payment_id and pg_redirect_url".to_owned())),
        }
    }

    pub(super) fn ask(&self, question: &Question) -> Result<Said, Failure> {
        // An answer need not name the invoice, so only a payment that was made for it is asked about by its own name.
        let ours = question.provider_invoice_id.as_ref();
        let asked = ours.filter(|ours| question.payment_id.as_ref().is_none_or(|told| told == *ours));
        let said = self.call(
            STATUS,
            [match asked {
                Some(payment) => ("pg_payment_id", payment.clone()),
                None => ("pg_order_id", question.reference.clone()),
            }],
        )?;
        let is_told = |told: &String| text(&said, "pg_payment_id") == Some(told);
        if asked.is_none() && !question.payment_id.as_ref().is_none_or(is_told) {
            return Err(Failure::Refused("asked about the invoice, Freedom Pay does not name this payment".to_owned()));
        }
        let words = |name| text(&said, name).map(str::to_owned);
        let unreadable = || Failure::Away("an answer whose pg_amount cannot be read".to_owned());
        Ok(Said {
            is_paid: text(&said, "pg_transaction_status") == Some("ok"),
            payment_id: words("pg_payment_id").filter(|id| is_plain(id)),
            reference: words("pg_order_id"),
            amount_tyiyn: words("pg_amount").map(|sum| som::read(&sum).ok_or_else(unreadable)).transpose()?,
            currency: words("pg_currency"),
        })
    }

    /// Signs, sends, and believes the answer only with its signature.
    fn call<const N: usize>(&self, script: &str, own: [(&str, String); N]) -> Result<Vec<(String, Node)>, Failure> {
        let mut fields: Fields = own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        fields.insert("pg_merchant_id".to_owned(), self.settings.merchant_id.clone());
        fields.insert("pg_salt".to_owned(), salt());
        let signature = self.sign(script, &nodes(&fields));
        fields.insert("pg_sig".to_owned(), signature);
        let url = format!("{}/{script}", self.settings.url.trim_end_matches('/'));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.outside.send("POST", &url, &form, &fields::write_form(&fields))?;
        if !answer.is_success() {
            return Err(answer.failure());
        }
        let said = xml::read(&answer.body, "response")
            .map_err(|reason| Failure::Away(format!("an answer that cannot be read: {reason}")))?;
        if !self.is_signed(script, &said) {
            return Err(Failure::Away("an answer with a wrong signature".to_owned()));
        }
        match text(&said, "pg_status") {
            Some("ok" | "success") => Ok(said),
            _ => Err(Failure::Refused(format!(
                "error {}: {}",
                quoted(text(&said, "pg_error_code").unwrap_or("without a number")),
                quoted(text(&said, "pg_error_description").unwrap_or_default())
            ))),
        }
    }

    pub(super) fn read(&self, callback: &Callback) -> Option<Told> {
        let fields = fields::read_form(&callback.body)?;
        if !self.is_signed(CALLBACK, &nodes(&fields)) {
            return None;
        }
        let flag = |name| fields.get(name).map(String::as_str) == Some("1");
        Some(Told {
            reference: fields.get("pg_order_id")?.clone(),
            payment_id: fields.get("pg_payment_id").filter(|id| is_plain(id))?.clone(),
            merchant: fields.get("pg_merchant_id").cloned(),
            amount_tyiyn: fields.get("pg_amount").and_then(|sum| som::read(sum)),
            currency: Some(fields.get("pg_currency").cloned().unwrap_or_default()),
            is_paid: flag("pg_result"),
            can_reject: flag("pg_can_reject"),
        })
    }

    /// The XML that Freedom Pay waits for. A stranger gets no signature: we would sign the salt that they chose.
    pub(super) fn reply(&self, callback: &Callback, reaction: Reaction) -> Reply {
        let (status, description) = match reaction {
            Reaction::Accept => ("ok", "accepted"),
            Reaction::Reject => ("rejected", "the order or the amount is not ours"),
            Reaction::Fail | Reaction::Ignore => ("error", "cannot be taken"),
        };
        let given = fields::read_form(&callback.body).and_then(|fields| fields.get("pg_salt").cloned());
        let body = if reaction == Reaction::Ignore {
            xml::write_response(&[("pg_status", status), ("pg_description", description)])
        } else {
            let salt = given.unwrap_or_else(salt);
            let node = |name: &str, text: &str| (name.to_owned(), Node::Text(text.to_owned()));
            let said = [node("pg_description", description), node("pg_salt", &salt), node("pg_status", status)];
            let signature = self.sign(CALLBACK, &said);
            let said = [("pg_salt", &*salt), ("pg_status", status), ("pg_description", description)];
            xml::write_response(&[said[0], said[1], said[2], ("pg_sig", &signature)])
        };
        Reply { content_type: "text/xml; charset=utf-8", body }
    }

    fn is_signed(&self, script: &str, said: &[(String, Node)]) -> bool {
        text(said, "pg_sig").is_some_and(|given| same(given, &self.sign(script, said)))
    }

    fn sign(&self, script: &str, said: &[(String, Node)]) -> String {
        signature(script, said, self.settings.secret_key.expose_secret())
    }
}

/// MD5 of the script's name, the values of all fields but `pg_sig` in the order of their names, and the secret.
fn signature(script: &str, fields: &[(String, Node)], secret: &str) -> String {
    let mut parts = vec![script];
    add_values(&mut parts, fields);
    parts.push(secret);
    md5_hex(&parts.join(";"))
}

fn add_values<'a>(parts: &mut Vec<&'a str>, fields: &'a [(String, Node)]) {
    let mut sorted: Vec<_> = fields.iter().filter(|(name, _)| name != "pg_sig").collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (_, node) in sorted {
        match node {
            Node::Text(text) => parts.push(text),
            Node::Tree(children) => add_values(parts, children),
        }
    }
}

fn nodes(fields: &Fields) -> Vec<(String, Node)> {
    fields.iter().map(|(name, value)| (name.clone(), Node::Text(value.clone()))).collect()
}

fn text<'a>(said: &'a [(String, Node)], name: &str) -> Option<&'a str> {
    match said.iter().find(|(known, _)| known == name) {
        Some((_, Node::Text(text))) => Some(text),
        Some((_, Node::Tree(_))) | None => None,
    }
}

/// Identifiers become part of accounts' keys and of addresses.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn salt() -> String {
    format!("{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, text: &str) -> (String, Node) {
        (name.to_owned(), Node::Text(text.to_owned()))
    }

    fn freedom_pay() -> FreedomPay {
        let settings = config::FreedomPay {
            url: "http://127.0.0.1:9".to_owned(),
            merchant_id: "541000".to_owned(),
            secret_key: "mypasskey".into(),
            is_test: true,
        };
        FreedomPay::new(settings, Outside::new(1), "https://cargo.example/v1/acquirers/freedom_pay/callback".to_owned())
    }

    fn callback(form: &str) -> Callback {
        let received_at = chrono::DateTime::UNIX_EPOCH.naive_utc();
        Callback { body: form.as_bytes().to_vec(), headers: Default::default(), received_at }
    }

    fn signed(pairs: &[(&str, &str)]) -> Callback {
        let mut fields: Fields = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sig = signature("callback", &nodes(&fields), "mypasskey");
        fields.insert("pg_sig".to_owned(), sig);
        callback(&fields::write_form(&fields))
    }

    /// The formula of the official page: `script.php;value1;value2;salt;value3;subvalue1;subvalue2;secret`.
    #[test]
    fn the_official_signature_is_ours() {
        let sub = Node::Tree(vec![node("pg_sub_field2", "subvalue2"), node("pg_sub_field1", "subvalue1")]);
        let fields = [
            ("pg_t_nested".to_owned(), sub),
            node("pg_salt", "9imM909TH820jwk387"),
            node("pg_b_field", "value2"),
            node("pg_a_field", "value1"),
            node("pg_sig", "whatever"),
            node("pg_t_field", "value3"),
        ];
        assert_eq!(signature("script.php", &fields, "mypasskey"), "a8a4d5a9188f24038a14a4d65c387bf7");
    }

    #[test]
    fn values_are_sorted_by_the_names_of_their_fields() {
        let fields = [node("pg_b", "1"), node("pg_a", "2")];
        assert_eq!(signature("s", &fields, "k"), md5_hex("s;2;1;k"));
        assert_ne!(signature("s", &fields, "k"), md5_hex("s;1;2;k"));
    }

    const PAID: [(&str, &str); 8] = [
        ("pg_order_id", "our-reference"),
        ("pg_payment_id", "987654"),
        ("pg_amount", "12304.00"),
        ("pg_currency", "KGS"),
        ("pg_result", "1"),
        ("pg_can_reject", "1"),
        ("pg_description", "Order; with a semicolon"),
        ("pg_salt", "abc"),
    ];

    #[test]
    fn a_signed_callback_is_read() {
        let told = freedom_pay().read(&signed(&PAID)).unwrap();
        let expected = Told {
            reference: "our-reference".to_owned(),
            payment_id: "987654".to_owned(),
            merchant: None,
            amount_tyiyn: Some(1_230_400),
            currency: Some("KGS".to_owned()),
            is_paid: true,
            can_reject: true,
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn a_changed_callback_is_not() {
        let good = String::from_utf8(signed(&PAID).body).unwrap();
        assert!(freedom_pay().read(&callback(&good)).is_some());
        for bad in [
            good.replace("12304%2E00", "99999%2E00"),
            good.replace("our%2Dreference", "another"),
            good.replace("pg%5Fsig=", "pg%5Fsig=0"),
            good.replace("pg%5Fsig", "pg%5Fsiq"),
            format!("{good}&extra=1"),
            format!("{good}&pg_result=1"),
            String::new(),
        ] {
            assert_ne!(bad, good);
            assert_eq!(freedom_pay().read(&callback(&bad)), None, "{bad}");
        }
    }

    #[test]
    fn the_answer_is_signed_with_the_callers_salt_unless_the_caller_is_a_stranger() {
        let reply = freedom_pay().reply(&signed(&PAID), Reaction::Accept);
        let said = xml::read(reply.body.as_bytes(), "response").unwrap();
        assert_eq!((text(&said, "pg_status"), text(&said, "pg_salt")), (Some("ok"), Some("abc")));
        assert_eq!(text(&said, "pg_sig").unwrap(), md5_hex("callback;accepted;abc;ok;mypasskey"));
        let forged = callback("pg_order_id=x&pg_salt=a%3Bb&pg_sig=0");
        let ignored = freedom_pay().reply(&forged, Reaction::Ignore).body;
        assert!(!ignored.contains("pg_sig") && !ignored.contains("a;b"), "{ignored}");
        assert!(ignored.contains("<pg_status>error</pg_status>"), "{ignored}");
    }
}
