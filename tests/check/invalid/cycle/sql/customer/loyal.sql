SELECT account_id
FROM frequent
