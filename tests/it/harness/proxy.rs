//! A proxy between the service and what it depends on, which fails when it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// What the proxy does with what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Hands it on.
    Pass,
    /// Ends every connection, new ones too.
    Cut,
    /// Takes everything and hands nothing on, as a network does that drops packets.
    Stall,
    /// Hands each piece on this much later.
    Slow(Duration),
}

struct State {
    mode: Mutex<Mode>,
    changed: Condvar,
    open: Mutex<Vec<(TcpStream, UnixStream)>>,
    target: PathBuf,
    is_closing: AtomicBool,
}

/// A proxy on a port of its own, before a Unix socket.
pub struct Proxy {
    state: Arc<State>,
    address: SocketAddr,
}

impl Proxy {
    /// Before the server whose socket this is.
    pub fn start(target: PathBuf) -> Self {
        let (mode, changed, open, is_closing) =
            (Mutex::new(Mode::Pass), Condvar::new(), Mutex::default(), AtomicBool::new(false));
        let state = Arc::new(State { mode, changed, open, target, is_closing });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let behind = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if behind.is_closing.load(Ordering::SeqCst) {
                    break;
                }
                behind.take(stream);
            }
        });
        Self { state, address }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
        self.state.changed.notify_all();
        if mode == Mode::Cut {
            self.end_all();
        }
    }

    /// Ends every connection; new ones are taken as before.
    pub fn end_all(&self) {
        for (ours, theirs) in self.state.open.lock().unwrap().drain(..) {
            let _ = ours.shutdown(Shutdown::Both);
            let _ = theirs.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_closing.store(true, Ordering::SeqCst);
        self.set(Mode::Cut);
        // `incoming` sleeps until somebody knocks.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn take(self: &Arc<Self>, ours: TcpStream) {
        if *self.mode.lock().unwrap() == Mode::Cut {
            return;
        }
        let Ok(theirs) = UnixStream::connect(&self.target) else { return };
        let (Ok(ours_back), Ok(theirs_back)) = (ours.try_clone(), theirs.try_clone()) else { return };
        let (Ok(known), Ok(known_back)) = (ours.try_clone(), theirs.try_clone()) else { return };
        self.open.lock().unwrap().push((known, known_back));
        let (there, back) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || there.carry(ours, theirs));
        thread::spawn(move || back.carry(theirs_back, ours_back));
    }

    fn carry(&self, mut from: impl Read, mut to: impl Write) {
        let mut piece = vec![0; 16 * 1024];
        while let Ok(read) = from.read(&mut piece) {
            if read == 0 || !self.may_pass() || to.write_all(&piece[..read]).is_err() {
                break;
            }
        }
    }

    /// Waits as the mode says; whether the piece is to be handed on then.
    fn may_pass(&self) -> bool {
        let mut mode = self.mode.lock().unwrap();
        if let Mode::Slow(pause) = *mode {
            let slow = |mode: &mut Mode| matches!(mode, Mode::Slow(_));
            mode = self.changed.wait_timeout_while(mode, pause, slow).unwrap().0;
        }
        while *mode == Mode::Stall {
            mode = self.changed.wait(mode).unwrap();
        }
        *mode != Mode::Cut
    }
}
