-- One row is what a card or, without a card, a mobile spent on a category in the shops; returns are taken off.
WITH line AS (
    SELECT
        member_no,
        CASE WHEN member_no IS NULL THEN mobile END AS mobile,
        category,
        CASE WHEN quantity < 0 THEN -abs(amount) ELSE amount END AS amount
    FROM source.offline_receipt
    WHERE category IS NOT NULL
        AND (member_no IS NOT NULL OR mobile IS NOT NULL)
)
SELECT
    member_no,
    normalize_mobile(mobile, $home_country) AS mobile,
    category,
    CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM line
GROUP BY
    member_no,
    mobile,
    category
