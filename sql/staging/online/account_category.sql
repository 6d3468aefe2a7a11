-- One row is what an account ordered of a category in the web shop, in the base currency, before order discounts.
SELECT
    web_order.account_id,
    item.category,
    CAST(sum(item.unit_price * item.quantity * web_order.rate) AS DECIMAL(18, 2)) AS amount
FROM source.online_order_item AS item
INNER JOIN web_order ON web_order.order_id = item.order_id
WHERE item.category IS NOT NULL
    AND web_order.status NOT IN ('cancelled', 'refunded')
GROUP BY
    web_order.account_id,
    item.category
