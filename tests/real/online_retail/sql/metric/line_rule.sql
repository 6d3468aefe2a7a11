-- One row per rule that sets lines aside, with how many delivered lines it concerns.
SELECT
    'all' AS rule,
    SUM(deliveries) AS lines
FROM line
UNION ALL
SELECT
    'cancellation' AS rule,
    SUM(deliveries) FILTER (WHERE starts_with(invoice, 'C')) AS lines
FROM line
UNION ALL
SELECT
    'negative_quantity' AS rule,
    SUM(deliveries) FILTER (WHERE quantity < 0) AS lines
FROM line
UNION ALL
SELECT
    'no_customer' AS rule,
    SUM(deliveries) FILTER (WHERE customer_id IS NULL) AS lines
FROM line
UNION ALL
SELECT
    'no_price' AS rule,
    SUM(deliveries) FILTER (WHERE price <= 0) AS lines
FROM line
UNION ALL
SELECT
    'repeated' AS rule,
    SUM(deliveries - 1) AS lines
FROM line
