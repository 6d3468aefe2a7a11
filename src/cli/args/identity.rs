//! What can be typed after `portrait identity` and `portrait explain`. No behaviour.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Resources;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait identity profile
  portrait identity review --pairs 50 --output to_review.csv
  portrait identity evaluate --truth truth/people.parquet --svg quality.svg")]
pub struct IdentityArguments {
    #[command(subcommand)]
    pub action: IdentityAction,
}

#[derive(Debug, Subcommand)]
pub enum IdentityAction {
    /// Say what the records are like, what each blocking rule makes, what the model weighs
    Profile(Profile),
    /// Write the least certain pairs as a CSV to be filled in
    Review(Review),
    /// Measure the customers against a truth or labels
    Evaluate(Evaluate),
    /// Write the matching model down, to be used whatever the data becomes
    Model(Model),
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

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait identity review --pairs 50 --output to_review.csv
  tail -n +2 to_review.csv >> config/identity_overrides.csv      once decisions are filled in
  portrait identity evaluate --labels to_review.csv

Write `same` or `different` under decision, who you are under author, and why under reason. Rows without a decision say
nothing. The first seven columns are those of the overrides; the others help to decide.")]
pub struct Review {
    /// The most pairs to write
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub pairs: usize,
    /// The file to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show values as they are; they are personal
    #[arg(long)]
    pub reveal: bool,
    #[command(flatten)]
    pub resources: Resources,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait identity model --output config/identity_model.json

With `model: config/identity_model.json` under `identity:` no run trains a model: what agreement and disagreement are worth, how
many pairs match, and which rules bring records together are the file's; how rare values are is still the data's to say. The
file belongs to the attributes, levels and rules that are declared; `portrait check` tells when it no longer fits.")]
pub struct Model {
    /// The file to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub resources: Resources,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait explain 47073912d4b0458e                   what holds a customer together; an old id will do
  portrait explain offline_member:880000104729        the customer of a record
  portrait explain shop:17 shop:23 --svg why.svg      why two records are or are not the same

In a waterfall every bar begins where the one above ends: the prior, then what each comparison adds or takes away, in bits;
ten bits are odds of a thousand to one.")]
pub struct Explain {
    /// A customer id, or one or two records as SOURCE:KEY
    #[arg(value_name = "CUSTOMER|RECORD", required = true, num_args = 1..=2)]
    pub what: Vec<String>,
    /// Show values as they are; they are personal
    #[arg(long)]
    pub reveal: bool,
    /// How many of the ties that hold a customer together are shown
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub links: usize,
    /// Write the waterfalls as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Print as JSON, without values
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub resources: Resources,
}
