//! An S3 store in the test process: a folder behind `s3s`, which checks every signature.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;

pub const BUCKET: &str = "torugart-photos";
pub const ACCESS_KEY_ID: &str = "only-for-tests";
pub const SECRET_ACCESS_KEY: &str = "only-for-tests-secret";

/// Serves until it is dropped.
pub struct ObjectServer {
    /// Holds the bucket.
    pub folder: TempDir,
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ObjectServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("a bucket");
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("a store"));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        let service = builder.build();
        let (stop, mut stopped) = tokio::sync::oneshot::channel();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listener = actix_web::rt::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                sender.send(listener.local_addr().expect("an address")).expect("the test waits");
                let serve = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
                        // A client that goes away in the middle is no failure of the store.
                        actix_web::rt::spawn(async move { drop(served.await) });
                    }
                };
                let mut serve = std::pin::pin!(serve);
                std::future::poll_fn(|context| {
                    let _ = serve.as_mut().poll(context);
                    std::pin::Pin::new(&mut stopped).poll(context).map(drop)
                })
                .await;
            });
        });
        let address = receiver.recv().expect("the store starts");
        Self { folder, address, stop: Some(stop), thread: Some(thread) }
    }

    /// What `photos.url` calls it.
    pub fn url(&self, prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}?endpoint=http://{}&region=kg", self.address)
    }

    /// The names of the objects below a prefix.
    pub fn objects(&self, prefix: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join(BUCKET).join(prefix)) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for ObjectServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
