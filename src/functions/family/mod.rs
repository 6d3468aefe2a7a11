//! The scalar functions, family by family: what each computes, never how DataFusion calls it.

mod address;
mod address_data;
mod chinese;
mod chinese_data;
mod company;
mod contact;

mod mask;
mod name;
mod person;
mod pinyin;
mod place;
mod similarity;
mod sound;
mod statistics;
mod text;
mod time;
mod word;

use super::declare::Declared;
pub use mask::masked;

/// Every scalar function.
pub fn all() -> Vec<Declared> {
    [
        time::ALL,
        name::ALL,
        chinese::ALL,
        contact::ALL,
        address::ALL,
        company::ALL,
        mask::ALL,
        similarity::ALL,
        sound::ALL,
        text::ALL,
        word::ALL,
        statistics::ALL,
    ]
    .concat()
}
