-- One row is an account and a kind of event: how often, in how many sessions, when first, when last.
WITH session_event AS (
    SELECT
        account_id,
        type,
        session_id,
        count(*) AS events,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at
    FROM source.online_event
    WHERE account_id IS NOT NULL
    GROUP BY
        account_id,
        type,
        session_id
)
SELECT
    account_id,
    type,
    sum(events) AS events,
    count(session_id) AS sessions,
    min(first_at) AS first_at,
    max(last_at) AS last_at
FROM session_event
GROUP BY
    account_id,
    type
