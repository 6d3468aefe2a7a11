//! Days, weeks and months as the business cuts them, in its time zone. Never reads a clock.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[
    Declared {
        name: "business_date",
        description: "The day on which an instant falls, in the business time zone.",
        parameters: &[
            ("day", Kind::DateOrInstant, "a day or an instant"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: || DataType::Date32,
        body: business_date,
        example: "business_date(ordered_at)",
    },
    Declared {
        name: "business_week",
        description: "The Monday of the week in which a day or instant falls.",
        parameters: &[
            ("day", Kind::DateOrInstant, "a day or an instant"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: || DataType::Date32,
        body: business_week,
        example: "business_week(ordered_at)",
    },
    Declared {
        name: "business_month",
        description: "The first day of the month in which a day or instant falls.",
        parameters: &[
            ("day", Kind::DateOrInstant, "a day or an instant"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: || DataType::Date32,
        body: business_month,
        example: "business_month(ordered_at)",
    },
    Declared {
        name: "business_instant",
        description: "The instant at which a day begins in the business time zone.",
        parameters: &[
            ("day", Kind::Date, "a day"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: instant_type,
        body: business_instant,
        example: "business_instant(DATE '2026-01-31')",
    },
];

fn business_date(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`business_date`")
}

fn business_week(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`business_week`")
}

fn business_month(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`business_month`")
}

fn business_instant(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`business_instant`")
}
