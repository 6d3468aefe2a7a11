-- One row is a customer whose historical value differs from their net revenue.
SELECT
    clv.customer_id,
    clv.historical_value,
    customer.net_revenue
FROM clv
INNER JOIN customer ON customer.customer_id = clv.customer_id
WHERE clv.historical_value <> customer.net_revenue
