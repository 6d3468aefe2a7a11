-- One row: pairwise precision, recall and F1 of the customers against the truth.
WITH pairs AS (
    SELECT
        (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM truth GROUP BY person)) AS of_persons,
        (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM truth GROUP BY customer_id)) AS of_customers,
        (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM truth GROUP BY person, customer_id)) AS of_both
)
SELECT
    CAST(of_both AS DOUBLE) / of_customers AS precision,
    CAST(of_both AS DOUBLE) / of_persons AS recall,
    2.0 * of_both / (of_customers + of_persons) AS f1
FROM pairs
