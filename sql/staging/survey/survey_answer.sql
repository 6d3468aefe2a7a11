-- One row is an answer to a survey given by the as-of date; a score outside the survey's own scale is no score.
WITH answer AS (
    SELECT
        response_id,
        survey,
        sent_at,
        coalesce(responded_at, sent_at) AS responded_at,
        CASE
            WHEN survey = 'nps' AND score BETWEEN 0 AND $nps_scale_max THEN score
            WHEN survey = 'csat' AND score BETWEEN 1 AND $csat_scale_max THEN score
            WHEN survey = 'ces' AND score BETWEEN 1 AND $ces_scale_max THEN score
        END AS score,
        display_name(name) AS name,
        normalize_email(email) AS email,
        normalize_mobile(mobile, $home_country) AS mobile,
        order_ref,
        comment
    FROM source.survey_response
    WHERE responded_at < $as_of_end
        OR (responded_at IS NULL AND score IS NOT NULL)
)
SELECT
    response_id,
    survey,
    sent_at,
    responded_at,
    score,
    name,
    name_key(name) AS name_key,
    email,
    mobile,
    order_ref,
    comment
FROM answer
