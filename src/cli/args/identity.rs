//! What can be typed after `portrait identity` and `portrait explain`. No behaviour.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Resources;

#[derive(Debug, Args)]
pub struct IdentityArguments {
    #[command(subcommand)]
    pub action: IdentityAction,
}

#[derive(Debug, Subcommand)]
pub enum IdentityAction {
    /// Say what the records are like, what each blocking rule makes, what the model weighs
    Profile(Profile),
    /// Measure the customers against a truth or labels
    Evaluate(Evaluate),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait identity profile
  portrait identity profile --values 10 --reveal
  portrait identity profile --json > profile.json

Ends with 1 if a declared blocking rule makes more pairs than `limits.rule_pairs`. Pairs are counted, never made.")]
pub struct Profile {
    /// How many of the most shared values of each column are listed
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub values: usize,
    /// Show values as they are; they are personal
    #[arg(long)]
    pub reveal: bool,
    /// Print as JSON; values stand as hashes
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub resources: Resources,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait identity evaluate --truth truth/people.parquet
  portrait identity evaluate --labels reviewed.csv --svg quality.svg

A truth has the columns source, source_key and person_id; records of it that are no customer's count as alone, and records
that it does not name count for nothing. Labels are the rows of `portrait identity review` with a decision. Labels that
stand in the project's overrides too are right by themselves: hold some back to measure with.")]
pub struct Evaluate {
    /// Who the records truly are: CSV or Parquet
    #[arg(long, value_name = "FILE", required_unless_present = "labels", conflicts_with = "labels")]
    pub truth: Option<PathBuf>,
    /// Pairs that somebody decided, as `portrait identity review` writes them
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Write a picture of precision, recall and F1 over the threshold
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// How many of the costliest mistakes of each kind are listed
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub mistakes: usize,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub resources: Resources,
}
