//! `connected_components`: what hangs together by what is shared, however long the chain.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::size_of;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StringViewArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Documentation, Signature, Volatility};
use indexmap::IndexSet;

use crate::identity::cluster::Clusters;

/// `connected_components(member, shared)`: one row is a member and something that it shares. Gives every member with the
/// least member of all that hang together with it, by chains of any length.
pub struct ConnectedComponents {
    signature: Signature,
    documentation: Documentation,
}

impl ConnectedComponents {
    pub fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: super::documentation(
                "Every member with the first, in the order of text, of all members that hang together with it: two that share \
                 something, directly or by a chain of others. A list of structs `member`, `first`, in the order of members; \
                 `unnest` makes rows of it. A member that shares nothing is its own first; NULL is no member.",
                "connected_components(member, shared)",
                "unnest(connected_components(customer_id, landline))",
                &[("member", "what hangs together"), ("shared", "what it hangs together by")],
            ),
        }
    }
}

impl fmt::Debug for ConnectedComponents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connected_components")
    }
}

impl PartialEq for ConnectedComponents {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for ConnectedComponents {}

impl Hash for ConnectedComponents {
    fn hash<H: Hasher>(&self, state: &mut H) {
        "connected_components".hash(state);
    }
}

/// What a component's row says.
fn piece() -> Fields {
    ["member", "first"].map(|name| Field::new(name, DataType::Utf8View, false)).into_iter().collect()
}

fn list_field(of: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(of, true))
}

impl AggregateUDFImpl for ConnectedComponents {
    fn name(&self) -> &str {
        "connected_components"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [_, _] => Ok(vec![DataType::Utf8View; 2]),
            _ => plan_err!("`connected_components` takes 2 arguments, not {}", given.len()),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(list_field(DataType::Struct(piece()))))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |part: &str| {
            let list = DataType::List(list_field(DataType::Utf8View));
            Arc::new(Field::new(format_state_name(args.name, part), list, true))
        };
        Ok(["members", "shared"].map(field).into())
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Pairs::default()))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// Members and what they share, each text once.
#[derive(Debug, Default)]
struct Pairs {
    members: Numbers,
    shared: Numbers,
    /// What a member shares; none where it was met without anything.
    pairs: Vec<(u32, Option<u32>)>,
}

/// Texts that go by numbers.
#[derive(Debug, Default)]
struct Numbers {
    of: IndexSet<Box<str>>,
    bytes: usize,
}

impl Numbers {
    fn number(&mut self, text: &str) -> u32 {
        let number = self.of.get_index_of(text).unwrap_or_else(|| {
            self.bytes += text.len();
            self.of.insert_full(text.into()).0
        });
        number as u32
    }

    /// By number.
    fn texts(&self) -> Vec<&str> {
        self.of.iter().map(AsRef::as_ref).collect()
    }
}

impl Pairs {
    fn add(&mut self, members: &StringViewArray, shared: &StringViewArray) {
        for (member, shared) in members.iter().zip(shared) {
            if let Some(member) = member {
                let pair = (self.members.number(member), shared.map(|shared| self.shared.number(shared)));
                self.pairs.push(pair);
            }
        }
    }

    /// Every member with the first of its component, in the order of members.
    fn components(&self) -> Vec<(&str, &str)> {
        let texts = self.members.texts();
        let mut order: Vec<u32> = (0..texts.len() as u32).collect();
        order.sort_unstable_by_key(|number| texts[*number as usize]);
        let mut rank = vec![0; texts.len()];
        for (place, number) in order.iter().enumerate() {
            rank[*number as usize] = place as u32;
        }
        // Members come before what they share, so that a set goes by its first member.
        let mut clusters = Clusters::new(texts.len() + self.shared.of.len());
        for (member, shared) in &self.pairs {
            if let Some(shared) = shared {
                clusters.join(rank[*member as usize], texts.len() as u32 + shared);
            }
        }
        let text_at = |place: u32| texts[order[place as usize] as usize];
        let roots = clusters.roots();
        (0..texts.len() as u32).map(|place| (text_at(place), text_at(roots[place as usize]))).collect()
    }
}

fn list_of(values: ArrayRef) -> Result<ScalarValue> {
    let field = list_field(values.data_type().clone());
    let list = ListArray::try_new(field, OffsetBuffer::from_lengths([values.len()]), values, None)?;
    Ok(ScalarValue::List(Arc::new(list)))
}

impl Accumulator for Pairs {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [members, shared] = values else { return internal_err!("two columns were expected") };
        self.add(members.as_string_view(), shared.as_string_view());
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let components = self.components();
        let members: StringViewArray = components.iter().map(|(member, _)| Some(*member)).collect();
        let firsts: StringViewArray = components.iter().map(|(_, first)| Some(*first)).collect();
        list_of(Arc::new(StructArray::try_new(piece(), vec![Arc::new(members), Arc::new(firsts)], None)?))
    }

    fn size(&self) -> usize {
        let texts =
            |numbers: &Numbers| numbers.bytes + numbers.of.capacity() * size_of::<(Box<str>, usize, usize)>();
        size_of::<Self>()
            + texts(&self.members)
            + texts(&self.shared)
            + self.pairs.capacity() * size_of::<(u32, Option<u32>)>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let (members, shared) = (self.members.texts(), self.shared.texts());
        let of_members = self.pairs.iter().map(|(member, _)| Some(members[*member as usize]));
        let of_shared = self.pairs.iter().map(|(_, of)| of.map(|of| shared[of as usize]));
        Ok(vec![
            list_of(Arc::new(of_members.collect::<StringViewArray>()))?,
            list_of(Arc::new(of_shared.collect::<StringViewArray>()))?,
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [members, shared] = states else { return internal_err!("two lists were expected") };
        for (members, shared) in members.as_list::<i32>().iter().zip(shared.as_list::<i32>().iter()) {
            if let (Some(members), Some(shared)) = (members, shared) {
                self.add(members.as_string_view(), shared.as_string_view());
            }
        }
        Ok(())
    }
}
