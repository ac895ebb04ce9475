//! The disk as a file system.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use crate::disk::{Body, Disk, Names, Node, Owner, PAGE, empty_file, empty_folder};

/// How long the kernel may remember what it was told; nobody but the kernel changes anything.
const TTL: Duration = Duration::from_secs(60);
const NO_HANDLE: FileHandle = FileHandle(0);

#[derive(Clone)]
pub struct Mounted(pub Arc<Mutex<Disk>>);

impl Mounted {
    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk while there is power.
    fn powered(&self) -> Result<MutexGuard<'_, Disk>, Errno> {
        let disk = self.disk();
        if disk.is_off { Err(Errno::EIO) } else { Ok(disk) }
    }

    fn made(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, body: Body) -> Result<FileAttr, Errno> {
        let mut disk = self.powered()?;
        if disk.find(parent.0, name).is_some() {
            return Err(Errno::EEXIST);
        }
        let owner = Owner { perm: (mode & 0o7777) as u16, uid: req.uid(), gid: req.gid() };
        let number = disk.make(parent.0, name, body, &owner).ok_or(Errno::ENOENT)?;
        attributes(&disk, number)
    }

    fn unnamed(&self, parent: INodeNo, name: &OsStr, is_folder: bool) -> Result<(), Errno> {
        let mut disk = self.powered()?;
        let number = disk.find(parent.0, name).ok_or(Errno::ENOENT)?;
        if is_folder && disk.names(number).is_some_and(|names| !names.is_empty()) {
            return Err(Errno::ENOTEMPTY);
        }
        disk.unname(parent.0, name);
        Ok(())
    }
}

fn attributes(disk: &Disk, number: u64) -> Result<FileAttr, Errno> {
    disk.node(number).map(|node| told(number, node)).ok_or(Errno::ENOENT)
}

fn told(number: u64, node: &Node) -> FileAttr {
    let (kind, nlink) = if node.is_folder() { (FileType::Directory, 2) } else { (FileType::RegularFile, 1) };
    let size = node.size() as u64;
    FileAttr {
        ino: INodeNo(number),
        size,
        blocks: size.div_ceil(512),
        atime: node.changed,
        mtime: node.changed,
        ctime: node.changed,
        crtime: node.changed,
        kind,
        perm: node.perm,
        nlink,
        uid: node.uid,
        gid: node.gid,
        rdev: 0,
        blksize: PAGE as u32,
        flags: 0,
    }
}

fn answer(done: Result<(), Errno>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error),
    }
}

fn entry(found: Result<FileAttr, Errno>, reply: ReplyEntry) {
    match found {
        Ok(attr) => reply.entry(&TTL, &attr, Generation(0)),
        Err(error) => reply.error(error),
    }
}

impl Filesystem for Mounted {
    fn lookup(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self.powered().and_then(|disk| {
            let number = disk.find(parent.0, name).ok_or(Errno::ENOENT)?;
            attributes(&disk, number)
        });
        entry(found, reply);
    }

    fn getattr(&self, _req: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        match self.powered().and_then(|disk| attributes(&disk, ino.0)) {
            Ok(attr) => reply.attr(&TTL, &attr),
            Err(error) => reply.error(error),
        }
    }

    fn setattr(
        &self,
        _req: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let changed = self.powered().and_then(|mut disk| {
            if let Some(size) = size {
                disk.resize(ino.0, size as usize).ok_or(Errno::EISDIR)?;
            }
            let node = disk.node_mut(ino.0).ok_or(Errno::ENOENT)?;
            node.perm = mode.map_or(node.perm, |mode| (mode & 0o7777) as u16);
            node.uid = uid.unwrap_or(node.uid);
            node.gid = gid.unwrap_or(node.gid);
            match mtime {
                Some(TimeOrNow::SpecificTime(time)) => node.changed = time,
                Some(TimeOrNow::Now) => node.changed = SystemTime::now(),
                None => {}
            }
            attributes(&disk, ino.0)
        });
        match changed {
            Ok(attr) => reply.attr(&TTL, &attr),
            Err(error) => reply.error(error),
        }
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        entry(self.made(req, parent, name, mode & !umask, empty_folder()), reply);
    }

    fn unlink(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(self.unnamed(parent, name, false), reply);
    }

    fn rmdir(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(self.unnamed(parent, name, true), reply);
    }

    fn rename(
        &self,
        _req: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        _flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let renamed = self.powered().and_then(|mut disk| {
            let number = disk.unname(parent.0, name).ok_or(Errno::ENOENT)?;
            disk.name(newparent.0, newname, number);
            Ok(())
        });
        answer(renamed, reply);
    }

    fn link(&self, _req: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        let linked = self.powered().and_then(|mut disk| {
            if disk.find(newparent.0, newname).is_some() {
                return Err(Errno::EEXIST);
            }
            disk.name(newparent.0, newname, ino.0);
            attributes(&disk, ino.0)
        });
        entry(linked, reply);
    }

    fn create(
        &self,
        req: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        match self.made(req, parent, name, mode & !umask, empty_file()) {
            Ok(attr) => reply.created(&TTL, &attr, Generation(0), NO_HANDLE, FopenFlags::FOPEN_KEEP_CACHE),
            Err(error) => reply.error(error),
        }
    }

    fn open(&self, _req: &Request, _ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        match self.powered() {
            Ok(_) => reply.opened(NO_HANDLE, FopenFlags::FOPEN_KEEP_CACHE),
            Err(error) => reply.error(error),
        }
    }

    fn read(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.powered() {
            Ok(disk) => match disk.read(ino.0, offset as usize, size as usize) {
                Some(data) => reply.data(data),
                None => reply.error(Errno::EISDIR),
            },
            Err(error) => reply.error(error),
        }
    }

    fn write(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.powered().and_then(|mut disk| disk.write(ino.0, offset as usize, data).ok_or(Errno::ENOENT)) {
            Ok(()) => reply.written(data.len() as u32),
            Err(error) => reply.error(error),
        }
    }

    fn flush(&self, _req: &Request, _ino: INodeNo, _fh: FileHandle, _lock_owner: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        answer(self.powered().map(|mut disk| disk.sync(ino.0)), reply);
    }

    fn fsyncdir(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, _datasync: bool, reply: ReplyEmpty) {
        answer(self.powered().map(|mut disk| disk.sync(ino.0)), reply);
    }

    fn readdir(&self, _req: &Request, ino: INodeNo, _fh: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let disk = match self.powered() {
            Ok(disk) => disk,
            Err(error) => return reply.error(error),
        };
        let none = Names::new();
        let names = disk.names(ino.0).unwrap_or(&none);
        let dots = [(OsStr::new("."), ino.0), (OsStr::new(".."), ino.0)];
        let all = dots.into_iter().chain(names.iter().map(|(name, number)| (name.as_os_str(), *number)));
        for (at, (name, number)) in all.enumerate().skip(offset as usize) {
            let is_folder = disk.node(number).is_none_or(Node::is_folder);
            let kind = if is_folder { FileType::Directory } else { FileType::RegularFile };
            if reply.add(INodeNo(number), at as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _req: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        let (blocks, page) = (1 << 20, PAGE as u32);
        reply.statfs(blocks, blocks, blocks, blocks, blocks, page, 255, page);
    }
}
