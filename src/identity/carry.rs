//! Which customer id each component goes by: carried over from before where its records had one, else a new one.

use hashbrown::HashSet;
use rayon::prelude::*;

use super::columns::Fingerprint;
use super::{Event, EventKind};
use crate::name::AsOf;

/// A record's customer before: a number into the sorted previous ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    pub customer: u32,
    /// Whether the record still belonged to it; else it is what it last belonged to.
    pub open: bool,
}

/// A customer id: one of the previous ones or one of the minted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerRef {
    Previous(u32),
    Minted(u32),
}

/// Every component's id.
pub struct Carried {
    /// By record: the customer.
    pub customer_of: Vec<CustomerRef>,
    pub minted: Vec<String>,
    pub events: Vec<Event>,
}

/// What carrying over starts from.
pub struct Start<'a> {
    /// By record, in the order of fingerprints: the smallest record of its component.
    pub roots: &'a [u32],
    pub fingerprints: &'a [Fingerprint],
    pub before: &'a [Option<Before>],
    /// All ids there have ever been, sorted.
    pub previous_ids: &'a [&'a str],
    /// Which of them had a record until now.
    pub held: &'a [bool],
    pub as_of: AsOf,
}

/// How many records of a component had a customer.
struct Claim {
    root: u32,
    customer: u32,
    open: u32,
    closed: u32,
}

/// Gives each component the previous id with the largest overlap (ties: the smallest id), each id to one component only,
/// and mints an id for those that get none.
pub fn carry(start: &Start) -> Carried {
    let claims = claims(start);
    let mut owner: Vec<Option<u32>> = vec![None; start.previous_ids.len()];
    let mut taken: Vec<Option<u32>> = vec![None; start.roots.len()];
    for claim in &claims {
        if let (Some(owner), Some(taken)) =
            (owner.get_mut(claim.customer as usize), taken.get_mut(claim.root as usize))
            && owner.is_none()
            && taken.is_none()
        {
            *owner = Some(claim.root);
            *taken = Some(claim.customer);
        }
    }
    let (minted, minted_of) = mint(start, &taken);
    let customer_of_root = |root: u32| match taken.get(root as usize).copied().flatten() {
        Some(customer) => CustomerRef::Previous(customer),
        None => CustomerRef::Minted(minted_of.get(root as usize).copied().unwrap_or(0)),
    };
    let name = |customer: CustomerRef| match customer {
        CustomerRef::Previous(customer) => {
            start.previous_ids.get(customer as usize).copied().unwrap_or("").to_owned()
        }
        CustomerRef::Minted(minted_id) => minted.get(minted_id as usize).cloned().unwrap_or_default(),
    };
    let events = events(start, &claims, &taken, &owner, &|root| name(customer_of_root(root)));
    Carried { customer_of: start.roots.iter().map(|root| customer_of_root(*root)).collect(), minted, events }
}

/// All claims, the strongest first; ids that nobody holds any more are claimed only after those that are held.
fn claims(start: &Start) -> Vec<Claim> {
    let records = start.roots.iter().zip(start.before);
    let mut votes: Vec<(u32, u32, bool)> = records
        .filter_map(|(root, before)| before.map(|before| (*root, before.customer, before.open)))
        .collect();
    votes.sort_unstable();
    let mut claims: Vec<Claim> = votes
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter_map(|votes| {
            let (root, customer, _) = *votes.first()?;
            let open = votes.iter().filter(|(.., open)| *open).count() as u32;
            Some(Claim { root, customer, open, closed: votes.len() as u32 - open })
        })
        .collect();
    // An id that is still held is never taken by records that had left it.
    let held = |customer: u32| start.held.get(customer as usize).copied().unwrap_or(false);
    claims.retain(|claim| claim.open > 0 || !held(claim.customer));
    claims.sort_unstable_by_key(|claim| {
        (std::cmp::Reverse(claim.open), std::cmp::Reverse(claim.closed), claim.customer, claim.root)
    });
    claims
}

/// New ids for components without one, from the smallest record and the as-of date.
fn mint(start: &Start, taken: &[Option<u32>]) -> (Vec<String>, Vec<u32>) {
    let mut minted: Vec<String> = Vec::new();
    let mut minted_of = vec![0_u32; start.roots.len()];
    let mut known: HashSet<u64> =
        start.previous_ids.iter().filter_map(|id| u64::from_str_radix(id, 16).ok()).collect();
    let day = start.as_of.to_string();
    let id = |record: usize, attempt: u32| {
        let seed = start.fingerprints[record].digits();
        Fingerprint::of(&["customer", &seed, &day, &attempt.to_string()]).high()
    };
    let fresh = |record: &usize| start.roots[*record] as usize == *record && taken[*record].is_none();
    let fresh: Vec<usize> = (0..start.roots.len()).into_par_iter().filter(fresh).collect();
    let wanted: Vec<u64> = fresh.par_iter().map(|record| id(*record, 0)).collect();
    known.reserve(fresh.len());
    minted.reserve(fresh.len());
    for (record, mut wanted) in fresh.into_iter().zip(wanted) {
        let mut attempt = 0;
        while !known.insert(wanted) {
            attempt += 1;
            wanted = id(record, attempt);
        }
        minted_of[record] = minted.len() as u32;
        minted.push(format!("{wanted:016x}"));
    }
    (minted, minted_of)
}

fn events(
    start: &Start,
    claims: &[Claim],
    taken: &[Option<u32>],
    owner: &[Option<u32>],
    id_of: &dyn Fn(u32) -> String,
) -> Vec<Event> {
    let mut events = Vec::new();
    // The strongest claim on each held id shows where most of its records are now; the strongest of each root, whence.
    let mut heir: Vec<Option<u32>> = vec![None; start.previous_ids.len()];
    let mut origin: Vec<Option<u32>> = vec![None; start.roots.len()];
    for claim in claims.iter().filter(|claim| claim.open > 0) {
        if let Some(heir) = heir.get_mut(claim.customer as usize) {
            heir.get_or_insert(claim.root);
        }
        if let Some(origin) = origin.get_mut(claim.root as usize) {
            origin.get_or_insert(claim.customer);
        }
    }
    let previous =
        |customer: u32| start.previous_ids.get(customer as usize).copied().unwrap_or("").to_owned();
    for (record, root) in start.roots.iter().enumerate() {
        if *root as usize != record {
            continue;
        }
        let came_from = origin.get(record).copied().flatten();
        match (taken.get(record).copied().flatten(), came_from) {
            (None, Some(origin)) => {
                events.push(Event {
                    customer_id: id_of(*root),
                    kind: EventKind::Split,
                    other: Some(previous(origin)),
                    cause: None,
                });
            }
            (None, None) => events.push(Event {
                customer_id: id_of(*root),
                kind: EventKind::Minted,
                other: None,
                cause: None,
            }),
            (Some(customer), _) if !start.held.get(customer as usize).copied().unwrap_or(false) => {
                events.push(Event {
                    customer_id: id_of(*root),
                    kind: EventKind::Returned,
                    other: None,
                    cause: None,
                });
            }
            (Some(_), _) => {}
        }
    }
    for (customer, held) in start.held.iter().enumerate() {
        if !held || owner.get(customer).copied().flatten().is_some() {
            continue;
        }
        let lost = previous(customer as u32);
        events.push(match heir.get(customer).copied().flatten() {
            Some(root) => {
                Event { customer_id: lost, kind: EventKind::Merged, other: Some(id_of(root)), cause: None }
            }
            None => Event { customer_id: lost, kind: EventKind::Retired, other: None, cause: None },
        });
    }
    events.par_sort_unstable();
    events
}
