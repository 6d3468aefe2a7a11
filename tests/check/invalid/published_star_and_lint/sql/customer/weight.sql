SELECT account_id, sum(weight) AS weight, avg(amount) AS amount, max(CAST(weight AS DECIMAL(18,4))) AS heaviest
FROM bill
GROUP BY account_id
