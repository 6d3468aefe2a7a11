-- One row is a public post about the brand or a competitor's.
SELECT
    mention_id,
    posted_at,
    platform,
    brand,
    -- without a brand of our own in the parameters, every brand that is no known competitor's is ours
    CASE
        WHEN $own_brand <> '' THEN lower(brand) = lower($own_brand)
        ELSE competitor.competitor IS NULL
    END AS is_own,
    CAST(sentiment AS DECIMAL(9, 6)) AS sentiment
FROM source.market_mention
LEFT JOIN competitor ON competitor.competitor = market_mention.brand
