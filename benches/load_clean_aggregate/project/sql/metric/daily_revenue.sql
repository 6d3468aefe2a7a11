-- One row is a day's revenue in a channel.
SELECT
    'online' AS channel,
    ordered_on AS day,
    count(*) AS orders,
    sum(net_amount) AS net_revenue
FROM clean_order
WHERE status <> 'cancelled'
GROUP BY ordered_on
UNION ALL
SELECT
    'offline' AS channel,
    sold_on AS day,
    count(*) AS orders,
    sum(amount) AS net_revenue
FROM clean_receipt
GROUP BY sold_on
