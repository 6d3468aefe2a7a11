-- One row is a customer with the category they spent most on; of equals the first by name.
SELECT
    customer_id,
    first_value(category ORDER BY amount DESC, category) AS favourite_category
FROM customer_category
WHERE amount > 0
GROUP BY customer_id
