//! `portrait releases`: what was published, and going back to it.

use chrono::Utc;
use serde_json::json;

use super::args::{Global, Releases, ReleasesAction};
use super::failure::Failure;
use super::{output, project, query, run};
use crate::warehouse::{Release, Warehouse};

/// Lists releases, or makes an older one current.
pub fn run(global: &Global, arguments: &Releases) -> Result<(), Failure> {
    let location = match &arguments.warehouse {
        Some(named) => project::absolute_warehouse(named)?,
        None => project::load(global)?.project.environment.warehouse,
    };
    let warehouse = query::open(&location)?;
    match &arguments.action {
        None => list(&warehouse, arguments.json),
        Some(ReleasesAction::Rollback { release }) => {
            let _lock = warehouse.lock(&run::new_id())?;
            let published = warehouse.rollback(*release, Utc::now())?;
            warehouse.refresh_current()?;
            output::print_line(format!(
                "release {} equals release {} and is current",
                published.id.0, release.0
            ))?;
            Ok(())
        }
    }
}

fn list(warehouse: &Warehouse, as_json: bool) -> Result<(), Failure> {
    let mut ids = warehouse.releases()?;
    ids.reverse();
    if !as_json {
        output::print_line(
            "release  as of       published at          tables          rows       size  run",
        )?;
    }
    for (place, id) in ids.iter().enumerate() {
        let release = warehouse.release(*id)?;
        output::print_line(if as_json { json_line(&release) } else { text_line(&release, place == 0) })?;
    }
    Ok(())
}

fn totals(release: &Release) -> (usize, u64, u64) {
    let published: Vec<_> = release.tables.values().filter(|entry| entry.published).collect();
    let rows = published.iter().map(|entry| entry.rows()).sum();
    let bytes = published.iter().map(|entry| entry.bytes()).sum();
    (published.len(), rows, bytes)
}

fn text_line(release: &Release, current: bool) -> String {
    let (tables, rows, bytes) = totals(release);
    let mut line = format!(
        "{:>7}  {}  {}  {:>6}  {:>12}  {:>9}  {}",
        release.id.0,
        release.as_of,
        release.created_at.format("%Y-%m-%d %H:%M:%SZ"),
        tables,
        output::count(rows),
        output::size(bytes),
        release.run,
    );
    if let Some(back) = release.rolled_back_to {
        line.push_str(&format!("  equals {}", back.0));
    }
    if current {
        line.push_str("  current");
    }
    line
}

fn json_line(release: &Release) -> String {
    let (tables, rows, bytes) = totals(release);
    json!({
        "release": release.id.0,
        "as_of": release.as_of,
        "created_at": release.created_at,
        "run": release.run,
        "tables": tables,
        "rows": rows,
        "bytes": bytes,
        "rolled_back_to": release.rolled_back_to.map(|id| id.0),
    })
    .to_string()
}
