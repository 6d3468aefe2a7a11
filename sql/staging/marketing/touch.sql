-- One row is someone reached by a campaign, or held out of it.
SELECT
    campaign_id,
    sent_at,
    account_id,
    member_no,
    normalize_email(email) AS email,
    variant,
    opened,
    clicked
FROM source.marketing_touch
