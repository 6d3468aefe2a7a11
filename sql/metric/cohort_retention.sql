-- One row is a cohort, the customers of one month's first purchases, in a later month; NULL until that month is over.
WITH active_month AS (
    SELECT DISTINCT
        customer_id,
        business_month(ordered_on) AS month
    FROM customer_purchase
),
active_customer AS (
    SELECT
        month,
        min(month) OVER (PARTITION BY customer_id) AS cohort
    FROM active_month
),
activity AS (
    SELECT
        cohort,
        (date_part('year', month) - date_part('year', cohort)) * 12
            + date_part('month', month) - date_part('month', cohort) AS period,
        count(*) AS active
    FROM active_customer
    GROUP BY
        cohort,
        month
),
grid AS (
    SELECT
        cohort,
        active AS customers,
        -- the first period whose month is not over
        (date_part('year', $as_of + INTERVAL '1' DAY) - date_part('year', cohort)) * 12
            + date_part('month', $as_of + INTERVAL '1' DAY) - date_part('month', cohort) AS open_period,
        unnest(generate_series(0, $cohort_months)) AS period
    FROM activity
    WHERE period = 0
)
SELECT
    $as_of AS as_of,
    grid.cohort,
    grid.period,
    grid.customers,
    CASE WHEN grid.period < grid.open_period THEN coalesce(activity.active, 0) END AS active,
    CASE
        WHEN grid.period < grid.open_period
            THEN CAST(coalesce(activity.active, 0) AS DOUBLE) / grid.customers
    END AS retention
FROM grid
LEFT JOIN activity
    ON activity.cohort = grid.cohort
    AND activity.period = grid.period
