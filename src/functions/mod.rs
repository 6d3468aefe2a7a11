//! What SQL can call beside DataFusion's own functions: one file per function or family. All are stateless,
//! deterministic and known by name. Nothing here reads files, clocks or configuration; the business time zone is given
//! at registration.

mod aggregate;
mod declare;
mod family;

use std::sync::Arc;

pub use family::masked;

use chrono_tz::Tz;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

/// Raised whenever a function changes its answer for some input: it enters the fingerprints of steps.
pub const VERSION: u32 = 2;

/// Every function of ours.
#[derive(Debug, Clone)]
pub struct Functions {
    pub scalars: Vec<Arc<ScalarUDF>>,
    pub aggregates: Vec<Arc<AggregateUDF>>,
}

/// Every function of ours; those of time cut days, weeks and months in `zone`.
pub fn all(zone: Tz) -> Functions {
    Functions {
        scalars: family::all().into_iter().map(|declared| Arc::new(declared.into_udf(zone))).collect(),
        aggregates: aggregate::all(),
    }
}

/// Makes every function of ours callable in a session.
pub fn register(context: &SessionContext, zone: Tz) {
    let Functions { scalars, aggregates } = all(zone);
    for function in scalars {
        context.register_udf(function.as_ref().clone());
    }
    for function in aggregates {
        context.register_udaf(function.as_ref().clone());
    }
}
