//! A body of a given size from memory, by the same web framework with the settings of the service and none of its layers:
//! the most that a look-up could reach here. `cargo run --release --example static_body -- --bytes 1500 --port 8099`

use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use clap::Parser;
use torugart::config::Config;

/// A static body.
#[derive(Parser)]
struct Args {
    /// How long it is.
    #[arg(long)]
    bytes: usize,
    /// Where to listen, on the loopback address.
    #[arg(long)]
    port: u16,
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let settings = Config::load(std::path::Path::new(".")).map_err(std::io::Error::other)?.server;
    let threads = std::thread::available_parallelism()?.get();
    let body = web::Bytes::from(vec![b' '; args.bytes]);
    HttpServer::new(move || {
        let body = body.clone();
        let answer = move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(body) }
        };
        App::new().default_service(web::to(answer))
    })
    .workers(threads)
    .max_connections(settings.connections.div_ceil(threads))
    .client_request_timeout(Duration::from_secs(settings.head_seconds))
    .keep_alive(Duration::from_secs(settings.keep_alive_seconds))
    .bind(("127.0.0.1", args.port))?
    .run()
    .await
}
