-- One row is a record.
SELECT
    'shop:' || record AS record_key,
    'shop' AS source,
    record AS source_key,
    given_name,
    family_name,
    birth_date,
    city,
    email,
    mobile
FROM person
