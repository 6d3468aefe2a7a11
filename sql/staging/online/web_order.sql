-- One row is a web order in the base currency; a refund or cancellation after the as-of date has not happened yet.
WITH basket AS (
    SELECT
        order_id,
        count(*) AS line_count,
        CASE
            WHEN count(unit_cost) = count(*) THEN CAST(sum(unit_cost * quantity) AS DECIMAL(18, 2))
        END AS cost
    FROM source.online_order_item
    GROUP BY order_id
),
placed AS (
    SELECT
        order_id,
        account_id,
        ordered_at,
        business_date(ordered_at) AS ordered_on,
        CASE
            WHEN status = 'cancelled' AND coalesce(cancelled_at < $as_of_end, TRUE) THEN 'cancelled'
            WHEN status = 'refunded' AND coalesce(refunded_at < $as_of_end, TRUE) THEN 'refunded'
            WHEN status IN ('cancelled', 'refunded') THEN 'paid'
            ELSE status
        END AS status,
        upper(currency) AS currency,
        total,
        abs(coalesce(discount, 0)) AS discount,
        abs(coalesce(shipping_fee, 0)) AS shipping_fee,
        CASE
            WHEN coalesce(refunded_at >= $as_of_end, FALSE) THEN 0
            WHEN status = 'refunded' THEN least(coalesce(abs(refunded_amount), total), total)
            ELSE least(coalesce(abs(refunded_amount), 0), total)
        END AS refunded_amount,
        coupon_code,
        campaign_id,
        marketplace
    FROM source.online_order
),
priced AS (
    SELECT
        placed.order_id,
        account_id,
        ordered_at,
        ordered_on,
        status,
        placed.currency,
        CASE WHEN placed.currency = $base_currency THEN 1 ELSE rate_to_base END AS rate,
        total,
        discount,
        CASE WHEN status = 'cancelled' THEN 0 ELSE total + discount END AS gross_amount,
        CASE WHEN status = 'cancelled' THEN 0 ELSE discount END AS given_discount,
        CASE WHEN status = 'cancelled' THEN 0 ELSE refunded_amount END AS refunded_amount,
        CASE WHEN status = 'cancelled' THEN 0 ELSE least(shipping_fee, total) END AS shipping_fee,
        CASE WHEN status = 'cancelled' THEN 0 ELSE cost END AS cost,
        coalesce(line_count, 0) AS line_count,
        coupon_code,
        campaign_id,
        marketplace
    FROM placed
    LEFT JOIN basket ON basket.order_id = placed.order_id
    LEFT JOIN exchange_rate_day
        ON exchange_rate_day.currency = placed.currency
        AND exchange_rate_day.day = placed.ordered_on
)
SELECT
    order_id,
    account_id,
    ordered_at,
    ordered_on,
    status,
    currency,
    rate,
    CAST((total + discount) * rate AS DECIMAL(18, 2)) AS ordered_amount,
    CAST(gross_amount * rate AS DECIMAL(18, 2)) AS gross_amount,
    CAST(given_discount * rate AS DECIMAL(18, 2)) AS discount,
    CAST(refunded_amount * rate AS DECIMAL(18, 2)) AS refunded_amount,
    CAST(shipping_fee * rate AS DECIMAL(18, 2)) AS shipping_fee,
    -- goods that were refunded are taken to have come back: their share of the cost is not spent
    CAST(
        CASE WHEN total > 0 THEN cost * rate * (total - refunded_amount) / total ELSE cost * rate END
        AS DECIMAL(18, 2)
    ) AS cost,
    line_count,
    coupon_code,
    campaign_id,
    marketplace
FROM priced
