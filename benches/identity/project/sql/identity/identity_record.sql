-- One row is a record of a person.
SELECT
    record_key,
    'person' AS source,
    record_key AS source_key,
    first_name,
    surname,
    date_of_birth,
    email,
    mobile,
    postcode,
    city
FROM person_record
