-- One row is a source record that stands for someone, with the values by which it can be told whose it is.
WITH named AS (
    SELECT
        source,
        source_key,
        account,
        unionid,
        tax_id,
        customer_type,
        email,
        mobile,
        birth_date,
        gender,
        address,
        surname(name) AS family_name,
        given_name(name) AS given_name,
        name_key(name) AS name_key
    FROM contact_record
)
SELECT
    concat(source, ':', source_key) AS record_key,
    source,
    source_key,
    account,
    unionid,
    tax_id,
    customer_type,
    email,
    mobile,
    birth_date,
    gender,
    address,
    family_name,
    given_name,
    name_key,
    -- in both scripts the same
    split_part(name_key, ' ', 1) AS family_key,
    nullif(substr(name_key, strpos(name_key, ' ') + 1), name_key) AS given_key
FROM named
