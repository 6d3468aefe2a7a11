-- One row per cohort of first purchases and month after it.
WITH active_month AS (
    SELECT DISTINCT
        purchase.customer_id,
        CAST(date_trunc('month', buyer.first_on) AS DATE) AS cohort,
        CAST(
            (date_part('year', purchase.purchased_on) - date_part('year', buyer.first_on)) * 12
            + date_part('month', purchase.purchased_on) - date_part('month', buyer.first_on)
        AS BIGINT) AS period
    FROM purchase
    JOIN buyer
        ON buyer.customer_id = purchase.customer_id
),
cohort_size AS (
    SELECT
        CAST(date_trunc('month', first_on) AS DATE) AS cohort,
        COUNT(*) AS customers
    FROM buyer
    GROUP BY 1
)
SELECT
    active_month.cohort,
    active_month.period,
    cohort_size.customers,
    COUNT(*) AS active,
    CAST(COUNT(*) AS DOUBLE) / cohort_size.customers AS retention
FROM active_month
JOIN cohort_size
    ON cohort_size.cohort = active_month.cohort
GROUP BY
    active_month.cohort,
    active_month.period,
    cohort_size.customers
