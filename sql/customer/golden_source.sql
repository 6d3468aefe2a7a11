-- One row is a cell of `customer` or `customer_pii` with the source record its value came from.
WITH cell AS (
    SELECT
        customer_id,
        unnest(make_array(
            named_struct('column_name', 'customer_type', 'record_rank', coalesce(business_rank, customer_type_rank), 'rule', 'any business record, then source trust'),
            named_struct('column_name', 'gender', 'record_rank', gender_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'birth_year', 'record_rank', birth_date_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'country', 'record_rank', country_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'province', 'record_rank', province_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'city', 'record_rank', city_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'industry', 'record_rank', industry_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'company_size', 'record_rank', company_size_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'education', 'record_rank', education_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'income_band', 'record_rank', income_band_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'interests', 'record_rank', interests_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'loyalty_level', 'record_rank', loyalty_level_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'home_store_id', 'record_rank', home_store_id_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'name', 'record_rank', name_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'email', 'record_rank', email_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'mobile', 'record_rank', mobile_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'birth_date', 'record_rank', birth_date_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'address', 'record_rank', address_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'company_name', 'record_rank', company_name_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'tax_id', 'record_rank', tax_id_rank, 'rule', 'source trust, then most recent'),
            named_struct('column_name', 'marketing_consent', 'record_rank', marketing_consent_rank, 'rule', 'most recent consent'),
            named_struct('column_name', 'acquisition_campaign_id', 'record_rank', acquisition_campaign_id_rank, 'rule', 'first seen')
        )) AS origin
    FROM customer_golden
)
SELECT
    cell.customer_id,
    cell.origin['column_name'] AS column_name,
    customer_record.source,
    customer_record.source_key,
    cell.origin['rule'] AS rule
FROM cell
INNER JOIN customer_record
    ON customer_record.customer_id = cell.customer_id
    AND customer_record.record_rank = cell.origin['record_rank']
