//! Cheap random numbers that never change between releases of a library: the files must be the same bytes for ever.

/// SplitMix64 (Steele, Lea, Flood 2014). One per entity and purpose, so that no draw depends on another's.
#[derive(Debug, Clone)]
pub struct Rng(u64);

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub enum Purpose {
    Block = 1,
    Household,
    Entity,
    Contact,
    Account,
    Card,
    Touch,
    Order,
    Receipt,
    Event,
    Survey,
    Ticket,
    Catalogue,
    Campaign,
    Money,
    Market,
    Store,
}

impl Rng {
    /// The stream of one purpose for one index.
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut rng =
            Self(seed ^ (purpose as u64).wrapping_mul(0xd6e8_feb8_6659_fd93) ^ index.rotate_left(17));
        rng.0 = rng.draw() ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        rng
    }

    /// A stream that starts where this one stands.
    pub fn fork(&mut self) -> Self {
        Self(self.draw())
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in `0..limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        (((self.draw() >> 32) * u64::from(limit)) >> 32) as u32
    }

    /// Uniform in `low..high`.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low).max(1) as u32) as i32
    }

    /// True `permille` times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// Uniform in `(0, 1)`.
    pub fn unit(&mut self) -> f64 {
        ((self.draw() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -self.unit().ln()
    }

    pub fn pick<'items, T>(&mut self, items: &'items [T]) -> &'items T {
        &items[self.below(items.len() as u32) as usize]
    }

    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u32) as usize]
    }

    /// Picks with a preference for the front: the most common names come first in their tables.
    pub fn pick_early<'items, T>(&mut self, items: &'items [T]) -> &'items T {
        let limit = items.len() as u32;
        &items[self.below(limit).min(self.below(limit)) as usize]
    }
}

/// A number below `modulus` that stands for `index` and no other, in no visible order. `modulus` has no factors but 2 and 5.
pub fn scatter(index: u64, modulus: u64) -> u64 {
    // 2654435761 ends in 1: it shares no factor with the modulus, so the map is one to one.
    ((u128::from(index) * 2_654_435_761 + 104_729) % u128::from(modulus)) as u64
}
