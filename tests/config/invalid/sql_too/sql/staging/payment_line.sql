-- One row is a payment.
SELECT id, amount FROM source.payment
