-- One row per customer of the sample: what was spent, and what that was worth at the first purchase.
WITH dated AS (
    SELECT
        customer_id,
        amount,
        purchased_on - MIN(purchased_on) OVER (PARTITION BY customer_id) AS days_after_first
    FROM sample_purchase
)
SELECT
    customer_id,
    SUM(amount) AS historical_value,
    SUM(CAST(present_value(amount, days_after_first, $yearly_rate) AS DECIMAL(28, 10))) AS present_value
FROM dated
GROUP BY customer_id
