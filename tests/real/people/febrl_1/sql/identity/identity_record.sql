-- One row is a record; its key is hashed, because it holds the answer.
SELECT
    encode(sha256(rec_id), 'hex') AS record_key,
    'person' AS source,
    encode(sha256(rec_id), 'hex') AS source_key,
    given_name,
    surname,
    street_number,
    address_1,
    address_2,
    suburb,
    postcode,
    state,
    date_of_birth,
    soc_sec_id
FROM person_record
