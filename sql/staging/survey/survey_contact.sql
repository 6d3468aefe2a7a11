-- One row is someone who was sent a survey, answered or not, with how they were reached.
SELECT
    response_id,
    order_ref,
    display_name(name) AS name,
    normalize_email(email) AS email,
    normalize_mobile(mobile, $home_country) AS mobile
FROM source.survey_response
