-- One row is someone a campaign reached or held out; who was meant for both by mistake counts as first sent.
WITH by_email AS (
    SELECT
        email,
        min(customer_id) AS customer_id
    FROM customer_record
    WHERE email IS NOT NULL
    GROUP BY email
    HAVING min(customer_id) = max(customer_id)
),
known_touch AS (
    SELECT
        touch.campaign_id,
        touch.sent_at,
        touch.variant,
        touch.opened,
        touch.clicked,
        coalesce(by_account.customer_id, by_card.customer_id, by_email.customer_id) AS customer_id,
        coalesce(
            by_account.customer_id,
            by_card.customer_id,
            by_email.customer_id,
            touch.account_id,
            touch.member_no,
            touch.email
        ) AS unit
    FROM touch
    LEFT JOIN identity_map AS by_account
        ON by_account.source = 'online_account'
        AND by_account.source_key = touch.account_id
        AND by_account.valid_to IS NULL
    LEFT JOIN identity_map AS by_card
        ON by_card.source = 'offline_member'
        AND by_card.source_key = touch.member_no
        AND by_card.valid_to IS NULL
    LEFT JOIN by_email ON by_email.email = touch.email
)
SELECT
    campaign_id,
    unit,
    max(customer_id) AS customer_id,
    min(sent_at) AS sent_at,
    first_value(variant ORDER BY sent_at, variant) AS variant,
    bool_or(opened) AS opened,
    bool_or(clicked) AS clicked
FROM known_touch
WHERE unit IS NOT NULL
GROUP BY
    campaign_id,
    unit
