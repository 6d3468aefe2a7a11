-- One row is a product review.
SELECT
    review_id,
    posted_at,
    sku,
    account_id,
    stars
FROM source.online_review
