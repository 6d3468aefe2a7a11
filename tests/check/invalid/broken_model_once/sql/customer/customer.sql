SELECT account.account_id, account.nonsense FROM account JOIN bill USING (account_id)
