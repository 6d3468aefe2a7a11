-- One row is a customer and a key that tells one business. What two tax numbers share, or too many people, tells none.
WITH telling AS (
    SELECT
        evidence,
        shared
    FROM organisation_key
    GROUP BY evidence, shared
    HAVING bool_or(is_business)
        AND count(*) BETWEEN 2 AND $organisation_members
        -- a misspelt provider's domain has no tax number
        AND (evidence <> 'mail domain' OR min(tax_id) FILTER (WHERE is_business) IS NOT NULL)
        AND min(tax_id) FILTER (WHERE is_business) IS NOT DISTINCT FROM max(tax_id) FILTER (WHERE is_business)
)
SELECT
    organisation_key.customer_id,
    organisation_key.is_business,
    organisation_key.evidence,
    concat(organisation_key.evidence, '|', organisation_key.shared) AS shared
FROM organisation_key
INNER JOIN telling
    ON telling.evidence = organisation_key.evidence
    AND telling.shared = organisation_key.shared
