-- One row per failure.
SELECT * FROM customer WHERE order_count = 0
