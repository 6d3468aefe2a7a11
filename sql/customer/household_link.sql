-- One row is a person and a key of theirs that is a household's: a dormitory's, a shop's or an office's is left out.
WITH surname_there AS (
    SELECT
        evidence,
        place,
        surname,
        count(*) AS members
    FROM household_key
    GROUP BY evidence, place, surname
),
crowded AS (
    SELECT
        evidence,
        place
    FROM surname_there
    GROUP BY evidence, place
    HAVING count(surname) > $household_surnames
        OR sum(members) > $household_members
),
family AS (
    SELECT household_key.shared
    FROM household_key
    LEFT JOIN crowded
        ON crowded.evidence = household_key.evidence
        AND crowded.place = household_key.place
    WHERE crowded.place IS NULL
    GROUP BY household_key.shared
    HAVING count(*) > 1
)
SELECT
    household_key.customer_id,
    household_key.evidence,
    household_key.shared
FROM household_key
INNER JOIN family ON family.shared = household_key.shared
