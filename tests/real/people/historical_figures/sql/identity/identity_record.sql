-- One row is a record; its key is hashed, because it holds the answer.
SELECT
    encode(sha256(unique_id), 'hex') AS record_key,
    'person' AS source,
    encode(sha256(unique_id), 'hex') AS source_key,
    first_name,
    surname,
    dob AS birth_date,
    birth_place,
    postcode_fake AS postcode,
    gender,
    occupation
FROM person_record
