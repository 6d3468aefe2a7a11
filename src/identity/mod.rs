//! Records → people and organisations: keys, guards, probabilistic matching, clusters, ids that last. Pure: arrays in,
//! arrays out; the same records give the same ids whatever their order and the number of cores.
//!
//! In reading order: [`kind`] what attributes mean · [`records`] text as numbers · [`prepare`] records in order · [`guard`] values that mean nobody ·
//! [`blocking`] what is compared · [`matching`] how alike pairs are and what that is worth · [`evidence`] pairs →
//! edges · [`group`] edges → customers · `carry` customers → ids · `history` ids → the map. What is asked of the result:
//! [`profile`] · [`inquiry`] · [`measure`], [`ladder`], [`evaluation`] how good it is · [`waterfall`], [`why`], [`hold`],
//! [`chronicle`] why it is so · [`review`] what to look at.

mod alias;
pub mod blocking;
mod carry;
pub mod chronicle;
pub mod cluster;
pub mod columns;
pub mod evaluation;
pub mod evidence;
pub mod fold;
pub mod group;
mod guard;
mod history;
pub mod hold;
pub mod inquiry;
pub mod kind;
pub mod ladder;
pub mod level;
pub mod matching;
pub mod measure;
pub mod prepare;
pub mod profile;
pub mod records;
pub mod review;
pub mod similarity;
pub mod state;
mod tables;
pub mod waterfall;
pub mod why;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use thiserror::Error;

use crate::config::identity::Identity;
use crate::name::AsOf;
pub use alias::Alias;
use evidence::{Evidence, Train};
use group::{Groups, Method};
use history::{History, Today};
use prepare::Prepared;
pub use records::Records;
use state::{KeptEdge, Seen, State, StateTables};
pub use tables::{alias_schema, event_schema, map_schema, suspect_schema};

/// Why records could not be resolved. No message holds a value of a record.
#[derive(Debug, Error)]
pub enum IdentityError {
    #[error("the records have no column `{0}`")]
    MissingColumn(String),
    #[error("row {row} of the records has no `{column}`")]
    MissingKey { row: usize, column: &'static str },
    #[error("{0} records are more than one run can resolve")]
    TooManyRecords(usize),
    #[error("the blocking rule `{rule}` makes {pairs} pairs; `limits.rule_pairs` allows {most}")]
    RuleTooWide { rule: String, pairs: u64, most: u64 },
    #[error(
        "{changed} of {held} customer ids would merge, split or retire in one night, more than `limits.changed_ids` ({most}) allows"
    )]
    TooManyChanges { changed: usize, held: usize, most: f64 },
    #[error(
        "the last release holds no matching model for what `identity:` declares now; run `portrait run` first"
    )]
    NoModel,
    #[error("`{0}` is not a matching model for what `identity:` declares")]
    UnfitModel(String),
    #[error("row {0} of the truth gives a record to another person than an earlier row")]
    TwoPersons(usize),
    #[error("failed to write the model down")]
    Unwritable,
    #[error("failed to read the records")]
    Arrow(#[from] ArrowError),
}

/// What a night starts from; each may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Previous<'a> {
    /// `identity_map` as an earlier as-of date left it; a map that this very date left gives the same answer again.
    pub map: &'a [RecordBatch],
    pub aliases: &'a [RecordBatch],
    pub state: StateTables<'a>,
}

/// Who is who on one as-of date.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// [`map_schema`]: the whole history, this date's rows open.
    pub map: RecordBatch,
    /// [`event_schema`]: what happened to ids on this date.
    pub events: RecordBatch,
    /// [`suspect_schema`]: values that joined nobody because too many share them.
    pub suspects: RecordBatch,
    /// [`alias_schema`].
    pub aliases: RecordBatch,
    /// [`state::edge_schema`], [`state::state_schema`], [`state::model_schema`], [`state::frequency_schema`].
    pub edges: RecordBatch,
    pub state: RecordBatch,
    pub model: RecordBatch,
    pub frequencies: RecordBatch,
    /// Pairs that were scored.
    pub pairs: u64,
}

/// Joins records into customers; `memory_bytes` bounds what is remembered of similarities.
pub fn resolve(
    records: Records,
    declared: &Identity,
    previous: Previous<'_>,
    train: Train,
    memory_bytes: usize,
    as_of: AsOf,
) -> Result<Resolution, IdentityError> {
    let before = State::read(previous.state)?;
    let mut prepared = prepare::prepare(&records, declared)?;
    let (source, source_key, blocks) = records.into_names_and_blocks();
    let suspects = std::mem::take(&mut prepared.suspects);
    let comparers = prepared.comparers(memory_bytes);
    let sources = blocking::Sources {
        blocks: &blocks,
        row_of: &prepared.row_of,
        values: &prepared.values,
        attributes: &prepared.attributes,
    };
    let evidence = evidence::gather(&prepared, &comparers, &sources, declared, &before, train, as_of)?;
    drop(blocks);
    let scorer = prepared.scorer(&comparers, &evidence.weights);
    let groups = group::group(&prepared, &evidence, &scorer, declared, &before);
    drop((before, comparers));
    let empty = [RecordBatch::new_empty(map_schema())];
    let history = History::read(if previous.map.is_empty() { &empty } else { previous.map }, as_of)?;
    let held = history.before(&prepared.fingerprints);
    let mut carried = carry::carry(&carry::Start {
        roots: &groups.roots,
        fingerprints: &prepared.fingerprints,
        before: &held,
        previous_ids: &history.ids(),
        held: history.held(),
        as_of,
    });
    refuse_upheaval(&carried.events, history.held(), declared.settings.changed_ids)?;
    let causes = Causes { prepared: &prepared, evidence: &evidence, groups: &groups, declared };
    causes.explain(&mut carried.events, &held, &history.ids());
    let methods = method_names(declared);
    let today = Today {
        source: &source,
        source_key: &source_key,
        fingerprints: &prepared.fingerprints,
        row_of: &prepared.row_of,
        ties: &groups.ties,
        methods: &methods,
    };
    let (model, frequencies) = state::model_batches(evidence.trained.as_ref())?;
    let of_customers = || {
        let aliases = alias::aliases(previous.aliases, &carried.events, as_of)?;
        Ok::<_, IdentityError>((
            history.rewrite(&today, &carried, as_of)?,
            tables::events_batch(&carried.events, as_of)?,
            tables::aliases_batch(&aliases)?,
        ))
    };
    let of_matching = || {
        let edges = state::edge_batch(kept_edges(&prepared, &evidence))?;
        Ok::<_, IdentityError>((edges, state::state_batch(seen(&prepared, &evidence, &groups))?))
    };
    let (of_customers, of_matching) = rayon::join(of_customers, of_matching);
    let ((map, events, aliases), (edges, state)) = (of_customers?, of_matching?);
    Ok(Resolution {
        map,
        events,
        suspects: tables::suspects_batch(suspects)?,
        aliases,
        edges,
        state,
        model,
        frequencies,
        pairs: evidence.pairs,
    })
}

/// What pairs weigh where nothing is compared.
fn prior_without_model() -> matching::model::Weights {
    matching::model::Weights { prior: -20.0, comparisons: Vec::new() }
}

/// What `method` says in the map: by [`Tie`](group::Tie), and last of records alone.
fn method_names(declared: &Identity) -> Vec<String> {
    let keys = declared.keys.iter().map(|key| key.column.clone());
    keys.chain(["steward", "matched", "alone"].map(str::to_owned)).collect()
}

fn kept_edges<'a>(
    prepared: &'a Prepared,
    evidence: &'a Evidence,
) -> impl ExactSizeIterator<Item = KeptEdge> + Clone + 'a {
    let name = |record: u32| prepared.fingerprints[record as usize];
    let kept = move |edge: &matching::score::Edge| KeptEdge {
        a: name(edge.a),
        b: name(edge.b),
        weight: edge.weight,
        pattern: edge.pattern,
    };
    evidence.edges.iter().map(kept)
}

fn seen<'a>(
    prepared: &'a Prepared,
    evidence: &'a Evidence,
    groups: &'a Groups,
) -> impl ExactSizeIterator<Item = Seen> + Clone + 'a {
    let name = |record: u32| prepared.fingerprints[record as usize];
    let seen = move |record: usize| Seen {
        record: prepared.fingerprints[record],
        hash: evidence.hashes[record],
        component: name(groups.components[record]),
        group: name(groups.roots[record]),
    };
    (0..prepared.len()).map(seen)
}

/// A night that moves too many ids is more likely a fault than news. Few changes are always news.
fn refuse_upheaval(events: &[Event], held: &[bool], most: f64) -> Result<(), IdentityError> {
    const FEW: usize = 20;
    let held = held.iter().filter(|held| **held).count();
    let changes =
        |event: &&Event| matches!(event.kind, EventKind::Merged | EventKind::Split | EventKind::Retired);
    let changed = events.iter().filter(changes).count();
    if changed > FEW && changed as f64 > most * held as f64 {
        return Err(IdentityError::TooManyChanges { changed, held, most });
    }
    Ok(())
}

/// What made ids change.
struct Causes<'a> {
    prepared: &'a Prepared,
    evidence: &'a Evidence,
    groups: &'a Groups,
    declared: &'a Identity,
}

impl Causes<'_> {
    /// Says of each merge what now holds the two together: the strongest edge between their records, a key or a steward.
    fn explain(&self, events: &mut [Event], before: &[Option<carry::Before>], ids: &[&str]) {
        let mut strongest: std::collections::HashMap<(u32, u32), (f32, u64)> =
            std::collections::HashMap::new();
        let customers = |a: u32, b: u32| {
            let (a, b) = (before[a as usize]?.customer, before[b as usize]?.customer);
            (a != b).then_some((a.min(b), a.max(b)))
        };
        for edge in &self.evidence.edges {
            if self.groups.roots[edge.a as usize] == self.groups.roots[edge.b as usize]
                && let Some(customers) = customers(edge.a, edge.b)
            {
                let best = strongest.entry(customers).or_insert((f32::NEG_INFINITY, 0));
                if edge.weight > best.0 {
                    *best = (edge.weight, edge.pattern);
                }
            }
        }
        let decided: std::collections::HashSet<(u32, u32)> =
            self.prepared.same.iter().filter_map(|(a, b)| customers(*a, *b)).collect();
        let number = |id: &str| ids.binary_search(&id).ok().map(|at| at as u32);
        for event in events.iter_mut().filter(|event| event.kind == EventKind::Merged) {
            let other = event.other.as_deref().and_then(number);
            let Some((a, b)) = number(&event.customer_id).zip(other) else { continue };
            let pair = (a.min(b), a.max(b));
            event.cause = if decided.contains(&pair) {
                Some("a steward says that records of both are the same".to_owned())
            } else {
                strongest.get(&pair).map(|(weight, pattern)| {
                    format!("records of both match at {weight:.1} bits: {}", self.agreeing(*pattern))
                })
            };
        }
    }

    /// The attributes in which a pair agrees or nearly does.
    fn agreeing(&self, pattern: u64) -> String {
        let agrees = |(at, comparison): (usize, &matching::compare::Comparison)| {
            let level = matching::score::level_in(pattern, at);
            let alike = level != matching::compare::MISSING && level != comparison.differs();
            alike.then(|| self.declared.attributes.get(at).map_or("", |attribute| attribute.column.as_str()))
        };
        let names: Vec<&str> = self.prepared.comparisons.iter().enumerate().filter_map(agrees).collect();
        if names.is_empty() { "nothing agrees".to_owned() } else { format!("{} agree", names.join(", ")) }
    }
}

/// A key value that joins nobody.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspect {
    key: String,
    value_hash: String,
    records: usize,
    names: Option<usize>,
    reason: SuspectReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SuspectReason {
    TooManyRecords,
    TooManyNames,
}

/// Something that happened to a customer id.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    customer_id: String,
    kind: EventKind,
    other: Option<String>,
    /// What made it happen, where it is known.
    cause: Option<String>,
}

impl Event {
    fn reason(&self) -> &str {
        self.cause.as_deref().unwrap_or(match self.kind {
            EventKind::Minted => "new records",
            EventKind::Returned => "records that came back",
            EventKind::Merged => "its records now hang together with those of the other",
            EventKind::Split => "its records no longer hang together with those of the other",
            EventKind::Retired => "no records left",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EventKind {
    Minted,
    Returned,
    Merged,
    Split,
    Retired,
}

impl EventKind {
    fn event(self) -> &'static str {
        match self {
            Self::Minted | Self::Returned => "minted",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Retired => "retired",
        }
    }
}

/// Where a method's name stands among [`method_names`].
fn method_at(method: Option<Method>, keys: usize) -> usize {
    match method {
        Some(Method::Key(at)) => usize::from(at),
        Some(Method::Steward) => keys,
        Some(Method::Matched) => keys + 1,
        None => keys + 2,
    }
}
