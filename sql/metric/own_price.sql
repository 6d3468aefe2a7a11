-- One row is what a product sold for in the web shop in a month, in the base currency, on average.
SELECT
    item.sku,
    business_month(web_order.ordered_on) AS month,
    CAST(sum(item.unit_price * item.quantity * web_order.rate) / sum(item.quantity) AS DECIMAL(18, 4)) AS price
FROM source.online_order_item AS item
INNER JOIN web_order ON web_order.order_id = item.order_id
WHERE web_order.status <> 'cancelled'
    AND item.quantity > 0
GROUP BY
    item.sku,
    business_month(web_order.ordered_on)
