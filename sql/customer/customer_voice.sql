-- One row is a customer who answered a survey: the last score of each kind.
SELECT
    customer_id,
    first_value(score ORDER BY responded_at DESC, response_id) FILTER (WHERE survey = 'nps') AS last_nps_score,
    first_value(score ORDER BY responded_at DESC, response_id) FILTER (WHERE survey = 'csat') AS last_csat_score,
    first_value(score ORDER BY responded_at DESC, response_id) FILTER (WHERE survey = 'ces') AS last_ces_score
FROM survey_response
WHERE customer_id IS NOT NULL
    AND score IS NOT NULL
GROUP BY customer_id
