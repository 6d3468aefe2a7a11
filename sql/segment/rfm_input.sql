-- One row is a customer with purchases: how long ago, how many, how much.
SELECT
    customer_id,
    $as_of - business_date(last_order_at) AS recency_days,
    order_count,
    net_revenue
FROM customer
WHERE order_count > 0
