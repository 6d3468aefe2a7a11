-- One row is a service case; durations are NULL until the reply or the solution has come.
SELECT
    ticket.ticket_id,
    identity_map.customer_id,
    ticket.channel,
    ticket.topic,
    ticket.opened_at,
    CAST(
        (date_part('epoch', ticket.first_reply_at) - date_part('epoch', ticket.opened_at)) / 60 AS DECIMAL(18, 2)
    ) AS first_reply_minutes,
    CAST(
        (date_part('epoch', ticket.resolved_at) - date_part('epoch', ticket.opened_at)) / 3600 AS DECIMAL(18, 2)
    ) AS resolution_hours,
    ticket.resolved_at,
    ticket.reopened,
    ticket.satisfaction,
    ticket.handling_minutes
FROM ticket
LEFT JOIN identity_map
    ON identity_map.source = 'service_ticket'
    AND identity_map.source_key = ticket.ticket_id
    AND identity_map.valid_to IS NULL
