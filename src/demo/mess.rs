//! Which rows break the contract, and how. By count, never by chance: the share of rejects is the same at every size.

/// What is wrong with a row.
#[derive(Debug, Clone, Copy)]
pub enum Corruption {
    /// A field holds this instead.
    Replace(usize, &'static str),
    /// The line stops after two fields.
    Short,
    /// The line has two fields too many.
    Long,
}

/// How the rows of one source break.
#[derive(Debug, Clone, Copy)]
pub struct Mess {
    /// Rows added that no reader may load.
    pub rows: &'static [Corruption],
    /// Cells spoiled in rows that load all the same.
    pub cells: &'static [Corruption],
    /// An optional column that some files lack.
    pub absent: Option<usize>,
}

/// One row in this many is followed by a broken one.
const BROKEN_EVERY: u64 = 401;
/// One row in this many has a spoiled cell.
const SPOILED_EVERY: u64 = 251;

impl Mess {
    pub const NONE: Self = Self { rows: &[], cells: &[], absent: None };

    /// What follows the row with this number.
    pub fn broken_row(&self, row: u64) -> Option<Corruption> {
        every(BROKEN_EVERY, row, self.rows)
    }

    /// What becomes of a cell of the row with this number.
    pub fn spoiled_cell(&self, row: u64) -> Option<Corruption> {
        every(SPOILED_EVERY, row, self.cells)
    }
}

/// True for one row in some hundreds; for sources that are not delimited text.
pub fn is_broken(row: u64) -> bool {
    row % BROKEN_EVERY == BROKEN_EVERY - 1
}

fn every(period: u64, row: u64, kinds: &[Corruption]) -> Option<Corruption> {
    if kinds.is_empty() || row % period != period - 1 {
        return None;
    }
    kinds.get((row / period) as usize % kinds.len()).copied()
}
