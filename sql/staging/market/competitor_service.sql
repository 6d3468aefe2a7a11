-- One row is a comparison of our service with a competitor's in one respect.
SELECT
    seen_on,
    competitor,
    aspect,
    own_score,
    competitor_score
FROM source.market_competitor_service
WHERE own_score IS NOT NULL
    AND competitor_score > 0
