-- One row is a web order or a till receipt, in the base currency; cancelled orders stand with nothing sold.
WITH sale AS (
    SELECT
        concat('online:', web_order.order_id) AS order_key,
        'online' AS channel,
        web_order.order_id AS source_key,
        identity_map.customer_id,
        web_order.ordered_at,
        web_order.status,
        web_order.ordered_amount,
        web_order.gross_amount,
        web_order.discount,
        web_order.refunded_amount,
        web_order.gross_amount - web_order.discount - web_order.refunded_amount AS net_amount,
        web_order.shipping_fee,
        web_order.cost,
        web_order.currency,
        web_order.campaign_id,
        web_order.marketplace,
        CAST(NULL AS VARCHAR) AS store_id,
        CAST(NULL AS VARCHAR) AS store_region,
        web_order.line_count
    FROM web_order
    LEFT JOIN identity_map
        ON identity_map.source = 'online_account'
        AND identity_map.source_key = web_order.account_id
        AND identity_map.valid_to IS NULL
    UNION ALL
    SELECT
        concat('offline:', receipt.receipt_key) AS order_key,
        'offline' AS channel,
        receipt.receipt_key AS source_key,
        coalesce(by_card.customer_id, by_mobile.customer_id) AS customer_id,
        receipt.sold_at AS ordered_at,
        CASE WHEN receipt.gross_amount > 0 THEN 'completed' ELSE 'returned' END AS status,
        receipt.gross_amount AS ordered_amount,
        receipt.gross_amount,
        0 AS discount,
        receipt.refunded_amount,
        receipt.gross_amount - receipt.refunded_amount AS net_amount,
        0 AS shipping_fee,
        receipt.cost,
        $base_currency AS currency,
        CAST(NULL AS VARCHAR) AS campaign_id,
        CAST(NULL AS VARCHAR) AS marketplace,
        receipt.store_id,
        store.region AS store_region,
        receipt.line_count
    FROM receipt
    LEFT JOIN store ON store.store_id = receipt.store_id
    LEFT JOIN identity_map AS by_card
        ON by_card.source = 'offline_member'
        AND by_card.source_key = receipt.member_no
        AND by_card.valid_to IS NULL
    LEFT JOIN receipt_mobile ON receipt_mobile.mobile = receipt.mobile
    LEFT JOIN identity_map AS by_mobile
        ON by_mobile.source = 'offline_receipt'
        AND by_mobile.source_key = receipt_mobile.receipt_key
        AND by_mobile.valid_to IS NULL
)
SELECT
    order_key,
    channel,
    source_key,
    customer_id,
    ordered_at,
    business_date(ordered_at) AS ordered_on,
    status,
    -- a purchase is what was not cancelled and of which something was kept
    coalesce(status <> 'cancelled' AND gross_amount > 0 AND net_amount > 0, FALSE) AS is_purchase,
    CAST(ordered_amount AS DECIMAL(18, 2)) AS ordered_amount,
    CAST(gross_amount AS DECIMAL(18, 2)) AS gross_amount,
    CAST(discount AS DECIMAL(18, 2)) AS discount,
    CAST(refunded_amount AS DECIMAL(18, 2)) AS refunded_amount,
    CAST(net_amount AS DECIMAL(18, 2)) AS net_amount,
    CAST(net_amount - shipping_fee - cost AS DECIMAL(18, 2)) AS margin,
    currency,
    campaign_id,
    coalesce(marketplace, CASE WHEN channel = 'online' THEN $own_shop END) AS marketplace,
    store_id,
    store_region,
    line_count
FROM sale
