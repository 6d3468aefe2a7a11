-- One row is a campaign with its spend in the base currency.
SELECT
    marketing_campaign.campaign_id,
    marketing_campaign.name,
    marketing_campaign.channel,
    marketing_campaign.starts_on,
    coalesce(marketing_campaign.ends_on, marketing_campaign.starts_on) AS ends_on,
    CAST(
        marketing_campaign.spend
            * CASE
                WHEN coalesce(upper(marketing_campaign.currency), $base_currency) = $base_currency THEN 1
                ELSE exchange_rate_day.rate_to_base
            END
        AS DECIMAL(18, 2)
    ) AS spend,
    marketing_campaign.goal,
    marketing_campaign.control_share
FROM source.marketing_campaign
LEFT JOIN exchange_rate_day
    ON exchange_rate_day.currency = upper(marketing_campaign.currency)
    AND exchange_rate_day.day = marketing_campaign.starts_on
