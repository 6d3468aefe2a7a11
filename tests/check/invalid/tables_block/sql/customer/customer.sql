SELECT account_id, CAST(count(*) AS INT) AS bills, max(paid_on) AS paid_on, sum(amount) AS spent FROM bill JOIN account USING (account_id) GROUP BY account_id
