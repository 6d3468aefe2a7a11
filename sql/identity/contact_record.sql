-- One row is a source record that stands for someone, with what it says of how to reach and name them.
SELECT
    'online_account' AS source,
    account_id AS source_key,
    account_id AS account,
    wechat_unionid AS unionid,
    tax_id,
    email,
    mobile,
    name_key
FROM account
UNION ALL BY NAME
SELECT
    'offline_member' AS source,
    member_no AS source_key,
    email,
    mobile,
    name_key
FROM member
UNION ALL BY NAME
SELECT
    'survey_response' AS source,
    survey_answer.response_id AS source_key,
    -- an answer about an order comes from the account that placed it
    web_order.account_id AS account,
    survey_answer.email,
    survey_answer.mobile,
    survey_answer.name_key
FROM survey_answer
LEFT JOIN web_order ON web_order.order_id = survey_answer.order_ref
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
