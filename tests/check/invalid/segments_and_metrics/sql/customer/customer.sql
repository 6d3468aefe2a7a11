SELECT a.account_id AS customer_id, sum(b.amount) AS net_revenue, count(*) AS orders FROM account AS a JOIN bill AS b USING (account_id) GROUP BY a.account_id
