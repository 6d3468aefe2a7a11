-- One row is a service case; a reply, solution or verdict after the as-of date has not happened yet.
SELECT
    ticket_id,
    opened_at,
    CASE WHEN first_reply_at >= opened_at AND first_reply_at < $as_of_end THEN first_reply_at END AS first_reply_at,
    CASE WHEN resolved_at >= opened_at AND resolved_at < $as_of_end THEN resolved_at END AS resolved_at,
    normalize_email(email) AS email,
    normalize_mobile(mobile, $home_country) AS mobile,
    channel,
    topic,
    CASE WHEN coalesce(resolved_at < $as_of_end, TRUE) THEN reopened END AS reopened,
    CASE WHEN coalesce(resolved_at < $as_of_end, TRUE) THEN satisfaction END AS satisfaction,
    handling_minutes
FROM source.service_ticket
