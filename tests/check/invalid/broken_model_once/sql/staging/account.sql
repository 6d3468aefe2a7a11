-- One row is an account.
SELECT
    account_id,
    name,
    emial,
    created_at
FROM source.account
