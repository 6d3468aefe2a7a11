-- One row is what a customer spent on a category in both channels.
WITH spend AS (
    SELECT
        identity_map.customer_id,
        account_category.category,
        account_category.amount
    FROM account_category
    INNER JOIN identity_map
        ON identity_map.source = 'online_account'
        AND identity_map.source_key = account_category.account_id
        AND identity_map.valid_to IS NULL
    UNION ALL
    SELECT
        coalesce(by_card.customer_id, by_mobile.customer_id) AS customer_id,
        receipt_category.category,
        receipt_category.amount
    FROM receipt_category
    LEFT JOIN identity_map AS by_card
        ON by_card.source = 'offline_member'
        AND by_card.source_key = receipt_category.member_no
        AND by_card.valid_to IS NULL
    LEFT JOIN receipt_mobile ON receipt_mobile.mobile = receipt_category.mobile
    LEFT JOIN identity_map AS by_mobile
        ON by_mobile.source = 'offline_receipt'
        AND by_mobile.source_key = receipt_mobile.receipt_key
        AND by_mobile.valid_to IS NULL
)
SELECT
    customer_id,
    category,
    CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM spend
WHERE customer_id IS NOT NULL
GROUP BY
    customer_id,
    category
