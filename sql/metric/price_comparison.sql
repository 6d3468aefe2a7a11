-- One row is a price seen at a competitor beside our own of that month; products we did not sell then have none.
SELECT
    competitor_price.seen_on,
    competitor_price.competitor,
    competitor_price.sku,
    competitor_price.price AS competitor_price,
    own_price.price AS own_price
FROM competitor_price
INNER JOIN own_price
    ON own_price.sku = competitor_price.sku
    AND own_price.month = business_month(competitor_price.seen_on)
WHERE competitor_price.price IS NOT NULL
    AND own_price.price IS NOT NULL
