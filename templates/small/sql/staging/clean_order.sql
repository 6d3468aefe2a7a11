-- One row per order that was not cancelled.
SELECT
    order_id,
    ordered_at,
    normalize_email(email) AS email,
    amount
FROM shop_order
WHERE status <> 'cancelled'
