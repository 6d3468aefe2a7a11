//! What is wrong with models and with what is said about tables.

use portrait::engine::check;

use crate::plan::project::{project, shown};

const SOURCES: [(&str, &str); 2] = [
    ("account", "id int, name string, at timestamp"),
    ("bill", "id int, amount money, weight float, paid date"),
];

/// The problems of a project with one model.
fn of(sql: &str) -> String {
    let both = "SELECT 1 AS one FROM source.account, source.bill";
    shown(&check(&project(&SOURCES, &[("staging/model.sql", sql), ("audit/both.sql", both)]), &[]).1)
}

#[test]
fn columns_functions_and_types() {
    let told = [
        "SELECT\n  nme\nFROM source.account",
        "SELECT a.nam FROM source.account AS a",
        "SELECT zzzzzzzz FROM source.account",
        "SELECT id FROM source.account, source.bill",
        "SELECT uper(name) AS name FROM source.account",
        "SELECT id, 名 FROM source.account",
        "SELECT name * 2 AS x FROM source.account",
        "SELECT id FROM source.account WHERE name + id > 3",
        "SELECT id FROM source.account WHERE lower(name) * 7 > 3",
        "SELECT round(name, id, id) AS x FROM source.account",
        "SELECT sum(name) AS x FROM source.account",
        "SELECT name, count(*) AS n FROM source.account GROUP BY id",
        "SELECT id, id FROM source.account",
        "SELECT count(*) FROM source.account",
        "SELECT id FROM source.account WHERE id",
        "SELECT id FROM source.account UNION ALL SELECT id, amount FROM source.bill",
        "SELECT CASE WHEN id THEN 1 ELSE 'x' END AS x FROM source.account",
        "SELECT date_trunc(3, at) AS x FROM source.account",
        "SELECT paid + name AS x FROM source.bill, source.account",
        "SELECT sum(weight) AS x, avg(amount) AS y FROM source.bill",
        "SELECT sum(amount) OVER (PARTITION BY nme) AS x FROM source.bill",
        "SELECT id FROM source.account WHERE id IN (SELECT name FROM source.bill)",
        "SELECT business_date($rate) AS d, $rate * amount AS r FROM source.bill",
        "SELECT id FROM source.account ORDER BY nme",
        "SELECT id FROM source.bill WHERE amount > (SELECT avg(amount) FROM source.bill AS b WHERE b.paid > bill.pad)",
        "SELECT id FROM source.bill WHERE amount > (SELECT max(amount) FROM source.bill AS b WHERE b.paid = bill.paid)",
        "SELECT id, (SELECT b.amount FROM source.bill AS b WHERE b.id > a.id LIMIT 1) AS x FROM source.account AS a",
        "SELECT x.id FROM source.account AS a",
        "SELECT name || a.id AS x, paid - paid AS y, paid + INTERVAL '1 day' AS z, $as_of - 1 AS w FROM source.account AS a, source.bill AS b",
    ]
    .map(|sql| format!("{sql}\n{}", of(sql)))
    .join("\n");
    insta::assert_snapshot!(told);
}

#[test]
fn a_table_may_read_itself_from_before() {
    let carry = "SELECT coalesce(n.id, b.id) AS id, coalesce(b.amount, n.amount) AS amount, \
                 least(coalesce(b.first_on, n.paid), n.paid) AS first_on, l.status \
                 FROM source.bill AS n FULL JOIN previous.carry AS b ON b.id = n.id LEFT JOIN previous.later AS l ON true";
    let later = "SELECT id, 'open' AS status FROM carry";
    let models = [
        ("customer/carry.sql", carry),
        ("report/later.sql", later),
        ("audit/a.sql", "SELECT 1 AS one FROM account"),
    ];
    let (schemas, problems) = check(&project(&SOURCES, &models), &[]);
    assert_eq!(shown(&problems), "");
    let types = |table: &str| {
        let schema = &schemas[table];
        schema
            .fields()
            .iter()
            .map(|field| format!("{} {}", field.name(), field.data_type()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(types("carry"), "id Int64, amount Decimal128(18, 2), first_on Date32, status Utf8View");
    assert_eq!(types("later"), "id Int64, status Utf8View");
    let told = of("SELECT id, p.nothing FROM source.bill AS b JOIN previous.model AS p USING (id)");
    insta::assert_snapshot!(told, @r"
    sql/staging/model.sql:1:14+7 Error: the column `nothing` has no type
        give it one: `CAST(… AS VARCHAR)`
    ");
}
