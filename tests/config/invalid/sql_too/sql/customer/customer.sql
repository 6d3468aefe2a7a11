-- One row is a customer.
SELECT id AS customer_id, count(*) AS total FROM source.refund GROUP BY id
