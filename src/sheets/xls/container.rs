//! The compound file in which old binary workbooks lie: a small file system of sectors (MS-CFB). Every number in it is
//! checked before it is followed, and no chain is followed further than the file has sectors.

use super::super::SheetError;

const DAMAGED: SheetError = SheetError::Damaged("its container cannot be read");
/// From here on, sector numbers mean something else: free, end of chain, tables.
const SPECIAL: u32 = 0xFFFF_FFFA;
const ENTRY_BYTES: usize = 128;

/// A file in the container.
struct Entry {
    name: String,
    /// 1 folder, 2 file, 5 root.
    kind: u8,
    start: u32,
    bytes: usize,
}

struct Container<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    next: Vec<u32>,
}

/// The stream of a workbook.
pub(super) fn workbook(bytes: &[u8]) -> Result<Vec<u8>, SheetError> {
    let sector_bytes = match u16_at(bytes, 30)? {
        9 => 512,
        12 => 4096,
        _ => return Err(DAMAGED),
    };
    let mut container = Container { bytes, sector_bytes, next: Vec::new() };
    container.next = container.table()?;
    let entries = entries(&container.chain(u32_at(bytes, 48)?)?);
    check(&entries)?;
    let Some(book) = entries.iter().find(|entry| entry.kind == 2 && entry.name == "Workbook") else {
        return Err(match entries.iter().any(|entry| entry.name == "Book") {
            true => SheetError::OtherForm("a workbook of Excel 95 or older"),
            false => SheetError::NotATable("a document of another program"),
        });
    };
    let mut stream = match book.bytes < usize::try_from(u32_at(bytes, 56)?).unwrap_or(0) {
        true => container.small(&entries, book)?,
        false => container.chain(book.start)?,
    };
    if stream.len() < book.bytes {
        return Err(DAMAGED);
    }
    stream.truncate(book.bytes);
    Ok(stream)
}

/// Refuses what the names of the other files in the container give away.
fn check(entries: &[Entry]) -> Result<(), SheetError> {
    for entry in entries {
        match entry.name.as_str() {
            "EncryptedPackage" => return Err(SheetError::Protected),
            "_VBA_PROJECT_CUR" | "_VBA_PROJECT" | "VBA" | "Macros" => return Err(SheetError::Macros),
            "WordDocument" | "PowerPoint Document" => {
                return Err(SheetError::NotATable("a text document or a presentation"));
            }
            name if name.starts_with("MBD") => return Err(SheetError::Embedded(name.to_owned())),
            _ => {}
        }
    }
    Ok(())
}

impl Container<'_> {
    fn sector(&self, number: u32) -> Result<&[u8], SheetError> {
        let start = (number as usize).checked_add(1).and_then(|at| at.checked_mul(self.sector_bytes)).ok_or(DAMAGED)?;
        // The last sector of a file may be cut short.
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty()).ok_or(DAMAGED)?;
        Ok(&rest[..rest.len().min(self.sector_bytes)])
    }

    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector_bytes + 1
    }

    /// For each sector the next one of its chain.
    fn table(&self) -> Result<Vec<u32>, SheetError> {
        let mut places: Vec<u32> = numbers(self.bytes.get(76..512).ok_or(DAMAGED)?).collect();
        let mut further = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while further < SPECIAL {
            let mut list: Vec<u32> = numbers(self.sector(further)?).collect();
            further = list.pop().ok_or(DAMAGED)?;
            places.extend(list);
            steps += 1;
            if steps > self.sectors() {
                return Err(DAMAGED);
            }
        }
        let mut next = Vec::new();
        for place in places.into_iter().filter(|place| *place < SPECIAL) {
            next.extend(numbers(self.sector(place)?));
            if next.len() > self.sectors() + self.sector_bytes {
                break;
            }
        }
        Ok(next)
    }

    fn chain(&self, start: u32) -> Result<Vec<u8>, SheetError> {
        let (mut found, mut at, mut steps) = (Vec::new(), start, 0);
        while at < SPECIAL {
            found.extend_from_slice(self.sector(at)?);
            at = *self.next.get(at as usize).ok_or(DAMAGED)?;
            steps += 1;
            if steps > self.sectors() {
                return Err(DAMAGED);
            }
        }
        Ok(found)
    }

    /// Small files share the sectors of a file of their own, the root's.
    fn small(&self, entries: &[Entry], entry: &Entry) -> Result<Vec<u8>, SheetError> {
        const SMALL_BYTES: usize = 64;
        let root = entries.iter().find(|entry| entry.kind == 5).ok_or(DAMAGED)?;
        let shared = self.chain(root.start)?;
        let next: Vec<u32> = numbers(&self.chain(u32_at(self.bytes, 60)?)?).collect();
        let (mut found, mut at) = (Vec::new(), entry.start);
        while at < SPECIAL && found.len() < entry.bytes {
            let start = (at as usize).checked_mul(SMALL_BYTES).ok_or(DAMAGED)?;
            found.extend_from_slice(shared.get(start..start + SMALL_BYTES).ok_or(DAMAGED)?);
            at = *next.get(at as usize).ok_or(DAMAGED)?;
        }
        Ok(found)
    }
}

fn entries(directory: &[u8]) -> Vec<Entry> {
    let entry = |bytes: &[u8]| {
        let units: Vec<u16> = bytes[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let name = String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned();
        let size = u32_at(bytes, 120).map_or(0, |size| size as usize);
        Entry { name, kind: bytes[66], start: u32_at(bytes, 116).unwrap_or(u32::MAX), bytes: size }
    };
    directory.chunks_exact(ENTRY_BYTES).filter(|bytes| bytes[66] != 0).map(entry).collect()
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, SheetError> {
    let two = bytes.get(at..at + 2).ok_or(DAMAGED)?;
    Ok(u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, SheetError> {
    bytes.get(at..at + 4).and_then(|four| numbers(four).next()).ok_or(DAMAGED)
}
