-- One row is a record with the person it truly is and the customer it became.
SELECT
    encode(sha256(label.unique_id), 'hex') AS source_key,
    label.cluster AS person,
    -- a record that is missing from the map is alone
    coalesce(identity_map.customer_id, label.unique_id) AS customer_id
FROM label
LEFT JOIN identity_map
    ON identity_map.source_key = encode(sha256(label.unique_id), 'hex')
    AND identity_map.valid_to IS NULL
