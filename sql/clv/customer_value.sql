-- One row is a customer with purchases: what they brought, and what that was worth on the day of their first purchase.
WITH dated_order AS (
    SELECT
        customer_order.customer_id,
        customer_order.net_amount,
        greatest(customer_order.ordered_on - business_date(customer.first_order_at), 0)
            AS days_since_first
    FROM customer_order
    INNER JOIN customer ON customer.customer_id = customer_order.customer_id
    WHERE customer.first_order_at IS NOT NULL
        AND customer_order.net_amount IS NOT NULL
)
SELECT
    customer_id,
    sum(net_amount) AS historical_value,
    sum(
        CAST(present_value(CAST(net_amount AS DOUBLE), days_since_first, $annual_discount_rate) AS DECIMAL(18, 6))
    ) AS present_value
FROM dated_order
GROUP BY customer_id
