SELECT n.account_id FROM note AS n, account AS a, customer AS c
