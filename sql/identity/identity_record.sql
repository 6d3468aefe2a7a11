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
    CASE WHEN given_name >= '一' THEN split_part(name_key, ' ', 1) ELSE family_name END AS family_key,
    CASE WHEN given_name >= '一' THEN substr(name_key, strpos(name_key, ' ') + 1) ELSE given_name END AS given_key,
    -- 小辉 and 阿辉 go by the last character of 子辉
    CASE WHEN given_name >= '一' THEN right(given_name, 1) END AS given_last
FROM named
