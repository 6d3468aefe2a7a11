-- One row is a shop loyalty card; identifiers are normalised, and masked values are no values.
WITH normalised AS (
    SELECT
        member_no,
        business_instant(joined_on) AS joined_at,
        updated_at,
        display_name(name) AS name,
        normalize_email(email) AS email,
        normalize_mobile(mobile, $home_country) AS mobile,
        CASE
            WHEN normalize_mobile(mobile, $home_country) IS NULL THEN normalize_phone(mobile, $home_country)
        END AS landline,
        parse_birthday(birthday)['date'] AS birth_date,
        gender,
        CASE WHEN NOT is_masked(address) THEN nullif(trim(address), '') END AS address,
        normalize_address(CASE WHEN NOT is_masked(address) THEN address END) AS place,
        card_level,
        home_store_id
    FROM source.offline_member
)
SELECT
    member_no,
    joined_at,
    least(coalesce(updated_at, joined_at), $as_of_end) AS updated_at,
    name,
    name_key(name) AS name_key,
    email,
    mobile,
    landline,
    CASE WHEN gender IN ('女', 'F', 'f') THEN 'F' WHEN gender IN ('男', 'M', 'm') THEN 'M' END AS gender,
    CASE WHEN birth_date BETWEEN $earliest_birth_date AND $as_of THEN birth_date END AS birth_date,
    place['province'] AS province,
    place['city'] AS city,
    address,
    card_level,
    home_store_id
FROM normalised
