-- One row is a currency's rate to the base currency on a day; a day without a rate has the most recent one before it.
WITH rate_span AS (
    SELECT
        currency,
        date AS rated_on,
        lead(date, 1, $as_of + INTERVAL '1' DAY) OVER (PARTITION BY currency ORDER BY date) AS next_rated_on,
        rate_to_base
    FROM source.exchange_rate
    WHERE currency <> $base_currency
)
SELECT
    currency,
    unnest(range(rated_on, next_rated_on, INTERVAL '1' DAY)) AS day,
    rate_to_base
FROM rate_span
