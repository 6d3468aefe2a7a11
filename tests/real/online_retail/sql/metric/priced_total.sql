-- One row: the lines with a price above zero.
SELECT
    COUNT(*) AS lines,
    MIN(price) AS least_price
FROM priced_line
