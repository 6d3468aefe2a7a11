-- One row is a purchase of a known customer with its place among all of theirs.
SELECT
    order_key,
    customer_id,
    channel,
    ordered_at,
    ordered_on,
    net_amount,
    row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_key) AS purchase_number,
    lead(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_at, order_key) AS next_ordered_on
FROM customer_order
WHERE is_purchase
    AND customer_id IS NOT NULL
