-- One row per type of campaign.
SELECT
    campaign_type,
    COUNT(*) AS campaigns
FROM campaign
GROUP BY campaign_type
