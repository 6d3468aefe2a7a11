-- One row is someone a campaign reached or held out, with what they bought from then until the end of its window.
SELECT
    campaign_customer.campaign_id,
    campaign_customer.unit,
    campaign_customer.variant,
    count(customer_order.order_key) > 0 AS converted,
    coalesce(sum(customer_order.net_amount), 0) AS net_amount,
    coalesce(sum(customer_order.margin), 0) AS margin
FROM campaign_customer
INNER JOIN campaign ON campaign.campaign_id = campaign_customer.campaign_id
LEFT JOIN customer_order
    ON customer_order.customer_id = campaign_customer.customer_id
    AND customer_order.is_purchase
    AND customer_order.ordered_at >= campaign_customer.sent_at
    AND customer_order.ordered_on <= campaign.ends_on + CAST($attribution_days AS BIGINT)
GROUP BY
    campaign_customer.campaign_id,
    campaign_customer.unit,
    campaign_customer.variant
