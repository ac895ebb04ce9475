//! A customer in a test: signs in with the code that waits in the outbox, and calls with a token or a cookie.

use diesel::prelude::*;
use serde_json::{Value, json};
use torugart::db::schema::notifications;

use super::server::{ANYONE, Answer, Server};

/// A customer who is signed in.
pub struct Client<'a> {
    s: &'a Server,
    pub token: String,
}

impl Server {
    /// The code that the latest message to a phone holds.
    pub fn code_for(&self, phone: &str) -> Option<String> {
        let sent = notifications::table
            .filter(notifications::event.eq("one-time-code"))
            .filter(notifications::recipient.eq(phone.to_owned()))
            .order(notifications::id.desc());
        let read = |conn: &mut torugart::db::Conn| {
            Ok(sent.select(notifications::secret).first::<Option<String>>(conn).optional()?.flatten())
        };
        self.app.db.read(read).expect("the outbox")
    }

    pub fn ask_code(&self, phone: &str) -> Answer {
        self.post(ANYONE, "/v1/auth/code", json!({"phone": phone, "language": "ru"}))
    }

    pub fn verify(&self, phone: &str, code: &str) -> Answer {
        self.post(ANYONE, "/v1/auth/code/verify", json!({"phone": phone, "code": code}))
    }

    /// Signs in with a phone in its E.164 form.
    pub fn client(&self, phone: &str) -> Client<'_> {
        self.ask_code(phone).expect(202);
        let code = self.code_for(phone).expect("a code");
        let token = self.verify(phone, &code).expect(200)["access_token"].as_str().expect("a token").to_owned();
        Client { s: self, token }
    }

    /// Every text that the database holds, table by table: what a person is looked for in.
    pub fn everything(&self) -> String {
        use diesel::sql_types::Text;
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let texts = [
            ("customers", "name || ' ' || phone || ' ' || COALESCE(email, '')"),
            ("orders", "name || ' ' || phone || ' ' || COALESCE(email, '') || ' ' || search"),
            ("order_items", "description || ' ' || COALESCE(note, '')"),
            (
                "notifications",
                "recipient || ' ' || COALESCE(subject, '') || ' ' || body || ' ' || COALESCE(secret, '')",
            ),
            ("idempotency_keys", "body"),
            ("message_choices", "phone"),
            ("tallies", "who"),
            ("sign_in_codes", "phone"),
            ("parcels", "COALESCE(mark, '') || ' ' || COALESCE(note, '') || ' ' || COALESCE(search, '')"),
            ("audit", "actor || ' ' || object || ' ' || detail"),
            ("events", "actor || ' ' || data"),
        ];
        let lines = |(table, text): &(&str, &str)| {
            let query = format!("SELECT {text} AS line FROM {table}");
            let rows: Vec<Row> = self.app.db.read(|conn| Ok(diesel::sql_query(query).load(conn)?)).expect("rows");
            rows.into_iter().map(|row| format!("{table}: {}\n", row.line)).collect::<String>()
        };
        texts.iter().map(lines).collect()
    }
}

impl Client<'_> {
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let key = uuid::Uuid::now_v7().to_string();
        let mut headers = vec![("authorization", bearer.as_str()), ("idempotency-key", key.as_str())];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        self.s.send(method, ANYONE, path, &headers, &body.map(Value::to_string).unwrap_or_default())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(&body))
    }

    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, Some(&body))
    }

    pub fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, Some(&body))
    }

    /// A page, with the cookie.
    pub fn page(&self, path: &str) -> Answer {
        self.s.send("GET", ANYONE, path, &[("cookie", &self.cookie())], "")
    }

    /// A form of a page, as a browser sends it from our own page.
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookie = self.cookie();
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin"), FORM];
        self.s.send("POST", ANYONE, path, &headers, &filled(fields))
    }

    pub fn cookie(&self) -> String {
        format!("a=b; __Host-torugart={}", self.token)
    }
}

/// What a form without a file is called.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Fields as a browser writes them.
pub fn filled(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// The same with a file.
pub fn with_file(fields: &[(&str, &str)], file: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "--edge\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";
    body.extend(head.bytes());
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    ("multipart/form-data; boundary=edge".to_owned(), body)
}
