//! Where backups lie: a folder or a bucket. A backup is its file and, written last, its label; a file without a label is
//! the rest of one that broke off, and no backup.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::web::Bytes;
use futures_util::TryStreamExt;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::Label;
use crate::config::{Backup, Place};
use crate::error::{Error, Result};
use crate::objects;

/// What is sent or fetched at once.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// What a label's name ends with.
const LABEL: &str = ".json";

/// A place for backups, for threads that may wait.
pub struct Shelf {
    store: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    runtime: actix_web::rt::Runtime,
}

fn failed(what: &str) -> impl Fn(object_store::Error) -> Error + '_ {
    move |error| Error::Startup(format!("{what}: {error}"))
}

fn disk(what: &str) -> impl Fn(std::io::Error) -> Error + '_ {
    move |error| Error::Startup(format!("{what}: {error}"))
}

impl Shelf {
    /// Opens the place that the settings name, and makes its folder.
    ///
    /// # Errors
    /// [`Error::Startup`] when it cannot be used.
    pub fn open(settings: &Backup) -> Result<Self> {
        let place = settings.place().map_err(Error::Startup)?;
        let keys = objects::Keys { id: &settings.access_key_id, secret: &settings.secret_access_key };
        let store = objects::open("backup.url", &place, &keys)?;
        let folder = match place {
            Place::Folder(folder) => Some(folder),
            Place::Bucket(_) | Place::Memory => None,
        };
        let runtime = actix_web::rt::Runtime::new().map_err(disk("a backup cannot be begun"))?;
        Ok(Self { store, folder, runtime })
    }

    /// An empty file that only its owner reads: beside the backups where they lie in a folder, else in `otherwise`.
    pub(super) fn scratch(&self, otherwise: &Path) -> Result<NamedTempFile> {
        let folder = self.folder.as_deref().unwrap_or(otherwise);
        let file = tempfile::Builder::new().prefix(".torugart-unfinished-").tempfile_in(folder);
        file.map_err(disk("no file for a backup"))
    }

    /// Puts a finished file and its label there, and reads both back.
    pub(super) fn put(&self, file: NamedTempFile, label: &Label, moved: &dyn Fn(u64)) -> Result<()> {
        match &self.folder {
            Some(folder) => {
                file.persist(folder.join(&label.name))
                    .map_err(|error| disk("a backup cannot be named")(error.error))?;
                sync_folder(folder)?;
            }
            None => self.runtime.block_on(self.send(file, label, moved))?,
        }
        let stored = self.digest(&label.name, &mut std::io::sink(), &|_| ())?;
        if stored != (label.bytes, label.sha256.clone()) {
            return Err(Error::Startup(format!("{} was read back and is not what was written", label.name)));
        }
        let text = serde_json::to_vec_pretty(label).map_err(|error| Error::Startup(error.to_string()))?;
        let name = Name::from(format!("{}{LABEL}", label.name));
        self.runtime
            .block_on(self.store.put(&name, PutPayload::from(text)))
            .map_err(failed("a label is not written"))?;
        Ok(())
    }

    async fn send(&self, mut file: NamedTempFile, label: &Label, moved: &dyn Fn(u64)) -> Result<()> {
        let unsent = failed("a backup is not stored");
        let mut upload = self.store.put_multipart(&Name::from(label.name.as_str())).await.map_err(&unsent)?;
        file.as_file_mut().seek(SeekFrom::Start(0)).map_err(disk("a backup is not read"))?;
        let mut sent = 0;
        loop {
            let mut part = Vec::with_capacity(PART_BYTES);
            let read = file.as_file_mut().take(PART_BYTES as u64).read_to_end(&mut part);
            let read = read.map_err(disk("a backup is not read"))?;
            if read == 0 {
                break;
            }
            upload.put_part(PutPayload::from(part)).await.map_err(&unsent)?;
            sent += read as u64;
            moved(sent);
        }
        upload.complete().await.map_err(unsent)?;
        Ok(())
    }

    /// The labels of all backups, in no order. One that cannot be read is told of and left out.
    ///
    /// # Errors
    /// [`Error::Startup`] when the place does not answer.
    pub fn labels(&self) -> Result<Vec<Label>> {
        let listed = self.runtime.block_on(self.store.list(None).try_collect::<Vec<_>>());
        let mut labels = Vec::new();
        for object in listed.map_err(failed("the backups are not listed"))? {
            let name = object.location.as_ref();
            if !name.starts_with(super::PREFIX) || !name.ends_with(LABEL) {
                continue;
            }
            let read = self.runtime.block_on(async { self.store.get(&object.location).await?.bytes().await });
            let text = read.map_err(failed("a label is not read"))?;
            match serde_json::from_slice::<Label>(&text) {
                Ok(label) => labels.push(label),
                Err(error) => tracing::warn!(name, %error, "this is no label of a backup"),
            }
        }
        Ok(labels)
    }

    /// Fetches a backup into a file, and refuses one that is not what its label says.
    pub(super) fn fetch(&self, label: &Label, into: &mut impl Write, moved: &dyn Fn(u64)) -> Result<()> {
        let (bytes, sha256) = self.digest(&label.name, into, moved)?;
        if (bytes, &sha256) == (label.bytes, &label.sha256) {
            return Ok(());
        }
        Err(Error::Startup(format!(
            "{} is damaged: its label says {} bytes and SHA-256 {}, it has {bytes} and {sha256}. Restore another one \
             with --name",
            label.name, label.bytes, label.sha256
        )))
    }

    /// Reads a file part by part; its length and its SHA-256, hexadecimal.
    fn digest(&self, name: &str, into: &mut impl Write, moved: &dyn Fn(u64)) -> Result<(u64, String)> {
        let unread = failed("a backup is not read");
        let name = Name::from(name);
        let size = self.runtime.block_on(self.store.head(&name)).map_err(&unread)?.size;
        let (mut hash, mut at) = (Sha256::new(), 0);
        while at < size {
            let end = size.min(at + PART_BYTES as u64);
            let part: Bytes = self.runtime.block_on(self.store.get_range(&name, at..end)).map_err(&unread)?;
            hash.update(&part);
            into.write_all(&part).map_err(disk("a backup is not written"))?;
            at = end;
            moved(at);
        }
        Ok((size, hex(&hash.finalize())))
    }

    /// Takes a backup away, its label first.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        for name in [format!("{name}{LABEL}"), name.to_owned()] {
            let removed = self.runtime.block_on(self.store.delete(&Name::from(name)));
            removed.map_err(failed("an old backup is not removed"))?;
        }
        Ok(())
    }

    /// Copies those of another store's objects that are not among the backups yet, below `photos/`. Tells how many.
    pub(super) fn add_photos(&self, photos: &Arc<dyn ObjectStore>) -> Result<usize> {
        copy_missing(&self.runtime, photos, &self.photos())
    }

    /// The way back.
    pub(super) fn give_photos(&self, photos: &Arc<dyn ObjectStore>) -> Result<usize> {
        copy_missing(&self.runtime, &self.photos(), photos)
    }

    fn photos(&self) -> Arc<dyn ObjectStore> {
        Arc::new(object_store::prefix::PrefixStore::new(self.store.clone(), "photos"))
    }
}

/// Pictures are written once and never changed, so what has its name there is there.
fn copy_missing(
    runtime: &actix_web::rt::Runtime,
    from: &Arc<dyn ObjectStore>,
    to: &Arc<dyn ObjectStore>,
) -> Result<usize> {
    let copied = runtime.block_on(async {
        let there: Vec<_> = to.list(None).map_ok(|object| object.location).try_collect().await?;
        let there: std::collections::HashSet<_> = there.into_iter().collect();
        let mut copied = 0;
        let mut pictures = from.list(None);
        while let Some(picture) = pictures.try_next().await? {
            if !there.contains(&picture.location) {
                let bytes = from.get(&picture.location).await?.bytes().await?;
                to.put(&picture.location, PutPayload::from(bytes)).await?;
                copied += 1;
            }
        }
        Ok(copied)
    });
    copied.map_err(failed("photos are not copied"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name is only there for good when its folder was synced.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk("a folder is not synced"))
}

/// Length and SHA-256 of a file on this disk.
pub(super) fn digest_of(path: &Path) -> Result<(u64, String)> {
    let mut file = std::fs::File::open(path).map_err(disk("a backup is not read"))?;
    let (mut hash, mut buffer, mut bytes) = (Sha256::new(), vec![0; PART_BYTES], 0);
    loop {
        let read = file.read(&mut buffer).map_err(disk("a backup is not read"))?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}
