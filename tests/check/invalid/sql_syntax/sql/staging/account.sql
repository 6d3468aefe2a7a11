SELECT account_id,
       name,
FROM source.account WHERE (name = 'x'
