//! What an SQL text refers to.

use portrait::plan::references::{Namespace, references};

/// Tables and parameters with the text they stand at, or the errors.
fn check(sql: &str, expected: &str) {
    let found = match references(sql) {
        Ok(found) => {
            let tables = found.tables.iter().map(|read| {
                let space = match read.namespace {
                    Namespace::Catalogue => "",
                    Namespace::Source => "source.",
                    Namespace::Previous => "previous.",
                };
                assert!(
                    sql[read.span.clone()]
                        .to_lowercase()
                        .replace('"', "")
                        .ends_with(&read.name.to_lowercase())
                );
                format!("{space}{}", read.name)
            });
            let params = found.params.iter().map(|read| sql[read.span.clone()].to_owned());
            let stars = found.stars.iter().map(|span| sql[span.clone()].to_owned());
            tables.chain(params).chain(stars).collect::<Vec<_>>().join(" ")
        }
        Err(errors) => errors
            .iter()
            .map(|error| format!("{} at `{}`", error.message, &sql[error.span.clone()]))
            .collect::<Vec<_>>()
            .join("; "),
    };
    assert_eq!(found, expected, "{sql}");
}

#[test]
fn tables_are_found_wherever_they_are_read() {
    check("SELECT a FROM t", "t");
    check("SELECT a FROM T JOIN \"U\" USING (a)", "t U");
    check("SELECT a FROM source.t, previous.t", "source.t previous.t");
    check(
        "SELECT (SELECT max(x) FROM a) FROM b WHERE EXISTS (SELECT 1 FROM c) AND x IN (SELECT x FROM d)",
        "a b c d",
    );
    check("SELECT x FROM a UNION ALL SELECT x FROM b EXCEPT SELECT x FROM c", "a b c");
    check("VALUES (1), (2)", "");
    check("SELECT x FROM (a JOIN b ON a.x = b.x) LEFT JOIN LATERAL (SELECT y FROM c) ON true", "a b c");
    check("SELECT value FROM generate_series(1, 10)", "");
    check("SELECT x FROM unnest([1, 2]) AS t(x)", "");
}

#[test]
fn ctes_are_told_from_tables_by_scope() {
    check("WITH t AS (SELECT 1 AS a) SELECT a FROM t", "");
    check("WITH t AS (SELECT a FROM t) SELECT a FROM t", "t");
    check("WITH a AS (SELECT x FROM b), b AS (SELECT x FROM a) SELECT x FROM b", "b");
    check(
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT n FROM t",
        "",
    );
    check("(WITH t AS (SELECT 1 AS a) SELECT a FROM t) UNION (SELECT a FROM t)", "t");
    check("WITH t AS (WITH u AS (SELECT 1) SELECT a FROM u) SELECT a FROM u CROSS JOIN t", "u");
    check("WITH t AS (SELECT 1) SELECT a FROM source.t", "source.t");
    check(
        "WITH t AS (SELECT 1 AS a) SELECT a FROM x WHERE a IN (SELECT a FROM t) AND a IN (SELECT a FROM \"t\")",
        "x",
    );
}

#[test]
fn deep_ctes_take_no_time() {
    let mut sql = "SELECT a FROM t".to_owned();
    for depth in 0..30 {
        sql = format!("WITH c{depth} AS ({sql}) SELECT a FROM c{depth}");
    }
    check(&sql, "t");
}

#[test]
fn parameters_and_stars() {
    check("SELECT $rate * x FROM t WHERE d <= $as_of AND s <> '$no' -- $nor", "t $rate $as_of");
    check("SELECT * FROM t", "t *");
    check("SELECT t.* FROM t", "t *");
    check("SELECT count(*) AS n FROM (SELECT * FROM t)", "t");
    check("SELECT $1 FROM t", "`$1` has no name at `$1`");
    check("SELECT x FROM t WHERE x = ?", "`?` has no name at `?`");
}

#[test]
fn only_one_query() {
    check("", "there is no query here at ``");
    check("-- nothing", "there is no query here at ``");
    check("SELECT 1; SELECT 2", "a file holds one statement, and this is a second at `SELECT`");
    check("SELECT 1 AS a;", "");
    check("COPY t TO 'x.parquet'", "`COPY` is not a query at `COPY`");
    check("INSERT INTO t SELECT 1", "`INSERT` is not a query at `INSERT`");
    check("create table t (a int)", "`CREATE` is not a query at `create`");
    check("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 'x'", "`CREATE` is not a query at `CREATE`");
    check("SET x = 1", "`SET` is not a query at `SET`");
    check("EXPLAIN SELECT 1", "`EXPLAIN` is not a query at `EXPLAIN`");
    check("DROP TABLE t", "`DROP` is not a query at `DROP`");
    check("SELECT a FROM x.y.z", "`x.y.z` is in no schema that exists at `x.y.z`");
}

#[test]
fn what_the_engine_gets_silently_wrong() {
    check(
        "SELECT a FROM t TABLESAMPLE (10 PERCENT)",
        "`TABLESAMPLE` is ignored by the engine at `TABLESAMPLE`",
    );
    check("SELECT a FROM t |> WHERE a > 1", "`|>` is not supported at `|>`");
    check(
        "SELECT a FROM t WHERE a SIMILAR TO 'x%'",
        "`SIMILAR TO` means something else here than in standard SQL at `SIMILAR TO`",
    );
}

#[test]
fn syntax_errors_have_a_place() {
    check("SELECT a FORM t WHERE", "expected end of statement, found `t` at `t`");
    check("SELECT a, FROM", "expected identifier, found the end of the text at ``");
    check("SELECT 'a FROM t", "unterminated string literal at `'`");
    check("SELECT (a FROM t", "expected `)`, found `FROM` at `FROM`");
    check("SELECT 名字 FROM 表 WHERE (", "expected an expression, found the end of the text at ``");
}
