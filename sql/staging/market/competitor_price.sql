-- One row is a price seen at a competitor, in the base currency.
SELECT
    market_competitor_price.seen_on,
    market_competitor_price.competitor,
    market_competitor_price.sku,
    CAST(
        market_competitor_price.price
            * CASE
                WHEN coalesce(upper(market_competitor_price.currency), $base_currency) = $base_currency THEN 1
                ELSE exchange_rate_day.rate_to_base
            END
        AS DECIMAL(18, 2)
    ) AS price
FROM source.market_competitor_price
LEFT JOIN exchange_rate_day
    ON exchange_rate_day.currency = upper(market_competitor_price.currency)
    AND exchange_rate_day.day = market_competitor_price.seen_on
WHERE market_competitor_price.price > 0
