-- One row is a customer of an organisation, which goes by the least id of its business customers. These are joined two
-- links deep; people join nothing.
WITH business AS (
    SELECT
        customer_id,
        shared
    FROM organisation_link
    WHERE is_business
),
key_1 AS (
    SELECT
        shared,
        min(customer_id) AS least
    FROM business
    GROUP BY shared
),
business_1 AS (
    SELECT
        business.customer_id,
        min(key_1.least) AS least
    FROM business
    INNER JOIN key_1 ON key_1.shared = business.shared
    GROUP BY business.customer_id
),
key_2 AS (
    SELECT
        business.shared,
        min(business_1.least) AS least
    FROM business
    INNER JOIN business_1 ON business_1.customer_id = business.customer_id
    GROUP BY business.shared
),
business_2 AS (
    SELECT
        business.customer_id,
        min(key_2.least) AS least
    FROM business
    INNER JOIN key_2 ON key_2.shared = business.shared
    GROUP BY business.customer_id
),
organisation AS (
    SELECT
        business.shared,
        min(business_2.least) AS least
    FROM business
    INNER JOIN business_2 ON business_2.customer_id = business.customer_id
    GROUP BY business.shared
),
-- a business is of one organisation, a person may buy for several
member AS (
    SELECT
        business_2.least AS first_customer_id,
        organisation_link.customer_id,
        organisation_link.is_business,
        organisation_link.evidence
    FROM organisation_link
    INNER JOIN business_2 ON business_2.customer_id = organisation_link.customer_id
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
