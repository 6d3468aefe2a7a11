-- One row is a source record that stands for someone, with what it says of how to reach and name them.
SELECT
    'online_account' AS source,
    account_id AS source_key,
    account_id AS account,
    wechat_unionid AS unionid,
    tax_id,
    customer_type,
    email,
    mobile,
    name,
    birth_date,
    gender,
    address
FROM account
UNION ALL BY NAME
SELECT
    'offline_member' AS source,
    member_no AS source_key,
    email,
    mobile,
    name,
    birth_date,
    gender,
    address
FROM member
UNION ALL BY NAME
SELECT
    'survey_response' AS source,
    survey_contact.response_id AS source_key,
    -- a question about an order went to the account that placed it
    web_order.account_id AS account,
    survey_contact.email,
    survey_contact.mobile,
    survey_contact.name
FROM survey_contact
LEFT JOIN web_order ON web_order.order_id = survey_contact.order_ref
UNION ALL BY NAME
SELECT
    'service_ticket' AS source,
    ticket_id AS source_key,
    email,
    mobile
FROM ticket
UNION ALL BY NAME
SELECT
    'offline_receipt' AS source,
    receipt_key AS source_key,
    mobile
FROM receipt_mobile
