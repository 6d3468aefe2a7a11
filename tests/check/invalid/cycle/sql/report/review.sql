SELECT account_id FROM customer
