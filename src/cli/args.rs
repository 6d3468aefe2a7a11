//! What can be typed: commands, options, their help. No behaviour.

mod identity;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::name::{AsOf, PipelineName, ReleaseId};
pub use identity::*;

/// A customer data warehouse in one binary: YAML pipelines and SQL in, one row per customer in Parquet out.
#[derive(Debug, Parser)]
#[command(
    name = "portrait",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:
  portrait demo                         a sample retailer, from raw files to published Parquet
  portrait init shop && cd shop         a small project of your own
  portrait check                        every problem of the project, without data
  portrait run --as-of 2026-01-31       load, compute, check, publish
  portrait query \"SELECT * FROM customer LIMIT 5\"

Exit codes: 0 done; 1 a step or a blocking check failed; 2 usage or internal error; 78 the project is invalid; 130 interrupted."
)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The project's folder (default: here, or the nearest folder above that has `pipelines/`)
    #[arg(short = 'C', long, global = true, value_name = "DIR", env = "PORTRAIT_PROJECT")]
    pub project: Option<PathBuf>,
    /// The environment: `config/NAME.yaml` over `config/default.yaml`
    #[arg(long, global = true, value_name = "NAME", default_value = "default", env = "PORTRAIT_ENV")]
    pub env: String,
    /// Say less: errors and results only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every step as it begins, every check
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// How log lines are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// When to use colours; `auto` respects NO_COLOR and pipes
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

/// One thing to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a sample retailer's sources and run the reference project on them
    Demo(Demo),
    /// Make a project in a new folder
    Init(Init),
    /// Report every problem of the project; needs no data and no network
    Check(Check),
    /// Load, compute, check and publish
    Run(Run),
    /// Go on with a run that failed or was killed, from what it had staged
    Retry(Retry),
    /// Run the SQL unit tests in tests/cases
    Test(Test),
    /// Print the SQL that a model will run
    Render(Render),
    /// Run one model on the last release and print its rows
    Show(Show),
    /// Ask the published release in SQL
    Query(Query),
    /// Print the graph of sources and models
    Lineage(Lineage),
    /// Look into who is who: profile, review, evaluate
    Identity(IdentityArguments),
    /// Say why a customer is one, or why two records are or are not the same
    Explain(Explain),
    /// List the rejected rows and cells of a source
    Rejects(Rejects),
    /// List releases, or make an older one current
    Releases(Releases),
    /// Print the JSON Schema of the project's files
    Schema(Schema),
    /// Print a shell's completion script
    Completions(Completions),
}

/// Which steps of the graph.
#[derive(Debug, Clone, Default, Args)]
pub struct Selection {
    /// Steps to run: `model`, `+model`, `model+`, `tag:x`, `path:sql/clv`, `source:x`; repeat for more
    #[arg(short, long, value_name = "SELECTOR", num_args = 1..)]
    pub select: Vec<String>,
    /// Steps to leave out, in the same words
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub exclude: Vec<String>,
}

/// What a run works on and with; each overrides the environment.
#[derive(Debug, Clone, Default, Args)]
pub struct Resources {
    /// The folder that the paths of sources start from
    #[arg(long, value_name = "DIR")]
    pub data_root: Option<PathBuf>,
    /// Where releases are published
    #[arg(long, value_name = "DIR")]
    pub warehouse: Option<String>,
    /// Threads that work at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
    /// Resident memory of the process: 8GB, 512MB
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait demo
  portrait demo --people 1000000 --seed 7 --dir /tmp/shop")]
pub struct Demo {
    /// How many people the retailer's customers are
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub people: u64,
    /// The same seed writes the same files
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The folder to make: sources in `data`, the project beside it
    #[arg(long, value_name = "DIR", default_value = "portrait-demo")]
    pub dir: PathBuf,
    /// The last day of the data, and the date the pipelines run for
    #[arg(long, value_name = "DATE", default_value = "2026-06-30")]
    pub as_of: AsOf,
    /// Write the sources and the project, and stop there
    #[arg(long)]
    pub no_run: bool,
    /// Threads that work at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
    /// Resident memory of the process: 8GB, 512MB
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait init shop
  portrait init shop --template retail")]
pub struct Init {
    /// The folder to make
    pub directory: PathBuf,
    /// What to begin with
    #[arg(long, value_enum, default_value_t = Template::Small)]
    pub template: Template,
}

/// What a new project begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// One source, three models, a check: ready to run
    Small,
    /// The whole reference project of a retailer
    Retail,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Print problems as JSON, one a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait run                          every pipeline, for yesterday
  portrait run customer --as-of 2026-01-31
  portrait run --select customer_order+ --exclude tag:slow
  portrait run --threads 2 --memory 4GB --json > run.json")]
pub struct Run {
    /// The pipelines to run (default: all)
    pub pipelines: Vec<PipelineName>,
    /// The logical date: covers everything dated up to its end in the business zone (default: yesterday)
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<AsOf>,
    #[command(flatten)]
    pub resources: Resources,
    #[command(flatten)]
    pub selection: Selection,
    /// Compute every step, even where the last release holds the same
    #[arg(long)]
    pub full: bool,
    /// Train identity's matching model anew instead of using the one that the last release holds
    #[arg(long)]
    pub retrain: bool,
    /// Wait for a run that holds the warehouse instead of failing
    #[arg(long)]
    pub wait: bool,
    /// Print the run's record as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Retry {
    /// The run to go on with (default: the last one, if it did not publish)
    pub run: Option<String>,
    #[command(flatten)]
    pub resources: Resources,
    /// Wait for a run that holds the warehouse instead of failing
    #[arg(long)]
    pub wait: bool,
    /// Print the run's record as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait test
  portrait test customer_order          the cases of one model")]
pub struct Test {
    /// Only cases whose model or name contains one of these
    pub filter: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Render {
    /// The model
    pub model: String,
    /// The date that `$as_of` stands for (default: yesterday)
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<AsOf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait show rfm_score --limit 20
  portrait show customer --format csv > customer.csv")]
pub struct Show {
    /// The model
    pub model: String,
    /// The date that `$as_of` stands for (default: the last release's)
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<AsOf>,
    /// The most rows to print
    #[arg(long, default_value_t = 10)]
    pub limit: usize,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = RowFormat::Table)]
    pub format: RowFormat,
    #[command(flatten)]
    pub resources: Resources,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait query \"SELECT value_tier, count(*) FROM clv GROUP BY value_tier\"
  portrait query --release 41 --format json \"SELECT * FROM segment_summary\"")]
pub struct Query {
    /// A SELECT over the published tables
    pub sql: String,
    /// An older release (default: the current one)
    #[arg(long, value_name = "N")]
    pub release: Option<ReleaseId>,
    /// Also the tables that are not published
    #[arg(long)]
    pub all: bool,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = RowFormat::Table)]
    pub format: RowFormat,
    /// Print how the query was run instead of its rows: every operator with its rows, time and memory
    #[arg(long, conflicts_with = "format")]
    pub explain: bool,
    #[command(flatten)]
    pub resources: Resources,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    Table,
    Csv,
    /// One object a line
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait lineage
  portrait lineage +customer --format mermaid
  portrait lineage customer --columns")]
pub struct Lineage {
    /// The part of the graph, in the words of `--select` (default: all of it)
    pub selection: Vec<String>,
    /// How the graph is printed
    #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
    pub format: GraphFormat,
    /// Say where each column comes from
    #[arg(long)]
    pub columns: bool,
}

/// How a graph is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Text,
    Mermaid,
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait rejects offline_member
  portrait rejects offline_member --reveal      shows the raw text, read back from the files")]
pub struct Rejects {
    /// The source
    pub source: String,
    /// The run (default: the last one that read the source)
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Read the raw text back from the files; it may hold personal values
    #[arg(long)]
    pub reveal: bool,
    /// The most rejects to print
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    /// How rejects are printed
    #[arg(long, value_enum, default_value_t = RowFormat::Table)]
    pub format: RowFormat,
    #[command(flatten)]
    pub resources: Resources,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portrait releases
  portrait releases rollback 41")]
pub struct Releases {
    #[command(subcommand)]
    pub action: Option<ReleasesAction>,
    /// Print as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Where releases are published
    #[arg(long, value_name = "DIR", global = true)]
    pub warehouse: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum ReleasesAction {
    /// Publish a new release equal to an old one
    Rollback {
        /// The old release's number
        release: ReleaseId,
    },
}

#[derive(Debug, Args)]
pub struct Schema {
    /// Which file's schema
    #[arg(value_enum, default_value_t = SchemaKind::Pipeline)]
    pub kind: SchemaKind,
    /// Write all schemas into this folder instead
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

/// Which file's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// pipelines/*.yaml
    Pipeline,
    /// config/*.yaml
    Environment,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  portrait completions bash > ~/.local/share/bash-completion/completions/portrait")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}
