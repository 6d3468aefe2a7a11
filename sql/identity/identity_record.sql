-- One row is a source record that stands for someone, with the values by which it can be told whose it is.
SELECT
    concat(record.source, ':', record.source_key) AS record_key,
    record.source,
    record.source_key,
    record.account,
    record.unionid,
    record.tax_id,
    record.email,
    record.mobile,
    -- a number that a family or two owners in turn have used still joins the records under one name
    CASE WHEN shared_mobile.mobile IS NULL THEN record.mobile || '|' || record.name_key END AS mobile_name,
    CASE WHEN shared_email.email IS NULL THEN record.email || '|' || record.name_key END AS email_name,
    record.name_key
FROM contact_record AS record
LEFT JOIN shared_mobile ON shared_mobile.mobile = record.mobile
LEFT JOIN shared_email ON shared_email.email = record.email
