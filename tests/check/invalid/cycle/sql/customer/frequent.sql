WITH often AS (SELECT account_id FROM customer)
SELECT account_id FROM often
