SELECT account_id, nothing FROM customer
