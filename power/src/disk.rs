//! A disk in memory that knows two truths: what programs see, and what would be left if the power failed now.
//!
//! Stricter than most real ones: content is safe after the file was synced, a name after its folder was. What is safe is
//! kept apart, page by page, so that a power failure is nothing but going back to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::time::SystemTime;

/// The unit in which content gets to the disk by itself.
pub const PAGE: usize = 4096;
/// The unit that no disk tears.
const SECTOR: usize = 512;
pub const ROOT: u64 = 1;

pub type Names = BTreeMap<OsString, u64>;

/// A file or a folder.
pub struct Node {
    pub body: Body,
    pub perm: u16,
    pub uid: u32,
    pub gid: u32,
    pub changed: SystemTime,
}

pub enum Body {
    File { now: Vec<u8>, safe: Vec<u8>, dirty: BTreeSet<usize> },
    Folder { now: Names, safe: Names },
}

pub struct Disk {
    nodes: HashMap<u64, Node>,
    next: u64,
    pub is_off: bool,
    pub syncs: u64,
}

/// Whoever makes a node, and how it may be used.
pub struct Owner {
    pub perm: u16,
    pub uid: u32,
    pub gid: u32,
}

impl Node {
    fn new(body: Body, owner: &Owner) -> Self {
        Self { body, perm: owner.perm, uid: owner.uid, gid: owner.gid, changed: SystemTime::now() }
    }

    pub fn is_folder(&self) -> bool {
        matches!(self.body, Body::Folder { .. })
    }

    pub fn size(&self) -> usize {
        match &self.body {
            Body::File { now, .. } => now.len(),
            Body::Folder { now, .. } => now.len(),
        }
    }
}

pub fn empty_file() -> Body {
    Body::File { now: Vec::new(), safe: Vec::new(), dirty: BTreeSet::new() }
}

pub fn empty_folder() -> Body {
    Body::Folder { now: Names::new(), safe: Names::new() }
}

impl Disk {
    pub fn new() -> Self {
        let root = Node::new(empty_folder(), &Owner { perm: 0o777, uid: 0, gid: 0 });
        Self { nodes: HashMap::from([(ROOT, root)]), next: ROOT + 1, is_off: false, syncs: 0 }
    }

    pub fn node(&self, number: u64) -> Option<&Node> {
        self.nodes.get(&number)
    }

    pub fn node_mut(&mut self, number: u64) -> Option<&mut Node> {
        self.nodes.get_mut(&number)
    }

    pub fn names(&self, folder: u64) -> Option<&Names> {
        match &self.nodes.get(&folder)?.body {
            Body::Folder { now, .. } => Some(now),
            Body::File { .. } => None,
        }
    }

    fn names_mut(&mut self, folder: u64) -> Option<&mut Names> {
        match &mut self.nodes.get_mut(&folder)?.body {
            Body::Folder { now, .. } => Some(now),
            Body::File { .. } => None,
        }
    }

    pub fn find(&self, folder: u64, name: &OsStr) -> Option<u64> {
        self.names(folder)?.get(name).copied()
    }

    pub fn make(&mut self, folder: u64, name: &OsStr, body: Body, owner: &Owner) -> Option<u64> {
        let number = self.next;
        self.names_mut(folder)?.insert(name.to_owned(), number);
        self.nodes.insert(number, Node::new(body, owner));
        self.next += 1;
        Some(number)
    }

    pub fn name(&mut self, folder: u64, name: &OsStr, number: u64) {
        if let Some(names) = self.names_mut(folder) {
            names.insert(name.to_owned(), number);
        }
    }

    /// The node stays: somebody may have it open, and the disk may remember its name.
    pub fn unname(&mut self, folder: u64, name: &OsStr) -> Option<u64> {
        self.names_mut(folder)?.remove(name)
    }

    pub fn read(&self, number: u64, from: usize, size: usize) -> Option<&[u8]> {
        match &self.nodes.get(&number)?.body {
            Body::File { now, .. } => Some(&now[from.min(now.len())..(from + size).min(now.len())]),
            Body::Folder { .. } => None,
        }
    }

    pub fn write(&mut self, number: u64, from: usize, data: &[u8]) -> Option<()> {
        let node = self.nodes.get_mut(&number)?;
        node.changed = SystemTime::now();
        let Body::File { now, dirty, .. } = &mut node.body else { return None };
        if now.len() < from + data.len() {
            dirty.extend(now.len() / PAGE..=(from + data.len()) / PAGE);
            now.resize(from + data.len(), 0);
        }
        now[from..from + data.len()].copy_from_slice(data);
        dirty.extend(from / PAGE..=(from + data.len().max(1) - 1) / PAGE);
        Some(())
    }

    pub fn resize(&mut self, number: u64, size: usize) -> Option<()> {
        let node = self.nodes.get_mut(&number)?;
        node.changed = SystemTime::now();
        let Body::File { now, dirty, .. } = &mut node.body else { return None };
        dirty.extend(size.min(now.len()) / PAGE..=size.max(now.len()) / PAGE);
        now.resize(size, 0);
        Some(())
    }

    /// Makes safe what a file holds, or which names a folder has.
    pub fn sync(&mut self, number: u64) {
        self.syncs += 1;
        match self.nodes.get_mut(&number).map(|node| &mut node.body) {
            Some(Body::File { now, safe, dirty }) => {
                safe.resize(now.len(), 0);
                for page in std::mem::take(dirty) {
                    keep(now, safe, page * PAGE, PAGE);
                }
            }
            Some(Body::Folder { now, safe }) => safe.clone_from(now),
            None => {}
        }
    }

    pub fn sync_all(&mut self) {
        let numbers: Vec<u64> = self.nodes.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.sync(number));
    }

    /// The power fails: only what is safe is left. With a seed, some of the rest had got to the disk by itself, in no
    /// order, and of one page only the first sectors.
    pub fn cut(&mut self, seed: Option<u64>) {
        self.is_off = true;
        let mut chance = seed.map(Chance);
        for node in self.nodes.values_mut() {
            if let Some(chance) = &mut chance {
                write_back(&mut node.body, chance);
            }
            match &mut node.body {
                Body::File { now, safe, dirty } => {
                    now.clone_from(safe);
                    dirty.clear();
                }
                Body::Folder { now, safe } => now.clone_from(safe),
            }
        }
    }

    /// The power is back: nodes without a name are nobody's any more.
    pub fn restore(&mut self) {
        let mut named = BTreeSet::from([ROOT]);
        let mut left = vec![ROOT];
        while let Some(folder) = left.pop() {
            let inside: Vec<u64> = self.names(folder).into_iter().flatten().map(|(_, number)| *number).collect();
            left.extend(inside.into_iter().filter(|number| named.insert(*number)));
        }
        self.nodes.retain(|number, _| named.contains(number));
        self.is_off = false;
    }

    /// How much would be lost now: pages of files and folders whose names changed. Files of shared memory (`-shm`), which
    /// nobody means to keep, are not counted.
    pub fn unsafe_pages(&self) -> usize {
        let folders = self.nodes.values().filter_map(|node| match &node.body {
            Body::Folder { now, safe } => Some((now, safe)),
            Body::File { .. } => None,
        });
        let pages = |number: &u64| match self.nodes.get(number).map(|node| &node.body) {
            Some(Body::File { dirty, .. }) => dirty.len(),
            Some(Body::Folder { .. }) | None => 0,
        };
        let of_folder = |(now, safe): (&Names, &Names)| {
            let meant = now.iter().filter(|(name, _)| !name.as_encoded_bytes().ends_with(b"-shm"));
            usize::from(now != safe) + meant.map(|(_, number)| pages(number)).sum::<usize>()
        };
        folders.map(of_folder).sum()
    }
}

fn keep(now: &[u8], safe: &mut Vec<u8>, from: usize, size: usize) {
    let until = (from + size).min(now.len());
    if from < until {
        if safe.len() < until {
            safe.resize(until, 0);
        }
        safe[from..until].copy_from_slice(&now[from..until]);
    }
}

fn write_back(body: &mut Body, chance: &mut Chance) {
    match body {
        Body::File { now, safe, dirty } => {
            let torn = chance.below(dirty.len() as u64 + 1) as usize;
            for (at, page) in dirty.iter().enumerate() {
                match chance.below(2) {
                    _ if at == torn => keep(now, safe, page * PAGE, SECTOR * (1 + chance.below(7) as usize)),
                    0 => keep(now, safe, page * PAGE, PAGE),
                    _ => {}
                }
            }
        }
        Body::Folder { now, safe } => {
            let names: BTreeSet<OsString> = now.keys().chain(safe.keys()).cloned().collect();
            for name in names {
                match now.get(&name) {
                    _ if chance.below(2) == 0 => {}
                    Some(number) => drop(safe.insert(name, *number)),
                    None => drop(safe.remove(&name)),
                }
            }
        }
    }
}

/// SplitMix64: a seed says everything.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(disk: &mut Disk) -> u64 {
        let owner = Owner { perm: 0o644, uid: 0, gid: 0 };
        disk.make(ROOT, OsStr::new("a"), empty_file(), &owner).unwrap()
    }

    #[test]
    fn only_what_was_synced_is_left() {
        let mut disk = Disk::new();
        let number = file(&mut disk);
        disk.sync(ROOT);
        disk.write(number, 0, b"kept").unwrap();
        disk.sync(number);
        disk.write(number, 2, b"lost and more").unwrap();
        disk.cut(None);
        assert_eq!(disk.read(number, 0, 100), Some(&b"kept"[..]));
    }

    #[test]
    fn a_name_is_lost_with_its_folder() {
        let mut disk = Disk::new();
        let number = file(&mut disk);
        disk.write(number, 0, b"kept").unwrap();
        disk.sync(number);
        disk.cut(None);
        disk.restore();
        assert_eq!(disk.find(ROOT, OsStr::new("a")), None);
        assert!(disk.node(number).is_none());
    }

    #[test]
    fn a_shorter_file_is_short_once_that_is_synced() {
        let mut disk = Disk::new();
        let number = file(&mut disk);
        disk.sync(ROOT);
        disk.write(number, 0, &[7; 3 * PAGE]).unwrap();
        disk.sync(number);
        disk.resize(number, PAGE + 1).unwrap();
        disk.cut(None);
        assert_eq!(disk.read(number, 0, 4 * PAGE).unwrap().len(), 3 * PAGE);
        disk.is_off = false;
        disk.resize(number, PAGE + 1).unwrap();
        disk.sync(number);
        disk.cut(None);
        assert_eq!(disk.read(number, 0, 4 * PAGE), Some(&[7; PAGE + 1][..]));
    }

    #[test]
    fn what_got_there_by_itself_is_a_choice_of_the_seed() {
        let mut left = BTreeSet::new();
        for seed in 0..20 {
            let mut disk = Disk::new();
            let number = file(&mut disk);
            disk.sync(ROOT);
            disk.sync(number);
            disk.write(number, 0, &[7; 3 * PAGE]).unwrap();
            disk.cut(Some(seed));
            left.insert(disk.read(number, 0, 4 * PAGE).unwrap().to_vec());
        }
        assert!(left.len() > 5, "{} different ends", left.len());
    }
}
