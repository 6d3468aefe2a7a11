-- One row is a figure of the last complete month beside the month before and its target.
SELECT
    metric,
    period_start,
    value,
    previous,
    change,
    target,
    status
FROM metric_value
WHERE grain = 'month'
    AND dimension = 'total'
    AND as_of = $as_of
    AND period_start = business_month($as_of + INTERVAL '1' DAY) - INTERVAL '1' MONTH
