-- One row per order.
SELECT * FROM source.online_order
