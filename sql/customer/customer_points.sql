-- One row is a customer with points on their loyalty cards.
SELECT
    identity_map.customer_id,
    sum(member_points.points_balance) AS points_balance
FROM member_points
INNER JOIN identity_map
    ON identity_map.source = 'offline_member'
    AND identity_map.source_key = member_points.member_no
    AND identity_map.valid_to IS NULL
GROUP BY identity_map.customer_id
