//! `torugart-power FOLDER` mounts a disk there whose power can be cut.
//!
//! Commands come in lines on standard input, and each is answered with one line:
//!
//! - `settle`: everything is safe.
//! - `cut` or `cut SEED`: the power fails. What was not waited for is gone; with a seed, a choice of it had got to the disk.
//!   From now on every access is an error. Says how many pages were not safe.
//! - `restore`: the power is back, the disk is mounted anew. Nobody may have a file of it open.
//! - `quit`: ends it; so does the end of the input.
#![forbid(unsafe_code)]

mod disk;
mod mount;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fuser::{BackgroundSession, Config, MountOption, SessionACL};

use disk::Disk;
use mount::Mounted;

fn mounted(disk: &Mounted, folder: &Path) -> std::io::Result<BackgroundSession> {
    let mut config = Config::default();
    config.mount_options = vec![MountOption::FSName("torugart-power".to_owned()), MountOption::DefaultPermissions];
    config.acl = SessionACL::All;
    fuser::spawn_mount(disk.clone(), folder, &config)
}

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("torugart-power: name a folder to mount on");
        std::process::exit(2);
    };
    let disk = Mounted(Arc::new(Mutex::new(Disk::new())));
    let mut session = Some(mounted(&disk, &folder)?);
    say("mounted")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split_whitespace();
        match (words.next(), words.next().map(str::parse)) {
            (Some("settle"), None) => {
                disk.disk().sync_all();
                say("settled")?;
            }
            (Some("cut"), seed @ (None | Some(Ok(_)))) => {
                let mut disk = disk.disk();
                let (unsafe_pages, syncs) = (disk.unsafe_pages(), disk.syncs);
                disk.cut(seed.and_then(Result::ok));
                say(&format!("cut {unsafe_pages} {syncs}"))?;
            }
            (Some("restore"), None) => {
                if let Some(session) = session.take() {
                    session.umount_and_join()?;
                }
                disk.disk().restore();
                session = Some(mounted(&disk, &folder)?);
                say("restored")?;
            }
            (Some("quit"), None) => break,
            _ => say("what?")?,
        }
    }
    session.map_or(Ok(()), BackgroundSession::umount_and_join)
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
