-- One row is a total that differs between the customers and their orders.
WITH customers AS (
    SELECT
        sum(net_revenue) AS net_revenue,
        sum(order_count) AS order_count
    FROM customer
),
orders AS (
    SELECT
        sum(net_amount) AS net_revenue,
        count(*) FILTER (WHERE is_purchase) AS order_count
    FROM customer_order
    WHERE customer_id IS NOT NULL
)
SELECT
    customers.net_revenue AS customer_net_revenue,
    orders.net_revenue AS order_net_revenue,
    customers.order_count AS customer_order_count,
    orders.order_count AS order_order_count
FROM customers
CROSS JOIN orders
WHERE coalesce(customers.net_revenue, 0) <> coalesce(orders.net_revenue, 0)
    OR coalesce(customers.order_count, 0) <> coalesce(orders.order_count, 0)
