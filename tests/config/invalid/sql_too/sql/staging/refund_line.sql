-- One row is a refund.
SELECT id, amont FROM source.refund
