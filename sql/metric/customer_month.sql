-- One row is a customer who was active when a month began: with a purchase within the churn window before it. Only
-- months that are over have rows.
WITH active_span AS (
    SELECT
        customer_id,
        ordered_on + CAST($churn_days AS BIGINT) AS lapses_on,
        next_ordered_on,
        unnest(
            generate_series(
                business_month(ordered_on) + INTERVAL '1' MONTH,
                least(ordered_on + CAST($churn_days AS BIGINT), next_ordered_on, $as_of),
                INTERVAL '1' MONTH
            )
        ) AS month
    FROM customer_purchase
),
active_month AS (
    SELECT
        customer_id,
        month,
        lapses_on,
        next_ordered_on,
        month + INTERVAL '1' MONTH AS next_month
    FROM active_span
)
SELECT
    customer_id,
    month,
    coalesce(next_ordered_on < next_month, FALSE) AS retained,
    coalesce(next_ordered_on > lapses_on, TRUE) AND lapses_on < next_month AS churned
FROM active_month
WHERE next_month <= $as_of + INTERVAL '1' DAY
