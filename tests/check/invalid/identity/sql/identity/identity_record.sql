SELECT account_id AS record_key, 'account' AS source, CAST(account_id AS VARCHAR) AS source_key, email FROM account
