-- One row is an account.
SELECT
    account_id,
    name,
    email,
    created_at
FROM source.account
