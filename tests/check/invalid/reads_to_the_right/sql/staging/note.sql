SELECT account_id FROM previous.customer
