SELECT account_id, sum(weight) AS weight, avg(amount) AS amount, sum(CAST(weight AS DECIMAL(18,4))) AS exact
FROM bill
GROUP BY account_id
