SELECT account_id FROM customer
WHERE paid < $as_of
