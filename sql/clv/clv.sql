-- One row is a customer with purchases and their value; equal values are in one tier.
WITH ranked AS (
    SELECT
        customer_id,
        historical_value,
        present_value,
        rank() OVER (ORDER BY historical_value DESC) AS value_rank,
        count(*) OVER () AS customers
    FROM customer_value
)
SELECT
    $as_of AS as_of,
    ranked.customer_id,
    CAST(ranked.historical_value AS DECIMAL(18, 2)) AS historical_value,
    CAST(ranked.present_value AS DECIMAL(18, 2)) AS present_value,
    CAST(NULL AS DOUBLE) AS p_alive,
    CAST(NULL AS DOUBLE) AS expected_orders,
    CAST(NULL AS DECIMAL(18, 2)) AS expected_order_value,
    CAST(NULL AS DECIMAL(18, 2)) AS clv,
    CASE
        -- exact: the first ceil(share * customers) ranks, in decimals
        WHEN ranked.value_rank - 1 < $high_value_share * ranked.customers THEN 'high'
        WHEN ranked.value_rank - 1 < ($high_value_share + $middle_value_share) * ranked.customers THEN 'middle'
        ELSE 'low'
    END AS value_tier,
    CASE
        WHEN $as_of - business_date(customer.last_order_at) > $churn_days THEN 'high'
        WHEN $as_of - business_date(customer.last_order_at) > $at_risk_days THEN 'middle'
        ELSE 'low'
    END AS churn_risk
FROM ranked
INNER JOIN customer ON customer.customer_id = ranked.customer_id
