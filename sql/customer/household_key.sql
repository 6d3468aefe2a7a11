-- One row is a person and something that people who live together share: a home and a surname, or a landline.
WITH person AS (
    SELECT
        customer_id,
        lower(to_pinyin(surname(name))) AS surname,
        city,
        normalize_address(address) AS place,
        landline
    FROM customer_golden
    WHERE coalesce(customer_type, 'individual') = 'individual'
),
home AS (
    SELECT
        customer_id,
        surname,
        landline,
        concat_ws(
            '|',
            coalesce(place['district'], place['city'], city),
            place['road'],
            place['number'],
            place['unit']
        ) AS home,
        place['road'] IS NOT NULL
            AND coalesce(place['number'], place['unit']) IS NOT NULL
            AND coalesce(place['district'], place['city'], city) IS NOT NULL
            -- a number on a Chinese road is a whole estate: only a room is a home
            AND (place['unit'] IS NOT NULL OR NOT regexp_like(place['road'], '\p{Han}'))
            AS is_home
    FROM person
)
SELECT
    customer_id,
    'address and surname' AS evidence,
    home AS place,
    surname,
    concat('address|', home, '|', surname) AS shared
FROM home
WHERE is_home
    AND surname IS NOT NULL
UNION ALL
SELECT
    customer_id,
    'landline' AS evidence,
    landline AS place,
    surname,
    concat('landline|', landline) AS shared
FROM home
WHERE landline IS NOT NULL
