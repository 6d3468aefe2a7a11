-- One row is a day of a campaign with its even share of the spend.
WITH campaign_span AS (
    SELECT
        campaign_id,
        channel,
        goal,
        spend,
        greatest(ends_on - starts_on + 1, 1) AS days,
        unnest(generate_series(starts_on, least(greatest(ends_on, starts_on), $as_of), INTERVAL '1' DAY)) AS day
    FROM campaign
)
SELECT
    campaign_id,
    channel,
    goal,
    day,
    CAST(spend AS DECIMAL(18, 6)) / days AS spend
FROM campaign_span
