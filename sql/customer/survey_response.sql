-- One row is an answer to a survey; telephone numbers and mail addresses in comments are blotted out.
SELECT
    survey_answer.response_id,
    identity_map.customer_id,
    survey_answer.survey,
    survey_answer.score,
    survey_answer.sent_at,
    survey_answer.responded_at,
    regexp_replace(survey_answer.comment, $contact_pattern, '***', 'g') AS comment
FROM survey_answer
LEFT JOIN identity_map
    ON identity_map.source = 'survey_response'
    AND identity_map.source_key = survey_answer.response_id
    AND identity_map.valid_to IS NULL
