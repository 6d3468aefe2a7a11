-- One row is a customer who brought others.
SELECT
    referrer_customer_id AS customer_id,
    count(*) AS referred_count
FROM referral
GROUP BY referrer_customer_id
