//! dbt's selection grammar, as a table.

use portrait::plan::graph::build;
use portrait::plan::select::select;

use super::project::{declare, project};

/// What `--select … --exclude …` means on a small project, the words after `-` being excluded.
fn check(words: &str, expected: &str) {
    let mut shop = project(
        &[("account", "id int"), ("bill", "id int")],
        &[
            ("staging/online/account.sql", "SELECT id FROM source.account"),
            ("staging/offline/stg_bill.sql", "SELECT id FROM bill"),
            ("customer/customer.sql", "SELECT a.id FROM account AS a JOIN stg_bill AS b USING (id)"),
            ("metric/revenue.sql", "SELECT id FROM customer"),
            ("metric/orders.sql", "SELECT id FROM stg_bill"),
            ("report/review.sql", "SELECT r.id FROM revenue AS r, orders"),
        ],
    );
    for name in ["account", "stg_bill", "customer", "revenue", "orders", "review"] {
        declare(&mut shop, name, |table| {
            table.publish = name != "orders";
            table.tags =
                if name.contains('r') { vec!["core".to_owned(), "nightly".to_owned()] } else { vec![] };
        });
    }
    let (graph, _) = build(&shop, &[]).unwrap();
    let words = |prefix: bool| -> Vec<String> {
        let chosen = words.split(' ').filter(|word| word.starts_with('-') == prefix && !word.is_empty());
        chosen.map(|word| word.trim_start_matches('-').to_owned()).collect()
    };
    let found = match select(&graph, &words(false), &words(true)) {
        Ok(ids) => ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" "),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected, "{:?}", words(false));
}

#[test]
fn names_and_reach() {
    check("", "account customer orders revenue review source__account source__bill stg_bill");
    check("customer", "customer");
    check("customer revenue", "customer revenue");
    check("+customer", "account customer source__account source__bill stg_bill");
    check("1+customer", "account customer stg_bill");
    check("customer+", "customer orders revenue review");
    check("customer+1", "customer revenue");
    check("1+customer+1", "account customer revenue stg_bill");
    check("2+revenue", "account customer revenue stg_bill");
    check("@revenue", "account customer orders revenue review source__account source__bill stg_bill");
    check("stg_*", "stg_bill");
    check("+stg_*", "source__bill stg_bill");
}

#[test]
fn methods() {
    check("tag:core", "customer orders revenue review");
    check("tag:core,pipeline:shop,layer:metric", "orders revenue");
    check("path:sql/staging", "account stg_bill");
    check("path:sql/staging/", "account stg_bill");
    check("path:staging/online", "account");
    check("sql/staging/offline/stg_bill.sql", "stg_bill");
    check("path:sql/*/online", "account");
    check("path:sql/**/*.sql,layer:report", "orders review");
    check("source:bill", "source__bill");
    check("bill", "source__bill");
    check("source:*+1", "account source__account source__bill stg_bill");
    check("layer:staging -path:sql/staging/online", "stg_bill");
    check("-tag:core", "account source__account source__bill stg_bill");
    check("+review,customer+", "customer orders revenue review");
}

#[test]
fn inlined_models_come_with_their_readers() {
    check("review", "orders review");
    check("review -orders", "orders review");
}

#[test]
fn what_names_nothing_is_an_error() {
    check("custmer", "`custmer` selects nothing; did you mean `customer`?");
    check("tag:cor", "`tag:cor` selects nothing; did you mean `core`?");
    check("-sorce:x", "`sorce:x` is no selector: there is no method `sorce`; did you mean `source`?");
    check("path:sql/stage", "`path:sql/stage` selects nothing");
    check("+", "`+` is no selector: write a name, with `+` only before and after it");
    check("@customer+", "`@customer+` is no selector: `@` stands alone, without `+`");
    check("a+b+c", "`a+b+c` is no selector: write a name, with `+` only before and after it");
    check("[", "`[` is no selector: unclosed character class; missing ']'");
}
