-- One row is a web-shop account with what it bought and did.
WITH bought AS (
    SELECT
        account_id,
        count(*) AS order_count,
        sum(net_amount) AS net_revenue,
        sum(net_amount - cost) AS margin,
        min(ordered_at) AS first_order_at,
        max(ordered_at) AS last_order_at
    FROM clean_order
    WHERE status <> 'cancelled'
    GROUP BY account_id
),
done AS (
    SELECT
        account_id,
        sum(events) AS events
    FROM account_event
    GROUP BY account_id
)
SELECT
    account.account_id,
    account.created_at,
    account.country,
    account.gender,
    account.customer_type,
    coalesce(order_count, 0) AS order_count,
    coalesce(net_revenue, 0) AS net_revenue,
    margin,
    first_order_at,
    last_order_at,
    coalesce(events, 0) AS events
FROM source.online_account AS account
LEFT JOIN bought ON bought.account_id = account.account_id
LEFT JOIN done ON done.account_id = account.account_id
