-- One row: how much the tills rang up.
SELECT
    COUNT(*) AS lines,
    COUNT(DISTINCT basket_id) AS baskets,
    COUNT(DISTINCT household_id) AS households,
    SUM(CAST(sales_value AS DECIMAL(18, 6))) AS sales
FROM till_line
