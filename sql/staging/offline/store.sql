-- One row is a shop.
SELECT
    store_id,
    nullif(trim(name), '') AS name,
    nullif(trim(city), '') AS city,
    nullif(trim(region), '') AS region,
    opened_on
FROM source.offline_store
