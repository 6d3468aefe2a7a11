-- One row: the net promoter score with its 95 % interval, plain and weighted.
WITH total AS (
    SELECT
        COUNT(*) AS answers,
        COUNT(*) FILTER (WHERE stance = 1) AS promoters,
        COUNT(*) FILTER (WHERE stance = 0) AS passives,
        COUNT(*) FILTER (WHERE stance = -1) AS detractors,
        SUM(stance * weight) AS weighted_stance,
        SUM(weight) AS weight
    FROM recommendation
),
share AS (
    SELECT
        answers,
        promoters,
        passives,
        detractors,
        CAST(promoters - detractors AS DOUBLE) / NULLIF(answers, 0) AS score,
        CAST(promoters + detractors AS DOUBLE) / NULLIF(answers, 0) AS polarised,
        CAST(weighted_stance AS DOUBLE) / NULLIF(CAST(weight AS DOUBLE), 0) AS weighted_score
    FROM total
)
SELECT
    answers,
    promoters,
    passives,
    detractors,
    100 * score AS score,
    100 * sqrt((polarised - score * score) / answers) AS standard_error,
    100 * (score - $z_95 * sqrt((polarised - score * score) / answers)) AS lower,
    100 * (score + $z_95 * sqrt((polarised - score * score) / answers)) AS upper,
    100 * weighted_score AS weighted_score
FROM share
