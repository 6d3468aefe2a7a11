SELECT account_id, count(*) AS bills FROM bill GROUP BY account_id
