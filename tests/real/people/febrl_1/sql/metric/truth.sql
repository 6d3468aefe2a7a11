-- One row is a record with the person it truly is and the customer it became.
SELECT
    encode(sha256(label.rec_id), 'hex') AS source_key,
    split_part(label.rec_id, '-', 2) AS person,
    -- a record that is missing from the map is alone
    coalesce(identity_map.customer_id, label.rec_id) AS customer_id
FROM label
LEFT JOIN identity_map
    ON identity_map.source_key = encode(sha256(label.rec_id), 'hex')
    AND identity_map.valid_to IS NULL
