-- One row: what was bought, and by how many.
WITH totals AS (
    SELECT
        COUNT(*) AS customers,
        SUM(purchases) AS purchases,
        SUM(days) AS customer_days,
        SUM(amount) AS amount,
        COUNT(*) FILTER (WHERE days >= 2) AS returning_customers
    FROM buyer
),
free AS (
    SELECT COUNT(*) AS free_purchases
    FROM purchase
    WHERE amount = 0
)
SELECT
    totals.customers,
    totals.purchases,
    totals.customer_days,
    totals.amount,
    totals.returning_customers,
    free.free_purchases
FROM totals
CROSS JOIN free
