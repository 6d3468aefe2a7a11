SELECT account_id FROM custmer
WHERE paid < $as_of - $churn_dys
