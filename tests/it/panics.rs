//! A bug that panics costs the request that meets it, and nothing else: not the connection, not the pool, not the database.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as Site, HttpResponse, HttpServer, web};
use diesel::prelude::*;
use serde_json::Value;
use torugart::app::access::Who::Anyone;
use torugart::app::route::{get, post, register};
use torugart::db::schema::counters;
use torugart::error::Result;
use torugart::http::body::BodyPace;
use torugart::http::{Call, Raw, request};
use torugart::ids::Actor;
use torugart::state::App;

use crate::harness::server::*;

const PLANTED: &str = "planted: the phone is +996700123456";

async fn read(app: App, call: Call) -> Result<HttpResponse> {
    call.read(app, |_| -> Result<Value> { panic!("{PLANTED}") }).await
}

async fn glance(app: App) -> Result<HttpResponse> {
    app.glance(&Actor::Anyone, |_| -> Result<()> { panic!("{PLANTED}") }).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn write(app: App, call: Call) -> Result<HttpResponse> {
    app.write(&call.actor, |tx| -> Result<()> {
        let row = (counters::name.eq("planted"), counters::value.eq(1_i64));
        diesel::insert_into(counters::table).values(row).execute(tx.conn)?;
        panic!("{PLANTED}")
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn page() -> HttpResponse {
    panic!("{PLANTED}")
}

async fn upload(file: Raw<1_000_000>) -> HttpResponse {
    panic!("{PLANTED}, {} bytes", file.bytes.len())
}

/// Does not read what is sent before it panics.
async fn unread(_: web::Payload) -> HttpResponse {
    panic!("{PLANTED}")
}

/// The service with rows that panic, on the database of a test; it stops when dropped.
const PATIENCE: Duration = Duration::from_secs(600);

struct Planted {
    address: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Planted {
    fn start(app: App) -> Self {
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let site = move || {
                    let rows = vec![
                        get("/v1/planted/read", read, Anyone, ""),
                        get("/v1/planted/glance", glance, Anyone, ""),
                        post("/v1/planted/write", write, Anyone, ""),
                        get("/planted", page, Anyone, ""),
                        post("/v1/planted/upload", upload, Anyone, ""),
                        post("/v1/planted/unread", unread, Anyone, ""),
                        get("/healthz", healthy, Anyone, ""),
                    ];
                    let pace = BodyPace::new(&app.config.server);
                    Site::new()
                        .app_data(web::Data::new(app.clone()))
                        .app_data(pace)
                        .configure(|cfg| register(rows, cfg))
                        .wrap(from_fn(request::observe))
                };
                // A trace of a panic takes its time, and an idle connection is nothing that is tried here.
                let patient = HttpServer::new(site).workers(1).keep_alive(PATIENCE).client_request_timeout(PATIENCE);
                let server = patient.bind(("127.0.0.1", 0)).unwrap();
                let address = server.addrs()[0].to_string();
                let server = server.run();
                sender.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = receiver.recv().unwrap();
        Self { address, handle, thread: Some(thread) }
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        actix_web::rt::System::new().block_on(self.handle.stop(false));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn healthy(app: App) -> Result<HttpResponse> {
    app.read(&Actor::Anyone, |_| Ok(())).await?;
    Ok(HttpResponse::Ok().body("ok"))
}

/// One request over an open connection; status, head and body of the answer.
fn ask(connection: &mut BufReader<TcpStream>, method: &str, path: &str, body: &[u8]) -> (u16, String, String) {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    connection.get_mut().write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(connection.read_line(&mut head).unwrap(), 0, "the connection ended after {head:?}");
    }
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body).unwrap();
    (head[9..12].parse().unwrap(), head, String::from_utf8(body).unwrap())
}

on_both! {
    fn a_panic_costs_the_request_that_meets_it_alone(s: &Server) {
        let planted = Planted::start(s.app.clone());
        // Each its own: behind an answer to a body that was not on its way in full the server may hang up.
        let connect = || BufReader::new(TcpStream::connect(&planted.address).unwrap());
        let before = s.state();
        // More often than there are connections to the database, threads to work on or places to sign in.
        for _ in 0..40 {
            for (method, path) in [
                ("GET", "/v1/planted/read"),
                ("GET", "/v1/planted/glance"),
                ("POST", "/v1/planted/write"),
                ("GET", "/planted"),
                ("POST", "/v1/planted/upload"),
            ] {
                let body: &[u8] = if method == "POST" { b"some bytes" } else { b"" };
                let (status, head, body) = ask(&mut connect(), method, path, body);
                assert_eq!(status, 500, "{path}: {body}");
                let problem: Value = serde_json::from_str(&body).unwrap();
                let id = problem["request_id"].as_str().unwrap();
                assert!(!id.is_empty() && head.to_lowercase().contains(&format!("x-request-id: {id}")), "{head}{body}");
                assert!(head.contains("application/problem+json") && !body.contains("planted"), "{path}: {head}{body}");
                assert_eq!(ask(&mut connect(), "GET", "/healthz", b"").2, "ok");
            }
        }
        assert!(before == s.state(), "a write that panicked left something behind");
        s.order(Until::Requested);
    }

    fn a_panic_beside_a_body_that_nobody_reads_leaves_the_others_alone(s: &Server) {
        let planted = Planted::start(s.app.clone());
        for _ in 0..8 {
            let mut connection = BufReader::new(TcpStream::connect(&planted.address).unwrap());
            assert_eq!(ask(&mut connection, "POST", "/v1/planted/unread", &vec![b'x'; 200_000]).0, 500);
        }
        let mut connection = BufReader::new(TcpStream::connect(&planted.address).unwrap());
        assert_eq!(ask(&mut connection, "GET", "/healthz", b"").2, "ok");
    }
}
