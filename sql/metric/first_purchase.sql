-- One row is a customer's first purchase and whether another followed within the repurchase window.
SELECT
    customer_id,
    channel,
    ordered_at,
    coalesce(next_ordered_on - ordered_on <= $repurchase_days, FALSE) AS bought_again
FROM customer_purchase
WHERE purchase_number = 1
