-- One row is a customer with the value of each attribute that is believed, and the rank of the record it came from.
SELECT
    customer_id,
    count(*) AS record_count,
    min(seen_at) AS first_seen_at,
    -- one record of a business makes the customer a business
    min(record_rank) FILTER (WHERE customer_type = 'business') AS business_rank,
    min(record_rank) FILTER (WHERE customer_type IS NOT NULL) AS customer_type_rank,
    first_value(name ORDER BY record_rank) FILTER (WHERE name IS NOT NULL) AS name,
    first_value(email ORDER BY record_rank) FILTER (WHERE email IS NOT NULL) AS email,
    first_value(mobile ORDER BY record_rank) FILTER (WHERE mobile IS NOT NULL) AS mobile,
    first_value(gender ORDER BY record_rank) FILTER (WHERE gender IS NOT NULL) AS gender,
    first_value(birth_date ORDER BY record_rank) FILTER (WHERE birth_date IS NOT NULL) AS birth_date,
    first_value(country ORDER BY record_rank) FILTER (WHERE country IS NOT NULL) AS country,
    first_value(province ORDER BY record_rank) FILTER (WHERE province IS NOT NULL) AS province,
    first_value(city ORDER BY record_rank) FILTER (WHERE city IS NOT NULL) AS city,
    first_value(address ORDER BY record_rank) FILTER (WHERE address IS NOT NULL) AS address,
    first_value(postcode ORDER BY record_rank) FILTER (WHERE postcode IS NOT NULL) AS postcode,
    first_value(company_name ORDER BY record_rank) FILTER (WHERE company_name IS NOT NULL) AS company_name,
    first_value(tax_id ORDER BY record_rank) FILTER (WHERE tax_id IS NOT NULL) AS tax_id,
    first_value(industry ORDER BY record_rank) FILTER (WHERE industry IS NOT NULL) AS industry,
    first_value(company_size ORDER BY record_rank) FILTER (WHERE company_size IS NOT NULL) AS company_size,
    first_value(education ORDER BY record_rank) FILTER (WHERE education IS NOT NULL) AS education,
    first_value(income_band ORDER BY record_rank) FILTER (WHERE income_band IS NOT NULL) AS income_band,
    first_value(interests ORDER BY record_rank) FILTER (WHERE interests IS NOT NULL) AS interests,
    first_value(loyalty_level ORDER BY record_rank) FILTER (WHERE loyalty_level IS NOT NULL) AS loyalty_level,
    first_value(home_store_id ORDER BY record_rank) FILTER (WHERE home_store_id IS NOT NULL) AS home_store_id,
    min(record_rank) FILTER (WHERE name IS NOT NULL) AS name_rank,
    min(record_rank) FILTER (WHERE email IS NOT NULL) AS email_rank,
    min(record_rank) FILTER (WHERE mobile IS NOT NULL) AS mobile_rank,
    min(record_rank) FILTER (WHERE gender IS NOT NULL) AS gender_rank,
    min(record_rank) FILTER (WHERE birth_date IS NOT NULL) AS birth_date_rank,
    min(record_rank) FILTER (WHERE country IS NOT NULL) AS country_rank,
    min(record_rank) FILTER (WHERE province IS NOT NULL) AS province_rank,
    min(record_rank) FILTER (WHERE city IS NOT NULL) AS city_rank,
    min(record_rank) FILTER (WHERE address IS NOT NULL) AS address_rank,
    min(record_rank) FILTER (WHERE postcode IS NOT NULL) AS postcode_rank,
    min(record_rank) FILTER (WHERE company_name IS NOT NULL) AS company_name_rank,
    min(record_rank) FILTER (WHERE tax_id IS NOT NULL) AS tax_id_rank,
    min(record_rank) FILTER (WHERE industry IS NOT NULL) AS industry_rank,
    min(record_rank) FILTER (WHERE company_size IS NOT NULL) AS company_size_rank,
    min(record_rank) FILTER (WHERE education IS NOT NULL) AS education_rank,
    min(record_rank) FILTER (WHERE income_band IS NOT NULL) AS income_band_rank,
    min(record_rank) FILTER (WHERE interests IS NOT NULL) AS interests_rank,
    min(record_rank) FILTER (WHERE loyalty_level IS NOT NULL) AS loyalty_level_rank,
    min(record_rank) FILTER (WHERE home_store_id IS NOT NULL) AS home_store_id_rank,
    -- consent is what was said last, the campaign is the one that came first
    first_value(marketing_consent ORDER BY consent_at DESC, record_rank)
        FILTER (WHERE marketing_consent IS NOT NULL) AS marketing_consent,
    first_value(record_rank ORDER BY consent_at DESC, record_rank)
        FILTER (WHERE marketing_consent IS NOT NULL) AS marketing_consent_rank,
    first_value(acquisition_campaign_id ORDER BY seen_at, record_rank)
        FILTER (WHERE acquisition_campaign_id IS NOT NULL) AS acquisition_campaign_id,
    first_value(record_rank ORDER BY seen_at, record_rank)
        FILTER (WHERE acquisition_campaign_id IS NOT NULL) AS acquisition_campaign_id_rank
FROM customer_record
GROUP BY customer_id
