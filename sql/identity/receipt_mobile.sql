-- One row is a mobile left at the till by someone without a known card; it goes by the key of its first receipt.
SELECT
    mobile,
    min_by(receipt_key, sold_at) AS receipt_key,
    min(sold_at) AS first_sold_at,
    max(sold_at) AS last_sold_at
FROM receipt
WHERE mobile IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM member
        WHERE member.member_no = receipt.member_no
    )
GROUP BY mobile
