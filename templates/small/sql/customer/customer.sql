-- One row per customer.
SELECT
    md5(email) AS customer_id,
    MIN(ordered_at) AS first_order_at,
    MAX(ordered_at) AS last_order_at,
    COUNT(*) AS order_count,
    SUM(amount) AS revenue
FROM clean_order
WHERE email IS NOT NULL
GROUP BY email
