-- One row is a person of a household. A household keeps the id that most of its people had before.
WITH earlier AS (
    SELECT
        household_group.first_customer_id,
        before.household_id,
        count(*) AS people
    FROM household_group
    INNER JOIN previous.household_member AS before ON before.customer_id = household_group.customer_id
    GROUP BY household_group.first_customer_id, before.household_id
),
-- an id goes to the household with most of its people, and a household takes one
claim AS (
    SELECT
        first_customer_id,
        household_id,
        people
    FROM earlier
    QUALIFY row_number() OVER (PARTITION BY household_id ORDER BY people DESC, first_customer_id) = 1
),
carried AS (
    SELECT
        first_customer_id,
        household_id
    FROM claim
    QUALIFY row_number() OVER (PARTITION BY first_customer_id ORDER BY people DESC, household_id) = 1
),
-- a new household is called after the first of its people whose name no other household bears
named AS (
    SELECT
        household_group.first_customer_id,
        min(household_group.customer_id) AS customer_id
    FROM household_group
    LEFT JOIN carried ON carried.household_id = concat('H-', household_group.customer_id)
    WHERE carried.household_id IS NULL
    GROUP BY household_group.first_customer_id
)
SELECT
    coalesce(
        carried.household_id,
        concat('H-', named.customer_id),
        concat('H-', left(md5(household_group.first_customer_id), 12))
    ) AS household_id,
    household_group.customer_id,
    household_group.evidence
FROM household_group
LEFT JOIN carried ON carried.first_customer_id = household_group.first_customer_id
LEFT JOIN named ON named.first_customer_id = household_group.first_customer_id
