-- One row is a person of a household, which goes by the least of its customer ids; links are followed three deep.
WITH key_1 AS (
    SELECT
        shared,
        min(customer_id) AS least
    FROM household_link
    GROUP BY shared
),
person_1 AS (
    SELECT
        household_link.customer_id,
        min(key_1.least) AS least
    FROM household_link
    INNER JOIN key_1 ON key_1.shared = household_link.shared
    GROUP BY household_link.customer_id
),
key_2 AS (
    SELECT
        household_link.shared,
        min(person_1.least) AS least
    FROM household_link
    INNER JOIN person_1 ON person_1.customer_id = household_link.customer_id
    GROUP BY household_link.shared
),
person_2 AS (
    SELECT
        household_link.customer_id,
        min(key_2.least) AS least
    FROM household_link
    INNER JOIN key_2 ON key_2.shared = household_link.shared
    GROUP BY household_link.customer_id
),
key_3 AS (
    SELECT
        household_link.shared,
        min(person_2.least) AS least
    FROM household_link
    INNER JOIN person_2 ON person_2.customer_id = household_link.customer_id
    GROUP BY household_link.shared
),
person_3 AS (
    SELECT
        household_link.customer_id,
        min(key_3.least) AS least,
        string_agg(DISTINCT household_link.evidence, ', ' ORDER BY household_link.evidence) AS evidence
    FROM household_link
    INNER JOIN key_3 ON key_3.shared = household_link.shared
    GROUP BY household_link.customer_id
)
SELECT
    customer_id,
    least AS first_customer_id,
    evidence
FROM person_3
QUALIFY count(*) OVER (PARTITION BY least) BETWEEN 2 AND $household_members
