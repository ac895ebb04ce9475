//! A real SMTP server inside the test process: the conversation is the `mailin` crate's, the connections are ours.

use std::collections::{HashSet, VecDeque};
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use mailin::{Action, Handler, Response, SessionBuilder, response};

use super::record::Record;

/// One letter, as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Header and body.
    pub raw: Vec<u8>,
}

struct State {
    received: Record<Received>,
    unknown_recipients: Mutex<HashSet<String>>,
    letter_answers: Mutex<VecDeque<u16>>,
    hello_answer: Mutex<Option<u16>>,
}

/// The server; its port closes when it is dropped.
pub struct MailServer {
    state: Arc<State>,
    address: SocketAddr,
    closing: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl MailServer {
    /// Takes every letter, without encryption and login, until told otherwise.
    pub fn start() -> Self {
        let state = Arc::new(State {
            received: Record::new(),
            unknown_recipients: Mutex::default(),
            letter_answers: Mutex::default(),
            hello_answer: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let closing = Arc::new(AtomicBool::new(false));
        let (behind, closed) = (Arc::clone(&state), Arc::clone(&closing));
        let accepting = thread::spawn(move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    break;
                }
                let session = Session { state: Arc::clone(&behind), letter: Received::default() };
                // A client that goes away in the middle is no failure of the server.
                thread::spawn(move || stream.and_then(|stream| converse(stream, session)));
            }
        });
        Self { state, address, closing, accepting: Some(accepting) }
    }

    /// The value for `email.url`.
    pub fn url(&self) -> String {
        format!("smtp://{}?tls=none", self.address)
    }

    /// Every letter taken so far, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.state.received.all()
    }

    /// Waits without sleeping; panics after 20 s.
    pub fn wait_until(&self, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        self.state.received.wait_until(enough)
    }

    /// From now on this recipient is answered with 550.
    pub fn refuse_recipient(&self, address: &str) {
        let mut unknown = self.state.unknown_recipients.lock().unwrap();
        unknown.insert(address.to_owned());
    }

    /// The next letters are answered with these codes (e.g. 451) at the DATA command, and not kept.
    /// (After the text would be too late: the library stays in its data state when that answer is an error.)
    pub fn answer_letters(&self, codes: impl IntoIterator<Item = u16>) {
        self.state.letter_answers.lock().unwrap().extend(codes);
    }

    /// New connections are answered with this code at their greeting; `None` lets them in again.
    pub fn answer_hello(&self, code: Option<u16>) {
        *self.state.hello_answer.lock().unwrap() = code;
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // `incoming` sleeps until somebody knocks.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// One connection, from the greeting to the end.
fn converse(mut stream: TcpStream, session: Session) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut session = SessionBuilder::new("mail.test").build(IpAddr::V4(Ipv4Addr::LOCALHOST), session);
    session.greeting().write_to(&mut stream)?;
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        line.clear();
        if answer.action != Action::NoReply {
            answer.write_to(&mut stream)?;
        }
        if answer.action == Action::Close {
            break;
        }
    }
    Ok(())
}

/// What is said on one connection.
struct Session {
    state: Arc<State>,
    letter: Received,
}

impl Handler for Session {
    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        match *self.state.hello_answer.lock().unwrap() {
            Some(code) => Response::custom(code, "as told".to_owned()),
            None => response::OK,
        }
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if self.state.unknown_recipients.lock().unwrap().contains(to) {
            return Response::custom(550, format!("<{to}> unknown here"));
        }
        response::OK
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        if let Some(code) = self.state.letter_answers.lock().unwrap().pop_front() {
            return Response::custom(code, "as told".to_owned());
        }
        self.letter = Received { from: from.to_owned(), to: to.to_vec(), raw: Vec::new() };
        response::START_DATA
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.letter.raw.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.state.received.push(std::mem::take(&mut self.letter));
        response::OK
    }
}
