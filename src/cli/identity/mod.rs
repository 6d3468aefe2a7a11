//! `portrait identity …`: who is who, looked into. One file per command; `desk` brings what they need from the release.

pub mod desk;
mod evaluate;
mod model;
mod profile;
mod review;
pub mod shown;
pub mod table;
mod truth;

use super::args::{Global, IdentityAction, IdentityArguments};
use super::failure::Failure;
use crate::config::identity::Kind;

/// Runs the command that was named.
pub fn run(global: &Global, arguments: &IdentityArguments) -> Result<(), Failure> {
    match &arguments.action {
        IdentityAction::Profile(arguments) => profile::run(global, arguments),
        IdentityAction::Review(arguments) => review::run(global, arguments),
        IdentityAction::Evaluate(arguments) => evaluate::run(global, arguments),
        IdentityAction::Model(arguments) => model::run(global, arguments),
    }
}

/// How values of a kind are masked; keys may hold anything.
pub fn mask_of(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::PersonName | Kind::GivenName | Kind::FamilyName) => "name",
        Some(Kind::Email) => "email",
        Some(Kind::Mobile) => "mobile",
        Some(Kind::Address) => "address",
        Some(Kind::Company) => "company",
        Some(Kind::Identifier) => "id",
        Some(Kind::Date | Kind::Postcode | Kind::Place | Kind::Category | Kind::Text) | None => "text",
    }
}
