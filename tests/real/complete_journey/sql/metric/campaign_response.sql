-- One row per type of campaign: households targeted, and those that redeemed a coupon of it.
WITH redeemed AS (
    SELECT
        campaign_id,
        household_id,
        COUNT(*) AS redemptions
    FROM redemption
    GROUP BY
        campaign_id,
        household_id
)
SELECT
    campaign.campaign_type,
    COUNT(*) AS targeted,
    COUNT(redeemed.household_id) AS responded,
    SUM(redeemed.redemptions) AS redemptions
FROM campaign_household
JOIN campaign
    ON campaign.campaign_id = campaign_household.campaign_id
LEFT JOIN redeemed
    ON redeemed.campaign_id = campaign_household.campaign_id
    AND redeemed.household_id = campaign_household.household_id
GROUP BY campaign.campaign_type
