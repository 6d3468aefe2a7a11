-- One row: the sample's value, and the share that its most valuable customers hold.
WITH ranked AS (
    SELECT
        historical_value,
        present_value,
        ROW_NUMBER() OVER (ORDER BY historical_value DESC, customer_id) AS place,
        COUNT(*) OVER () AS customers
    FROM sample_value
)
SELECT
    COUNT(*) AS customers,
    SUM(historical_value) AS historical_value,
    SUM(present_value) AS present_value,
    CAST(SUM(historical_value) FILTER (WHERE place <= ceil($top_share * customers)) AS DOUBLE)
        / CAST(SUM(historical_value) AS DOUBLE) AS top_share
FROM ranked
