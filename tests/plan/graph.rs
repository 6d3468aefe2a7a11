//! The graph of a project: names, order, cycles, layers, what is inlined.

use portrait::plan::graph::{build, draft};
use proptest::prelude::*;

use super::project::{declare, project, shown};

const SHOP: [(&str, &str); 4] = [
    ("staging/account.sql", "SELECT id, name FROM source.account"),
    ("staging/bill.sql", "SELECT id, amount FROM bill_raw"),
    ("customer/customer.sql", "SELECT a.id, b.amount FROM account AS a JOIN bill AS b USING (id)"),
    ("report/review.sql", "SELECT id FROM customer UNION ALL SELECT id FROM previous.review"),
];
const SOURCES: [(&str, &str); 2] = [("account", "id int, name string"), ("bill_raw", "id int, amount money")];

/// The problems of a project whose models are these.
fn problems(models: &[(&str, &str)]) -> String {
    shown(&draft(&project(&SOURCES, models), &[]).problems)
}

#[test]
fn steps_come_after_what_they_read() {
    let (graph, warnings) = build(&project(&SOURCES, &SHOP), &[]).unwrap();
    let ids: Vec<_> = graph.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["source__account", "source__bill_raw", "account", "bill", "customer", "review"]);
    assert_eq!(shown(&warnings), "");
    let review = &graph.steps[5];
    assert_eq!(format!("{:?} {:?}", review.reads, review.reads_previous), "[`customer`] [`review`]");
}

#[test]
fn unknown_names_have_a_nearest() {
    let told = problems(&[(
        "staging/account.sql",
        "SELECT id\nFROM acount\nJOIN source.bil_raw ON true\nJOIN customers",
    )]);
    insta::assert_snapshot!(told, @r"
    sql/staging/account.sql:2:6+6 Error: there is no table `acount`
        did you mean `account`?
    sql/staging/account.sql:3:6+14 Error: there is no source `bil_raw`
        did you mean `source.bill_raw`?
    sql/staging/account.sql:4:6+9 Error: there is no table `customers`
        the models are `account`; the sources are `account`, `bill_raw`
    ");
}

#[test]
fn reads_to_the_right_and_cycles_are_refused() {
    let told = problems(&[
        ("staging/account.sql", "SELECT id FROM customer"),
        ("customer/customer.sql", "SELECT id FROM one"),
        ("customer/one.sql", "SELECT id FROM two"),
        ("customer/two.sql", "SELECT id FROM one JOIN source.account USING (id)"),
        ("staging/bill.sql", "SELECT id FROM bill, bill_raw"),
    ]);
    insta::assert_snapshot!(told, @r"
    sql/customer/one.sql:1:16+3 Error: `one` reads itself: `one` → `two` → `one`
        `previous.two` is the table at the as-of before this one
    sql/staging/account.sql:1:16+8 Error: `account` is in staging and reads `customer` in customer, to its right
        data flows one way: staging → identity → customer → clv → segment → metric → report → audit; `previous.customer` may be read anywhere
    sql/staging/bill.sql:1:16+4 Error: `bill` reads itself
        `previous.bill` is the table at the as-of before this one
    ");
}

#[test]
fn params_are_known() {
    let told = problems(&[(
        "staging/account.sql",
        "SELECT id FROM account WHERE id > $flor AND $as_of_end > now() AND id < $zzzzzzz",
    )]);
    insta::assert_snapshot!(told, @r"
    sql/staging/account.sql:1:16+7 Error: `account` reads itself
        `source.account` is the source of that name
    sql/staging/account.sql:1:35+5 Error: there is no parameter `$flor`
        did you mean `$floor`?
    sql/staging/account.sql:1:73+8 Error: there is no parameter `$zzzzzzz`
        declare it under `params:`, or use one of `$as_of`, `$as_of_end`, `$floor`, `$rate`
    ");
}

#[test]
fn unread_sources_are_a_warning() {
    insta::assert_snapshot!(problems(&[SHOP[0]]), @r"
    pipelines/shop.yaml:5:1+1 Warning: no model reads the source `bill_raw`
        read it as `source.bill_raw`, or leave it out
    ");
}

#[test]
fn published_tables_name_their_columns() {
    let mut shop =
        project(&SOURCES, &[("customer/a.sql", "SELECT * FROM source.account JOIN bill_raw USING (id)")]);
    declare(&mut shop, "a", |table| table.publish = true);
    insta::assert_snapshot!(shown(&build(&shop, &[]).unwrap_err()), @r"
    sql/customer/a.sql:1:8+1 Error: `a` is published, so its columns are named one by one
        a new column upstream must not appear in a published table by itself
    ");
}

#[test]
fn a_model_is_inlined_if_nothing_else_needs_its_rows() {
    let mut shop = project(&SOURCES, &SHOP);
    let inlined = |shop: &portrait::config::project::Project| {
        let (graph, _) = build(shop, &[]).unwrap();
        graph
            .steps
            .iter()
            .filter(|step| step.inline)
            .map(|step| step.id.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(inlined(&shop), "account bill customer");
    declare(&mut shop, "customer", |table| table.publish = true);
    assert_eq!(inlined(&shop), "account bill");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_order_of_files_makes_no_difference(order in Just((0..SHOP.len()).collect::<Vec<_>>()).prop_shuffle()) {
        let ids = |models: &[(&str, &str)]| {
            let (graph, _) = build(&project(&SOURCES, models), &[]).unwrap();
            graph.steps.into_iter().map(|step| step.id).collect::<Vec<_>>()
        };
        let shuffled: Vec<_> = order.iter().map(|&index| SHOP[index]).collect();
        prop_assert_eq!(ids(&shuffled), ids(&SHOP));
    }
}
