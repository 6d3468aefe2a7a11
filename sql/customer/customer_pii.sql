-- One row is a person or an organisation with what identifies them directly, kept apart.
SELECT
    customer_id,
    name,
    email,
    mobile,
    landline,
    birth_date,
    address,
    postcode,
    company_name,
    tax_id
FROM customer_golden
