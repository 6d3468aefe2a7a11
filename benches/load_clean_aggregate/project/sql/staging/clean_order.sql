-- One row is a web order in the base currency; a cancelled order earns nothing.
SELECT
    placed.order_id,
    account_id,
    ordered_at,
    business_date(ordered_at) AS ordered_on,
    status,
    placed.currency,
    line_count,
    CAST(CASE WHEN status = 'cancelled' THEN 0 ELSE total END
        * CASE WHEN placed.currency = $base_currency THEN 1 ELSE rate_to_base END AS DECIMAL(18, 2)) AS gross_amount,
    CAST(CASE WHEN status = 'cancelled' THEN 0 ELSE total - coalesce(refunded_amount, 0) END
        * CASE WHEN placed.currency = $base_currency THEN 1 ELSE rate_to_base END AS DECIMAL(18, 2)) AS net_amount,
    CAST(CASE WHEN status = 'cancelled' THEN 0 ELSE cost END
        * CASE WHEN placed.currency = $base_currency THEN 1 ELSE rate_to_base END AS DECIMAL(18, 2)) AS cost
FROM source.online_order AS placed
LEFT JOIN order_line_sum ON order_line_sum.order_id = placed.order_id
LEFT JOIN exchange_rate_day
    ON exchange_rate_day.currency = placed.currency
    AND exchange_rate_day.day = business_date(ordered_at)
