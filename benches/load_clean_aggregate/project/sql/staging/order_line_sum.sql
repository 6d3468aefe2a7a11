-- One row is a web order's lines taken together, in the order's currency.
SELECT
    order_id,
    count(*) AS line_count,
    sum(quantity) AS quantity,
    sum(unit_price * quantity) AS amount,
    sum(unit_cost * quantity) AS cost
FROM source.online_order_item
GROUP BY order_id
