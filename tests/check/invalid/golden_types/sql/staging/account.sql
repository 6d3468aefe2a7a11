-- One row is an account.
SELECT account_id, name, city, created_at FROM source.account
