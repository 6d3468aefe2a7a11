-- One row is a cohort of which not everyone was active in its first month, or more were active than it has customers.
SELECT
    cohort,
    period,
    customers,
    active
FROM cohort_retention
WHERE active > customers
    OR (period = 0 AND active <> customers)
