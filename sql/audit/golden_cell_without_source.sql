-- One row is a customer with values that `golden_source` does not account for, or with accounts of no value.
-- Every column is one binary digit, so that one number says which columns have a value.
WITH shown AS (
    SELECT
        customer.customer_id,
        customer.customer_type,
        CASE WHEN customer.gender IS NULL THEN 0 ELSE 1 END
            + CASE WHEN customer.birth_year IS NULL THEN 0 ELSE 2 END
            + CASE WHEN customer.country IS NULL THEN 0 ELSE 4 END
            + CASE WHEN customer.province IS NULL THEN 0 ELSE 8 END
            + CASE WHEN customer.city IS NULL THEN 0 ELSE 16 END
            + CASE WHEN customer.industry IS NULL THEN 0 ELSE 32 END
            + CASE WHEN customer.company_size IS NULL THEN 0 ELSE 64 END
            + CASE WHEN customer.education IS NULL THEN 0 ELSE 128 END
            + CASE WHEN customer.income_band IS NULL THEN 0 ELSE 256 END
            + CASE WHEN customer.interests IS NULL THEN 0 ELSE 512 END
            + CASE WHEN customer.loyalty_level IS NULL THEN 0 ELSE 1024 END
            + CASE WHEN customer.home_store_id IS NULL THEN 0 ELSE 2048 END
            + CASE WHEN customer.marketing_consent IS NULL THEN 0 ELSE 4096 END
            + CASE WHEN customer.acquisition_campaign_id IS NULL THEN 0 ELSE 8192 END
            + CASE WHEN customer_pii.name IS NULL THEN 0 ELSE 16384 END
            + CASE WHEN customer_pii.email IS NULL THEN 0 ELSE 32768 END
            + CASE WHEN customer_pii.mobile IS NULL THEN 0 ELSE 65536 END
            + CASE WHEN customer_pii.birth_date IS NULL THEN 0 ELSE 131072 END
            + CASE WHEN customer_pii.address IS NULL THEN 0 ELSE 262144 END
            + CASE WHEN customer_pii.postcode IS NULL THEN 0 ELSE 524288 END
            + CASE WHEN customer_pii.company_name IS NULL THEN 0 ELSE 1048576 END
            + CASE WHEN customer_pii.tax_id IS NULL THEN 0 ELSE 2097152 END
            + CASE WHEN customer_pii.landline IS NULL THEN 0 ELSE 4194304 END AS cells
    FROM customer
    INNER JOIN customer_pii ON customer_pii.customer_id = customer.customer_id
),
accounted AS (
    SELECT
        golden_source.customer_id,
        count(*) FILTER (WHERE golden_source.column_name = 'customer_type') AS types,
        sum(CASE golden_source.column_name
            WHEN 'customer_type' THEN 0
            WHEN 'gender' THEN 1
            WHEN 'birth_year' THEN 2
            WHEN 'country' THEN 4
            WHEN 'province' THEN 8
            WHEN 'city' THEN 16
            WHEN 'industry' THEN 32
            WHEN 'company_size' THEN 64
            WHEN 'education' THEN 128
            WHEN 'income_band' THEN 256
            WHEN 'interests' THEN 512
            WHEN 'loyalty_level' THEN 1024
            WHEN 'home_store_id' THEN 2048
            WHEN 'marketing_consent' THEN 4096
            WHEN 'acquisition_campaign_id' THEN 8192
            WHEN 'name' THEN 16384
            WHEN 'email' THEN 32768
            WHEN 'mobile' THEN 65536
            WHEN 'birth_date' THEN 131072
            WHEN 'address' THEN 262144
            WHEN 'postcode' THEN 524288
            WHEN 'company_name' THEN 1048576
            WHEN 'tax_id' THEN 2097152
            WHEN 'landline' THEN 4194304
            -- no column of theirs
            ELSE 8388608
        END) AS cells
    FROM golden_source
    GROUP BY golden_source.customer_id
)
SELECT
    coalesce(shown.customer_id, accounted.customer_id) AS customer_id,
    shown.cells AS cells_shown,
    accounted.cells AS cells_accounted_for
FROM shown
FULL JOIN accounted ON accounted.customer_id = shown.customer_id
WHERE coalesce(shown.cells, -1) <> coalesce(accounted.cells, 0)
    -- whom no record calls anything is an individual, without a source
    OR (shown.customer_type = 'business' AND coalesce(accounted.types, 0) = 0)
