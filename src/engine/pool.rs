//! The memory of a session, shared out among the operators of all its queries.

use std::collections::HashSet;
use std::fmt::{Debug, Display, Formatter};
use std::sync::{Mutex, MutexGuard, PoisonError};

use datafusion::common::{DataFusionError, human_readable_size};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};

use super::grace::PIECES;

/// Fair shares for operators that can spill, as in DataFusion's `FairSpillPool`, with these differences.
///
/// A share is what an operator gets in any case. Together shares are five eighths of what is left by those that cannot
/// spill: a sort that spills needs nearly as much again to merge what it holds. An operator gets more while half of the
/// pool stays free; and one that holds next to nothing gets what is free: it has let go of its rows to sort and spill
/// them, and needs memory for that.
///
/// First halves of aggregations get little: refused, they pass on the groups that they have and begin anew. Where groups
/// are many they would else hold as much as the second halves do.
///
/// Sorts together get little, and so do the pieces of stages: what they write aside is soon read again, from the
/// machine's cache where that is free, and memory that they leave is anybody's.
///
/// Exchanges are never refused. A `RepartitionExec` that is refused memory writes its batches to disk, and in DataFusion
/// 55 one that does so from two inputs at once can wait for itself for ever (apache/datafusion#24883, mended in 56). So
/// here it always gets what it asks for, and what is on its way from one operator to the next is not counted: it is what
/// a session's reserve is for.
#[derive(Debug)]
pub struct FairPool {
    limit: usize,
    /// What sorts get together, and pieces.
    aside: usize,
    held: Mutex<Held>,
}

/// What the operators hold.
#[derive(Debug, Default)]
struct Held {
    /// How many operators have a share, and how many of them sort.
    spillers: usize,
    sorts: usize,
    /// Bytes of pieces, of others that can spill, of those that cannot.
    pieces: usize,
    spillable: usize,
    fixed: usize,
    /// First halves of aggregations that were told to pass on what they have, and have not yet.
    told: HashSet<usize>,
}

impl Held {
    /// Where an operator's memory is counted, if it is.
    fn part(&mut self, consumer: &MemoryConsumer) -> Option<&mut usize> {
        match consumer {
            _ if is_exchange(consumer) => None,
            _ if is_pieces(consumer) => Some(&mut self.pieces),
            _ if takes_a_share(consumer) => Some(&mut self.spillable),
            _ => Some(&mut self.fixed),
        }
    }

    fn all(&self) -> usize {
        self.pieces + self.spillable + self.fixed
    }
}

/// What the first half of an aggregation holds at most, in bytes: some hundred thousand groups.
const FIRST_HALF: usize = 32 << 20;

/// What sorts, and pieces, get together: this part of the pool, or as many bytes where that is less than another part.
const ASIDE: usize = 32;
const LEAST_ASIDE: usize = 64 << 20;
const MOST_ASIDE: usize = 8;

impl FairPool {
    /// A pool of so many bytes.
    pub fn new(limit: usize) -> Self {
        let aside = (limit / ASIDE).max(LEAST_ASIDE.min(limit / MOST_ASIDE));
        Self { limit, aside, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(
        &self,
        reservation: &MemoryReservation,
        additional: usize,
        available: usize,
    ) -> DataFusionError {
        DataFusionError::ResourcesExhausted(format!(
            "{} needs {} more than the {} it has; {} of {} are left for it",
            reservation.consumer().name(),
            human_readable_size(additional),
            human_readable_size(reservation.size()),
            human_readable_size(available),
            human_readable_size(self.limit),
        ))
    }
}

fn is_exchange(consumer: &MemoryConsumer) -> bool {
    consumer.name().starts_with("RepartitionExec")
}

fn is_first_half(consumer: &MemoryConsumer) -> bool {
    consumer.name().starts_with("PartialHashAggregateStream")
}

fn is_sort(consumer: &MemoryConsumer) -> bool {
    consumer.name().starts_with("ExternalSorter[")
}

fn is_pieces(consumer: &MemoryConsumer) -> bool {
    consumer.name() == PIECES
}

fn takes_a_share(consumer: &MemoryConsumer) -> bool {
    consumer.can_spill() && !is_exchange(consumer) && !is_pieces(consumer)
}

impl MemoryPool for FairPool {
    fn name(&self) -> &str {
        "fair"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        let mut held = self.held();
        held.spillers += usize::from(takes_a_share(consumer));
        held.sorts += usize::from(is_sort(consumer));
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        let mut held = self.held();
        held.spillers -= usize::from(takes_a_share(consumer));
        held.sorts -= usize::from(is_sort(consumer));
        held.told.remove(&consumer.id());
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        if let Some(part) = self.held().part(reservation.consumer()) {
            *part += additional;
        }
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        let mut held = self.held();
        held.told.remove(&reservation.consumer().id());
        if let Some(part) = held.part(reservation.consumer()) {
            *part -= shrink;
        }
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<(), DataFusionError> {
        let consumer = reservation.consumer();
        if is_exchange(consumer) {
            return Ok(());
        }
        let mut held = self.held();
        let free = self.limit.saturating_sub(held.all());
        if is_pieces(consumer) {
            let left = self.aside.saturating_sub(held.pieces).min(free);
            if additional > left {
                return Err(self.refuse(reservation, additional, left));
            }
            held.pieces += additional;
        } else if takes_a_share(consumer) {
            let share = self.limit.saturating_sub(held.fixed) / 8 * 5 / held.spillers.max(1);
            let wanted = reservation.size() + additional;
            // One that still wants more when it has passed everything on has a group that large: it gets its share.
            if is_first_half(consumer) && wanted > FIRST_HALF.min(share) && held.told.insert(consumer.id()) {
                return Err(self.refuse(reservation, additional, 0));
            }
            if is_sort(consumer) && reservation.size() > self.aside / held.sorts.max(1) {
                return Err(self.refuse(reservation, additional, 0));
            }
            let spare = free.saturating_sub(self.limit / 2);
            let sorts = reservation.size() < share / 8 && additional <= free;
            if wanted > share && additional > spare && !sorts {
                return Err(self.refuse(reservation, additional, share.saturating_sub(reservation.size())));
            }
            held.spillable += additional;
        } else {
            if additional > free {
                return Err(self.refuse(reservation, additional, free));
            }
            held.fixed += additional;
        }
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.held().all()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit)
    }
}

impl Display for FairPool {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "fair({})", human_readable_size(self.limit))
    }
}
