-- One row is a record of a customer.
SELECT
    account_id AS customer_id,
    'account' AS source,
    account_id AS source_key,
    created_at AS seen_at,
    created_at AS updated_at,
    created_at AS since,
    name,
    city,
    name AS province,
    true AS consent,
    created_at AS said_at,
    'online' AS channel
FROM account
