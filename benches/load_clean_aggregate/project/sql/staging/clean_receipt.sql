-- One row is a till receipt: a shop, a day and a receipt number.
SELECT
    store_id,
    business_date(sold_at) AS sold_on,
    receipt_no,
    max(member_no) AS member_no,
    count(*) AS line_count,
    sum(quantity) AS quantity,
    sum(amount) AS amount,
    sum(unit_cost * quantity) AS cost
FROM source.offline_receipt
GROUP BY
    store_id,
    business_date(sold_at),
    receipt_no
