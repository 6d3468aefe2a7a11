-- One row: the lines with a customer.
SELECT
    COUNT(*) AS lines,
    COUNT(DISTINCT customer_id) AS customers
FROM customer_line
