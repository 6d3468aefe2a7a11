SELECT account_id, sum(amount) AS amount, sum(CAST(amount AS DOUBLE)) AS rough
FROM bill
GROUP BY account_id
