-- One row is a competitor that prices or comparisons of service name.
SELECT competitor
FROM source.market_competitor_price
UNION
SELECT competitor
FROM source.market_competitor_service
