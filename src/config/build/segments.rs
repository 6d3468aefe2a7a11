//! `segments:`: named conditions on one table. The conditions themselves are judged once they are planned.

use super::super::project::{Segment, Segments};
use super::super::raw::segment::RawSegments;
use super::{Pass, Place};

/// Checks the segments of a pipeline.
pub fn segments(raw: RawSegments, place: Place<'_>, pass: &mut Pass<'_>) -> Option<Segments> {
    let from = pass.table(&raw.from, place.key("from"));
    if raw.members.is_empty() {
        pass.error(
            place.key("members").key_at(),
            "`members` names no segment",
            "add a segment with `description`, `kind` and `where`",
        );
    }
    let mut members = Vec::with_capacity(raw.members.len());
    for (name, segment) in raw.members {
        let place = place.key("members").key(&name);
        let before = pass.count();
        pass.snake_case(&name, place.key_at());
        let condition = pass.sql(&segment.condition, place.key("where"));
        if pass.count() > before {
            continue;
        }
        members.push(Segment {
            name,
            description: segment.description,
            kind: segment.kind,
            condition,
            at: place.key_at(),
        });
    }
    Some(Segments { from: from?, revenue: raw.revenue, members, at: place.key_at() })
}
