-- One row per distinct line of an invoice, with how often it was delivered.
SELECT
    invoice,
    stock_code,
    description,
    quantity,
    invoiced_at,
    price,
    customer_id,
    country,
    COUNT(*) AS deliveries
FROM invoice_line
GROUP BY
    invoice,
    stock_code,
    description,
    quantity,
    invoiced_at,
    price,
    customer_id,
    country
