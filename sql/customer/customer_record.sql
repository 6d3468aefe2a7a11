-- One row is a source record of a customer with what it says about them.
WITH record AS (
    SELECT
        'online_account' AS source,
        'online' AS channel,
        account_id AS source_key,
        created_at AS seen_at,
        updated_at,
        name,
        email,
        mobile,
        landline,
        gender,
        birth_date,
        country,
        province,
        city,
        address,
        postcode,
        customer_type,
        company_name,
        tax_id,
        industry,
        company_size,
        education,
        income_band,
        interests,
        marketing_consent,
        consent_at,
        acquisition_campaign_id
    FROM account
    UNION ALL BY NAME
    SELECT
        'offline_member' AS source,
        'offline' AS channel,
        member_no AS source_key,
        joined_at AS seen_at,
        updated_at,
        name,
        email,
        mobile,
        landline,
        gender,
        birth_date,
        province,
        city,
        address,
        card_level AS loyalty_level,
        home_store_id
    FROM member
    UNION ALL BY NAME
    SELECT
        'service_ticket' AS source,
        'service' AS channel,
        ticket_id AS source_key,
        opened_at AS seen_at,
        opened_at AS updated_at,
        email,
        mobile
    FROM ticket
    UNION ALL BY NAME
    SELECT
        'survey_response' AS source,
        'survey' AS channel,
        response_id AS source_key,
        responded_at AS seen_at,
        responded_at AS updated_at,
        name,
        email,
        mobile
    FROM survey_answer
    UNION ALL BY NAME
    SELECT
        'offline_receipt' AS source,
        'offline' AS channel,
        receipt_key AS source_key,
        first_sold_at AS seen_at,
        last_sold_at AS updated_at,
        mobile
    FROM receipt_mobile
)
SELECT
    identity_map.customer_id,
    record.source,
    record.source_key,
    record.channel,
    record.seen_at,
    record.updated_at,
    record.name,
    record.email,
    record.mobile,
    record.landline,
    record.gender,
    record.birth_date,
    record.country,
    record.province,
    record.city,
    record.address,
    record.postcode,
    record.customer_type,
    record.company_name,
    record.tax_id,
    record.industry,
    record.company_size,
    record.education,
    record.income_band,
    record.interests,
    record.marketing_consent,
    record.consent_at,
    record.acquisition_campaign_id,
    record.loyalty_level,
    record.home_store_id
FROM record
INNER JOIN identity_map
    ON identity_map.source = record.source
    AND identity_map.source_key = record.source_key
WHERE identity_map.valid_to IS NULL
