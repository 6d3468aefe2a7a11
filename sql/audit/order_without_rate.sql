-- One row is an order whose currency has no exchange rate by its day, so that its amounts are not known.
SELECT
    order_key,
    currency,
    ordered_on
FROM customer_order
WHERE gross_amount IS NULL
