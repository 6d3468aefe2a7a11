//! Whole projects checked: YAML, SQL, names, columns, types. Tests are data: `check/invalid/NAME` says exactly what
//! `expected.txt` beside it does; `UPDATE_EXPECTED=1` writes these files anew.

use std::fs;
use std::path::{Path, PathBuf};

use portrait::cli::diagnostic::{self, Colour};
use portrait::config::files::ProjectFiles;
use portrait::config::problem::{self, Level, Problem};
use portrait::{compile, config, engine};

/// Everything that is wrong with a project.
fn problems(files: &ProjectFiles) -> Vec<Problem> {
    let loaded = config::load(files, Path::new("/project"), "default", &|_| None);
    let mut problems = loaded.problems;
    if let Some(project) = loaded.project {
        let generated = compile::models(&project).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        problems.extend(engine::check(&project, &generated).1);
    }
    problem::sort(&mut problems);
    problems
}

fn rendered(files: &ProjectFiles) -> String {
    diagnostic::render(&problems(files), files, Colour::Never, 120)
}

#[test]
fn invalid_projects_say_what_is_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/invalid");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for case in cases {
        let said = rendered(&config::files::read(&case).unwrap());
        let expected = case.join("expected.txt");
        if update {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{}\n{said}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_reference_project_is_sound() {
    let files = config::files::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let wrong: Vec<Problem> =
        problems(&files).into_iter().filter(|problem| problem.level == Level::Error).collect();
    assert!(wrong.is_empty(), "\n{}", diagnostic::render(&wrong, &files, Colour::Never, 120));
}

#[test]
fn a_hundred_models_are_checked_at_once() {
    let mut texts = vec![
        (
            "pipelines/shop.yaml".to_owned(),
            "pipeline: shop\nsources:\n  bill:\n    channel: online\n    files: { path: bill.csv, format: csv }\n    \
             columns:\n      id: { type: int }\n      amount: { type: \"decimal(18,2)\" }\n      paid_on: { type: date }\n\
             models: [staging, customer]\n"
                .to_owned(),
        ),
        ("config/default.yaml".to_owned(), "business_timezone: Asia/Shanghai\n".to_owned()),
        ("sql/staging/model_0.sql".to_owned(), "SELECT id, amount, paid_on FROM source.bill".to_owned()),
    ];
    for model in 1..100 {
        let before = model - 1;
        texts.push((
            format!("sql/customer/model_{model}.sql"),
            format!(
                "WITH day AS (\n  SELECT paid_on, id, sum(amount) AS amount\n  FROM model_{before}\n  GROUP BY paid_on, id\n)\n\
                 SELECT day.id, CAST(day.amount AS DECIMAL(18, 2)) AS amount, day.paid_on\nFROM day\n\
                 LEFT JOIN source.bill AS b ON b.id = day.id AND b.paid_on <= $as_of\nWHERE day.amount > 0\n\
                 QUALIFY row_number() OVER (PARTITION BY day.id ORDER BY day.paid_on DESC) = 1"
            ),
        ));
    }
    let files = ProjectFiles::from_texts(texts);
    assert_eq!(rendered(&files), "no problems\n");
    // An unoptimised build is ten times slower than what people run.
}
