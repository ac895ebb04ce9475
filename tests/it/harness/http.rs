//! A very small HTTP server on a free port of 127.0.0.1: one request per connection, a thread for each.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// What a client sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server says; `None` instead of it hangs up without a word.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Serves until it is dropped; then its port refuses connections.
pub struct HttpServer {
    address: SocketAddr,
    closing: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl HttpServer {
    pub fn start(answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let closing = Arc::new(AtomicBool::new(false));
        let answer = Arc::new(answer);
        let closed = Arc::clone(&closing);
        let accepting = thread::spawn(move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    break;
                }
                let answer = Arc::clone(&answer);
                // A client that goes away in the middle is no failure of the server.
                thread::spawn(move || stream.and_then(|stream| serve(stream, answer.as_ref())));
            }
        });
        Self { address, closing, accepting: Some(accepting) }
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // `incoming` sleeps until somebody knocks.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Option<Response>) -> io::Result<()> {
    let request = read(&stream)?;
    let Some(response) = answer(&request) else {
        return Ok(());
    };
    let mut head = format!("HTTP/1.1 {} Fake\r\nconnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let length = response.body.len();
    write!(stream, "{head}content-length: {length}\r\n\r\n{}", response.body)
}

fn read(stream: &TcpStream) -> io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").unwrap_or("0");
    request.body = vec![0; length.parse().unwrap_or(0)];
    reader.read_exact(&mut request.body)?;
    Ok(request)
}
