//! Han characters: pinyin, simplified forms.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[
    Declared {
        name: "to_pinyin",
        description: "Han characters as plain pinyin syllables, with surnames read as surnames; other text is kept.",
        parameters: &[("text", Kind::Text, "a name or text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: to_pinyin,
        example: "to_pinyin('单田芳')",
    },
    Declared {
        name: "to_simplified",
        description: "Traditional Han characters as simplified ones; other text is kept.",
        parameters: &[("text", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: to_simplified,
        example: "to_simplified('張偉')",
    },
    Declared {
        name: "pinyin_equal",
        description: "Whether two names sound alike in pinyin, whatever the script, spacing and order.",
        parameters: &[("a", Kind::Text, "a name"), ("b", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Boolean,
        body: pinyin_equal,
        example: "pinyin_equal('张伟', 'Zhang Wei')",
    },
];

fn to_pinyin(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`to_pinyin`")
}

fn to_simplified(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`to_simplified`")
}

fn pinyin_equal(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`pinyin_equal`")
}
