-- One row is a currency's rate to the base currency on a day; a day without a rate has the most recent one before it.
WITH rate AS (
    SELECT
        upper(currency) AS currency,
        date AS rated_on,
        rate_to_base
    FROM source.exchange_rate
    WHERE rate_to_base > 0
        AND upper(currency) <> $base_currency
),
rate_span AS (
    SELECT
        currency,
        rated_on,
        lead(rated_on, 1, $as_of + INTERVAL '1' DAY) OVER (PARTITION BY currency ORDER BY rated_on) AS next_rated_on,
        rate_to_base
    FROM rate
)
SELECT
    currency,
    unnest(range(rated_on, next_rated_on, INTERVAL '1' DAY)) AS day,
    rated_on,
    rate_to_base
FROM rate_span
