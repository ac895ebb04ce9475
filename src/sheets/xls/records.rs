//! The records of which a binary workbook is a sequence (MS-XLS): a type, a length, that many bytes.

use super::super::SheetError;
use super::super::limits;

pub(super) const DAMAGED: SheetError = SheetError::Damaged("a record of it cannot be read");
const CONTINUE: u16 = 0x3C;

/// A record with those that continue it.
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    parts: Vec<&'a [u8]>,
}

/// The records from a place on.
pub(super) struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    pub(super) fn from(stream: &'a [u8], at: usize) -> Result<Self, SheetError> {
        Ok(Self { rest: stream.get(at..).ok_or(DAMAGED)? })
    }

    /// How many bytes are still to come.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn next(&mut self) -> Result<Option<Record<'a>>, SheetError> {
        let Some((kind, first)) = self.take()? else { return Ok(None) };
        let mut parts = vec![first];
        while self.rest.starts_with(&CONTINUE.to_le_bytes())
            && let Some((_, part)) = self.take()?
        {
            parts.push(part);
        }
        Ok(Some(Record { kind, parts }))
    }

    fn take(&mut self) -> Result<Option<(u16, &'a [u8])>, SheetError> {
        let Some((head, rest)) = self.rest.split_first_chunk::<4>() else { return Ok(None) };
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (data, rest) = rest.split_at_checked(length).ok_or(DAMAGED)?;
        self.rest = rest;
        Ok(Some((u16::from_le_bytes([head[0], head[1]]), data)))
    }
}

impl<'a> Record<'a> {
    pub(super) fn reader(&self) -> Fields<'_> {
        Fields { rest: self.parts[0], further: &self.parts[1..] }
    }
}

/// The fields of a record, one after the other.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    further: &'a [&'a [u8]],
}

impl Fields<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], SheetError> {
        if self.rest.is_empty() {
            self.turn();
        }
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(DAMAGED)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// Goes on in the next part of the record.
    fn turn(&mut self) -> bool {
        let Some((next, further)) = self.further.split_first() else { return false };
        (self.rest, self.further) = (next, further);
        true
    }

    pub(super) fn u8(&mut self) -> Result<u8, SheetError> {
        Ok(self.bytes::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, SheetError> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, SheetError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub(super) fn eight(&mut self) -> Result<[u8; 8], SheetError> {
        self.bytes()
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn skip(&mut self, mut count: usize) -> Result<(), SheetError> {
        while count > 0 {
            let step = count.min(self.rest.len());
            self.rest = &self.rest[step..];
            count -= step;
            if count > 0 && !self.turn() {
                return Err(DAMAGED);
            }
        }
        Ok(())
    }

    /// A text whose length was read before: a byte of flags, the characters, then its formatting, which is skipped.
    /// Where a text is continued in a further part, that part begins with the flag of its width.
    pub(super) fn text(&mut self, length: usize) -> Result<String, SheetError> {
        let flags = self.u8()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let phonetic = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let (mut wide, mut units) = (flags & 1 != 0, Vec::new());
        while units.len() < length {
            if self.rest.is_empty() {
                if !self.turn() {
                    return Err(DAMAGED);
                }
                wide = self.u8()? & 1 != 0;
            }
            units.push(if wide { self.u16()? } else { u16::from(self.u8()?) });
        }
        self.skip(runs * 4 + phonetic)?;
        let text = String::from_utf16_lossy(&units);
        if text.len() > limits::CELL_BYTES { Err(SheetError::TooMuch) } else { Ok(text) }
    }
}

/// The compressed number of MS-XLS 2.5.217: 30 bits of a whole number or of a float, perhaps hundredths.
pub(super) fn rk(bits: u32) -> f64 {
    let value = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from((bits as i32) >> 2),
    };
    if bits & 1 == 0 { value } else { value / 100.0 }
}
