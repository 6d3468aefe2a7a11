-- One row is a customer of an organisation, which goes by the least id of its business customers. People join nothing.
WITH business AS (
    SELECT
        customer_id,
        shared
    FROM organisation_link
    WHERE is_business
),
piece AS (
    SELECT unnest(connected_components(customer_id, shared)) AS piece
    FROM business
),
business_there AS (
    SELECT
        piece['member'] AS customer_id,
        piece['first'] AS least
    FROM piece
),
organisation AS (
    SELECT
        business.shared,
        min(business_there.least) AS least
    FROM business
    INNER JOIN business_there ON business_there.customer_id = business.customer_id
    GROUP BY business.shared
),
-- a business is of one organisation, a person may buy for several
member AS (
    SELECT
        business_there.least AS first_customer_id,
        organisation_link.customer_id,
        organisation_link.is_business,
        organisation_link.evidence
    FROM organisation_link
    INNER JOIN business_there ON business_there.customer_id = organisation_link.customer_id
    UNION ALL
    SELECT
        organisation.least AS first_customer_id,
        organisation_link.customer_id,
        organisation_link.is_business,
        organisation_link.evidence
    FROM organisation_link
    INNER JOIN organisation ON organisation.shared = organisation_link.shared
    WHERE NOT organisation_link.is_business
)
SELECT
    first_customer_id,
    customer_id,
    CASE
        WHEN bool_or(is_business) THEN 'account'
        WHEN bool_or(evidence IN ('tax id', 'company name')) THEN 'buyer'
        WHEN bool_or(evidence = 'order') THEN 'contact'
        ELSE 'employee'
    END AS role,
    string_agg(DISTINCT evidence, ', ' ORDER BY evidence) AS evidence
FROM member
GROUP BY first_customer_id, customer_id
QUALIFY count(*) OVER (PARTITION BY first_customer_id) > 1
