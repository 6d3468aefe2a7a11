-- One row is an account and a kind of event: how often, when first, when last.
SELECT
    account_id,
    type,
    count(*) AS events,
    count(DISTINCT session_id) AS sessions,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at
FROM source.online_event
WHERE account_id IS NOT NULL
GROUP BY
    account_id,
    type
