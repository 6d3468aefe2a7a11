-- One row is a person of a household, which goes by the least of its customer ids.
WITH piece AS (
    SELECT unnest(connected_components(customer_id, shared)) AS piece
    FROM household_link
),
person AS (
    SELECT
        piece['member'] AS customer_id,
        piece['first'] AS first_customer_id
    FROM piece
)
SELECT
    person.customer_id,
    person.first_customer_id,
    string_agg(DISTINCT household_link.evidence, ', ' ORDER BY household_link.evidence) AS evidence
FROM person
INNER JOIN household_link ON household_link.customer_id = person.customer_id
GROUP BY
    person.customer_id,
    person.first_customer_id
QUALIFY count(*) OVER (PARTITION BY person.first_customer_id) BETWEEN 2 AND $household_members
