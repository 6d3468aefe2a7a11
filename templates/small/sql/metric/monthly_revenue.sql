-- One row per month.
SELECT
    business_month(ordered_at) AS month,
    COUNT(*) AS orders,
    SUM(amount) AS revenue
FROM clean_order
GROUP BY business_month(ordered_at)
