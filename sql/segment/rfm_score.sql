-- One row is a customer with purchases and their scores; the highest is the most recent, most frequent, most spent.
SELECT
    $as_of AS as_of,
    rfm_input.customer_id,
    rfm_input.recency_days,
    rfm_input.order_count,
    rfm_input.net_revenue,
    $rfm_scores + 1 - cut(CAST(rfm_input.recency_days AS DOUBLE), rfm_quantile.recency_edges) AS r,
    cut(CAST(rfm_input.order_count AS DOUBLE), rfm_quantile.frequency_edges) AS f,
    cut(CAST(rfm_input.net_revenue AS DOUBLE), rfm_quantile.monetary_edges) AS m
FROM rfm_input
CROSS JOIN rfm_quantile
