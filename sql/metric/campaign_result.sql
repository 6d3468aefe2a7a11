-- One row is a campaign: what it cost, whom it reached, and what the reached did beyond the held out.
WITH arm AS (
    SELECT
        campaign_id,
        count(*) FILTER (WHERE variant = 'treatment') AS targeted,
        count(*) FILTER (WHERE variant = 'treatment' AND converted) AS converted,
        sum(margin) FILTER (WHERE variant = 'treatment') AS margin,
        count(*) FILTER (WHERE variant = 'control') AS held_out,
        count(*) FILTER (WHERE variant = 'control' AND converted) AS held_out_converted,
        sum(margin) FILTER (WHERE variant = 'control') AS held_out_margin
    FROM campaign_conversion
    GROUP BY campaign_id
),
measured AS (
    SELECT
        campaign.campaign_id,
        campaign.name,
        campaign.channel,
        campaign.goal,
        campaign.starts_on,
        campaign.ends_on,
        campaign.spend,
        campaign.control_share,
        coalesce(arm.targeted, 0) AS targeted,
        coalesce(arm.converted, 0) AS converted,
        coalesce(arm.held_out, 0) AS held_out,
        coalesce(arm.held_out_converted, 0) AS held_out_converted,
        -- the reached' margin less what as many of the held out would have brought
        CASE
            WHEN arm.held_out > 0 AND arm.targeted > 0
                THEN CAST(arm.margin - arm.held_out_margin / arm.held_out * arm.targeted AS DECIMAL(18, 2))
        END AS incremental_margin,
        arm.held_out > 0 AND arm.targeted > 0 AS has_control
    FROM campaign
    LEFT JOIN arm ON arm.campaign_id = campaign.campaign_id
)
SELECT
    $as_of AS as_of,
    campaign_id,
    name,
    channel,
    goal,
    starts_on,
    ends_on,
    spend,
    targeted,
    converted,
    CAST(converted AS DOUBLE) / nullif(targeted, 0) AS conversion,
    held_out,
    held_out_converted,
    CAST(held_out_converted AS DOUBLE) / nullif(held_out, 0) AS held_out_conversion,
    incremental_margin,
    CAST(incremental_margin - spend AS DOUBLE) / CAST(nullif(spend, 0) AS DOUBLE) AS return_on_investment,
    CAST(spend / nullif(converted, 0) AS DECIMAL(18, 2)) AS cost_per_acquisition,
    CASE
        WHEN has_control THEN CAST(converted AS DOUBLE) / targeted - CAST(held_out_converted AS DOUBLE) / held_out
    END AS uplift,
    CASE WHEN has_control THEN newcombe_lower(converted, targeted, held_out_converted, held_out) END AS lower,
    CASE WHEN has_control THEN newcombe_upper(converted, targeted, held_out_converted, held_out) END AS upper,
    CASE WHEN has_control THEN two_proportion_p(converted, targeted, held_out_converted, held_out) END AS p_value,
    CASE
        WHEN has_control AND control_share > 0 AND control_share < 1
            THEN sample_ratio_p(held_out, targeted, CAST(control_share AS DOUBLE)) >= $sample_ratio_alarm
    END AS sample_ratio_ok
FROM measured
