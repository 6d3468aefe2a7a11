-- One row is a person or an organisation, without direct identifiers.
SELECT
    golden.customer_id,
    household_member.household_id,
    -- of whom no record says anything is taken for a person
    coalesce(golden.customer_type, 'individual') AS customer_type,
    golden.gender,
    CAST(date_part('year', golden.birth_date) AS INT) AS birth_year,
    golden.country,
    golden.province,
    golden.city,
    golden.industry,
    golden.company_size,
    golden.education,
    golden.income_band,
    golden.interests,
    golden.loyalty_level,
    golden.home_store_id,
    customer_points.points_balance,
    golden.marketing_consent,
    golden.acquisition_campaign_id,
    referral.referrer_customer_id,
    golden.first_seen_at,
    orders.first_order_at,
    orders.last_order_at,
    coalesce(orders.order_count, 0) AS order_count,
    coalesce(orders.online_order_count, 0) AS online_order_count,
    coalesce(orders.offline_order_count, 0) AS offline_order_count,
    CAST(coalesce(orders.gross_revenue, 0) AS DECIMAL(18, 2)) AS gross_revenue,
    CAST(coalesce(orders.refunded_amount, 0) AS DECIMAL(18, 2)) AS refunded_amount,
    CAST(coalesce(orders.net_revenue, 0) AS DECIMAL(18, 2)) AS net_revenue,
    CAST(orders.margin AS DECIMAL(18, 2)) AS margin,
    CAST(orders.purchase_revenue / nullif(orders.order_count, 0) AS DECIMAL(18, 2)) AS average_order_value,
    favourite_category.favourite_category,
    -- of equals the channel of the last order
    CASE
        WHEN orders.online_order_count > orders.offline_order_count THEN 'online'
        WHEN orders.online_order_count < orders.offline_order_count THEN 'offline'
        WHEN orders.last_online_order_at >= orders.last_offline_order_at THEN 'online'
        WHEN orders.last_online_order_at < orders.last_offline_order_at THEN 'offline'
    END AS favourite_channel,
    coalesce(activity.session_count, 0) AS session_count,
    activity.last_event_at,
    voice.last_nps_score,
    voice.last_csat_score,
    voice.last_ces_score,
    coalesce(care.ticket_count, 0) AS ticket_count,
    coalesce(care.open_ticket_count, 0) AS open_ticket_count,
    care.last_ticket_satisfaction,
    coalesce(referral_count.referred_count, 0) AS referred_count,
    golden.record_count
FROM customer_golden AS golden
LEFT JOIN household_member ON household_member.customer_id = golden.customer_id
LEFT JOIN customer_order_sum AS orders ON orders.customer_id = golden.customer_id
LEFT JOIN favourite_category ON favourite_category.customer_id = golden.customer_id
LEFT JOIN customer_activity AS activity ON activity.customer_id = golden.customer_id
LEFT JOIN customer_voice AS voice ON voice.customer_id = golden.customer_id
LEFT JOIN customer_care AS care ON care.customer_id = golden.customer_id
LEFT JOIN customer_points ON customer_points.customer_id = golden.customer_id
LEFT JOIN referral ON referral.customer_id = golden.customer_id
LEFT JOIN referral_count ON referral_count.customer_id = golden.customer_id
