SELECT account_id FROM source.account
WHERE account_id IN (SELECT account_id FROM customer)
