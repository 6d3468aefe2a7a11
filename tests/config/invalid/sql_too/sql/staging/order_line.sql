-- One row is an order.
SELECT id, amount FROM source.order
