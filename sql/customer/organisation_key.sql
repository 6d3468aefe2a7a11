-- One row is a customer and something that those share who buy for one business.
WITH said AS (
    SELECT
        customer_id,
        'tax id' AS evidence,
        tax_id AS shared
    FROM customer_record
    UNION ALL
    SELECT
        customer_id,
        'company name' AS evidence,
        normalize_company(company_name) AS shared
    FROM customer_record
    UNION ALL
    SELECT
        customer_id,
        'mail domain' AS evidence,
        split_part(email, '@', 2) AS shared
    FROM customer_record
    WHERE NOT regexp_like(split_part(email, '@', 2), $free_mail_pattern)
        AND NOT is_placeholder(email, 'email')
    UNION ALL
    SELECT
        customer_id,
        'order' AS evidence,
        source_key AS shared
    FROM customer_record
    WHERE source = 'online_account'
    UNION ALL
    -- who answers for an order has to do with the account that placed it
    SELECT
        identity_map.customer_id,
        'order' AS evidence,
        web_order.account_id AS shared
    FROM survey_answer
    INNER JOIN web_order ON web_order.order_id = survey_answer.order_ref
    INNER JOIN identity_map
        ON identity_map.source = 'survey_response'
        AND identity_map.source_key = survey_answer.response_id
        AND identity_map.valid_to IS NULL
)
SELECT DISTINCT
    said.customer_id,
    coalesce(golden.customer_type = 'business', FALSE) AS is_business,
    golden.tax_id,
    said.evidence,
    said.shared
FROM said
INNER JOIN customer_golden AS golden ON golden.customer_id = said.customer_id
WHERE said.shared IS NOT NULL
