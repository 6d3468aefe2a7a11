-- One row is a customer whom another customer brought to the web shop; nobody brings themselves.
SELECT
    referred.customer_id,
    min_by(referrer.customer_id, account.created_at) AS referrer_customer_id,
    min(account.created_at) AS referred_at
FROM account
INNER JOIN identity_map AS referred
    ON referred.source = 'online_account'
    AND referred.source_key = account.account_id
    AND referred.valid_to IS NULL
INNER JOIN identity_map AS referrer
    ON referrer.source = 'online_account'
    AND referrer.source_key = account.referred_by_account_id
    AND referrer.valid_to IS NULL
WHERE referrer.customer_id <> referred.customer_id
GROUP BY referred.customer_id
