-- One row per passenger who answered the recommend question.
SELECT
    answer_id,
    recommend,
    weight,
    CASE WHEN recommend >= 9 THEN 1 WHEN recommend <= 6 THEN -1 ELSE 0 END AS stance
FROM answer
WHERE recommend IS NOT NULL
