//! The YAML files as they are written: one struct per block, each field documented for the JSON Schema that editors use.
//! Nothing here decides whether values make sense together; `Project` does.

pub mod environment;
pub mod golden;
pub mod identity;
pub mod metric;
pub mod pipeline;
pub mod segment;
pub mod source;
pub mod table;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value};

/// One value or a list of them: `format: "%Y"` and `format: ["%Y", "%y"]` are both what the author means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrManyVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(value::StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(seq)).map(OneOrMany)
            }
        }

        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

/// A mapping `T`, or a bare word `B` that stands for one: `not_null` and `not_null: { severity: warn }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareOr<B, T> {
    pub whole: T,
    bare: PhantomData<B>,
}

impl<'de, B, T> Deserialize<'de> for BareOr<B, T>
where
    B: Deserialize<'de> + Into<T>,
    T: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BareOrVisitor<B, T>(PhantomData<(B, T)>);

        impl<'de, B: Deserialize<'de> + Into<T>, T: Deserialize<'de>> Visitor<'de> for BareOrVisitor<B, T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word or a mapping")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
                B::deserialize(value::StrDeserializer::new(text)).map(Into::into)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(value::MapAccessDeserializer::new(map))
            }
        }

        let whole = deserializer.deserialize_any(BareOrVisitor(PhantomData::<(B, T)>))?;
        Ok(Self { whole, bare: PhantomData })
    }
}

impl<B: JsonSchema, T: JsonSchema> JsonSchema for BareOr<B, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_or_{}", B::schema_name(), T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let bare = generator.subschema_for::<B>();
        let whole = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [bare, whole] })
    }
}
