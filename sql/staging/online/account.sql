-- One row is a web-shop account; identifiers are normalised, and masked values are no values.
WITH normalised AS (
    SELECT
        account_id,
        created_at,
        least(coalesce(updated_at, created_at), $as_of_end) AS updated_at,
        display_name(name) AS name,
        normalize_email(email) AS email,
        normalize_mobile(mobile, coalesce(country, $home_country)) AS mobile,
        CASE
            WHEN normalize_mobile(mobile, coalesce(country, $home_country)) IS NULL
                THEN normalize_phone(mobile, coalesce(country, $home_country))
        END AS landline,
        CASE WHEN NOT is_masked(address) THEN nullif(trim(address), '') END AS address,
        normalize_address(CASE WHEN NOT is_masked(address) THEN address END) AS place,
        nullif(trim(postcode), '') AS postcode,
        CASE WHEN NOT is_masked(wechat_unionid) THEN wechat_unionid END AS wechat_unionid,
        CASE
            WHEN NOT is_masked(tax_id) THEN nullif(upper(regexp_replace(tax_id, '[^0-9A-Za-z]', '', 'g')), '')
        END AS tax_id,
        CASE WHEN NOT is_masked(company_name) THEN nullif(trim(company_name), '') END AS company_name,
        customer_type,
        upper(gender) AS gender,
        birth_date,
        upper(country) AS country,
        nullif(trim(province), '') AS province,
        nullif(trim(city), '') AS city,
        industry,
        company_size,
        acquisition_campaign_id,
        referred_by_account_id,
        marketing_consent,
        consent_at,
        education,
        income_band,
        interests
    FROM source.online_account
)
SELECT
    account_id,
    created_at,
    updated_at,
    name,
    name_key(name) AS name_key,
    email,
    mobile,
    landline,
    wechat_unionid,
    tax_id,
    company_name,
    normalize_company(company_name) AS company_key,
    CASE WHEN tax_id IS NOT NULL OR company_name IS NOT NULL THEN 'business' ELSE customer_type END AS customer_type,
    CASE WHEN gender IN ('F', 'M') THEN gender END AS gender,
    CASE WHEN birth_date BETWEEN $earliest_birth_date AND $as_of THEN birth_date END AS birth_date,
    country,
    coalesce(province, place['province']) AS province,
    coalesce(city, place['city']) AS city,
    address,
    postcode,
    industry,
    company_size,
    acquisition_campaign_id,
    referred_by_account_id,
    CASE WHEN coalesce(consent_at < $as_of_end, TRUE) THEN marketing_consent END AS marketing_consent,
    CASE WHEN consent_at < $as_of_end THEN consent_at END AS consent_at,
    education,
    income_band,
    interests
FROM normalised
