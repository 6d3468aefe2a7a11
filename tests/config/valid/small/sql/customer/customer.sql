-- One row per customer.
SELECT email AS customer_id, count(*) AS order_count FROM order_line GROUP BY email
