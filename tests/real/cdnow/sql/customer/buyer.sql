-- One row per customer.
SELECT
    customer_id,
    MIN(purchased_on) AS first_on,
    COUNT(DISTINCT purchased_on) AS days,
    COUNT(*) AS purchases,
    SUM(amount) AS amount
FROM purchase
GROUP BY customer_id
