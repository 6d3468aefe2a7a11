-- One row is a household: people who live together, each a customer of their own.
SELECT
    household_member.household_id,
    count(*) AS member_count,
    max(customer.province) AS province,
    max(customer.city) AS city,
    min(customer.first_seen_at) AS first_seen_at,
    max(customer.last_order_at) AS last_order_at,
    sum(customer.order_count) AS order_count,
    CAST(sum(customer.net_revenue) AS DECIMAL(18, 2)) AS net_revenue
FROM household_member
INNER JOIN customer ON customer.customer_id = household_member.customer_id
GROUP BY household_member.household_id
