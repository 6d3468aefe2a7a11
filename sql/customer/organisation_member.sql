-- One row is a customer of an organisation: one of its accounts, or someone who buys for it. An organisation keeps the
-- id that most of its accounts had before.
WITH earlier AS (
    SELECT
        organisation_group.first_customer_id,
        before.organisation_id,
        count(*) AS accounts
    FROM organisation_group
    INNER JOIN previous.organisation_member AS before ON before.customer_id = organisation_group.customer_id
    WHERE organisation_group.role = 'account'
        AND before.role = 'account'
    GROUP BY organisation_group.first_customer_id, before.organisation_id
),
-- an id goes to the organisation with most of its accounts, and an organisation takes one
claim AS (
    SELECT
        first_customer_id,
        organisation_id,
        accounts
    FROM earlier
    QUALIFY row_number() OVER (PARTITION BY organisation_id ORDER BY accounts DESC, first_customer_id) = 1
),
carried AS (
    SELECT
        first_customer_id,
        organisation_id
    FROM claim
    QUALIFY row_number() OVER (PARTITION BY first_customer_id ORDER BY accounts DESC, organisation_id) = 1
),
-- a new organisation is called after the first of its accounts whose name no other bears
named AS (
    SELECT
        organisation_group.first_customer_id,
        min(organisation_group.customer_id) AS customer_id
    FROM organisation_group
    LEFT JOIN carried ON carried.organisation_id = concat('O-', organisation_group.customer_id)
    WHERE carried.organisation_id IS NULL
        AND organisation_group.role = 'account'
    GROUP BY organisation_group.first_customer_id
)
SELECT
    coalesce(
        carried.organisation_id,
        concat('O-', named.customer_id),
        concat('O-', left(md5(organisation_group.first_customer_id), 12))
    ) AS organisation_id,
    organisation_group.customer_id,
    organisation_group.role,
    organisation_group.evidence
FROM organisation_group
LEFT JOIN carried ON carried.first_customer_id = organisation_group.first_customer_id
LEFT JOIN named ON named.first_customer_id = organisation_group.first_customer_id
