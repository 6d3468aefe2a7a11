-- One row is a customer who visited the web shop logged in.
SELECT
    identity_map.customer_id,
    count(*) AS session_count,
    sum(web_session.view_count) AS view_count,
    sum(web_session.cart_count) AS cart_count,
    max(web_session.ended_at) AS last_event_at
FROM web_session
INNER JOIN identity_map
    ON identity_map.source = 'online_account'
    AND identity_map.source_key = web_session.account_id
    AND identity_map.valid_to IS NULL
GROUP BY identity_map.customer_id
