//! The graph as text, chart and JSON.

use portrait::plan::graph::build;
use portrait::plan::lineage::{json, mermaid, tree};
use portrait::plan::select::select;

use super::project::{declare, project};

#[test]
fn the_graph_is_shown_three_ways() {
    let mut shop = project(
        &[("account", "id int"), ("bill", "id int")],
        &[
            ("staging/account.sql", "SELECT id FROM source.account"),
            ("customer/customer.sql", "SELECT id FROM account JOIN source.bill USING (id)"),
            ("customer/order.sql", "SELECT id FROM customer"),
            ("report/review.sql", "SELECT c.id FROM customer AS c, \"order\", previous.review"),
        ],
    );
    declare(&mut shop, "review", |table| table.publish = true);
    let (graph, _) = build(&shop, &[]).unwrap();
    let all = select(&graph, &[], &[]).unwrap();
    insta::assert_snapshot!(tree(&graph, &all), @r"
    review (report, published, reads previous.review)
    ├─ customer (customer)
    │  ├─ account (staging, inlined)
    │  │  └─ account (source)
    │  └─ bill (source)
    └─ order (customer, inlined)
       └─ customer (customer) …
    ");
    insta::assert_snapshot!(mermaid(&graph, &select(&graph, &["customer+".to_owned()], &[]).unwrap()), @r#"
    flowchart LR
      subgraph staging_layer["staging"]
        account_["account"]
      end
      subgraph customer_layer["customer"]
        customer_["customer"]
        order_["order"]
      end
      subgraph report_layer["report"]
        review_[["review"]]
      end
      account_ --> customer_
      customer_ --> order_
      customer_ --> review_
      order_ --> review_
      review_ -.-> review_
    "#);
    let json = json(&graph, &select(&graph, &["customer".to_owned()], &["account".to_owned()]).unwrap());
    assert_eq!(json["steps"][1]["reads"], serde_json::json!(["account", "source.bill"]));
}
