-- One row is a customer with orders: how many purchases, when, and what they brought.
SELECT
    customer_id,
    min(ordered_at) FILTER (WHERE is_purchase) AS first_order_at,
    max(ordered_at) FILTER (WHERE is_purchase) AS last_order_at,
    count(*) FILTER (WHERE is_purchase) AS order_count,
    count(*) FILTER (WHERE is_purchase AND channel = 'online') AS online_order_count,
    count(*) FILTER (WHERE is_purchase AND channel = 'offline') AS offline_order_count,
    max(ordered_at) FILTER (WHERE is_purchase AND channel = 'online') AS last_online_order_at,
    max(ordered_at) FILTER (WHERE is_purchase AND channel = 'offline') AS last_offline_order_at,
    sum(gross_amount) AS gross_revenue,
    sum(net_amount) AS net_revenue,
    sum(net_amount) FILTER (WHERE is_purchase) AS purchase_revenue,
    sum(refunded_amount) AS refunded_amount,
    CASE WHEN count(margin) > 0 THEN sum(margin) END AS margin
FROM customer_order
WHERE customer_id IS NOT NULL
GROUP BY customer_id
