//! A fake SMSPRO that speaks the gateway's XML over HTTP and follows its rules, or a script.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use quick_xml::escape::unescape;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::http::{HttpServer, Request, Response};
use super::record::Record;

/// The account that the fake knows; anything else is answered with status 2.
pub const LOGIN: &str = "torugart";
pub const PASSWORD: &str = "p<&>\"w";

/// What to do with one request, instead of following the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Answer with this status; 0 takes the message.
    Status(u8),
    /// Answer 200 with a web page, as a proxy in between does.
    Html,
    /// Take the message, then hang up without an answer.
    CutAnswer,
    /// Answer HTTP 500.
    Http500,
}

/// One request, as the gateway read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub id: String,
    pub phone: String,
    pub text: String,
    pub login: String,
    pub password: String,
    pub sender: String,
    /// Whether the gateway took the message (and would send it).
    pub accepted: bool,
}

struct State {
    received: Record<Received>,
    script: Mutex<VecDeque<Behaviour>>,
    taken_ids: Mutex<HashSet<String>>,
    deduplicate: Mutex<bool>,
    reports: Mutex<HashMap<String, String>>,
    account: Mutex<String>,
}

/// The server; its port closes when it is dropped.
pub struct Gateway {
    state: Arc<State>,
    server: HttpServer,
}

impl Gateway {
    /// Starts with de-duplication by id on and an empty script.
    pub fn start() -> Self {
        let state = Arc::new(State {
            received: Record::new(),
            script: Mutex::default(),
            taken_ids: Mutex::default(),
            deduplicate: Mutex::new(true),
            reports: Mutex::default(),
            account: Mutex::new("20123.12".to_owned()),
        });
        let behind = Arc::clone(&state);
        let server = HttpServer::start(move |request| behind.answer(request));
        Self { state, server }
    }

    /// The value for `sms.url`.
    pub fn url(&self) -> String {
        format!("{}/api", self.server.url())
    }

    /// Every request so far, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.state.received.all()
    }

    /// Waits without sleeping; panics after 20 s.
    pub fn wait_until(&self, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        self.state.received.wait_until(enough)
    }

    /// The next requests are treated so, one after the other; then the rules hold again.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.script.lock().unwrap().extend(behaviours);
    }

    /// What `/api/dr` says of a message from now on, by the provider's code.
    pub fn report(&self, id: &str, code: &str) {
        self.state.reports.lock().unwrap().insert(id.to_owned(), code.to_owned());
    }

    /// What is left on the account.
    pub fn set_account(&self, som: &str) {
        *self.state.account.lock().unwrap() = som.to_owned();
    }

    /// Whether a taken id is answered with status 10.
    pub fn deduplicate(&self, on: bool) {
        *self.state.deduplicate.lock().unwrap() = on;
    }
}

impl State {
    fn answer(&self, request: &Request) -> Option<Response> {
        let is_xml = request.header("content-type").is_some_and(|value| value.contains("xml"));
        if request.method != "POST" || !is_xml {
            return Some(page(404));
        }
        let mut received = parse(&request.body);
        match request.path.as_str() {
            "/api/message" => {}
            "/api/dr" => return Some(self.delivery(&received)),
            "/api/info" => {
                let account = self.account.lock().unwrap().clone();
                return Some(xml(&format!("<status>0</status><state>0</state><account>{account}</account>")));
            }
            _ => return Some(page(404)),
        }
        let scripted = self.script.lock().unwrap().pop_front();
        let behaviour = scripted.unwrap_or_else(|| Behaviour::Status(self.judge(&received)));
        received.accepted = matches!(behaviour, Behaviour::Status(0) | Behaviour::CutAnswer);
        if received.accepted {
            self.taken_ids.lock().unwrap().insert(received.id.clone());
        }
        let id = received.id.clone();
        self.received.push(received);
        match behaviour {
            Behaviour::Status(status) => Some(status_answer(&id, status)),
            Behaviour::Html => Some(page(200)),
            Behaviour::Http500 => Some(page(500)),
            Behaviour::CutAnswer => None,
        }
    }

    fn delivery(&self, asked: &Received) -> Response {
        let reports = self.reports.lock().unwrap();
        let (login, password) = (asked.login.as_str(), asked.password.as_str());
        match reports.get(&asked.id) {
            _ if (login, password) != (LOGIN, PASSWORD) => xml("<status>2</status>"),
            None => xml("<status>4</status>"),
            Some(code) => xml(&format!(
                "<status>0</status><phone><number>{}</number><report>{code}</report>\
                 <sendTime>20260525150000</sendTime><rcvTime>20260525150007</rcvTime></phone>",
                asked.phone
            )),
        }
    }

    /// The rules of the provider's paper that a client can break.
    fn judge(&self, received: &Received) -> u8 {
        let id_fits =
            (1..=12).contains(&received.id.len()) && received.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let phone_fits = received.phone.len() == 12 && received.phone.starts_with("996");
        let repeated = *self.deduplicate.lock().unwrap() && self.taken_ids.lock().unwrap().contains(&received.id);
        if (received.login.as_str(), received.password.as_str()) != (LOGIN, PASSWORD) {
            2
        } else if !id_fits || received.text.is_empty() || received.text.chars().count() > 800 {
            1
        } else if !phone_fits {
            7
        } else if repeated {
            10
        } else {
            0
        }
    }
}

fn parse(body: &[u8]) -> Received {
    let mut received = Received::default();
    let mut reader = Reader::from_str(std::str::from_utf8(body).unwrap());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return received,
            Event::Start(tag) => {
                let field = match tag.local_name().as_ref() {
                    "id" => &mut received.id,
                    "phone" => &mut received.phone,
                    "text" => &mut received.text,
                    "login" => &mut received.login,
                    "pwd" => &mut received.password,
                    "sender" => &mut received.sender,
                    _ => continue,
                };
                let raw = reader.read_text(tag.name()).unwrap();
                *field = unescape(&raw.xml_content(XmlVersion::Implicit1_0)).unwrap().into_owned();
            }
            _ => {}
        }
    }
}

/// The real gateway's answers sometimes carry a namespace; this one always does.
fn status_answer(id: &str, status: u8) -> Response {
    let sent = u8::from(status == 0);
    xml(&format!(
        "<id>{id}</id><status>{status}</status><phones>{sent}</phones><smscnt>{sent}</smscnt><message></message>"
    ))
}

fn xml(inside: &str) -> Response {
    Response {
        status: 200,
        headers: vec![("content-type", "text/xml; charset=utf-8".to_owned())],
        body: format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response xmlns=\"http://Giper.mobi/schema/Message\">{inside}</response>"
        ),
    }
}

fn page(status: u16) -> Response {
    Response {
        status,
        headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
        body: "<!DOCTYPE html><html><body><p>Nginx<br>is tired</body></html>".to_owned(),
    }
}
