-- One row is a customer with service cases.
SELECT
    customer_id,
    count(*) AS ticket_count,
    count(*) FILTER (WHERE resolved_at IS NULL) AS open_ticket_count,
    max(opened_at) AS last_ticket_at,
    first_value(satisfaction ORDER BY opened_at DESC, ticket_id)
        FILTER (WHERE satisfaction IS NOT NULL) AS last_ticket_satisfaction
FROM service_case
WHERE customer_id IS NOT NULL
GROUP BY customer_id
