-- One row is a visit to the web shop; the account is known if the visitor logged in at any moment of it.
SELECT
    session_id,
    max(account_id) AS account_id,
    max(device_id) AS device_id,
    min(occurred_at) AS started_at,
    max(occurred_at) AS ended_at,
    count(*) AS event_count,
    count(*) FILTER (WHERE type = 'view') AS view_count,
    count(*) FILTER (WHERE type = 'search') AS search_count,
    count(*) FILTER (WHERE type = 'cart') AS cart_count,
    count(*) FILTER (WHERE type = 'checkout') AS checkout_count
FROM source.online_event
WHERE session_id IS NOT NULL
GROUP BY session_id
