//! Local times of a zone → instants. A zone's offset is looked up once for each stretch of six hours.

use chrono::{DateTime, LocalResult, Offset, TimeZone};
use chrono_tz::Tz;

use super::moment::Moment;
use crate::source::reject::Reason;

const STRETCH: i64 = 6 * 3600;
const CACHED: usize = 4096;

/// A zone's clock.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: Tz,
    /// Stretch, by its last bits → stretch and seconds east throughout it.
    cache: Vec<(i64, i32)>,
}

impl Clock {
    pub fn new(zone: Tz) -> Self {
        Self { zone, cache: vec![(i64::MIN, 0); CACHED] }
    }

    /// Microseconds since 1970-01-01T00:00:00Z. A local time that happens twice is the earlier of the two.
    #[inline]
    pub fn instant(&mut self, moment: Moment) -> Result<i64, Reason> {
        let local = i64::from(moment.days) * 86_400_000_000 + moment.micros;
        let offset = match moment.offset {
            Some(offset) => offset,
            None => self.offset(local.div_euclid(1_000_000))?,
        };
        Ok(local - i64::from(offset) * 1_000_000)
    }

    #[inline]
    fn offset(&mut self, local: i64) -> Result<i32, Reason> {
        let stretch = local.div_euclid(STRETCH);
        let slot = stretch.rem_euclid(CACHED as i64) as usize;
        if let Some((cached, offset)) = self.cache.get(slot)
            && *cached == stretch
        {
            return Ok(*offset);
        }
        let first = self.look_up(stretch * STRETCH);
        let last = self.look_up((stretch + 1) * STRETCH);
        if let (LocalResult::Single(first), LocalResult::Single(last)) = (first, last)
            && first == last
        {
            if let Some(entry) = self.cache.get_mut(slot) {
                *entry = (stretch, first);
            }
            return Ok(first);
        }
        match self.look_up(local) {
            LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => Ok(offset),
            LocalResult::None => Err(Reason::LocalTimeSkipped),
        }
    }

    fn look_up(&self, local: i64) -> LocalResult<i32> {
        match DateTime::from_timestamp(local, 0) {
            Some(time) => self
                .zone
                .offset_from_local_datetime(&time.naive_utc())
                .map(|offset| offset.fix().local_minus_utc()),
            None => LocalResult::None,
        }
    }
}
