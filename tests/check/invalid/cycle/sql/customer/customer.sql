SELECT a.account_id
FROM account AS a
JOIN bill USING (account_id)
JOIN loyal ON loyal.account_id = a.account_id
