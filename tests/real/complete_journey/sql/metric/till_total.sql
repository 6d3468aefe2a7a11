-- One row: how much the tills rang up.
SELECT
    COUNT(*) AS lines,
    COUNT(DISTINCT basket_id) AS baskets,
    COUNT(DISTINCT household_id) AS households,
    SUM(sales_value) AS sales
FROM till_line
