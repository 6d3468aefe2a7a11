-- One row is the points on a loyalty card.
SELECT
    member_no,
    sum(points) AS points_balance,
    max(at) AS last_moved_at
FROM source.loyalty_point
GROUP BY member_no
