-- One row is a till receipt: a shop, a day and a receipt number. A line with a negative quantity is a return.
WITH receipt_sum AS (
    SELECT
        store_id,
        business_date(sold_at) AS sold_on,
        receipt_no,
        min(sold_at) AS sold_at,
        max(member_no) AS member_no,
        max(mobile) AS mobile,
        count(*) AS line_count,
        sum(CASE WHEN quantity < 0 THEN 0 ELSE amount END) AS gross_amount,
        sum(CASE WHEN quantity < 0 THEN abs(amount) ELSE 0 END) AS refunded_amount,
        CASE WHEN count(unit_cost) = count(*) THEN sum(unit_cost * quantity) END AS cost
    FROM source.offline_receipt
    GROUP BY store_id, business_date(sold_at), receipt_no
)
SELECT
    concat(store_id, '/', sold_on, '/', receipt_no) AS receipt_key,
    store_id,
    sold_on,
    receipt_no,
    sold_at,
    member_no,
    normalize_mobile(mobile, $home_country) AS mobile,
    line_count,
    CAST(gross_amount AS DECIMAL(18, 2)) AS gross_amount,
    CAST(refunded_amount AS DECIMAL(18, 2)) AS refunded_amount,
    CAST(cost AS DECIMAL(18, 2)) AS cost
FROM receipt_sum
