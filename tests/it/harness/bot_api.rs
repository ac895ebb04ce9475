//! A fake Bot API of Telegram: JSON over HTTP, the token in the address, updates until they are confirmed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::http::{HttpServer, Request, Response};
use super::record::Record;

/// The token that the fake knows; another is answered with 401.
pub const TOKEN: &str = "4711:canary-token_ABCDEFGH";

/// What to do with one call of `sendMessage`, instead of taking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Refuse it with this code and these words.
    Refuse(u16, &'static str),
    /// Refuse it inside an answer with HTTP 200.
    RefuseWithin200(u16, &'static str),
    /// Ask for a pause of so many seconds.
    TooMany(i64),
    /// Answer with a web page, as a proxy in between does.
    Html(u16),
    /// Take it, then hang up without an answer.
    CutAnswer,
}

struct State {
    sent: Record<Value>,
    script: Mutex<VecDeque<Behaviour>>,
    updates: Mutex<Vec<Value>>,
    questions: Record<Value>,
}

/// The server; its port closes when it is dropped.
pub struct BotApi {
    state: Arc<State>,
    server: HttpServer,
}

impl BotApi {
    pub fn start() -> Self {
        let state = Arc::new(State {
            sent: Record::new(),
            script: Mutex::default(),
            updates: Mutex::default(),
            questions: Record::new(),
        });
        let behind = Arc::clone(&state);
        let server = HttpServer::start(move |request| behind.answer(request));
        Self { state, server }
    }

    /// The value for `telegram.url`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every message that was taken, oldest first.
    pub fn sent(&self) -> Vec<Value> {
        self.state.sent.all()
    }

    /// The next messages are treated so, one after the other.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.script.lock().unwrap().extend(behaviours);
    }

    /// Somebody does something; it is told until it is confirmed.
    pub fn happens(&self, update: Value) {
        self.state.updates.lock().unwrap().push(update);
    }

    /// How the bot asked for updates.
    pub fn questions(&self) -> Vec<Value> {
        self.state.questions.all()
    }
}

impl State {
    fn answer(&self, request: &Request) -> Option<Response> {
        let Some(method) = request.path.strip_prefix(&format!("/bot{TOKEN}/")) else {
            return Some(refusal(401, 401, "Unauthorized", json!(null)));
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        match (request.method.as_str(), method) {
            ("POST", "sendMessage") => self.send(body),
            ("POST", "getUpdates") => Some(self.tell(body)),
            _ => Some(refusal(404, 404, "Not Found", json!(null))),
        }
    }

    fn send(&self, message: Value) -> Option<Response> {
        let scripted = self.script.lock().unwrap().pop_front();
        match scripted {
            Some(Behaviour::Refuse(code, words)) => return Some(refusal(code, code, words, json!(null))),
            Some(Behaviour::RefuseWithin200(code, words)) => return Some(refusal(200, code, words, json!(null))),
            Some(Behaviour::TooMany(seconds)) => {
                let words = format!("Too Many Requests: retry after {seconds}");
                return Some(refusal(429, 429, &words, json!({"retry_after": seconds})));
            }
            Some(Behaviour::Html(status)) => return Some(response(status, "<html>nginx is tired</html>".to_owned())),
            Some(Behaviour::CutAnswer) | None => {}
        }
        let text = message["text"].as_str().unwrap_or_default();
        if !message["chat_id"].is_i64() || text.is_empty() || text.encode_utf16().count() > 4096 {
            return Some(refusal(400, 400, "Bad Request: message text is empty", json!(null)));
        }
        let result = json!({"message_id": 1, "chat": {"id": message["chat_id"], "type": "private"}, "text": text});
        self.sent.push(message);
        match scripted {
            Some(_) => None,
            None => Some(response(200, json!({"ok": true, "result": result}).to_string())),
        }
    }

    /// An offset confirms all earlier updates. Telegram would wait for news; the fake says at once that there are none.
    fn tell(&self, question: Value) -> Response {
        let mut updates = self.updates.lock().unwrap();
        if let Some(offset) = question["offset"].as_i64() {
            updates.retain(|update| update["update_id"].as_i64().is_some_and(|id| id >= offset));
        }
        let limit = usize::try_from(question["limit"].as_u64().unwrap()).unwrap();
        let told: Vec<_> = updates.iter().take(limit).cloned().collect();
        self.questions.push(question);
        response(200, json!({"ok": true, "result": told}).to_string())
    }
}

fn refusal(status: u16, code: u16, words: &str, parameters: Value) -> Response {
    let mut body = json!({"ok": false, "error_code": code, "description": words});
    if !parameters.is_null() {
        body["parameters"] = parameters;
    }
    response(status, body.to_string())
}

fn response(status: u16, body: String) -> Response {
    Response { status, headers: vec![("content-type", "application/json".to_owned())], body }
}

/// Words of somebody to the bot, in their private chat.
pub fn words(update_id: i64, chat_id: i64, text: &str) -> Value {
    json!({"update_id": update_id, "message": {
        "message_id": 1, "date": 1, "text": text, "chat": {"id": chat_id, "type": "private", "first_name": "Айгуль"},
        "from": {"id": chat_id, "is_bot": false, "first_name": "Айгуль", "language_code": "ky"},
    }})
}
