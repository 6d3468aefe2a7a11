//! Connected components of numbered records. Never knows why two are joined.

/// Sets of records that grow together; every set goes by its smallest member, so that the order of joins never shows.
#[derive(Debug)]
pub struct Clusters {
    parent: Vec<u32>,
}

impl Clusters {
    /// Every record alone.
    pub fn new(records: usize) -> Self {
        Self { parent: (0..u32::try_from(records).unwrap_or(u32::MAX)).collect() }
    }

    /// The smallest member of a record's set.
    pub fn root(&mut self, record: u32) -> u32 {
        let mut at = record;
        loop {
            let parent = self.parent_of(at);
            if parent == at {
                return at;
            }
            let grandparent = self.parent_of(parent);
            if let Some(slot) = self.parent.get_mut(at as usize) {
                *slot = grandparent;
            }
            at = grandparent;
        }
    }

    /// Makes one set of two.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.parent.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }

    /// The smallest member of each record's set.
    pub fn roots(mut self) -> Vec<u32> {
        // A parent is never larger than its child, so one ascending pass settles all.
        for record in 0..self.parent.len() {
            let parent = self.parent.get(record).copied().unwrap_or(0);
            let root = self.parent_of(parent);
            if let Some(slot) = self.parent.get_mut(record) {
                *slot = root;
            }
        }
        self.parent
    }

    fn parent_of(&self, record: u32) -> u32 {
        self.parent.get(record as usize).copied().unwrap_or(record)
    }
}
